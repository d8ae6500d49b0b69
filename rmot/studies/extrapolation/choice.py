"""One number chosen on some quotes so that it meets a share of them: a radius or a half-width.

Each quote asks for a least number; the one chosen is the least that meets the share wanted. It is
judged on other quotes: of the same index at another date, or of other underlyings at the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

CHOSEN_ON = {
    "SPX": "SPX23",
    "SPX23": "SPX",
    "SPY": "SPX23",
    "QQQ": "SPY",
    "IWM": "SPY",
    "GLD": "SPY",
}
"""By chain judged: an index takes its number from its other date, SPY from the S&P 500 of 2023, and
the other funds from SPY, the same day."""

LEVELS = {"quick": (0.9,), "full": (0.5, 0.75, 0.9), "deep": (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)}
"""Shares of quotes to be met where the number is chosen."""


def distance_to_interval(rows: pd.DataFrame) -> np.ndarray:
    """Return how far each predicted volatility lies outside bid and ask; nan without a prediction.

    A volatility that a model does not have counts as zero: its price is below any quote.
    """
    predicted = rows["predicted_volatility"].to_numpy()
    below = rows["bid_volatility"].to_numpy() - predicted
    above = predicted - rows["ask_volatility"].to_numpy()
    return np.maximum(np.maximum(below, above), 0.0)
