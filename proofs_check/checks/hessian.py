"""Costs of the published Newton step and the shape of its Hessian."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import sympy

from proofs_check.certificate import Certificate, all_or_none, decide
from proofs_check.exact import Statement, Tree, inequality, tree, weighted_sum
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

_READINGS = {
    "C029": "the logarithm left aside, and N and M growing alone or together: along each path the"
    " operations that the source itself counts exceed every multiple of the bound",
    "C098": "M fixed, which quadratic in N supposes; products with the matrix, never formed, would"
    " do with less, but the steps form it, call it dense and invert it",
}


@check("C029", "C098")
def cost_against_bound(claim: Claim, context: Context) -> Certificate:
    """Follow the ratio of the operations a source counts to the bound it states.

    Along each path the limit is sympy's; at its far end the ratio is compared with a thousand.
    """
    t, n, m = sympy.symbols("t N M", positive=True)
    counted, bound = (formula(claim.data[key], N=n, M=m) for key in ("counted", "bound"))
    statements, limits = [], {}
    for size, strikes in claim.data["paths"]:
        at = {n: formula(size, t=t), m: formula(strikes, t=t)}
        name = f"N = {size}, M = {strikes}"
        limits[name] = sympy.limit((counted / bound).subs(at), t, sympy.oo)
        names: dict[str, Tree] = {
            "N": tree(size, {"t": ["datum", "far"]}),
            "M": tree(strikes, {"t": ["datum", "far"]}),
        }
        operations, allowed = (tree(claim.data[key], names) for key in ("counted", "bound"))
        statements.append(inequality(name, operations, ">", ["mul", "1000", allowed]))
    unbounded = all(limit == sympy.oo for limit in limits.values())
    bounded = all(limit.is_finite for limit in limits.values())
    rules = [("inconsistent", dict.fromkeys(limits, True))] if unbounded else []
    rules += [("verified", dict.fromkeys(limits, False))] if bounded else []
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        rules,
        evidence={"limits": {name: str(limit) for name, limit in limits.items()}},
        otherwise="counted operations whose ratio to the bound stays finite along these paths",
        reading=_READINGS[claim.id],
    )


@check("C033")
def entries_off_the_diagonal(claim: Claim, context: Context) -> Certificate:
    """Count entries between multipliers and correlations, with the pattern the source gives.

    Each correlation of a pair meets the multipliers of its two assets: N M (N - 1) entries, counted
    one by one as well.
    """
    statements: list[Statement] = []
    counts = {}
    for place, (assets, strikes) in enumerate(claim.data["sizes"]):
        n, m = int(assets), int(strikes)
        listed = sum(
            asset in pair
            for pair in combinations(range(n), 2)
            for asset, _ in product(range(n), range(m))
        )
        counts[f"N = {n}, M = {m}"] = listed
        names: dict[str, Tree] = {
            "N": ["datum", "sizes", place, 0],
            "M": ["datum", "sizes", place, 1],
        }
        count = tree("N*M*(N-1)", names)
        statements += [
            inequality(f"formula counts them, N = {n}, M = {m}", count, "==", str(listed)),
            inequality(
                f"bound holds, N = {n}, M = {m}", count, "<=", tree(claim.data["bound"], names)
            ),
        ]
    formulas = {item["name"]: True for item in statements[::2]}
    bounds = {item["name"]: True for item in statements[1::2]}
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {**formulas, **bounds}),
            *(("refuted", {**formulas, name: False}) for name in bounds),
        ],
        evidence={"entries": counts},
        otherwise="a bound that grows like N^2 M",
        reading="one triangle alone, and no entries between multipliers of different assets, as the"
        " source has it; with two assets the bound holds",
    )


@check("C032")
def blocks_between_assets_vanish(claim: Claim, context: Context) -> Certificate:
    """Differentiate the dual twice: the Hessian is the covariance of payoffs under the tilted law.

    Two assets of two prices each; calls at one. Evaluated without tilt, where the law reprices the
    quotes, and with weights doubled by each call that pays.
    """
    prices = [Fraction(price) for price in claim.data["prices"]]
    states = list(product(range(len(prices)), repeat=2))
    masses: list[Tree] = [["datum", "law", first, second] for first, second in states]
    calls = [[max(prices[state[asset]] - 1, Fraction(0)) for state in states] for asset in (0, 1)]
    statements = []
    for label, tilts in (("without tilt", [1] * len(states)), ("tilted", _doubled(calls))):
        weights: list[Tree] = [["mul", str(t), p] for t, p in zip(tilts, masses, strict=True)]
        total: Tree = ["add", *weights]
        both = [str(x * y) for x, y in zip(*calls, strict=True)]
        left: Tree = ["mul", total, weighted_sum(weights, both)]
        right: Tree = ["mul", *(weighted_sum(weights, map(str, call)) for call in calls)]
        statements.append(inequality(f"cross entry vanishes, {label}", left, "==", right))
    x, y = sympy.symbols("lambda_1 lambda_2")
    dual = sympy.log(
        sum(
            sympy.Symbol(f"p_{place}") * sympy.exp(x * calls[0][place] + y * calls[1][place])
            for place in range(len(states))
        )
    )
    entry = sympy.simplify(sympy.diff(dual, x, y).subs({x: 0, y: 0}))
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"cross_entry_without_tilt": str(entry)},
        otherwise="a prior whose assets are independent, so that all correlations are zero",
        reading="calls of different assets are uncorrelated under the prior with correlation: by"
        " Hoeffding's formula their covariance is positive for every positively dependent pair, as"
        " in the sources' model when the variances do not move",
    )


def _doubled(calls: Sequence[Sequence[Fraction]]) -> list[int]:
    return [2 ** sum(value > 0 for value in pair) for pair in zip(*calls, strict=True)]
