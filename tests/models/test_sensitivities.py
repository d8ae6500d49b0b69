"""Exact derivatives against extrapolated differences, and forward variance against mpmath."""

from dataclasses import replace
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest

from rmot.models import BlackScholes, ForwardVariance, Heston, RoughHeston
from rmot.numerics import black_vega

K = np.array([-0.35, -0.12, 0.0, 0.1, 0.22])
MATURITY = 0.6
TOLERANCE = 1e-13
CURVE = ForwardVariance((0.1, 0.4, 1.0), (0.05, 0.03, 0.06))
MODELS: dict[str, Any] = {
    "rough Heston": RoughHeston(
        hurst=0.11,
        vol_of_vol=0.38,
        correlation=-0.62,
        initial_variance=0.05,
        mean_reversion=0.7,
        long_run_variance=0.03,
    ),
    "roughest": RoughHeston(
        hurst=0.02,
        vol_of_vol=0.5,
        correlation=-0.95,
        initial_variance=0.04,
        mean_reversion=0.2,
        long_run_variance=0.09,
    ),
    "Heston": Heston(
        vol_of_vol=0.5,
        correlation=-0.4,
        initial_variance=0.03,
        mean_reversion=1.5,
        long_run_variance=0.05,
    ),
    "curve": RoughHeston(
        hurst=0.2,
        vol_of_vol=0.45,
        correlation=-0.7,
        mean_reversion=0.5,
        forward_variance=CURVE,
    ),
}
EPSILON = np.finfo(float).eps


@cache
def exact(name):
    return MODELS[name].sensitivities(K, MATURITY, tolerance=TOLERANCE)


def value_of(model, parameter):
    if not parameter.startswith("forward_variance_"):
        return getattr(model, parameter)
    curve = model.forward_variance
    return curve.variances[curve.names.index(parameter)]


def with_value(model, parameter, value):
    if not parameter.startswith("forward_variance_"):
        return replace(model, **{parameter: value})
    curve = model.forward_variance
    pairs = zip(curve.names, curve.variances, strict=True)
    pieces = tuple(value if name == parameter else old for name, old in pairs)
    return replace(model, forward_variance=ForwardVariance(curve.times, pieces))


def extrapolated_differences(model, parameter):
    """Central differences at h, h/2 and h/4, twice extrapolated, and an estimate of their error."""
    value = value_of(model, parameter)
    step = 0.1 * min(abs(value), 1 - abs(value) if parameter == "correlation" else abs(value))

    def difference(h):
        ends = [
            with_value(model, parameter, value + side * h).call_price(
                K, MATURITY, tolerance=TOLERANCE
            )
            for side in (1, -1)
        ]
        return (ends[0] - ends[1]) / (2 * h)

    wide, middle, fine = (difference(step / 2**i) for i in range(3))
    first, second = (4 * middle - wide) / 3, (4 * fine - middle) / 3
    limit = (16 * second - first) / 15
    # the last extrapolation's change over 15 is its gain; rounding of prices by the smallest step
    return limit, np.abs(second - first) / 15 + 8 * TOLERANCE / step


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, model in MODELS.items() for parameter in model.parameters],
)
def test_price_gradient_is_the_limit_of_differences(name, parameter):
    model, found = MODELS[name], exact(name)
    limit, uncertainty = extrapolated_differences(model, parameter)
    own = found.price_gradient[found.parameters.index(parameter)]
    assert np.all(uncertainty <= 1e-5 * np.abs(own).max())
    assert np.all(np.abs(own - limit) <= 2 * uncertainty)


