"""Certificates of classical bounds at two dates: hedges in rationals that dominate at all prices.

`proofs_check/verify_two_dates.py` checks them from what they say alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rmot.errors import RmotError
from rmot.studies.study import Config, parse
from rmot.studies.two_dates.bounds import payoffs, smiles
from rmot.transport import (
    Quotes,
    classical_two_dates,
    save_two_date_certificates,
    two_date_certificate,
)


def run(config: Config) -> list[dict[str, Any]]:
    """Make both sides' certificates of every payoff; the input is the chain SPX."""
    _, first, second = smiles(config)
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    found = []
    for payoff in payoffs().values():
        lower, upper = classical_two_dates(payoff, *quotes)
        found.append(two_date_certificate(lower, payoff, quotes, "lower"))
        found.append(two_date_certificate(upper, payoff, quotes, "upper"))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--input SPX=PATH --output NAME.json``."""
    config, output = parse(arguments)
    try:
        save_two_date_certificates(output, run(config))
    except RmotError as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")


if __name__ == "__main__":
    main()
