"""Counts of operations and the timings printed for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

HALF_UNIT = "0.005"


def _slope(rows: Sequence[int], shift: Sequence[int]) -> Tree:
    """Least squares of log time on log size, as an expression; times move by half units."""
    sizes: list[Tree] = [["log", ["cell", "timings", row, "assets"]] for row in rows]
    mean: Tree = ["div", ["add", *sizes], str(len(rows))]
    centred: list[Tree] = [["sub", size, mean] for size in sizes]
    spread: Tree = ["add", *(["pow", value, "2"] for value in centred)]
    times: list[Tree] = [
        ["log", ["add", ["cell", "timings", row, "total"], ["mul", str(sign), HALF_UNIT]]]
        for row, sign in zip(rows, shift, strict=True)
    ]
    terms: list[Tree] = [["mul", value, time] for value, time in zip(centred, times, strict=True)]
    return ["div", ["add", *terms], spread]


@check("C093")
def empirical_exponent(claim: Claim, context: Context) -> Certificate:
    """Fit the exponent of the printed times, and move every time by half a unit against the result.

    The least slope within rounding: times of small N up, of large N down.
    """
    count = len(claim.tables["timings"].rows)
    scope = scope_of(claim)
    rows = range(count)
    logs = [math.log(float(line["assets"])) for line in claim.tables["timings"].rows]
    flatter = [1 if value < sum(logs) / count else -1 for value in logs]
    fitted = _slope(rows, [0] * count)
    least = _slope(rows, flatter)
    most = _slope(rows, [-sign for sign in flatter])
    ends = _slope([0, count - 1], [1, -1])
    upper_half = _slope(range(count // 2, count), [0] * (count - count // 2))
    slack: Tree = "0.005"
    claimed: Tree = ["datum", "exponent"]
    statements = [
        inequality("fit lies above, rounding included", least, ">", ["add", claimed, slack]),
        inequality("fit lies below, rounding included", most, "<", ["sub", claimed, slack]),
        inequality("first to last lies above", ends, ">", ["add", claimed, slack]),
        inequality("largest sizes lie above", upper_half, ">", ["add", claimed, slack]),
        enclosure("least squares", fitted, scope),
        enclosure("first to last size", ends, scope),
        enclosure("largest sizes", upper_half, scope),
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            (
                "refuted",
                {
                    "fit lies above, rounding included": True,
                    "first to last lies above": True,
                    "largest sizes lie above": True,
                },
            ),
            ("refuted", {"fit lies below, rounding included": True}),
            (
                "verified",
                {
                    "fit lies above, rounding included": False,
                    "fit lies below, rounding included": False,
                },
            ),
        ],
        evidence={item["name"]: [item["lower"], item["upper"]] for item in statements[4:]},
        otherwise="times whose logs rise with log N at the exponent claimed, within rounding",
        reading="any of three fits (all sizes, first to last, largest), times within rounding",
    )


@check("C094", "C123")
def table_arithmetic(claim: Claim, context: Context) -> Certificate:
    """Recompute one column from others, row by row, to half a unit of its last digit."""
    name = next(iter(claim.tables))
    statements = []
    for place, (row, formula, column) in enumerate(claim.data["cells"]):
        cells: dict[str, Tree] = {
            f"{key}_{index}": ["cell", name, index, key]
            for index, line in enumerate(claim.tables[name].rows)
            for key in line
        }
        gap: Tree = ["sub", tree(formula, cells), ["cell", name, int(row), column]]
        statements.append(
            inequality(f"entry {place + 1}", ["abs", gap], "<=", ["datum", "half_unit"])
        )
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("refuted", {name: False}) for name in whole)],
        evidence={"entries": len(statements)},
        otherwise="an entry off by more than half a unit of its last digit",
        reading="entries are rounded to the digits printed",
    )
