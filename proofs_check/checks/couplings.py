"""What a joint law of given marginals can be, and what it makes of a basket."""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, present, superhedge, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C128")
def coupling_of_given_correlation(claim: Claim, context: Context) -> Certificate:
    """Ask whether two assets of two prices each can have the correlation prescribed.

    Couplings of given marginals are a weakly compact set, which a correlation cuts in a closed one
    (second moments make products uniformly integrable), and relative entropy has compact level
    sets: a minimiser exists once one coupling has finite entropy. Compactness does not give that.
    """
    p, q = (["datum", "chances", place] for place in range(2))
    names: dict[str, Tree] = {"p": p, "q": q, "r": ["datum", "correlation"]}
    # Both up as often as can be: chance p, as p <= q.
    greatest = tree("(p - p*q)/sqrt(p*(1-p)*q*(1-q))", names)
    ordered = inequality("the first chance is the smaller", p, "<=", q)
    attainable = inequality("correlation can be attained", names["r"], "<=", greatest)
    masses = [
        inequality(f"mass of {name} is not negative", tree(text, names), ">=", "0")
        for name, text in (("both", "p"), ("the second alone", "q-p"), ("neither", "1-q"))
    ]
    attained = {item["name"]: True for item in (ordered, *masses)}
    return decide(
        claim,
        context.profile,
        "certified",
        [ordered, attainable, *masses],
        [
            ("verified", {attainable["name"]: True, **attained}),
            ("corrected", {attainable["name"]: False, **attained}),
        ],
        evidence={
            "greatest": str(scope_of(claim).number(greatest)),
            "repaired": "if some coupling of the marginals has the correlation and finite relative "
            "entropy, one of least entropy exists, and only one",
        },
        otherwise="a correlation that the marginals admit",
        reading="correlation matrices that are positive definite are the valid ones; if valid is "
        "to mean attained by a coupling of finite entropy, what is to be shown is assumed",
    )


@check("C134")
def worth_of_an_at_the_money_basket(claim: Claim, context: Context) -> Certificate:
    """Hold the interval against the forwards, and against a log-normal law of large volatility.

    At the money a Black-Scholes call is worth F (2 N(s/2) - 1) <= F s/(2 pi)^{1/2}, s^2 = v^2 T.
    """
    weights: list[Tree] = [["datum", "weights", place] for place in range(2)]
    forwards: list[Tree] = [["datum", "forwards", place] for place in range(2)]
    forward: Tree = ["add", *(["mul", *pair] for pair in zip(weights, forwards, strict=True))]
    hedge = superhedge(
        "forwards dominate the basket call", weights, ["0", "0"], forwards, forward, scope_of(claim)
    )
    names: dict[str, Tree] = {
        "F": forward,
        "v": ["datum", "volatility"],
        "T": ["datum", "maturity"],
    }
    # 2 pi is more than 6.28, so that this is no less than the price.
    price = tree("F*v*sqrt(T/6.28)", names)
    above = inequality("upper end exceeds the hedge's cost", ["datum", "upper"], ">", forward)
    beyond = inequality("lower end exceeds the log-normal price", ["datum", "lower"], ">", price)
    return decide(
        claim,
        context.profile,
        "certified",
        [hedge, above, beyond],
        [
            ("refuted", {hedge["name"]: True, above["name"]: True}),
            ("refuted", {beyond["name"]: True}),
            ("verified", {hedge["name"]: True, above["name"]: False, beyond["name"]: False}),
        ],
        evidence={"cost": hedge["cost"], "price_at_most": str(scope_of(claim).number(price))},
        otherwise="an upper end within the forwards, and a lower one that a volatility of one "
        "hundred per cent can explain",
        reading="prices in per cent of the basket, as widths of 9 and 20 per cent for 9 and 20 "
        "points have it; on any larger basket the widths would be other percentages",
    )


@check("C143")
def width_of_copula_prices(claim: Claim, context: Context) -> Certificate:
    """Compare ranges of prices, once it is said over which correlations the copula ranges.

    With one correlation a copula gives one price. At the money prices of a basket of two normal
    assets of equal volatility are proportional to ((1 + r)/2)^{1/2}.
    """
    there = present("correlations of the copula", ["copula"])
    statements: list[Statement] = [there]
    rules = [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):

        def width(key: str) -> Tree:
            low, high = (tree("sqrt((1+r)/2)", {"r": ["datum", key, place]}) for place in range(2))
            return ["sub", high, low]

        wider = inequality("copula prices range wider", width("copula"), ">", width("regularised"))
        statements.append(wider)
        rules += [("verified", {wider["name"]: True}), ("refuted", {wider["name"]: False})]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in there["keys"] if key not in claim.data]},
        otherwise="the interval of correlations that the copula's prices range over",
        reading="the one correlation of 0.65 that the source assumes gives a width of zero, an "
        "interval as long as the estimate's one of about the same width, and all correlations a "
        "wider one",
    )
