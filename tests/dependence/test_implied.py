"""Implied correlations against prices made otherwise."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from rmot.dependence import average_implied_correlation, implied_correlation
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.payoffs import basket_call


def lognormal(deviation):
    return lambda u: np.exp(deviation * ndtri(u) - deviation**2 / 2)


def two_lognormals(weights, strike, s, t, rho):
    """E (w S - K)^+ by conditioning on the first normal and Black's formula for the second."""

    def given(z):
        first = weights[0] * np.exp(s * z - s**2 / 2)
        v = t * np.sqrt(1 - rho**2)
        forward = weights[1] * np.exp(t * rho * z - (t * rho) ** 2 / 2)
        k = strike - first
        if weights[1] > 0:
            if k <= 0:
                return (forward - k) * norm.pdf(z)
            d = np.log(forward / k) / v + v / 2
            return (forward * ndtr(d) - k * ndtr(d - v)) * norm.pdf(z)
        if k >= 0:
            return 0.0
        # a put on -w S with strike -k
        d = np.log(forward / k) / v + v / 2
        return (-k * ndtr(v - d) + forward * ndtr(-d)) * norm.pdf(z)

    return quad(given, -9, 9, epsabs=1e-11, limit=400)[0]


@pytest.mark.parametrize(
    ("weights", "strike", "rho"),
    [([0.5, 0.5], 1.05, 0.6), ([0.5, 0.5], 0.95, -0.3), ([1.0, -1.0], 0.02, 0.7)],
)
def test_correlation_that_made_the_price_is_found(weights, strike, rho):
    s, t = 0.2, 0.3
    fair = two_lognormals(weights, strike, s, t, rho)
    found = implied_correlation(
        basket_call(weights, strike), [lognormal(s), lognormal(t)], fair, fair, seed=3
    )
    assert found.lower == pytest.approx(found.upper, abs=1e-8)
    assert found.lower == pytest.approx(rho, abs=5 * found.sampling_error)
    assert 0 < found.sampling_error < 5e-3


def test_bid_and_ask_give_an_interval_clipped_at_the_range():
    laws, basket = [lognormal(0.2)] * 4, basket_call(np.full(4, 0.25), 1.0)
    whole = implied_correlation(basket, laws, 0.0, 1.0, seed=1, n_points=1 << 12)
    assert (whole.lower, whole.upper) == (-1 / 3, 1.0)
    # all alike, the basket is one of them; independent points would be known to 0.12 / sqrt(n)
    one = 2 * ndtr(0.1) - 1
    assert whole.most_price == pytest.approx(one, abs=0.1 * 0.12 / 64)
    inner = implied_correlation(basket, laws, 0.05, 0.06, seed=1, n_points=1 << 12)
    assert -1 / 3 < inner.lower < inner.upper < 1
    narrower = implied_correlation(basket, laws, 0.052, 0.058, seed=1, n_points=1 << 12)
    assert inner.lower < narrower.lower < narrower.upper < inner.upper


def test_quotes_out_of_reach_are_refused_with_the_range():
    laws, basket = [lognormal(0.2)] * 2, basket_call([0.5, 0.5], 1.0)
    with pytest.raises(InfeasibleQuotes, match=r"no flat correlation reaches bid 0\.2"):
        implied_correlation(basket, laws, 0.2, 0.3, seed=1, n_points=1 << 10)
    with pytest.raises(InfeasibleQuotes, match="prices go from"):
        implied_correlation(basket, laws, -0.2, -0.1, seed=1, n_points=1 << 10)


def test_average_of_volatilities_is_exact_for_one_factor():
    sigma, w, rho = np.array([0.2, 0.3, 0.4]), np.array([0.5, 0.3, 0.2]), 0.35
    parts = w * sigma
    variance = (1 - rho) * parts @ parts + rho * parts.sum() ** 2
    found = average_implied_correlation((np.sqrt(variance), parts.sum()), sigma, w)
    assert (found.lower, found.upper) == pytest.approx((rho, 1.0), abs=1e-12)
    with pytest.raises(InfeasibleQuotes, match="make up"):
        average_implied_correlation((0.5, 0.6), sigma, w)


def test_bad_input_is_refused():
    laws = [lognormal(0.2)] * 3
    with pytest.raises(ParameterError, match="a marginal for each of 2"):
        implied_correlation(basket_call([0.5, 0.5], 1.0), laws, 0.0, 1.0, seed=1)
    with pytest.raises(ParameterError, match="bid <= ask"):
        implied_correlation(basket_call([1, 1, 1], 1.0), laws, 0.2, 0.1, seed=1)
    with pytest.raises(ParameterError, match="one sign"):
        implied_correlation(basket_call([1, 1, -1], 1.0), laws, 0.1, 0.2, seed=1)
    with pytest.raises(ParameterError, match="one shape"):
        average_implied_correlation((0.1, 0.2), [0.2, 0.3], [1.0])
    with pytest.raises(ParameterError, match="> 0"):
        average_implied_correlation((0.1, 0.2), [0.2, 0.3], [1.0, -1.0])
