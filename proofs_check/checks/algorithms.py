"""What the published algorithms return, in how many iterations and from how many paths."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, inequality, tree, weighted_sum
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C034")
def iterations_for_a_tolerance(claim: Claim, context: Context) -> Certificate:
    """Iterate the recursion of the error exactly, and square the tolerance again and again.

    Iterations are of order log log(1/eps) if each squaring costs a bounded number more: from an
    error e with C e < 1, quadratic convergence gives one more, linear convergence twice as many.
    """
    scope = scope_of(claim)
    steps, statements = [], []
    for place in range(len(claim.data["tolerances"])):
        count, error = 0, Fraction(claim.data["start"])
        value: Tree = ["datum", "start"]
        last = value
        while error > Fraction(claim.data["tolerances"][place]):
            last, value = value, tree(claim.data["recursion"], {"e": value})
            error = Fraction(str(scope.number(value)))
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
        for place, (before, after) in enumerate(pairwise(steps), 1)
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

    Both bounds are expectations under the tilted law, the upper with the sign turned
    twice. Beside it stands a law with the same quotes and another price of the basket.
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
        ["div", weighted_sum(tilted[sign], [str(sign * c) for c in basket]), ["add", *tilted[sign]]]
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
                weighted_sum(moved, map(str, call)),
                "==",
                weighted_sum(tilted[1], map(str, call)),
            )
            for place, call in enumerate(calls)
        ),
        *(
            inequality(f"and a positive mass in state {place + 1}", mass, ">", "0")
            for place, mass in enumerate(moved)
        ),
        inequality(
            "and another price of the basket",
            weighted_sum(moved, map(str, basket)),
            ">",
            weighted_sum(tilted[1], map(str, basket)),
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
        reading="any multipliers and any prior: the printed law depends on the quotes alone, so"
        " both ends are one price, though other laws with these quotes price the basket otherwise;"
        " a ball of laws around it, as elsewhere in the source, would give an interval",
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
