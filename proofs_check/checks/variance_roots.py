"""Roots of two rough variances: the mean of their product, and their covariance.

Without mean reversion ``V_t = xi + eta int_0^t K(t-s) sqrt(V_s) dB_s``, so ``Y = V/xi`` has mean
1 and, by Ito's isometry, variance ``v = eta^2 g / xi``, ``g = t^{2H} / (2 H Gamma(H+1/2)^2)``. Its
third central moment is ``3 (eta^2/xi)^2 int_0^t K(t-s)^2 int_0^s K(t-r) K(s-r) dr ds <= 3 v^2``.
As ``1 <= Gamma <= 2`` on [1/2, 1], rational bounds of v follow.
"""

from __future__ import annotations

from typing import Any

import sympy

from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

SMALL = "variance at most a third at the witness"
BROKEN = "remainder exceeds the constant times the form stated"
KEPT = "form stated with the constant covers the repaired bound"


def _variance(gamma_squared: str) -> Tree:
    names = ("vol_of_vol", "maturity", "hurst", "variance")
    bound: dict[str, Tree] = {name: ["datum", name] for name in names}
    text = f"vol_of_vol**2 * maturity**(2*hurst) / (2*hurst*{gamma_squared}*variance)"
    return tree(text, bound)


def _proof() -> list[Statement]:
    """State the identities behind both bounds of ``-R = 1 - E sqrt(Y_i Y_j)``, in z^2 = Y.

    Lower, with one variance known: the cubic exceeds the root by a multiple of positive powers, so
    ``E sqrt(Y) <= 1 - v/8 + 3 v^2/16``, which is at most ``1 - v/16`` for ``v <= 1/3``. Upper:
    ``-R = E(z-w)^2/2 <= E(z-1)^2 + E(w-1)^2 <= v_i + v_j``.
    """
    names: dict[str, Tree] = {"z": ["variable", "z"], "w": ["variable", "w"]}
    sides = {
        "cubic dominates the root": (
            "16 + 8*(z**2-1) - 2*(z**2-1)**2 + (z**2-1)**3 - 16*z",
            "(z-1)**4*(z**2+4*z+5)",
            {"z": 6},
        ),
        "squared difference of the roots": (
            "z**2 + w**2 - 2*z*w",
            "(z-w)**2",
            {"z": 2, "w": 2},
        ),
        "difference split at one": (
            "2*(z-1)**2 + 2*(w-1)**2 - (z-w)**2",
            "(z+w-2)**2",
            {"z": 2, "w": 2},
        ),
        "root nearer to one than its square": (
            "(z**2-1)**2 - (z-1)**2",
            "(z-1)**2*z*(z+2)",
            {"z": 4},
        ),
    }
    return [
        identity(name, tree(left, names), tree(right, names), degrees)
        for name, (left, right, degrees) in sides.items()
    ]


def _remainder(claim: Claim) -> tuple[list[Statement], bool, dict[str, Any]]:
    """Hold the stated form of the remainder against both bounds where one variance is known.

    Returns the statements, whether the form keeps pace with v as xi and eta^2 shrink together, and
    evidence.
    """
    names: dict[str, Tree] = {
        "eta_i": ["datum", "vol_of_vol"],
        "eta_j": "0",
        "xi_i": ["datum", "variance"],
        "xi_j": ["datum", "variance"],
    }
    allowed: Tree = ["mul", ["datum", "constant"], tree(claim.data["remainder"], names)]
    statements = [
        inequality(SMALL, _variance("1"), "<=", "1/3"),
        inequality(BROKEN, ["div", _variance("4"), "16"], ">", allowed),
        inequality(KEPT, _variance("1"), "<=", allowed),
        *_proof(),
    ]
    eta_i, eta_j, xi_i, xi_j, scale = sympy.symbols("eta_i eta_j xi_i xi_j lambda", positive=True)
    form = formula(claim.data["remainder"], eta_i=eta_i, eta_j=eta_j, xi_i=xi_i, xi_j=xi_j)
    shrunk = form.subs({eta_j: 0, eta_i: eta_i * sympy.sqrt(scale), xi_i: xi_i * scale})
    limit = sympy.limit(shrunk, scale, 0, "+")
    return statements, limit != 0, {"form_as_the_variances_shrink": str(limit)}


