"""Heston and rough Heston against QuantLib, each other, and the properties of any law of S_T."""

import math
from typing import Any

import numpy as np
import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import AccuracyError, ParameterError
from rmot.models import BlackScholes, Heston, RoughHeston, TerminalLaw

K = np.linspace(-0.6, 0.4, 21)
CLASSICAL: dict[str, Any] = {
    "vol_of_vol": 0.35,
    "correlation": -0.65,
    "initial_variance": 0.04,
    "mean_reversion": 0.8,
    "long_run_variance": 0.06,
}


def classical(**changes: Any) -> dict[str, Any]:
    return {**CLASSICAL, **changes}


ROUGH = RoughHeston(hurst=0.12, **CLASSICAL)
HARD = RoughHeston(
    hurst=0.05,
    vol_of_vol=0.4,
    correlation=-0.9,
    initial_variance=0.04,
    mean_reversion=0.0,
    long_run_variance=0.04,
)


@pytest.fixture(
    params=[BlackScholes(volatility=0.2), Heston(**CLASSICAL), ROUGH, HARD],
    ids=["black_scholes", "heston", "rough_heston", "rough_heston_hard"],
)
def law(request):
    return request.param


def quantlib_heston(maturity: float, k: np.ndarray) -> np.ndarray:
    today = QuantLib.Date(1, 1, 2020)
    QuantLib.Settings.instance().evaluationDate = today
    flat = QuantLib.YieldTermStructureHandle(
        QuantLib.FlatForward(today, 0.0, QuantLib.Actual365Fixed())
    )
    process = QuantLib.HestonProcess(
        flat, flat, QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0)), 0.04, 0.8, 0.06, 0.35, -0.65
    )
    engine = QuantLib.AnalyticHestonEngine(QuantLib.HestonModel(process), 1e-13, 100000)
    exercise = QuantLib.EuropeanExercise(today + round(365 * maturity))
    prices = []
    for x in k:
        option = QuantLib.VanillaOption(
            QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, math.exp(x)), exercise
        )
        option.setPricingEngine(engine)
        prices.append(option.NPV())
    return np.array(prices)


@pytest.mark.parametrize("days", [30, 365, 1460])
def test_hurst_one_half_is_quantlib_heston(days):
    maturity = days / 365
    price, error = RoughHeston(hurst=0.5, **CLASSICAL).call_price(K, maturity, return_error=True)
    assert np.all(np.abs(price - quantlib_heston(maturity, K)) <= error + 1e-12)


def test_heston_is_rough_heston_at_hurst_one_half():
    u = np.array([0.3, 4.0 - 0.5j, 40.0 - 0.5j, -2.0 + 0.5j, 1.0 - 1.5j])
    one = Heston(**CLASSICAL).log_characteristic_function(u, 0.7)
    other = RoughHeston(hurst=0.5, **CLASSICAL).log_characteristic_function(u, 0.7)
    assert np.all(np.abs(one - other) <= 1e-10 * np.maximum(1, np.abs(one)))


@pytest.mark.parametrize("maturity", [1 / 52, 1.0, 5.0])
def test_every_law_satisfies_the_protocol_and_put_call_parity_of_contours(law, maturity):
    assert isinstance(law, TerminalLaw)
    # calls and puts have different contours: at the money their prices must agree
    k = np.array([-1e-13, 1e-13])
    price, error = law.call_price(k, maturity, return_error=True)
    assert abs(price[0] - price[1]) <= error.sum() + 2e-13


@pytest.mark.parametrize("maturity", [1 / 52, 1.0, 5.0])
def test_characteristic_function_is_one_at_zero_and_at_minus_i(law, maturity):
    at = law.log_characteristic_function(np.array([0.0, -1j]), maturity)
    assert np.all(np.abs(at) <= 1e-12)


@pytest.mark.parametrize("maturity", [1 / 52, 1.0])
def test_characteristic_function_is_hermitian(law, maturity):
    u = np.array([0.7 - 0.5j, 3.0 - 0.2j, 11.0, 25.0 - 0.9j])
    left = law.log_characteristic_function(-np.conj(u), maturity)
    right = np.conj(law.log_characteristic_function(u, maturity))
    assert np.all(np.abs(left - right) <= 1e-12 * np.maximum(1, np.abs(right)))


@pytest.mark.parametrize("maturity", [1 / 52, 1.0, 5.0])
def test_prices_obey_bounds_and_are_decreasing_and_convex_in_strike(law, maturity):
    strike = np.linspace(0.4, 2.0, 60)
    price, error = law.call_price(np.log(strike), maturity, return_error=True, tolerance=1e-12)
    noise = 2 * error.max()
    assert np.all(price >= np.maximum(1 - strike, 0) - noise)
    assert np.all(price <= 1 + noise)
    slope = np.diff(price) / np.diff(strike)
    assert np.all(slope <= noise / (strike[1] - strike[0]))
    assert np.all(slope >= -1 - noise / (strike[1] - strike[0]))
    assert np.all(np.diff(slope) >= -4 * noise / (strike[1] - strike[0]))


