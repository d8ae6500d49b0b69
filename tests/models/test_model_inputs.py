"""What models do with bad input and with legal but absurd input: an error, or an accurate value."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from benchmarks.reference import Parameters, smile
from rmot.errors import AccuracyError, ParameterError, RmotError
from rmot.models import BlackScholes, ForwardVariance, Heston, RoughHeston

LEVELS: dict[str, Any] = {"initial_variance": 0.04, "long_run_variance": 0.06}
DYNAMICS: dict[str, Any] = {"vol_of_vol": 0.4, "correlation": -0.7, "mean_reversion": 0.3}
CURVE = ForwardVariance((0.5, 1.0), (0.04, 0.05))
MODELS = {
    "Black-Scholes": BlackScholes(volatility=0.2),
    "Heston": Heston(**DYNAMICS, **LEVELS),
    "rough Heston": RoughHeston(hurst=0.1, **DYNAMICS, **LEVELS),
    "curve": RoughHeston(hurst=0.1, **DYNAMICS, forward_variance=CURVE),
}
RANGES = {
    "hurst": "(0, 0.5]",
    "vol_of_vol": "(0, inf)",
    "correlation": "[-1, 1]",
    "initial_variance": "(0, inf)",
    "mean_reversion": "[0, inf)",
    "long_run_variance": "[0, inf)",
    "volatility": "(0, inf)",
}
BELOW = {"mean_reversion": -1e-9, "long_run_variance": -1e-9, "correlation": -1.0000001}
PRICES = ("call_price", "implied_volatility", "sensitivities")
NOT_NUMBERS = [math.nan, math.inf, -math.inf, "0.1", "x", [0.1], np.array([0.1, 0.2]), 1j, 10**400]


@pytest.fixture(params=MODELS.values(), ids=list(MODELS))
def model(request):
    return request.param


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        (name, p)
        for name in ("Black-Scholes", "Heston", "rough Heston")
        for p in RANGES
        if hasattr(MODELS[name], p)
    ],
)
def test_parameters_out_of_domain_are_refused_by_name_range_and_value(name, parameter):
    above = {"hurst": 0.5000001, "correlation": 1.0000001}.get(parameter, math.inf)
    for value in (BELOW.get(parameter, 0.0), above, *NOT_NUMBERS):
        with pytest.raises(ParameterError) as caught:
            replace(MODELS[name], **{parameter: value})
        assert f"{parameter} must lie in {RANGES[parameter]}" in str(caught.value)
        assert repr(value) in str(caught.value) or value == 10**400


@pytest.mark.parametrize("missing", ["hurst", "vol_of_vol", "correlation", "mean_reversion"])
def test_missing_dynamics_are_refused(missing):
    with pytest.raises(ParameterError, match=f"{missing} must lie in .*got None"):
        replace(MODELS["rough Heston"], **{missing: None})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "expected initial_variance and long_run_variance, or forward_variance"),
        ({"initial_variance": 0.04}, "long_run_variance=None"),
        ({"long_run_variance": 0.04}, "initial_variance=None"),
        (LEVELS | {"forward_variance": CURVE}, "got both"),
        ({"initial_variance": 0.04, "forward_variance": CURVE}, "got both"),
        ({"forward_variance": 0.04}, "must be a ForwardVariance"),
    ],
)
def test_variance_is_given_in_exactly_one_way(given, message):
    with pytest.raises(ParameterError, match=message):
        RoughHeston(hurst=0.1, **DYNAMICS, **given)


@pytest.mark.parametrize(
    ("times", "variances"),
    [
        ((), ()),
        ((1.0, 2.0), (0.04,)),
        ((0.0,), (0.04,)),
        ((-1.0,), (0.04,)),
        ((1.0, 1.0), (0.04, 0.04)),
        ((2.0, 1.0), (0.04, 0.04)),
        ((math.nan,), (0.04,)),
        ((math.inf,), (0.04,)),
        ((1.0,), (0.0,)),
        ((1.0,), (-0.1,)),
        ((1.0,), (math.nan,)),
        ((1.0,), (math.inf,)),
        (((1.0, 2.0),), ((0.1, 0.1),)),
    ],
)
def test_curves_that_are_none_are_refused(times, variances):
    with pytest.raises(ParameterError, match="expected"):
        ForwardVariance(times, variances)


def test_totals_that_fall_are_refused():
    for times, totals in [((1.0, 2.0), (0.04, 0.04)), ((1.0,), (-0.1,)), ((1.0, 1.0), (0.1, 0.2))]:
        with pytest.raises(ParameterError, match="expected"):
            ForwardVariance.from_total_variances(times, totals)


@pytest.mark.parametrize("time", [-1.0, math.nan, [0.1, -0.1]])
def test_variance_before_today_is_refused(time):
    for expected_variance in (
        MODELS["rough Heston"].expected_variance,
        MODELS["curve"].expected_variance,
        CURVE,
    ):
        with pytest.raises(ParameterError, match="expected times of at least 0"):
            expected_variance(time)


@pytest.mark.parametrize("maturity", [0.0, -1.0, math.nan, math.inf, None, "1", [1.0, 2.0]])
def test_bad_maturities_are_refused_everywhere(model, maturity):
    calls = [(getattr(model, name), ([0.0], maturity)) for name in PRICES]
    calls += [(model.critical_moments, (maturity,)), (model.lee_slopes, (maturity,))]
    calls += [(model.moment, (0.5, maturity)), (model.prior, (maturity,))]
    calls += [(model.log_characteristic_function, (1 - 0.5j, maturity))]
    for function, arguments in calls:
        with pytest.raises(ParameterError, match="maturity must lie in"):
            function(*arguments)


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize(
    "k", [[], [math.nan], [0.0, math.inf], None, [None, 0.1], np.empty((0, 3))]
)
def test_bad_strikes_are_refused(model, name, k):
    with pytest.raises(ParameterError, match="log_moneyness must"):
        getattr(model, name)(k, 1.0)


@pytest.mark.parametrize("k", ["a", ["a"], [1j]])
def test_strikes_that_are_no_numbers_are_refused(model, k):
    with pytest.raises((ValueError, TypeError)):
        model.call_price(k, 1.0)


@pytest.mark.parametrize("tolerance", [0, -1.0, 1e-30, math.nan, math.inf])
def test_tolerances_that_nothing_meets_are_refused(model, tolerance):
    if isinstance(model, BlackScholes) and tolerance == math.inf:
        return
    with pytest.raises((ParameterError, AccuracyError), match=r"tolerance|asked for|wanted was"):
        model.call_price([0.0, 0.1], 1.0, tolerance=tolerance)


@pytest.mark.parametrize("order", [math.nan, math.inf, None, "1", 1j])
def test_orders_of_moments_that_are_no_numbers_are_refused(model, order):
    with pytest.raises(ParameterError, match="order must lie in"):
        model.moment(order, 1.0)


@pytest.mark.parametrize("name", ["Heston", "rough Heston", "curve"])
def test_moments_are_infinite_from_the_critical_ones_on(name):
    model = MODELS[name]
    low, high = model.critical_moments(1.0)
    assert low < 0
    assert high > 1
    for order in (low, low - 1e-6, -1e300, high, high + 1e-6, 1e300):
        assert model.moment(order, 1.0) == math.inf
    assert model.moment(0.0, 1.0) == model.moment(1.0, 1.0) == 1.0
    assert 1.0 < model.moment(0.9 * high, 1.0) < math.inf
    assert 0.0 < model.moment(0.5, 1.0) < 1.0


@pytest.mark.parametrize("name", ["Heston", "rough Heston", "curve"])
def test_frequencies_beyond_the_critical_strip_are_refused_with_the_interval(name):
    model = MODELS[name]
    low, high = model.critical_moments(1.0)
    for order in (1.0001 * low, 1.0001 * high, 1e3, -1e3):
        with pytest.raises(ParameterError) as caught:
            model.log_characteristic_function([0.0, 5.0 - 1j * order], 1.0)
        assert f"of order {low:.6g} to {high:.6g} are finite" in str(caught.value)


@pytest.mark.parametrize("u", [[], math.nan, complex(0, math.inf), None])
def test_bad_frequencies_are_refused(model, u):
    with pytest.raises(ParameterError, match="u must"):
        model.log_characteristic_function(u, 1.0)


@pytest.mark.parametrize("k", [[-5.0, 0.0, 5.0], [-40.0, 0.0, 40.0], [-800.0], [-1e6, 0.0, 1e6]])
@pytest.mark.parametrize("maturity", [0.01, 1.0])
def test_far_strikes_have_their_limits_within_the_error(model, k, maturity):
    price, error = model.call_price(k, maturity, return_error=True)
    intrinsic = -np.expm1(np.minimum(k, 0.0))
    far = np.abs(k) > 1
    # P(|X| > 4) is far below the error in all of these
    assert np.all(error <= 1e-6)
    assert np.all(np.abs(price - intrinsic)[far] <= 1e-4 * np.exp(-np.abs(k))[far] + error[far])
    assert np.all((price > 0) | (np.abs(price) <= error))


ABSURD = [
    ("vol_of_vol", 1e-6, 1.0),
    ("vol_of_vol", 50.0, 1.0),
    ("vol_of_vol", 50.0, 0.01),
    ("initial_variance", 1e-12, 1.0),
    ("initial_variance", 100.0, 1.0),
    ("initial_variance", 100.0, 30.0),
    ("hurst", 1e-6, 0.01),
    ("hurst", 1e-6, 30.0),
    ("correlation", -1.0, 0.01),
    ("correlation", 1.0, 0.01),
    ("correlation", -1.0, 1.0),
    ("mean_reversion", 1e3, 1.0),
    ("long_run_variance", 0.0, 1.0),
    ("long_run_variance", 100.0, 0.01),
    ("hurst", 0.1, 1e-6),
    ("hurst", 0.1, 100.0),
]
MAY_BE_REFUSED = {"initial_variance", "correlation"}
"""A variance that leaves nothing but 0 and 1; perfect correlation, where phi hardly decays."""


@pytest.mark.parametrize(("parameter", "value", "maturity"), ABSURD)
def test_absurd_parameters_are_priced_to_the_default_accuracy_or_refused(
    parameter, value, maturity
):
    given: dict[str, Any] = {"hurst": 0.1} | DYNAMICS | LEVELS | {parameter: value}
    rough = RoughHeston(**given)
    k = np.array([-0.3, -0.1, 0.0, 0.1, 0.3]) * min(1.0, 3 * math.sqrt(0.05 * maturity))
    try:
        price, error = rough.call_price(k, maturity, return_error=True)
    except AccuracyError:
        assert parameter in MAY_BE_REFUSED
        return
    with np.errstate(all="ignore"):
        exact = smile(Parameters(**given), maturity, k)
    otm = price + np.expm1(np.minimum(k, 0.0))
    rounding = exact.price_error + 1e-15
    assert np.all(np.abs(otm - exact.price) <= 3 * error + rounding)
    quoted = exact.price > 2e-8
    gap = np.abs(rough.implied_volatility(k, maturity) - exact.volatility)
    assert np.all(gap[quoted] <= (1e-6 + exact.volatility_error)[quoted])


@pytest.mark.parametrize("maturity", [0.01, 1.0, 10.0])
def test_without_vol_of_vol_the_law_is_black_scholes_with_the_mean_variance(maturity):
    nu = 1e-7
    rough = replace(MODELS["rough Heston"], vol_of_vol=nu)
    total, quadrature_error = quad(lambda t: float(rough.expected_variance(t)), 0.0, maturity)
    exact = math.sqrt(total / maturity)
    k = exact * math.sqrt(maturity) * np.linspace(-2, 2, 5)
    volatility = rough.implied_volatility(k, maturity, tolerance=1e-12)
    # the smile bends by O(nu), and prices are known to 1e-12
    assert np.all(np.abs(volatility - exact) <= nu + quadrature_error + 1e-9)


def test_overflowing_maturities_raise_no_bare_error():
    for maturity in (1e-300, 1e-100, 1e6):
        for name in ("Heston", "rough Heston"):
            try:
                price = MODELS[name].call_price([0.0], maturity)
            except RmotError:
                continue
            assert 0 <= price[0] <= 1
