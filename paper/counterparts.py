"""Which table or figure answers which of the sources', or why none can: `counterparts.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rmot.errors import DataError

COUNTERPARTS = Path(__file__).parent / "counterparts.toml"


@dataclass(frozen=True)
class Counterpart:
    """One table or figure of a source, and where ours is.

    Attributes
    ----------
    source : str
        Number of the document, ``"002"``.
    item : str
        As the source numbers it, ``"Table 3"``.
    title : str
        What it shows, in our words.
    ours : tuple of str
        Names of figures, and of tables in ``results/tables`` or ``results/benchmarks``.
    label : tuple of str
        Where these stand in the article; what it does not show has none.
    remark : str
        One sentence on how the two compare.
    absent : str
        One sentence why there can be none; then `ours` is empty.

    Raises
    ------
    DataError
        There is a counterpart and a reason for none, or neither; or a sentence is none.
    """

    source: str
    item: str
    title: str
    ours: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    remark: str = ""
    absent: str = ""

    def __post_init__(self) -> None:
        name = f"{self.source} {self.item}"
        if bool(self.ours) == bool(self.absent):
            raise DataError(f"{name}: expected either `ours` or `absent`; got both or neither")
        if self.label and not self.ours:
            raise DataError(f"{name}: expected no `label` without `ours`; got {self.label}")
        for sentence in (self.absent, self.remark):
            if sentence and not (sentence.isascii() and sentence.endswith(".")):
                raise DataError(
                    f"{name}: expected an ASCII sentence with a full stop; got {sentence!r}"
                )


def load(path: Path = COUNTERPARTS) -> list[Counterpart]:
    """Read all entries, in the file's order.

    Raises
    ------
    DataError
        An entry is malformed, or an item stands twice.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["item"]
        found = [Counterpart(**_tuples(entry)) for entry in entries]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"expected entries [[item]] in {path}; {error}") from None
    names = [(entry.source, entry.item) for entry in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"expected each item once in {path}; got twice {twice}")
    return found


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    """Let a name alone stand for a list of one."""
    return {
        name: ((value,) if isinstance(value, str) else tuple(value))
        if name in {"ours", "label"}
        else value
        for name, value in entry.items()
    }
