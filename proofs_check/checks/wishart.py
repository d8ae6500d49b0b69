"""Assets driven by a Wishart process, on matrices of two rows.

``dV = (beta Q^T Q + M V + V M^T) dt + sqrt(V) dW Q + Q^T dW^T sqrt(V)`` stays symmetric, exists
from any start for ``beta >= n - 1``, and has the Heston model at n = 1 where the assets' second
noise carries ``sqrt(V)`` as well.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from proofs_check.agreement import against_derivation, same
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, inequality, tree
from proofs_check.ito import Process, bracket, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

SIZE = 2
_sympify: Callable[..., Any] = sympy.sympify


def _matrix(name: str, *, symmetric: bool = False) -> Any:
    def entry(i: int, j: int) -> Any:
        i, j = (min(i, j), max(i, j)) if symmetric else (i, j)
        return sympy.Symbol(f"{name}_{i + 1}{j + 1}")

    return sympy.Matrix(SIZE, SIZE, entry)


V, Q, M, R = _matrix("V", symmetric=True), _matrix("Q"), _matrix("M"), _matrix("R")
BETA = sympy.Symbol("beta")


def _evaluated(text: str) -> Any:
    """Evaluate a formula in matrices, ``t(X)`` a transpose."""
    names = {"V": V, "Q": Q, "M": M, "R": R, "I": sympy.eye(SIZE), "t": lambda x: x.T, "beta": BETA}
    return _sympify(text, locals=names)


def _mixed(matrix: Any) -> Any:
    """Write a matrix as one formula: its entries times letters."""
    letters = _matrix("entry")
    return sympy.expand(sum(a * x for a, x in zip(matrix, letters, strict=True)))


@check("A016")
def drift_is_symmetric(claim: Claim, context: Context) -> Certificate:
    """Hold the drift of a symmetric process against its transpose."""
    printed, repaired = _evaluated(claim.data["drift"]), _evaluated("M*V + V*t(M)")
    scope = scope_of(claim)
    statements = [
        same(name, _mixed(matrix), _mixed(matrix.T), scope)
        for name, matrix in (("as printed", printed), ("as repaired", repaired))
    ]
    left, right = (_mixed(x.subs(M[1, 0], M[0, 1])) for x in (printed, printed.T))
    statements.append(same("as printed, M symmetric", left, right, scope))
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {"as printed": True, "as repaired": True}),
            ("corrected", {"as printed": False, "as repaired": True}),
        ],
        evidence={"printed": str(printed), "repaired": "M V + V M^T"},
        otherwise="a drift equal to its transpose",
        reading="a symmetric M makes both forms one; the source has any parameter M",
    )


@check("A017")
def one_row_is_heston(claim: Claim, context: Context) -> Certificate:
    """Take the variance rate of the asset in dimension one, where it has to be the factor's."""
    v, r, a = sympy.Symbol("V", positive=True), *sympy.symbols("R A")
    second = read(claim.data["second_noise"], V=v)
    rate = {
        name: a**2 * (v * r**2 + noise**2 * (1 - r**2))
        for name, noise in (("printed", second), ("repaired", sympy.sqrt(v)))
    }
    return against_derivation(
        claim,
        context,
        rate["printed"],
        a**2 * v,
        rate["repaired"],
        otherwise="a variance proportional to the factor",
        reading="one row, where the model is said to be Heston's; with the noise as printed the"
        " variance has"
        " a constant part, and at R = 0 nothing else",
    )


@check("A018")
def noise_is_brownian(claim: Claim, context: Context) -> Certificate:
    """Take the covariance of a row of ``dW X + dZ sqrt(I - R R^T)``: ``X^T X + I - R R^T``."""
    covariance = {
        name: x.T * x + sympy.eye(SIZE) - R * R.T
        for name, x in (("printed", _evaluated(claim.data["factor"])), ("repaired", R.T))
    }
    unit = _mixed(sympy.eye(SIZE))
    return against_derivation(
        claim,
        context,
        _mixed(covariance["printed"]),
        unit,
        _mixed(covariance["repaired"]),
        otherwise="a covariance that is the unit matrix",
        reading="any R; where R commutes with its transpose the printed form is Brownian too",
    )


@check("A019")
def radius_below_one(claim: Claim, context: Context) -> Certificate:
    """Find a matrix with the stated bound for which ``I - R R^T`` has no real root.

    The claim names a size; the example has the spectral radius 0 and the norm 2.
    """
    example = [["0", "2"], ["0", "0"]]
    sizes = {"spectral radius": "0", "norm": "2"}
    size = sizes[claim.data["size"]]
    top_left: Any = ["sub", "1", ["add", *(["mul", x, x] for x in example[0])]]
    statements = [
        inequality("the example meets the condition", size, "<", "1"),
        inequality("and leaves the root real", top_left, ">=", "0"),
    ]
    met, real = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("refuted", {met: True, real: False}), ("verified", {met: False})],
        evidence={"example": example, "repaired": "a norm of at most one"},
        otherwise="a size that the example does not meet",
        reading="spectral radius is the largest modulus of an eigenvalue; read as the norm,"
        " which bounds"
        " R R^T, the condition is right",
    )


