r"""How fast a fixed log-moneyness becomes unlikely as the maturity tends to zero.

``D^alpha psi = p^2/2 + rho nu p psi + nu^2 psi^2/2``, alpha = H + 1/2, is solved by
``psi_p(t) = p^a psi_1(p^b t)`` for one (a, b) only. So moment p explodes at T = p^{-b} T_1,
the critical moment is of order T^{-1/b}, and with p = x T^{-1/b}, x below the critical value, the
cumulant at p is Lambda(x) T^{-2H} + o(T^{-2H}). Chernoff: ``log P(X_T > k) <= -x k T^{-1/b} +
Lambda(x) T^{-2H} + ...``; as 1/b > 2H for H < 1/2, T^{2H} log P tends to minus infinity.
"""

from __future__ import annotations

from functools import cache

import sympy

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, superhedge, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

_HURST = sympy.Symbol("H", positive=True)


@cache
def scaling() -> dict[str, sympy.Expr]:
    """Return a, b and the speed 1/b in terms of H, from the powers of p in the equation."""
    a, b = sympy.symbols("a b")
    alpha = _HURST + sympy.Rational(1, 2)
    left, source, cross, square = a + b * alpha, sympy.Integer(2), 1 + a, 2 * a
    found = sympy.solve([left - source, left - cross, left - square], [a, b], dict=True)
    (only,) = found
    return {"a": only[a], "b": only[b], "speed": sympy.simplify(1 / only[b])}


def _speeds(claim: Claim) -> list[tuple[str, Tree, Tree]]:
    """Pair the claimed exponent of 1/T with the derived one, for each H of the claim."""
    pairs: list[tuple[str, Tree, Tree]] = []
    for place, value in enumerate(claim.data["hurst"]):
        names: dict[str, Tree] = {"H": ["datum", "hurst", place]}
        derived = tree(str(scaling()["speed"]), names)
        pairs.append((value, tree(claim.data["speed"], names), derived))
    return pairs


@check("C057", "C091")
def speed_at_fixed_moneyness(claim: Claim, context: Context) -> Certificate:
    """Hold the power of T at which log P(X_T > k) is claimed to settle against the scaling."""
    statements: list[Statement] = []
    for value, claimed, derived in _speeds(claim):
        statements += [
            inequality(f"speed as claimed at H = {value}", claimed, "==", derived),
            inequality(f"claimed speed is too slow at H = {value}", claimed, "<", derived),
        ]
    same = {item["name"]: True for item in statements[::2]}
    slow = [item["name"] for item in statements[1::2]]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", same), *(("refuted", {name: True}) for name in slow)],
        evidence={key: str(value) for key, value in scaling().items()},
        otherwise="H = 1/2, or log-moneyness of order T^{1/2-H}, where the speed is T^{-2H}",
        reading="only the power of T, with the rate, constants, the undefined w and powers of T in "
        "front left free: T^{2H} log P tends to minus infinity by Chernoff's bound alone",
    )


@check("C024")
def width_at_fixed_moneyness(claim: Claim, context: Context) -> Certificate:
    """Compare the printed exponent with that of calls on the assets, which dominate the basket."""
    weights: list[Tree] = [["datum", "weights", place] for place in range(2)]
    strikes: list[Tree] = [["datum", "strikes", place] for place in range(2)]
    prices: list[Tree] = [["datum", "prices", place] for place in range(2)]
    hedge = superhedge(
        "calls dominate the basket call", weights, strikes, prices, ["datum", "strike"],
        scope_of(claim),
    )  # fmt: skip
    statements: list[Statement] = [hedge]
    for value, claimed, derived in _speeds(claim):
        statements += [
            inequality(f"speed as claimed at H = {value}", claimed, "==", derived),
            inequality(f"calls fall faster at H = {value}", derived, ">", claimed),
        ]
    same = {item["name"]: True for item in statements[1::2]}
    faster = {item["name"]: True for item in statements[2::2]}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", same), ("corrected", {hedge["name"]: True, **faster})],
        evidence={
            "repaired": "0 <= W_T(K) <= sum_i w_i C_i(K_i), sum_i w_i K_i <= K, K_i above forward; "
            "for k > 0 fixed log C_i is at most -x_i k_i T^{-(H_i+1/2)} (1 + o(1))",
            **{key: str(value) for key, value in scaling().items()},
        },
        otherwise="H = 1/2, where both speeds are 1/T",
        reading="as an inequality with a free positive constant it holds for small T wherever "
        "calls are quoted at that moneyness, and is far from sharp; with the printed constant, "
        "which is zero, and in a ball without such quotes it does not",
    )


