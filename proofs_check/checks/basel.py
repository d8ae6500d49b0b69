"""Capital under the Basel market-risk standard (MAR, 2019 text): what the sources say of its rules.

Numbers of the rules are data of the claims, by paragraph; what they give is computed.
"""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.missing import decide_if_given
from proofs_check.registry import Context, check


def _names(claim: Claim) -> dict[str, Tree]:
    return {key: ["datum", key] for key in claim.data}


@check("C117")
def approach_of_the_rule(claim: Claim, context: Context) -> Certificate:
    """Find the rule's chapter for factors that cannot be modelled among those of an approach."""
    statements = []
    for approach in ("standardised", "internal"):
        first, last = (["datum", approach, place] for place in (0, 1))
        beyond: Tree = [
            "max",
            ["sub", first, ["datum", "chapter"]],
            ["sub", ["datum", "chapter"], last],
        ]
        statements.append(inequality(f"rule is among the {approach} approach's", beyond, "<=", "0"))
    standardised, internal = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", {standardised: True}),
            ("corrected", {standardised: False, internal: True}),
            ("refuted", {standardised: False, internal: False}),
        ],
        evidence={"repaired": "stress capital for them belongs to the internal models approach"},
        otherwise="a rule in the chapters of the standardised approach",
        reading="MAR33.16-33.17 against MAR20-23 (standardised) and MAR30-33 (internal models); the"
        " standardised approach knows no modellability, its residual risk add-on is by instrument",
    )


@check("C118")
def confidence_of_the_stress(claim: Claim, context: Context) -> Certificate:
    """Compare the confidence quoted with the rule's."""
    same = inequality("confidence as in MAR33.16", ["datum", "printed"], "==", ["datum", "rule"])
    return decide(
        claim,
        context.profile,
        "reading",
        [same],
        [("verified", {same["name"]: True}), ("refuted", {same["name"]: False})],
        evidence={"paragraph": "MAR33.16"},
        otherwise="another confidence than that of the rule",
        reading="the confidence alone; the rule adds a period of stress and a least horizon, which"
        " the source leaves out",
    )


@check("C119")
def aggregation_of_stresses(claim: Claim, context: Context) -> Certificate:
    """Evaluate the printed formula and the rule's on two factors, with and without its floor."""
    statements: list[Statement] = []
    scope = scope_of(claim)
    rule = tree(claim.data["rule"], _names(claim))
    for label, notional in (("floor idle", "0"), ("floor at work", ["datum", "notional"])):
        printed = tree(claim.data["formula"], {**_names(claim), "notional": notional})
        gap: Tree = ["abs", ["sub", printed, rule]]
        statements.append(
            inequality(f"printed formula gives the rule's sum, {label}", gap, "<", "1/1000000")
        )
    repaired = enclosure("sum by the rule", rule, scope)
    sums = inequality("and it is at most the plain sum", rule, "<=", tree("a+b", _names(claim)))
    idle, work = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, repaired, sums],
        [
            ("verified", {idle: True, work: True}),
            ("corrected", {idle: False, repaired["name"]: True, sums["name"]: True}),
            ("refuted", {work: False}),
        ],
        evidence={
            "lower": repaired["lower"],
            "upper": repaired["upper"],
            "repaired": "sqrt((r sum x)^2 + (1 - r^2) sum x^2), r = 0.6, beside root sums of"
            " squares for idiosyncratic credit spread and equity factors",
        },
        otherwise="the square-root formula of MAR33.17",
        reading="a notional so small that the floor is idle: the sum still is not the rule's, which"
        " has no floor in the notional",
    )


@check("C120")
def standard_charge_of_the_book(claim: Claim, context: Context) -> Certificate:
    """Bound the standardised charge of calls on a basket of indices, as a share of their notional.

    Delta and curvature are at most the risk weight each, for a delta is at most one; vega times
    volatility is at most ``sigma sqrt(T) / sqrt(2 pi)``; and the residual add-on for an exotic
    underlying is taken, though a basket's correlation risk has the lower one. Where a supervisor
    accepts no stress scenario the internal models approach takes the largest possible loss, and a
    call's price can rise by the forward less the premium.
    """
    names = _names(claim)
    vega = "vega_weight*volatility*sqrt(maturity)/sqrt(2*3.1415)"
    total = tree(f"2*delta_weight + {vega} + exotic", names)
    statements = [
        inequality("rules give less than the share", total, "<", ["datum", "share"]),
        inequality(
            "the least add-on is the share or more", ["datum", "other"], ">=", ["datum", "share"]
        ),
        inequality(
            "largest possible loss is less than the share",
            ["sub", "1", ["datum", "premium"]],
            "<",
            ["datum", "share"],
        ),
        enclosure("most by the rules", total, scope_of(claim), 4),
    ]
    less, least, loss = (item["name"] for item in statements[:3])
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("refuted", {less: True, loss: True}),
            ("verified", {less: False, least: True}),
            ("untestable", {less: True, loss: False}),
        ],
        evidence={"upper": statements[-1]["upper"]},
        otherwise="a book of which the rules take its whole notional",
        reading="calls on indices of large companies (MAR21.77, bucket 12; MAR21.92; MAR23.8), not"
        " hedged, to a year and at volatilities up to sixty per cent; what the sources call the"
        " standard approach, or the largest possible loss (MAR33.16(3)) on calls at the money whose"
        " premium is a hundredth of the notional or more",
    )


