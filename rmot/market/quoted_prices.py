r"""Smiles of prices of European puts and calls: forward and discount factor from parity.

With :math:`k = \log(K/F)` an option's price is divided by :math:`D F`; puts serve below the
forward, calls from it upwards, and parity makes a call of a put exactly:
:math:`c = p + 1 - e^k`. Implied volatilities come from the out-of-the-money price itself, which
keeps its digits where the call's are lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.assembly import Fates, Slice, SmileMaker, smile_of_table
from rmot.market.discount import DiscountCurve
from rmot.market.filters import IN_THE_MONEY, NO_IMPLIED_VOLATILITY, QuoteFilter
from rmot.market.parity import ParityFit, fit_parity
from rmot.market.surface import Smile
from rmot.numerics import implied_volatility_otm


def smile_of_prices(discount: DiscountCurve | None) -> SmileMaker:
    """Return the maker of smiles that takes discount factors from a curve, or from each slice."""

    def make(
        part: Slice, quotes: pd.DataFrame, fate: Fates, filters: Sequence[QuoteFilter]
    ) -> Smile | None:
        rows = fate.alive(part.rows)
        table = quotes.loc[rows].assign(row=rows)
        try:
            parity = _parity(table, part.maturity, discount)
        except DataError as error:
            fate.drop(rows, f"no forward: {error}")
            return None
        table = _in_units_of_the_forward(table, parity, part, fate)
        return smile_of_table(
            table, part, fate, filters, parity.forward, parity.discount_factor, parity
        )

    return make


def _parity(table: pd.DataFrame, maturity: float, discount: DiscountCurve | None) -> ParityFit:
    strike, is_call, bid, ask = (
        table[name].to_numpy() for name in ("strike", "is_call", "bid", "ask")
    )
    calls, puts = np.flatnonzero(is_call), np.flatnonzero(~is_call)
    both, i, j = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    call, put = calls[i], puts[j]
    sides = bid[call], ask[call], bid[put], ask[put]
    if discount is None:
        return fit_parity(both, *sides, maturity)
    return fit_parity(
        both,
        *sides,
        maturity,
        discount_factor=float(discount.discount_factor(maturity)),
        discount_factor_error=float(discount.discount_factor_error(maturity)),
    )


def _in_units_of_the_forward(
    table: pd.DataFrame, parity: ParityFit, part: Slice, fate: Fates
) -> pd.DataFrame:
    out_of_the_money = ((table["strike"] >= parity.forward) == table["is_call"]).to_numpy()
    fate.drop(table["row"].to_numpy()[~out_of_the_money], IN_THE_MONEY)
    table = table.loc[out_of_the_money].sort_values("strike")
    log_moneyness = np.log(table["strike"].to_numpy() / parity.forward)
    put_to_call = np.where(table["is_call"], 0.0, -np.expm1(log_moneyness))
    unit = parity.discount_factor * parity.forward
    bid, ask = table["bid"].to_numpy() / unit, table["ask"].to_numpy() / unit
    prices = np.stack([bid, ask, 0.5 * (bid + ask)])
    volatilities = implied_volatility_otm(prices, log_moneyness, part.maturity)
    parity_error = pd.Series(parity.residual / unit, index=parity.strike)
    table = table.assign(
        maturity=part.maturity,
        log_moneyness=log_moneyness,
        parity_error=parity_error.reindex(table["strike"]).to_numpy(),
        **dict(zip(("bid_price", "ask_price", "call_price"), prices + put_to_call, strict=True)),
        **dict(
            zip(
                ("bid_volatility", "ask_volatility", "implied_volatility"),
                volatilities,
                strict=True,
            )
        ),
    )
    outside = ~np.isfinite(volatilities).all(axis=0)
    fate.drop(table["row"].to_numpy()[outside], NO_IMPLIED_VOLATILITY)
    return table.loc[~outside]