@pytest.mark.parametrize("name", MODELS)
def test_volatility_gradient_is_the_price_gradient_over_vega(name):
    found = exact(name)
    vega = black_vega(K, found.implied_volatility, MATURITY)
    np.testing.assert_allclose(found.volatility_gradient * vega, found.price_gradient, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_sensitivities_come_with_the_prices_and_volatilities_of_the_model(name):
    model, found = MODELS[name], exact(name)
    assert found.parameters == model.parameters
    assert found.price_gradient.shape == (len(model.parameters), K.size)
    price, error = model.call_price(K, MATURITY, return_error=True, tolerance=TOLERANCE)
    assert np.all(np.abs(found.call_price - price) <= 2 * error + 2 * EPSILON * price)
    volatility = model.implied_volatility(K, MATURITY, tolerance=TOLERANCE)
    vega = black_vega(K, volatility, MATURITY)
    assert np.all(np.abs(found.implied_volatility - volatility) * vega <= 2 * error + EPSILON)


def test_black_scholes_has_its_vega_for_a_gradient():
    found = BlackScholes(volatility=0.22).sensitivities(K, MATURITY)
    assert found.parameters == ("volatility",)
    np.testing.assert_array_equal(found.price_gradient, [black_vega(K, 0.22, MATURITY)])
    np.testing.assert_array_equal(found.volatility_gradient, np.ones((1, K.size)))


def test_gradients_at_the_default_accuracy_serve_a_calibration():
    for name, model in MODELS.items():
        coarse = model.sensitivities(K, MATURITY)
        gap = np.abs(coarse.volatility_gradient - exact(name).volatility_gradient)
        assert np.all(gap <= 1e-4 * np.abs(exact(name).volatility_gradient).max(axis=1)[:, None])


def test_gradient_reaches_the_ends_of_the_parameters():
    # one-sided differences, which converge like h, at kappa = 0 and H = 1/2
    base: dict[str, Any] = {
        "vol_of_vol": 0.4,
        "correlation": -0.6,
        "initial_variance": 0.04,
        "long_run_variance": 0.07,
    }
    for parameter, side in (("mean_reversion", 1), ("hurst", -1)):
        ends: dict[str, Any] = {"hurst": 0.5, "mean_reversion": 0.0}
        model = RoughHeston(**base, **ends)
        found = model.sensitivities(K, MATURITY, tolerance=TOLERANCE)
        own = found.price_gradient[found.parameters.index(parameter)]
        slopes = []
        for h in (4e-3, 2e-3, 1e-3):
            moved = replace(model, **{parameter: ends[parameter] + side * h})
            rise = moved.call_price(K, MATURITY, tolerance=TOLERANCE) - found.call_price
            slopes.append(side * rise / h)
        first, second = 2 * slopes[1] - slopes[0], 2 * slopes[2] - slopes[1]
        limit = (4 * second - first) / 3
        assert np.all(np.abs(own - limit) <= np.abs(second - first) / 3 + 1e-9)


def mittag_leffler(alpha, second, x):
    """E_{alpha, second}(-x) by its series, with digits enough for its cancellation."""
    with mpmath.workdps(30 + int(x ** (1 / alpha))):
        order, x = mpmath.mpf(alpha), mpmath.mpf(x)
        return mpmath.nsum(
            lambda n: (-x) ** int(n) / mpmath.gamma(order * n + second),
            [0, mpmath.inf],
            method="direct",
        )


@pytest.mark.parametrize("hurst", [0.05, 0.25, 0.49, 0.5])
@pytest.mark.parametrize("mean_reversion", [0.0, 0.4, 3.0])
def test_expected_variance_is_a_mittag_leffler_function(hurst, mean_reversion):
    model = replace(MODELS["rough Heston"], hurst=hurst, mean_reversion=mean_reversion)
    times = np.array([0.0, 1e-4, 0.05, 0.7, 2.5])
    found = model.expected_variance(times)
    for t, value in zip(times, found, strict=True):
        x = mean_reversion * t ** (hurst + 0.5)
        decay = float(mittag_leffler(hurst + 0.5, 1, x)) if x > 0 else 1.0
        assert abs(value - (0.03 + 0.02 * decay)) <= 1e-14


def curve_of(model, maturity, pieces):
    """The curve whose pieces have the model's total variances, t theta + (V0 - theta) t E_{a,2}."""
    alpha, kappa = model.hurst + 0.5, model.mean_reversion
    first, last = model.initial_variance, model.long_run_variance
    times = maturity * np.arange(1, pieces + 1) / pieces
    decay = [float(mittag_leffler(alpha, 2, kappa * t**alpha)) for t in times]
    return ForwardVariance.from_total_variances(
        times, last * times + (first - last) * times * np.array(decay)
    )


def test_prices_of_the_curve_of_expected_variance_converge_to_those_of_the_levels():
    model = MODELS["rough Heston"]
    price = model.call_price(K, MATURITY, tolerance=1e-12)
    gaps = []
    for pieces in (8, 16, 32):
        on_curve = RoughHeston(
            hurst=model.hurst,
            vol_of_vol=model.vol_of_vol,
            correlation=model.correlation,
            mean_reversion=model.mean_reversion,
            forward_variance=curve_of(model, MATURITY, pieces),
        )
        gaps.append(np.abs(on_curve.call_price(K, MATURITY, tolerance=1e-12) - price).max())
    # pieces of equal integral: order 2 where the curve is smooth, alpha + 1 at its t^alpha corner
    orders = np.log2(np.array(gaps[:-1]) / gaps[1:])
    assert np.all(orders > model.hurst + 1.3)
    assert gaps[-1] < 1e-5


@pytest.mark.parametrize("mean_reversion", [0.0, 0.8])
@pytest.mark.parametrize("maturity", [0.02, 2.0])
def test_flat_curve_is_a_level_that_stays(mean_reversion, maturity):
    given: dict[str, Any] = {
        "hurst": 0.1,
        "vol_of_vol": 0.4,
        "correlation": -0.7,
        "mean_reversion": mean_reversion,
    }
    levels = RoughHeston(**given, initial_variance=0.05, long_run_variance=0.05)
    curve = RoughHeston(**given, forward_variance=ForwardVariance((0.3,), (0.05,)))
    k = K * np.sqrt(maturity)
    prices = [law.call_price(k, maturity, tolerance=1e-12) for law in (levels, curve)]
    assert np.all(np.abs(prices[0] - prices[1]) <= 2e-12)
    np.testing.assert_array_equal(curve.expected_variance([0.0, 0.2, 5.0]), 0.05)


def test_long_run_variance_has_no_effect_without_mean_reversion():
    model = replace(MODELS["rough Heston"], mean_reversion=0.0)
    other = replace(model, long_run_variance=0.2)
    gap = model.call_price(K, MATURITY, tolerance=1e-12)
    gap -= other.call_price(K, MATURITY, tolerance=1e-12)
    assert np.all(np.abs(gap) <= 2e-12)
    found = model.sensitivities(K, MATURITY)
    row = found.parameters.index("long_run_variance")
    np.testing.assert_array_equal(found.price_gradient[row], 0.0)
