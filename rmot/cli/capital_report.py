"""`rmot capital report`: a portfolio's quotes, fits, bounds, hedges and capital as one page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmot.cli.output import OUTPUT, Csv, Json, examples, print_rows, say

if TYPE_CHECKING:
    from rmot.regulation import CapitalReport, Portfolio

app = typer.Typer()


@app.command(
    epilog=examples(
        "rmot capital report book.toml --output report.html --save report.json",
        "rmot capital report data/portfolios/index_baskets.toml --scenarios stress",
    )
)
def report(
    portfolio: Annotated[
        Path,
        typer.Argument(metavar="PORTFOLIO", help="TOML file; docs/regulation.md has the keys."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the page (HTML) here.", rich_help_panel=OUTPUT),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save all figures as JSON.", rich_help_panel=OUTPUT),
    ] = None,
    scenarios: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write each position's stress scenarios there.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    scenario_count: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Scenarios of a position at most; 0 writes all.",
            rich_help_panel=OUTPUT,
        ),
    ] = 100,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Which the file's paths may not leave; by default its own."
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Report a portfolio's capital, from its quotes to its charges.

    Data, fits, correlation, bounds and errors are on the page (002, section 6.3). A position that
    cannot be bounded is named, is in no total, and makes the status 1.
    """
    from rmot.regulation import Portfolio
    from rmot.regulation.report.page import write_page

    book = Portfolio.load(portfolio, root)
    found = _with_progress(book)
    if output is not None:
        write_page(found, output)
        say(f"page in {output}")
    if save is not None:
        found.save(save)
        say(f"figures in {save}")
    if scenarios is not None:
        _write_scenarios(found, scenarios, scenario_count)
    if as_json:
        print(json.dumps(found.to_dict(), indent=1, sort_keys=True, allow_nan=False))
    elif as_csv:
        print_rows(_positions(found), "", as_csv=True)
    else:
        _print_tables(found)
    for failure in found.failures:
        say(f"{failure.name}: in no total; {failure.reason}")
    if found.failures:
        raise typer.Exit(1)


def _with_progress(book: Portfolio) -> CapitalReport:
    from rich.console import Console
    from rich.progress import Progress

    from rmot.regulation import capital_report

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        return capital_report(
            book,
            lambda text, done, total: bar.update(
                task, description=text, completed=done, total=total
            ),
        )


def _write_scenarios(found: CapitalReport, folder: Path, count: int) -> None:
    for number, each in enumerate(found.positions, start=1):
        listed = each.scenarios
        assert listed is not None
        if 0 < count < len(listed):
            listed = listed.reduced(max(count, listed.fewest))
        plain = re.sub(r"[^A-Za-z0-9]+", "_", each.name).strip("_").lower()
        path = folder / f"{number:02d}_{plain}.csv"
        listed.save(path)
        say(f"{len(listed)} scenarios of {each.name} in {path}")


def _positions(found: CapitalReport) -> list[dict[str, Any]]:
    return [
        {
            "position": each.name,
            "side": each.side,
            "lower": each.ball.lower,
            "price": each.price,
            "upper": each.ball.upper,
            "charge": each.charge,
            "classical_charge": each.classical_charge,
            "modellable": each.modellable,
            "currency": found.currency,
            "data": found.data_kind,
        }
        for each in found.positions
    ]


def _print_tables(found: CapitalReport) -> None:
    from rmot.regulation.report.pieces import short

    money = found.currency
    rows: list[dict[str, Any]] = [
        {
            "position": f"{each.side} {each.name}",
            "lower": f"{each.ball.lower:.4f}",
            "price": f"{each.price:.4f}",
            "upper": f"{each.ball.upper:.4f}",
            "charge": short(each.charge),
            "classical": short(each.classical_charge),
            "NMRF": "no" if each.modellable else "yes",
        }
        for each in found.positions
    ]
    if rows:
        print_rows(rows, f"{found.name}, {found.close}, {found.data_kind} data; charges in {money}")
    capital = found.capital
    balls = (capital.ball, capital.either, capital.over_correlation)
    print_rows(
        [
            {
                "charge": each.kind,
                "sum": short(each.charges),
                "stress capital": short(each.stress_capital),
                "of notional": f"{each.share_of_notional:.3%}",
                "of premium": f"{each.share_of_premium:.2%}",
            }
            for each in (*balls, capital.classical, capital.classical_either, capital.shortfall)
        ],
        f"Stress capital of {capital.not_modellable} positions that may not be modelled, {money}",
    )
    say(f"residual risk add-on {capital.residual_risk:,.0f} {money}, beside it and without relief")
