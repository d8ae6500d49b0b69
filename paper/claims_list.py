"""All claims with their verdicts, in the order of the sources, as a table over many pages."""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from rmot.artifact.files import atomic_write
from rmot.artifact.formats import escape

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


def _source(name: str) -> str:
    return rf"\texttt{{{escape(name)}}}" if name[:3].isdigit() else escape(name.capitalize())


def _line(row: dict[Any, Any]) -> str:
    verdict = row["verdict"] + (r"$^*$" if row["status"] == "not run" else "")
    verdict += r"$^\dagger$" if row["fallen"] else ""
    cells = (escape(row["claim"]), escape(row["location"]), _breakable(row["statement"]), verdict)
    return " & ".join([*cells, row["method"]]) + r" \\"


def _breakable(text: str) -> str:
    """Escape, and let formulas without blanks be broken behind signs."""
    return escape(text).replace("*", r"*\allowbreak{}").replace("/", r"/\allowbreak{}")


def main() -> None:
    """Read ``--ledger PATH.csv --output PATH.tex``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    text = longtable(pd.read_csv(options.ledger))
    with atomic_write(options.output) as handle:
        handle.write(text)


if __name__ == "__main__":
    main()
