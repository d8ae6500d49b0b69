"""Programmes that are to yield a joint law or its correlation: unique, concave, moved by data."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import sympy

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Tree, identity, inequality, positive_definite, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

Coupling = tuple[tuple[Fraction, ...], ...]


@check("C013")
def coupling_is_unique(claim: Claim, context: Context) -> Certificate:
    """Search the couplings of two uniform laws for two that solve the programme.

    Prices are ``scale * 2^level``. Couplings with a given covariance of log-prices have vertices
    on edges between permutations, so mixtures of two permutations hold every extreme minimiser.
    """
    rho, a, j = sympy.symbols("rho A J", positive=True)
    second = sympy.diff(formula(claim.data["functional"], rho=rho, A=a, J=j), rho, 2)
    first, last = _minimisers(claim)
    levels = range(len(claim.data["levels"]))
    cells = [(row, column) for row in levels for column in levels]

    def mean(coupling: Coupling, payoff: dict[tuple[int, int], Tree]) -> Tree:
        held = [(r, c) for r, c in cells if coupling[r][c]]
        return ["add", *(["mul", str(coupling[r][c]), payoff[r, c]] for r, c in held)]

    log_products: dict[tuple[int, int], Tree] = {
        (r, c): ["mul", ["datum", "levels", r], ["datum", "levels", c]] for r, c in cells
    }
    calls: dict[tuple[int, int], Tree] = {
        (r, c): [
            "max",
            "0",
            ["sub", ["div", ["add", _price(r), _price(c)], "2"], ["datum", "strike"]],
        ]
        for r, c in cells
    }
    excess: list[Tree] = [
        ["abs", ["sub", ["add", *(str(x) for x in side if x)], str(Fraction(1, len(levels)))]]
        for coupling in (first, last)
        for side in (*coupling, *zip(*coupling, strict=True))
    ]
    distance: list[Tree] = [
        ["abs", ["sub", str(first[r][c]), str(last[r][c])]]
        for r, c in cells
        if first[r][c] or last[r][c]
    ]
    wanted: Tree = ["datum", "log_covariance"]
    statements = [
        inequality("two couplings differ", ["add", *distance], ">", "0"),
        inequality("both have the marginal laws", ["add", *excess], "==", "0"),
        inequality("the first has the covariance", mean(first, log_products), "==", wanted),
        inequality("the other has the covariance", mean(last, log_products), "==", wanted),
        inequality("the first costs nothing", mean(first, calls), "==", "0"),
        inequality("the other costs nothing", mean(last, calls), "==", "0"),
        inequality("condition of the lemma is met", tree(str(second), {"A": "1"}), ">", "0"),
    ]
    differ, *rest = (item["name"] for item in statements[:-1])
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("refuted", {differ: True, **dict.fromkeys(rest, True)}),
            ("verified", {differ: False, **dict.fromkeys(rest, True)}),
        ],
        evidence={"second_derivative_of_the_functional": str(second)},
        otherwise="a covariance that one coupling alone has, as at the ends of its range",
        reading="the condition holds for no functional printed, so it is waived: the programme"
        " itself does not contain the functional. One period, covariation read as the covariance"
        " of log-prices, forward one",
    )


def _price(place: int) -> Tree:
    return ["mul", ["datum", "scale"], ["pow", "2", ["datum", "levels", place]]]


def _minimisers(claim: Claim) -> tuple[Coupling, Coupling]:
    """Return the first and the last of the cheapest couplings, which agree if there is but one."""
    levels = [int(level) for level in claim.data["levels"]]
    prices = [Fraction(claim.data["scale"]) * 2**level for level in levels]
    strike, wanted = (Fraction(claim.data[key]) for key in ("strike", "log_covariance"))
    count, found = len(levels), dict[Coupling, Fraction]()
    seen = []
    for order in permutations(range(count)):
        product = Fraction(sum(levels[i] * levels[k] for i, k in enumerate(order)), count)
        gains = ((prices[i] + prices[k]) / 2 - strike for i, k in enumerate(order))
        seen.append((order, product, sum((max(gain, Fraction(0)) for gain in gains), Fraction(0))))
    for (one, low, cost), (other, high, price) in combinations(seen, 2):
        if low == high:
            shares = [Fraction(0), Fraction(1)] if low == wanted else []
        else:
            shares = [(high - wanted) / (high - low)]
        for share in shares:
            if 0 <= share <= 1:
                coupling = tuple(
                    tuple(
                        (share * (one[i] == k) + (1 - share) * (other[i] == k)) / count
                        for k in range(count)
                    )
                    for i in range(count)
                )
                found[coupling] = (share * cost + (1 - share) * price) / count
    least = min(found.values())
    cheapest = sorted(coupling for coupling, cost in found.items() if cost == least)
    return cheapest[0], cheapest[-1]


@check("C036")
def dual_is_strictly_concave(claim: Claim, context: Context) -> Certificate:
    """Compute the dual's Hessian in correlation and multipliers where calibration is exact.

    Each asset has one payoff of zero or one, and l is its multiplier: with ``e = exp(l)``
    ``J = (l_1 + l_2)/2 - log(Z/4)``; quotes of one half are met at zero multipliers.
    """
    rho, e1, e2, *multipliers = sympy.symbols("rho e1 e2 l1 l2")
    l1, l2 = multipliers
    partition = formula(claim.data["partition"], rho=rho, e1=e1, e2=e2)
    partition = partition.subs({e1: sympy.exp(l1), e2: sympy.exp(l2)})
    dual = (l1 + l2) / 2 - sympy.log(partition / 4)
    point = {rho: sympy.Rational(claim.data["correlation"]), l1: 0, l2: 0}
    hessian = sympy.hessian(dual, (rho, l1, l2))
    at_point: Any = (-hessian).subs(point).applyfunc(sympy.nsimplify)
    gradient = [sympy.diff(dual, x).subs(point) for x in multipliers]
    names: dict[str, Tree] = {"rho": ["variable", "rho"], "e1": "1", "e2": "1"}
    concave = positive_definite(
        "minus the Hessian is positive definite",
        [[str(entry) for entry in at_point.row(i)] for i in range(3)],
    )
    flat = identity(
        "dual does not move with the correlation at zero multipliers",
        tree(claim.data["partition"], names),
        "4",
        {"rho": 2},
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        [concave, flat],
        [
            ("verified", {concave["name"]: True}),
            ("refuted", {concave["name"]: False, flat["name"]: True}),
        ],
        evidence={
            "gradient_in_the_multipliers": [str(value) for value in gradient],
            "second_derivative_in_correlation": str(
                sympy.simplify(hessian[0, 0].subs({l1: 0, l2: 0}))
            ),
        },
        otherwise="a partition function that moves with the correlation at zero multipliers",
        reading="local concavity at the solution: with the prior calibrated that is at zero"
        " multipliers, where the exponential is one under any prior; a function concave in both"
        " would besides be least at an end of the range of correlations, where none is sought",
    )


@check("C088")
def regularised_estimate_follows_the_data(claim: Claim, context: Context) -> Certificate:
    """Differentiate the regularised objective at the historical correlation.

    The divergence is the entropy dual to second order in the misfits of the quotes (C015);
    calibrated marginals have none, as the prior itself then meets every quote.
    """
    r = sympy.Symbol("r")
    divergence, penalty = (formula(claim.data[key], r=r) for key in ("divergence", "penalty"))
    slope = sympy.diff(divergence + penalty, r)
    names: dict[str, Tree] = {
        "r": ["datum", "historical"],
        "h": ["datum", "historical"],
        "m1": ["datum", "misfits", 0],
        "m2": ["datum", "misfits", 1],
        "w": ["datum", "weight"],
        "e": ["datum", "floor"],
    }
    statements = [
        inequality(
            f"stationary at the historical value at gap {gap}",
            tree(str(slope), {**names, "d": ["datum", "gaps", place]}),
            "==",
            "0",
        )
        for place, gap in enumerate(claim.data["gaps"])
    ]
    curvature = sympy.simplify(sympy.diff(penalty, r, 2))
    convex = inequality(
        "penalty is strictly convex",
        tree(str(curvature), {**names, "d": ["datum", "gaps", 0]}),
        ">",
        "0",
    )
    stationary = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "symbolic",
        [*statements, convex],
        [
            ("corrected", {**dict.fromkeys(stationary, True), convex["name"]: True}),
            *(("verified", {name: False}) for name in stationary),
        ],
        evidence={
            "slope": str(sympy.factor(slope)),
            "repaired": "with calibrated marginals the minimiser is the historical correlation,"
            " whatever the gap and the weight",
        },
        otherwise="misfits left, whose ratio then moves the estimate; or a joint instrument",
        reading="marginals calibrated, as the programme has them; where misfits are left the"
        " estimate follows their ratio, not the correlation (C015)",
    )
