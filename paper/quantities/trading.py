"""Numbers of bounds traded and settled, of closes told by options, and of a hundred seeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.trading.markets import CHAINS, LAST_PRICES
from rmot.studies.trading.normality_power import LEVEL
from rmot.studies.trading.positions import CLASSICAL, EXCESSES
from rmot.studies.trading.seed_prices import BALL, FEW, FLAT, MONTE_CARLO, SOBOL, WRONG
from rmot.studies.trading.seed_stability import CLAIMED
from rmot.studies.trading.summary import ALL_BASKETS, ALL_OPTIONS, BASIS_POINTS

_WORDS = dict(zip([f"{e:g}" for e in EXCESSES], ("Least", "Small", "Middle", "Large"), strict=True))
# Fits and programs end where libraries let them; a few trades then change sides.
_SHARE = 0.1
_ROUNDING = 1e-9
_ESTIMATORS = {
    MONTE_CARLO: "Fitted",
    SOBOL: "Sobol",
    BALL: "Ball",
    FLAT: "Flat",
    WRONG: "Wrong",
    FEW: "Few",
}


def traded(table: pd.DataFrame) -> Iterator[Number]:
    """Give profits of options, digitals and baskets by method, and the delta hedge's."""
    source = Source.of_table("Traded", table)
    table = table.assign(method=table["method"].astype(str))

    def row(group: str, payoff: str, method: str) -> dict[Any, Any]:
        own = table.loc[(table["group"] == group) & (table["payoff"] == payoff)]
        return own.loc[own["method"] == method].to_dict("records")[0]

    options = row(CHAINS, ALL_OPTIONS, CLASSICAL)
    yield source.count("Markets", options["markets"], 5)
    yield source.count("Count", options["trades"], 40)
    yield source.count("Dates", options["dates"])
    yield source.count("Settlements", options["settlements"])
    least = float(table.loc[table["method"] == CLASSICAL, "worst_profit"].min())
    yield source.number("ClassicalLeast", least, _power(least), _ROUNDING)
    yield _percent(source, "Met", options["met"], 0.05)
    yield source.measured("ClassicalWidth", BASIS_POINTS * options["mean_width"], _SHARE, 3)
    yield source.measured("ClassicalMean", BASIS_POINTS * options["mean_profit"], 0.2)
    listed = BASIS_POINTS * float(options["worst_listed_profit"])
    # where nothing is listed, as of drawn markets, nothing is lost by it
    listed = 0.0 if np.isnan(listed) else listed
    yield source.number("ListedLeast", listed, fixed(listed, 1), 5.0)
    for method, word in _WORDS.items():
        own = row(CHAINS, ALL_OPTIONS, method)
        width = BASIS_POINTS * own["mean_width"]
        yield source.measured(f"{word}Width", width, _SHARE, 2)
        yield _percent(source, f"{word}Losses", own["losses"], 0.04)
        fall = BASIS_POINTS * own["shortfall"]
        yield source.number(f"{word}Shortfall", fall, fixed(fall, 0), 0.3 * abs(fall))
    large = row(CHAINS, ALL_OPTIONS, f"{EXCESSES[-1]:g}")
    for name, hedge in (("DeltaLarge", large), ("DeltaClassical", options)):
        yield _percent(source, f"{name}Losses", hedge["delta_losses"], 0.04)
        fall = BASIS_POINTS * hedge["delta_shortfall"]
        yield source.number(f"{name}Shortfall", fall, fixed(fall, 0), _SHARE * abs(fall))
    yield source.count("DeltaCount", large["delta_trades"], 40)
    yield _percent(source, "SameLosses", large["same_losses"], 0.04)
    fall = BASIS_POINTS * large["same_shortfall"]
    yield source.number("SameShortfall", fall, fixed(fall, 0), 0.3 * abs(fall))
    digital = row(CHAINS, "digital", CLASSICAL)
    yield source.measured("DigitalWidth", digital["mean_width"], _SHARE)
    middle = row(CHAINS, "digital", f"{EXCESSES[2]:g}")
    yield _percent(source, "DigitalLosses", middle["losses"], 0.06)
    baskets = row(CHAINS, ALL_BASKETS, CLASSICAL)
    yield source.count("Baskets", baskets["markets"], 2)
    yield source.measured("BasketWidth", BASIS_POINTS * baskets["mean_width"], _SHARE)
    ball = row(CHAINS, ALL_BASKETS, f"{EXCESSES[-1]:g}")
    yield source.measured("BasketLargeWidth", BASIS_POINTS * ball["mean_width"], _SHARE)
    yield _percent(source, "BasketLargeLosses", ball["losses"], 0.1)
    last = row(LAST_PRICES, ALL_OPTIONS, f"{EXCESSES[-1]:g}")
    yield source.count("LastMarkets", last["markets"], 4)
    yield _percent(source, "LastLosses", last["losses"], 0.06)


