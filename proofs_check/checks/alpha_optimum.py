"""The observables of Figure 15 computed from the parameters of the optimum.

An underlying is loaded with one on a residual factor of its own. The forwards are not printed:
the six variances of spreads have four unknowns, so the forwards come from them by least squares.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import combinations

import numpy as np
import sympy
from scipy.optimize import least_squares

from proofs_check.alpha_model import read, symbol
from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.checks.alpha_observables import DK, GK
from proofs_check.exact import Statement, Tree, bind, inequality, tree
from proofs_check.ledger import Claim, Table
from proofs_check.registry import Context, check

ASSETS = DRIVERS = 4
LOGNORMAL = {
    "U": "Sum(alpha[1,k]**2*V[k], (k, 1, n))",
    "CovU": "Sum(nu[k]*rho[k]*alpha[1,k]**3*V[k], (k, 1, n))",
    "VarU": "Sum(nu[k]**2*alpha[1,k]**4*V[k], (k, 1, n))",
}
RELATIVE = {
    "Spread": f"Sum(V[k]*{DK}**2, (k, 1, n))",
    "Cov": f"Sum(nu[k]*rho[k]*{DK}**3*V[k], (k, 1, n))",
    "Var": f"Sum(V[k]*(nu[k]**2*{DK}**4 + 4*nu[k]*rho[k]*{DK}**2*{GK}), (k, 1, n))",
}


def _values(table: Table) -> dict[str, str]:
    return {row["name"]: row["value"] for row in table.rows}


def _names(parameters: Mapping[str, str], assets: tuple[int, ...]) -> dict[str, str]:
    """Bind the letters of formulas: common factors first, then each asset's residual."""
    factors = [*range(1, DRIVERS + 1), *(DRIVERS + i for i in assets)]
    found: dict[str, str] = {}
    for k, number in enumerate(factors, 1):
        letters = {"nu": "kappa", "rho": "rho", "V": "V"}
        found |= {f"{x}{k}": parameters[f"{y}{number}"] for x, y in letters.items()}
        for place, i in enumerate(assets, 1):
            own = str(int(number == DRIVERS + i))
            common = number <= DRIVERS
            found[f"alpha{place}_{k}"] = parameters[f"alpha{i}{number}"] if common else own
    return found


def _half_unit(printed: str) -> Fraction:
    """Return half a unit of the last digit: of nine decimals, or of a power of ten."""
    digits, _, exponent = printed.upper().partition("E")
    decimals = len(digits.partition(".")[2]) if exponent else 9
    return Fraction(10) ** (int(exponent or 0) - decimals) / 2


def _near(name: str, value: Tree, printed: Tree, tolerance: Tree) -> Statement:
    return inequality(name, ["abs", ["sub", value, printed]], "<=", tolerance)


@check("A104", "A105", "A106")
def underlyings(claim: Claim, context: Context) -> Certificate:
    """Evaluate a formula at the optimum, and bound what rounding of all that is printed can do."""
    parameters = _values(claim.tables["optimum"])
    rows = [row["name"] for row in claim.tables["observables"].rows]
    kind = claim.data["observable"]
    statements = []
    for form, text in (("as printed", claim.data["formula"]), ("as repaired", LOGNORMAL[kind])):
        formula = read(text, DRIVERS + 1)
        letters = sorted(formula.free_symbols, key=str)
        slopes = sympy.lambdify(letters, [sympy.diff(formula, x) for x in letters], "math")
        whole = tree(str(formula))
        for i in range(1, ASSETS + 1):
            names = _names(parameters, (i,))
            told = [names[str(x)] for x in letters]
            row = rows.index(f"{kind}{i}")
            printed = claim.tables["observables"].rows[row]["value"]
            rounded = zip(slopes(*map(Fraction, told)), map(_half_unit, told), strict=True)
            moved = sum((abs(slope) * unit for slope, unit in rounded), start=Fraction(0))
            # Second-order terms are below a hundredth of the first-order ones.
            tolerance = str(_half_unit(printed) + moved * Fraction(101, 100))
            cell: Tree = ["cell", "observables", row, "value"]
            value = bind(whole, {**names})
            statements.append(_near(f"{form}, {i}", value, cell, tolerance))
    names_of = [item["name"] for item in statements]
    first, second = names_of[:ASSETS], names_of[ASSETS:]
    rules: list[Rule] = [("verified", dict.fromkeys(names_of, True))]
    rules += [("corrected", {name: False, **dict.fromkeys(second, True)}) for name in first]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        rules,
        evidence={"repaired": LOGNORMAL[kind]},
        otherwise="values equal to those printed, to what rounding of both tables leaves open",
        reading="parameters as Figure 16 prints them, with more digits than Figure 14; residual"
        " loading 1;"
        " observables over the power of the price that they have in it",
    )


