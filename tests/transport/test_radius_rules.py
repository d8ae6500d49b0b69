"""A named radius is the number it stands for, and says so."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.payoffs import call
from rmot.transport import ChiSquared, MultipleOfLeast, Prior, Quotes, price_bounds

PRIOR = Prior(np.linspace(0.5, 1.5, 41), np.full(41, 1 / 41))
QUOTES = Quotes([call(1.0)], [0.14], [0.141])


def bounds(radius):
    return price_bounds(call(1.2), PRIOR, quotes=QUOTES, divergence=ChiSquared(), radius=radius)


def test_multiple_of_the_least_radius_is_that_radius():
    by_rule = bounds(MultipleOfLeast(2.0))
    by_number = bounds(2.0 * by_rule.minimum_radius)
    assert by_rule.minimum_radius > 0
    assert by_rule.radius is not None
    assert by_rule.radius.value == 2.0 * by_rule.minimum_radius
    assert "2 times the least" in by_rule.radius.rule
    assert (by_rule.lower, by_rule.upper) == (by_number.lower, by_number.upper)


@pytest.mark.parametrize("factor", [0.5, float("nan"), float("inf")])
def test_factors_that_leave_no_law_are_refused(factor):
    with pytest.raises(ParameterError, match="factor >= 1"):
        MultipleOfLeast(factor)
