"""Iterated integrals and the expansion of alpha models, against each other and against paths."""

import numpy as np
import pytest
import sympy

from proofs_check.chaos import (
    TIME,
    AlphaModel,
    area_characteristic_function,
    area_residual,
    driver,
    expansion,
    mean,
    own,
    product,
    remainder_variance,
    weight,
)
from rmot.errors import ParameterError

T, U = sympy.symbols("t u", positive=True)
W, B, HAT = (driver(0),), (driver(0), driver(0)), (own(0), driver(0))


def moment(*elements):
    whole = {(): sympy.Integer(1)}
    for element in elements:
        whole = product(whole, element)
    return mean(whole, T)


def test_second_order_integrals_are_centred_orthogonal_and_of_variance_half_t_squared():
    words = [{W: 1}, {B: 1}, {HAT: 1}, {(driver(0), driver(1)): 1}, {(driver(1), driver(0)): 1}]
    variances = [T, *[T**2 / 2] * 4]
    for i, one in enumerate(words):
        assert moment(one) == 0
        for j, other in enumerate(words):
            assert moment(one, other) == (variances[i] if i == j else 0)


def test_products_agree_with_moments_of_a_normal_number():
    for order, double_factorial in ((2, 1), (4, 3), (6, 15), (8, 105)):
        assert moment(*[{W: 1}] * order) == double_factorial * T ** (order // 2)
    # (W^2 - t) / 2 to powers: those of a chi-squared law
    assert moment(*[{B: 1}] * 3) == T**3
    assert moment(*[{B: 1}] * 4) == sympy.Rational(60, 16) * T**4


def test_area_has_the_moments_of_its_characteristic_function():
    series = sympy.series(area_characteristic_function(U, T), U, 0, 7).removeO()
    for order in (2, 4, 6):
        from_series = series.coeff(U, order) * sympy.factorial(order) * (-1) ** (order // 2)
        assert sympy.expand(moment(*[{HAT: 1}] * order) - from_series) == 0
        assert moment(*[{HAT: 1}] * (order - 1)) == 0


def test_area_solves_its_equation_and_a_doctored_one_does_not():
    assert area_residual(area_characteristic_function) == (0, 0)
    equation, start = area_residual(lambda u, t: 1 / sympy.cosh(u * t))
    assert equation != 0
    assert start == 0


def test_normal_asset_expands_as_source_004_equations_59_to_65():
    model = AlphaModel(1, 1, normal=True)
    (s,), (v,) = model.prices, model.variances
    nu, rho, a = model.vols_of_vol[0], model.correlations[0], model.loading(0, 0)
    found = expansion(model, s, 2)
    half = a * nu / 2
    wanted = {
        (): s,
        W: a * sympy.sqrt(v),
        B: half * rho,
        HAT: half * sympy.sqrt(1 - rho**2),
    }
    assert found.keys() == wanted.keys()
    assert all(sympy.simplify(found[word] - wanted[word]) == 0 for word in wanted)
    # the corrected (67)
    for word in (B, HAT):
        assert sympy.simplify(moment(found, {word: 1}) - wanted[word] * T**2 / 2) == 0


def test_square_root_of_variance_has_the_drift_that_source_004_equation_56_lacks():
    model = AlphaModel(1, 1)
    v, nu = model.variances[0], model.vols_of_vol[0]
    root = sympy.sqrt(v)
    drift = model.derivative(TIME, root)
    printed = model.reversions[0] * (model.long_run[0] - v) / (2 * root)
    assert sympy.simplify(drift - printed + nu**2 / (8 * root)) == 0
    assert sympy.simplify(model.bracket(root, root) - nu**2 / 4) == 0


def test_spread_expands_with_merged_diagonal_terms():
    model = AlphaModel(2, 2)
    s1, s2 = model.prices
    found = expansion(model, s1 - s2, 2)
    for k in (0, 1):
        a, b = model.loading(0, k), model.loading(1, k)
        v, nu, rho = model.variances[k], model.vols_of_vol[k], model.correlations[k]
        merged = s1 * (a * nu * rho / 2 + a**2 * v) - s2 * (b * nu * rho / 2 + b**2 * v)
        assert sympy.expand(found[driver(k), driver(k)] - merged) == 0
        cross = s1 * a * model.loading(0, 1 - k) - s2 * b * model.loading(1, 1 - k)
        roots = sympy.sqrt(model.variances[0] * model.variances[1])
        assert sympy.simplify(found[driver(1 - k), driver(k)] - cross * roots) == 0
    assert all(weight(word) <= 2 for word in found)
    assert (own(0), driver(1)) not in found


def test_brackets_give_the_corrected_observables():
    model = AlphaModel(2, 2)
    s, v = model.prices, model.variances
    d = [model.loading(0, k) * s[0] - model.loading(1, k) * s[1] for k in (0, 1)]

    def cross(k, m):
        return sum(
            sign * s[i] * model.loading(i, k) * model.loading(i, m) for i, sign in ((0, 1), (1, -1))
        )

    g = [sum(d[m] * v[m] * cross(k, m) for m in (0, 1)) for k in (0, 1)]
    spread = s[0] - s[1]
    var = model.bracket(spread, spread)
    nu, rho = model.vols_of_vol, model.correlations
    skew = [nu[k] * rho[k] * d[k] ** 2 + 2 * g[k] for k in (0, 1)]
    covar = sum(v[k] * d[k] * skew[k] for k in (0, 1))
    varvar = sum(v[k] * (skew[k] ** 2 + nu[k] ** 2 * d[k] ** 4 * (1 - rho[k] ** 2)) for k in (0, 1))
    assert sympy.expand(var - sum(v[k] * d[k] ** 2 for k in (0, 1))) == 0
    assert sympy.expand(model.bracket(var, spread) - covar) == 0
    assert sympy.expand(model.bracket(var, var) - varvar) == 0


def test_variance_of_the_remainder_is_the_cube_of_time_that_the_next_words_give():
    model = AlphaModel(2, 2)
    values = {model.prices[0]: 1.1, model.prices[1]: 0.9}
    laws = {"V": (0.9, 1.2), "nu": (1.5, 0.8), "rho": (-0.5, 0.3), "lambda": (0.5, 2.0)}
    laws["theta"] = (1.0, 0.7)
    loadings = np.array([[0.6, 0.2], [0.3, -0.4]])
    for k in (0, 1):
        for i in (0, 1):
            values[model.loading(i, k)] = loadings[i, k]
        fields = ("variances", "vols_of_vol", "correlations", "reversions", "long_run")
        for name, field in zip(("V", "nu", "rho", "lambda", "theta"), fields, strict=True):
            values[getattr(model, field)[k]] = laws[name][k]
    spread = model.prices[0] - model.prices[1]
    leading = float(remainder_variance(model, spread, 2).subs(values))
    terms = {word: float(c.subs(values)) for word, c in expansion(model, spread, 2, 1).items()}
    paths, steps = 40_000, 96
    found, chance = [], []
    times = (0.02, 0.005)
    for t in times:
        left = simulated_remainder(laws, loadings, (1.1, 0.9), terms, t, paths, steps)
        square = (left - left.mean()) ** 2
        found.append(square.mean() / t**3)
        chance.append(square.std() / np.sqrt(paths) / t**3)
    # sums over steps have (1 - 1/n)(1 - 2/n) of the integrals' variance; the next power of time is
    # measured by the two times, and extrapolated away
    steps_miss = 3.0 / steps * leading
    extrapolated = found[1] - (found[0] - found[1]) * times[1] / (times[0] - times[1])
    error = 4.0 * np.hypot(chance[1] * 4.0 / 3.0, chance[0] / 3.0) + steps_miss
    assert error < 0.15 * leading
    assert abs(extrapolated - leading) <= error
    # without the second-order words the remainder is of order t^2
    first = {word: c for word, c in terms.items() if len(word) == 1}
    coarse = [
        simulated_remainder(laws, loadings, (1.1, 0.9), first, t, paths, steps).var() for t in times
    ]
    order = np.log(coarse[0] / coarse[1]) / np.log(times[0] / times[1])
    assert abs(order - 2.0) < 0.15


def simulated_remainder(laws, loadings, prices, terms, t, paths, steps):
    """Return S_1 - S_2 less the mean and the given words, on Euler's paths of one grid."""
    generator = np.random.default_rng(7)
    h = t / steps
    s = np.tile(prices, (paths, 1))
    v = np.tile(laws["V"], (paths, 1))
    nu, rho = np.array(laws["nu"]), np.array(laws["rho"])
    level = {driver(k): np.zeros(paths) for k in (0, 1)} | {own(k): np.zeros(paths) for k in (0, 1)}
    integrals = {word: np.zeros(paths) for word in terms}
    for _ in range(steps):
        dw, dhat = generator.normal(0.0, np.sqrt(h), (2, paths, 2))
        moves = {driver(k): dw[:, k] for k in (0, 1)} | {own(k): dhat[:, k] for k in (0, 1)}
        for word, total in integrals.items():
            total += (level[word[0]] if len(word) == 2 else 1.0) * moves[word[-1]]
        root = np.sqrt(v)
        s = s * (1.0 + (root * dw) @ loadings.T)
        noise = rho * dw + np.sqrt(1.0 - rho**2) * dhat
        v = v + np.array(laws["lambda"]) * (np.array(laws["theta"]) - v) * h + nu * root * noise
        for letter, move in moves.items():
            level[letter] += move
    known = prices[0] - prices[1] + sum(c * integrals[word] for word, c in terms.items())
    return s[:, 0] - s[:, 1] - known


def test_a_model_of_no_assets_is_refused():
    with pytest.raises(ParameterError, match="an asset and a factor; got 0 and 2"):
        AlphaModel(0, 2)
