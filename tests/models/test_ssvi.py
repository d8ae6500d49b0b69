"""SSVI against its formula at 40 digits, and against the butterflies and calendars it excludes."""

import math
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.market.synthetic import SurfaceSVI
from rmot.models import SSVI

PARAMETERS: dict[str, Any] = {
    "initial_variance": 0.03,
    "mean_reversion": 1.2,
    "long_run_variance": 0.06,
    "correlation": -0.7,
    "curvature": 1.1,
    "curvature_decay": 0.4,
}
SURFACE = SSVI(**PARAMETERS)
MATURITIES = (1 / 365, 0.1, 1.0, 10.0)
surfaces = st.builds(
    lambda v, kappa, theta, angle, eta, gamma: SSVI(
        initial_variance=math.exp(v),
        mean_reversion=kappa,
        long_run_variance=math.exp(theta),
        correlation=math.tanh(angle),
        curvature=math.exp(eta),
        curvature_decay=gamma,
    ),
    st.floats(-8.0, 0.0),
    st.floats(0.0, 20.0),
    st.floats(-8.0, 0.0),
    st.floats(-2.5, 2.5),
    st.floats(-2.0, 2.5),
    st.floats(0.02, 0.9),
)


def at_the_money(t, v, kappa, theta):
    pull = t if kappa == 0 else -mpmath.expm1(-kappa * t) / kappa
    return theta * t + (v - theta) * pull


def power(theta, eta, gamma):
    return eta / (theta**gamma * (1 + theta) ** (1 - gamma))


def volatility(
    k,
    maturity,
    *,
    initial_variance,
    mean_reversion,
    long_run_variance,
    correlation,
    curvature,
    curvature_decay,
):
    theta = at_the_money(maturity, initial_variance, mean_reversion, long_run_variance)
    x = power(theta, curvature, curvature_decay) * k
    root = mpmath.sqrt((x + correlation) ** 2 + 1 - correlation**2)
    return mpmath.sqrt(theta / 2 * (1 + correlation * x + root) / maturity)


@pytest.mark.parametrize("maturity", MATURITIES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"correlation": 0.99},
        {"mean_reversion": 1e-9},
        {"mean_reversion": 25.0, "initial_variance": 0.5},
        {"curvature_decay": 0.8, "curvature": 0.1},
    ],
)
def test_volatilities_and_gradient_are_those_of_the_formula(changes, maturity, check_against):
    surface = replace(SURFACE, **changes)
    # some twenty roundings, magnified by 1/(1 - rho^2)
    relative = 2e-14 / (1 - surface.correlation**2)
    check_against(surface, volatility, np.linspace(-1.0, 0.5, 7), maturity, relative)


def test_without_reversion_the_level_stays():
    surface = replace(SURFACE, mean_reversion=0.0)
    for maturity in MATURITIES:
        assert surface.at_the_money_variance(maturity) == 0.03 * maturity
        assert math.isclose(float(surface.implied_volatility(0.0, maturity)), math.sqrt(0.03))


def test_a_flat_level_is_the_surface_of_the_synthetic_chains():
    surface = replace(SURFACE, initial_variance=0.04, long_run_variance=0.04)
    other = SurfaceSVI(0.2, -0.7, 1.1, 0.4)
    k = np.linspace(-1.0, 0.5, 16)
    for maturity in MATURITIES:
        mine, theirs = (each.implied_volatility(k, maturity) for each in (surface, other))
        assert np.allclose(mine, theirs, rtol=1e-13, atol=0)


@pytest.mark.parametrize("maturity", MATURITIES)
def test_each_slice_is_the_smile_of_its_maturity(maturity):
    k = np.linspace(-1.0, 0.5, 16)
    part = SURFACE.slice(maturity)
    assert np.allclose(
        part.implied_volatility(k, maturity),
        SURFACE.implied_volatility(k, maturity),
        rtol=1e-14,
        atol=0,
    )
    assert part.lee_slopes() == SURFACE.lee_slopes(maturity)
    left, right = SURFACE.implied_volatility([-1e9, 1e9], maturity) ** 2 * maturity / 1e9
    assert np.allclose((left, right), SURFACE.lee_slopes(maturity), rtol=1e-7, atol=0)


