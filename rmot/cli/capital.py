"""`rmot capital`: Basel's market-risk formulas on files of observations, losses and exceptions."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.output import Csv, Json, print_rows
from rmot.errors import DataError, MissingData

app = typer.Typer(no_args_is_help=True)

Coverage = Annotated[float, typer.Option(help="Share of days without exception, if all is right.")]

_KINDS = ("credit", "equity", "other")


@app.command()
def eligibility(
    file: Annotated[
        Path, typer.Argument(help="CSV with a column date, and risk_factor where it has several.")
    ],
    period_end: Annotated[str, typer.Option(help="Last day of the twelve months.")],
    several_a_day: Annotated[
        bool, typer.Option("--several-a-day", help="Days may come again, and count once.")
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Say whether risk factors are modellable (MAR31.13)."""
    from rmot.regulation import is_modellable

    lines = _read(file, ["date"])
    dates: dict[str, list[str]] = {} if lines and "risk_factor" in lines[0] else {file.stem: []}
    for number, line in enumerate(lines, start=2):
        factor = line.get("risk_factor", file.stem)
        if not factor:
            raise DataError(f"{file.name}, line {number}: expected a risk_factor; got none")
        dates.setdefault(factor, []).append(line["date"])
    rows = []
    for factor, days in dates.items():
        try:
            found = is_modellable(days, period_end, several_a_day=several_a_day)
        except DataError as error:
            raise DataError(f"{file.name}, {factor}: {error}") from None
        window = found.failing_window
        rows.append(
            {
                "risk_factor": factor,
                "modellable": "yes" if found else "no",
                "criterion": found.criterion,
                "observations": found.count,
                "failing_window": None if window is None else f"{window.start} to {window.end}",
                "in_window": None if window is None else window.count,
                "period_start": str(found.start),
                "period_end": str(found.end),
            }
        )
    print_rows(rows, f"Eligibility to {rows[0]['period_end']}", as_json, as_csv, list(rows[0])[:6])


@app.command()
def stress(
    file: Annotated[
        Path, typer.Argument(help="CSV with columns kind (credit, equity, other), loss.")
    ],
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Aggregate losses under stress of factors that are not modellable (MAR33.17)."""
    from rmot.regulation import stress_capital

    losses: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for number, line in enumerate(_read(file, ["kind", "loss"]), start=2):
        if line["kind"] not in losses:
            raise DataError(
                f"{file.name}, line {number}: expected a kind among {', '.join(_KINDS)}; got "
                f"{line['kind']!r}"
            )
        loss = _number(line["loss"], f"{file.name}, line {number}")
        if not 0 <= loss < float("inf"):
            raise DataError(
                f"{file.name}, line {number}: expected a finite loss, not negative; got "
                f"{line['loss']}"
            )
        losses[line["kind"]].append(loss)
    found = stress_capital(losses["credit"], losses["equity"], losses["other"])
    row = {
        "idiosyncratic_credit": found.idiosyncratic_credit,
        "idiosyncratic_equity": found.idiosyncratic_equity,
        "other": found.other,
        "total": found.total,
        "risk_factors": sum(map(len, losses.values())),
        "sum_of_losses": sum(map(sum, losses.values())),
    }
    _print_one(row, "Stress capital", as_json, as_csv)


@app.command()
def traffic_light(
    exceptions: Annotated[int, typer.Argument(help="How many.")],
    observations: Annotated[int, typer.Option(help="Days.")] = 250,
    coverage: Coverage = 0.99,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Say in which zone a number of exceptions lies (MAR32, MAR99)."""
    from rmot.regulation import traffic_light as light

    found = light(exceptions, observations, coverage)
    _print_one(vars(found), "Traffic light", as_json, as_csv)


@app.command()
def coverage(
    file: Annotated[Path, typer.Argument(help="CSV with a column exception of 0 and 1, by day.")],
    coverage: Coverage = 0.99,
    true_coverage: Annotated[
        float | None,
        typer.Option(
            help="The lower one whose discovery has the power printed; unless given, that with five"
            " times as many exceptions."
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Test a sequence of exceptions for its rate and for independence."""
    from rmot.regulation import (
        christoffersen,
        detection_power,
        exception_rate_interval,
        kupiec,
        least_observations,
    )
    from rmot.regulation import traffic_light as light
    from rmot.regulation.independence import exception_sequence

    lines = _read(file, ["exception"])
    values = [
        _number(line["exception"], f"{file.name}, line {number}")
        for number, line in enumerate(lines, start=2)
    ]
    try:
        hits = exception_sequence(values)
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
    row = {
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
    _print_one(row, f"Exceptions at {coverage:g} coverage", as_json, as_csv)


@app.command()
def add_on(
    exotic: Annotated[
        list[float] | None, typer.Option(help="Gross notional of an exotic underlying; repeatable.")
    ] = None,
    other: Annotated[
        list[float] | None, typer.Option(help="Gross notional with other residual risks.")
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Print the residual risk add-on of the standardised approach (MAR23.8)."""
    from rmot.regulation import residual_risk_add_on

    found = residual_risk_add_on(exotic=exotic or [], other=other or [])
    _print_one(vars(found), "Residual risk add-on", as_json, as_csv)


def _print_one(row: Mapping[str, Any], title: str, as_json: bool, as_csv: bool) -> None:
    """Print one row, for people with a line for each of its columns."""
    if as_json or as_csv:
        print_rows([row], title, as_json, as_csv)
    else:
        lines = [{"": name.replace("_", " "), " ": value} for name, value in row.items()]
        print_rows(lines, title)


def _read(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file with a header that has these columns."""
    if not file.is_file():
        raise MissingData(f"expected a CSV file; {file} does not exist")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.DictReader(stream, restval="", skipinitialspace=True)
            missing = [name for name in columns if name not in (lines.fieldnames or [])]
            if missing:
                raise DataError(
                    f"{file.name}: expected a header with {', '.join(columns)}; got "
                    f"{', '.join(lines.fieldnames or []) or 'an empty file'}"
                )
            return [{k: v.strip() for k, v in line.items() if isinstance(v, str)} for line in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"expected a CSV file in UTF-8; {file.name}: {error}") from None


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{where}: expected a number; got {text!r}") from None
