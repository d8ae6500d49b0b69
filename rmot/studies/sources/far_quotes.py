"""Far options of four funds, foretold from quotes near the money: 002's Figure 5.

At the expiry that stands for one month the quotes within a tenth of the forward are fitted, by
rough Heston without mean reversion and by one volatility; those beyond are foretold. Errors are of
the out-of-the-money option's price, relative to the middle of its bid and ask.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market import OptionSurface
from rmot.numerics import black_otm
from rmot.studies.chains import european_surface
from rmot.studies.extrapolation.competitors import fitted, predicted
from rmot.studies.extrapolation.quotes import Split, splits
from rmot.studies.study import Config, main

HALF_WIDTH = 0.1
TRADING_DAYS = 21
MODELS = {"rough_heston": "rough_heston_each", "black_scholes": "black_scholes"}
"""What each is called among `rmot.studies.extrapolation.competitors`."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each quote beyond the half width; inputs are chains by name.

    A name without quotes on both wings at such an expiry is left out, and said so.

    Raises
    ------
    DataError
        No name has them.
    """
    tables = []
    for name, path in config.inputs.items():
        surface = european_surface(path)
        try:
            split = next(
                one for one in splits(surface, config.profile) if one.trading_days == TRADING_DAYS
            )
        except (DataError, StopIteration):
            print(f"{name}: no expiry of {TRADING_DAYS} days with wings", file=sys.stderr)
            continue
        tables.append(_foretold(name, surface, split))
    if not tables:
        raise DataError(f"expected far quotes of one name or more; got none of {[*config.inputs]}")
    return pd.concat(tables, ignore_index=True)


def _foretold(name: str, surface: OptionSurface, split: Split) -> pd.DataFrame:
    inside = split.inside(HALF_WIDTH)
    smile = split.smile
    far = smile.rows(np.flatnonzero(np.abs(smile.log_moneyness) > HALF_WIDTH))
    k, maturity = far.log_moneyness, far.maturity
    bid, ask = (
        black_otm(k, volatility, maturity)
        for volatility in (far.bid_volatility, far.ask_volatility)
    )
    middle = 0.5 * (bid + ask)
    columns = {}
    shown = replace(surface, slices=(inside,))
    for key, competitor in MODELS.items():
        (model,) = set(fitted(competitor, shown).models)
        volatility = np.full(k.shape, np.nan) if model is None else predicted(model, k, maturity)
        # a price too small to have a volatility is none
        found = np.isfinite(volatility)
        price = np.where(found, black_otm(k, np.where(found, volatility, 1.0), maturity), 0.0)
        columns[f"{key}_error"] = np.nan if model is None else price / middle - 1.0
    return pd.DataFrame(
        {
            "name": name,
            "expiry": far.expiry.isoformat(),
            "maturity": maturity,
            "fitted_quotes": len(inside),
            "log_moneyness": k,
            "relative_half_spread": 0.5 * (ask - bid) / middle,
            **columns,
            "data": surface.source.kind,
            "data_sha256": surface.source.sha256,
        }
    )


if __name__ == "__main__":
    main(run)
