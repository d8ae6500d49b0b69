r"""All claims with their verdicts: a table over many pages, their counts, and macros for each.

``\discussed{C014}`` in the text expands to what the check gave, so prose cannot disagree with it.
"""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from rmot.artifact.files import atomic_write, read_csv
from rmot.artifact.formats import escape
from rmot.artifact.programs import reported

VERDICTS = ("verified", "corrected", "refuted", "inconsistent", "untestable")
METHODS = ("symbolic", "certified", "numeric", "statistical", "reading")
HEADS = ("", "Where", "Claim", "Verdict", "Method")
# Widths of the text in its columns; the rest are as wide as what stands in them.
COLUMNS = (
    r"@{}l>{\raggedright\arraybackslash}p{0.17\textwidth}"
    r">{\raggedright\arraybackslash}p{0.46\textwidth}ll@{}"
)


def longtable(table: pd.DataFrame) -> str:
    """Set the rows of `proofs_check.collect`, a group to each source."""
    heads = " & ".join(HEADS) + r" \\"
    lines = [
        rf"\begin{{longtable}}{{{COLUMNS}}}",
        rf"\toprule {heads} \midrule \endhead",
        r"\bottomrule \endfoot",
    ]
    rows = table.astype(object).where(table.notna(), "").to_dict("records")
    for source, group in groupby(rows, key=lambda row: row["source"]):
        lines.append(rf"\multicolumn{{{len(HEADS)}}}{{@{{}}l}}{{{_source(source)}}} \\*[2pt]")
        lines += [_line(row) for row in group]
        lines.append(r"\addlinespace")
    return "\n".join([*lines, r"\end{longtable}"]) + "\n"


def summary(table: pd.DataFrame) -> str:
    """Count verdicts and methods, a row to each source and one for all."""
    rows = [(_number(str(name)), group) for name, group in table.groupby("source", sort=False)]
    kinds = [("verdict", VERDICTS), ("method", METHODS)]
    heads = [rf"\rotatebox{{70}}{{{name}}}" for _, names in kinds for name in names]
    columns = r"@{\quad}".join(["@{}lr", *("r" * len(names) for _, names in kinds)]) + "@{}"
    lines = [
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        " & ".join(["Source", "claims", *heads]) + r" \\",
        r"\midrule",
    ]
    for name, group in [*rows, ("all", table)]:
        counts = [int((group[column] == each).sum()) for column, names in kinds for each in names]
        if name == "all":
            lines.append(r"\addlinespace")
        lines.append(
            " & ".join([name, str(len(group)), *(str(n or "--") for n in counts)]) + r" \\"
        )
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def verdicts(table: pd.DataFrame) -> str:
    r"""Define what ``\discussed`` and ``\decided`` are made of, by claim.

    ``place@C045`` is source and location, ``told@C045`` verdict and method.
    """
    lines = []
    for row in table.astype(object).where(table.notna(), "").to_dict("records"):
        source = _number(row["source"])
        told = {
            "place": f"{source}, {escape(row['location'])}",
            "told": f"{_verdict(row)}, {row['method']}",
        }
        lines += [
            rf"\expandafter\def\csname {kind}@{row['claim']}\endcsname{{{text}}}"
            for kind, text in told.items()
        ]
    return "\n".join(lines) + "\n"


def _number(source: str) -> str:
    return source[:3] if source[:3].isdigit() else "here"


def _source(name: str) -> str:
    return rf"\texttt{{{escape(name)}}}" if name[:3].isdigit() else escape(name.capitalize())


def _line(row: dict[Any, Any]) -> str:
    verdict = _verdict(row) + (r"$^\dagger$" if row["fallen"] else "")
    cells = (escape(row["claim"]), escape(row["location"]), _breakable(row["statement"]), verdict)
    return " & ".join([*cells, row["method"]]) + r" \\"


def _verdict(row: dict[Any, Any]) -> str:
    return row["verdict"] + (r"$^*$" if row["status"] == "not run" else "")


def _breakable(text: str) -> str:
    """Escape, and let formulas without blanks be broken behind signs."""
    return escape(text).replace("*", r"*\allowbreak{}").replace("/", r"/\allowbreak{}")


@reported()
def main() -> None:
    """Read ``--ledger PATH.csv --output LIST.tex --summary COUNTS.tex --verdicts MACROS.tex``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--summary", type=Path, required=True)
    parser.add_argument("--verdicts", type=Path, required=True)
    options = parser.parse_args()
    table = read_csv(options.ledger)
    written = {options.output: longtable, options.summary: summary, options.verdicts: verdicts}
    for path, write in written.items():
        with atomic_write(path) as handle:
            handle.write(write(table))


if __name__ == "__main__":
    main()
