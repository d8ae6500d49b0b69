"""Deliberate faults, one at a time, that small checks against independent oracles must notice.

A mutated module is run by the interpreter, its lanes of four complex numbers by NumPy. The check of
a fault first passes without it.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks.reference import Parameters, log_characteristic_function
from rmot.models import ForwardVariance, Heston, RoughHeston
from rmot.numerics import black_otm, compiled, fractional_operators, lane_sums, lanes

PARAMETERS = Parameters(0.12, 0.4, -0.7, 0.05, 0.9, 0.08)
CLASSICAL = Parameters(0.5, 0.4, -0.7, 0.05, 0.9, 0.08)
MATURITY = 0.7
FREQUENCIES = np.array([2.0 - 0.5j, 7.0 - 0.3j, 20.0 - 0.5j, 40.0 - 0.8j])


def four(x, i):
    at = lanes.STRIDE * i
    return x[at : at + lanes.LANES] + 1j * x[at + lanes.LANES : at + lanes.STRIDE]


def put_four(x, i, value):
    at = lanes.STRIDE * i
    x[at : at + lanes.LANES], x[at + lanes.LANES : at + lanes.STRIDE] = value.real, value.imag


TWINS = {
    "set_product": lambda x, i, y, j, z, k: put_four(x, i, four(y, j) * four(z, k)),
    "subtract_product": lambda x, i, y, j, z, k: put_four(
        x, i, four(x, i) - four(y, j) * four(z, k)
    ),
    "add_product": lambda x, i, y, j, z, k: put_four(x, i, four(x, i) + four(y, j) * four(z, k)),
    "add_multiple": lambda x, i, a, y, j: put_four(x, i, four(x, i) + a * four(y, j)),
    "set_multiple": lambda x, i, a, y, j: put_four(x, i, a * four(y, j)),
    "add_number": lambda x, i, a: put_four(x, i, four(x, i) + a),
    "set_quadratic": lambda x, i, y, j, c, a, h: (
        put_four(x, i, four(c, 0) + four(h, j) * (four(c, 1) + a * four(h, j))),
        put_four(y, j, four(c, 1) + 2 * a * four(h, j)),
    ),
    "invert": lambda x, i: put_four(x, i, 1 / four(x, i)),
    "set_root": lambda x, i, y, j: put_four(x, i, np.sqrt(four(y, j))),
}


def subtract_tile(x, i, n, j, k):
    for p in (i, i + 1):
        for q in (j, j + 1):
            terms = [four(x, p * n + r) * four(x, r * n + q) for r in range(k)]
            put_four(x, p * n + q, four(x, p * n + q) - sum(terms))


def subtract_rows(x, i, y, n, j, k):
    for p in (i, i + 1):
        put_four(x, p, four(x, p) - sum(four(y, p * n + r) * four(x, r) for r in range(j, k)))


def subtract_weighted(x, i, a, w, first, stride, y, n):
    for p in range(2):
        total = sum(w[first + p + r * stride] * four(y, r) for r in range(n))
        put_four(x, i + p, four(x, i + p) - a * total)


def set_largest(x, i, y, n):
    sizes = np.array([abs(four(y, r).real) + abs(four(y, r).imag) for r in range(n)])
    put_four(x, i, sizes.max(axis=0) + 1j * sizes.sum(axis=0))


SUMS = {
    "subtract_tile": subtract_tile,
    "subtract_rows": subtract_rows,
    "subtract_weighted": subtract_weighted,
    "set_largest": set_largest,
}


def interpreted(name: str, old: str = "", new: str = "") -> ModuleType:
    """Run a module's source, with one place changed, without compilation."""
    original = import_module(f"rmot.{name}")
    source = Path(str(original.__file__)).read_text()
    if old:
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times in {name}"
        source = source.replace(old, new)
    module = ModuleType(original.__name__)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "kernel", lambda function: function)
        for operation, twin in TWINS.items():
            patch.setattr(lanes, operation, twin)
        for operation, twin in SUMS.items():
            patch.setattr(lane_sums, operation, twin)
        exec(compile(source, str(original.__file__), "exec"), module.__dict__)
    return module


@cache
def exact_log_phi(parameters):
    return log_characteristic_function(parameters, FREQUENCIES, MATURITY)