def told(table: pd.DataFrame) -> Iterator[Number]:
    """Give how far the file's level and the options' are from the close."""
    source = Source.of_table("Told", table)
    yield source.count("Chains", len(table))
    for word, column in (("File", "file"), ("Implied", "implied")):
        off = BASIS_POINTS * np.abs(table[column] / table["close"] - 1.0)
        for name, value in (("", np.median(off)), ("Most", np.max(off))):
            yield source.number(f"{word}{name}", float(value), fixed(float(value), 0), 1.0)


def seeds(table: pd.DataFrame) -> Iterator[Number]:
    """Give the prices over seeds, their deviations beside stated errors, and p-values."""
    source = Source.of_table("Seeds", table)
    rows: dict[str, dict[Any, Any]] = {
        str(row["estimator"]): row for row in table.to_dict("records")
    }
    yield source.count("Count", rows[MONTE_CARLO]["seeds"])
    for estimator, word in _ESTIMATORS.items():
        own = rows[estimator]
        if word not in ("Ball", "Sobol"):
            yield source.measured(f"{word}Mean", float(own["mean"]), 1e-2, 3)
            p_value = float(own["naive_p"])
            yield source.number(f"{word}P", p_value, fixed(p_value, 2), 0.05)
        if word in ("Fitted", "Sobol", "Ball"):
            ratio = float(np.sqrt(own["variance_ratio"]))
            yield source.number(f"{word}Ratio", ratio, fixed(ratio, 2), 0.05)
            p_value = float(own["variance_p"])
            yield source.number(f"{word}VarianceP", p_value, _p_value(p_value), 0.1)


def power(table: pd.DataFrame) -> Iterator[Number]:
    """Give how the naive p-value is distributed, and what either test sees."""
    source = Source.of_table("Normality", table)
    rows: dict[str, dict[Any, Any]] = {str(row["law"]): row for row in table.to_dict("records")}
    null = rows["normal"]
    yield source.number("Claimed", CLAIMED, fixed(CLAIMED, 2), 0.0)
    yield source.count("Samples", null["samples"])
    critical = float(null["critical_distance"]) * float(np.sqrt(null["size"]))
    yield source.number("Critical", critical, fixed(critical, 3), 0.01)
    yield source.number("Median", null["naive_median"], fixed(null["naive_median"], 2), 0.02)
    yield _percent(source, "Beyond", null["naive_beyond_claimed"], 0.02)
    size = 100 * float(null["naive_rejects"])
    yield source.number("Size", size, significant(size, 1), 0.1)
    yield _percent(source, "Level", LEVEL, 0.0)
    for law, word in (("Student t, 5", "Student"), ("skewed, 1", "Skewed")):
        yield _percent(source, f"{word}Naive", rows[law]["naive_rejects"], 0.02)
        yield _percent(source, f"{word}Lilliefors", rows[law]["lilliefors_rejects"], 0.02)
    yield _percent(source, "StudentBeyond", rows["Student t, 5"]["naive_beyond_claimed"], 0.02)


def held_out(table: pd.DataFrame) -> Iterator[Number]:
    """Give errors of held-out and of fitted strikes for both indices."""
    source = Source.of_table("Folds", table)
    yield source.count("Deals", len(set(table["seed"])))
    for chain, own in table.groupby("chain", sort=False):
        word = str(chain).capitalize()
        for name, column in (("HeldOut", "held_out"), ("Fitted", "fitted")):
            mean = float(np.mean(_per_cent_of(own, f"{column}_mean_price_error")))
            yield source.measured(f"{word}{name}", mean, _SHARE, 3)
        median = float(np.mean(_per_cent_of(own, "held_out_median_price_error")))
        yield source.measured(f"{word}Median", median, _SHARE)
        points = float(np.mean(_per_cent_of(own, "held_out_volatility_error")))
        yield source.measured(f"{word}Points", points, _SHARE)
        apart = float(np.std(_per_cent_of(own, "held_out_mean_price_error"), ddof=1))
        yield source.number(f"{word}Deviation", apart, significant(apart, 1), 0.5)


def _per_cent_of(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return 100.0 * np.asarray(table[column], dtype=float)


def _percent(source: Source, name: str, value: float, tolerance: float) -> Number:
    return source.number(name, value, fixed(100 * value, 0), tolerance)


def _power(value: float) -> str:
    """Write a rounding error as a power of ten; zero as it is."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    return f"{sign}10^{{{int(np.ceil(np.log10(abs(value))))}}}"


def _p_value(value: float) -> str:
    return r"10^{-3}\text{ or less}" if value < 1e-3 else fixed(value, 2)
