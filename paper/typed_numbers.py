r"""No result is typed by hand: digits that stand in the article's prose and are no macro.

Results are macros. What else has digits in a sentence is mathematics (displays, proofs, exponents,
indices, coefficients and whole numbers up to two), a date, a name, a place in a document, or says
what it is: ``\printed{120}`` is a source's number, and must stand among the transcribed ones;
``\setting{0.10}`` is what an experiment was told.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from paper.article import PAPER, section_files, text_of
from rmot.errors import DataError

TRANSCRIBED = PAPER.parent / "proofs_check"

MATHEMATICS = "equation|align|gather|theorem|letteredtheorem|proposition|corollary|proof"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = r"\d+(?:[.,]\d+)*"
_PLACE = rf"\(?[A-Z]?\.?{_NUMBER}\)?"
_PASSAGES = [
    # what is no sentence
    rf"\\begin\{{({MATHEMATICS})\*?\}}.*?\\end\{{\1\*?\}}",
    r"\\\[.*?\\\]",
    r"\\(?:label|[cC]ref|eqref|pageref|input|madeby|program|discussed|decided|begin|end|texttt)"
    r"(?:\[[^]]*\])?\{[^}]*\}",
    r"\\cite[pt]?(?:\[[^]]*\])*\{[^}]*\}",
    r"\\includegraphics(?:\[[^]]*\])?\{[^}]*\}",
    r"\\(?:setlength|addtolength)\{[^}]*\}\{[^}]*\}",
    # dates
    rf"(?:\d{{1,2}}(?:(?:, \d{{1,2}})* and \d{{1,2}})?\s)?(?:{MONTHS})(?: of)?(?:\s\d{{4}})?",
    r"\b(?:19|20)\d\d\b",
    # places in the sources, in the standard and in this text
    rf"(?:[Tt]able|[Ff]igure|[Ss]ection|[Tt]heorem|[Ll]emma|[Aa]lgorithm|[Dd]efinition|[Ee]quation|"
    rf"[Aa]ppendix|[Cc]orollary|[Ss]tep|[Mm]ode)s?[~\s]{_PLACE}(?:(?:,| and| to) {_PLACE})*",
    rf"(?<![\d.])00[0-4]\b(?:,\s{_NUMBER}|\s\({_NUMBER}(?:, {_NUMBER})*\))?",
    rf"\(?MAR{_NUMBER}(?:\(\d+\))?\)?",
    # names: of claims, of markets
    r"\b[A-Z]+\d+\b",
    # numbers that say what they are
    r"\\(?:printed|setting)\{(?:[^{}]|\{[^{}]*\})*\}",
]
_STRUCTURE = [
    r"[\^_](?:\{[^{}]*(?:\{[^{}]*\})*[^{}]*\}|\\?\w)",
    r"\\[td]?frac(?:\d\d|\d\{[^{}]*\}|\{[^{}]*\}\{[^{}]*\})",
    # coefficients, and the smallest whole numbers
    r"(?<![\d.])\d+(?=(?:\\,)?\\?[A-Za-z(])",
    r"(?<![\d.])[0-2](?![\d.]?\d)",
]


def prose(text: str) -> str:
    """Blank in a section all that a number typed by hand cannot stand in."""
    for passage in _PASSAGES:
        text = re.sub(passage, _blank, text, flags=re.DOTALL)
    text = re.sub(r"\$[^$]*\$", _formula, text)
    return re.sub(r"\\[A-Za-z]+", _blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _formula(match: re.Match[str]) -> str:
    text = match[0]
    for structure in _STRUCTURE:
        text = re.sub(structure, _blank, text)
    return text


def typed_numbers(text: str) -> Iterator[tuple[int, str]]:
    """Give each number that should be a macro: where it begins, and what it is."""
    for match in re.finditer(rf"(?<![\d.#]){_NUMBER}", prose(text)):
        yield match.start(), match[0]


def printed_numbers(text: str) -> list[str]:
    """List what the text says that a source prints."""
    return re.findall(r"\\printed\{([^}]*)\}", text)


def transcribed_numbers(folder: Path = TRANSCRIBED) -> set[str]:
    """Gather all numbers of the transcribed tables and of the ledger's data."""
    files = [*folder.glob("tables/*.csv"), *folder.glob("claims/*.toml")]
    return {
        _plain(number)
        for path in files
        for number in re.findall(r"\d+(?:\.\d+)?", path.read_text(encoding="utf-8"))
    }


def _plain(number: str) -> str:
    return repr(float(number.replace(",", "")))


def check(paper: Path = PAPER) -> None:
    """Look through all sections.

    Raises
    ------
    DataError
        Numbers typed by hand, or said to be printed in a source where no transcription has them,
        each with its file.
    """
    known = transcribed_numbers()
    wrong = []
    for path in section_files(paper):
        text = text_of(path)
        wrong += [
            f"{path.name}, line {1 + text.count(chr(10), 0, start)}: {number} is typed by hand"
            for start, number in typed_numbers(text)
        ]
        wrong += [
            f"{path.name}: {number} is said to be printed, and no transcription has it"
            for number in printed_numbers(text)
            if _plain(number) not in known
        ]
    if wrong:
        raise DataError(
            "expected results as macros, and other numbers by kind (\\printed, \\setting):\n  "
            + "\n  ".join(wrong)
        )


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        check()
    except DataError as error:
        sys.exit(str(error))
