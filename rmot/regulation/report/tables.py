"""Tables of a page and how numbers stand in them; every cell is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_LONG = 40
MISSING = "\u2013"


class Cell(NamedTuple):
    """A cell's text; numbers stand at the right, and `mark` is a class of the style sheet."""

    text: str
    number: bool = False
    mark: str = ""


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table that scrolls by itself where a screen is narrow."""
    numeric = [all(row[at].number for row in rows) for at in range(len(heads))] if rows else []
    top = "".join(
        f'<th scope="col"{" class=num" if at < len(numeric) and numeric[at] else ""}>'
        f"{escape(head)}</th>"
        for at, head in enumerate(heads)
    )
    body = "".join(f"<tr>{''.join(_cell(c, at) for at, c in enumerate(row))}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def words(text: object, mark: str = "") -> Cell:
    """Return a cell of text."""
    said = str(text)
    return Cell(said, mark=mark or ("long" if len(said) > _LONG else ""))


def money(value: float) -> Cell:
    """Return an amount of currency, whole."""
    if not math.isfinite(value):
        return Cell("unbounded" if value > 0 else MISSING, True)
    return Cell(f"{round(value) + 0:,}".replace("-", "\u2212"), True)


def decimal(value: float | None, digits: int = 4) -> Cell:
    """Return a number with so many decimals."""
    if value is None or not math.isfinite(value):
        return Cell("unknown" if value is not None and math.isinf(value) else MISSING, True)
    shown = f"{value:.{digits}f}".replace("-", "\u2212")
    return Cell(shown if shown.strip("\u22120.") else shown.lstrip("\u2212"), True)


def units(value: float) -> Cell:
    """Return a number of units bought or sold; nothing for none."""
    return Cell(f"{value:,.1f}".replace("-", "\u2212") if value else "", True)


def percent(value: float, digits: int = 2) -> Cell:
    """Return a share as percent."""
    if not math.isfinite(value):
        return Cell(MISSING, True)
    return Cell(f"{100 * value:.{digits}f}%".replace("-", "\u2212"), True)


def small(value: float) -> Cell:
    """Return a number with three significant digits."""
    return Cell(f"{value:.3g}" if math.isfinite(value) else MISSING, True)


def whole(value: float) -> Cell:
    """Return a count."""
    return Cell(f"{value:,.0f}", True)


def verdict(good: bool, yes: str = "yes", no: str = "no") -> Cell:
    """Return a yes or no, told apart by word and weight and not by colour alone."""
    return Cell(yes if good else no, mark="yes" if good else "no")


def _cell(cell: Cell, at: int) -> str:
    classes = " ".join(name for name in ("num" if cell.number else "", cell.mark) if name)
    attribute = f' class="{classes}"' if classes else ""
    if at == 0:
        return f'<th scope="row"{attribute}>{escape(cell.text)}</th>'
    return f"<td{attribute}>{escape(cell.text)}</td>"