@check("C039")
def framework_is_compliant(claim: Claim, context: Context) -> Certificate:
    """Hold a desk's exceptions and attribution of profit to the limits of MAR32."""

    def within() -> Statement:
        ratios = (
            "max(exceptions_99/most_99, exceptions_975/most_975, distance/most_distance,"
            " least_correlation/rank_correlation)"
        )
        return inequality("desk is within all limits", tree(ratios, _names(claim)), "<=", "1")

    return decide_if_given(
        claim,
        context,
        ["exceptions_99", "exceptions_975", "distance", "rank_correlation"],
        within,
        against="refuted",
        otherwise="a year's exceptions of a desk and how its profits are attributed",
        reading="compliance as eligibility of a desk for the internal models approach; the other"
        " rows of the table are claims of their own",
    )


@check("C106")
def vol_of_vol_is_small(claim: Claim, context: Context) -> Certificate:
    """Turn the relative vol-of-vol of the definition into the absolute one."""

    def small() -> Statement:
        product = tree("relative*mean_reversion", _names(claim))
        return inequality("absolute vol-of-vol is small", product, "<=", ["datum", "largest"])

    return decide_if_given(
        claim,
        context,
        ["mean_reversion"],
        small,
        against="refuted",
        otherwise="the speed of mean reversion",
        reading="vol-of-vol relative to mean reversion, as the definition has it; read as absolute"
        " it is the number printed, but the equation is then another",
    )


@check("C122")
def charge_of_the_method(claim: Claim, context: Context) -> Certificate:
    """Take the larger distance from the middle to an end, as step 5 of 001's algorithm does."""

    def agreement() -> Statement:
        charge = tree("notional*max(upper-middle, middle-lower)", _names(claim))
        gap: Tree = ["abs", ["sub", charge, ["datum", "printed"]]]
        return inequality("charge as printed", gap, "<=", ["datum", "half_unit"])

    return decide_if_given(
        claim,
        context,
        ["upper", "middle", "lower"],
        agreement,
        against="refuted",
        otherwise="weights, strikes and maturities of the book, or its bounds",
        reading="any book of the notional stated: none is described, nor its bounds, nor the shocks"
        " behind the historical charge",
    )


@check("C126")
def bounds_are_never_violated(claim: Claim, context: Context) -> Certificate:
    """Find whether so few violations are rare where one test in a hundred is violated."""

    def rare() -> Statement:
        chance: Tree = [
            "binomial_cdf",
            *(["datum", key] for key in ("tests", "violations", "rate")),
        ]
        return inequality("so few would be rare at the rate", chance, "<=", ["datum", "level"])

    return decide_if_given(
        claim,
        context,
        ["tests", "violations"],
        rare,
        against="refuted",
        otherwise="a list of the tests",
        reading="tests of the theoretical bounds, so that the pilot's exception is not among them;"
        " a hundred without violation would be no rarity at a rate of one in a hundred",
    )


@check("C064")
def estimate_is_the_mean_of_days(claim: Claim, context: Context) -> Certificate:
    """Average the estimates of single days."""

    def agreement() -> Statement:
        days: list[Tree] = [
            ["datum", "daily_estimates", place]
            for place in range(len(claim.data["daily_estimates"]))
        ]
        mean: Tree = ["div", ["add", *days], str(len(days))]
        gap: Tree = ["abs", ["sub", mean, ["cell", "estimates", 0, "hurst"]]]
        return inequality("mean as printed", gap, "<=", ["datum", "half_unit"])

    return decide_if_given(
        claim,
        context,
        ["daily_estimates"],
        agreement,
        against="refuted",
        otherwise="the chains of six years, or the estimates from them",
        reading="the deviation as one between days, larger than the standard error of one day's"
        " estimate in Table 5: the two columns then do not contradict each other",
    )
