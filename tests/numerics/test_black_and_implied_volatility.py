"""Black's formula and its inverse against mpmath at 40 digits, and their limit values."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import ParameterError
from rmot.numerics import (
    black_call,
    black_otm,
    black_vega,
    implied_volatility,
    implied_volatility_otm,
)

EPSILON = np.finfo(float).eps


def exact_otm(k, s):
    """The textbook formula, whose cancellation 60 digits absorb."""
    with mpmath.workdps(60):
        k, s = mpmath.mpf(k), mpmath.mpf(s)
        strike = mpmath.exp(k)
        if s == 0:
            return mpmath.mpf(0)
        sign = 1 if k >= 0 else -1
        high, low = -k / s + s / 2, -k / s - s / 2
        return sign * (mpmath.ncdf(sign * high) - strike * mpmath.ncdf(sign * low))


def exact_deviation(price: float, k: float, near: float) -> float:
    """Solve for the deviation by mpmath's secant on the logarithm of the price."""
    with mpmath.workdps(40):
        target = mpmath.log(mpmath.mpf(price))
        root = mpmath.findroot(
            lambda s: mpmath.log(exact_otm(k, s)) - target, (near, near * 1.0001), tol=1e-60
        )
        return float(root)


def sample(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    k = np.concatenate([rng.uniform(-2, 2, count), rng.uniform(-0.01, 0.01, count), np.zeros(20)])
    return k, np.exp(rng.uniform(np.log(1e-3), np.log(5.0), k.size))


def test_otm_price_matches_mpmath_to_conditioning():
    k, s = sample(150, 1)
    price = black_otm(k, s, 1.0)
    for ki, si, value in zip(k, s, price, strict=True):
        exact = exact_otm(ki, si)
        if exact < 1e-290:
            continue
        d = abs(ki) / si - si / 2
        # rounding of d costs d^2 eps in exp(-d^2/2); sums and series cost a few eps more
        assert abs(value / exact - 1) <= 16 * EPSILON * (1 + d * d)


def test_call_minus_put_is_forward_minus_strike():
    k, s = sample(200, 2)
    call = black_call(k, s, 1.0)
    otm = black_otm(k, s, 1.0)
    put = np.where(k < 0, otm, call - 1 + np.exp(k))
    assert np.all(np.abs(call - put - (1 - np.exp(k))) <= 2e-15 * np.exp(np.abs(k)))


def test_vega_is_the_derivative_of_the_call():
    k = np.array([-0.5, 0.0, 0.3])
    with mpmath.workdps(40):
        exact = [
            float(mpmath.diff(lambda v, k=ki: exact_otm(k, v * mpmath.sqrt(2)), mpmath.mpf("0.3")))
            for ki in k
        ]
    np.testing.assert_allclose(black_vega(k, 0.3, 2.0), exact, rtol=1e-13)


def test_implied_volatility_matches_mpmath():
    k, s = sample(60, 3)
    price = black_otm(k, s, 1.0)
    volatility = implied_volatility_otm(price, k, 1.0)
    for ki, si, p, v in zip(k, s, price, volatility, strict=True):
        if p < 1e-290:
            continue
        assert abs(v / exact_deviation(p, ki, si) - 1) <= 20 * EPSILON


@settings(deadline=None, max_examples=300)
@given(
    k=st.floats(-2, 2),
    s=st.floats(np.log(1e-3), np.log(5.0)).map(np.exp),
    maturity=st.floats(0.003, 10),
)
def test_round_trip_from_volatility_through_price(k, s, maturity):
    volatility = s / np.sqrt(maturity)
    price = float(black_otm(k, volatility, maturity))
    if price < 1e-290:
        return
    back = float(implied_volatility_otm(price, k, maturity))
    # the price carries volatility to eps * price / (volatility * vega)
    sensitivity = price / (volatility * float(black_vega(k, volatility, maturity)))
    x = abs(k) / s
    assert abs(back / volatility - 1) <= 20 * EPSILON * (1 + sensitivity * (1 + x * x))


def test_implied_volatility_from_call_agrees_with_otm():
    k = np.linspace(-0.4, 0.4, 17)
    call = black_call(k, 0.25, 0.5)
    # in the money the put inside the call is known to eps / vega only
    tolerance = 4 * EPSILON / black_vega(k, 0.25, 0.5)
    assert np.all(np.abs(implied_volatility(call, k, 0.5) - 0.25) <= tolerance + 1e-15)


def test_limits_and_nan_outside_no_arbitrage_bounds():
    k = 0.1
    low = implied_volatility([0.0, 1.0, -1e-12, 1.0 + 1e-12, np.nan], k, 1.0)
    np.testing.assert_array_equal(low, [0.0, np.inf, np.nan, np.nan, np.nan])
    otm = implied_volatility_otm([0.0, np.exp(-k), -1e-12, 1.0], -k, 1.0)
    assert otm[0] == 0.0
    assert otm[1] == np.inf or otm[1] > 10
    assert np.isnan(otm[2:]).all()


def test_smallest_prices_have_finite_volatility():
    assert 0.0 < float(implied_volatility_otm(5e-324, 0.1, 1.0)) < 0.01


@pytest.mark.parametrize("function", [implied_volatility, implied_volatility_otm])
def test_non_positive_maturity_is_refused(function):
    with pytest.raises(ParameterError, match=r"maturity must be > 0; got 0\.0"):
        function(0.1, 0.0, 0.0)


def test_negative_volatility_is_refused():
    with pytest.raises(ParameterError, match="volatility"):
        black_call(0.0, -0.1, 1.0)