@check("C127")
def bounds_are_rate_optimal(claim: Claim, context: Context) -> Certificate:
    """Ask whether the bound's exponent is that of the prices it bounds, at the printed speed."""
    rate = sympy.Symbol("I", positive=True)
    ratio = sympy.simplify(
        formula(claim.data["bound"], I=rate) / formula(claim.data["process"], I=rate)
    )
    statements: list[Statement] = [
        inequality("bound and process have one rate", tree(str(ratio)), "==", "1")
    ]
    for value, claimed, derived in _speeds(claim):
        statements.append(inequality(f"one speed at H = {value}", claimed, "==", derived))
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"bound_over_process": str(ratio), "speed": str(scaling()["speed"])},
        otherwise="an exponent equal to the process's own, at its own speed",
        reading="optimal in the logarithmic sense of the remark, its own speed accepted: the bound "
        "still has half the rate, and the sum of the two prices is a better one",
    )


@check("C023")
def rate_does_not_depend_on_the_maturity(claim: Claim, context: Context) -> Certificate:
    """Evaluate the printed constant of the rate function at two maturities."""
    ends = []
    for place in range(2):
        names: dict[str, Tree] = {
            "T": ["datum", "maturities", place],
            "H": ["datum", "hurst"],
            "eta": "1/5",
            "xi": "1/25",
            # Gamma(H + 1/2)^2 is a factor common to both.
            "G": "2",
        }
        ends.append(tree(claim.data["constant"], names))
    gap: Tree = ["abs", ["sub", ["div", *ends], "1"]]
    same = inequality("same constant at both maturities", gap, "<=", "1/1000000")
    maturity, hurst = sympy.symbols("T H", positive=True)
    constant = formula(
        claim.data["constant"],
        T=maturity,
        H=hurst,
        **{name: sympy.Symbol(name, positive=True) for name in ("eta", "xi", "G")},
    )
    power = sympy.simplify(maturity * sympy.diff(sympy.log(constant), maturity))
    return decide(
        claim,
        context.profile,
        "symbolic",
        [same],
        [("verified", {same["name"]: True}), ("inconsistent", {same["name"]: False})],
        evidence={"power_of_T_in_the_constant": str(power), "speed_stated": "T^{-2H}"},
        otherwise="a constant without T",
        reading="the lemma's constant in Theorem 3.6 and C.1, where the tail is exp(-I/T^{2H}), I "
        "free of T: the speed then becomes another one; with T set to one nothing is left to say",
    )


@check("C090")
def two_versions_of_the_width(claim: Claim, context: Context) -> Certificate:
    """Divide the two papers' bounds, which share constant, rate and roughness."""
    ratios = []
    for place in range(2):
        names: dict[str, Tree] = {
            "k": ["datum", "log_moneyness", place],
            "T": "1/12",
            "H": "1/10",
            "I": "1",
        }
        ratios.append(["div", *(tree(claim.data[key], names) for key in ("one", "other"))])
    gap: Tree = ["abs", ["sub", ["div", *ratios], "1"]]
    same = inequality("ratio is constant in k", gap, "<=", "1/1000000")
    k, maturity, hurst, rate = sympy.symbols("k T H I", positive=True)
    letters = {"k": k, "T": maturity, "H": hurst, "I": rate}
    ratio = sympy.simplify(
        formula(claim.data["one"], **letters) / formula(claim.data["other"], **letters)
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        [same],
        [("verified", {same["name"]: True}), ("inconsistent", {same["name"]: False})],
        evidence={"ratio": str(ratio)},
        otherwise="one and the same dependence on log-moneyness",
        reading="constants of the two papers left free, rate and roughness the same",
    )
