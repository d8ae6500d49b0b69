"""The source's model trained on realised variance of the S&P 500, and what its prices miss by.

The source has such a model ("Neural SDE (RV-trained)") and says "exponential weighting" of returns,
not which. Ours halves a squared return's weight in a session, over the nights too, and cuts the
result into sessions as bars of the VIX are cut.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rmot.market import History
from rmot.neural.published.initial_variance import calibrate_initial_variance
from rmot.neural.published.printed import MARKET
from rmot.neural.published.segments import YEAR, cut_segments
from rmot.neural.published.training import train
from rmot.studies.neural.published_data import VARIANTS, read_bars, training_of
from rmot.studies.neural.published_pricing import EACH, EXPIRIES, SPX, grid_of
from rmot.studies.neural.published_quotes import surface_of
from rmot.studies.study import Config, main

BARS = 7
"""Hourly bars of a session of the S&P 500."""
MODEL = "realised"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row an expiry, as `published_pricing` does; `price` are bars of the S&P 500."""
    bars = realised_bars(read_bars(config, "price"))
    fitted, held_out, _ = cut_segments(bars, length=BARS).split()
    found = train(training_of(VARIANTS["printed"], config.profile, config.seed), fitted, held_out)
    surface, grid = surface_of(config, SPX, EXPIRIES[config.profile]), grid_of(config)
    rows = []
    for smile in surface.slices:
        start = calibrate_initial_variance(found.module, MARKET.leverage, [smile], grid)
        rows.append(
            {
                "model": MODEL,
                "set": EACH,
                "maturity": smile.maturity,
                "initial_volatility": float(np.sqrt(start.initial_variance)),
                "error": start.error,
                "quotes": len(smile),
                "segments": len(fitted),
                "best_step": found.step,
            }
        )
    hashes = f"{bars.source.sha256} {surface.source.sha256}"
    kinds = sorted({bars.source.kind, surface.source.kind})
    return pd.DataFrame(rows).assign(data=kinds[-1], data_sha256=hashes)


def realised_bars(history: History) -> History:
    """Return bars whose close is realised volatility in per cent a year, as the VIX is quoted.

    The first bar, which has no return, is left out.
    """
    close = history.table["close"].to_numpy(float)
    stamps = pd.DatetimeIndex(history.table.index).as_unit("ns").asi8
    squares = pd.Series(np.diff(np.log(close)) ** 2)
    by_year = len(squares) * YEAR / (1e-9 * float(stamps[-1] - stamps[0]))
    variance = by_year * squares.ewm(halflife=BARS).mean().to_numpy()
    return replace(history, table=history.table.iloc[1:].assign(close=100.0 * np.sqrt(variance)))


if __name__ == "__main__":
    main(run)
