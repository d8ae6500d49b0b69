"""Observables are the quadratic variations of the model: sympy's Ito calculus, and short paths."""

import numpy as np
import pytest
import sympy as sp

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread.alpha import (
    FactorState,
    asset_holdings,
    bilog_observables,
    logarithmic_observables,
    price_observables,
    relative_observables,
    spread_holdings,
    square_root_observables,
)
from rmot.spread.alpha.published.observables import (
    printed_asset,
    printed_bilog,
    printed_single_factor,
    printed_spread,
)

LOADINGS = np.array([[0.3, -0.1, 0.05], [0.2, 0.15, -0.12]])
STATE = FactorState(
    np.array([-0.6, 0.4, 0.9]), np.array([0.8, 1.5, 0.3]), np.array([1.3, 0.7, 2.1])
)
FORWARDS = np.array([1.2, 0.9])
SPREAD = spread_holdings(FORWARDS, [(0, 1)])[0]
ROUNDING = 1e-13


def ito(payoff, loadings=LOADINGS, state=STATE, *, normal=False):
    """Var, CoVar and VarVar of payoff(S_1, S_2) by symbolic diffusion, at FORWARDS."""
    n_assets, n = loadings.shape
    prices = sp.symbols(f"S:{n_assets}", positive=True)
    variances = sp.symbols(f"V:{n}", positive=True)
    coordinates = (*prices, *variances)
    noise = sp.zeros(n_assets + n, 2 * n)
    for k in range(n):
        for i in range(n_assets):
            level = 1 if normal else prices[i]
            noise[i, k] = sp.Float(loadings[i, k], 30) * level * sp.sqrt(variances[k])
        rho, nu = sp.Float(state.correlation[k], 30), sp.Float(state.vol_of_vol[k], 30)
        noise[n_assets + k, k] = nu * rho * sp.sqrt(variances[k])
        noise[n_assets + k, n + k] = nu * sp.sqrt(1 - rho**2) * sp.sqrt(variances[k])

    def moves(quantity):
        return sp.Matrix([[sp.diff(quantity, x) for x in coordinates]]) * noise

    own = moves(payoff(prices))
    variance = (own * own.T)[0]
    by = moves(variance)
    values = dict(zip(coordinates, [*FORWARDS, *state.initial_variance], strict=True))
    return [float(q.subs(values)) for q in (variance, (by * own.T)[0], (by * by.T)[0])]


def test_a_spread_has_the_quadratic_variations_of_ito():
    found = price_observables(LOADINGS, STATE, SPREAD)
    np.testing.assert_allclose(found, ito(lambda s: s[0] - s[1]), rtol=ROUNDING)


def test_an_asset_has_the_quadratic_variations_of_ito():
    found = price_observables(LOADINGS, STATE, asset_holdings(FORWARDS))
    np.testing.assert_allclose(np.array(found)[:, 1], ito(lambda s: s[1]), rtol=ROUNDING)


def test_a_logarithm_has_the_quadratic_variations_of_ito():
    found = logarithmic_observables(LOADINGS, STATE)
    np.testing.assert_allclose(np.array(found)[:, 0], ito(lambda s: sp.log(s[0])), rtol=ROUNDING)


def test_a_normal_spread_has_the_quadratic_variations_of_ito():
    found = logarithmic_observables(LOADINGS[0] - LOADINGS[1], STATE)
    exact = ito(lambda s: s[0] - s[1], normal=True)
    np.testing.assert_allclose(found, exact, rtol=ROUNDING)


def test_bilog_and_relative_observables_add_to_those_of_prices():
    whole = np.array(price_observables(LOADINGS, STATE, SPREAD))
    bilog = np.array(bilog_observables(LOADINGS, STATE, SPREAD))
    relative = np.array(relative_observables(LOADINGS, STATE, SPREAD))
    still = STATE._replace(vol_of_vol=np.zeros(3))
    np.testing.assert_allclose(bilog, ito(lambda s: s[0] - s[1], state=still), rtol=ROUNDING)
    np.testing.assert_allclose(bilog + relative, whole, rtol=ROUNDING)
    assert relative[0] == 0.0


