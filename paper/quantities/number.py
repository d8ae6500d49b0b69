"""One number of the article: its macro, its value, how it reads, and the data behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rmot.artifact.formats import significant

# Kind of data of what the sources print: no market data, real or synthetic.
PRINTED = "printed"
# And of models whose parameters a seed draws.
DRAWN = "drawn"


@dataclass(frozen=True)
class Number:
    """One number of the article.

    Attributes
    ----------
    macro : str
        Name of the LaTeX macro, without backslash.
    value : float
    text : str
        What the macro expands to (in math mode).
    tolerance : float
        Largest change of the value that still counts as the same result.
    data : str
        Hash of the data file it rests on.
    kind : str
        ``"real"``, ``"synthetic"``, ``"printed"`` or ``"drawn"``.
    """

    macro: str
    value: float
    text: str
    tolerance: float
    data: str
    kind: str

    def __post_init__(self) -> None:
        if not self.tolerance >= 0.0:
            raise ValueError(f"{self.macro}: expected a tolerance >= 0; got {self.tolerance}")


@dataclass(frozen=True)
class Source:
    """The data that numbers share, and the word that their macros begin with."""

    word: str
    data: str
    kind: str

    @classmethod
    def of_row(cls, row: dict[Any, Any]) -> Source:
        """Take the data of a row, and its underlying as the word."""
        return cls(str(row["underlying"]).capitalize(), row["data_sha256"], row["data"])

    @classmethod
    def of_table(cls, word: str, table: pd.DataFrame) -> Source:
        """Take the data of all rows: one hash of several files' hashes; synthetic if any is."""
        hashes = sorted(set(table["data_sha256"]))
        joined = hashlib.sha256("".join(hashes).encode()).hexdigest()
        kinds = sorted(set(table["data"]))
        # of "drawn", "real" and "synthetic" the last says most
        return cls(word, hashes[0] if len(hashes) == 1 else joined, kinds[-1])

    def number(self, name: str, value: float, text: str, tolerance: float) -> Number:
        """Make a number of this data."""
        return Number(self.word + name, float(value), text, float(tolerance), self.data, self.kind)

    def count(self, name: str, value: float, tolerance: float = 0.0) -> Number:
        """Make a number that counts."""
        return self.number(name, int(value), str(int(value)), tolerance)

    def measured(self, name: str, value: float, relative: float, digits: int = 2) -> Number:
        """Make a number that may change by a share of itself."""
        return self.number(name, value, significant(value, digits), relative * abs(value))
