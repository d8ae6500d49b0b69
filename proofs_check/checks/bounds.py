"""Bounds without a model, price constraints, and what a chi-squared ball does to far calls."""

from __future__ import annotations

import sympy

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, superhedge, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C037", "C045", "C141")
def classical_upper_bound(claim: Claim, context: Context) -> Certificate:
    """Hold the forwards: a super-hedge of finite cost, whatever the joint law."""
    count = len(claim.data["weights"])
    weights: list[Tree] = [["datum", "weights", place] for place in range(count)]
    forwards: list[Tree] = [["datum", "forwards", place] for place in range(count)]
    hedge = superhedge(
        "forwards dominate the basket call",
        weights,
        ["0"] * count,
        forwards,
        ["datum", "strike"],
        scope_of(claim),
    )
    cost: Tree = ["add", *(["mul", w, f] for w, f in zip(weights, forwards, strict=True))]
    above = inequality("claimed bound exceeds the hedge's cost", ["datum", "upper"], ">", cost)
    return decide(
        claim,
        context.profile,
        "certified",
        [hedge, above],
        [
            ("refuted", {hedge["name"]: True, above["name"]: True}),
            ("verified", {hedge["name"]: True, above["name"]: False}),
        ],
        evidence={"cost": hedge["cost"], "claimed": claim.data["upper"]},
        otherwise="a claimed bound no greater than the weighted sum of the forwards",
        reading="no option quote is used, only the forwards that any martingale measure must meet",
    )


@check("C062")
def constraint_matches_prices(claim: Claim, context: Context) -> Certificate:
    """Try the constraint on a law that prices exactly and on one that misses by five tolerances.

    Payoffs take two values with equal chance: (0, 1/10) has price 1/20, (0, 0) has price zero.
    """
    names: dict[str, Tree] = {"C": ["datum", "quote"]}
    formula = claim.data["constraint"]
    exact = tree(formula, {**names, "x": "0", "y": "1/10"})
    wrong = tree(formula, {**names, "x": "0", "y": "0"})
    statements = [
        inequality("exact prices are admitted", exact, "<=", ["datum", "noise"]),
        inequality("wrong prices are admitted", wrong, "<=", ["datum", "noise"]),
    ]
    first, second = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {first: True, second: False}),
            ("refuted", {first: False}),
            ("refuted", {second: True}),
        ],
        evidence={"payoffs": [["0", "1/10"], ["0", "0"]], "chances": ["1/2", "1/2"]},
        otherwise="the absolute difference of expected payoff and quote",
        reading="either direction alone: exact prices are shut out and wrong ones let in",
    )


@check("T002")
def square_of_a_call_against_a_power(claim: Claim, context: Context) -> Certificate:
    """Maximise ``(s - K)^2 / s^p`` over s > K: the one critical point is s = p K / (p - 2)."""
    s, p, strike = sympy.symbols("s p K", positive=True)
    ratio = (s - strike) ** 2 / s**p
    critical = sympy.solve(sympy.simplify(sympy.diff(sympy.log(ratio), s)), s)
    statements: list[Statement] = []
    for power in claim.data["powers"]:
        at: dict[str, Tree] = {"p": power, "s": tree("p/(p-2)", {"p": power})}
        statements.append(
            inequality(
                f"greatest value for p = {power}",
                tree("(s-1)**2/s**p", at),
                "==",
                tree(claim.data["constant"], at),
            )
        )
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"critical_points": [str(value) for value in critical]},
        otherwise="another constant",
        reading="K = 1, which scaling allows",
        kind="computed",
    )
