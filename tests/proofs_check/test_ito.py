"""Ito's formula, brackets and changes of measure, against processes whose laws are known."""

import pytest
import sympy

from proofs_check.chaos import TIME, AlphaModel
from proofs_check.checks.alpha_digitals import (
    CORRELATION,
    LEVEL,
    MATURITY,
    VOL_OF_VOL,
    _log_moment,
)
from proofs_check.ito import Process, along, bracket, correlated, differential, under

X, Y, SIGMA, MU, RHO = sympy.symbols("X Y sigma mu rho", positive=True)


def geometric(price, driver="W"):
    return Process(MU * price, {driver: SIGMA * price})


def test_log_of_a_geometric_brownian_motion_loses_half_the_variance():
    moved = differential(sympy.log(X), {X: geometric(X)})
    assert sympy.simplify(moved.drift - (MU - SIGMA**2 / 2)) == 0
    assert sympy.simplify(moved.noise["W"]) == SIGMA


def test_product_of_two_processes_drifts_by_their_bracket():
    state = {X: Process(0, {"W": X}), Y: Process(0, {"W": Y, "B": Y**2})}
    assert sympy.simplify(differential(X * Y, state).drift - bracket(state[X], state[Y])) == 0


@pytest.mark.parametrize("order", [2, 3, 4, 5, 6])
def test_moments_of_brownian_motion_solve_their_recursion(order):
    # d E W^n / dt = n (n - 1) / 2 E W^(n - 2)
    drift = differential(X**order, {X: Process(0, {"W": sympy.Integer(1)})}).drift
    assert sympy.simplify(drift - sympy.binomial(order, 2) * X ** (order - 2)) == 0


def test_correlated_noise_has_its_size_and_its_correlation():
    noise = Process(0, correlated("W", "B", RHO, SIGMA))
    price = Process(0, {"W": sympy.Integer(1)})
    assert sympy.simplify(bracket(noise, noise) - SIGMA**2) == 0
    assert sympy.simplify(bracket(noise, price) - RHO * SIGMA) == 0
    assert along(X**2, "Z", {X: price}) == 0


def test_price_over_itself_as_a_numeraire_has_no_drift_under_its_measure():
    state = {X: geometric(X), Y: Process(MU * Y, {"W": Y})}
    ratio = under(differential(Y / X, state), {"W": SIGMA})
    assert sympy.simplify(ratio.drift) == 0
    assert ratio.noise == differential(Y / X, state).noise


@pytest.mark.parametrize("powers", [(0, 2), (1, 1), (2, 1)])
def test_moments_by_riccati_are_those_of_the_expansion(powers):
    # E S_1^p S_2^q from the generator applied twice, the factor at its long-run level
    model = AlphaModel(2, 1)
    (level,), (variance,), loads = (
        model.long_run,
        model.variances,
        [model.loading(i, 0) for i in (0, 1)],
    )
    start = model.prices[0] ** powers[0] * model.prices[1] ** powers[1]
    first = model.derivative(TIME, start)
    second = model.derivative(TIME, first)
    rates = [sympy.expand((x / start).subs(level, variance)) for x in (first, second)]
    by_generator = rates[0] * MATURITY + (rates[1] - rates[0] ** 2) * MATURITY**2 / 2
    total = sum(p * a for p, a in zip(powers, loads, strict=True))
    quadratic = -sum(p * a**2 for p, a in zip(powers, loads, strict=True)) / 2
    own = {LEVEL: variance, VOL_OF_VOL: model.vols_of_vol[0], CORRELATION: model.correlations[0]}
    by_riccati = _log_moment(total, quadratic).subs(own)
    assert sympy.expand(by_generator - by_riccati) == 0
