"""Upper bounds of one call around a power law that is cut off, as the last node moves out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.payoffs import call
from rmot.studies.escaping_mass.laws import GIVEN, RADIUS, power_law, quotes_around, source
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared, KullbackLeibler, Prior, price_bounds

STRIKE = 1.5
NODES = {"quick": 6, "full": 19, "deep": 19}
_FIRST, _LAST = 3.0, 1e6


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a last node and set of quotes; the last node inf is the law itself."""
    rows = []
    for end in np.geomspace(_FIRST, _LAST, NODES[config.profile]):
        rows += _rows(power_law(config.profile, float(end), (STRIKE,), has_tail=False), float(end))
    # Payoffs are linear on the tail, which starts far beyond the strike.
    rows += _rows(power_law(config.profile, _LAST, (STRIKE,)), float("inf"))
    return pd.DataFrame(rows).assign(strike=STRIKE, radius=RADIUS, **source())


def _rows(prior: Prior, end: float) -> list[dict[str, object]]:
    rows = []
    for given in GIVEN:
        quotes = quotes_around(prior) if given == "quotes" else None
        found = [
            price_bounds(call(STRIKE), prior, quotes=quotes, divergence=ball, radius=RADIUS)
            for ball in (KullbackLeibler(), ChiSquared())
        ]
        rows.append(
            {
                "last_node": end,
                "given": given,
                "relative_entropy": found[0].upper,
                "chi_squared": found[1].upper,
                "gap": max(one.gap for one in found),
            }
        )
    return rows


if __name__ == "__main__":
    main(run)
