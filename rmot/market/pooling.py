"""Surfaces of several chains of one close, with the discount curve that all of them tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rmot.market.chain import OptionChain
from rmot.market.discount import DiscountCurve, pool_discounts
from rmot.market.filters import QuoteFilter
from rmot.market.surface import OptionSurface


def pooled_surfaces(
    chains: Sequence[OptionChain],
    maturities: Iterable[date | str] | None = None,
    filters: Sequence[QuoteFilter] = (),
    valuation: datetime | None = None,
) -> tuple[tuple[OptionSurface, ...], DiscountCurve]:
    """Build the surfaces of several chains of one close with one discount curve.

    The curve is pooled from all expiries of all chains; `maturities` and `filters`, as in
    `OptionChain.surface`, act on the surfaces returned.

    Parameters
    ----------
    chains : sequence of OptionChain
    maturities : iterable of date or str, optional
    filters : sequence of QuoteFilter
    valuation : datetime, optional
        Instant from which maturities count; that of the chains unless given.

    Returns
    -------
    surfaces : tuple of OptionSurface
        In the order of the chains.
    curve : DiscountCurve

    Raises
    ------
    DataError, ParameterError
        As `OptionChain.surface` and `pool_discounts`.
    """
    wanted = None if maturities is None else tuple(maturities)
    curve = pool_discounts(chain.surface(valuation=valuation) for chain in chains)
    surfaces = tuple(
        chain.surface(wanted, filters=filters, valuation=valuation, discount=curve)
        for chain in chains
    )
    return surfaces, curve
