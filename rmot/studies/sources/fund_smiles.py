"""Quotes of one fund and the rough Heston smiles fitted to all of its surface: 002's Figure 6.

The fit is the name's row in the portfolio's table, of one close. American quotes are intervals of
European volatilities. Where the fund is not quoted another name of the portfolio stands in.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from rmot.errors import MissingData
from rmot.studies.calibrated_smiles import GRID_POINTS
from rmot.studies.equal_weight.joint_law import fitted
from rmot.studies.study import Config, main
from rmot.studies.surfaces.portfolio import QUOTES_PER_SLICE, surface_of

DAYS = (30, 90, 180)
"""Expiries that are shown: those nearest to these days from the close."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate bid, ask and fit; inputs are one chain, by its name, and ``portfolio``.

    Rows of the grid have no bid and ask.

    Raises
    ------
    MissingData
        The portfolio has no fit of the name.
    """
    (name,) = [name for name in config.inputs if name != "portfolio"]
    models = fitted(config)
    if name not in models:
        raise MissingData(f"expected a fit of {name} in the portfolio; it has {sorted(models)}")
    surface = surface_of(config.inputs[name], QUOTES_PER_SLICE[config.profile])
    close = surface.valuation.date()
    chosen = {
        min(surface.slices, key=lambda one: abs(one.expiry - close - timedelta(days))).expiry
        for days in DAYS
    }
    tables = []
    for smile in surface.slices:
        if smile.expiry not in chosen:
            continue
        k = smile.log_moneyness
        points = np.concatenate([k, np.linspace(k[0], k[-1], GRID_POINTS)])
        nothing = np.full(GRID_POINTS, np.nan)
        tables.append(
            pd.DataFrame(
                {
                    "underlying": name,
                    "close": close.isoformat(),
                    "expiry": smile.expiry.isoformat(),
                    "settlement": smile.settlement,
                    "maturity": smile.maturity,
                    "log_moneyness": points,
                    "bid_volatility": np.concatenate([smile.bid_volatility, nothing]),
                    "ask_volatility": np.concatenate([smile.ask_volatility, nothing]),
                    "fitted_volatility": models[name].implied_volatility(points, smile.maturity),
                    "data": surface.source.kind,
                    "data_sha256": surface.source.sha256,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


if __name__ == "__main__":
    main(run)
