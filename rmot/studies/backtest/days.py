"""The option backtest, day by day: 002's section 5.7 on daily chains of SPY, QQQ, IWM and TLT.

Rough Heston is fitted each day. A radius comes from the moves into dates 2 to 20 and is judged on
the moves after. Pieces are kept by date, so that a killed run goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.artifact.fingerprint import code_hash
from rmot.artifact.profiles import results_folder
from rmot.artifact.records import Records, complete
from rmot.artifact.workers import half_the_cores, workers
from rmot.dependence import aligned_returns
from rmot.errors import DataError
from rmot.market import read_history, read_last_prices
from rmot.market.registry import sha256
from rmot.studies.backtest.laws import NAMES, PLACES, laws_of_day
from rmot.studies.backtest.levels import levels_of_day
from rmot.studies.backtest.moves import (
    STRIKES,
    basket_bounds_of_day,
    basket_of_day,
    bounds_of_day,
    moves_of_day,
)
from rmot.studies.backtest.rows import (
    basket_rows,
    level_rows,
    name_rows,
    radii_by_name,
    training_radius,
)
from rmot.studies.study import Config, main

TRAINED = 20
"""Dates, the first ones, that the radius may know."""
BASKET = "basket"
_POINTS = {"quick": 1 << 10, "full": 1 << 11, "deep": 1 << 13}
_PAST = 252

Task = Callable[[], Any]


def run(config: Config, folder: Path | None = None, processes: int = 1) -> pd.DataFrame:
    """Tabulate a row for each date, name and moneyness, and for the basket's strikes.

    Parameters
    ----------
    config : Config
        Inputs ``last`` and, by name, histories of SPY, QQQ, IWM and TLT.
    folder : Path, optional
        Where pieces are kept; by default the profile's results.
    processes : int
    """
    prices = read_last_prices(config.inputs["last"])
    correlation, histories = past_correlation(config, prices.table["date"].min())
    places = PLACES[config.profile]
    days: dict[Any, pd.DataFrame] = dict(iter(prices.table.groupby("date")))
    if len(days) <= TRAINED:
        raise DataError(f"expected more than {TRAINED} dates; got {len(days)}")
    key = f"{code_hash('rmot.studies.backtest.days')}-{_key(config, prices.source.sha256)}"
    records = Records(folder or results_folder(config.profile) / "backtest", key)
    dates = sorted(days)
    with workers(processes) as pool:
        make = partial(complete, records, executor=pool, progress=_progress)
        laws = list(
            make(
                {f"law-{date}": partial(laws_of_day, days[date], places) for date in dates}
            ).values()
        )
        points, seed = _POINTS[config.profile], config.seed
        steps = list(zip(dates[1:], laws[:-1], laws[1:], strict=True))
        moves = list(
            make({f"move-{date}": partial(moves_of_day, *two) for date, *two in steps}).values()
        )
        baskets = list(
            make(
                {
                    f"basket-{date}": partial(basket_of_day, *two, correlation, points, seed)
                    for date, *two in steps
                }
            ).values()
        )
        levels = list(
            make({f"level-{date}": partial(levels_of_day, *two) for date, *two in steps}).values()
        )
        trained = TRAINED - 1
        radii = radii_by_name(moves, len(places), trained)
        joint = [training_radius(baskets[:trained], at) for at in range(len(STRIKES))]
        ends = list(
            make(
                {
                    f"bounds-{date}": partial(bounds_of_day, today, move, balls)
                    for (date, today, _), move, balls in zip(steps, moves, radii, strict=True)
                }
            ).values()
        )
        joint_ends = list(
            make(
                {
                    f"basket-bounds-{date}": partial(
                        basket_bounds_of_day, today, correlation, points, seed, joint
                    )
                    for (date, today, _), basket in zip(steps, baskets, strict=True)
                    if "skipped" not in basket
                }
            ).items()
        )
    records.remove_others()
    rows = [
        *name_rows(steps, moves, ends, radii, trained),
        *basket_rows(steps, baskets, dict(joint_ends), joint, trained),
        *level_rows(steps, levels, trained),
    ]
    sources = [prices.source, *histories]
    return pd.DataFrame(rows).assign(
        dates=len(dates),
        # of "real", "synthetic" and "unregistered" the last says most
        data=max(each.kind for each in sources),
        data_sha256=prices.source.sha256,
        histories_sha256=" ".join(each.sha256 for each in histories),
    )


def past_correlation(config: Config, last: Any) -> tuple[list[list[float]], list[Any]]:
    """Return correlations of a year of daily returns up to a date, and the histories' sources.

    Raises
    ------
    DataError
        Fewer days than a year has.
    """
    histories = {name: read_history(config.inputs[name]) for name in NAMES}
    returns = aligned_returns(histories, end=f"{last}").to_numpy()[-_PAST:]
    if len(returns) < _PAST:
        raise DataError(f"expected {_PAST} returns up to {last}; got {len(returns)}")
    found = np.corrcoef(returns, rowvar=False)
    return found.tolist(), [history.source for history in histories.values()]


def _key(config: Config, last: str) -> str:
    inputs = [sha256(config.inputs[name]) for name in NAMES]
    return data_digest(last, inputs, config.profile, config.seed)[:16]


def _progress(name: str, done: int, total: int) -> None:
    print(f"{done}/{total} {name}", file=sys.stderr)


if __name__ == "__main__":
    main(partial(run, processes=half_the_cores()))
