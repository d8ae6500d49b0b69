"""Half SPX, half NDX at the strikes of 001's Table 3, under one volatility an asset.

With one correlation Black and Scholes have a price and no interval. The interval here is that of
the past year's correlation, with 95% confidence, each asset at its volatility at the money.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.models import BlackScholes
from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES
from rmot.studies.capital.copulas import copula_range
from rmot.studies.capital.markets import POINTS, index_market
from rmot.studies.study import Config, main
from rmot.transport import smile_quantile


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each strike of ``published``; other inputs are those of `index_market`."""
    strikes = read_csv(config.inputs["published"])["moneyness"].to_numpy(dtype=float)
    book = replace(
        INDICES, strikes=tuple(strikes), shares=tuple(np.full(strikes.size, 1.0 / strikes.size))
    )
    market = index_market(config)
    past = market.past
    found = copula_range(
        methods.BLACK_PAST,
        f"{past.level:.0%} interval of {past.observations} days",
        book,
        [smile_quantile(BlackScholes(volatility=v), market.maturity) for v in market.volatilities],
        (past.lower, past.correlation, past.upper),
        POINTS[config.profile],
        config.seed,
    )
    return pd.DataFrame(
        {
            "strike": strikes,
            "lower": found.lower,
            "price": found.price,
            "upper": found.upper,
            "error": found.error,
            "correlation_lower": past.lower[0, 1],
            "correlation": past.correlation[0, 1],
            "correlation_upper": past.upper[0, 1],
            "data": market.data,
            "data_sha256": market.data_sha256,
        }
    )


if __name__ == "__main__":
    main(run)
