r"""Smiles of a table of implied volatilities, where forward and maturity are given, not inferred.

With the forward F given, prices are those of Black's formula at the quoted volatilities, in units
of F; as elsewhere the mid volatility is that of the mid price. No discount factor enters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from rmot.market.assembly import Fates, Slice, smile_of_table
from rmot.market.filters import NO_IMPLIED_VOLATILITY, QuoteFilter
from rmot.market.surface import Smile
from rmot.numerics import implied_volatility_otm


def smile_of_volatilities(
    part: Slice, quotes: pd.DataFrame, fate: Fates, filters: Sequence[QuoteFilter]
) -> Smile | None:
    """Build the smile of one expiry of `rmot.market.readers.volatility_table`.

    The quoted volatilities pass unchanged; None where no quote is left.
    """
    rows = fate.alive(part.rows)
    table = quotes.loc[rows].assign(row=rows).sort_values("strike")
    if table.empty:
        return None
    forward = float(table["forward"].iloc[0])
    log_moneyness = np.log(table["strike"].to_numpy() / forward)
    call_of_otm = np.where(table["is_call"], 0.0, -np.expm1(log_moneyness))
    bid, ask = (table[side].to_numpy() / forward for side in ("bid", "ask"))
    mid = 0.5 * (bid + ask)
    table = table.assign(
        log_moneyness=log_moneyness,
        bid_price=bid + call_of_otm,
        ask_price=ask + call_of_otm,
        call_price=mid + call_of_otm,
        implied_volatility=implied_volatility_otm(mid, log_moneyness, part.maturity),
    )
    outside = ~np.isfinite(table["implied_volatility"].to_numpy())
    fate.drop(table["row"].to_numpy()[outside], NO_IMPLIED_VOLATILITY)
    return smile_of_table(table.loc[~outside], part, fate, filters, forward, math.nan, None)