def test_observables_are_what_short_paths_vary_by():
    """One step dt of 2^19 Gaussian draws: right to five standard errors, the rest being O(dt)."""
    dt, n = 1e-6, 2**19
    rng = np.random.default_rng(7)
    rho, nu, v = STATE
    w = rng.standard_normal((n, 3))
    b = rho * w + np.sqrt(1 - rho**2) * rng.standard_normal((n, 3))
    prices = FORWARDS * np.exp((np.sqrt(v * dt) * w) @ LOADINGS.T - 0.5 * dt * LOADINGS**2 @ v)
    later = v + nu * np.sqrt(v * dt) * b
    moved = np.sum(later * ((prices * [1, -1]) @ LOADINGS) ** 2, axis=1)
    start = np.sum(v * (SPREAD @ LOADINGS) ** 2)
    spread = prices[:, 0] - prices[:, 1] - (FORWARDS[0] - FORWARDS[1])
    found = price_observables(LOADINGS, STATE, SPREAD)
    for product, exact in (
        (spread**2, found.variance),
        (spread * (moved - start), found.covariance),
        ((moved - start) ** 2, found.variance_of_variance),
    ):
        error = 5.0 * product.std() / dt / np.sqrt(n) + 100.0 * dt * abs(exact)
        assert abs(product.mean() / dt - exact) < error


def test_portfolios_are_observed_all_at_once():
    pairs = [(0, 1), (1, 0)]
    held = spread_holdings(FORWARDS, pairs)
    both = price_observables(LOADINGS, STATE, held)
    assert both.variance.shape == (2,)
    np.testing.assert_allclose(both.variance[0], both.variance[1], rtol=ROUNDING)
    np.testing.assert_allclose(both.covariance[0], -both.covariance[1], rtol=ROUNDING)


def test_one_square_root_variance_is_one_factor():
    v, xi, rho = 0.04, 0.7, -0.5
    one = FactorState(np.array([rho]), np.array([xi / 0.2]), np.array([1.0]))
    np.testing.assert_allclose(
        square_root_observables(v, xi, rho), logarithmic_observables([0.2], one), rtol=ROUNDING
    )


def test_printed_forms_hold_where_variances_are_one():
    unit = STATE._replace(initial_variance=np.ones(3))
    np.testing.assert_allclose(
        printed_spread(LOADINGS, unit, SPREAD),
        price_observables(LOADINGS, unit, SPREAD),
        rtol=ROUNDING,
    )
    one = FactorState(np.array([-0.5]), np.array([0.7]), np.array([1.0]))
    np.testing.assert_allclose(
        printed_single_factor(0.2, 0.7, -0.5), logarithmic_observables([0.2], one), rtol=ROUNDING
    )


def test_printed_forms_fail_elsewhere():
    assert not np.allclose(
        printed_spread(LOADINGS, STATE, SPREAD), price_observables(LOADINGS, STATE, SPREAD)
    )
    unit = STATE._replace(initial_variance=np.ones(3))
    printed = printed_bilog(LOADINGS, unit, SPREAD)
    exact = bilog_observables(LOADINGS, unit, SPREAD)
    np.testing.assert_allclose(printed[:2], exact[:2], rtol=ROUNDING)
    assert abs(printed[2] / exact[2] - 1.0) > 0.1
    asset = price_observables(LOADINGS, unit, [FORWARDS[0], 0.0])
    printed = printed_asset(LOADINGS[0], unit, FORWARDS[0])
    assert printed[0] == pytest.approx(asset.variance, rel=ROUNDING)
    assert abs(printed[1] / asset.covariance - 1.0) > 0.1
    assert abs(printed[2] / asset.variance_of_variance - 1.0) > 0.1


def factor(hurst):
    return VarianceFactor(
        hurst=hurst,
        vol_of_vol=0.8,
        correlation=-0.6,
        initial_variance=1.3,
        mean_reversion=0.5,
        long_run_variance=1.0,
    )


def test_the_state_of_a_model_is_read_off_its_factors():
    model = RoughFactorModel([[0.2]], [factor(0.5)])
    np.testing.assert_allclose(np.ravel(FactorState.of(model)), [-0.6, 0.8, 1.3])


def test_rough_factors_have_no_observables():
    model = RoughFactorModel([[0.2]], [factor(0.1)])
    with pytest.raises(ParameterError, match=r"factor 0 has H = 0\.1"):
        FactorState.of(model)


@pytest.mark.parametrize("pair", [(0, 0), (0, 2), (-1, 0)])
def test_a_spread_needs_two_assets(pair):
    with pytest.raises(ParameterError, match="two different assets"):
        spread_holdings(FORWARDS, [pair])


def test_shapes_must_fit():
    with pytest.raises(ParameterError, match="holdings"):
        price_observables(LOADINGS, STATE, [1.0, 2.0, 3.0])
    with pytest.raises(ParameterError, match="state of 3 factors"):
        price_observables(LOADINGS, FactorState(*np.ones((3, 2))), SPREAD)
