"""What each passage of a source comes to: claims of the ledger, claims still open, or no claim.

`exclusions.toml` lists the passages in the order of the sources, which is the order in which the
ledger is printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from proofs_check.ledger import FOLDER, Entry
from rmot.artifact.files import read_toml
from rmot.errors import DataError

EXCLUSIONS = FOLDER / "exclusions.toml"
_KINDS = "Table|Figure|Theorem|Lemma|Definition|Proposition|Remark|Assumption|Algorithm"
_LABEL = re.compile(
    rf"^(?:{_KINDS}) (?:B\.)?\d+(?:\.\d+)?|^[A-H]\.\d|^\d\.\d(?:\.\d)?|\(\d+(?:\.\d+)?\)"
)


@dataclass(frozen=True)
class Passage:
    """A numbered part or a sentence of a source: the claims it makes, or why it makes none."""

    source: str
    at: str
    claims: tuple[str, ...] = ()
    excluded: str = ""


@dataclass(frozen=True)
class Open:
    """A claim that no check decides yet: where it is made, and what it waits for."""

    claim: str
    source: str
    location: str
    statement: str
    waits_for: str


@dataclass(frozen=True)
class Passages:
    """All passages in the order of the sources.

    Attributes
    ----------
    files : dict of str to str
        File of each source.
    passages : tuple of Passage
    statements : dict of str to str
        In short, claims that wait for something larger than a check.
    waits_for : dict of str to str
        What a claim that is not in the ledger waits for.
    """

    files: Mapping[str, str]
    passages: tuple[Passage, ...]
    statements: Mapping[str, str]
    waits_for: Mapping[str, str]

    def named(self) -> set[str]:
        """Return the ids of all claims that a passage makes."""
        return {claim for passage in self.passages for claim in passage.claims}

    def open(self, ledger: Collection[str]) -> list[Open]:
        """List the claims that are named and do not stand in the ledger.

        Raises
        ------
        DataError
            One of them is not said to wait for anything.
        """
        found: dict[str, Open] = {}
        for passage in self.passages:
            for claim in passage.claims:
                if claim in ledger or claim in found:
                    continue
                if claim not in self.waits_for:
                    raise DataError(f"expected in exclusions.toml what {claim} waits for")
                file, statement = self.files[passage.source], self.statements.get(claim, "")
                found[claim] = Open(claim, file, passage.at, statement, self.waits_for[claim])
        return list(found.values())

    def order(self, entries: Sequence[Entry]) -> list[Entry]:
        """Put entries in the order in which the sources make the claims; our own come last."""

        def key(entry: Entry) -> tuple[bool, str, int, str]:
            source = entry.source[:3]
            where = {label for _, label in labels(entry.location, source)}
            made = [
                (passage.at not in where, place)
                for place, passage in enumerate(self.passages)
                if passage.source == source and entry.id in passage.claims
            ]
            place = min(made)[1] if made else len(self.passages)
            return not source.isdigit(), entry.source, place, entry.id

        return sorted(entries, key=key)


def load_passages(path: Path = EXCLUSIONS) -> Passages:
    """Read the map.

    Raises
    ------
    DataError
        It is not of its form, or a passage has neither claims nor a reason for none, or both.
    """
    content = read_toml(path, "passages")
    try:
        sources, groups = content["sources"], content.get("open", [])
        passages = tuple(
            Passage(
                source,
                _text(item["at"]),
                tuple(_text(claim) for claim in item.get("claims", ())),
                _text(item.get("excluded", "")),
            )
            for source, told in sources.items()
            for item in told["passages"]
        )
        files = {source: told["file"] for source, told in sources.items()}
        waits_for = {claim: group["waits_for"] for group in groups for claim in group["claims"]}
        statements = dict(content.get("statements", {}))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"expected passages in {path}; {error!r}") from None
    for passage in passages:
        if bool(passage.claims) == bool(passage.excluded):
            raise DataError(f"expected claims or a reason for none at {passage.at!r} in {path}")
    return Passages(files, passages, statements, waits_for)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text; got {value!r}")
    return value


def labels(location: str, source: str) -> list[tuple[str, str]]:
    """Find numbered equations, tables, theorems and sections in a location, with their source.

    A part behind a semicolon that begins with another source's number belongs to that one.

    >>> labels("Theorem 2.2, (5); 001 Lemma 3.7", "002")
    [('002', 'Theorem 2.2'), ('002', '(5)'), ('001', 'Lemma 3.7')]
    """
    found = []
    for part in location.split(";"):
        other = re.match(r"\s*(00\d)\b", part)
        here = other[1] if other else source
        bare = part[other.end() :] if other else part
        for place in bare.split(","):
            found += [(here, label) for label in _LABEL.findall(place.strip())]
    return found
