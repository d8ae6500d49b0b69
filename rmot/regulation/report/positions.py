r"""Steps 4 and 5 of the workflow for one position: bounds, hedge, errors and charges.

With N = notional, D = discount factor, p = the calibrated price and [l, u] bounds per unit,

.. math:: \text{charge} = N D\,(p - l) \text{ long},\; N D\,(u - p) \text{ short}, \qquad
          \text{either} = N D \max(u - p, p - l)

(001, Algorithm 1, step 5), for the ball and for the sharp classical bounds around the same price.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.calibration import Fit
from rmot.errors import InfeasibleQuotes, InfeasibleRadius
from rmot.market.surface import Smile
from rmot.numerics.discrete import Prior
from rmot.payoffs import BasketOption
from rmot.regulation.charges import Side, position_charge
from rmot.regulation.expected_shortfall import expected_shortfall
from rmot.regulation.holdings import Position
from rmot.regulation.method import Method, QuoteNoise
from rmot.regulation.report.hedges import hedge_orders
from rmot.regulation.report.priors import one_asset_prior, within_reach
from rmot.regulation.report.results import Interval, PositionResult
from rmot.regulation.scenarios import stress_scenarios
from rmot.transport import (
    Bounds,
    MultipleOfLeast,
    Quotes,
    Radius,
    Unrestricted,
    basket_bounds,
    on_assets,
    price_bounds,
    quote_noise_radius,
)

Vector = NDArray[np.float64]

NOISE_DRAWS = 20
_SAMPLING = 2.0


@dataclass(frozen=True, eq=False)
class Market:
    """What a position's bounds are made of: thinned smiles, fits and the joint law.

    `ends` are the joint laws at the ends of the correlation's interval; `law` names the prior.
    """

    smiles: Mapping[str, Smile]
    fits: Mapping[str, Fit]
    joint: Prior | None
    ends: tuple[Prior, ...]
    law: str
    method: Method


def bound_position(position: Position, market: Market, factors: Sequence[str]) -> PositionResult:
    """Return a position's bounds, hedge, errors and charges.

    Raises
    ------
    RmotError
        As the bounds raise it: quotes that no law near the prior meets, a radius that is too small.
    """
    smiles = [market.smiles[name] for name in position.assets]
    prior, kept = _prior_and_quotes(position, market, smiles)
    used = [smile.rows(rows) for smile, rows in zip(smiles, kept, strict=True)]
    quotes = _quotes(used)
    target, forwards = position.target, np.ones(len(smiles))
    ball = _ball(position, market.method, prior, quotes)
    around = _over_ends(position, market, smiles, ball)
    every = [Quotes.from_smile(smile) for smile in smiles]
    classical = (
        basket_bounds(target, every, forwards)
        if isinstance(target, BasketOption)
        else price_bounds(target, None, quotes=every[0], divergence=Unrestricted())
    )
    discounts = [smile.discount_factor for smile in smiles]
    discount = float(np.mean([1.0 if math.isnan(each) else each for each in discounts]))
    scenarios = stress_scenarios(
        ball,
        target,
        side=position.side,
        maturity=smiles[0].maturity,
        names=position.assets,
        forwards=[smile.forward for smile in smiles],
        quotes=quotes,
        notional=position.notional,
        discount_factor=discount,
    )
    units = position.notional * discount
    kinds = (("ball", ball), ("over ends", around or ball), ("classical", classical))
    charges = {
        (kind, side): _charge(side, found, ball.price, units)
        for kind, found in kinds
        for side in (position.side, "either")
    }
    assert ball.radius is not None
    hedge = ball.upper_hedge if position.side == "short" else ball.lower_hedge
    orders = hedge_orders(hedge, position, used, discount)
    return PositionResult(
        position.name,
        position.assets,
        describe(position),
        position.side,
        position.expiry,
        position.settlement,
        smiles[0].maturity,
        position.notional,
        discount,
        not factors,
        tuple(factors),
        position.risk_class,
        position.residual,
        market.law,
        ball.radius.value,
        ball.radius.rule,
        ball.minimum_radius,
        ball.price,
        Interval(ball.lower, ball.upper, ball.gap),
        Interval(classical.lower, classical.upper, classical.gap),
        around,
        ball.sampling_error,
        ball.support_limited,
        ball.tail_relaxed,
        len(quotes),
        sum(len(smile) for smile in smiles) - len(quotes),
        charges["ball", position.side],
        charges["ball", "either"],
        charges["over ends", position.side],
        charges["classical", position.side],
        charges["classical", "either"],
        units * (ball.gap + _SAMPLING * (ball.sampling_error or 0.0)),
        expected_shortfall(scenarios.loss, scenarios.calibrated / scenarios.calibrated.sum()),
        units * ball.price if position.premium is None else position.premium,
        position.premium is not None,
        orders,
        math.fsum(order.cost for order in orders),
        units * hedge.charge,
        position.notional * hedge.shortfall,
        position.notional * hedge.deviation,
        scenarios.shocks,
        scenarios,
    )


def describe(position: Position) -> str:
    """Return what a position is, in words."""
    legs = " + ".join(
        f"{weight:g} {name}" for weight, name in zip(position.weights, position.assets, strict=True)
    )
    legs = position.assets[0] if len(position.assets) == 1 else legs
    return f"{position.payoff} on {legs} at {position.strike:g}"


def _ball(position: Position, method: Method, prior: Prior, quotes: Quotes) -> Bounds:
    forwards = np.ones(len(position.assets))
    return price_bounds(
        position.target,
        prior,
        quotes=quotes,
        forwards=forwards if forwards.size > 1 else 1.0,
        divergence=method.divergence,
        radius=_radius(method, prior, quotes, forwards),
    )


def _over_ends(
    position: Position, market: Market, smiles: Sequence[Smile], ball: Bounds
) -> Interval | None:
    """Return what the ball and those around the laws at the correlation's ends hold together.

    An end whose law is too far from the quotes for the radius is no law of the input's, and adds
    nothing.
    """
    found = [ball]
    for prior in market.ends:
        kept = within_reach(prior, smiles)
        own = _quotes([smile.rows(rows) for smile, rows in zip(smiles, kept, strict=True)])
        with suppress(InfeasibleQuotes, InfeasibleRadius):
            found.append(_ball(position, market.method, prior, own))
    if len(found) == 1:
        return None
    return Interval(
        min(each.lower for each in found),
        max(each.upper for each in found),
        max(each.gap for each in found),
    )


def _charge(side: Side, bounds: Bounds | Interval, price: float, units: float) -> float:
    # classical bounds hold for all laws, but meet quotes that a sample need not
    lower, upper = min(bounds.lower, price), max(bounds.upper, price)
    return float(position_charge(side, lower, price, upper, units))


def _prior_and_quotes(
    position: Position, market: Market, smiles: Sequence[Smile]
) -> tuple[Prior, list[NDArray[np.bool_]]]:
    if market.joint is not None:
        return market.joint, within_reach(market.joint, smiles)
    (smile,), model = smiles, market.fits[position.assets[0]].model
    prior, kept = one_asset_prior(model, smile, position.strike, market.method.divergence)
    return prior, [kept]


def _quotes(smiles: Sequence[Smile]) -> Quotes:
    quotes = [Quotes.from_smile(smile) for smile in smiles]
    return quotes[0] if len(quotes) == 1 else on_assets(quotes)


def _radius(
    method: Method, prior: Prior, quotes: Quotes, forwards: Vector
) -> Radius | MultipleOfLeast:
    if not isinstance(method.radius, QuoteNoise):
        return method.radius
    return quote_noise_radius(
        prior,
        quotes,
        divergence=method.divergence,
        level=method.radius.level,
        n_draws=NOISE_DRAWS,
        seed=method.seed,
        forwards=forwards if forwards.size > 1 else 1.0,
    )
