"""The sources' tables and figures, item by item, with ours beside them: a table over many pages."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pandas as pd

from paper.counterparts import COUNTERPARTS, Counterpart, load
from rmot.artifact.files import atomic_write
from rmot.artifact.formats import escape, significant, with_error
from rmot.artifact.programs import reported
from rmot.errors import DataError
from rmot.studies.sources import lines

HEADS = ("Row", "Quantity", "Printed", "Here", "Of")
COLUMNS = (
    r"@{}>{\raggedright\arraybackslash}p{0.27\textwidth}"
    r">{\raggedright\arraybackslash}p{0.285\textwidth}rrc@{}"
)
# What is said of many lines is said once, behind a letter.
LETTERS = (*ascii_lowercase, *(2 * letter for letter in ascii_lowercase))
# What rounding leaves of numbers near one.
NOTHING = 1e-13
# Whole numbers below are counts.
MOST_COUNTED = 1e6
_FEW, _CLOSE = 3, 1e-2
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")
_WITH_EXPONENT = re.compile(_NUMBER.pattern + r"[eE][-+]?\d+")
_INFINITE = {"inf": r"$\infty$", "": "--"}


def longtable(entries: list[Counterpart], table: pd.DataFrame) -> str:
    """Set each item: what it is, where ours is, their numbers line by line.

    Parameters
    ----------
    entries : list of Counterpart
    table : DataFrame
        Lines of all sources, in columns `rmot.studies.sources.lines.COLUMNS`.

    Raises
    ------
    DataError
        There are lines of an item that has no entry.
    """
    by_item: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in table.to_dict("records"):
        by_item.setdefault((row["source"], row["item"]), []).append(row)
    if unknown := sorted(set(by_item) - {(entry.source, entry.item) for entry in entries}):
        raise DataError(f"expected an entry for each item with lines; there is none for {unknown}")
    heads = " & ".join(HEADS) + r" \\"
    told = [
        rf"\begin{{longtable}}{{{COLUMNS}}}",
        rf"\toprule {heads} \midrule \endhead",
        r"\bottomrule \endfoot",
    ]
    for entry in entries:
        rows = by_item.get((entry.source, entry.item), [])
        notes = _notes(rows)
        told.append(_across(_heading(entry, notes)) + (r"\\*[3pt]" if rows else r"\\"))
        told += _set(rows, notes)
        told.append(r"\addlinespace")
    return "\n".join([*told, r"\end{longtable}"]) + "\n"


def _across(text: str) -> str:
    column = r"@{}>{\raggedright\arraybackslash}p{\textwidth}@{}"
    return rf"\multicolumn{{{len(HEADS)}}}{{{column}}}{{{text}}}"


def _heading(entry: Counterpart, notes: dict[str, str]) -> str:
    where = ", ".join(rf"\cref{{{label}}}" for label in entry.label)
    files = ", ".join(rf"\texttt{{{escape(name)}}}" for name in entry.ours)
    parts = [rf"\textbf{{{entry.source}, {entry.item}.}} {escape(entry.title)}."]
    if entry.ours:
        parts.append(f"Here {where} ({files})." if where else f"Here {files}.")
    parts += [escape(sentence) for sentence in (entry.absent, entry.remark) if sentence]
    if notes:
        said = "; ".join(rf"\textit{{{letter}}}~{escape(of)}" for of, letter in notes.items())
        parts.append(f"{said}.")
    return " ".join(parts)


def _notes(rows: list[dict[Any, Any]]) -> dict[str, str]:
    """Return a letter for each thing that is said of lines: their data, unit and remark."""
    told = dict.fromkeys(of for row in rows if (of := _of(row)))
    return {of: LETTERS[number] for number, of in enumerate(told)}


def _of(row: dict[Any, Any]) -> str:
    kind = row["data"].replace(lines.NO_DATA, "")
    head = ", ".join(word for word in (kind, row["unit"]) if word)
    return ": ".join(word for word in (head, row["remark"]) if word)


def _set(rows: list[dict[Any, Any]], notes: dict[str, str]) -> list[str]:
    """Set an item's lines; a row's name is not said again."""
    told = []
    name = ""
    for row in rows:
        cells = (
            escape(row["row"]) if row["row"] != name else "",
            escape(row["column"]),
            _printed(row["published"]),
            _ours(row),
            rf"\textit{{{notes[of]}}}" if (of := _of(row)) else "",
        )
        told.append(" & ".join(cells) + r" \\")
        name = row["row"]
    return told


def _printed(text: str) -> str:
    if text in _INFINITE:
        return _INFINITE[text]
    if _NUMBER.fullmatch(text):
        return f"${text}$"
    # hyphens of numbers with an exponent are signs
    return text.replace("-", "$-$") if _WITH_EXPONENT.fullmatch(text) else escape(text)


def _ours(row: dict[Any, Any]) -> str:
    value, error = float(row["ours"]), float(row["error"])
    if pd.isna(value):
        return "--"
    if abs(value) < NOTHING:
        return "$0$"
    if not error > 0 and value.is_integer() and abs(value) < MOST_COUNTED:
        return f"${int(value)}$"
    # an error too small to see would only lengthen the number
    seen = error > max(1e-4 * abs(value), 1e-12)
    if seen:
        return f"${with_error(value, error)}$"
    return f"${significant(value, _digits(row['published'], value))}$"


def _digits(printed: str, value: float) -> int:
    """Return how many digits to show: three, and as many as are printed where ours is close."""
    try:
        close = abs(value - float(printed)) <= _CLOSE * abs(value)
    except ValueError:
        return _FEW
    digits = len(re.sub(r"[eE].*|[-+.]", "", printed).lstrip("0"))
    return max(_FEW, digits) if close else _FEW


def main() -> None:
    """Read ``--lines LINES.csv --output ITEMS.tex``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--counterparts", type=Path, default=COUNTERPARTS)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with reported("source_items"):
        text = longtable(load(options.counterparts), lines.load(options.lines))
        with atomic_write(options.output) as handle:
            handle.write(text)


if __name__ == "__main__":
    main()
