"""How the command line speaks: tables for people, JSON and CSV for machines, remarks on stderr."""

from __future__ import annotations

import csv
import inspect
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Annotated, Any

import typer

from rmot.errors import ParameterError

OUTPUT = "Output"
"""The panel of the options that say what is printed or written, and how."""

FLAG = ""
"""The metavar of an option that takes no value."""


def _alone(context: typer.Context, asked: bool) -> bool:
    if asked and (context.params.get("as_json") or context.params.get("as_csv")):
        raise ParameterError("expected one of --json and --csv; got both")
    return asked


Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON, every digit.",
        metavar=FLAG,
        rich_help_panel=OUTPUT,
        callback=_alone,
    ),
]
Csv = Annotated[
    bool,
    typer.Option(
        "--csv",
        help="Print CSV, every digit.",
        metavar=FLAG,
        rich_help_panel=OUTPUT,
        callback=_alone,
    ),
]


def examples(*commands: str) -> str:
    """Return what a command's help ends with: calls that can be copied, a line each."""
    return "\n\n".join(["Examples:", *(f"$ {command}" for command in commands)])


def unwrapped(command: Callable[..., Any] | None) -> str:
    """Return a docstring with each paragraph on one line."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def say(text: str) -> None:
    """Print a remark where it does not mix with results."""
    print(text, file=sys.stderr)


def print_rows(
    rows: Sequence[Mapping[str, Any]],
    title: str,
    as_json: bool = False,
    as_csv: bool = False,
    shown: Sequence[str] | None = None,
    aligned: bool = True,
    digits: int = 6,
) -> None:
    """Print rows as a table of the columns `shown` (all by default), or whole as JSON or CSV.

    A column of numbers that are alike has its decimal points under each other; not so where
    `aligned` is false, for rows that are different quantities. The largest has `digits` digits.
    """
    if as_json:
        print(json.dumps(list(rows), indent=1))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        from rich.console import Console
        from rich.table import Table

        shown = shown or list(rows[0])
        console = Console()
        if title:
            # A title of its own: that of a table is folded to the table's width.
            console.print(title, style="italic", highlight=False, soft_wrap=True)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        columns = []
        for name in shown:
            values = [row[name] for row in rows]
            columns.append(_aligned(values, digits) if aligned else [_cell(v) for v in values])
        heads = [name.replace("_", " ") for name in shown]
        if sum(_width(*pair) + 2 for pair in zip(heads, columns, strict=True)) > console.width + 2:
            # folded here, as Rich would rather cut words
            pairs = zip(heads, columns, strict=True)
            heads = [fill(head, _width("", [*cells, *head.split()])) for head, cells in pairs]
        for index, (name, head) in enumerate(zip(shown, heads, strict=True)):
            numeric = all(isinstance(row[name], float | int | None) for row in rows)
            table.add_column(head, justify="right" if numeric else "left", no_wrap=index == 0)
        for cells in zip(*columns, strict=True):
            table.add_row(*cells)
        console.print(table)


def print_one(row: Mapping[str, Any], title: str, as_json: bool, as_csv: bool) -> None:
    """Print one row, for people with a line for each of its columns."""
    if as_json or as_csv:
        print_rows([row], title, as_json, as_csv)
    else:
        lines = [{"": name.replace("_", " "), " ": value} for name, value in row.items()]
        print_rows(lines, title, aligned=False)


def _aligned(values: Sequence[Any], digits: int) -> list[str]:
    """Write a column with one number of decimals, unless that hides the smaller ones."""
    numbers = [abs(value) for value in values if isinstance(value, float) and value]
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        return [_cell(value, digits) for value in values]
    decimals = digits - 1 - math.floor(math.log10(max(numbers)))
    if decimals > digits + 3:
        return [f"{v:.2e}" if isinstance(v, float) and v else _cell(v, digits) for v in values]
    decimals = max(decimals, 0)
    if min(numbers) < 10.0 ** (1 - decimals):
        return [_cell(value, digits) for value in values]
    texts = {v: f"{v:.{decimals}f}" for v in values if isinstance(v, float)}
    while decimals and all(text.endswith("0") for text in texts.values()):
        decimals -= 1
        texts = {value: f"{value:.{decimals}f}" for value in texts}
    return [texts[v] if isinstance(v, float) else _cell(v, digits) for v in values]


def _width(head: str, cells: Sequence[str]) -> int:
    return max(map(len, [head or " ", *cells]))


def _cell(value: Any, digits: int = 6) -> str:
    if value is None:
        return "--"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)
