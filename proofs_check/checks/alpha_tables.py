"""What the printed example of a calibration says of itself: counts, bounds and labels."""

from __future__ import annotations

import re
from fractions import Fraction

from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.exact import Statement, Tree, inequality, tree, weighted_sum
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


def _places(claim: Claim, table: str) -> dict[str, int]:
    return {row["name"]: place for place, row in enumerate(claim.tables[table].rows)}


def _all(statements: list[Statement], against: str) -> list[Rule]:
    """Verify where all hold; else the verdict against."""
    names = [item["name"] for item in statements]
    return [
        ("verified", dict.fromkeys(names, True)),
        *((against, {name: False}) for name in names),
    ]


@check("A111", "A112", "A122")
def entries_counted(claim: Claim, context: Context) -> Certificate:
    """Count the rows of a printed list whose names have a form."""
    form = claim.data["names"]
    names = [row["name"] for row in claim.tables["list"].rows]
    count = sum(1 for name in names if re.fullmatch(form, name))
    stated = tree(claim.data["count"])
    right = inequality("the count stated", str(count), "==", stated)
    statement: Statement = {**right, "rests_on": "rows counted"}
    return decide(
        claim,
        context.profile,
        "reading",
        [statement],
        [("verified", {statement["name"]: True}), ("corrected", {statement["name"]: False})],
        evidence={"counted": count, "rows": len(names), "repaired": f"{count}"},
        otherwise="as many entries as are stated",
        reading="the count of a list with its last name, the number of iterations, is one more;"
        " neither is"
        " the one stated where it is refuted",
    )


@check("A113", "A114")
def only_values_documented(claim: Claim, context: Context) -> Certificate:
    """Look whether the example's setting is among those that the text allows."""
    cell: Tree = [
        "cell",
        "parameters",
        _places(claim, "parameters")[claim.data["setting"]],
        "value",
    ]
    statements = [
        inequality(f"it is {value}", cell, "==", ["datum", "allowed", place])
        for place, value in enumerate(claim.data["allowed"])
    ]
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            *(("verified", {name: True}) for name in names),
            ("inconsistent", dict.fromkeys(names, False)),
        ],
        evidence={"setting": claim.data["setting"], "allowed": claim.data["allowed"]},
        otherwise="an example that uses one of the values the text describes",
        reading="the text says what each value does, and names no other",
    )


@check("A115", "A116")
def optimum_within_the_problem(claim: Claim, context: Context) -> Certificate:
    """Hold the optimum's values against bounds, or against the start where they are not free."""
    ends, rows = _places(claim, "optimum"), claim.tables["variables"].rows
    statements = []
    for place, row in enumerate(rows):
        value: Tree = ["cell", "optimum", ends[row["name"]], "value"]
        bounds = [["cell", "variables", place, x] for x in ("lowest", "highest", "initial")]
        if claim.data["about"] == "bounds":
            low = inequality(f"{row['name']} not below", value, ">=", bounds[0])
            statements += [low, inequality(f"{row['name']} not above", value, "<=", bounds[1])]
        elif row["free"] == claim.data["mask"]:
            statements.append(inequality(f"{row['name']} as at the start", value, "==", bounds[2]))
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        _all(statements, "inconsistent"),
        evidence={"variables": len(rows)},
        otherwise="a value outside its bounds, or moved where it is not to be optimised",
        reading="values as printed",
    )


@check("A117")
def derivatives_repeat_the_optimum(claim: Claim, context: Context) -> Certificate:
    """Compare what is called derivatives with the optimum, to the digits of the coarser print."""
    rows, places = claim.tables["optimum"].rows, _places(claim, "derivatives")
    statements = []
    for place, row in enumerate(rows):
        digits, _, exponent = row["value"].upper().partition("E")
        unit = Fraction(10) ** (int(exponent or 0) - len(digits.partition(".")[2]))
        cells: list[Tree] = [
            ["cell", "derivatives", places[row["name"]], "value"],
            ["cell", "optimum", place, "value"],
        ]
        gap: Tree = ["abs", ["sub", *cells]]
        relation = claim.data["relation"]
        statements.append(inequality(f"{row['name']} differs", gap, relation, str(unit / 2)))
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("refuted", dict.fromkeys(names, False)),
            *(("verified", {name: True}) for name in names),
        ],
        evidence={"entries": len(names)},
        otherwise="a number that is not the optimum's own",
        reading="all forty entries are those of the optimum; the derivatives of a fit at an"
        " inner optimum"
        " would be near zero",
    )


@check("A118")
def count_of_calls(claim: Claim, context: Context) -> Certificate:
    """Ask a count to be one; the printed number is the pattern of memory never written."""
    cell: Tree = ["cell", "results", _places(claim, "results")[claim.data["count"]], "value"]
    statements = [
        inequality("a count is not negative", cell, ">=", "0"),
        inequality("bytes of unwritten memory", ["add", cell, str(2**32)], "==", str(0xCCCCCCCC)),
    ]
    count, pattern = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", {count: True}), ("refuted", {count: False, pattern: True})],
        evidence={"as_unsigned": hex(0xCCCCCCCC)},
        otherwise="a number of at least zero",
        reading="four bytes 0xCC, which a debugging build puts where nothing was written",
    )


@check("A119")
def correlation_of_the_example(claim: Claim, context: Context) -> Certificate:
    """Correlate two assets from loadings on named drivers."""

    def correlation(second: list[str]) -> Tree:
        mine = dict(zip(claim.data["drivers_1"], claim.data["loadings_1"], strict=True))
        yours = dict(zip(second, claim.data["loadings_2"], strict=True))
        shared = [x for x in mine if x in yours]
        first, other = ([tree(side[x]) for x in shared] for side in (mine, yours))
        norms = [
            weighted_sum([tree(x) for x in side.values()], [tree(x) for x in side.values()])
            for side in (mine, yours)
        ]
        return ["div", weighted_sum(first, other), ["sqrt", ["mul", *norms]]]

    apart = [*claim.data["drivers_2"][:-1], "another"]
    statements = [
        inequality(
            name,
            ["abs", ["sub", correlation(drivers), ["datum", "correlation"]]],
            "<=",
            "0.0000005",
        )
        for name, drivers in (("as labelled", claim.data["drivers_2"]), ("residuals apart", apart))
    ]
    labelled, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {labelled: True, repaired: True}),
            ("corrected", {labelled: False, repaired: True}),
        ],
        evidence={"repaired": "the last loadings stand on two independent drivers"},
        otherwise="the printed correlation from the drivers as they are labelled",
        reading="factors at one; on one driver, with opposite signs, the correlation is"
        " 0.0093/0.0103",
    )


@check("A120")
def components_of_the_objective(claim: Claim, context: Context) -> Certificate:
    """Ask of each entry what a weight times a square is: not negative."""
    statements = [
        inequality(f"{row['name']} not negative", ["cell", "components", place, "value"], ">=", "0")
        for place, row in enumerate(claim.tables["components"].rows)
        if re.fullmatch(claim.data["names"], row["name"])
    ]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        _all(statements, "refuted"),
        evidence={"entries": len(statements)},
        otherwise="no negative entry",
        reading="weights may be zero but not negative; the entries are the model's observables"
        " themselves",
    )