def test_log_phi_is_linear_in_initial_and_long_run_variance():
    u = np.array([2.0 - 0.5j, 15.0 - 0.5j])
    base = ROUGH.log_characteristic_function(u, 0.5)
    double = RoughHeston(
        hurst=0.12, **classical(initial_variance=0.08, long_run_variance=0.12)
    ).log_characteristic_function(u, 0.5)
    assert np.all(np.abs(double - 2 * base) <= 3e-10)


def test_prices_do_not_depend_on_the_contour_or_on_the_neighbouring_strikes():
    together = ROUGH.call_price(K, 0.5, tolerance=1e-12)
    alone = np.array([float(ROUGH.call_price(x, 0.5, tolerance=1e-12)) for x in K])
    assert np.all(np.abs(together - alone) <= 2e-12)


def test_prices_match_a_straight_lewis_integral():
    maturity, h = 0.5, 0.01
    y = np.arange(0.0, 8.0, h)
    u = 5.0 * np.sinh(y)
    u = u[u < 600]
    weight = h * 5.0 * np.cosh(y[: u.size])
    weight[0] *= 0.5
    phi = np.exp(HARD.log_characteristic_function(u - 0.5j, maturity))
    # on Im u = -1/2: C = 1 - e^{k/2} / pi ∫ Re[e^{-iuk} phi(u - i/2)] / (u^2 + 1/4) du
    lewis = np.array(
        [
            1
            - np.exp(k / 2)
            / np.pi
            * np.sum(weight * np.real(np.exp(-1j * u * k) * phi) / (u * u + 0.25))
            for k in K
        ]
    )
    # log phi is good to 1e-10, and the integral of 1/(u^2 + 1/4) is 2 pi
    assert np.all(np.abs(HARD.call_price(K, maturity) - lewis) <= 4e-10)


def test_flat_limit_of_small_vol_of_vol_is_black_scholes():
    calm = RoughHeston(hurst=0.2, **classical(vol_of_vol=1e-4, long_run_variance=0.04))
    # the smile bends by O(nu)
    assert np.max(np.abs(calm.implied_volatility(K[5:], 1.0) - 0.2)) < 1e-4


@settings(max_examples=25, deadline=None)
@given(
    hurst=st.floats(0.02, 0.5),
    vol_of_vol=st.floats(0.05, 0.9),
    correlation=st.floats(-0.95, 0.5),
    maturity=st.floats(0.01, 3.0),
    mean_reversion=st.sampled_from([0.0, 0.5, 2.0]),
)
def test_prices_are_between_bounds_over_the_domain(
    hurst, vol_of_vol, correlation, maturity, mean_reversion
):
    model = RoughHeston(
        hurst=hurst,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=0.04,
        mean_reversion=mean_reversion,
        long_run_variance=0.05,
    )
    k = np.array([-1.5, -0.5, 0.0, 0.4, 1.0]) * 0.4 * math.sqrt(maturity)
    try:
        price, error = model.call_price(k, maturity, return_error=True)
    except AccuracyError:
        return
    assert np.all(price >= -np.expm1(np.minimum(k, 0)) - error)
    assert np.all(price <= 1)
    assert np.all(np.diff(price) <= 2 * error.max())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hurst", 0.0),
        ("hurst", 0.6),
        ("vol_of_vol", 0.0),
        ("vol_of_vol", math.nan),
        ("correlation", -1.1),
        ("initial_variance", -0.04),
        ("mean_reversion", -1.0),
        ("long_run_variance", math.inf),
    ],
)
def test_parameters_out_of_domain_are_named(name, value):
    given_parameters = classical(hurst=0.1) | {name: value}
    with pytest.raises(ParameterError, match=rf"{name} must lie in .*got {value}"):
        RoughHeston(**given_parameters)


@pytest.mark.parametrize("maturity", [0.0, -1.0, math.nan, math.inf])
def test_maturities_out_of_domain_are_refused(law, maturity):
    with pytest.raises(ParameterError, match="maturity"):
        law.call_price(K, maturity)


@pytest.mark.parametrize("k", [[], [0.0, math.nan], [math.inf]])
def test_empty_or_non_finite_strikes_are_refused(law, k):
    with pytest.raises(ParameterError, match="log_moneyness"):
        law.call_price(k, 1.0)


def test_unreachable_tolerance_says_what_is_reached():
    with pytest.raises(AccuracyError, match="reach an error of"):
        ROUGH.call_price(K, 1.0, tolerance=1e-30)


def test_relative_vol_of_vol_converts_both_ways():
    model = RoughHeston.from_relative_vol_of_vol(
        hurst=0.1,
        relative_vol_of_vol=0.4,
        correlation=-0.6,
        initial_variance=0.04,
        mean_reversion=0.5,
        long_run_variance=0.04,
    )
    assert model.vol_of_vol == 0.2
    assert model.relative_vol_of_vol == 0.4
