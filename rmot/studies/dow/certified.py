"""Certificates of the upper bounds of DIA's calls from its constituents alone, in rationals.

Each hedge holds up to thirty names' options, priced at the intervals of European prices that the
quotes allow, as `dow_quotes` lists them; `proofs_check/verify.py` checks it from these alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.errors import RmotError
from rmot.payoffs import basket_call
from rmot.studies.dow.bounds import constituents, of_basket
from rmot.studies.dow.quotes import TREATMENTS
from rmot.studies.study import Config, parse
from rmot.transport import ExactHedge, exact_hedge, listed_quotes, save_hedges

STRIKES = {"quick": 2, "full": 5, "deep": 39}


def run(config: Config) -> list[ExactHedge]:
    """Make the hedges of some of DIA's strikes; the input is ``quotes``."""
    quotes = pd.read_csv(config.inputs["quotes"])
    names, weights, each = constituents(quotes, TREATMENTS[0])
    assets = [listed_quotes(one, name=name) for one, name in zip(each, names, strict=True)]
    strikes = np.exp(of_basket(quotes)["log_moneyness"].to_numpy())
    places = np.linspace(0, strikes.size - 1, min(STRIKES[config.profile], strikes.size) + 2)
    chosen = strikes[np.round(places[1:-1]).astype(int)]
    return [exact_hedge(basket_call(weights, float(strike)), assets) for strike in chosen]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--input quotes=PATH --output NAME.json``."""
    config, output = parse(arguments)
    try:
        save_hedges(output, run(config))
    except RmotError as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")


if __name__ == "__main__":
    main()