def rough_log_phi(model_class, means):
    """Whether log phi of the class is the reference's within its stated error."""
    with pytest.MonkeyPatch.context() as patch:
        for name, function in means.items():
            patch.setitem(model_class._log_phi.__globals__, name, function)
        model = model_class(**asdict(PARAMETERS))
        ok = True
        for tolerance in (1e-4, 1e-8):
            values, error, _ = model._log_phi(FREQUENCIES, MATURITY, tolerance)
            true = np.abs(values - exact_log_phi(PARAMETERS))
            ok = ok and bool(np.all(error <= tolerance) and np.all(true <= error))
        return ok


def check_riccati(module):
    return rough_log_phi(RoughHeston, {"riccati_means": module.riccati_means})


def riccati_with(module, *kernels):
    """Return the solver with kernels of another module in place of its own."""
    riccati = interpreted("numerics.fractional_riccati")
    for name in kernels:
        setattr(riccati, name, getattr(module, name))
    return riccati


def check_newton(module):
    return check_riccati(riccati_with(module, "solve", "source_and_slope"))


def check_elimination(module):
    """Four systems at once against the solutions of LAPACK."""
    rng = np.random.default_rng(4)
    order = 6
    matrices = rng.normal(size=(2, order, order, 4)) + 4 * np.eye(order)[:, :, None]
    right = rng.normal(size=(2, order, 4))
    packed = lanes.pack((matrices[0] + 1j * matrices[1]).reshape(-1, 4))
    solved = lanes.pack(right[0] + 1j * right[1])
    module.factorise(packed, order)
    module.substitute(packed, order, solved)
    found = np.array([four(solved, row) for row in range(order)])
    exact = np.linalg.solve(
        np.moveaxis(matrices[0] + 1j * matrices[1], 2, 0), (right[0] + 1j * right[1]).T[..., None]
    )
    return bool(np.allclose(found, exact[..., 0].T, rtol=0, atol=1e-12))


def check_rough_heston(module):
    return rough_log_phi(module.RoughHeston, {})


def check_coefficients(module):
    return rough_log_phi(RoughHeston, {"fill_coefficients": module.fill_coefficients})


def check_curve(module):
    """A curve that stays is a level; its derivative in the mean reversion is that of both."""
    given: dict[str, Any] = {
        "hurst": 0.2,
        "vol_of_vol": 0.4,
        "correlation": -0.5,
        "mean_reversion": 0.6,
    }
    levels = RoughHeston(**given, initial_variance=0.05, long_run_variance=0.05)
    curve = module.RoughHeston(**given, forward_variance=ForwardVariance((0.3,), (0.05,)))
    one, other = (m._log_phi(FREQUENCIES, MATURITY, 1e-11)[0] for m in (levels, curve))
    return bool(np.all(np.abs(one - other) <= 1e-10))


