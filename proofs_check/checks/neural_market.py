"""Printed numbers of the market held against real series; not run where these are absent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Tree, inequality
from proofs_check.ledger import Claim
from proofs_check.market_data import TRADING_DAYS, closes, future_returns, realised_variances
from proofs_check.registry import Context, check

Statistic = Callable[[np.ndarray], float]
_YEAR = TRADING_DAYS**0.5


def _volatility(levels: np.ndarray) -> float:
    return float(np.std(np.diff(np.log(levels[:, 0])), ddof=1) * _YEAR)


def _correlation(levels: np.ndarray) -> float:
    return float(np.corrcoef(levels.T)[0, 1])


def _correlation_of_moves(levels: np.ndarray) -> float:
    """Correlate returns of the first with differences of the second."""
    return float(np.corrcoef(np.diff(np.log(levels[:, 0])), np.diff(levels[:, 1]))[0, 1])


_STATISTICS: dict[str, Statistic] = {
    "mean": lambda levels: float(levels[:, 0].mean()),
    "volatility": _volatility,
    "correlation": _correlation,
    "correlation of moves": _correlation_of_moves,
}


@check("N087", "N088", "N089", "N090", "N091")
def statistic_of_a_window(claim: Claim, context: Context) -> Certificate:
    """Find the statistic nearest to the one printed, over windows whose ends lie in given days."""
    series = [closes(name) for name in claim.data["datasets"]]
    table = pd.concat([item.by_day for item in series], axis=1, join="inner").dropna()
    days = pd.DatetimeIndex(table.index)
    starts, ends = (
        np.flatnonzero((days >= first) & (days <= last))
        for first, last in (claim.data["starts"], claim.data["ends"])
    )
    levels = table.to_numpy(float)
    statistic = _STATISTICS[claim.data["statistic"]]
    values = [statistic(levels[start : end + 1]) for start in starts for end in ends]
    nearest = min(values, key=lambda value: abs(value - float(claim.data["printed"])))
    gap: Tree = ["abs", ["sub", repr(nearest), ["datum", "printed"]]]
    near = inequality("as printed in some window", gap, "<=", ["datum", "allowance"])
    return decide(
        claim,
        context.profile,
        "numeric",
        [{**near, "rests_on": "real series"}],
        [("verified", {near["name"]: True}), ("refuted", {near["name"]: False})],
        evidence={
            "least": min(values),
            "largest": max(values),
            "windows": len(values),
            "series": [source for item in series for source in item.sources],
            "arithmetic_error": 1e-12,
        },
        otherwise="a window of these days with the statistic printed",
        reading="any window whose first and last days lie in the months allowed, at daily closes;"
        " where the document names only years, also those of its longest series",
        kind="real",
    )


@check("N094")
def noise_of_bars(claim: Claim, context: Context) -> Certificate:
    """Compare realised variance over short bars with that over long ones.

    Independent noise in levels adds two of its variances for each bar.
    """
    short, long = (realised_variances(claim.data["dataset"], int(n)) for n in claim.data["bars"])
    ratio = float(short.by_day.mean() / long.by_day.mean())
    clean = inequality("short bars add no variance", repr(ratio), "<=", ["datum", "most"])
    return decide(
        claim,
        context.profile,
        "numeric",
        [{**clean, "rests_on": "real series"}],
        [("verified", {clean["name"]: True}), ("refuted", {clean["name"]: False})],
        evidence={
            "ratio": ratio,
            "days": len(short.by_day),
            "error": float((short.by_day / long.by_day).std(ddof=1) / len(short.by_day) ** 0.5),
            "series": list(short.sources),
        },
        otherwise="a variance that rises as bars shorten, as noise in the levels makes it do",
        reading="bars of a minute against those of a quarter of an hour, a tenth more let pass;"
        " few days, and of the spot index, which is no price",
        kind="real",
    )


@check("N092")
def volatility_of_futures(claim: Claim, context: Context) -> Certificate:
    """Hold the mean VVIX against the realised volatility of thirty-day futures, year by year."""
    implied, index = closes("vol/VVIX_History"), closes("vol/VIX_History")
    futures = future_returns(int(claim.data["days"]))
    first, last = claim.data["years"]
    statements, evidence = [], {}
    moves = index.by_day.map(np.log).diff()
    of_what = {"future": futures.by_day, "index": moves}[claim.data["of"]]
    for year in range(int(first), int(last) + 1):
        moved = of_what.loc[str(year)]
        mean = float(implied.by_day.loc[str(year)].mean()) / 100
        realised = float(moved.std(ddof=1)) * _YEAR
        error = realised * ((float(moved.kurt()) + 2) / (4 * len(moved))) ** 0.5
        evidence[str(year)] = {"implied": mean, "realised": realised, "error": error}
        item = inequality(f"underpriced in {year}", repr(mean), "<", repr(realised))
        statements.append({**item, "rests_on": "real series"})
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            *(("verified", {name: True}) for name in names),
            ("refuted", dict.fromkeys(names, False)),
        ],
        evidence={**evidence, "series": [*implied.sources, *index.sources, *futures.sources]},
        otherwise="a year in which the futures moved more than the index of their options said",
        reading="one such year would do; options on the index are options on its futures, at thirty"
        " days for VVIX, and the spot index moves more than they",
        kind="real",
    )
