"""Whether spot, strikes and prices of a chain are in one unit: cents for dollars are off by 100."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.readers import RawChain

_FACTOR = 10.0
_FEWEST_PAIRS = 4


def require_one_unit(raw: RawChain, where: str) -> None:
    """Refuse a chain whose spot and strikes, or prices and strikes, differ by a unit.

    The middle strike of a chain lies near the spot, and by put–call parity the difference of call
    and put falls by about one for each unit of strike. Ten is halfway between one and a hundred.
    What the file lets nobody judge passes.

    Raises
    ------
    DataError
        A ratio is off by more than ten.
    """
    quotes = raw.quotes
    level = raw.spot
    if math.isnan(level) and "forward" in quotes:
        level = float(np.median(quotes["forward"].to_numpy(float)))
    strikes = quotes["strike"].to_numpy(float)
    strikes = strikes[np.isfinite(strikes) & (strikes > 0)]
    if strikes.size:
        _require_near_one(
            float(np.median(strikes)) / level,
            f"{where}: expected strikes in the units of the underlying, {level:g}",
        )
    slopes = _slopes(quotes)
    if slopes:
        _require_near_one(
            float(np.median(slopes)), f"{where}: expected prices in the units of the strikes"
        )


def _slopes(quotes: pd.DataFrame) -> list[float]:
    """Return by how much put minus call rises with the strike, for each expiry and settlement."""
    two_sided = quotes.loc[(quotes["bid"] > 0) & (quotes["ask"] > 0)]
    mid = 0.5 * (two_sided["bid"] + two_sided["ask"])
    pairs = (
        two_sided.assign(mid=mid)
        .pivot_table(
            "mid", ["expiry", "settlement", "strike"], "is_call", aggfunc="median", observed=True
        )
        .dropna()
    )
    if pairs.shape[1] < 2:
        return []
    puts_minus_calls = pairs[False] - pairs[True]
    slopes = []
    for _, part in puts_minus_calls.groupby(level=["expiry", "settlement"]):
        half = len(part) // 2
        if len(part) >= _FEWEST_PAIRS:
            strike = part.index.get_level_values("strike").to_numpy(float)
            ends = [np.median(x[-half:]) - np.median(x[:half]) for x in (part.to_numpy(), strike)]
            slopes.append(float(ends[0] / ends[1]))
    return slopes


def _require_near_one(ratio: float, expected: str) -> None:
    if not 1 / _FACTOR < ratio < _FACTOR:
        raise DataError(f"{expected}; they are off by about {ratio:.3g} (cents for dollars?)")