@settings(max_examples=40, deadline=None)
@given(surfaces)
def test_calendar_margins_are_derivatives_and_never_negative(surface):
    v, kappa, level = (
        surface.initial_variance,
        surface.mean_reversion,
        surface.long_run_variance,
    )
    eta, gamma, rho = surface.curvature, surface.curvature_decay, surface.correlation
    for maturity in (0.02, 1.0, 4.0):
        with mpmath.workdps(30):
            theta = at_the_money(mpmath.mpf(maturity), v, kappa, level)
            forward = mpmath.diff(lambda t: at_the_money(t, v, kappa, level), maturity)
            growth = mpmath.diff(lambda x: x * power(x, eta, gamma), theta)
            room = (1 + mpmath.sqrt(1 - rho**2)) * power(theta, eta, gamma) - rho**2 * growth
        exact = np.array([forward, growth, room], float)
        found = surface.calendar_margins(maturity)
        assert min(found) >= 0.0
        # theta cancels where the variance falls towards a level far below it
        assert np.allclose(found, exact, rtol=1e-11, atol=0)


@pytest.mark.parametrize("gamma", [0.01, 0.1, 0.25, 0.4, 0.5])
@pytest.mark.parametrize("rho", [0.0, -0.5, 0.99])
def test_free_of_static_arbitrage_up_to_the_curvature_where_a_margin_ends(gamma, rho):
    theta = np.exp(np.linspace(-25.0, 25.0, 20001))
    phi = np.array(power(theta, 1.0, gamma))
    spread = 1 + abs(rho)
    largest = min(
        4 / (spread * (theta * phi).max()), 2 / math.sqrt(spread * (theta * phi**2).max())
    )
    # a step of 0.0025 in log theta misses a smooth maximum by its square at most
    for curvature, free in ((0.9999 * largest, True), (1.0001 * largest, False)):
        surface = replace(SURFACE, correlation=rho, curvature=curvature, curvature_decay=gamma)
        assert surface.is_free_of_static_arbitrage() is free


def test_a_skew_that_grows_faster_than_a_square_root_is_not_shown_free_of_arbitrage():
    surface = replace(SURFACE, curvature=0.1, curvature_decay=0.51)
    assert not surface.is_free_of_static_arbitrage()
    assert surface.butterfly_margins(1.0)[1] > 0.0


@settings(max_examples=60, deadline=None)
@given(surfaces, st.sampled_from(MATURITIES))
def test_margins_against_butterflies_leave_no_negative_density(surface, maturity):
    margins = surface.butterfly_margins(maturity)
    least = surface.slice(maturity).least_durrleman()
    if min(margins) > 0.0:
        assert least >= -1e-12
    if margins[0] < 0.0:
        assert least < 0.0


@settings(max_examples=40, deadline=None)
@given(surfaces, st.floats(0.01, 1.0), st.floats(0.02, 0.5))
def test_surfaces_of_gatheral_and_jacquier_have_no_butterflies_and_no_calendars(
    surface, share, gamma
):
    # their Remark 4.4: eta (1 + |rho|) <= 2 and gamma <= 1/2 suffice
    surface = replace(
        surface,
        curvature=2 * share / (1 + abs(surface.correlation)),
        curvature_decay=gamma,
    )
    assert surface.is_free_of_static_arbitrage()
    strike = np.linspace(0.05, 4.0, 400)
    before = np.zeros(strike.size)
    for maturity in MATURITIES:
        call = surface.call_price(np.log(strike), maturity)
        butterflies = np.diff(call, 2)
        # prices of 1 are rounded to 1e-16, four of them enter
        assert butterflies.min() >= -1e-15
        assert np.all(call >= before - 1e-15)
        before = call


def test_too_much_curvature_shows_as_butterflies():
    steep = replace(SURFACE, curvature=4.0)
    assert not steep.is_free_of_static_arbitrage()
    assert steep.butterfly_margins(30.0)[0] < 0.0
    assert not steep.slice(30.0).is_free_of_butterfly_arbitrage()
