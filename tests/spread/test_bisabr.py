"""The BiSABR expansion: its orders against exact lognormal spreads, SABR, and simulation."""

import math

import numpy as np
import pytest

from rmot.errors import AccuracyError, ParameterError
from rmot.models import SABR
from rmot.numerics.bachelier import implied_normal_volatility
from rmot.spread import BiSABR, simulated_bisabr_call
from rmot.spread.alpha.bilog import bilog_spread_call

FORWARDS = (1.1, 0.9)
FIRST = SABR(initial_volatility=0.25, lognormal_vol_of_vol=0.5, correlation=-0.4, elasticity=0.6)
SECOND = SABR(initial_volatility=0.3, lognormal_vol_of_vol=0.6, correlation=-0.2, elasticity=0.8)
MODEL = BiSABR(
    first=FIRST,
    second=SECOND,
    price_correlation=0.6,
    volatility_correlation=0.5,
    first_price_second_volatility=-0.3,
    second_price_first_volatility=-0.35,
    forwards=FORWARDS,
)


def constant(volatility):
    """A lognormal price."""
    return SABR(initial_volatility=volatility, lognormal_vol_of_vol=0.0, correlation=0.0)


def uncorrelated(first, second, correlation, forwards):
    return BiSABR(
        first=first,
        second=second,
        price_correlation=correlation,
        volatility_correlation=0.0,
        first_price_second_volatility=0.0,
        second_price_first_volatility=0.0,
        forwards=forwards,
    )


@pytest.mark.parametrize("rho", [-0.5, 0.3, 0.9])
@pytest.mark.parametrize(("distance", "order"), [(0.0, 2.0), (0.7, 1.5), (-0.7, 1.5)])
def test_errors_against_lognormal_spreads_fall_with_the_maturity(rho, distance, order):
    # what is left out is T^2 at the money; a fixed number of deviations away y^3, y T: T^{3/2}
    model = uncorrelated(constant(0.3), constant(0.2), rho, FORWARDS)
    level = model.normal_smile().level
    errors = []
    for maturity in (0.64, 0.16, 0.04):
        y = distance * level * math.sqrt(maturity)
        exact = bilog_spread_call(FORWARDS, (0.3, 0.2), rho, 0.2 + y, maturity).price
        volatility = implied_normal_volatility(y, exact, maturity)
        errors.append(float(model.implied_normal_volatility(0.2 + y, maturity) - volatility))
    assert abs(errors[1]) < 2e-4 * level
    # a quarter of the maturity; signs may change on the way where two orders compete
    assert abs(errors[2]) <= abs(errors[0]) / 4.0 ** (2.0 * order - 0.6)


@pytest.mark.parametrize("elasticity", [0.0, 0.5, 1.0])
def test_a_spread_against_next_to_nothing_is_sabr(elasticity):
    alpha, nu, rho = 0.2, 0.3, -0.35
    first = SABR(
        initial_volatility=alpha,
        lognormal_vol_of_vol=nu,
        correlation=rho,
        elasticity=elasticity,
    )
    model = uncorrelated(first, constant(0.2), 0.0, (1.0, 1e-9))
    smile = model.normal_smile()
    # Hagan et al. (2002), (B.67): the normal volatility at the money
    growth = (
        -elasticity * (2.0 - elasticity) * alpha**2 / 24.0
        + elasticity * rho * alpha * nu / 4.0
        + (2.0 - 3.0 * rho * rho) * nu * nu / 24.0
    )
    assert smile.level == pytest.approx(alpha, rel=1e-8)
    assert smile.growth == pytest.approx(growth, rel=1e-6)
    # slope and curvature of Bachelier's volatility that SABR's smile has as T -> 0
    years, h = 1e-2, 0.02
    strikes = 1.0 + h * np.array([-1.0, 0.0, 1.0])
    calls = first.call_price(np.log(strikes), years)
    theirs = implied_normal_volatility(strikes - 1.0, calls, years)
    ours = model.implied_normal_volatility(strikes, years)
    # third order in the distance and in the root of time
    assert np.all(np.abs(ours - theirs) <= alpha * (h**3 + alpha**3 * years**1.5))


