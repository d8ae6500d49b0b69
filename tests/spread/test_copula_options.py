"""Spread options under copulas: Margrabe, conditional Black, double integrals and simulation."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from rmot.errors import AccuracyError, ParameterError
from rmot.models import SABR, BlackScholes
from rmot.numerics import black_call
from rmot.spread import GaussianCopula, StudentCopula, copula_spread_options, smile_marginal

T = 2.0
VOLATILITIES, FORWARDS = (0.2, 0.3), (1.0, 0.8)
LOGNORMAL = (
    smile_marginal(BlackScholes(volatility=VOLATILITIES[0]), T, forward=FORWARDS[0]),
    smile_marginal(BlackScholes(volatility=VOLATILITIES[1]), T, forward=FORWARDS[1]),
)


def smiled(volatility, correlation, elasticity, forward):
    smile = SABR(
        initial_volatility=volatility,
        lognormal_vol_of_vol=0.4,
        correlation=correlation,
        elasticity=elasticity,
    )
    return smile_marginal(smile, T, forward=forward)


SMILED = (smiled(0.2, -0.3, 0.7, 0.05), smiled(0.25, -0.1, 1.0, 0.04))
STRIKES = np.array([-0.03, -0.01, 0.0, 0.01, 0.03, 0.06])
COPULAS = [GaussianCopula(0.7), StudentCopula(0.7, 4.0), StudentCopula(-0.2, 1.5)]


@pytest.mark.parametrize("rho", [-0.95, 0.0, 0.6, 0.999])
def test_exchange_of_lognormal_prices_is_margrabes_formula(rho):
    found = copula_spread_options(*LOGNORMAL, GaussianCopula(rho), 0.0)
    a, b = VOLATILITIES
    volatility = math.sqrt(a * a + b * b - 2.0 * rho * a * b)
    formula = FORWARDS[0] * float(black_call(math.log(FORWARDS[1] / FORWARDS[0]), volatility, T))
    assert found.error[0] <= 2e-10
    assert abs(found.call[0] - formula) <= found.error[0] + 1e-14
    d = math.log(FORWARDS[0] / FORWARDS[1]) / (volatility * math.sqrt(T))
    reach = 0.5 * volatility * math.sqrt(T)
    assert found.first_or_nothing[0] == pytest.approx(FORWARDS[0] * ndtr(d + reach), abs=1e-10)
    assert found.second_or_nothing[0] == pytest.approx(FORWARDS[1] * ndtr(d - reach), abs=1e-10)


@pytest.mark.parametrize("strike", [-0.4, -0.05, 0.1, 0.5])
def test_lognormal_spreads_are_means_of_blacks_formula(strike):
    rho = 0.6
    (a, b), (f, g) = np.array(VOLATILITIES) * math.sqrt(T), FORWARDS

    def given(z):
        paid = g * math.exp(b * z - 0.5 * b * b) + strike
        forward = f * math.exp(a * rho * z - 0.5 * a * a * rho * rho)
        if paid <= 0.0:
            price = forward - paid
        else:
            own = a * math.sqrt(1.0 - rho * rho)
            price = forward * float(black_call(math.log(paid / forward), own, 1.0))
        return price * math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)

    kinks = [(math.log(-strike / g) + 0.5 * b * b) / b] if strike < 0.0 else [0.0]
    value, error = quad(given, -9.0, 9.0, points=kinks, epsabs=1e-13, limit=200)
    found = copula_spread_options(*LOGNORMAL, GaussianCopula(rho), strike)
    assert abs(found.call[0] - value) <= found.error[0] + error


@pytest.mark.parametrize("copula", COPULAS)
def test_prices_are_those_of_a_simulation(copula):
    n = 100_000
    found = copula_spread_options(*SMILED, copula, STRIKES)
    z = copula.simulate(n, 17)
    first, second = (law.quantile(z[:, i]) for i, law in enumerate(SMILED))
    for place, strike in enumerate(STRIKES.tolist()):
        inside = first - second > strike
        pairs = [
            (np.maximum(first - second - strike, 0.0), found.call),
            (1.0 * inside, found.digital),
            (first * inside, found.first_or_nothing),
            (second * inside, found.second_or_nothing),
        ]
        for drawn, exact in pairs:
            assert abs(drawn.mean() - exact[place]) <= 4.5 * drawn.std() / math.sqrt(n) + 1e-12


@pytest.mark.parametrize("copula", COPULAS)
def test_calls_are_double_integrals_of_the_joint_law(copula):
    # E (S_1 - S_2 - K)^+ = ∫ P(S_2 < x, S_1 > x + K) dx
    strike = 0.015
    first, second = SMILED
    nodes, weights = np.polynomial.legendre.leggauss(12)
    low, high = np.log(second.quantile(np.array([-8.5, 12.0])))
    estimates = []
    for pieces in (30, 60):
        edges = np.linspace(low, high, pieces + 1)
        half = 0.5 * np.diff(edges)[:, None]
        x = np.exp((edges[:-1, None] + half + half * nodes).ravel())
        measure = x * (half * weights).ravel()
        start = np.clip(first.score(x + strike), -8.5, 9.5)[:, None]
        joint = np.zeros(x.size)
        for piece in range(pieces // 3):
            width = (9.5 - start) / (pieces // 3)
            u = start + width * (piece + 0.5 + 0.5 * nodes)
            below = copula.conditional(np.broadcast_to(second.score(x)[:, None], u.shape), u)
            mass = 0.5 * width * weights * np.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)
            joint += (below * mass).sum(axis=1)
        estimates.append(float(joint @ measure))
    found = copula_spread_options(first, second, copula, strike)
    error = abs(estimates[1] - estimates[0])
    assert error < 1e-6
    assert abs(estimates[1] - found.call[0]) <= error + found.error[0] + 1e-12


@pytest.mark.parametrize("copula", COPULAS)
def test_digitals_are_slopes_of_calls(copula):
    step = 1e-4
    for strike in (-0.012, 0.004, 0.02):
        around = copula_spread_options(
            *SMILED, copula, strike + step * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
        )
        c = around.call
        slope = -(8.0 * (c[3] - c[1]) - (c[4] - c[0])) / (12.0 * step)
        rough = -(c[4] - c[0]) / (4.0 * step)
        allowed = abs(rough - slope) * 0.1 + 4.0 * around.error.max() / step + 1e-8
        assert abs(slope - around.digital[2]) <= allowed


@pytest.mark.parametrize("copula", COPULAS)
def test_swapped_assets_obey_parity(copula):
    calls = copula_spread_options(*SMILED, copula, STRIKES)
    puts = copula_spread_options(SMILED[1], SMILED[0], copula, -STRIKES)
    parity = SMILED[0].forward - SMILED[1].forward - STRIKES
    assert np.all(np.abs(calls.call - puts.call - parity) <= calls.error + puts.error)
    assert np.all(np.abs(calls.digital + puts.digital - 1.0) <= 1e-8)


def test_student_calls_tend_to_gaussian_ones():
    gaussian = copula_spread_options(*SMILED, GaussianCopula(0.7), STRIKES).call
    gaps = [
        np.max(
            np.abs(copula_spread_options(*SMILED, StudentCopula(0.7, nu), STRIKES).call - gaussian)
        )
        for nu in (100.0, 1000.0)
    ]
    assert gaps[1] == pytest.approx(0.1 * gaps[0], rel=0.15)


def test_a_strike_that_no_price_reaches_is_the_forward():
    # lognormal: nine deviations away
    found = copula_spread_options(*LOGNORMAL, COPULAS[0], -40.0)
    assert abs(found.call[0] - 40.2) <= found.error[0]
    assert found.digital[0] == pytest.approx(1.0, abs=1e-12)


def test_errors_are_reported_and_refused():
    found = copula_spread_options(*SMILED, COPULAS[1], STRIKES, tolerance=1e-6)
    tight = copula_spread_options(*SMILED, COPULAS[1], STRIKES)
    assert np.all(found.error <= 1e-6)
    assert np.all(np.abs(found.call - tight.call) <= found.error + tight.error)
    with pytest.raises(AccuracyError, match="was wanted"):
        copula_spread_options(*SMILED, COPULAS[1], 0.01, tolerance=1e-19)


@pytest.mark.parametrize("strike", [math.nan, math.inf, []])
def test_strikes_are_finite(strike):
    with pytest.raises(ParameterError, match="finite strikes"):
        copula_spread_options(*SMILED, COPULAS[0], strike)
