"""Baskets traded: calls at the money on equally weighted names, hedged by options on each name.

The balls lie around the names' fitted laws under a Gaussian copula with the past year's
correlations. The delta hedge takes the basket for one lognormal price of the variance that these
correlations give it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import DataError, RmotError
from rmot.payoffs import basket_call, call
from rmot.studies.trading.delta import delta_gain
from rmot.studies.trading.markets import Market
from rmot.studies.trading.positions import CLASSICAL, EXCESSES, Book, book, fitted
from rmot.studies.trading.synthetic_markets import NAMES
from rmot.transport import (
    Bounds,
    ChiSquared,
    Prior,
    Quotes,
    Radius,
    basket_bounds,
    gaussian_copula,
    least_radius,
    on_assets,
    price_bounds,
    smile_quantile,
)

DRAWN = "basket of drawn names"
BASKETS = {
    "basket of two": ("SPY", "QQQ"),
    "basket of four": ("AAPL", "MSFT", "NVDA", "AMZN"),
    DRAWN: NAMES,
}
DAYS = 252
POINTS = {"quick": 1 << 12, "full": 1 << 13, "deep": 1 << 16}
OUTSIDE = 2e-3
"""Quotes whose strikes have less than this share of a sample on either side are left out of the
balls: a finite sample cannot meet them."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Basket:
    """Names of one close and expiry that are traded together.

    Attributes
    ----------
    name : str
    markets : tuple of Market
    correlation : ndarray, shape (n_assets, n_assets)
        Of past daily returns.
    """

    name: str
    markets: tuple[Market, ...]
    correlation: Vector


def baskets(
    offered: Iterable[Market], histories: dict[str, pd.Series], skipped: Counter[str]
) -> Iterator[Basket]:
    """Yield the baskets whose names are all offered at one close for one expiry."""
    together: defaultdict[tuple[object, ...], dict[str, Market]] = defaultdict(dict)
    for market in offered:
        together[market.group, market.traded, market.smile.expiry][market.name] = market
    for own in together.values():
        for name, members in BASKETS.items():
            if not set(members) <= set(own):
                continue
            chosen = tuple(own[member] for member in members)
            try:
                correlation = past_correlation(chosen, histories)
            except RmotError as error:
                skipped[type(error).__name__] += 1
                continue
            yield Basket(name, chosen, correlation)


def past_correlation(chosen: tuple[Market, ...], histories: dict[str, pd.Series]) -> Vector:
    """Return the correlation of daily returns in the year before the trade; drawn names have none.

    Raises
    ------
    DataError
        Too few days that all names have.
    """
    if set(BASKETS[DRAWN]) >= {market.name for market in chosen}:
        return np.eye(len(chosen))
    missing = [market.name for market in chosen if market.name not in histories]
    if missing:
        raise DataError(f"expected a history of each name of the basket; got none of {missing}")
    closes = pd.concat([histories[market.name] for market in chosen], axis=1, join="inner")
    closes = closes.loc[closes.index <= pd.Timestamp(chosen[0].traded)]
    returns = np.diff(np.log(closes.to_numpy(float)), axis=0)[-DAYS:]
    if len(returns) < DAYS:
        raise DataError(f"expected {DAYS} days of returns of the basket; got {len(returns)}")
    return np.corrcoef(returns.T)


@dataclass(frozen=True, eq=False)
class BasketTrade:
    """Bounds on one basket, by method, and what became of it.

    Attributes
    ----------
    bounds : dict of str to (Bounds, Quotes)
        With the quotes that their hedges hold.
    least : float
    paid, gain : float
        What the call paid, and what its delta hedge gained; nan where closes are missing.
    """

    bounds: dict[str, tuple[Bounds, Quotes]]
    least: float
    paid: float
    gain: float


def traded(basket: Basket, profile: str, seed: int) -> BasketTrade:
    """Bound a basket and settle it.

    Raises
    ------
    RmotError
        A name has too few quotes, cannot be fitted, or no law near the sample meets the quotes.
    """
    count = len(basket.markets)
    weights = np.full(count, 1.0 / count)
    payoff = basket_call(weights, 1.0)
    books = [book(market.smile) for market in basket.markets]
    each = [offered.quotes for offered in books]
    found: dict[str, tuple[Bounds, Quotes]] = {
        CLASSICAL: (basket_bounds(payoff, each, forwards=np.ones(count)), on_assets(each))
    }
    models = [
        fitted(market.surface, offered.hedges)
        for market, offered in zip(basket.markets, books, strict=True)
    ]
    maturity = basket.markets[0].smile.maturity
    prior = gaussian_copula(
        [smile_quantile(model, maturity) for model in models],
        basket.correlation,
        POINTS[profile],
        seed=seed,
    )
    inside = on_assets([_inside(b, prior, i) for i, b in enumerate(books)])
    least = least_radius(prior, inside, forwards=np.ones(count), divergence=ChiSquared())
    calibrated = None
    for excess in EXCESSES:
        bounds = price_bounds(
            payoff,
            prior,
            quotes=inside,
            forwards=np.ones(count),
            divergence=ChiSquared(),
            radius=Radius(least + excess, "the least, and an excess"),
            calibrated=calibrated,
        )
        calibrated = bounds.calibrated
        found[f"{excess:g}"] = (bounds, inside)
    settled = np.array([[market.settled for market in basket.markets]])
    return BasketTrade(
        found, least, float(payoff.value(settled)[0]), _gain(basket, models, weights, maturity)
    )


def _inside(offered: Book, prior: Prior, asset: int) -> Quotes:
    low, high = np.quantile(prior.points[:, asset], [OUTSIDE, 1.0 - OUTSIDE])
    strikes = np.exp(offered.hedges.log_moneyness)
    return Quotes.from_smile(offered.hedges.rows((strikes > low) & (strikes < high)))


def _gain(basket: Basket, models: list, weights: Vector, maturity: float) -> float:
    sizes = {market.path.size for market in basket.markets}
    if 0 in sizes or len(sizes) > 1:
        return np.nan
    at_the_money = [float(model.implied_volatility(np.zeros(1), maturity)[0]) for model in models]
    part = weights * np.array(at_the_money)
    volatility = float(np.sqrt(part @ basket.correlation @ part))
    path = weights @ np.stack([market.path for market in basket.markets])
    return delta_gain(call(1.0), basket.markets[0].times, path, volatility)
