"""Numbers as a paper prints them, and tables of them in LaTeX (booktabs)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def fixed(value: float, digits: int) -> str:
    """Format with a fixed number of decimals; never "-0.00".

    >>> fixed(-0.0004, 2), fixed(1234.5678, 1)
    ('0.00', '1234.6')
    """
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("-") and float(text) == 0 else text


def significant(value: float, digits: int = 3) -> str:
    r"""Format with a number of significant digits, in LaTeX's powers of ten where that is shorter.

    >>> significant(0.012345), significant(4500.53, 6), significant(3.2e-9, 2)
    ('0.0123', '4500.53', '3.2 \\times 10^{-9}')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return r"\infty" if value > 0 else r"-\infty" if value < 0 else "--"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -4 <= exponent < 7:
        return f"{value:.{max(digits - 1 - exponent, 0)}f}"
    mantissa = value / 10.0**exponent
    return f"{mantissa:.{digits - 1}f} \\times 10^{{{exponent}}}"


def with_error(value: float, error: float) -> str:
    """Format a value to the digits its error allows, the error in units of the last digit.

    Two digits of the error are kept when they are below 20, one otherwise.

    >>> with_error(0.12345, 0.0123), with_error(0.12345, 0.0033), with_error(12.3, 4.0)
    ('0.123(12)', '0.123(3)', '12(4)')
    """
    if not (math.isfinite(error) and error > 0):
        return significant(value)
    exponent = math.floor(math.log10(error))
    if float(f"{error / 10.0**exponent:.1f}") < 2:
        exponent -= 1
    digits = max(-exponent, 0)
    scaled = round(error * 10.0**digits) if exponent <= 0 else round(error)
    return f"{fixed(value, digits)}({scaled})"


@dataclass(frozen=True)
class Column:
    """One column of a printed table: where it comes from, its head, and how a cell reads."""

    source: str
    head: str
    cell: Callable[[Any], str] | None = None
    """Formats the value; with None it is printed as escaped text."""
    error: str | None = None
    """Name of a column of standard errors, printed in parentheses behind the value."""
    align: str = "r"


def latex_table(table: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Set a table as a booktabs `tabular`.

    Missing values are printed as a dash.
    """
    lines = [
        rf"\begin{{tabular}}{{@{{}}{''.join(column.align for column in columns)}@{{}}}}",
        r"\toprule",
        " & ".join(column.head for column in columns) + r" \\",
        r"\midrule",
    ]
    for row in table.to_dict("records"):
        lines.append(" & ".join(_cell(row, column) for column in columns) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def _cell(row: dict[Any, Any], column: Column) -> str:
    value = row[column.source]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "--"
    if column.error is not None and not math.isnan(row[column.error]):
        return f"${with_error(value, row[column.error])}$"
    if column.cell is None:
        return escape(str(value))
    return f"${column.cell(value)}$"


def escape(text: str) -> str:
    r"""Escape what LaTeX would read as markup.

    >>> escape("50% of A&B_c")
    '50\\% of A\\&B\\_c'
    """
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)
