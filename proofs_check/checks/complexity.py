"""Counts of operations and the timings printed for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, enclosure, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.missing import decide_if_given
from proofs_check.registry import Context, check

HALF_UNIT = "0.005"


def _slope(
    rows: Sequence[int], shift: Sequence[int], column: str = "total", half_unit: str = HALF_UNIT
) -> Tree:
    """Least squares of log time on log size, as an expression; times move by half units."""
    sizes: list[Tree] = [["log", ["cell", "timings", row, "assets"]] for row in rows]
    mean: Tree = ["div", ["add", *sizes], str(len(rows))]
    centred: list[Tree] = [["sub", size, mean] for size in sizes]
    spread: Tree = ["add", *(["pow", value, "2"] for value in centred)]
    times: list[Tree] = [
        ["log", ["add", ["cell", "timings", row, column], ["mul", str(sign), half_unit]]]
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
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        all_or_none(statements),
        evidence={"entries": len(statements)},
        otherwise="an entry off by more than half a unit of its last digit",
        reading="entries are rounded to the digits printed",
    )


@check("C050")
def times_of_three_sizes(claim: Claim, context: Context) -> Certificate:
    """Fit exponents from one size to the next, and a constant beside the power, within rounding."""
    half: Tree = ["datum", "half_unit"]
    claimed: Tree = ["datum", "exponent"]
    unit = str(claim.data["half_unit"])
    last = len(claim.tables["timings"].rows) - 1
    steepest = _slope([0, last], [-1, 1], "seconds", unit)
    flattest = _slope([0, last], [1, -1], "seconds", unit)

    def rate(first: int, second: int, sign: int) -> Tree:
        sizes, times = (
            [["cell", "timings", row, key] for row in (second, first)]
            for key in ("assets", "seconds")
        )
        rise: Tree = ["add", ["sub", *times], ["mul", str(2 * sign), half]]
        powers: list[Tree] = [["pow", size, claimed] for size in sizes]
        return ["div", rise, ["sub", *powers]]

    statements = [
        inequality("times rise more slowly than claimed", steepest, "<", claimed),
        inequality("times rise faster than claimed", flattest, ">", claimed),
        inequality("with a constant, the later rate is lower", rate(1, 2, 1), "<", rate(0, 1, -1)),
        inequality("with a constant, the later rate is higher", rate(1, 2, -1), ">", rate(0, 1, 1)),
    ]
    slower, faster, lower, higher = (item["name"] for item in statements)
    scope = scope_of(claim)
    exponent = enclosure(
        "exponent, first to last", _slope([0, last], [0, 0], "seconds", unit), scope
    )
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, exponent],
        [
            ("refuted", {slower: True, lower: True}),
            ("refuted", {faster: True, higher: True}),
            ("verified", {slower: False, faster: False}),
            ("verified", {lower: False, higher: False}),
        ],
        evidence={exponent["name"]: [exponent["lower"], exponent["upper"]]},
        otherwise="times that the power of N, alone or with a constant, gives within rounding",
        reading="a constant start-up time beside the square of N, fails within rounding too; as an"
        " upper bound alone, which three times below it neither show nor contradict",
    )


@check("C051")
def times_of_two_papers(claim: Claim, context: Context) -> Certificate:
    """Compare the two times for two assets, machines and numbers of strikes being known."""

    def agreement() -> Statement:
        names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
        names["second"] = ["cell", "timings", 0, "total"]
        scaled = "second*speed_ratio*(strikes_first/strikes_second)**2"
        gap = tree(f"abs(first - {scaled})", names)
        return inequality("times agree", gap, "<=", ["datum", "tolerance"])

    return decide_if_given(
        claim,
        context,
        ["strikes_second", "speed_ratio"],
        agreement,
        against="inconsistent",
        otherwise="the strikes behind the second table and the speeds of both machines",
        reading="different machines: the times differ by more than a factor of five, which machines"
        " and numbers of strikes may explain or not",
    )


@check("C095")
def growth_of_the_stages(claim: Claim, context: Context) -> Certificate:
    """Take the exponent of each stage over all sizes and over the larger half, within rounding."""
    last = len(claim.tables["timings"].rows) - 1
    scope = scope_of(claim)
    statements, enclosures = [], []
    for column, exponent in claim.data["exponents"].items():
        for name, first in (("all sizes", 0), ("larger sizes", last // 2)):
            least = _slope([first, last], [1, -1], column)
            statements.append(inequality(f"{column} grows faster, {name}", least, ">", exponent))
            fitted = _slope([first, last], [0, 0], column)
            enclosures.append(enclosure(f"exponent of {column}, {name}", fitted, scope))
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, *enclosures],
        [
            *(
                ("refuted", dict.fromkeys(names[place : place + 2], True))
                for place in range(0, len(names), 2)
            ),
            ("verified", dict.fromkeys(names, False)),
        ],
        evidence={item["name"]: [item["lower"], item["upper"]] for item in enclosures},
        otherwise="a first stage that grows with N and a second with its square, within rounding",
        reading="from the first size to the last or over the larger half, times within rounding;"
        " one calibration an asset is linear when done in turn and constant when done side by side",
    )
