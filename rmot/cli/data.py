"""`rmot data list`, `rmot data verify` and `rmot data fetch`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmot.cli.output import OUTPUT, Csv, Json, examples, print_rows, say
from rmot.errors import DataError, MissingData, RmotError

if TYPE_CHECKING:
    from rmot.market.fetch import Fetched
    from rmot.market.registry import Dataset

_TICKER = re.compile(r"\^?[A-Z][A-Z0-9.-]{0,9}")

app = typer.Typer(
    help="List, fetch and verify the registered market data.",
    no_args_is_help=True,
    epilog=examples("rmot data list", "rmot data fetch", "rmot data verify"),
)


@app.command("list", epilog=examples("rmot data list", "rmot data list --csv > registered.csv"))
def data_list(as_json: Json = False, as_csv: Csv = False) -> None:
    """List the registered files by origin: repository, commit, licence.

    JSON and CSV have the whole commit, the path in the repository and the hash too.
    """
    from rmot.market.registry import data_root, datasets, locate

    rows = [
        {
            "id": dataset.id,
            "here": "yes" if locate(dataset.id) else "no",
            "reader": dataset.reader,
            "licence": dataset.licence,
            "repository": dataset.repository,
            "commit": dataset.commit,
            "source_path": dataset.source_path,
            "sha256": dataset.sha256,
            "description": dataset.description,
        }
        for dataset in datasets().values()
    ]
    if as_json or as_csv:
        print_rows(rows, "", as_json, as_csv)
        return
    origins: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        origins.setdefault((row["repository"], row["commit"], row["licence"]), []).append(row)
    for (repository, commit, licence), files in origins.items():
        # A file that is no quotes says so in a sentence, of which the first word is enough here.
        shown = [{**row, "reader": row["reader"].partition(":")[0]} for row in files]
        title = f"{repository} at {commit[:12]}, licence: {licence}"
        print_rows(shown, title, shown=("here", "reader", "id"))
        print()
    here = sum(row["here"] == "yes" for row in rows)
    say(f"{len(rows)} files of {len(origins)} origins, {here} in {data_root() or 'no folder'}")


@app.command(
    "verify",
    epilog=examples("rmot data verify", "rmot data verify chains/cboe_20220204/spx_quotedata"),
)
def data_verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Datasets; all by default.")
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Hold files against their registered hashes; status 1 if one differs."""
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
    if any(row["status"] == "missing" for row in rows):
        say("`rmot data fetch` gets what is missing and public as it is")
    if any(row["status"] == "different" for row in rows):
        raise typer.Exit(1)


@app.command(
    "fetch",
    epilog=examples(
        "rmot data fetch",
        "rmot data fetch chains/cboe_20220204/spx_quotedata --output data",
        "rmot data fetch SPY ^SPX",
    ),
)
def data_fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|TICKER",
            help="Datasets, or tickers such as SPY; all datasets by default.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where to; by default RMOT_DATA, or the checkout's.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", envvar="RMOT_DATA_URL", help="A mirror instead of GitHub."),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Fetch files from their repositories, or today's chains of tickers.

    Each registered file comes from its repository at its recorded commit and must have the
    registered hash; what is already here and right is left alone. Tickers come from Yahoo,
    need the extra "live", and go to the folder live/. Status 1 if one fails.
    """
    from rmot.market.registry import datasets

    table = datasets()
    asked = list(names or table)
    tickers = [name for name in asked if name not in table and _TICKER.fullmatch(name)]
    unknown = [name for name in asked if name not in table and name not in tickers]
    if unknown:
        raise DataError(
            f"expected the id of a dataset or a ticker; {unknown[0]!r} is neither; "
            "`rmot data list` has all ids"
        )
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
    from rmot.artifact.systems import named_folder
    from rmot.market.registry import data_root

    named = os.environ.get("RMOT_DATA")
    root = output or (named_folder("RMOT_DATA", named) if named else data_root())
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
