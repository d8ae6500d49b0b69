"""`rmot data list`, `rmot data verify` and `rmot data fetch`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmot.cli.output import Csv, Json, print_rows, say
from rmot.errors import DataError, MissingData, RmotError

if TYPE_CHECKING:
    from rmot.market.fetch import Fetched
    from rmot.market.registry import Dataset

_TICKER = re.compile(r"\^?[A-Z][A-Z0-9.-]{0,9}")

app = typer.Typer(help="The registered market data.", no_args_is_help=True)


@app.command("list")
def data_list(as_json: Json = False, as_csv: Csv = False) -> None:
    """List the registered files and whether they are here."""
    from rmot.market.registry import datasets, locate

    rows = [
        {
            "id": dataset.id,
            "here": "yes" if locate(dataset.id) else "no",
            "reader": dataset.reader,
            "licence": dataset.licence,
            "repository": dataset.repository,
            "description": dataset.description,
        }
        for dataset in datasets().values()
    ]
    shown = ("id", "here", "reader", "licence")
    print_rows(rows, "Registered data", as_json, as_csv, shown=shown)


@app.command("verify")
def data_verify(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all by default.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Hold the files that are here against their registered hashes; status 1 if one differs."""
    from rmot.market.registry import verify

    rows = [
        {
            "id": status.id,
            "status": status.state,
            "expected": status.expected,
            "found": status.found or "",
        }
        for status in verify(names or None)
    ]
    print_rows(rows, "Data against the registry", as_json, as_csv, shown=("id", "status"))
    if any(row["status"] == "different" for row in rows):
        raise typer.Exit(1)


@app.command("fetch")
def data_fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Datasets, or tickers such as SPY; all datasets by default."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder; by default RMOT_DATA, or the checkout's.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(envvar="RMOT_DATA_URL", help="A mirror instead of GitHub.")
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Fetch files from their public repositories, or today's chains of tickers from Yahoo.

    Each registered file comes from its repository at its recorded commit and must have the
    registered hash; what is already here and right is left alone. Tickers need the extra "live";
    their chains go to the folder live/. Status 1 if one fails.
    """
    from rmot.market.registry import datasets

    table = datasets()
    asked = list(names or table)
    tickers = [name for name in asked if name not in table and _TICKER.fullmatch(name)]
    unknown = [name for name in asked if name not in table and name not in tickers]
    if unknown:
        raise DataError(f"expected the id of a dataset or a ticker; {unknown[0]!r} is neither")
    root = _folder(output)
    done = _fetched([table[name] for name in asked if name in table], tickers, root, url)
    rows = [{"id": each.id, "status": each.state, "detail": each.detail} for each in done]
    print_rows(rows, "Fetched", as_json, as_csv, shown=("id", "status"))
    for each in done:
        if each.state in ("failed", "skipped"):
            say(f"{each.state}: {each.id}: {each.detail}")
    if any(each.state == "failed" for each in done):
        raise typer.Exit(1)


def _folder(output: Path | None) -> Path:
    from rmot.market.registry import data_root

    named = os.environ.get("RMOT_DATA")
    root = output or (Path(named).expanduser() if named else data_root())
    if root is None:
        raise MissingData("expected a folder for the data: set RMOT_DATA or give --output")
    return root


def _fetched(
    chosen: Sequence[Dataset], tickers: Sequence[str], root: Path, url: str | None
) -> list[Fetched]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from rmot.market.fetch import Fetched, fetch
    from rmot.market.live import fetch_live

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    done: list[Fetched] = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("fetching", total=len(chosen) + len(tickers))
        for each in fetch(chosen, root, url):
            done.append(each)
            progress.update(task, advance=1, description=each.id)
        for ticker in tickers:
            try:
                done.append(Fetched(ticker, "fetched", str(fetch_live(ticker, root / "live"))))
            except (RmotError, OSError) as error:
                done.append(Fetched(ticker, "failed", str(error)))
            progress.update(task, advance=1, description=ticker)
    return done
