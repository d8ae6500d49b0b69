"""The asset-days of a study: whole chains, days of last prices, and drawn ones for what is missing.

``python -m rmot.studies.asset_days.listing --case COUNT --output days.csv``, with the table of last
prices as ``--input last=PATH`` where it lies. Chains come first, then days of last prices, each in
the order of a hash. An asset-day that is drawn has no file; its data are called synthetic.
"""

from __future__ import annotations

import pandas as pd

from rmot.errors import ParameterError
from rmot.market import read_last_prices
from rmot.market.registry import datasets, locate
from rmot.market.synthetic import VALUATION
from rmot.studies.asset_days.chains import LAST_PRICES, AssetDay, chain_days, shuffled
from rmot.studies.study import Config, main

DRAWN = "drawn"
"""Instead of a dataset's id, of an asset-day without quotes of a market."""


def run(config: Config) -> pd.DataFrame:
    """List the first `config.case` asset-days, one row each in the order they are dealt to jobs.

    Raises
    ------
    ParameterError
        `config.case` is no positive number.
    """
    if not config.case.isdecimal() or int(config.case) < 1:
        raise ParameterError(f"expected the number of asset-days as the case; got {config.case!r}")
    count = int(config.case)
    days = list(chain_days(datasets().values(), locate))
    if len(days) < count and "last" in config.inputs:
        known = {(each.asset, each.day) for each in days}
        table = read_last_prices(config.inputs["last"]).table
        traded = sorted(set(zip(table["underlying"], table["date"], strict=True)))
        found = [AssetDay(asset, day.isoformat(), LAST_PRICES) for asset, day in traded]
        days += shuffled(each for each in found if (each.asset, each.day) not in known)
    drawn = range(1, count - len(days) + 1)
    valuation = VALUATION.date().isoformat()
    days += [AssetDay(f"MODEL{number:05d}", valuation, DRAWN) for number in drawn]
    return pd.DataFrame(days[:count], columns=AssetDay._fields)


if __name__ == "__main__":
    main(run)
