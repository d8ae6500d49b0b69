"""Digitals on spreads, claims in a third asset: parity, lognormal laws, numeraires, simulation."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import spread_call, spread_claim, spread_digitals

FORWARDS = (0.0507, 0.0505)
SHARED = VarianceFactor(
    hurst=0.5,
    vol_of_vol=2.0,
    correlation=-0.5,
    initial_variance=1.0,
    mean_reversion=0.1,
    long_run_variance=1.0,
)
RESIDUAL = VarianceFactor(**{**vars(SHARED), "vol_of_vol": 0.0})
OWN = math.sqrt(0.0005)
LOADINGS = [[0.07, 0.06, 0.03, 0.02, OWN], [0.07, 0.06, 0.03, 0.02, -OWN]]
PAIR = RoughFactorModel(LOADINGS, [SHARED] * 4 + [RESIDUAL])
STRIKES = np.array([-0.002, 0.0, 0.0002, 0.002])
FLAT = RoughFactorModel([[0.3, 0.0], [0.08, 0.18]], [RESIDUAL] * 2)
MILD = VarianceFactor(**{**vars(SHARED), "vol_of_vol": 0.6})
THREE = RoughFactorModel(
    [[0.2, 0.05, 0.05], [0.17, -0.08, 0.0], [0.1, 0.1, -0.1]], [MILD, MILD, RESIDUAL]
)


@pytest.mark.parametrize("maturity", [1.0, 10.0])
def test_the_spread_is_its_parts(maturity):
    found = spread_digitals(PAIR, 0, 1, STRIKES, maturity, forwards=FORWARDS)
    wanted = spread_call(PAIR, 0, 1, STRIKES, maturity, forwards=FORWARDS)
    parts = found.first - found.second - STRIKES * found.digital
    bound = found.error * (sum(FORWARDS) + np.abs(STRIKES)) + 1e-8 * sum(FORWARDS)
    assert np.all(np.abs(parts - wanted) <= np.minimum(bound, 2e-9))
    assert np.all(found.error <= 1e-8)


def test_the_digital_is_the_slope_of_the_spread():
    step, maturity = 1e-4, 10.0
    found = spread_digitals(PAIR, 0, 1, STRIKES, maturity, forwards=FORWARDS)

    def slope(width):
        shifted = np.concatenate([STRIKES - width, STRIKES + width])
        low, high = spread_call(
            PAIR, 0, 1, shifted, maturity, forwards=FORWARDS, tolerance=3e-11
        ).reshape(2, -1)
        return (low - high) / (2.0 * width)

    fine, coarse = slope(step), slope(2.0 * step)
    best = (4.0 * fine - coarse) / 3.0
    error = np.abs(best - fine) + 1.2e-10 / step
    assert np.all(np.abs(found.digital - best) <= found.error + error)


@pytest.mark.parametrize("strike", [-0.2, 0.0, 0.1])
def test_lognormal_digitals_are_quadratures(strike):
    first, second = 0.3, math.hypot(0.08, 0.18)
    rho = 0.08 / second
    rest = first * math.sqrt(1.0 - rho * rho)

    def probability(shift_first, shift_second):
        """P of the event with the normals' means moved, which is a change of numeraire."""

        def given(z):
            level = math.exp(second * z - 0.5 * second**2 + shift_second * second) + strike
            if level <= 0.0:
                return norm.pdf(z)
            mean = rho * first * z - 0.5 * first**2 + shift_first * first
            return norm.pdf(z) * ndtr((mean - math.log(level)) / rest)

        return quad(given, -9.0, 9.0, epsabs=1e-13, limit=400, points=[-5.0, 0.0])[0]

    found = spread_digitals(FLAT, 0, 1, strike, 1.0)
    wanted = [
        probability(0.0, 0.0),
        probability(first, rho * first),
        probability(rho * second, second),
    ]
    # a negative strike has a kink where the level is 0, which quad is left to find
    assert np.allclose(found[:3], wanted, rtol=0, atol=float(found.error) + 1e-9)


def test_no_strike_is_a_probability_under_numeraires():
    found = spread_digitals(FLAT, 0, 1, 0.0, 2.0)
    deviation = math.sqrt(2.0) * math.hypot(0.3 - 0.08, 0.18)
    drift = 0.5 * 2.0 * (0.08**2 + 0.18**2 - 0.3**2)
    both = 2.0 * 0.3 * 0.08
    means = [drift, drift + 2.0 * 0.3**2 - both, drift + both - 2.0 * (0.08**2 + 0.18**2)]
    assert np.allclose(found[:3], ndtr(np.array(means) / deviation), rtol=0, atol=2e-8)


@pytest.mark.parametrize("strike", [-0.05, 0.0, 0.04])
@pytest.mark.parametrize("digital", [False, True])
def test_a_third_asset_may_be_paid(strike, digital):
    maturity = 1.5
    prices = THREE.simulate([maturity], 2**16, seed=5, sampling="antithetic", steps=48)[:, 0]
    spread = prices[:, 0] - prices[:, 1] - strike
    payoff = (spread > 0.0) if digital else np.maximum(spread, 0.0)
    pairs = (prices[:, 2] * payoff).reshape(-1, 2).mean(axis=1)
    value, error = spread_claim(THREE, 0, 1, strike, maturity, pays=2, digital=digital)
    assert abs(pairs.mean() - value) <= error + 4.0 * pairs.std() / math.sqrt(pairs.size)
    plain, _ = spread_claim(THREE, 0, 1, strike, maturity, digital=digital)
    # and it is another price than the spread's alone
    assert abs(value - plain) > 3.0 * pairs.std() / math.sqrt(pairs.size)


def test_an_asset_that_is_constant_pays_nothing_more():
    model = RoughFactorModel(
        [[0.2, 0.05, 0.0], [0.17, -0.08, 0.0], [0.0, 0.0, 0.4]], [MILD, MILD, MILD]
    )
    alone = spread_call(model, 0, 1, 0.03, 1.0, tolerance=1e-10)
    value, error = spread_claim(model, 0, 1, 0.03, 1.0, pays=2)
    # independent of the spread, with mean 1
    assert abs(value - alone) <= error + 1e-9


def test_bad_claims_are_refused():
    with pytest.raises(ParameterError, match="pays"):
        spread_claim(THREE, 0, 1, 0.0, 1.0, pays=3)
    with pytest.raises(ParameterError, match="twice"):
        spread_digitals(THREE, 1, 1, 0.0, 1.0)
    with pytest.raises(ParameterError, match="positive forwards"):
        spread_claim(THREE, 0, 1, 0.0, 1.0, forwards=(1.0, -1.0))
    with pytest.raises(ParameterError, match="maturity"):
        spread_claim(THREE, 0, 1, 0.0, 0.0)
    wild = VarianceFactor(**{**vars(SHARED), "vol_of_vol": 4.0, "correlation": 0.9})
    model = RoughFactorModel([[1.0], [0.9], [0.8]], [wild])
    with pytest.raises(ParameterError, match="no finite mean"):
        spread_claim(model, 0, 1, 0.1, 3.0, pays=2)
