"""Smiles of one expiry a chain: quotes shown and held out, predictions, a ball's intervals."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.studies.extrapolation.coverage import PRINTED_LEVEL
from rmot.studies.extrapolation.intervals import BALL, main_rows
from rmot.studies.extrapolation.point_errors import INTERVALS, with_nearest
from rmot.studies.study import Config, main

TRADING_DAYS = 63
"""The expiry nearest to this horizon is drawn."""
PRIOR = "rough_heston_each"
_QUOTE = ["chain", "expiry", "settlement", "log_moneyness"]


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row for each model and quote, with the interval where one was asked for."""
    points = main_rows(with_nearest(config))
    away = (points["trading_days"] - TRADING_DAYS).abs()
    points = points.loc[away == away.groupby(points["chain"]).transform("min")]
    rows = read_csv(config.inputs[INTERVALS])
    rows = rows.loc[
        (rows["kind"] == BALL)
        & (rows["about"] == PRIOR)
        & ((rows["level"] - PRINTED_LEVEL).abs() < 1e-9)
    ]
    intervals = rows[[*_QUOTE, "chosen_on", "lower", "upper"]]
    columns = [
        *_QUOTE,
        *("maturity", "wing", "bid_volatility", "ask_volatility", "quoted_volatility"),
        *("model", "predicted_volatility", "data", "data_sha256"),
    ]
    return points[columns].merge(intervals, on=_QUOTE, how="left", validate="many_to_one")


if __name__ == "__main__":
    main(run)
