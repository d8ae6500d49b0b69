r"""The list that marks in the margins lead to: each program, and what in the article it made."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from paper.article import PAPER, Marked, floats, marks, section_files, text_of
from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import DataError


def places(paper: Path = PAPER) -> dict[str, list[Marked]]:
    """Give for each program, by name, what is marked with it, in the order of reading.

    Raises
    ------
    DataError
        A figure or table has no mark, or a mark names no module.
    """
    found: dict[str, list[Marked]] = {}
    for path in section_files(paper):
        for body in floats(text_of(path)):
            if r"\madeby{" not in body:
                raise DataError(
                    f"expected a \\madeby{{...}} in each float; see {path.name}: {body}"
                )
        for mark in marks(path):
            for program in mark.programs:
                found.setdefault(program, []).append(mark)
    if unknown := [name for name in found if find_spec(name) is None]:
        raise DataError(f"expected names of modules in \\madeby; got {', '.join(unknown)}")
    return dict(sorted(found.items()))


def listing(found: dict[str, list[Marked]]) -> str:
    r"""Set the list: ``\program{name}``, then references to what it made."""
    lines = [r"\begin{description}", r"\setlength{\itemsep}{0pt}"]
    for program, made in found.items():
        labels = list(dict.fromkeys(mark.label for mark in made if mark.label))
        told = ", ".join(rf"\cref{{{label}}} (page~\pageref{{{label}}})" for label in labels)
        lines.append(rf"\item[\program{{{program}}}] {told or 'what the text says of it'}")
    return "\n".join([*lines, r"\end{description}"]) + "\n"


def main() -> None:
    """Read ``--output LIST.tex``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with reported("programs"):
        text = listing(places())
        with atomic_write(options.output) as handle:
            handle.write(text)


if __name__ == "__main__":
    main()
