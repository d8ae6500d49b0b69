"""A settled trade: its profit by hand, by listed contracts, and what no settlement price can do."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.market.surface import Smile
from rmot.models import BlackScholes
from rmot.payoffs import basket_call, call, digital, put, straddle
from rmot.transport import (
    ChiSquared,
    Quotes,
    StaticHedge,
    Unrestricted,
    basket_bounds,
    on_assets,
    order_ticket,
    price_bounds,
)
from rmot.transport.orders.settling import settled_hedge, settled_profit, settled_ticket
from rmot.transport.orders.ticket import Side

STRIKES = np.array([0.8, 0.9, 0.97, 1.03, 1.1, 1.2])
MODEL = BlackScholes(volatility=0.2)
MATURITY = 0.25
PRICES = np.linspace(0.0, 3.0, 1201)
TARGETS = (call(1.0), put(0.95), straddle(1.0), digital(1.05), call(1.35))
ROUNDING = 1e-12  # of sums of a dozen numbers of size one


@pytest.fixture(scope="module")
def quotes() -> Quotes:
    fair = MODEL.call_price(np.log(STRIKES), MATURITY)
    return Quotes([call(k) for k in STRIKES], 0.99 * fair, 1.01 * fair)


def test_profit_is_what_is_earned_by_hand():
    quotes = Quotes([call(0.9), call(1.1)], [0.12, 0.02], [0.13, 0.03])
    hedge = StaticHedge(0.01, np.array([0.5]), np.array([2.0, -1.0]), cost=0.75, shortfall=0.0)
    # at 1.3: 0.01 + 0.5 * 1.3 + 2 * 0.4 - 0.2
    assert settled_hedge(hedge, quotes, [1.3])[0] == pytest.approx(1.26, abs=1e-15)


@pytest.mark.parametrize("payoff", TARGETS, ids=lambda payoff: payoff.label)
def test_classical_trades_never_lose_at_any_price(payoff, quotes):
    bounds = price_bounds(payoff, None, quotes=quotes, divergence=Unrestricted())
    for side in ("upper", "lower"):
        profit = settled_profit(bounds, payoff, quotes, PRICES, side)
        assert profit.min() >= -(bounds.gap + ROUNDING)
        hedge = getattr(bounds, f"{side}_hedge")
        assert hedge.cost == pytest.approx(getattr(bounds, side), abs=bounds.gap + ROUNDING)


def test_classical_trades_touch_zero_somewhere(quotes):
    # were the least profit positive the bound would not be sharp
    bounds = price_bounds(straddle(1.0), None, quotes=quotes, divergence=Unrestricted())
    for side in ("upper", "lower"):
        profit = settled_profit(bounds, straddle(1.0), quotes, STRIKES, side)
        assert profit.min() == pytest.approx(0.0, abs=bounds.gap + ROUNDING)


def test_a_balls_profit_is_its_charge_less_what_the_hedge_misses(quotes):
    prior = MODEL.prior(MATURITY, kinks=np.sort(np.append(STRIKES, 1.0)))
    bounds = price_bounds(straddle(1.0), prior, quotes=quotes, divergence=ChiSquared(), radius=0.01)
    profit = settled_profit(bounds, straddle(1.0), quotes, PRICES, "upper")
    hedge = bounds.upper_hedge
    missed = straddle(1.0).value(PRICES) - settled_hedge(hedge, quotes, PRICES)
    np.testing.assert_allclose(profit, hedge.charge - missed, atol=bounds.gap + ROUNDING)
    # under the prior it is worth something to have sold at the bound
    kept = prior.closed()
    mean = kept.weights @ settled_profit(bounds, straddle(1.0), quotes, kept.points, "upper")
    assert mean > 0


def test_listed_contracts_pay_the_same(quotes):
    forward, discount = 4489.0, 0.99
    k = np.log(STRIKES)
    empty = np.full(k.size, np.nan)
    smile = Smile(
        date(2030, 1, 18),
        "PM",
        MATURITY,
        forward,
        discount,
        forward * STRIKES,
        k,
        np.asarray(quotes.bid),
        np.asarray(quotes.ask),
        0.5 * (quotes.bid + quotes.ask),
        empty,
        empty,
        empty,
        None,
    )
    bounds = price_bounds(straddle(1.0), None, quotes=quotes, divergence=Unrestricted())
    sides: tuple[tuple[Side, float], ...] = (("upper", 1.0), ("lower", -1.0))
    for side, sign in sides:
        ticket = order_ticket(getattr(bounds, f"{side}_hedge"), smile, side, contracts=3)
        paid = settled_ticket(ticket, forward * PRICES)
        premium = sign * getattr(bounds, side) - sign * straddle(1.0).value(PRICES)
        total = paid - ticket.cost / discount + 300 * forward * premium
        expected = settled_profit(bounds, straddle(1.0), quotes, PRICES, side)
        np.testing.assert_allclose(total / (300 * forward), expected, atol=1e-9)


def test_a_baskets_hedge_is_settled_at_several_prices(quotes):
    payoff = basket_call([0.5, 0.5], 1.0)
    bounds = basket_bounds(payoff, [quotes, quotes])
    prices = np.random.default_rng(1).lognormal(0.0, 0.4, (2000, 2))
    for side in ("upper", "lower"):
        profit = settled_profit(bounds, payoff, on_assets([quotes, quotes]), prices, side)
        assert profit.min() >= -ROUNDING


def test_a_hedge_without_quotes_is_cash_and_forwards():
    hedge = StaticHedge(1.0, np.array([-0.5]), np.empty(0), cost=0.5, shortfall=0.0)
    np.testing.assert_array_equal(settled_hedge(hedge, None, [0.0, 2.0]), [1.0, 0.0])


def test_what_does_not_fit_is_refused(quotes):
    bounds = price_bounds(call(1.0), None, quotes=quotes, divergence=Unrestricted())
    with pytest.raises(ParameterError, match="expected side 'upper' or 'lower'; got 'both'"):
        settled_profit(bounds, call(1.0), quotes, [1.0], "both")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="expected a hedge in 0 quotes of 1 assets"):
        settled_hedge(bounds.upper_hedge, None, [1.0])
    with pytest.raises(ParameterError, match="finite settlement prices"):
        settled_hedge(bounds.upper_hedge, quotes, [np.nan])
    arrays = Quotes(np.ones((len(quotes), 3)), quotes.bid, quotes.ask)
    with pytest.raises(ParameterError, match="payoff objects"):
        settled_hedge(bounds.upper_hedge, arrays, [1.0])
