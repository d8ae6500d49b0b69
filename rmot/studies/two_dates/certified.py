"""Certificates of classical bounds at two dates: hedges in rationals that dominate at all prices.

`proofs_check/verify_two_dates.py` checks them from what they say alone. Beside them stands a table
of the bounds themselves, which those with a prior are held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported
from rmot.studies.study import Config, parse
from rmot.studies.two_dates.bounds import classical_row, payoffs, smiles
from rmot.transport import (
    Quotes,
    classical_two_dates,
    save_two_date_certificates,
    two_date_certificate,
)
from rmot.transport.two_dates.bounds import of_classical_sides

TOLERANCE = 1e-6
"""Of hedges, per forward: a hundredth of a basis point, where tables print tenths."""


def run(config: Config) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Make both sides' certificates of every payoff, and a row; the input is the chain SPX."""
    _, first, second = smiles(config)
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    found, rows = [], []
    for name, payoff in payoffs().items():
        lower, upper = classical_two_dates(payoff, *quotes, tolerance=TOLERANCE)
        found.append(two_date_certificate(lower, payoff, quotes, "lower"))
        found.append(two_date_certificate(upper, payoff, quotes, "upper"))
        rows.append(classical_row(name, of_classical_sides(lower, upper, quotes)))
    return found, pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--input SPX=PATH --output NAME.json``; the table is NAME.csv."""
    config, output = parse(arguments)
    with reported():
        certificates, table = run(config)
        save_two_date_certificates(output, certificates)
        write_csv(output.with_suffix(".csv"), table)


if __name__ == "__main__":
    main()
