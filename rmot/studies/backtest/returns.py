"""002's protocol on daily returns of baskets: rolling windows of 250 days, 99% intervals, zones.

An interval is the empirical law's of a window, or a chi-squared ball's around it, of returns as
they are or filtered by an exponentially weighted volatility. 002 has one window, of 250 days, and
expects fewer than 2.5 exceptions a year. One of 1000 days is beside it, because a ball around 250
equal weights reaches its window's ends at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.dependence import aligned_returns
from rmot.market import History, read_history
from rmot.regulation import Backtest, backtest, rolling_exceptions, zones
from rmot.regulation.return_intervals import (
    exchangeable_coverage,
    filtered_intervals,
    historical_intervals,
    sampling_radius,
)
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

BASKETS = {"four": ("SPY", "QQQ", "IWM", "TLT"), "two": ("DIA", "SPY")}
COVERAGE = 0.99
WINDOWS = (250, 1000)
YEAR = 250
PERIODS = {"all": None, "2008": 2008, "2020": 2020, "2022": 2022, "2025": 2025}
HISTORICAL, FILTERED = "historical", "filtered"
LAWS = {HISTORICAL: historical_intervals, FILTERED: filtered_intervals}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each basket, law, window, with and without ball, and period.

    Inputs are the histories of SPY, QQQ, IWM, TLT and DIA.
    """
    histories = read_histories(config)
    return pd.DataFrame(list(_rows(histories))).assign(**source_of(histories))


def read_histories(config: Config) -> dict[str, History]:
    """Return the histories of all names, by name."""
    names = sorted({name for basket in BASKETS.values() for name in basket})
    return {name: read_history(config.inputs[name]) for name in names}


def basket_returns(histories: dict[str, History], basket: str) -> pd.Series:
    """Return the daily returns of a basket that is brought back to equal weights every day."""
    logs = aligned_returns(histories, BASKETS[basket])
    return np.expm1(logs).mean(axis=1)


def intervals(returns: Vector, law: str, window: int, ball: bool) -> tuple[Vector, Vector]:
    """Return a rule's intervals for the returns from `window` on."""
    radius = sampling_radius(window) if ball else 0.0
    return LAWS[law](returns, COVERAGE, radius=radius, window=window)


def _rows(histories: dict[str, History]) -> Iterator[dict[str, object]]:
    for basket in BASKETS:
        series = basket_returns(histories, basket)
        returns, years = series.to_numpy(), pd.DatetimeIndex(series.index).year
        first = max(WINDOWS)
        for law in LAWS:
            for window in WINDOWS:
                for ball in (False, True):
                    lower, upper = padded(*intervals(returns, law, window, ball), len(returns))
                    ends = lower[first:], upper[first:]
                    for period, year in PERIODS.items():
                        chosen = np.ones(len(returns) - first, dtype=bool)
                        if year is not None:
                            chosen = np.asarray(years[first:] == year)
                        if not chosen.any():
                            continue
                        found = backtest(
                            returns[first:][chosen],
                            *(end[chosen] for end in ends),
                            coverage=COVERAGE,
                        )
                        yield {
                            "basket": basket,
                            "law": law,
                            "window": window,
                            "ball": ball,
                            "radius": sampling_radius(window) if ball else 0.0,
                            "period": period,
                            "first": str(series.index[first:][chosen][0])[:10],
                            "last": str(series.index[first:][chosen][-1])[:10],
                            "exchangeable": exchangeable_coverage(
                                COVERAGE, sampling_radius(window) if ball else 0.0, window
                            ),
                            **_summary(found),
                        }


def _summary(found: Backtest) -> dict[str, object]:
    christoffersen = found.christoffersen
    assert christoffersen is not None
    row: dict[str, object] = {
        "observations": found.observations,
        "exceptions": found.exceptions,
        "below": found.below,
        "above": found.above,
        "a_year": YEAR * found.exceptions / found.observations,
        "rate_lower": found.rate_interval[0],
        "rate_upper": found.rate_interval[1],
        "zone": found.light.zone,
        "kupiec_p": found.kupiec.exact_p_value,
        "independence_p": christoffersen.independence.exact_p_value,
        "conditional_p": christoffersen.conditional_coverage.exact_p_value,
        "mean_width": found.mean_width,
    }
    if found.observations < YEAR:
        return row | {"green": np.nan, "amber": np.nan, "red": np.nan, "most": np.nan}
    counts = rolling_exceptions(found.is_exception, YEAR)
    seen = zones(counts, YEAR, COVERAGE)
    shares = {zone: float(np.mean(seen == zone)) for zone in ("green", "amber", "red")}
    return row | shares | {"most": int(counts.max())}


def padded(lower: Vector, upper: Vector, size: int) -> tuple[Vector, Vector]:
    """Return the ends for all days, shape (size,): nan in the first window."""
    missing = np.full(size - lower.size, np.nan)
    return np.concatenate([missing, lower]), np.concatenate([missing, upper])


def source_of(histories: dict[str, History]) -> dict[str, str]:
    """Return the columns that say which data it is."""
    sources = [histories[name].source for name in sorted(histories)]
    joined = hashlib.sha256("".join(source.sha256 for source in sources).encode()).hexdigest()
    # of "real", "synthetic" and "unregistered" the last says most
    return {"data": max(source.kind for source in sources), "data_sha256": joined}


def printed(table: pd.DataFrame) -> str:
    """Return the LaTeX form: the whole period, one row a rule."""
    rows = table.loc[(table["period"] == "all") & (table["basket"] == "four")]

    def share(value: float) -> str:
        return fixed(100 * value, 0)

    columns = [
        Column("law", "law", align="l"),
        Column("window", "days", str),
        Column("ball", "ball", lambda ball: r"\text{yes}" if ball else r"\text{no}"),
        Column("a_year", "a year", lambda value: fixed(value, 1)),
        Column("below", "below", str),
        Column("above", "above", str),
        Column("kupiec_p", "rate", _p_value),
        Column("independence_p", "indep.", _p_value),
        Column("green", "green", share),
        Column("amber", "amber", share),
        Column("red", "red", share),
        Column("most", "most", lambda value: str(int(value))),
    ]
    return latex_table(rows, columns)


def _p_value(value: float) -> str:
    return significant(value, 2) if value >= 1e-3 else "<0.001"


if __name__ == "__main__":
    main(run, printed)
