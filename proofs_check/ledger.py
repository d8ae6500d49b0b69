"""Reading the ledger: the claims, the tables they rest on, and the verdicts last accepted.

`claims/` has a file for each topic, `tables/` what the sources print, with the hash of each.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs_check.graph import arrange
from rmot.artifact.files import read_toml
from rmot.errors import DataError, MissingData

FOLDER = Path(__file__).resolve().parent
CLAIMS = FOLDER / "claims"
TABLES = FOLDER / "tables"
_TEXTS = ("id", "source", "location", "statement", "verdict", "method")


@dataclass(frozen=True)
class Table:
    """A printed table of a source, transcribed: numbers only, with the hash of its bytes."""

    file: str
    text: str

    @property
    def sha256(self) -> str:
        """Hash of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def rows(self) -> list[dict[str, str]]:
        """Rows by column name, as the text they are printed in."""
        return list(csv.DictReader(io.StringIO(self.text)))


@dataclass(frozen=True)
class Claim:
    """What a check may see of a claim: its data and tables, never its verdict."""

    id: str
    topic: str
    data: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A claim as the ledger has it.

    Attributes
    ----------
    id, source, location, statement, topic : str
    verdict, method : str
        What the checks gave when the claim was last accepted.
    data : dict
        Numbers and formulas of the claim, as text.
    tables : dict of str to str
        File of each table the claim rests on.
    rests_on : tuple of str
        Ids of the claims that the source's own argument for this one uses.
    """

    id: str
    source: str
    location: str
    statement: str
    topic: str
    verdict: str
    method: str
    data: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """All entries, in order, and the recorded hash of each table."""

    entries: tuple[Entry, ...]
    hashes: Mapping[str, str]

    def topics(self) -> list[str]:
        """Return the topics, sorted."""
        return sorted({entry.topic for entry in self.entries})

    def claim(self, entry: Entry, folder: Path = TABLES) -> Claim:
        """Load a claim's tables, each held to its hash, and leave out the verdict.

        Raises
        ------
        MissingData
            A table is not there.
        DataError
            A table is not the one whose hash the ledger records.
        """
        tables = {name: self._table(file, folder) for name, file in entry.tables.items()}
        return Claim(entry.id, entry.topic, entry.data, tables)

    def _table(self, file: str, folder: Path) -> Table:
        path = folder / file
        if path.parent != folder:
            raise DataError(f"expected the name of a table in {folder.name}; got {file!r}")
        if not path.is_file():
            raise MissingData(f"expected the table {file}; it does not exist")
        table = Table(file, path.read_bytes().decode("utf-8"))
        if table.sha256 != self.hashes.get(file):
            raise DataError(
                f"expected {file} with sha256 {self.hashes.get(file)}; got {table.sha256}"
            )
        return table


def load(folder: Path = CLAIMS) -> Ledger:
    """Read the claims of all topics, in the order of their ids.

    Raises
    ------
    MissingData
        The folder has no claims.
    DataError
        A file is not of the ledger's form, an id stands twice, or a claim rests on one that is not
        there or on itself.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise MissingData(f"expected claims in {folder}; there are none")
    entries: list[Entry] = []
    for path in files:
        content = read_toml(path, "claims")
        try:
            entries += [_entry(path.stem, entry) for entry in content["claims"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"expected claims in {path}; {error}") from None
    names = [entry.id for entry in entries]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(f"expected each id once in {folder}; got twice {twice}")
    arrange({entry.id: entry.rests_on for entry in entries})
    hashes = read_toml(TABLES / "hashes.toml", "hashes of tables")
    return Ledger(tuple(sorted(entries, key=lambda entry: entry.id)), hashes)


def _entry(topic: str, fields: Mapping[str, Any]) -> Entry:
    rests_on = fields.get("rests_on", [])
    entry = Entry(topic=topic, **{**fields, "rests_on": _texts(rests_on, "rests_on")})
    _texts([vars(entry)[name] for name in _TEXTS], f"{', '.join(_TEXTS)} of {entry.id!r}")
    for name in ("data", "tables"):
        if not isinstance(vars(entry)[name], dict):
            raise TypeError(f"expected a table {name} of {entry.id}; got {vars(entry)[name]!r}")
    _texts(list(entry.tables.values()), f"tables of {entry.id}")
    return entry


def _texts(values: Any, name: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"expected texts for {name}; got {values!r}")
    return tuple(values)


def sha256(folder: Path = CLAIMS) -> str:
    """Return the hash of all claims as they are written."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.toml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
