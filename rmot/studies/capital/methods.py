"""The methods that put a range on a book's prices, each with what it assumes.

Sharp bounds know quotes alone; correlation ranges assume a Gaussian copula; past moves assume that
the worst is behind; balls assume a joint law and how far the truth may be from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rmot.models import BlackScholes
from rmot.numerics.quantiles import Quantile
from rmot.studies.capital.books import Book
from rmot.studies.capital.copulas import copula_range, least_variance
from rmot.studies.capital.markets import Market
from rmot.studies.capital.ranges import SHARP, Ranges
from rmot.studies.capital.stress import (
    BASE_HORIZON,
    Moves,
    moves_of,
    revalued,
    shortfall_error,
    shortfalls,
    worst,
)
from rmot.transport import (
    Bounds,
    ChiSquared,
    MultipleOfLeast,
    Prior,
    Quotes,
    Radius,
    basket_bounds,
    least_radius,
    on_assets,
    price_bounds,
    prior_spread_radius,
    quote_noise_radius,
    smile_quantile,
)

Vector = NDArray[np.float64]

MULTIPLE = 2.0
TOLERANCE = 5e-6
ROUNDS = 30
CELLS = 40
"""Of equal mass, on which two joint laws' baskets are compared."""

BLACK_PAST, BLACK_ANY = "Black-Scholes, past correlation", "Black-Scholes, any correlation"
SMILES_PAST, SMILES_ANY = "smiles, past correlation", "smiles, any correlation"
WORST = {10: "worst 10 days", 20: "worst 20 days"}
FORWARDS = "forwards alone"
SHORTFALL = "97.5% shortfall"

DRAWS = 100
"""Of blocks of history, for the error of a shortfall."""

_QUOTES_ALONE = "quotes, no model"


def forwards_alone(book: Book, price: Vector) -> Ranges:
    """Return what forwards leave where no option is quoted: Jensen's lower end, and the forward."""
    strikes = np.array(book.strikes)
    low, high = np.maximum(1.0 - strikes, 0.0), np.ones_like(strikes)
    return Ranges(FORWARDS, "forwards, no option quoted, no model", low, price, high, 0.0 * price)


def sharp(book: Book, market: Market, price: Vector) -> Ranges:
    """Return the bounds that the quotes of each asset alone leave."""
    found = [
        basket_bounds(payoff, market.quotes, tolerance=TOLERANCE, rounds=ROUNDS)
        for payoff in book.payoffs()
    ]
    return sharp_range(
        np.array([each.lower for each in found]),
        price,
        np.array([each.upper for each in found]),
        np.array([each.gap for each in found]),
    )


def sharp_range(lower: Vector, price: Vector, upper: Vector, gap: Vector) -> Ranges:
    """Return the sharp bounds as a range; the price is the one that all methods share."""
    return Ranges(SHARP, _QUOTES_ALONE, lower, price, upper, gap)


def correlation_ranges(book: Book, market: Market, n_points: int, seed: int) -> list[Ranges]:
    """Return what correlations leave open: those of the past year's interval, and any."""
    sizes = np.array(book.weights) * np.array(market.volatilities)
    ones = np.ones((sizes.size, sizes.size))
    past = market.past
    intervals = {
        "past": (past.lower, past.correlation, past.upper),
        "any": (least_variance(sizes), past.correlation, ones),
    }
    said = {"past": f"{past.level:.0%} interval of {past.observations} days", "any": "any matrix"}
    lognormal: list[Quantile] = [
        smile_quantile(BlackScholes(volatility=float(v)), market.maturity)
        for v in market.volatilities
    ]
    found = []
    for names, laws, of in (
        ((BLACK_PAST, BLACK_ANY), lognormal, "one volatility an asset"),
        ((SMILES_PAST, SMILES_ANY), market.marginals(), "rough Heston marginals"),
    ):
        for name, (word, ends) in zip(names, intervals.items(), strict=True):
            assumed = f"Gaussian copula, {of}, correlations: {said[word]}"
            found.append(copula_range(name, assumed, book, laws, ends, n_points, seed))
    return found


