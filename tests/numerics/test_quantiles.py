"""Quantiles from calls: where a far wing is no law's, and where that is not forgiven."""

import numpy as np
import pytest
from scipy.special import ndtri

from rmot.errors import AccuracyError
from rmot.numerics import black_call
from rmot.numerics.quantiles import quantile_of_calls

DEVIATION = 0.2
K = np.linspace(-1.6, 1.6, 400)
LEVELS = np.array([1e-6, 0.01, 0.5, 0.99, 1 - 1e-6])


def _calls_bent_back_from(start):
    calls = black_call(K, DEVIATION, 1.0)
    beyond = np.maximum(np.exp(K) - np.exp(start), 0.0)
    return calls - 0.1 * beyond**2


def test_a_far_wing_that_no_law_has_goes_on_as_a_line():
    found = np.log(quantile_of_calls(K, _calls_bent_back_from(4.5 * DEVIATION))(LEVELS))
    # cells are 0.04 deviations wide, middles off by the square of that over 24
    assert found == pytest.approx(
        DEVIATION * ndtri(LEVELS) - DEVIATION**2 / 2, abs=DEVIATION * 0.04**2
    )


def test_a_wing_where_there_still_is_mass_is_refused():
    with pytest.raises(AccuracyError, match="slopes fall"):
        quantile_of_calls(K, _calls_bent_back_from(1.5 * DEVIATION))
