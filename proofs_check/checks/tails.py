"""Rate functions, and how fast tails and bounds can fall."""

from __future__ import annotations

import sympy

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Tree, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C022", "C053")
def rate_function_grows_like_a_power(claim: Claim, context: Context) -> Certificate:
    """Hold the exponent of growth against what a Legendre transform can do.

    Convex with I(0) = 0 gives I(2k) >= 2 I(k), so the exponent is at least one. The rough Heston
    cumulant is finite on a bounded interval (p-, p+) only, so I(k) <= p+ k and it is at most one.
    """
    k, hurst = sympy.symbols("k H", positive=True)
    exponent = formula(claim.data["exponent"], H=hurst)
    curvature = sympy.factor(sympy.diff(k**exponent, k, 2))
    value = tree(claim.data["exponent"], {"H": ["datum", "hurst"]})
    convex = inequality("doubling k at least doubles the rate", ["pow", "2", value], ">=", "2")
    linear = inequality("no faster than linear", value, "<=", "1")
    names = (convex["name"], linear["name"])
    return decide(
        claim,
        context.profile,
        "symbolic",
        [convex, linear],
        [
            ("verified", dict.fromkeys(names, True)),
            *(("refuted", {name: False}) for name in names),
        ],
        evidence={"second_derivative": str(curvature)},
        otherwise="linear growth",
        reading="growth up to a constant as k grows, for the roughness the source uses",
    )


@check("C054")
def rate_functions_agree(claim: Claim, context: Context) -> Certificate:
    """Ask for which H the two printed exponents agree."""
    hurst = sympy.Symbol("H", positive=True)
    first, second = (formula(claim.data[key], H=hurst) for key in "ab")
    statements = []
    for place, value in enumerate(claim.data["hurst"]):
        names: dict[str, Tree] = {"H": ["datum", "hurst", place]}
        sides = (tree(claim.data[key], names) for key in "ab")
        statements.append(
            inequality(f"exponents agree at H = {value}", next(sides), "==", next(sides))
        )
    whole = {item["name"]: True for item in statements}
    common = sympy.solveset(sympy.Eq(first, second), hurst, sympy.Interval.Lopen(0, 1))
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"agree_on": str(common)},
        otherwise="equal exponents",
        reading="only the power of k, constants left free",
    )


@check("C060")
def bound_falls_with_the_strike(claim: Claim, context: Context) -> Certificate:
    """Follow the exponent ``k - c k^q / (2 T^{2H})`` of the printed bound as k grows."""
    k = sympy.Symbol("k", positive=True)
    hurst, maturity, constant = (
        sympy.Rational(claim.data[key]) for key in ("hurst", "maturity", "constant")
    )
    power = formula(claim.data["exponent"]).subs("H", hurst)
    limit = sympy.limit(k - constant * k**power / (2 * maturity ** (2 * hurst)), k, sympy.oo)
    names: dict[str, Tree] = {
        "H": ["datum", "hurst"],
        "T": ["datum", "maturity"],
        "c": ["datum", "constant"],
    }
    exponents = [
        tree(f"k - c*k**({claim.data['exponent']})/(2*T**(2*H))", {**names, "k": value})
        for value in ("10", "20", "40")
    ]
    rises = inequality("exponent rises from k = 10 to 20", exponents[1], ">", exponents[0])
    again = inequality("exponent rises from k = 20 to 40", exponents[2], ">", exponents[1])
    return decide(
        claim,
        context.profile,
        "symbolic",
        [rises, again, inequality("bound exceeds spot at k = 20", exponents[1], ">", "0")],
        # Witnesses alone do not speak of all large k: the limit has to agree with them.
        [("refuted", {rises["name"]: True, again["name"]: True})]
        if limit == sympy.oo
        else [("verified", {rises["name"]: False, again["name"]: False})],
        evidence={"limit_of_the_exponent": str(limit)},
        otherwise="a rate that grows at least linearly, with a large enough constant",
        reading="strikes beyond some k_0, the only ones the statement speaks of",
    )