@check("A020")
def riccati_by_exponentials(claim: Claim, context: Context) -> Certificate:
    """Differentiate ``F^-1 G`` where F and G solve a linear system.

    Both sides are multiplied by F from the left: ``G' - F' P = F (P M + M^T P + 2 P Q^T Q P + C)``
    with ``P = F^-1 G``; with F the unit matrix at one instant this is an identity of matrices.
    """
    p, c = _matrix("P", symmetric=True), _matrix("C", symmetric=True)
    coupling = sympy.Rational(claim.data["coupling"])
    f_rate = -coupling * p * Q.T * Q - M.T
    g_rate = p * M + c
    riccati = p * M + M.T * p + 2 * p * Q.T * Q * p + c
    linear = g_rate - f_rate * p
    right = g_rate + (2 * p * Q.T * Q + M.T) * p
    return against_derivation(
        claim,
        context,
        _mixed(linear),
        _mixed(riccati),
        _mixed(right),
        otherwise="a linear system whose quotient does not solve Riccati's equation",
        reading="constant coefficients: the system's solution is the exponential of its matrix",
    )


@check("A021")
def existence(claim: Claim, context: Context) -> Certificate:
    """Find the drift of the determinant on its zero set, where it has no noise.

    The bracket is ``d<V_ij, V_kl> = V_ik A_jl + V_il A_jk + V_jk A_il + V_jl A_ik`` with ``A =
    Q^T Q``.
    """
    a = Q.T * Q
    drift = BETA * a + M * V + V * M.T
    places = {V[i, j]: (i, j) for i in range(SIZE) for j in range(i, SIZE)}
    determinant = V.det()
    total = sum(sympy.diff(determinant, x) * drift[places[x]] for x in places)
    for x, (i, j) in places.items():
        for y, (k, m) in places.items():
            rate = V[i, k] * a[j, m] + V[i, m] * a[j, k] + V[j, k] * a[i, m] + V[j, m] * a[i, k]
            total += rate * sympy.diff(determinant, x, y) / 2
    adjugate = sympy.expand((V.adjugate() * a).trace())
    expected = (BETA - (SIZE - 1)) * adjugate + 2 * M.trace() * determinant
    scope = scope_of(claim)
    least = Fraction(claim.data["least_beta"])
    # A singular V and a regular Q: the trace of adj(V) Q^T Q is then 1.
    inside: Statement = inequality(
        "the determinant does not drift below zero", str(least - (SIZE - 1)), ">=", "0"
    )
    formula = same("drift of the determinant", sympy.expand(total), sympy.expand(expected), scope)
    return decide(
        claim,
        context.profile,
        "symbolic",
        [formula, inside],
        [
            ("verified", {formula["name"]: True, inside["name"]: True}),
            ("corrected", {formula["name"]: True, inside["name"]: False}),
        ],
        evidence={"repaired": "beta >= n - 1", "drift": str(expected)},
        otherwise="a least value of beta of at least one less than the number of rows",
        reading="two rows, beta just above the stated value, a singular start; a start inside"
        " reaches the"
        " boundary for such beta and has no way on from there",
    )


@check("A022")
def alpha_factor_is_a_wishart(claim: Claim, context: Context) -> Certificate:
    """Write a factor as one row, ``dV = (beta q^2 + 2 m V) dt + 2 q sqrt(V) dB``."""
    v, reversion, nu = sympy.symbols("V reversion nu", positive=True)
    names = {"V": v, "reversion": reversion, "nu": nu}
    q, m, beta = (read(claim.data[key], **names) for key in ("q", "m", "beta"))
    root, x, y = sympy.sqrt(v), *sympy.symbols("x y")
    factor = Process(reversion * (1 - v), {"B": nu * root})
    one_row = Process(beta * q**2 + 2 * m * v, {"B": 2 * q * root})

    def written(process: Process) -> Any:
        return x * process.drift + y * bracket(process, process)

    squared = differential(v, {v: factor})
    return against_derivation(
        claim,
        context,
        written(one_row),
        written(squared),
        written(factor),
        evidence={"condition": "beta = 4 lambda / nu^2 > 0: n - 1 = 0 asks no more"},
        otherwise="coefficients that make the factor",
        reading="each factor a process of one row; the diagonal of one process of n rows has one"
        " beta for all"
        " factors, of at least n - 1, and no room for those of the examples",
    )


@check("A023")
def one_beta_for_all(claim: Claim, context: Context) -> Certificate:
    """Hold ``4 lambda / nu^2`` of printed factors against what one process asks of them."""
    rows = len(claim.data["vols_of_vol"])
    names = {"speed": ["datum", "reversion"]}
    betas = [
        tree("4*speed/nu**2", {**names, "nu": ["datum", "vols_of_vol", k]}) for k in range(rows)
    ]
    statements = [
        inequality("one beta for all factors", betas[0], "==", betas[-1]),
        inequality("of at least n - 1", betas[0], ">=", str(rows - 1)),
    ]
    one, enough = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {one: True, enough: True}),
            ("refuted", {one: False}),
            ("refuted", {enough: False}),
        ],
        evidence={"rows": rows},
        otherwise="factors of one beta, and that of at least n - 1",
        reading="a diagonal V of n rows with diagonal Q and M, speeds of reversion alike as the"
        " source has"
        " them; as n processes of one row each the factors are Wishart",
    )
