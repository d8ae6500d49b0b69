"""Knows how a docstring is laid out: paragraphs, then numpydoc's sections of items or of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

INHERITED = "Inherited attributes"
ITEMISED = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns")

_HEAD = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """One entry of an itemised section.

    Attributes
    ----------
    names : tuple of str
        The names that share the entry, without ``*``; in Returns what is returned.
    kind : str
        What follows the colon: type and shape.
    text : str
        What it means, with its unit.
    """

    names: tuple[str, ...]
    kind: str
    text: str


@dataclass(frozen=True)
class Docstring:
    """A docstring taken apart.

    Attributes
    ----------
    summary : str
        Its first paragraph.
    text : str
        What stands between the summary and the first section.
    sections : dict of str to tuple of Item or str
        By heading, in order: items where the section has them, else text.
    """

    summary: str
    text: str
    sections: dict[str, tuple[Item, ...] | str]

    def described(self, *sections: str) -> set[str]:
        """Return the names that these sections have entries for."""
        found: set[str] = set()
        for name in sections:
            items = self.sections.get(name, ())
            found.update(each for item in items if isinstance(item, Item) for each in item.names)
        return found


def parse(text: str) -> Docstring:
    """Take apart a docstring whose indentation is removed (`inspect.cleandoc`)."""
    parts = _HEAD.split(text)
    summary, _, rest = parts[0].strip().partition("\n\n")
    sections = {
        name: _items(body) if name in ITEMISED else body.strip("\n")
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }
    return Docstring(summary.replace("\n", " "), rest.strip("\n"), sections)


def with_inherited(line: Sequence[Docstring]) -> Docstring:
    """Return the first docstring, with the attributes that only those after it describe."""
    first, *bases = line
    known = first.described("Parameters", "Attributes")
    found: list[Item] = []
    for base in bases:
        for name in ("Parameters", "Attributes"):
            items = base.sections.get(name, ())
            new = [each for each in items if isinstance(each, Item) and not {*each.names} <= known]
            known.update(name for each in new for name in each.names)
            found += new
    return replace(first, sections=first.sections | {INHERITED: tuple(found)}) if found else first


def _items(body: str) -> tuple[Item, ...]:
    found: list[tuple[str, list[str]]] = []
    for line in body.strip("\n").splitlines():
        if line and not line.startswith(" "):
            found.append((line, []))
        elif found:
            found[-1][1].append(line.strip())
    items = []
    for head, lines in found:
        names, _, kind = head.partition(" : ")
        shared = tuple(name.strip().lstrip("*") for name in names.split(","))
        items.append(Item(shared, kind, " ".join(lines).strip()))
    return tuple(items)