def check_heston(module):
    heston = Heston(**{name: x for name, x in asdict(CLASSICAL).items() if name != "hurst"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rmot.models.heston.square_root_riccati", module.square_root_riccati)
        found = heston._closed_form(FREQUENCIES, MATURITY)
    return bool(np.all(np.abs(found - exact_log_phi(CLASSICAL)) <= 1e-11))


def gradient_is_a_difference(model_class):
    """Whether derivatives of log phi are extrapolated differences of the compiled model."""
    given = asdict(PARAMETERS)
    model = model_class(**given)
    _, _, rows = model._log_phi(FREQUENCIES[:2], MATURITY, 1e-10, differentiate=True)

    def difference(name, h):
        up, down = (RoughHeston(**(given | {name: given[name] + side * h})) for side in (1, -1))
        ends = [m._log_phi(FREQUENCIES[:2], MATURITY, 1e-13)[0] for m in (up, down)]
        return (ends[0] - ends[1]) / (2 * h)

    for row, name in zip(rows, model.parameters, strict=True):
        h = 2e-3 * abs(given[name])
        fine, wide = difference(name, h), difference(name, 2 * h)
        uncertainty = np.abs(fine - wide) + 1e-11 / h
        if not np.all(np.abs(row - (4 * fine - wide) / 3) <= uncertainty):
            return False
    return True


def check_gradient_of_model(module):
    return gradient_is_a_difference(module.RoughHeston)


def check_chain_rule(module):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rmot.models.rough_heston.heston_gradient", module.heston_gradient)
        return gradient_is_a_difference(RoughHeston)


def check_riccati_gradient(module):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "rmot.models.rough_heston.riccati_sensitivities", module.riccati_sensitivities
        )
        return gradient_is_a_difference(RoughHeston)


def check_slopes(module):
    return check_riccati_gradient(riccati_with(module, "average", "sensitivities"))


def check_operators(module):
    """Powers of z integrate as in closed form; series and quadrature agree, with slopes."""
    alpha, n, group = 0.62, 8, 0
    z, matrix, average = module.collocation(alpha, n, 1e7)
    for power in range(4):
        factor = math.gamma(power * alpha + 1) / math.gamma((power + 1) * alpha + 1)
        if not np.allclose(matrix @ z**power, factor * z ** (power + 1), rtol=0, atol=1e-11):
            return False
        if not abs(average @ z**power - 1 / (power * alpha + 1)) <= 1e-11:
            return False
    # the compiled quadrature is quicker and was just found to agree
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_collocation", fractional_operators._collocation)
        operators = module.FractionalOperators(alpha)
        operators.add(0, group, slopes=False)
        operators.add(0, group, slopes=True)
    records = [
        kept[n + 1 : n + 1 + (n + 1) ** 2].reshape(n + 1, n + 1)
        for kept in (operators.records, operators.slope_records)
    ]
    scale, h = fractional_operators.moebius_scale(group), 1e-3
    here, up, down = (
        fractional_operators.collocation(a, n, scale) for a in (alpha, alpha + h, alpha - h)
    )
    return all(
        np.allclose(row[:, 1:].T, value[1][1:], rtol=0, atol=limit)
        and np.allclose(row[:, 0], value[2], rtol=0, atol=limit)
        for row, value, limit in (
            (records[0], here, 1e-12),
            (records[1], [(a - b) / (2 * h) for a, b in zip(up, down, strict=True)], 1e-4),
        )
    )


def check_prices(module):
    """Prices of normal laws in strips wide and narrow, with guesses right and wrong."""
    rng = np.random.default_rng(8)
    for _ in range(150):
        deviation, tolerance = np.exp(rng.uniform(-4, 1)), 10.0 ** -rng.uniform(4, 11)
        variance, width = deviation**2, np.exp(rng.uniform(-0.7, 2)) / deviation
        growth = np.array([[0.0, 0.0, 1e-12, 1.0, np.exp(rng.uniform(-2, 2)) * variance]])
        k = deviation * np.sort(rng.uniform(-4, 4, 5))

        def log_phi(u, _admissible, variance=variance):
            values = -0.5 * variance * (u * u + 1j * u)
            return values, 1e-16 * np.abs(values), np.empty((0, u.size), dtype=complex)

        price, error, _ = module.otm_prices(
            log_phi, growth, (width, 1 + width), k, np.full(k.size, tolerance)
        )
        # what a coincidence hides is far below the tolerance
        allowed = 3 * error + 1e-3 * tolerance
        if not np.all(np.abs(price - black_otm(k, deviation, 1.0)) <= allowed):
            return False
    return True


def fourier_with(module, *kernels):
    """Return the inversion with kernels of another module in place of its own."""
    fourier = interpreted("numerics.fourier")
    for name in kernels:
        setattr(fourier, name, getattr(module, name))
    return fourier


def check_nodes(module):
    return check_prices(fourier_with(module, "contour_and_nodes", "fill_nodes"))


def check_sums(module):
    return check_prices(fourier_with(module, "wing_prices"))


def check_quadrature(module):
    """A curve's weights integrate powers against it in reversed time."""
    curve = module.ForwardVariance((0.2, 0.5), (0.03, 0.09))
    x, weights, pieces = curve.quadrature(0.8)
    ends = np.array([0.0, 0.375, 0.75, 1.0])
    values = np.array([0.09, 0.09, 0.03])
    return all(
        abs(pieces @ weights @ x**p - values @ np.diff(ends ** (p + 1)) / (p + 1)) <= 1e-13
        for p in (0.0, 0.6, 1.0, 3.0)
    )


def check_volatility(module):
    k = np.array([-0.6, -0.1, 0.0, 0.05, 0.7])
    deviation = np.array([0.05, 0.2, 0.8, 2.5, 5.0])
    found = [
        module.implied_deviation(abs(x), float(black_otm(-abs(x), s, 1.0)) * math.exp(abs(x)))
        for x, s in zip(k, deviation, strict=True)
    ]
    return bool(np.allclose(found, deviation, rtol=1e-11, atol=0))


@dataclass(frozen=True)
class Fault:
    """A place in a module's source, what stands there, and what is put there instead."""

    module: str
    check: Callable[[ModuleType], bool]
    old: str
    new: str


FAULTS = {
    # the model
    "sign of the correlation": Fault(
        "models._riccati_coefficients",
        check_coefficients,
        "turned * rho_nu - kappa",
        "-turned * rho_nu - kappa",
    ),
    "sign of the mean reversion": Fault(
        "models._riccati_coefficients",
        check_coefficients,
        "turned * rho_nu - kappa",
        "turned * rho_nu + kappa",
    ),
    "exponent alpha less 0.01": Fault(
        "models.rough_heston",
        check_rough_heston,
        "return float(self.hurst) + 0.5",
        "return float(self.hurst) + 0.49",
    ),
    "c2 without its half": Fault(
        "models.rough_heston",
        check_rough_heston,
        "given = (c0, c1, 0.5 * nu * nu,",
        "given = (c0, c1, nu * nu,",
    ),
    "c0 with iu subtracted": Fault(
        "models._riccati_coefficients",
        check_coefficients,
        "(u[j] * u[j] + turned)",
        "(u[j] * u[j] - turned)",
    ),
    "V_0 left out": Fault(
        "models.rough_heston",
        check_rough_heston,
        "source_weight = maturity * self._level[0]",
        "source_weight = maturity",
    ),
    "kappa left out before theta": Fault(
        "models.rough_heston",
        check_rough_heston,
        "h_weight = maturity * kappa * self._level[1]",
        "h_weight = maturity * self._level[1]",
    ),
    "maturity left out before theta": Fault(
        "models.rough_heston",
        check_rough_heston,
        "h_weight = maturity * kappa * self._level[1]",
        "h_weight = kappa * self._level[1]",
    ),
    "kappa h left out on a curve": Fault(
        "models.rough_heston",
        check_curve,
        "source_weight, h_weight = maturity, maturity * kappa",
        "source_weight, h_weight = maturity, 0.0",
    ),
    "derivative in kappa without that of its weight": Fault(
        "models.rough_heston",
        check_gradient_of_model,
        "gradient[3] + maturity * self._level[1] * mean_h,",
        "gradient[3],",
    ),
    "derivative in theta without kappa": Fault(
        "models.rough_heston",
        check_gradient_of_model,
        "maturity * kappa * mean_h,",
        "maturity * mean_h,",
    ),
    "chain rule of c2 halved": Fault(
        "models._heston_family",
        check_chain_rule,
        "+ vol_of_vol * by_c2",
        "+ 0.5 * vol_of_vol * by_c2",
    ),
    "chain rule of kappa with the wrong sign": Fault(
        "models._heston_family", check_chain_rule, "* by_c1, -by_c1]", "* by_c1, by_c1]"
    ),
    # classical Heston
    "the other root of Heston": Fault(
        "numerics.square_root_riccati",
        check_heston,
        "rate = 2.0 * c0 / (root - c1)",
        "rate = 2.0 * c0 / (-root - c1)",
    ),
    "factor of Heston's logarithm": Fault(
        "numerics.square_root_riccati",
        check_heston,
        "reach * _log_ratio",
        "0.5 * reach * _log_ratio",
    ),
    # the Riccati equation
    "linear term without c1": Fault(
        "numerics.fractional_riccati",
        check_riccati,
        "coefficients[STRIDE + w] = c1[at].real",
        "coefficients[STRIDE + w] = 0.0",
    ),
    "quadratic term twice": Fault(
        "numerics.riccati_newton",
        check_newton,
        "slope, j, coefficients, c2, h)",
        "slope, j, coefficients, 2.0 * c2, h)",
    ),
    "truncation estimated as nothing": Fault(
        "numerics.fractional_riccati",
        check_riccati,
        "* largest * last * rate_power / (1.0 - rate)",
        "* 0.0",
    ),
    "Newton stopped after a step, as if it had converged": Fault(
        "numerics.riccati_newton",
        check_newton,
        "if error <= accepted:\n            return error,",
        "if True:\n            return 1e-16,",
    ),
    "derivative in c2 with h for h squared": Fault(
        "numerics.riccati_slopes",
        check_slopes,
        "direct = h if which == 0 else square\n                    add_multiple(right,",
        "direct = h\n                    add_multiple(right,",
    ),
    "derivative in alpha without log T": Fault(
        "numerics.riccati_slopes",
        check_slopes,
        "log_maturity * h[w] if which == 2 else 0.0",
        "0.0",
    ),
    "elimination without a row of its tiles": Fault(
        "numerics.lane_elimination",
        check_elimination,
        "subtract_product(matrix, below + j, matrix, below + p, matrix, top + j)\n",
        "pass\n",
    ),
    "substitution without the pivots": Fault(
        "numerics.lane_elimination",
        check_elimination,
        "set_product(right, q, right, q, matrix, q * n + q)",
        "pass",
    ),
    # its operators
    "Gamma(alpha) left out": Fault(
        "numerics.fractional_operators",
        check_operators,
        "matrix[i, j] *= z[i] / math.gamma(alpha)",
        "matrix[i, j] *= z[i]",
    ),
    "kernel's exponent alpha for alpha - 1": Fault(
        "numerics.fractional_operators", check_operators, "rest ** (alpha - 1.0)", "rest**alpha"
    ),
    "averages off by 1e-6": Fault(
        "numerics.fractional_operators",
        check_operators,
        "average[j] += weight * row[j]",
        "average[j] += (1.0 + 1e-6) * weight * row[j]",
    ),
    "series cut after six terms": Fault(
        "numerics.fractional_operators", check_operators, "_ORDERS = 24", "_ORDERS = 6"
    ),
    "slope in alpha for twice the interval": Fault(
        "numerics.fractional_operators",
        check_operators,
        "slopes * 2.0 / (1.0 - _FIRST_ORDER)",
        "slopes / (1.0 - _FIRST_ORDER)",
    ),
    # the curve
    "curve in forward time": Fault(
        "models.forward_variance",
        check_quadrature,
        "self._piece(maturity * (1.0 - 0.5 *",
        "self._piece(maturity * (0.5 *",
    ),
    "pieces without their widths": Fault(
        "models.forward_variance",
        check_quadrature,
        "width[:, None] * weight\n",
        "weight\n",
    ),
    # the contour
    "sign of the contour's weights": Fault(
        "numerics.contour_nodes",
        check_nodes,
        "weight[j] = -step / math.pi",
        "weight[j] = step / math.pi",
    ),
    "first node with full weight": Fault(
        "numerics.contour_nodes", check_nodes, "weight[j] *= 0.5", "weight[j] *= 1.0"
    ),
    "pole at -i for a pole at i": Fault(
        "numerics.contour_nodes",
        check_nodes,
        "speed / (u[j] * (u[j] + 1j))",
        "speed / (u[j] * (u[j] - 1j))",
    ),
    "poles not corrected": Fault(
        "numerics.contour_sums",
        check_sums,
        "found[side] += math.copysign(1.0, bend - theta)",
        "found[side] += 0.0 * math.copysign(1.0, bend - theta)",
    ),
    "residues left out": Fault(
        "numerics.contour_sums", check_sums, "fine + (1.0 if calls else strike)", "fine"
    ),
    "step's error estimated as nothing": Fault(
        "numerics.contour_sums",
        check_sums,
        "spread = min(spread, _bound(shape, side_u, heights, k[m]))",
        "spread = 0.0",
    ),
    "cut-off's error estimated as nothing": Fault(
        "numerics.contour_sums", check_sums, "end = last / step", "end = 0.0"
    ),
    # implied volatility
    "bend of the vega": Fault(
        "numerics.implied_volatility",
        check_volatility,
        "(x / s) * (x / s) / s - 0.25 * s",
        "(x / s) * (x / s) / s + 0.25 * s",
    ),
    "target without its logarithm": Fault(
        "numerics.implied_volatility", check_volatility, "else math.log1p(-p)\n", "else -p\n"
    ),
}


@cache
def passes_when_sound(name: str, check: Callable[[ModuleType], bool]) -> bool:
    return check(interpreted(name))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_fault_is_noticed_by_a_check_that_the_sound_source_passes(fault):
    assert passes_when_sound(fault.module, fault.check)
    try:
        noticed = not fault.check(interpreted(fault.module, fault.old, fault.new))
    except ArithmeticError:
        noticed = True
    assert noticed
