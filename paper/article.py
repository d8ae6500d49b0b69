"""The article's own text: its files in the order of reading, its floats and their marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAPER = Path(__file__).parent


@dataclass(frozen=True)
class Marked:
    """What a mark in the margin stands beside."""

    section: str
    """The file that has it, without its ending."""
    programs: tuple[str, ...]
    """Dotted names of modules."""
    label: str | None
    """Of the float; None where text is marked."""


def text_of(path: Path) -> str:
    """Read a file of the article without its comments, lines where they were."""
    return re.sub(r"(?<!\\)%.*", "", path.read_text(encoding="utf-8"))


def section_files(paper: Path = PAPER) -> list[Path]:
    """List the sections in the order in which `main.tex` has them."""
    names = re.findall(r"\\input\{sections/(\w+)\}", text_of(paper / "main.tex"))
    return [paper / "sections" / f"{name}.tex" for name in names]


_FLOAT = re.compile(r"\\begin\{(figure|table)\}.*?\\end\{\1\}", re.DOTALL)


def floats(text: str) -> Iterator[str]:
    """Give the source of each figure and table."""
    for match in _FLOAT.finditer(text):
        yield match[0]


def marks(path: Path) -> Iterator[Marked]:
    r"""Find each ``\madeby{...}`` of a file."""
    text = text_of(path)
    spans = [match.span() for match in _FLOAT.finditer(text)]
    for match in re.finditer(r"\\madeby\{([^}]*)\}", text):
        around = [text[start:end] for start, end in spans if start < match.start() < end]
        label = re.search(r"\\label\{([^}]+)\}", around[0]) if around else None
        yield Marked(path.stem, tuple(match[1].split(",")), label[1] if label else None)
