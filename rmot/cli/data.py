"""`rmot data list` and `rmot data verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from rmot.cli.output import Csv, Json, print_rows

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
