"""The `rmot` command, one module for each group of its subcommands.

Bad input ends with one line on standard error and exit status 2.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from rmot import __version__
from rmot.cli import (
    alpha_calibration,
    basket,
    bounds,
    calibration,
    capital,
    capital_backtest,
    capital_report,
    claims,
    correlation,
    data,
    martingale,
    neural,
    neural_published,
    pricing,
    spread,
    surface,
)
from rmot.errors import RmotError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for group in (
    surface,
    pricing,
    calibration,
    bounds,
    martingale,
    basket,
    spread,
    correlation,
    alpha_calibration,
    claims,
):
    app.registered_commands += group.app.registered_commands
app.add_typer(data.app, name="data")
neural.app.registered_commands += neural_published.app.registered_commands
app.add_typer(neural.app, name="neural", help="A learned volatility law; needs rmot[neural].")
for group in (capital_backtest, capital_report):
    capital.app.registered_commands += group.app.registered_commands
app.add_typer(capital.app, name="capital", help="Basel's market-risk rules.")


def main() -> None:
    """Entry point: errors of ours become one line and status 2."""
    # Systems of a few hundred unknowns: threads wait for each other longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except RmotError as error:
        print(f"rmot: {error}", file=sys.stderr)
        sys.exit(2)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="And exit.")
    ] = False,
) -> None:
    """Rough volatility and optimal-transport price bounds."""
