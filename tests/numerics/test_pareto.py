"""Pareto's law in cells keeps mass, mean and moments of the continuous one."""

import numpy as np
import pytest
from scipy.integrate import quad

from rmot.errors import ParameterError
from rmot.numerics.pareto import least_price, moment, pareto
from rmot.payoffs import call


@pytest.mark.parametrize("exponent", [2.5, 8.0])
@pytest.mark.parametrize("order", [0.0, 1.0, 2.2])
def test_moments_are_the_integrals_of_the_density(exponent, order):
    scale = exponent * least_price(exponent) ** order
    found, error = quad(lambda u: scale * np.exp((order - exponent) * u), 0, np.inf)
    assert moment(exponent, order) == pytest.approx(found, abs=10 * error + 1e-12)


@pytest.mark.parametrize("end", [3.0, 1e4])
def test_calls_at_kinks_and_beyond_are_those_of_the_continuous_law(end):
    exponent, kinks = 8.0, [1.0, 1.5]
    prior = pareto(exponent, end, kinks=kinks, ratio=1.1, has_tail=True)
    assert prior.mean() == pytest.approx(1.0, abs=1e-13)
    for strike in (*kinks, end):
        exact = least_price(exponent) ** exponent * strike ** (1 - exponent) / (exponent - 1)
        assert prior.expectation(call(strike)) == pytest.approx(exact, rel=1e-10, abs=1e-16)


def test_the_law_cut_off_is_the_conditioned_one():
    exponent, end = 8.0, 3.0
    least = least_price(exponent)
    kept = 1 - (end / least) ** -exponent
    mean = (1 - (end / least) ** (1 - exponent)) / kept
    prior = pareto(exponent, end, ratio=1.1, has_tail=False)
    assert prior.tail is None
    assert prior.mean() == pytest.approx(mean, abs=1e-13)


@pytest.mark.parametrize(
    ("exponent", "kinks", "has_tail"), [(2.0, (), True), (1.0, (), False), (8.0, (1.2, 1.1), True)]
)
def test_bad_arguments_are_refused(exponent, kinks, has_tail):
    with pytest.raises(ParameterError, match="expected"):
        pareto(exponent, 3.0, kinks=kinks, ratio=1.1, has_tail=has_tail)
