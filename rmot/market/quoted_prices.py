r"""Smiles of prices of puts and calls: forward and discount factor from parity.

With :math:`k = \log(K/F)` an option's price is divided by :math:`D F`; puts serve below the
forward, calls from it upwards, and parity makes a call of a put exactly:
:math:`c = p + 1 - e^k`. Implied volatilities come from the out-of-the-money price itself, which
keeps its digits where the call's are lost. American prices first become European intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import DataError
from rmot.market.american import (
    AmericanParityFit,
    CarryRange,
    european_quotes,
    fit_american_parity,
)
from rmot.market.assembly import Fates, Slice, SmileMaker, smile_of_table
from rmot.market.discount import DiscountCurve
from rmot.market.filters import (
    IN_THE_MONEY,
    NO_EUROPEAN_PRICE,
    NO_IMPLIED_VOLATILITY,
    QuoteFilter,
)
from rmot.market.parity import ForwardFit, ParityFit, fit_parity
from rmot.market.surface import Smile
from rmot.numerics import implied_volatility_otm

Vector = NDArray[np.float64]


Pairs = tuple[Vector, Vector, Vector, Vector, Vector]
"""Strikes at which call and put both have a quote; bid and ask of the call, and of the put."""


def smile_of_prices(discount: DiscountCurve | None) -> SmileMaker:
    """Return the maker of smiles that takes discount factors from a curve, or from each slice."""

    def fit(pairs: Pairs, maturity: float) -> ParityFit:
        if discount is None:
            return fit_parity(*pairs, maturity)
        return fit_parity(
            *pairs,
            maturity,
            discount_factor=float(discount.discount_factor(maturity)),
            discount_factor_error=float(discount.discount_factor_error(maturity)),
        )

    return _maker(fit)


def smile_of_american_prices(spot: float, carry: CarryRange) -> SmileMaker:
    """Return the maker of smiles whose quotes are the European intervals in American ones."""

    def fit(pairs: Pairs, maturity: float) -> AmericanParityFit:
        return fit_american_parity(*pairs, spot, maturity, carry)

    return _maker(fit)


def _maker(fit: Callable[[Pairs, float], ForwardFit]) -> SmileMaker:
    def make(
        part: Slice, quotes: pd.DataFrame, fate: Fates, filters: Sequence[QuoteFilter]
    ) -> Smile | None:
        rows = fate.alive(part.rows)
        table = quotes.loc[rows].assign(row=rows)
        try:
            parity = fit(_pairs(table), part.maturity)
        except DataError as error:
            fate.drop(rows, f"no forward: {error}")
            return None
        table = _out_of_the_money(table, parity.forward, fate)
        if isinstance(parity, AmericanParityFit):
            table = _as_european(table, parity, part, fate)
        table = _in_units_of_the_forward(table, parity, part, fate)
        return smile_of_table(
            table, part, fate, filters, parity.forward, parity.discount_factor, parity
        )

    return make


def _pairs(table: pd.DataFrame) -> Pairs:
    strike, is_call, bid, ask = (
        table[name].to_numpy() for name in ("strike", "is_call", "bid", "ask")
    )
    calls, puts = np.flatnonzero(is_call), np.flatnonzero(~is_call)
    both, i, j = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    call, put = calls[i], puts[j]
    return both, bid[call], ask[call], bid[put], ask[put]


def _out_of_the_money(table: pd.DataFrame, forward: float, fate: Fates) -> pd.DataFrame:
    chosen = ((table["strike"] >= forward) == table["is_call"]).to_numpy()
    fate.drop(table["row"].to_numpy()[~chosen], IN_THE_MONEY)
    return table.loc[chosen].sort_values("strike")


def _as_european(
    table: pd.DataFrame, parity: AmericanParityFit, part: Slice, fate: Fates
) -> pd.DataFrame:
    strike, is_call, bid, ask = (
        table[name].to_numpy() for name in ("strike", "is_call", "bid", "ask")
    )
    bid, ask = european_quotes(strike, is_call, bid, ask, parity, part.maturity)
    lost = np.isnan(bid) | np.isnan(ask)
    fate.drop(table["row"].to_numpy()[lost], NO_EUROPEAN_PRICE)
    return table.assign(bid=bid, ask=ask).loc[~lost]


def _in_units_of_the_forward(
    table: pd.DataFrame, parity: ForwardFit, part: Slice, fate: Fates
) -> pd.DataFrame:
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