def _arrays(parameters: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    own = np.eye(ASSETS)
    common = [[float(parameters[f"alpha{i}{k}"]) for k in (1, 2, 3, 4)] for i in (1, 2, 3, 4)]
    variances = [float(parameters[f"V{k}"]) for k in range(1, DRIVERS + ASSETS + 1)]
    return np.hstack([common, own]), np.array(variances)


@cache
def _forwards(optimum: Table, observables: Table) -> tuple[tuple[str, ...], float]:
    """Solve for the forwards, and give the largest relative error that six variances are left with.

    Logarithms are searched from where all are alike.
    """
    loadings, variances = _arrays(_values(optimum))
    printed = _values(observables)
    pairs = list(combinations(range(ASSETS), 2))
    wanted = np.array([float(printed[f"Spread{i + 1}{j + 1}"]) for i, j in pairs])

    def excess(logs: np.ndarray) -> np.ndarray:
        loaded = np.exp(logs)[:, None] * loadings
        return (
            np.array([np.sum((loaded[i] - loaded[j]) ** 2 * variances) for i, j in pairs]) / wanted
            - 1
        )

    start = np.full(ASSETS, math.log(0.05))
    found = least_squares(excess, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    left = float(np.abs(found.fun).max())
    return tuple(f"{x:.12f}" for x in np.exp(found.x)), left


@check("A107", "A108", "A109", "A110")
def spreads(claim: Claim, context: Context) -> Certificate:
    """Evaluate a formula for spreads at the optimum and at the forwards found."""
    parameters = _values(claim.tables["optimum"])
    forwards, left = _forwards(claim.tables["optimum"], claim.tables["observables"])
    rows = [row["name"] for row in claim.tables["observables"].rows]
    kind, statements = claim.data["observable"], []
    forms = {"as printed": claim.data["formula"], "as repaired": RELATIVE[kind]}
    for form, text in forms.items():
        whole = tree(str(read(text, DRIVERS + 2)))
        for pair in claim.data["pairs"]:
            # The add-ins price the second asset over the first.
            j, i = (int(x) for x in pair)
            names = {**_names(parameters, (i, j)), "S1": forwards[i - 1], "S2": forwards[j - 1]}
            row = f"Spread{pair}" if kind == "Spread" else f"Sp{pair}{kind}"
            cell: Tree = ["cell", "observables", rows.index(row), "value"]
            tolerance: Tree = ["mul", ["datum", "tolerance"], ["abs", cell]]
            near = _near(f"{form}, {pair}", bind(whole, {**names}), cell, tolerance)
            statements.append({**near, "rests_on": "forwards by least squares"})
    told = [item["name"] for item in statements]
    first, second = told[: len(told) // 2], told[len(told) // 2 :]
    rules: list[Rule] = [("verified", dict.fromkeys(told, True))]
    rules += [("corrected", {name: False, **dict.fromkeys(second, True)}) for name in first]
    rules += [("inconsistent", {name: False}) for name in second]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        rules,
        evidence={
            "forwards": list(forwards),
            "error_of_variances": f"{left:.2e}",
            "repaired": RELATIVE[kind],
        },
        otherwise="values equal to those printed, to the tolerance, at forwards that six"
        " variances give",
        reading="residuals that differ by asset; the spread is the second asset over the first,"
        " as the"
        " add-ins price it; two of the six variances and all other entries are left to disagree",
    )


@check("A121")
def start_is_stationary(claim: Claim, context: Context) -> Certificate:
    """Differentiate all observables by the loadings of a factor that nothing loads yet."""
    loadings = [symbol("alpha", i, 2) for i in (1, 2)]
    unloaded = dict.fromkeys(loadings, 0)
    load = f"(nu[k]*rho[k]*{DK}**2 + 2*{GK})"
    absolute = (
        f"Sum(V[k]*{DK}**2, (k, 1, n))",
        f"Sum(V[k]*{DK}*{load}, (k, 1, n))",
        f"Sum(V[k]*({load}**2 + nu[k]**2*{DK}**4*(1 - rho[k]**2)), (k, 1, n))",
    )
    texts = (*LOGNORMAL.values(), *RELATIVE.values(), *absolute)
    slopes = [sympy.diff(read(text, 2), loadings[0]).subs(unloaded) for text in texts]
    left = sum(1 for slope in slopes if sympy.expand(slope) != 0)
    flat = inequality("no observable has a slope there", str(left), "==", "0")
    starts = {row["name"]: place for place, row in enumerate(claim.tables["variables"].rows)}
    ends = {row["name"]: place for place, row in enumerate(claim.tables["optimum"].rows)}
    statements: list[Statement] = [{**flat, "rests_on": "symbolic differentiation"}]
    for name in claim.data["moved"]:
        begin: Tree = ["cell", "variables", starts[name], "initial"]
        end: Tree = ["cell", "optimum", ends[name], "value"]
        statements += [
            inequality(f"{name} starts unloaded", begin, "==", "0"),
            inequality(f"{name} has moved", ["abs", end], ">", "0"),
        ]
    told = [item["name"] for item in statements]
    stuck = {name: True for name in told if "starts" in name}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("inconsistent", {told[0]: True, told[2]: True, **stuck}),
            ("verified", {told[0]: True, told[2]: True, told[1]: False}),
        ],
        evidence={"slopes": len(slopes)},
        otherwise="a loading that starts away from zero, or an observable with a slope there",
        reading="a method of gradients stays where all are zero; differences in place of"
        " derivatives would"
        " move all factors without loadings alike, and only the second one moved",
    )
