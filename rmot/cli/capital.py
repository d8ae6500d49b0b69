"""`rmot capital`: Basel's market-risk formulas on files of observations and losses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.csv_files import read_number, read_rows
from rmot.cli.output import FLAG, Csv, Json, examples, print_one, print_rows
from rmot.errors import DataError

app = typer.Typer(
    help="Apply Basel's market-risk rules to files and portfolios.",
    no_args_is_help=True,
    epilog=examples("rmot capital report book.toml --output report.html")
    + "\n\nParagraphs are those of the Basel Framework; docs/regulation.md explains each rule.",
)

Coverage = Annotated[
    float, typer.Option(metavar="SHARE", help="Of days without exception, if all is right.")
]

_KINDS = ("credit", "equity", "other")


@app.command(epilog=examples("rmot capital eligibility dates.csv --period-end 2025-12-31"))
def eligibility(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CSV", help="File with a column date, and risk_factor where it has several."
        ),
    ],
    period_end: Annotated[str, typer.Option(metavar="DATE", help="Last day of the twelve months.")],
    several_a_day: Annotated[
        bool,
        typer.Option("--several-a-day", metavar=FLAG, help="Days may come again, and count once."),
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Say whether risk factors are modellable (MAR31.13)."""
    from rmot.regulation import is_modellable

    lines = read_rows(file, ["date"])
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


@app.command(epilog=examples("rmot capital stress losses.csv"))
def stress(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CSV", help="File with columns kind (credit, equity, other) and loss."
        ),
    ],
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Aggregate stress losses of non-modellable factors (MAR33.17)."""
    from rmot.regulation import stress_capital

    losses: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for number, line in enumerate(read_rows(file, ["kind", "loss"]), start=2):
        if line["kind"] not in losses:
            raise DataError(
                f"{file.name}, line {number}: expected a kind among {', '.join(_KINDS)}; got "
                f"{line['kind']!r}"
            )
        loss = read_number(line["loss"], f"{file.name}, line {number}")
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
    print_one(row, "Stress capital", as_json, as_csv)


@app.command(
    epilog=examples(
        "rmot capital traffic-light 5",
        "rmot capital traffic-light 12 --observations 500 --coverage 0.975 --json",
    )
)
def traffic_light(
    exceptions: Annotated[int, typer.Argument(metavar="EXCEPTIONS", help="How many.")],
    observations: Annotated[int, typer.Option(metavar="DAYS", help="How many.")] = 250,
    coverage: Coverage = 0.99,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Say in which zone a number of exceptions lies (MAR32, MAR99)."""
    from rmot.regulation import traffic_light as light

    found = light(exceptions, observations, coverage)
    print_one(vars(found), "Traffic light", as_json, as_csv)


@app.command(epilog=examples("rmot capital add-on --exotic 50e6 --other 100e6 --other 20e6"))
def add_on(
    exotic: Annotated[
        list[float] | None,
        typer.Option(
            metavar="AMOUNT", help="Gross notional of an exotic underlying; may come again."
        ),
    ] = None,
    other: Annotated[
        list[float] | None,
        typer.Option(
            metavar="AMOUNT", help="Gross notional with other residual risks; may come again."
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Print the standardised approach's residual risk add-on (MAR23.8)."""
    from rmot.regulation import residual_risk_add_on

    found = residual_risk_add_on(exotic=exotic or [], other=other or [])
    print_one(vars(found), "Residual risk add-on", as_json, as_csv)