def test_swapped_prices_have_the_mirrored_smile():
    swapped = BiSABR(
        first=SECOND,
        second=FIRST,
        price_correlation=MODEL.price_correlation,
        volatility_correlation=MODEL.volatility_correlation,
        first_price_second_volatility=MODEL.second_price_first_volatility,
        second_price_first_volatility=MODEL.first_price_second_volatility,
        forwards=(FORWARDS[1], FORWARDS[0]),
    )
    k = np.linspace(-0.2, 0.6, 9)
    ours, theirs = (
        MODEL.implied_normal_volatility(k, 1.0),
        swapped.implied_normal_volatility(-k, 1.0),
    )
    assert np.all(np.abs(ours - theirs) <= 1e-14)


def test_short_smiles_are_those_of_a_simulation():
    maturity = 1.0 / 16.0
    k = 0.2 + 0.06 * np.array([-1.2, -0.5, 0.0, 0.5, 1.2])
    drawn = simulated_bisabr_call(MODEL, k, maturity, n_paths=2**17, steps=16, seed=3)
    volatility = implied_normal_volatility(k - 0.2, drawn.price, maturity)
    error = implied_normal_volatility(k - 0.2, drawn.price + drawn.error, maturity) - volatility
    ours = MODEL.implied_normal_volatility(k, maturity)
    smile = MODEL.normal_smile()
    zeta = smile.vol_of_vol * np.abs(k - 0.2) / smile.level
    # the expansion leaves out what is of third order in the distance and in the root of time
    beyond = smile.level * (zeta**3 + (smile.vol_of_vol**2 * maturity) ** 1.5)
    assert np.all(beyond < 5e-3 * smile.level)
    assert np.all(np.abs(ours - volatility) <= error + beyond)


def test_a_simulation_of_lognormal_prices_is_exact():
    model = uncorrelated(constant(0.3), constant(0.2), 0.4, FORWARDS)
    k = np.array([-0.1, 0.2, 0.5])
    drawn = simulated_bisabr_call(model, k, 2.0, n_paths=2**15, steps=2, seed=1)
    exact = bilog_spread_call(FORWARDS, (0.3, 0.2), 0.4, k, 2.0).price
    assert np.all(drawn.step_change < 1e-12)
    assert np.all(np.abs(drawn.price - exact) <= 4.0 * drawn.standard_error)


def test_the_same_seed_gives_the_same_prices():
    given = (MODEL, [0.1, 0.3], 1.0)
    first = simulated_bisabr_call(*given, n_paths=256, steps=4, seed=9)
    again = simulated_bisabr_call(*given, n_paths=256, steps=4, seed=9)
    assert np.array_equal(first.price, again.price)


def test_correlations_of_no_random_variables_are_refused_with_their_eigenvalue():
    with pytest.raises(ParameterError, match=r"the least eigenvalue is -0\.440542"):
        BiSABR(
            first=FIRST,
            second=SECOND,
            price_correlation=0.9,
            volatility_correlation=0.2,
            first_price_second_volatility=0.4,
            second_price_first_volatility=0.6,
        )


@pytest.mark.parametrize("maturity", [0.0, -1.0, math.nan])
def test_expired_options_are_refused(maturity):
    with pytest.raises(ParameterError, match="maturity"):
        MODEL.implied_normal_volatility(0.2, maturity)
    with pytest.raises(ParameterError, match="maturity"):
        simulated_bisabr_call(MODEL, 0.2, maturity)


def test_strikes_are_numbers():
    with pytest.raises(ParameterError, match="strikes must be finite"):
        MODEL.implied_normal_volatility([0.1, math.nan], 1.0)
    with pytest.raises(ParameterError, match="finite strikes"):
        simulated_bisabr_call(MODEL, math.nan, 1.0)


def test_forwards_are_positive():
    with pytest.raises(ParameterError, match="forwards must lie"):
        uncorrelated(FIRST, SECOND, 0.0, (1.0, -0.5))


def test_maturities_beyond_the_expansion_are_refused():
    model = uncorrelated(constant(1.2), constant(1.0), 0.2, FORWARDS)
    with pytest.raises(AccuracyError, match="does not reach a maturity of 100 years"):
        model.implied_normal_volatility(0.2, 100.0)


def test_a_spread_without_variance_has_no_smile():
    model = uncorrelated(constant(0.2), constant(0.2), 1.0, (1.0, 1.0))
    with pytest.raises(AccuracyError, match="the spread has no variance"):
        model.normal_smile()
