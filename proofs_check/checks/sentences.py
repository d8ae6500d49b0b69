"""Sentences whose numbers must agree with others, or that lack what would decide them."""

from __future__ import annotations

from typing import Any

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.checks.printed import printed_arithmetic
from proofs_check.checks.regulation import days_of_data
from proofs_check.exact import Tree, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations, names_of

check("C145", "C148")(printed_arithmetic)
check("C157")(days_of_data)

# What would be otherwise, and the reading allowed for.
_TOLD = {
    "C147": (
        "times that a machine of another generation explains",
        "a machine five times as fast, though with twice the strikes",
    ),
    "C150": (
        "bounds on one basket that lie as far from their middle",
        "any strike printed, the farthest as well, and errors of simulation added to the width",
    ),
    "C151": ("an estimate farther off than its error", "the half-width printed as the error"),
    "C152": (
        "a width off by more than half a unit of its last digit",
        "rounded widths of rounded bounds",
    ),
    "C153": ("a time below the three minutes", "less than three minutes, not about three"),
    "C154": (
        "five parameters in the definition",
        "the reduced vector, which has four; the algorithm's output has five",
    ),
    "C155": ("an error above its bound", "the table's own errors and bounds, equality allowed"),
    "C158": (
        "no horizon shorter than the shortest maturity",
        "horizons in trading days, maturities in calendar days",
    ),
    "C159": ("prices of both, by strike", "the difference over the market's price"),
    "C160": ("both bounds", "the mean of the bounds as the middle"),
    "C161": ("prices held out and foretold", "mean difference over the price"),
    "C163": ("a time of a neural method at as many assets", "any one neural method"),
    "C164": (
        "widths with both parameters moved by a tenth",
        "less sensitive than to H, for which 15 per cent is printed",
    ),
}


@check(*_TOLD)
def stated_relations(claim: Claim, context: Context) -> Certificate:
    """Hold all relations that the sentence states, where the numbers for them are given."""
    otherwise, reading = _TOLD[claim.id]
    against = "refuted" if "needs" in claim.data else "inconsistent"
    return hold_relations(claim, context, against=against, otherwise=otherwise, reading=reading)


@check("C146")
def place_in_matrix(claim: Claim, context: Context) -> Certificate:
    """Find, for each pair, the row that the code reads, and hold it against the matrix' size."""
    count = int(claim.data["assets"])
    statements, rows = [], {}
    for i in range(count):
        for j in range(i + 1, count):
            names: dict[str, Tree] = {"i": str(i), "j": str(j), "n": ["datum", "assets"]}
            row = tree(claim.data["row"], names)
            rows[f"pair {i}, {j}"] = row
            size = tree(claim.data["size"], names)
            statements.append(inequality(f"pair {i}, {j}", row, "<", size))
    pairs: Tree = tree("n*(n-1)/2", {"n": ["datum", "assets"]})
    last = inequality("within a matrix of pairs", list(rows.values())[-1], "<", pairs)
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, last],
        all_or_none(statements),
        evidence={"pairs": len(rows)},
        otherwise="a matrix with a row for each ordered pair",
        reading="a matrix with a row for each unordered pair: the last row lies outside as well",
    )


@check("C149", "C165")
def numbers_cited(claim: Claim, context: Context) -> Certificate:
    """Look for each number cited among those that are printed."""
    statements = []
    for place, number in enumerate(claim.data["cited"]):
        gaps: list[Any] = [
            ["sub", ["datum", "cited", place], ["datum", "printed", other]]
            for other in range(len(claim.data["printed"]))
        ]
        statements.append(inequality(f"{number} is printed", ["mul", *gaps], "==", "0"))
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"cited": list(claim.data["cited"]), "printed": list(claim.data["printed"])},
        otherwise="a numbered item for each number cited",
        reading="any kind of item under the number",
    )


@check("C156")
def exponent_between(claim: Claim, context: Context) -> Certificate:
    """Enclose the exponent between two sizes, the times within their rounding."""
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    least = tree("log((late - late_unit)/(early + early_unit))/log(large/small)", names)
    most = tree("log((late + late_unit)/(early - early_unit))/log(large/small)", names)
    claimed: Tree = ["datum", "exponent"]
    above = inequality("lies above, rounding included", least, ">", claimed)
    below = inequality("lies below, rounding included", most, "<", claimed)
    value = enclosure("least", least, scope_of(claim))
    return decide(
        claim,
        context.profile,
        "certified",
        [above, below, value],
        [
            ("refuted", {above["name"]: True}),
            ("refuted", {below["name"]: True}),
            ("verified", {above["name"]: False, below["name"]: False}),
        ],
        evidence={"least": [value["lower"], value["upper"]]},
        otherwise="a time for thirty assets of about four times that for fifteen",
        reading="both times within half a unit of their last digit",
    )


@check("C162")
def last_column(claim: Claim, context: Context) -> Certificate:
    """Recompute the range of percentages, by the column's own charges and by those of the base."""
    names = names_of(claim)
    unit: Tree = ["datum", "half_unit"]
    forms = {
        "same ends": ("rmot_0/mot_0", "rmot_1/mot_1"),
        "opposite ends": ("rmot_0/mot_1", "rmot_1/mot_0"),
        "charge of the base case": ("rmot_0/base", "rmot_1/base"),
    }
    statements = []
    for name, (best, worst) in forms.items():
        gaps: list[Any] = [
            tree(f"abs(100*(1-{ratio}) - relief_{place})", names)
            for place, ratio in ((1, best), (0, worst))
        ]
        statements.append(inequality(name, ["max", *gaps], "<=", unit))
    same, opposite, base = forms
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", {same: True}),
            ("verified", {opposite: True}),
            ("corrected", {base: True}),
            ("inconsistent", {base: False}),
        ],
        evidence={"repaired": "relief against the charge of the base case, which is not moved"},
        otherwise="percentages of the column's own charges",
        reading="either pairing of the ends of the two ranges",
    )
