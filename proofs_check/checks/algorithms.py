"""The published algorithms: counts of their operations, the shape of a Hessian, what they return."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import sympy

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, tree
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
    t = sympy.Symbol("t", positive=True)
    statements, limits = [], {}
    for size, strikes in claim.data["paths"]:
        at = {"N": formula(size, t=t), "M": formula(strikes, t=t)}
        ratio = formula(claim.data["counted"], **_symbols()) / formula(
            claim.data["bound"], **_symbols()
        )
        name = f"N = {size}, M = {strikes}"
        limits[name] = sympy.limit(
            ratio.subs({_symbols()[key]: at[key] for key in at}), t, sympy.oo
        )
        names: dict[str, Tree] = {
            "N": tree(size, {"t": ["datum", "far"]}),
            "M": tree(strikes, {"t": ["datum", "far"]}),
        }
        counted, bound = (tree(claim.data[key], names) for key in ("counted", "bound"))
        statements.append(inequality(name, counted, ">", ["mul", "1000", bound]))
    truths = {item["name"]: item["name"] for item in statements}
    unbounded = all(limit == sympy.oo for limit in limits.values())
    bounded = all(limit.is_finite for limit in limits.values())
    rules = [("inconsistent", dict.fromkeys(truths, True))] if unbounded else []
    rules += [("verified", dict.fromkeys(truths, False))] if bounded else []
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


def _symbols() -> dict[str, sympy.Symbol]:
    return {name: sympy.Symbol(name, positive=True) for name in ("N", "M")}


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
            asset in pair for pair in combinations(range(n), 2) for asset, _ in _grid(n, m)
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


def _grid(assets: int, strikes: int) -> product[tuple[int, int]]:
    return product(range(assets), range(strikes))


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
        left: Tree = ["mul", total, _sum(weights, both)]
        right: Tree = ["mul", *(_sum(weights, map(str, call)) for call in calls)]
        statements.append(inequality(f"cross entry vanishes, {label}", left, "==", right))
    x, y = sympy.symbols("lambda_1 lambda_2")
    dual = sympy.log(
        sum(
            sympy.Symbol(f"p_{place}") * sympy.exp(x * calls[0][place] + y * calls[1][place])
            for place in range(len(states))
        )
    )
    entry = sympy.simplify(sympy.diff(dual, x, y).subs({x: 0, y: 0}))
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", whole), *(("refuted", {name: False}) for name in whole)],
        evidence={"cross_entry_without_tilt": str(entry)},
        otherwise="a prior whose assets are independent, so that all correlations are zero",
        reading="calls of different assets are uncorrelated under the prior with correlation: by"
        " Hoeffding's formula their covariance is positive for every positively dependent pair, as"
        " in the sources' model when the variances do not move",
    )


def _doubled(calls: Sequence[Sequence[Fraction]]) -> list[int]:
    return [2 ** sum(value > 0 for value in pair) for pair in zip(*calls, strict=True)]


def _sum(weights: Sequence[Tree], values: object) -> Tree:
    return ["add", *(["mul", w, v] for w, v in zip(weights, values, strict=True))]  # type: ignore[call-overload]


@check("C034")
def iterations_for_a_tolerance(claim: Claim, context: Context) -> Certificate:
    """Iterate the recursion of the error exactly, and square the tolerance again and again.

    Iterations are of order log log(1/eps) if each squaring costs a bounded number more: from an
    error e with C e < 1, quadratic convergence gives one more, linear convergence twice as many.
    """
    steps, statements = [], []
    for place in range(len(claim.data["tolerances"])):
        count, error = 0, Fraction(claim.data["start"])
        value: Tree = ["datum", "start"]
        last = value
        while error > Fraction(claim.data["tolerances"][place]):
            last, value = value, tree(claim.data["recursion"], {"e": value})
            error = scope_of(claim).number(value)  # type: ignore[assignment]
            count += 1
        goal: Tree = ["datum", "tolerances", place]
        steps.append(count)
        statements += [
            inequality(f"{count} steps reach tolerance {place + 1}", value, "<=", goal),
            inequality(f"{count - 1} steps miss tolerance {place + 1}", last, ">", goal),
        ]
    reached = {item["name"]: True for item in statements}
    more = [
        inequality(f"squaring {place} costs at most one step", str(after - before), "<=", "1")
        for place, (before, after) in enumerate(zip(steps, steps[1:], strict=False), 1)
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, *more],
        [
            ("verified", {**reached, **{item["name"]: True for item in more}}),
            *(("refuted", {**reached, item["name"]: False}) for item in more),
        ],
        evidence={
            "steps": steps,
            "note": "the outline of the theorem has log(1/eps), which this implies, not conversely",
        },
        otherwise="an error that falls by a factor, not by its square",
        reading="from where Newton's method converges quadratically, as the source assumes",
    )


@check("C035")
def lower_and_upper_bound(claim: Claim, context: Context) -> Certificate:
    """Run steps 3 and 4 on two assets of two prices each, with the printed tilt.

    Both bounds are expectations under the tilted law, the upper with the payoff's sign turned twice.
    Beside it stands a law with the same quotes and another price of the basket.
    """
    prices = [Fraction(price) for price in claim.data["prices"]]
    states = list(product(prices, repeat=2))
    calls = [[max(state[asset] - 1, Fraction(0)) for state in states] for asset in (0, 1)]
    basket = [max(sum(state) / 2 - 1, Fraction(0)) for state in states]
    masses: list[Tree] = [
        ["datum", "law", *place] for place in product(range(len(prices)), repeat=2)
    ]
    tilted: dict[int, list[Tree]] = {}
    for sign in (1, -1):
        tilted[sign] = [
            ["mul", mass, ["pow", "2", tree(claim.data["tilt"], _names(x, y, sign * c))]]
            for mass, x, y, c in zip(masses, *calls, basket, strict=True)
        ]
    lower, minus = (
        ["div", _sum(tilted[sign], [str(sign * c) for c in basket]), ["add", *tilted[sign]]]
        for sign in (1, -1)
    )
    same = inequality("lower equals upper", lower, "==", ["neg", minus])
    moved: list[Tree] = [
        ["add", weight, ["mul", str(way), ["datum", "step"]]]
        for weight, way in zip(tilted[1], (1, -1, -1, 1), strict=True)
    ]
    other = [
        inequality("another law has the same mass", ["add", *moved], "==", ["add", *tilted[1]]),
        *(
            inequality(
                f"and the same price of call {place + 1}",
                _sum(moved, map(str, call)),
                "==",
                _sum(tilted[1], map(str, call)),
            )
            for place, call in enumerate(calls)
        ),
        *(
            inequality(f"and a positive mass in state {place + 1}", mass, ">", "0")
            for place, mass in enumerate(moved)
        ),
        inequality(
            "and another price of the basket",
            _sum(moved, map(str, basket)),
            ">",
            _sum(tilted[1], map(str, basket)),
        ),
    ]
    scope = scope_of(claim)
    return decide(
        claim,
        context.profile,
        "certified",
        [same, *other],
        [
            ("refuted", {same["name"]: True, **{item["name"]: True for item in other}}),
            ("verified", {same["name"]: False}),
        ],
        evidence={"lower": str(scope.number(lower)), "upper": str(scope.number(["neg", minus]))},
        otherwise="a tilt in which the payoff to be bounded appears",
        reading="any multipliers and any prior: the printed law depends on the quotes alone, so both"
        " ends are one price, though other laws with these quotes price the basket differently; a"
        " ball of laws around it, as elsewhere in the source, would give an interval",
    )


def _names(first: Fraction, second: Fraction, payoff: Fraction) -> dict[str, Tree]:
    return {"g1": str(first), "g2": str(second), "c": str(payoff)}


@check("C099")
def paths_for_the_accuracy(claim: Claim, context: Context) -> Certificate:
    """Bound the relative standard error of plain Monte Carlo for a call, in Black-Scholes.

    By Cauchy-Schwarz it is at least ``sqrt((1/p - 1)/n)``, p the chance of exercise, itself at most
    ``exp(-z^2/2)/2``. At the money ``E|X| >= (E X^2)^(3/2) / (E X^4)^(1/2)`` bounds it from above.
    """
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    names["v"] = tree("volatility**2*maturity", names)
    names["z2"] = tree("(log_moneyness+v/2)**2/v", names)
    least = tree("(2*exp(z2/2)-1)/paths", names)
    for power in (2, 3, 4):
        names[f"m{power}"] = tree(f"exp(v*{power * (power - 1) // 2})", names)
    names["x2"] = tree("m2-1", names)
    names["x4"] = tree("m4-4*m3+6*m2-3", names)
    most = tree("(4*x4/x2**2-1)/paths", names)
    goal = tree("accuracy**2", names)
    statements = [
        inequality("error is larger than the accuracy stated", least, ">", goal),
        inequality("struck at the money", ["datum", "log_moneyness"], "==", "0"),
        inequality("error at the money is within the accuracy", most, "<=", goal),
    ]
    large, money, small = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("refuted", {large: True}), ("verified", {large: False, money: True, small: True})],
        evidence={"least_relative_error": float(scope_of(claim).number(least)) ** 0.5},
        otherwise="strikes at the money, where the error is under one per cent",
        reading="the longest maturity assumed and a volatility of thirty per cent, half as much"
        " again as an index has; no control variate or change of measure, of which the source has"
        " none; and the least error that any law with this chance of exercise leaves",
    )
