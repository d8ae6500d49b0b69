"""Arithmetic that the sources print, and passages that must give the same number."""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


def _cells(claim: Claim) -> dict[str, Tree]:
    """Return the cells of a claim's tables, by the names that formulas have for them."""
    return {
        f"{name}_{key}_{index}": ["cell", name, index, key]
        for name, table in claim.tables.items()
        for index, row in enumerate(table.rows)
        for key in row
    }


@check("C030", "C031", "C132", "C135", "C136", "C137", "C138", "C140", "C121")
def printed_arithmetic(claim: Claim, context: Context) -> Certificate:
    """Compute what is printed, and give the number where it is another."""
    value = tree(claim.data["formula"], _cells(claim))
    gap: Tree = ["abs", ["sub", value, ["datum", "printed"]]]
    near = inequality("as printed", gap, "<=", ["datum", "half_unit"])
    repaired = enclosure("value", value, scope_of(claim), 4)
    return decide(
        claim,
        context.profile,
        "reading",
        [near, repaired],
        [("verified", {"as printed": True}), ("corrected", {"as printed": False, "value": True})],
        evidence={"lower": repaired["lower"], "upper": repaired["upper"]},
        otherwise="a value within half a unit of the last digit printed",
        reading="rounded to the digits printed; the value stands in its place",
    )


@check("C058", "C101", "C102", "C110", "C124", "C131", "C139", "C144")
def two_passages(claim: Claim, context: Context) -> Certificate:
    """Compare one quantity as two passages have it."""
    cells = _cells(claim)
    first, second = (tree(claim.data[key], cells) for key in ("first", "second"))
    gap: Tree = ["abs", ["sub", first, second]]
    same = inequality("passages agree", gap, "<=", ["datum", "tolerance"])
    scope = scope_of(claim)
    return decide(
        claim,
        context.profile,
        "reading",
        [same],
        [("verified", {"passages agree": True}), ("inconsistent", {"passages agree": False})],
        evidence={"first": str(scope.number(first)), "second": str(scope.number(second))},
        otherwise="numbers within the tolerance of each other",
        reading="rounding of both passages allowed for by the tolerance",
    )


_READINGS = {
    "C044": "the baskets differ, so that no inequality between them is strict; prices at half as"
    " much again above those at a fifth more need twice the volatility",
    "C096": "the text's time as an upper bound, forty times the table's",
    "C103": "29 names, as listed, not the thirty stated",
    "C116": "the pilot as a trial of the mechanics alone does not contradict the protocol, and does"
    " not follow it either",
}


@check("C044", "C096", "C103", "C116")
def passages_in_order(claim: Claim, context: Context) -> Certificate:
    """Hold numbers of one passage against the limits that another sets."""
    cells: dict[str, Tree] = {
        f"{name}_{key}_{index}": ["cell", name, index, key]
        for name, table in claim.tables.items()
        for index, row in enumerate(table.rows)
        for key in row
    }
    statements = [
        inequality(
            f"{first} {relation} {second}", tree(first, cells), relation, tree(second, cells)
        )
        for first, relation, second in claim.data["pairs"]
    ]
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"pairs": len(statements)},
        otherwise="numbers within the limits that the other passage sets",
        reading=_READINGS[claim.id],
    )


@check("C066")
def absolute_errors(claim: Claim, context: Context) -> Certificate:
    """Recompute the errors from the two columns."""
    statements = []
    for row, line in enumerate(claim.tables["estimates"].rows):
        cells: dict[str, Tree] = {key: ["cell", "estimates", row, key] for key in line}
        gap = tree("abs(abs(estimate - historical) - error)", cells)
        statements.append(inequality(line["pair"], gap, "<=", ["datum", "half_unit"]))
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"rows": len(statements)},
        otherwise="an error off by more than half a unit of its last digit",
        reading="errors against the historical column",
    )


@check("C083")
def greatest_error(claim: Claim, context: Context) -> Certificate:
    """Hold the greatest error stated against the table, at the maturities the source assumes."""
    rows = claim.tables["errors"].rows
    statements = [
        inequality(
            f"{row['days']} days", ["cell", "errors", index, "error"], "<=", ["datum", "greatest"]
        )
        for index, row in enumerate(rows)
        if int(row["days"]) >= int(claim.data["least_days"])
    ]
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"errors": [row["error"] for row in rows]},
        otherwise="a table without entries above the error stated",
        reading="errors are relative in both places, and only one to six months are meant",
    )


@check("C133")
def width_after_years(claim: Claim, context: Context) -> Certificate:
    """Scale the width by the power law stated just before, and by its inverse."""
    names: dict[str, Tree] = {"T": ["datum", "years"], "q": ["datum", "exponent"]}
    forms = {"power law": tree("T**q", names), "inverse power law": tree("T**(-q)", names)}
    statements = [
        inequality(
            name, ["abs", ["sub", form, ["datum", "fraction"]]], "<=", ["datum", "tolerance"]
        )
        for name, form in forms.items()
    ]
    scope = scope_of(claim)
    enclosures = [enclosure(f"value, {name}", form, scope) for name, form in forms.items()]
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, *enclosures],
        [
            *(("verified", {name: True}) for name in forms),
            ("refuted", dict.fromkeys(forms, False)),
        ],
        evidence={item["name"]: [item["lower"], item["upper"]] for item in enclosures},
        otherwise="a fraction that the power of the number of years gives",
        reading="decay like the inverse of the power: fails as well",
    )