def _rules(wrong: list[str], right: dict[str, bool], paced: bool) -> list[Rule]:
    proof = {item["name"]: True for item in _proof()}
    corrected: list[Rule] = [("corrected", {**proof, name: False}) for name in wrong]
    if paced:
        return [*corrected, ("verified", {**proof, **right, KEPT: True})]
    return [*corrected, ("corrected", {**proof, SMALL: True, BROKEN: True})]


@check("C011")
def constant_of_the_remainder(claim: Claim, context: Context) -> Certificate:
    """Look for variances so low that no constant free of parameters bounds the remainder."""
    statements, paced, evidence = _remainder(claim)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        _rules([], {}, paced),
        evidence={
            **evidence,
            "repaired": "-(v_i + v_j) <= R <= 0, v = eta^2 t^(2H)/(2H Gamma(H+1/2)^2 xi)",
            "second_order": "-v/8 for each asset whose variance moves alone",
        },
        otherwise="a form that does not shrink when xi and eta^2 do so together",
        reading="flat curves, no mean reversion, H and t fixed: the constant still needs 1/xi;"
        " free of H it fails too, as v grows like 1/H",
    )


@check("C069")
def mean_of_the_product_of_roots(claim: Claim, context: Context) -> Certificate:
    """Compare the level without noise, and the remainder where one vol of vol vanishes."""
    statements, paced, evidence = _remainder(claim)
    low, high = claim.data["levels"]
    names: dict[str, Tree] = {"xi_i": ["datum", "levels", 0], "xi_j": ["datum", "levels", 1]}
    level = "level is the root of the product of the forward variances"
    statements.append(
        inequality(
            level, ["pow", tree(claim.data["level"], names), "2"], "==", tree("xi_i*xi_j", names)
        )
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        _rules([level], {level: True}, paced),
        evidence={
            **evidence,
            "levels": [low, high],
            "repaired": "sqrt(xi_i xi_j) (1 + R) with -(v_i + v_j) <= R <= 0",
        },
        otherwise="level sqrt(xi_i xi_j) and a remainder that moves with each vol of vol alone",
        reading="variances in units in which both levels are one: the remainder still does not"
        " vanish where only one vol of vol does",
    )


@check("C070")
def covariance_of_roots(claim: Claim, context: Context) -> Certificate:
    """Expand both roots about the forward variances and compare what multiplies int K K.

    ``Cov(V_i, V_j) = r eta_i eta_j sqrt(xi_i xi_j) int K_i K_j`` to leading order, with r the
    correlation of the two variance drivers; each root contributes its derivative at xi = x^2.
    """
    x, y, r, eta_i, eta_j, variance = sympy.symbols("x y r eta_i eta_j V", positive=True)
    slope = sympy.diff(sympy.sqrt(variance), variance)
    isometry = r * eta_i * eta_j * x * y
    derived = sympy.simplify(slope.subs(variance, x**2) * slope.subs(variance, y**2) * isometry)
    numbers: dict[str, Tree] = {"x": "1/5", "y": "3/10", "eta_i": "1/5", "eta_j": "1/4"}
    sample: dict[str, Tree] = {**numbers, "r": "1/2"}
    printed = tree(claim.data["coefficient"], sample)
    apart = tree(claim.data["coefficient"], {**numbers, "r": "0"})
    found = tree(str(derived), sample)
    names: dict[str, Tree] = {
        name: ["variable", name] for name in ("x", "y", "r", "eta_i", "eta_j")
    }
    statements = [
        inequality("coefficient as printed", printed, "==", found),
        inequality("vanishes for independent drivers", apart, "==", "0"),
        inequality(
            "with vols of vol and roots taken into the kernels",
            ["mul", printed, tree("eta_i*eta_j*x*y", sample)],
            "==",
            found,
        ),
        identity(
            "repaired coefficient against the isometry",
            tree(str(sympy.expand(4 * x * y * derived)), names),
            tree(str(isometry), names),
            dict.fromkeys(names, 1),
        ),
    ]
    first, second, third, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {first: True, second: True}),
            ("corrected", {first: False, second: False, third: False, repaired: True}),
        ],
        evidence={"repaired": str(derived)},
        otherwise="a coefficient with the drivers' correlation and both vols of vol in it",
        reading="kernels that carry their vol of vol and the root of the variance: what is printed"
        " then still ignores the correlation of the two drivers",
    )
