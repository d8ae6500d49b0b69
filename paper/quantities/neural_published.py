"""Numbers of the source's neural model: its parameters, its paths against nulls, and its prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed
from rmot.studies.neural.published_pricing import ALL, EACH, HELD_OUT

# Training on another processor ends elsewhere: what rests on it may move by a tenth.
TRAINED = 0.1
MODELS = {"printed": "Printed", "mended": "Mended"}


def statistics(table: pd.DataFrame) -> Iterator[Number]:
    """How many statistics a null passes, and what of the rest is evidence."""
    source = Source.of_table("PublishedPaths", table)
    each: Any = table.drop_duplicates("statistic").set_index("statistic")
    yield source.count("Statistics", len(each))
    yield source.count("Segments", each["segments"].iloc[0])
    levels = each[each["of"] == "levels"]
    yield source.count("Levels", len(levels))
    # a null near the end of a band may fall to either side
    yield source.count("LevelsOfNull", levels["null_passes"].sum(), 1.0)
    yield source.count("NullPasses", each["null_passes"].sum(), 1.0)
    for model, word in MODELS.items():
        here: Any = table[table["model"] == model]
        yield source.count(f"{word}Within", here["within"].sum(), 2.0)
        yield source.count(f"{word}Evidence", here["evidence"].sum(), 2.0)
    value: Any = table.set_index(["statistic", "model"])["value"]
    real = each.loc["vol_of_variance"]
    yield source.number("Volatility", real["real"], fixed(real["real"], 1), 1e-6)
    for model, word in MODELS.items():
        found = value["vol_of_variance", model]
        yield source.number(f"{word}Volatility", found, fixed(found, 1), TRAINED * found)
    hurst = each.loc["path_hurst"]
    width = (hurst["high"] - hurst["low"]) / 2
    yield source.number("HurstBand", width, fixed(width, 2), 0.1 * width)


def scores(table: pd.DataFrame) -> Iterator[Number]:
    """Distances from later real paths, and scores of forecasts."""
    source = Source.of_table("PublishedScores", table)
    by_model: Any = table.set_index("model")
    for model, word in {**MODELS, "later": "Later", "random_walk": "Walk"}.items():
        found = by_model.loc[model, "discrepancy"]
        yield source.number(
            f"{word}Discrepancy", found, fixed(1000 * found, 1), TRAINED * abs(found)
        )
    for model, word in {**MODELS, "random_walk": "Walk"}.items():
        found = 100 * by_model.loc[model, "ranked_probability_score"]
        yield source.number(f"{word}Forecast", found, fixed(found, 2), TRAINED * found)
    share = 100 * (by_model["mean_penalty"] / by_model["signature_loss"]).loc[["printed"]].iloc[0]
    yield source.number("Penalty", share, fixed(share, 4), 1.0)
    yield source.count("Components", by_model["counted_components"].iloc[0])


def market(table: pd.DataFrame) -> Iterator[Number]:
    """Return parameters from indices and futures, of the last window that has them."""
    source = Source.of_table("PublishedMarket", table)
    last: Any = table.drop_duplicates("quantity", keep="last").set_index("quantity")
    shown = {
        "implied": ("Implied", 2),
        "realised": ("Realised", 2),
        "damping": ("Ratio", 2),
        "damping_of_reversion": ("Damping", 2),
        "reversion_changes": ("ReversionChanges", 2),
        "reversion_levels": ("ReversionLevels", 2),
        "leverage": ("Leverage", 2),
        "backwardation_index": ("Backwardation", 1),
    }
    for quantity, (word, digits) in shown.items():
        found = last.loc[quantity, "value"]
        yield source.number(word, found, fixed(found, digits), 1e-6)


def coherence(table: pd.DataFrame) -> Iterator[Number]:
    """Count what holds, and give the two that decide most."""
    source = Source.of_table("PublishedCoherence", table)
    yield source.count("Checks", len(table))
    yield source.count("Holding", sum(str(one) == "True" for one in table["holds"]), 1.0)
    by_check: Any = table.set_index("check")
    decades = by_check.loc["decades between the inputs' scales", "found"]
    yield source.number("Decades", decades, fixed(decades, 1), 1e-6)
    needed = by_check.loc["largest diffusion, years of sessions", "expected"]
    yield source.number("Needed", needed, fixed(needed, 1), 1e-6)


def pricing(table: pd.DataFrame) -> Iterator[Number]:
    """Return errors of implied volatilities in per cent."""
    source = Source.of_table("PublishedPrices", table)
    for model, word in {**MODELS, "flat": "Flat", "prior": "Prior"}.items():
        here: Any = table[table["model"] == model]
        single = here[here["set"] == EACH]
        mean = np.sqrt((single["error"] ** 2 * single["quotes"]).sum() / single["quotes"].sum())
        by_set = here.set_index("set")["error"]
        for name, value in (("Each", mean), ("All", by_set[ALL]), ("HeldOut", by_set[HELD_OUT])):
            yield source.number(word + name, 100 * value, fixed(100 * value, 2), 20 * value)


def simulation(table: pd.DataFrame) -> Iterator[Number]:
    """Return the right point's gap at the finest steps, per cent."""
    source = Source.of_table("PublishedGap", table)
    finest: Any = table[table["model"] == "printed"].iloc[-1]
    for word, column in (("Left", "left"), ("Right", "right")):
        gap = 100 * finest[f"{column}_gap"]
        error = 100 * finest[f"{column}_error"]
        yield source.number(word, gap, fixed(gap, 2), 4 * error)
    yield source.count("Steps", finest["steps"])
