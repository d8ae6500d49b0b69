"""Step 1 of the workflow: the quotes of a book's assets, and whether they are what 002 asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from rmot.errors import DataError
from rmot.market import CarryRange, OptionSurface, read_chain
from rmot.market.filters import IN_THE_MONEY, KEPT
from rmot.market.surface import Smile
from rmot.regulation.holdings import Asset, Position, require_chain
from rmot.regulation.portfolio import Portfolio
from rmot.regulation.report.results import DataUsed, SmileCheck

LARGEST_SPREAD = 0.05
FEWEST_STRIKES = 50
"""What 002 (section 6.3) asks of the data: reported, and nothing is left out for it."""

Slice = tuple[date, str]


@dataclass(frozen=True, eq=False)
class AssetQuotes:
    """The smiles of one asset at the expiries of its positions, all quotes of them."""

    asset: Asset
    surface: OptionSurface
    data: DataUsed

    def smile(self, expiry: date, settlement: str) -> Smile:
        """Return one of them."""
        return next(
            smile
            for smile in self.surface
            if smile.expiry == expiry and smile.settlement == settlement
        )


def read_quotes(portfolio: Portfolio, asset: Asset) -> AssetQuotes:
    """Read an asset's quotes at the expiries and settlements of the positions on it.

    Raises
    ------
    MissingData, DataError
        The chain is not there or cannot be read, is of another day than the portfolio's close, or
        has no quotes for an expiry.
    """
    chain = read_chain(require_chain(asset))
    on_it = [each for each in portfolio.positions if asset.name in each.assets]
    wanted = {slice_of(each) for each in on_it}
    rates = portfolio.method.rates
    american = chain.exercise == "american"
    carry = CarryRange(rates=rates) if american and rates is not None else None
    expiries = sorted({expiry for expiry, _ in wanted} | set(asset.expiries))
    try:
        surface = chain.surface(maturities=expiries, carry=carry)
    except DataError as error:
        names = ", ".join(each.name for each in on_it)
        raise DataError(f"{asset.name}, which {names} need: {error}") from None
    if surface.valuation.date() != portfolio.close:
        raise DataError(
            f"{asset.name}: expected quotes of the portfolio's close, {portfolio.close}; "
            f"{surface.source.id} has those of {surface.valuation.date()}"
        )
    smiles = tuple(
        each
        for each in surface
        if (each.expiry, each.settlement) in wanted or each.expiry in asset.expiries
    )
    missing = wanted - {(each.expiry, each.settlement) for each in smiles}
    if missing:
        expiry, settlement = min(missing)
        position = next(each for each in on_it if slice_of(each) == min(missing))
        raise DataError(
            f"position {position.name}: expected quotes of {asset.name} for {expiry} {settlement}; "
            f"there are {', '.join(smile.label for smile in surface)}"
        )
    source = surface.source
    data = DataUsed(
        asset.name,
        source.id,
        source.sha256,
        source.kind,
        surface.valuation.isoformat(timespec="minutes"),
        chain.exercise,
    )
    return AssetQuotes(asset, replace(surface, slices=smiles), data)


def slice_of(position: Position) -> Slice:
    """Return a position's expiry and settlement."""
    return position.expiry, position.settlement


def check_smile(quotes: AssetQuotes, smile: Smile) -> SmileCheck:
    """Return what 002's step 1 looks at: how many strikes, and how wide their quotes are."""
    # out of the money: puts below the forward
    parity = np.maximum(1.0 - np.exp(smile.log_moneyness), 0.0)
    bid, ask = smile.bid_price - parity, smile.ask_price - parity
    middle = 0.5 * (bid + ask)
    spread = (ask - bid) / np.where(middle > 0, middle, np.nan)
    refused = sum(
        count
        for label, reason, count in quotes.surface.report.counts
        if label == smile.label and reason not in (KEPT, IN_THE_MONEY)
    )
    return SmileCheck(
        quotes.asset.name,
        smile.expiry,
        smile.settlement,
        smile.forward,
        smile.discount_factor,
        len(smile),
        len(smile) >= FEWEST_STRIKES,
        float(np.mean(spread < LARGEST_SPREAD)),
        float(np.nanmedian(spread)),
        float(np.median(smile.ask_volatility - smile.bid_volatility)),
        refused,
    )
