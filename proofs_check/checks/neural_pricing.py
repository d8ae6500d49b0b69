"""The neural model as a model of prices: martingales, the index's formula, measures, premia."""

from __future__ import annotations

from typing import Any

import sympy

from proofs_check.agreement import against_derivation
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Tree, inequality
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations

RHO, SIGMA, VOLATILITY, ROOT, EXCESS = sympy.symbols("rho sigma volatility root excess")

_TOLD = {
    "N084": (
        "corrected",
        "a gap as wide against the future's volatility",
        "the document's own mean reversion: over the thirty days to expiry a future moves by the"
        " factor exp(-kappa tau) less than the index",
    ),
    "N086": (
        "refuted",
        "counts of days in contango and of all days",
        "the two contracts next to expire, one day weighing as another",
    ),
}


@check(*_TOLD)
def stated_of_prices(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of its numbers."""
    method = "certified" if _TOLD[claim.id][0] == "corrected" else "reading"
    return hold_relations(claim, context, *_TOLD[claim.id], method=method)


@check("N080")
def expected_return_of_a_step(claim: Claim, context: Context) -> Certificate:
    """Expand the mean return of one step in the root of the step, by the moments of a Gaussian.

    Variance moves as ``exp(sigma root z)`` and the price by ``sqrt(V) root (rho z + ...)``.
    """
    z = sympy.Symbol("z")
    end = VOLATILITY * sympy.exp(SIGMA * ROOT * z / 2)
    points: dict[str, Any] = {"start": VOLATILITY, "end": end}

    def rate(volatility: Any) -> Any:
        moved = sympy.expand(sympy.series(volatility * RHO * ROOT * z, ROOT, 0, 3).removeO())
        terms = sympy.Poly(moved, z).terms()
        mean = sum(
            (
                c * (sympy.factorial2(n - 1) if n % 2 == 0 and n else int(not n))
                for (n,), c in terms
            ),
            start=sympy.Integer(0),
        )
        return sympy.expand(mean).coeff(ROOT, 2)

    return against_derivation(
        claim,
        context,
        rate(points[claim.data["point"]]),
        sympy.Integer(0),
        rate(points["start"]),
        otherwise="variance taken where the step begins",
        reading="a variance independent of the price; the mean return a year is rho sigma sqrt(V)/2"
        " otherwise, however fine the steps",
        charitable={RHO: 0},
    )


@check("N081")
def variance_of_the_driver(claim: Claim, context: Context) -> Certificate:
    """Add the squares of the loadings on two independent drivers."""
    first, second = (read(text, rho=RHO) for text in claim.data["loadings"])
    return against_derivation(
        claim,
        context,
        first**2 + second**2,
        sympy.Integer(1),
        RHO**2 + sympy.sqrt(1 - RHO**2) ** 2,
        otherwise="loadings whose squares do not add to one",
        reading="a correlation between -1 and 1",
    )


@check("N082")
def formula_of_the_index(claim: Claim, context: Context) -> Certificate:
    """Replicate ``-2 log(S/F)`` around the strike K0, and expand what the sum has besides.

    ``int 2 O(K)/K^2 dK`` pays ``2 (S/K0 - 1 - log(S/K0))``; its mean exceeds ``-2 E log(S/F)`` by
    ``2 (e - log(1 + e))`` with ``e = F/K0 - 1``.
    """
    s, strike, base = sympy.symbols("S K K0", positive=True)
    paid = sympy.integrate(2 * (s - strike) / strike**2, (strike, base, s))
    log_part = sympy.expand(sympy.expand_log(paid, force=True)) + 2 * sympy.log(s)
    # The logarithm of the price is what the index is of; the rest has the forward for its mean.
    rest = log_part.subs(s, base * (1 + EXCESS)) - 2 * sympy.log(base * (1 + EXCESS))
    besides = sympy.series(sympy.expand_log(sympy.simplify(rest), force=True), EXCESS, 0, 3)
    return against_derivation(
        claim,
        context,
        read(claim.data["subtracted"], excess=EXCESS),
        sympy.expand(besides.removeO()),
        EXCESS**2,
        charitable={EXCESS: 0},
        otherwise="the square of F/K0 - 1 subtracted, over the time to expiry",
        reading="strikes all along and no jumps; where a strike is the forward nothing is missing",
    )


@check("N083")
def measure_of_observed_paths(claim: Claim, context: Context) -> Certificate:
    """Give the index two values tomorrow, and compare its mean under both measures."""
    names = {key: ["datum", key] for key in ("high", "low", "chance", "price")}

    def mean(weight: str) -> Tree:
        return [
            "add",
            ["mul", names[weight], names["high"]],
            ["mul", ["sub", "1", names[weight]], names["low"]],
        ]

    same_mean = inequality("what paths show is what is priced", mean("chance"), "==", mean("price"))
    equivalent = inequality(
        "measures are equivalent",
        ["mul", names["chance"], names["price"], ["sub", "1", names["price"]]],
        ">",
        "0",
    )
    same, both = same_mean["name"], equivalent["name"]
    return decide(
        claim,
        context.profile,
        "certified",
        [same_mean, equivalent],
        [("verified", {same: True, both: True}), ("refuted", {same: False, both: True})],
        evidence={"means": "of the squared index tomorrow, by frequency and by price"},
        otherwise="two measures with one law of the index",
        reading="each day's index is a mean under the pricing measure; how often it moves to which"
        " value is what happens, and paths of it have the law of what happens",
    )


@check("N085")
def correlation_by_construction(claim: Claim, context: Context) -> Certificate:
    """Correlate a return with its square: the third moment of a centred law."""

    def moment(order: str, law: str) -> Tree:
        atoms = range(len(claim.data[f"values_{law}"]))
        return [
            "add",
            *(
                [
                    "mul",
                    ["datum", f"weights_{law}", i],
                    ["pow", ["datum", f"values_{law}", i], order],
                ]
                for i in atoms
            ),
        ]

    statements = [
        inequality("returns are centred", moment("1", "1"), "==", "0"),
        inequality("no correlation", moment("3", "1"), "==", "0"),
        inequality("none of symmetric returns", moment("3", "2"), "==", "0"),
    ]
    centred, none, symmetric = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {centred: True, none: True}),
            ("corrected", {centred: True, none: False, symmetric: True}),
        ],
        evidence={"repaired": "of returns without skewness"},
        otherwise="a centred law whose third moment vanishes",
        reading="independent returns and the square as realised variance; it is so for symmetric"
        " ones",
    )
