"""The `rmot` command, one module for each group of its subcommands.

Bad input ends with one line on standard error and exit status 2.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from rmot import __version__
from rmot.cli import (
    alpha_calibration,
    archive,
    basket,
    bounds,
    calibration,
    capital,
    capital_backtest,
    capital_report,
    claims,
    correlation,
    data,
    demo,
    martingale,
    neural,
    neural_published,
    pricing,
    spread,
    surface,
)
from rmot.cli.output import FLAG, examples, unwrapped
from rmot.errors import RmotError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=examples(
        "rmot demo", "rmot price --maturity 0.5", "rmot surface spx.csv.gz", "rmot bounds --help"
    )
    + "\n\nA file of option quotes is read in any of five formats: docs/own_data.md.",
)
PANELS = {
    "Quotes and models": (demo, surface, calibration, pricing),
    "Bounds": (bounds, martingale, basket),
    "Several assets": (correlation, spread, alpha_calibration),
    "The artifact": (claims, archive),
}
for panel, groups in PANELS.items():
    for group in groups:
        for command in group.app.registered_commands:
            command.rich_help_panel = panel
        app.registered_commands += group.app.registered_commands
neural.app.registered_commands += neural_published.app.registered_commands
app.add_typer(neural.app, name="neural", rich_help_panel="Quotes and models")
for group in (capital_backtest, capital_report):
    capital.app.registered_commands += group.app.registered_commands
app.add_typer(capital.app, name="capital", rich_help_panel="Capital")
app.add_typer(data.app, name="data", rich_help_panel="The artifact")
for each in (app, neural.app, capital.app, data.app):
    for command in each.registered_commands:
        # Lines as long as the terminal is wide, not as the source's are.
        command.help = unwrapped(command.callback)


def main() -> None:
    """Entry point: errors of input and of usage become one line and status 2."""
    # Systems of a few hundred unknowns: threads wait for each other longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        status = app(prog_name="rmot", standalone_mode=False)
        sys.stdout.flush()
    except RmotError as error:
        print(f"rmot: {error}", file=sys.stderr)
        sys.exit(2)
    except typer.TyperException as error:
        # Without a message a group has been called alone, and its help is printed.
        if message := error.format_message().strip():
            context = getattr(error, "ctx", None)
            command = "rmot" if context is None else context.command_path
            stop = "" if message.endswith((".", "?", ")")) else "."
            print(f"rmot: {message}{stop} Try '{command} --help'.", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"rmot: cannot print the result; {error.strerror}", file=sys.stderr)
        # what is left in the buffer would be tried again at the end
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"rmot {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version and exit.",
            metavar=FLAG,
        ),
    ] = False,
) -> None:
    """Calibrate rough volatility, bound prices by optimal transport, check claims on both.

    Results go to standard output, remarks to standard error. Bad input is one line and status 2.
    `rmot --install-completion` makes the shell complete commands and options.
    """
