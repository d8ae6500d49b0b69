"""Numbers of quotes far from the money, foretold from those near it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import PRINTED, Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.extrapolation.competitors import COMPETITORS, LAST_QUOTE, NEAREST, label
from rmot.studies.extrapolation.coverage import PRINTED_LEVEL, WORDS
from rmot.studies.extrapolation.horizons import ALL, COMPARED, FAR_CALLS, FLAT, ROUGH
from rmot.studies.extrapolation.intervals import BALL, BAND, CLASSICAL
from rmot.studies.extrapolation.point_errors import ALL_CHAINS, ANY
from rmot.studies.extrapolation.predictions import CALL, PUT
from rmot.studies.extrapolation.quotes import HALF_WIDTHS, HELD_OUT_BEYOND

WORD = "Extrapolation"
ERROR = "root_mean_square_error"
# Fits move in the square of what an optimum is missed by, and predictions far away in itself.
OF_AN_ERROR = 0.02
# A half-width that is chosen is that of one quote; widths move with it.
OF_A_WIDTH = 0.02
WIDTHS = dict(zip(HALF_WIDTHS, ("Narrow", "", "Wide"), strict=True))


def errors(table: pd.DataFrame) -> Iterator[Number]:
    """Best models by wing and half-width, and what the sources' models do."""
    pooled = table.loc[table["chain"] == ALL_CHAINS]
    source = Source.of_table(WORD, pooled)
    yield source.count("Chains", len(set(table["chain"])) - 1)
    yield source.count("Competitors", len(COMPETITORS))
    for half_width, word in WIDTHS.items():
        here = pooled.loc[pooled["half_width"] == half_width]
        fitted = here.loc[here["model"].isin(COMPETITORS)].set_index("model")
        puts, calls = (fitted.loc[(fitted["wing"] == wing)] for wing in (PUT, CALL))
        puts = puts.loc[puts["reach"] == ANY]
        yield from _best(source, f"{word}BestPut", puts[ERROR])
        if half_width != HELD_OUT_BEYOND:
            continue
        whole = here.loc[(here["wing"] == ANY) & (here["reach"] == ANY)].set_index("model")
        yield source.count("Quotes", whole["quotes"][LAST_QUOTE])
        inside = puts["inside_root_mean_square_error"]
        yield from _best(source, "BestInside", inside)
        yield _points(source, "BestInsidePut", puts[ERROR][inside.idxmin()])
        yield from _best(source, "BestCall", calls.loc[calls["reach"] == ANY][ERROR])
        rows = here.loc[(here["wing"] == PUT) & (here["reach"] == ANY)].set_index("model")[ERROR]
        for name, model in (("Flat", FLAT), ("Rough", ROUGH), ("Nearest", NEAREST + ROUGH)):
            yield _points(source, f"{name}Put", rows[model])
        yield _points(source, "LastPut", rows[LAST_QUOTE])


def coverage(table: pd.DataFrame) -> Iterator[Number]:
    """Shares met and widths, of the level that is printed."""
    pooled = table.loc[table["chain"] == ALL_CHAINS]
    source = Source.of_table(WORD, pooled)
    level = 100 * PRINTED_LEVEL
    yield source.number("Level", level, fixed(level, 0), 0.0)
    here = pooled.loc[(pooled["level"] - PRINTED_LEVEL).abs() < 1e-9].set_index(["kind", "about"])
    wanted = {
        "BallRough": (BALL, ROUGH),
        "BallHeston": (BALL, "heston_each"),
        "BallFlat": (BALL, FLAT),
        "BandRough": (BAND, ROUGH),
        "BandLast": (BAND, LAST_QUOTE),
    }
    (classical,) = pooled.loc[pooled["kind"] == CLASSICAL].to_dict("records")
    rows = {name: here.loc[key].to_dict() for name, key in wanted.items()}
    for name, row in {**rows, "Classical": classical}.items():
        # a quote at an end of its interval may be met, or not
        share, one = 100 * row["meets"], 100 / row["quotes"]
        yield source.number(f"{name}Meets", share, fixed(share, 0), one)
        yield _points(source, f"{name}Width", row["median_width"], OF_A_WIDTH)
        ratio = row["median_price_width"]
        yield source.number(f"{name}Price", ratio, fixed(ratio, 1), OF_A_WIDTH * ratio)
    unanswered = rows["BallRough"]["quotes"] - rows["BallRough"]["answered"]
    yield source.count("Unanswered", unanswered, 1.0)
    kind, about = here["score"].idxmin()
    rank = list(here.index).index((kind, about))
    text = rf"\text{{{WORDS[kind]} {label(about)}}}"
    yield source.number("BestInterval", rank, text, 0.0)
    yield _points(source, "BestScore", here["score"].min(), OF_A_WIDTH)
    yield _points(source, "BallRoughScore", rows["BallRough"]["score"], OF_A_WIDTH)


def horizons(table: pd.DataFrame) -> Iterator[Number]:
    """Errors relative to the price, beside those claimed."""
    source = Source.of_table(WORD, table)
    rows = table.assign(horizon=table["horizon"].astype(str)).set_index("horizon")
    for name, model in zip(("Flat", "Rough", "Nearest"), COMPARED, strict=True):
        yield _percent(source, f"{name}MedianPriceError", rows.loc[ALL, f"median_error_{model}"])
    largest = f"largest_error_{NEAREST + ROUGH}"
    yield _percent(source, "NearestLargestPriceError", rows.loc[ALL, largest])
    theirs = Source(WORD, source.data, PRINTED)
    for name in ("largest", "flat"):
        percent = 100 * rows.loc[ALL, f"claimed_{name}_error"]
        text = significant(percent, 2)
        yield theirs.number(f"Claimed{name.capitalize()}Error", percent, text, 0.0)
    yield source.count("FarCalls", rows.loc[FAR_CALLS, "quotes"])
    yield _percent(source, "FarCallsLargestError", rows.loc[FAR_CALLS, largest])


def _best(source: Source, name: str, errors: pd.Series) -> Iterator[Number]:
    best = str(errors.idxmin())
    yield source.number(
        f"{name}Model", list(COMPETITORS).index(best), rf"\text{{{label(best)}}}", 0
    )
    yield _points(source, f"{name}Error", errors.min())


def _points(source: Source, name: str, value: float, relative: float = OF_AN_ERROR) -> Number:
    points = 100 * value
    return source.number(name, points, significant(points, 3), relative * points)


def _percent(source: Source, name: str, value: float) -> Number:
    if np.isnan(value):
        # no such quote
        return source.number(name, 0.0, r"\text{--}", 0.0)
    percent = 100 * value
    return source.number(name, percent, fixed(percent, 0), OF_AN_ERROR * percent)