def past_ranges(
    book: Book, market: Market, price: Vector, seed: int, draws: int = DRAWS
) -> list[Ranges]:
    """Return what past moves would do to the book, the worst of them and by expected shortfall."""
    found = []
    unknown = np.full_like(price, np.nan)
    for days, name in WORST.items():
        moves = moves_of(market.returns, list(market.assets), days)
        fall, rise = worst(changes(book, market, price, moves))
        found.append(past_range(name, moves.source, price, (fall, rise), unknown))
    moves = moves_of(market.returns, list(market.assets), BASE_HORIZON)
    still = replace(moves, ratios=np.ones_like(moves.ratios))
    both = changes(book, market, price, moves), changes(book, market, price, still)
    error = shortfall_error(*both, draws, seed)
    said = f"{moves.source}, scaled to liquidity horizons by MAR33.5"
    return [*found, past_range(SHORTFALL, said, price, shortfalls(*both), error)]


def changes(book: Book, market: Market, price: Vector, moves: Moves) -> Vector:
    """Return the changes of price under each move, shape (n, n_strikes)."""
    after = revalued(book.weights, book.strikes, price, market.maturity, moves)
    return after - price


def past_range(
    name: str, said: str, price: Vector, changed: tuple[Vector, Vector], error: Vector
) -> Ranges:
    """Return a range of a fall and a rise about a price."""
    fall, rise = changed
    assumed = f"revalued by Black: {said}"
    # Scaling by horizons may go beyond all that a position held can lose.
    return Ranges(name, assumed, np.maximum(price - fall, 0.0), price, price + rise, error)


def ball(
    book: Book,
    prior: Prior,
    quotes: Sequence[Quotes],
    radius: Radius | MultipleOfLeast,
    law: str,
    rule: str,
) -> Ranges:
    """Return the bounds in a chi-squared ball around a joint law."""
    found: list[Bounds] = []
    every, forwards = on_assets(quotes), np.ones(len(quotes))
    for payoff in book.payoffs():
        bounds = price_bounds(
            payoff,
            prior,
            quotes=every,
            forwards=forwards,
            divergence=ChiSquared(),
            radius=radius,
            calibrated=found[0].calibrated if found else None,
        )
        found.append(bounds)
    used = found[0].radius
    return Ranges(
        ball_name(law, rule),
        ball_assumptions(law, rule),
        np.array([each.lower for each in found]),
        np.array([each.price for each in found]),
        np.array([each.upper for each in found]),
        np.array([each.gap + (each.sampling_error or 0.0) for each in found]),
        float("nan") if used is None else used.value,
    )


def ball_name(law: str, rule: str) -> str:
    """Return the name of a ball's method."""
    return f"ball, {law}, {rule}"


def ball_assumptions(law: str, rule: str) -> str:
    """Return what a ball assumes."""
    return f"truth within a chi-squared ball around {law}, radius: {rule}"


def noise_radius(prior: Prior, quotes: Sequence[Quotes], draws: int, seed: int) -> Radius:
    """Return the radius that nine in ten movements of the quotes within bid and ask ask for."""
    return quote_noise_radius(
        prior,
        on_assets(quotes),
        divergence=ChiSquared(),
        level=0.9,
        n_draws=draws,
        seed=seed,
        forwards=np.ones(len(quotes)),
    )


def spread_radius(book: Book, prior: Prior, other: Prior, quotes: Sequence[Quotes]) -> Radius:
    """Return the least radius and, beyond it, the divergence of another joint law.

    That divergence is read off the basket that is charged, and so bounds that of the joint laws
    from below.
    """
    baskets = [Prior(law.points @ np.array(book.weights), law.weights) for law in (prior, other)]
    spread = prior_spread_radius(
        baskets[0], [baskets[1]], divergence=ChiSquared(), level=1.0, n_cells=CELLS
    )
    least = least_radius(
        prior, on_assets(quotes), divergence=ChiSquared(), forwards=np.ones(len(quotes))
    )
    return Radius(least + spread.value, f"the least, {least:.6g}, and {spread.rule}")
