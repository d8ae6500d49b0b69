"""Errors of payoffs between two laws by their distance: what holds, and what needs more."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

_ATOMS = 5


@check("C061", "T011")
def error_by_entropy_and_second_moments(claim: Claim, context: Context) -> Certificate:
    """Take the proof's three steps for the claimed factor, then try pairs of discrete laws.

    With x, y the roots of the densities, ``|E c(q-p)| <= |x-y| |c (x+y)|`` by Cauchy-Schwarz,
    ``(x+y)^2 <= k (x^2+y^2)`` as a quadratic form, and ``|x-y|^2 <= KL(P|Q)`` by -log r >= 1 - r.
    """
    r = sympy.Symbol("r", positive=True)
    defect = r - 1 - sympy.log(r)
    (least,) = sympy.solve(sympy.diff(defect, r), r)
    names: dict[str, Tree] = {"k": ["datum", "factor"]}
    steps = [
        identity("difference of squares", tree("(x-y)*(x+y)"), tree("x**2-y**2"), {"x": 2, "y": 2}),
        inequality("quadratic form: diagonal", tree("k-1", names), ">", "0"),
        inequality("quadratic form: determinant", tree("(k-1)**2-1", names), ">=", "0"),
        inequality("least value of r - 1 - log r", str(defect.subs(r, least)), "==", "0"),
    ]
    trials: list[Statement] = []
    for place, (p, q, c) in enumerate(_pairs(context)):
        first, second = (_mean(law, c) for law in (p, q))
        squares = sum(w * v**2 for w, v in zip(p + q, c + c, strict=True))
        entropy: Tree = [
            "add",
            *(["mul", str(a), ["log", str(a / b)]] for a, b in zip(p, q, strict=True)),
        ]
        error = (second - first) ** 2
        trials.append(
            inequality(
                f"relative entropy, pair {place}",
                str(error),
                "<=",
                ["mul", ["datum", "factor"], entropy, str(squares)],
            )
        )
        chi_squared = sum((b - a) ** 2 / a for a, b in zip(p, q, strict=True))
        variance = sum(w * v**2 for w, v in zip(p, c, strict=True)) - first**2
        trials.append(
            inequality(
                f"chi-squared, pair {place}",
                str(error),
                "<=",
                ["mul", ["datum", "chi_squared_factor"], str(chi_squared * variance)],
            )
        )
    whole = {item["name"]: True for item in (*steps, *trials)}
    return decide(
        claim,
        context.profile,
        "symbolic",
        [*steps, *trials],
        [("verified", whole), *(("refuted", {item["name"]: False}) for item in trials)],
        evidence={
            "second_derivative": str(sympy.diff(defect, r, 2)),
            "pairs": len(trials) // 2,
            "exponent": str(scope_of(claim).number(["datum", "factor"])),
        },
        otherwise="a factor below one, which payoffs proportional to dQ/dP - 1 defeat",
        reading="either order of the two laws in the relative entropy, by symmetry",
        kind="computed",
        seed=context.seed,
    )


def _mean(law: list[Fraction], payoff: list[Fraction]) -> Fraction:
    return sum((w * v for w, v in zip(law, payoff, strict=True)), start=Fraction(0))


def _pairs(context: Context) -> list[tuple[list[Fraction], list[Fraction], list[Fraction]]]:
    """Draw pairs of laws with payoffs: heavy ones, and those proportional to dQ/dP - 1."""
    random = np.random.default_rng(context.seed)
    pairs = []
    for place in range(4 if context.profile == "quick" else 20):
        p = _law(random.integers(1, 1000, _ATOMS))
        if place % 2:
            q = _law(random.integers(1, 1000, _ATOMS) ** 2)
            payoff = [Fraction(int(v)) for v in 10 ** random.integers(0, 5, _ATOMS)]
        else:
            tilt = [Fraction(int(v), 1000) for v in random.integers(-100, 101, _ATOMS)]
            centre = _mean(p, tilt)
            payoff = [v - centre for v in tilt]
            q = [w * (1 + v) for w, v in zip(p, payoff, strict=True)]
        pairs.append((p, q, payoff))
    return pairs


def _law(counts: np.ndarray) -> list[Fraction]:
    total = int(counts.sum())
    return [Fraction(int(count), total) for count in counts]


@check("T012")
def error_by_entropy_and_deviation(claim: Claim, context: Context) -> Certificate:
    """Pay s with chance p under P and q under Q, and nothing otherwise."""
    names: dict[str, Tree] = {key: ["datum", key] for key in ("p", "q", "s")}
    one_way = tree("p*log(p/q) + (1-p)*log((1-p)/(1-q))", names)
    other_way = tree("q*log(q/p) + (1-q)*log((1-q)/(1-p))", names)
    error = tree("s*(q-p)", names)
    statements = []
    for label, entropy in (("KL(P|Q)", one_way), ("KL(Q|P)", other_way)):
        bound = tree(f"(2*C)**(1/2)*({claim.data['size']})", {**names, "C": entropy})
        statements.append(inequality(f"error within the bound by {label}", error, "<=", bound))
    first, second = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("refuted", {first: False, second: False}),
            ("verified", {first: True, second: True}),
        ],
        evidence={
            "error": str(scope_of(claim).number(error)),
            "bounds": [str(scope_of(claim).number(item["right"])) for item in statements],
        },
        otherwise="the payoff's range in place of its deviation under the prior",
        reading="either order of the laws; as q/p grows every multiple of the bound fails too",
        kind="computed",
    )


@check("T013")
def tails_of_laws_at_finite_chi_squared(claim: Claim, context: Context) -> Certificate:
    """Integrate q^2/p for power tails, and for one at the boundary with a logarithm beside it.

    p = a s^{-a-1} and q = b s^{-b-1} on s > 1 give s^{a-2b-1}; q = C s^{-a/2-1}/log s on s > e
    gives 1/(s log^2 s). In general (E_Q S^r)^2 <= (1 + chi2) E_P S^{2r}: no exponent is smaller.
    """
    s, a, b, excess = sympy.symbols("s a b x", positive=True)
    exponent = sympy.simplify(
        s * sympy.diff(sympy.log((b * s ** (-b - 1)) ** 2 / (a * s ** (-a - 1))), s)
    )
    threshold = sympy.solve(sympy.Eq(exponent, -1), b)[0]
    value = sympy.integrate(b**2 / a * s ** (-1 - excess), (s, 1, sympy.oo))
    boundary = sympy.integrate(1 / (s * sympy.log(s) ** 2), (s, sympy.E, sympy.oo))
    names: dict[str, Tree] = {"a": ["datum", "exponent"]}
    statements = [
        inequality(
            "threshold for pure powers",
            tree(claim.data["least"], names),
            "==",
            tree(str(threshold), names),
        ),
        inequality(
            "finite for a law at the threshold", str(sympy.nsimplify(1 / boundary)), ">", "0"
        ),
        inequality("the threshold itself is excluded", ["datum", "strict"], "==", "1"),
    ]
    powers, finite, strict = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("corrected", {powers: True, finite: True, strict: True}),
            ("verified", {powers: True, finite: True, strict: False}),
            ("refuted", {powers: False}),
        ],
        evidence={
            "threshold": str(threshold),
            "for_pure_powers": str(value.subs(excess, 2 * b - a)),
            "at_the_threshold": str(boundary),
        },
        otherwise="'at least' in place of 'exceeds'",
        reading="'exceeds' is needed for pure powers; a logarithm admits equality",
        kind="computed",
    )
