"""SVI against its raw formula at 40 digits, and its arbitrage against densities and grids."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from rmot.errors import ParameterError
from rmot.models import SVI

# J. Gatheral and A. Jacquier (2014), section 2.2: A. Vogt's raw parameters, with butterflies
VOGT = SVI.from_raw(a=-0.0410, b=0.1331, correlation=0.3060, translation=0.3586, smoothness=0.4153)
PLAIN = SVI(
    minimum_total_variance=0.02,
    wing_slope=0.1,
    correlation=-0.6,
    translation=0.05,
    smoothness=0.1,
)
CASES = {
    "plain": PLAIN,
    "Vogt": VOGT,
    "one-sided": SVI(
        minimum_total_variance=1e-4,
        wing_slope=0.05,
        correlation=-0.99,
        translation=0.1,
        smoothness=0.01,
    ),
    "sharp": SVI(
        minimum_total_variance=1e-3,
        wing_slope=0.3,
        correlation=0.4,
        translation=-0.02,
        smoothness=1e-3,
    ),
}
slices = st.builds(
    lambda w, b, angle, m, s: SVI(
        minimum_total_variance=math.exp(w),
        wing_slope=math.exp(b),
        correlation=math.tanh(angle),
        translation=m,
        smoothness=math.exp(s),
    ),
    st.floats(-14.0, 1.0),
    st.floats(-8.0, 0.6),
    st.floats(-4.0, 4.0),
    st.floats(-1.0, 1.0),
    st.floats(-6.0, 1.0),
)


def raw_total_variance(k, *, minimum_total_variance, wing_slope, correlation, translation, s):
    a = minimum_total_variance - wing_slope * s * mpmath.sqrt(1 - correlation**2)
    y = k - translation
    return a + wing_slope * (correlation * y + mpmath.sqrt(y * y + s * s))


def raw_volatility(k, maturity, *, smoothness, **parameters):
    return mpmath.sqrt(raw_total_variance(k, s=smoothness, **parameters) / maturity)


@pytest.mark.parametrize("smile", CASES.values(), ids=list(CASES))
def test_volatilities_and_gradient_are_those_of_the_raw_formula(smile, check_against):
    # nothing cancels but 1 - rho^2 and rho + y/h: some ten roundings, magnified by 1/(1 - rho^2)
    relative = 1e-14 / (1 - smile.correlation**2)
    check_against(smile, raw_volatility, np.linspace(-1.5, 0.7, 12), 0.3, relative)


def test_raw_parameters_give_the_raw_formula():
    k = np.linspace(-1.0, 1.0, 9)
    raw = -0.0410 + 0.1331 * (0.3060 * (k - 0.3586) + np.sqrt((k - 0.3586) ** 2 + 0.4153**2))
    assert np.allclose(VOGT.total_variance(k), raw, rtol=0, atol=1e-15)
    assert np.allclose(VOGT.implied_volatility(k, 4.0), np.sqrt(raw / 4.0), rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    "change", [{"a": -0.06}, {"a": math.nan}, {"b": -0.1}, {"correlation": 1.0}, {"smoothness": 0}]
)
def test_raw_parameters_without_a_positive_variance_are_refused(change):
    raw = {"a": 0.01, "b": 0.1, "correlation": 0.6, "translation": 0.0, "smoothness": 0.5}
    with pytest.raises(ParameterError, match=next(iter(change))):
        SVI.from_raw(**{**raw, **change})


def test_without_slope_the_smile_is_flat():
    flat = SVI(
        minimum_total_variance=0.04,
        wing_slope=0.0,
        correlation=-0.5,
        translation=0.1,
        smoothness=0.2,
    )
    assert np.all(flat.implied_volatility([-3.0, 0.0, 2.0], 0.25) == 0.4)
    assert flat.is_free_of_butterfly_arbitrage()
    assert flat.least_durrleman() == flat.durrleman_function(0.3) == 1.0


@settings(deadline=None)
@given(slices, st.floats(-30.0, 30.0))
def test_variance_never_falls_below_its_minimum(smile, k):
    assert smile.total_variance(k) >= smile.minimum_total_variance


@pytest.mark.parametrize("smile", CASES.values(), ids=list(CASES))
@pytest.mark.parametrize("k", [-0.8, -0.1, 0.02, 0.9])
def test_durrleman_function_is_the_density_over_its_gaussian_factor(smile, k):
    parameters = {
        "minimum_total_variance": smile.minimum_total_variance,
        "wing_slope": smile.wing_slope,
        "correlation": smile.correlation,
        "translation": smile.translation,
        "s": smile.smoothness,
    }

    def call(strike):
        x = mpmath.log(strike)
        root = mpmath.sqrt(raw_total_variance(x, **parameters))
        upper = -x / root + root / 2
        return mpmath.ncdf(upper) - strike * mpmath.ncdf(upper - root)

    with mpmath.workdps(60):
        strike = mpmath.exp(mpmath.mpf(k))
        root = mpmath.sqrt(raw_total_variance(mpmath.mpf(k), **parameters))
        gaussian = mpmath.npdf(-k / root - root / 2) / (strike * root)
        g = float(mpmath.diff(call, strike, 2) / gaussian)
    # g is a difference of terms as large as the first of them
    first = float((raw_slope := smile.lee_slopes()[1]) + abs(k)) / smile.minimum_total_variance
    assert raw_slope > 0
    assert abs(smile.durrleman_function(k) - g) <= 1e-14 * (1.0 + first**2)


@settings(max_examples=60, deadline=None)
@given(slices)
def test_least_durrleman_is_the_infimum_over_all_strikes(smile):
    def g(t):
        return smile.durrleman_function(smile.translation + smile.smoothness * np.sinh(t))

    t = np.linspace(-25.0, 25.0, 20001)
    values = g(t)
    place = int(np.clip(values.argmin(), 1, t.size - 2))
    near = minimize_scalar(
        g, bounds=(t[place - 1], t[place + 1]), method="bounded", options={"xatol": 1e-12}
    )
    found = min(values.min(), float(near.fun))  # pyright: ignore[reportAttributeAccessIssue]
    least = smile.least_durrleman()
    rounding = 1e-9 * (1.0 + abs(found))
    assert least <= found + rounding
    limits = [(4 - slope**2) / 16 for slope in smile.lee_slopes()]
    # the grid's ends, at |k| > 1e8 s, are this near the limits at least
    assert least >= min(found, *limits) - rounding


def test_vogts_parameters_admit_butterflies_and_plain_ones_do_not():
    assert VOGT.least_durrleman() < 0.0
    assert not VOGT.is_free_of_butterfly_arbitrage()
    assert PLAIN.is_free_of_butterfly_arbitrage()


@pytest.mark.parametrize(("excess", "free"), [(-1e-3, True), (0.0, False), (1e-3, False)])
def test_wings_as_steep_as_lees_bound_admit_arbitrage(excess, free):
    # SSVI with theta = 6.4 and phi = 1/2, where theta phi^2 (1 + |rho|) = 2 keeps g >= 0 inside
    steep = SVI(
        minimum_total_variance=6.0,
        wing_slope=(2.0 + excess) / 1.25,
        correlation=-0.25,
        translation=0.5,
        smoothness=1.936,
    )
    assert math.isclose(steep.lee_slopes()[0], 2.0 + excess)
    assert steep.is_free_of_butterfly_arbitrage() is free


@settings(deadline=None)
@given(slices)
def test_lee_slopes_are_the_limits_of_variance_over_log_moneyness(smile):
    far = 1e9
    left, right = smile.total_variance([-far, far]) / far
    # a + b (|m| + s) at most is left over
    rest = smile.minimum_total_variance + smile.wing_slope * (2 + 3 * smile.smoothness)
    assert np.allclose(smile.lee_slopes(), (left, right), rtol=1e-12, atol=rest / far)
