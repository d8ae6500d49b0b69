"""Prices by one correlation against conditioning on the common normal, and back again."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtri
from scipy.stats import norm

from rmot.dependence.flat_copula import flat_prices
from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior


def lognormal(deviation):
    return lambda u: np.exp(deviation * ndtri(u) - deviation**2 / 2)


def coins(rho, strike, n_assets=4):
    """A basket of coins that are 0.5 or 1.5: binomial given the common normal."""

    def given(z):
        up = norm.cdf(np.sqrt(rho / (1 - rho)) * z)
        count = np.arange(n_assets + 1)
        chances = np.array(
            [_binomial(n_assets, k) * up**k * (1 - up) ** (n_assets - k) for k in count]
        )
        return chances @ np.maximum(0.5 + count / n_assets - strike, 0.0) * norm.pdf(z)

    return quad(given, -9, 9, epsabs=1e-12, limit=200)[0]


def _binomial(n, k):
    return float(np.prod(np.arange(n - k + 1, n + 1)) / np.prod(np.arange(1, k + 1)))


def test_coins_of_one_correlation_are_priced_by_conditioning():
    law, strikes = Prior([0.5, 1.5], [0.5, 0.5]), [0.9, 1.0, 1.2]
    curve = flat_prices(np.full(4, 0.25), strikes, [law] * 4, seed=2)
    for rho in (0.05, 0.3, 0.7):
        exact = np.array([coins(rho, strike) for strike in strikes])
        error = curve.price_error(rho)
        # a coin is not smooth in its normal, so between nodes the spline adds the nodes' own noise
        assert np.all(np.abs(curve.price(rho) - exact) <= 6 * error)
        assert error.max() < 5e-4


def test_what_lies_between_nodes_is_what_is_sampled_there():
    """A price at one correlation needs no curve: two lognormals of one deviation by quadrature."""
    s = 0.3
    curve = flat_prices([0.5, 0.5], 1.0, [lognormal(s)] * 2, seed=1, n_points=1 << 12)
    for rho in np.linspace(-0.93, 0.97, 12):
        back = curve.correlation(0, float(curve.price(rho)[0]))
        assert back == pytest.approx(rho, abs=1e-9)
        fewer = type(curve)(2, curve.strikes, curve.values[::2], curve.errors[::2])
        # a cubic spline's error falls by 16 with half the step
        assert curve.price(rho) == pytest.approx(fewer.price(rho), abs=16 * 1e-6)


def test_prices_beyond_the_ends_have_no_correlation():
    up = flat_prices([0.5, 0.5], 1.0, [lognormal(0.2)] * 2, seed=1, n_points=1 << 10)
    down = flat_prices([1.0, -1.0], 0.0, [lognormal(0.2)] * 2, seed=1, n_points=1 << 10)
    assert [up.correlation(0, price) for price in (-0.1, 1.0)] == [-np.inf, np.inf]
    assert [down.correlation(0, price) for price in (-0.1, 1.0)] == [np.inf, -np.inf]
    for curve in (up, down):
        low, high = curve.ends
        assert curve.correlation(0, float(curve.values[0, 0])) == pytest.approx(high)
        assert curve.correlation(0, float(curve.values[-1, 0])) == pytest.approx(low)


def test_weights_of_both_signs_are_refused_beyond_two_assets():
    with pytest.raises(ParameterError, match="one sign"):
        flat_prices([1, 1, -1], 1.0, [lognormal(0.2)] * 3, seed=1)
