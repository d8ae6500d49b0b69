"""SABR against QuantLib, its formula at 40 digits, exact laws, and Monte Carlo."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import QuantLib
from scipy.stats import ncx2

from rmot.errors import AccuracyError
from rmot.models import SABR
from rmot.numerics import black_vega, implied_volatility

MODEL = SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.8, correlation=-0.6)
K = np.array([-1.0, -0.3, -0.02, -1e-5, 1e-9, 0.01, 0.2, 0.6])


def formula(k, maturity, *, initial_volatility, lognormal_vol_of_vol, correlation, elasticity):
    alpha, nu, rho, beta = initial_volatility, lognormal_vol_of_vol, correlation, elasticity
    c = 1 - beta
    y = -k if c == 0 else (1 - mpmath.exp(c * k)) / c
    z = nu * y / alpha
    distance = mpmath.log((mpmath.sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho))
    correction = (
        c**2 * alpha**2 * mpmath.exp(-c * k) / 24
        + rho * beta * nu * alpha * mpmath.exp(-c * k / 2) / 4
        + (2 - 3 * rho**2) * nu**2 / 24
    )
    return -k * nu / distance * (1 + correction * maturity)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999, 1.0 - 1e-7])
@pytest.mark.parametrize("rho", [-0.95, 0.0, 0.7])
@pytest.mark.parametrize("nu", [1e-3, 0.05, 2.0])
def test_volatilities_and_gradient_are_those_of_the_formula(beta, rho, nu, check_against):
    model = replace(MODEL, elasticity=beta, correlation=rho, lognormal_vol_of_vol=nu)
    # R' is a difference of ones over z >= 0.02: 50 roundings, magnified by 1/(1 - rho^2)
    relative = 1e-13 / (1 - rho**2)
    check_against(model, formula, K, 0.4, relative)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_at_the_money_is_the_limit_of_the_formula(beta):
    model = replace(MODEL, elasticity=beta)
    alpha, nu, rho, c = 0.2, 0.8, -0.6, 1 - beta
    correction = (c * alpha) ** 2 / 24 + rho * beta * nu * alpha / 4 + (2 - 3 * rho**2) * nu**2 / 24
    exact = alpha * (1 + 0.5 * correction)
    assert math.isclose(float(model.implied_volatility(0.0, 0.5)), exact, rel_tol=1e-15)


@pytest.mark.parametrize("maturity", [0.01, 0.5, 2.0])
def test_the_lognormal_model_is_quantlibs(maturity):
    k = np.linspace(-0.8, 0.5, 14)
    theirs = [QuantLib.sabrVolatility(math.exp(x), 1.0, maturity, 0.2, 1.0, 0.8, -0.6) for x in k]
    mine = MODEL.implied_volatility(k, maturity)
    assert np.allclose(mine, theirs, rtol=1e-14, atol=0)


def test_other_elasticities_are_quantlibs_as_the_maturity_vanishes():
    # its ZABR of unit exponent is the same leading term, by a numerical solution
    k = np.linspace(-0.5, 0.4, 10)
    model = replace(MODEL, elasticity=0.5)
    section = QuantLib.ZabrShortMaturityLognormalSmileSection(
        1e-9, 1.0, QuantLib.DoubleVector([0.2, 0.5, 0.8, -0.6, 1.0])
    )
    theirs = [section.volatility(math.exp(x)) for x in k]
    assert np.allclose(model.implied_volatility(k, 1e-9), theirs, rtol=1e-6, atol=0)


@pytest.mark.parametrize("beta", [0.3, 0.7])
def test_without_vol_of_vol_the_error_against_the_exact_cev_law_is_of_second_order(beta):
    model = replace(MODEL, initial_volatility=0.25, lognormal_vol_of_vol=0.0, elasticity=beta)
    k = np.array([-0.2, 0.0, 0.2])

    def error(maturity):
        # M. Schroder, Journal of Finance 44 (1989), absorbed at 0
        scale = 1.0 / ((1 - beta) * 0.25) ** 2 / maturity
        a, c, degrees = scale * np.exp(2 * (1 - beta) * k), scale, 1 / (1 - beta)
        call = ncx2.sf(a, degrees + 2, c) - np.exp(k) * ncx2.cdf(c, degrees, a)
        return model.implied_volatility(k, maturity) - implied_volatility(call, k, maturity)

    long, short = error(2.0), error(1.0)
    # the correction itself is of order (alpha (1 - beta))^2 T/24; a wrong one leaves an order less
    assert np.all(np.abs(short) < 0.02 * 0.25 * (0.25 * (1 - beta)) ** 2 / 24)
    assert np.all(np.abs(long / short - 4.0) < 0.5)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.5])
def test_volatilities_are_those_of_simulated_paths(rho):
    nu, maturity, n_paths, n_steps = 1.0, 0.1, 40_000, 100
    model = SABR(initial_volatility=0.2, lognormal_vol_of_vol=nu, correlation=rho)
    k = np.array([-0.1, -0.04, 0.0, 0.04, 0.1])
    generator = np.random.default_rng(7)
    steps = generator.standard_normal((n_paths, n_steps)) * math.sqrt(maturity / n_steps)
    paths = np.concatenate([np.zeros((n_paths, 1)), np.cumsum(steps, axis=1)], axis=1)
    paths = np.concatenate([paths, -paths])
    times = np.linspace(0.0, maturity, n_steps + 1)
    volatility = 0.2 * np.exp(nu * paths - 0.5 * nu * nu * times)
    squared = volatility**2
    variance = (squared.sum(axis=1) - 0.5 * (squared[:, 0] + squared[:, -1])) * maturity / n_steps
    # given the volatility's path S is lognormal, with int alpha dB = (alpha_T - alpha_0)/nu
    shift = rho * (volatility[:, -1] - 0.2) / nu - 0.5 * rho * rho * variance
    own = np.sqrt(variance * (1 - rho * rho))
    upper = (shift[:, None] - k) / own[:, None] + 0.5 * own[:, None]
    normal = np.vectorize(math.erf)
    payoff = np.exp(shift)[:, None] * 0.5 * (1 + normal(upper / math.sqrt(2)))
    payoff -= np.exp(k) * 0.5 * (1 + normal((upper - own[:, None]) / math.sqrt(2)))
    pairs = 0.5 * (payoff[:n_paths] + payoff[n_paths:])
    price, deviation = pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / math.sqrt(n_paths)
    mine = model.implied_volatility(k, maturity)
    simulated = implied_volatility(price, k, maturity)
    sampling = 4.0 * deviation / black_vega(k, mine, maturity)
    # coefficients of the first order are at most 1/8; six times its square for the second
    expansion = 0.1 * (nu * nu * maturity) ** 2 * mine
    assert np.all(np.abs(mine - simulated) <= sampling + expansion)
    # the correction of first order is seen: leaving it out would fail
    flat = mine / (1 + maturity * (rho * nu * 0.2 / 4 + (2 - 3 * rho**2) * nu**2 / 24))
    if rho == 0.0:
        assert np.all(np.abs(flat - simulated) > sampling + expansion)


@pytest.mark.parametrize("maturity", [0.01, 1.0, 30.0])
def test_without_vol_of_vol_the_lognormal_model_is_black_scholes(maturity):
    still = replace(MODEL, lognormal_vol_of_vol=0.0)
    assert np.allclose(still.implied_volatility(K, maturity), 0.2, rtol=1e-15, atol=0)
    gradient = still.sensitivities(K, maturity).volatility_gradient
    h = 1e-5
    near, far = (
        replace(MODEL, lognormal_vol_of_vol=nu).implied_volatility(K, maturity) - 0.2
        for nu in (h, 2 * h)
    )
    # rounding over h, and h^2 of third derivatives of at most (k/alpha)^3 = 125
    assert np.allclose(gradient[1], (4 * near - far) / (2 * h), rtol=0, atol=125 * h * h + 5e-11)


def test_volatilities_that_the_expansion_does_not_reach_are_refused():
    with pytest.raises(AccuracyError, match=r"log-moneyness 0\.1 and maturity 5"):
        replace(MODEL, lognormal_vol_of_vol=3.0, correlation=-0.95).implied_volatility([0.1], 5.0)


@pytest.mark.parametrize("k", [-2000.0, 2000.0])
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_strikes_beyond_floating_point_are_refused(k, beta):
    with pytest.raises(AccuracyError, match=r"log-moneyness -?2000 and"):
        replace(MODEL, elasticity=beta).sensitivities([0.0, k], 1.0)
