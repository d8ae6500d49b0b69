"""Laws of consecutive expiries in convex order, nearest to the mids: what had to move, and how far.

An index option's expiry and the next one admit a martingale between them if calls on the second
cost no less, per forward, than those on the first. Mids need not; within bid and ask some laws do.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.errors import InfeasibleQuotes
from rmot.market import marginals_in_convex_order, read_chain
from rmot.studies.study import Config, main

PAIRS = {"quick": 6, "full": 60, "deep": 60}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a pair of consecutive expiries; inputs are chains."""
    rows = []
    for name, path in config.inputs.items():
        surface = read_chain(path).surface()
        # of two settlements on one day the first is kept
        slices = list({smile.expiry: smile for smile in reversed(surface.slices)}.values())[::-1]
        count = min(PAIRS[config.profile], len(slices) - 1)
        for place in np.unique(np.linspace(0, len(slices) - 2, count).astype(int)):
            first, second = slices[place], slices[place + 1]
            row = {
                "underlying": name,
                "first": first.label,
                "second": second.label,
                "quotes": len(first.log_moneyness) + len(second.log_moneyness),
                "data": surface.source.kind,
                "data_sha256": surface.source.sha256,
            }
            try:
                laws = marginals_in_convex_order(first, second)
            except InfeasibleQuotes:
                rows.append(row | {"is_feasible": False})
                continue
            broken = laws.at_mids.counts()
            row |= {"is_feasible": True, "butterflies": broken["butterfly"]}
            row |= {"calendars": broken["calendar"]}
            row |= {"moved": sum(move.n_moved for move in laws.moves)}
            rows.append(row | {"largest_move": max(move.largest for move in laws.moves)})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
