"""Certificates of the upper bounds of DIA's calls from its constituents alone, in rationals.

Each hedge holds up to thirty names' options, priced at the intervals of European prices that the
quotes allow, as `dow_quotes` lists them; `proofs_check/verify.py` checks it from these alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rmot.artifact.files import read_csv
from rmot.artifact.programs import reported
from rmot.payoffs import basket_call
from rmot.studies.dow.bounds import constituents, of_basket
from rmot.studies.dow.quotes import TREATMENTS
from rmot.studies.study import Config, parse
from rmot.transport import ExactHedge, exact_hedge, listed_quotes, save_hedges

STRIKES = {"quick": 2, "full": 5, "deep": 39}


def run(config: Config) -> list[ExactHedge]:
    """Make the hedges of some of DIA's strikes; the input is ``quotes``."""
    quotes = read_csv(config.inputs["quotes"])
    names, weights, each = constituents(quotes, TREATMENTS[0])
    assets = [listed_quotes(one, name=name) for one, name in zip(each, names, strict=True)]
    strikes = np.exp(of_basket(quotes)["log_moneyness"].to_numpy())
    places = np.linspace(0, strikes.size - 1, min(STRIKES[config.profile], strikes.size) + 2)
    chosen = strikes[np.round(places[1:-1]).astype(int)]
    return [exact_hedge(basket_call(weights, float(strike)), assets) for strike in chosen]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--input quotes=PATH --output NAME.json``."""
    config, output = parse(arguments)
    with reported():
        save_hedges(output, run(config))


if __name__ == "__main__":
    main()
