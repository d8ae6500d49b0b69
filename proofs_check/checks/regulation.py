"""Counts of days and exceptions, and claims that lack what would decide them."""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, inequality, present, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C097")
def largest_run(claim: Claim, context: Context) -> Certificate:
    """Compare the exponent between two sizes, where both times are given."""
    there = present("times of both sizes", ["seconds_small", "seconds_large"])
    statements, rules = [there], [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):
        names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
        exponent = tree("log(seconds_large/seconds_small)/log(large/small)", names)
        gap: Tree = ["abs", ["sub", exponent, ["datum", "exponent"]]]
        statements.append(inequality("exponent as claimed", gap, "<=", "1/200"))
        rules += [
            ("verified", {"exponent as claimed": True}),
            ("refuted", {"exponent as claimed": False}),
        ]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in there["keys"] if key not in claim.data]},
        otherwise="a time for the largest size",
        reading="the exponent between thirty and fifty assets, for which one time is printed",
    )


@check("C100")
def days_of_data(claim: Claim, context: Context) -> Certificate:
    """Divide the count of option-days by the strikes a day, and compare with the years covered."""
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    most = tree("option_days / (per_day - 1/2)", names)
    half = tree("(last_year - first_year + 1) * trading_days / 2", names)
    name = "days cover half of the years or more"
    return decide(
        claim,
        context.profile,
        "reading",
        [inequality(name, most, ">=", half)],
        [("verified", {name: True}), ("inconsistent", {name: False})],
        evidence={"most_days": str(scope_of(claim).number(most))},
        otherwise="about five times as many option-days, or a fifth of the strikes a day",
        reading="strikes a day rounded down by a half, and every second day dropped by the filters",
    )


@check("C107")
def final_objective(claim: Claim, context: Context) -> Certificate:
    """Hold the final value against the least value of the objective, where that is defined."""
    there = present("objective is defined", ["objective", "least_value"])
    statements, rules = [there], [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):
        possible = inequality("value can occur", ["datum", "value"], ">=", ["datum", "least_value"])
        statements.append(possible)
        rules += [
            ("verified", {possible["name"]: True}),
            ("refuted", {possible["name"]: False}),
        ]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in there["keys"] if key not in claim.data]},
        otherwise="a definition of the objective with its sign: divergence plus penalty is at"
        " least zero, and the value printed is negative",
        reading="the objective of (8) would refute it; the source does not say that it is this one",
    )


@check("C114")
def expected_exceptions(claim: Claim, context: Context) -> Certificate:
    """Compare the mean number of exceptions at nominal coverage with the bound stated."""
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    mean = tree("days * (1 - coverage)", names)
    below = inequality("mean lies below", mean, "<", ["datum", "bound"])
    equal = inequality("mean equals the bound", mean, "==", ["datum", "bound"])
    more: Tree = ["sub", "1", ["binomial_cdf", names["days"], "2", tree("1-coverage", names)]]
    often = inequality("three or more occur in over four years of ten", more, ">", "2/5")
    return decide(
        claim,
        context.profile,
        "certified",
        [below, equal, often],
        [
            ("verified", {below["name"]: True}),
            ("corrected", {below["name"]: False, equal["name"]: True}),
            ("refuted", {below["name"]: False}),
        ],
        evidence={
            "mean": str(scope_of(claim).number(mean)),
            "repaired": "the mean is at most the bound, with equality at nominal coverage",
        },
        otherwise="fewer days, or coverage above the nominal one",
        reading="fewer in the mean; as a statement on each year it fails in over four years of ten",
    )


@check("C115")
def pilot_is_green(claim: Claim, context: Context) -> Certificate:
    """Find the chance of so many exceptions or fewer: green ends where it reaches the limit."""
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    chance: Tree = ["binomial_cdf", names["days"], names["exceptions"], tree("1-coverage", names)]
    green = inequality("chance lies below the limit", chance, "<", ["datum", "limit"])
    doubled: Tree = [
        "binomial_cdf",
        names["days"],
        names["exceptions"],
        tree("2*(1-coverage)", names),
    ]
    weak = inequality("twice the rate is green in over a quarter of pilots", doubled, ">", "1/4")
    return decide(
        claim,
        context.profile,
        "certified",
        [green, weak],
        [("verified", {green["name"]: True}), ("refuted", {green["name"]: False})],
        evidence={"cumulative": float(scope_of(claim).number(chance))},
        otherwise="three exceptions in as many days",
        reading="the supervisory scheme's cumulative chance at the pilot's own number of days; the"
        " limits of its window of 250 days would call up to four exceptions green",
    )
