"""How the command line speaks: tables for people, JSON and CSV for machines, remarks on stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def say(text: str) -> None:
    """Print a remark where it does not mix with results."""
    print(text, file=sys.stderr)


def print_rows(
    rows: Sequence[Mapping[str, Any]],
    title: str,
    as_json: bool = False,
    as_csv: bool = False,
    shown: Sequence[str] | None = None,
) -> None:
    """Print rows as a table of the columns `shown` (all by default), or whole as JSON or CSV."""
    if as_json:
        print(json.dumps(list(rows), indent=1))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(title=title, title_justify="left", box=None)
        shown = shown or list(rows[0])
        for index, name in enumerate(shown):
            numeric = all(isinstance(row[name], float | int | None) for row in rows)
            justify = "right" if numeric else "left"
            table.add_column(name.replace("_", " "), justify=justify, no_wrap=index == 0)
        for row in rows:
            table.add_row(*(_cell(row[name]) for name in shown))
        Console().print(table)


def print_one(row: Mapping[str, Any], title: str, as_json: bool, as_csv: bool) -> None:
    """Print one row, for people with a line for each of its columns."""
    if as_json or as_csv:
        print_rows([row], title, as_json, as_csv)
    else:
        lines = [{"": name.replace("_", " "), " ": value} for name, value in row.items()]
        print_rows(lines, title)


def _cell(value: Any) -> str:
    if value is None:
        return "--"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
