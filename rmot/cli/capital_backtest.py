"""`rmot capital coverage` and `backtest`: exceptions of a file, and all that is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmot.cli.capital import Coverage
from rmot.cli.csv_files import read_number, read_rows
from rmot.cli.output import Csv, Json, examples, print_one
from rmot.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

app = typer.Typer()

TrueCoverage = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="The lower one whose discovery has the power printed; unless given, that with five"
        " times as many exceptions.",
    ),
]


@app.command(epilog=examples("rmot capital coverage exceptions.csv --coverage 0.99"))
def coverage(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CSV", help="File with a column exception of 0 and 1, and date if wished."
        ),
    ],
    coverage: Coverage = 0.99,
    true_coverage: TrueCoverage = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Test exceptions for their rate and for independence."""
    (hits,) = _columns(file, ["exception"])
    row = _tested(file, hits, coverage, true_coverage)
    print_one(row, f"Exceptions at {coverage:g} coverage", as_json, as_csv)


@app.command(epilog=examples("rmot capital backtest intervals.csv --coverage 0.95 --json"))
def backtest(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CSV", help="File with columns outcome, lower, upper, and date if wished."
        ),
    ],
    coverage: Coverage = 0.99,
    true_coverage: TrueCoverage = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Hold outcomes against their stated intervals, and test the exceptions."""
    from rmot.regulation import backtest as held

    outcomes, lower, upper = _columns(file, ["outcome", "lower", "upper"])
    try:
        found = held(outcomes, lower, upper, coverage=coverage)
    except DataError as error:
        raise DataError(f"{file.name}: {error}") from None
    row = {"below": found.below, "above": found.above, "mean_width": found.mean_width}
    row = _tested(file, found.is_exception, coverage, true_coverage) | row
    print_one(row, f"Intervals of {coverage:g} coverage", as_json, as_csv)


def _columns(file: Path, names: Sequence[str]) -> list[list[float]]:
    """Read columns of numbers; days must be in order where the file has them."""
    from rmot.regulation.dates import as_day

    lines = read_rows(file, names)
    found: list[list[float]] = [[] for _ in names]
    before = None
    for number, line in enumerate(lines, start=2):
        where = f"{file.name}, line {number}"
        if "date" in line:
            day = as_day(line["date"], f"the date of {where}")
            if before is not None and day <= before:
                said = "comes twice" if day == before else f"follows {before}"
                raise DataError(f"{where}: expected days in order, each once; {day} {said}")
            before = day
        for column, name in zip(found, names, strict=True):
            column.append(read_number(line[name], where))
    return found


def _tested(
    file: Path, sequence: ArrayLike, coverage: float, true_coverage: float | None
) -> dict[str, Any]:
    from rmot.regulation import (
        christoffersen,
        detection_power,
        exception_rate_interval,
        kupiec,
        least_observations,
    )
    from rmot.regulation import traffic_light as light
    from rmot.regulation.independence import exception_sequence

    try:
        hits = exception_sequence(sequence)
        clusters = christoffersen(hits, coverage)
    except DataError as error:
        raise DataError(f"{file.name}: {error}") from None
    count, days = int(hits.sum()), hits.size
    rate, zone = kupiec(count, days, coverage), light(count, days, coverage)
    lower, upper = exception_rate_interval(count, days)
    other = round(1 - 5 * (1 - coverage), 12) if true_coverage is None else true_coverage
    power = needed = None
    if true_coverage is not None or other > 0:
        power = detection_power(days, coverage, other)
        needed = least_observations(coverage, other)
    return {
        "observations": days,
        "exceptions": count,
        "zone": zone.zone,
        "amber_from": zone.amber_from,
        "red_from": zone.red_from,
        "rate_lower_95": lower,
        "rate_upper_95": upper,
        "kupiec_statistic": rate.statistic,
        "kupiec_p_value": rate.p_value,
        "exact_p_value": rate.exact_p_value,
        "independence_statistic": clusters.independence.statistic,
        "independence_p_value": clusters.independence.p_value,
        "independence_exact_p_value": clusters.independence.exact_p_value,
        "independence_testable": "yes" if clusters.testable else "no",
        "conditional_coverage_statistic": clusters.conditional_coverage.statistic,
        "conditional_coverage_p_value": clusters.conditional_coverage.p_value,
        "conditional_coverage_exact_p_value": clusters.conditional_coverage.exact_p_value,
        "true_coverage": other if power is not None else None,
        "power_against_true_coverage": power,
        "days_for_power_of_95": needed,
    }
