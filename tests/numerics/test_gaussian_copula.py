"""One-correlation Gaussian copulas, against Black's formula and moments."""

import numpy as np
import pytest
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.numerics import black_call
from rmot.numerics.gaussian_copula import QuantileTable, coupled, normals

DEVIATION = 0.25
LOG_PRICES = np.linspace(-1.6, 1.6, 801)


def _lognormal():
    return QuantileTable.of_distribution(LOG_PRICES, ndtr(LOG_PRICES / DEVIATION + DEVIATION / 2))


def test_lognormal_quantiles_are_linear_in_the_score():
    scores = np.linspace(-7, 7, 29)
    exact = np.exp(DEVIATION * scores - DEVIATION**2 / 2)
    assert _lognormal().prices(scores) == pytest.approx(exact, rel=1e-6)


def test_full_correlation_makes_the_basket_one_asset():
    drawn = normals(3, 2**13, seed=1)
    prices = coupled([_lognormal()] * 3, 1.0, drawn)
    assert np.ptp(prices, axis=1).max() < 1e-12
    # Sobol points of this size price smooth payoffs of one normal to about 1/n.
    call = np.maximum(prices[:, 0] - 1.1, 0).mean()
    assert call == pytest.approx(float(black_call(np.log(1.1), DEVIATION, 1.0)), abs=2e-4)


def test_correlation_of_logarithms_is_the_one_given():
    prices = coupled([_lognormal()] * 2, 0.6, normals(2, 2**14, seed=2))
    found = np.corrcoef(np.log(prices.T))[0, 1]
    # The standard error of a correlation from as many independent draws.
    assert found == pytest.approx(0.6, abs=4 * (1 - 0.6**2) / np.sqrt(2**14))


def test_means_are_one_and_seeds_decide():
    first, again, other = (
        coupled([_lognormal()] * 2, 0.3, normals(2, 2**10, seed)) for seed in (3, 3, 4)
    )
    assert first.mean(axis=0) == pytest.approx(1.0, abs=1e-12)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_bad_arguments_are_refused():
    with pytest.raises(ParameterError, match=r"correlation in \[0, 1\]"):
        coupled([_lognormal()], 1.2, normals(1, 8, 0))
    with pytest.raises(ParameterError, match="rises"):
        QuantileTable.of_distribution(LOG_PRICES, np.zeros(LOG_PRICES.size))
