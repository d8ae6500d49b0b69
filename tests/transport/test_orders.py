"""Orders cost what the hedge costs, pay what it pays, and say what rounding adds."""

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.market.surface import Smile
from rmot.models import BlackScholes
from rmot.payoffs import digital, straddle
from rmot.transport import (
    ChiSquared,
    Quotes,
    StaticHedge,
    Unrestricted,
    order_ticket,
    price_bounds,
)

FORWARD, DISCOUNT = 4489.07, 0.987
STRIKES = np.array([3600.0, 4000.0, 4300.0, 4489.07, 4600.0, 4900.0, 5300.0])
MODEL = BlackScholes(volatility=0.2)
MATURITY = 0.25


def smile(discount=DISCOUNT):
    """Quotes with a spread around Black and Scholes, in a smile's units."""
    k = np.log(STRIKES / FORWARD)
    mid = MODEL.call_price(k, MATURITY)
    half = 2e-4 + 0.01 * np.minimum(mid, mid - 1 + np.exp(k))
    empty = np.full(k.size, np.nan)
    return Smile(
        date(2030, 1, 18),
        "PM",
        MATURITY,
        FORWARD,
        discount,
        STRIKES,
        k,
        mid - half,
        mid + half,
        mid,
        empty,
        empty,
        empty,
        None,
    )


SMILE = smile()
PRIOR = MODEL.prior(MATURITY, kinks=np.sort(np.append(STRIKES / FORWARD, 1.12)))


def bounds_of(payoff, ball):
    quotes = Quotes.from_smile(SMILE)
    if ball:
        return price_bounds(payoff, PRIOR, quotes=quotes, divergence=ChiSquared(), radius=0.05)
    return price_bounds(payoff, None, quotes=quotes, divergence=Unrestricted())


@pytest.fixture(scope="module", params=["ball", "classical"])
def found(request):
    return bounds_of(straddle(1.12), request.param == "ball")


def tickets(found, at=SMILE, **options):
    yield "upper", found.upper_hedge, order_ticket(found.upper_hedge, at, "upper", **options)
    yield "lower", found.lower_hedge, order_ticket(found.lower_hedge, at, "lower", **options)


def paid(ticket, prices):
    """What the orders pay at expiry, contract by contract."""
    total = np.zeros_like(prices)
    for order in ticket.orders:
        if order.instrument == "cash":
            total += order.cost / ticket.discount_factor
            continue
        worth = {
            "put": np.maximum(order.strike - prices, 0.0),
            "call": np.maximum(prices - order.strike, 0.0),
            "forward": prices - order.strike,
        }[order.instrument]
        total += order.contracts * ticket.multiplier * worth
    return total


def tolerance(ticket):
    """Rounding of sums of what the orders cost and pay, term by term."""
    gross = sum(abs(order.cost) for order in ticket.orders)
    gross += sum(abs(o.contracts or 0.0) * ticket.multiplier * FORWARD for o in ticket.orders)
    return 64 * np.finfo(float).eps * (gross + ticket.contracts * ticket.multiplier * FORWARD)


@pytest.mark.parametrize("discount", [DISCOUNT, np.nan])
def test_orders_cost_what_the_hedge_does_and_the_lower_one_brings_it(found, discount):
    known = 1.0 if np.isnan(discount) else discount
    for side, hedge, ticket in tickets(found, smile(discount), contracts=3, multiplier=50):
        unit = 3 * 50 * known * FORWARD
        sign = 1 if side == "upper" else -1
        assert ticket.cost == pytest.approx(sign * unit * hedge.cost, abs=tolerance(ticket))
        assert ticket.cost == pytest.approx(
            sum(order.cost for order in ticket.orders), abs=tolerance(ticket)
        )
        bound = found.upper if side == "upper" else found.lower
        assert ticket.bound == pytest.approx(unit * bound, abs=tolerance(ticket) + unit * found.gap)
        assert ticket.bound == pytest.approx(
            sign * ticket.cost + ticket.charge, abs=tolerance(ticket)
        )
        assert ticket.undiscounted == np.isnan(discount)
        assert ("undiscounted" in str(ticket)) == np.isnan(discount)


def test_orders_pay_at_expiry_what_the_hedge_pays(found):
    prices = np.concatenate([[0.0], STRIKES, [1.12 * FORWARD, 2e4, 1e6]])
    for side, hedge, ticket in tickets(found, contracts=2):
        s = prices / FORWARD
        held = hedge.cash + hedge.forwards[0] * s
        held = held + sum(
            y * np.maximum(s - k / FORWARD, 0.0)
            for y, k in zip(hedge.positions, STRIKES, strict=True)
        )
        sign = 1 if side == "upper" else -1
        expected = sign * 2 * 100 * FORWARD * held
        slack = tolerance(ticket) * (1 + prices / FORWARD)
        assert np.all(np.abs(paid(ticket, prices) - expected) <= slack)


def test_options_are_out_of_the_money_and_cross_the_listed_side(found):
    k = np.log(STRIKES / FORWARD)
    for _, _, ticket in tickets(found):
        options = [order for order in ticket.orders if order.instrument in ("put", "call")]
        assert options
        for order in options:
            assert order.strike is not None
            assert order.contracts is not None
            j = int(np.flatnonzero(order.strike == STRIKES)[0])
            assert order.instrument == ("put" if order.strike < FORWARD else "call")
            quote = (SMILE.ask_price if order.contracts > 0 else SMILE.bid_price)[j]
            # a put by parity: p = c - 1 + e^k
            quote -= (1 - np.exp(k[j])) if order.instrument == "put" else 0.0
            assert order.price == pytest.approx(quote * DISCOUNT * FORWARD, rel=1e-12)


def test_classical_tickets_leave_no_loss_at_any_price():
    found = bounds_of(digital(1.12), ball=False)
    prices = np.sort(np.concatenate([np.linspace(0, 4 * FORWARD, 4001), STRIKES]))
    target = 100 * FORWARD * digital(1.12).value(prices / FORWARD)
    for side, _, ticket in tickets(found):
        gap = paid(ticket, prices) - target if side == "upper" else paid(ticket, prices) + target
        assert gap.min() >= -tolerance(ticket) - 1e-9 * 100 * FORWARD
        assert ticket.charge == 0.0
        assert math.isnan(ticket.deviation)


def test_whole_contracts_fall_short_by_what_the_ticket_says(found):
    prices = np.concatenate([np.linspace(0, 3 * FORWARD, 3001), STRIKES, [1e6]])
    for (side, hedge, exact), (_, _, ticket) in zip(
        tickets(found, contracts=7), tickets(found, contracts=7, whole=True), strict=True
    ):
        options = [o.contracts for o in ticket.orders if o.instrument in ("put", "call")]
        assert all(count is not None and count == round(count) for count in options)
        gap = paid(exact, prices) - paid(ticket, prices)
        slack = tolerance(exact) * (1 + 1e6 / FORWARD)
        assert gap.max() <= ticket.rounding + slack
        # the worst is at a strike or at zero
        assert gap.max() == pytest.approx(ticket.rounding, abs=slack)
        assert exact.rounding == 0.0
        unit = 7 * 100 * FORWARD
        assert ticket.shortfall == pytest.approx(unit * hedge.shortfall + ticket.rounding)
        assert side == ticket.side


def test_positions_next_to_nothing_are_shown_as_one_row_that_adds_up():
    found = bounds_of(straddle(1.12), ball=True)
    ticket = order_ticket(found.upper_hedge, SMILE, "upper")
    rows = ticket.rows(at_least=1.0)
    assert len(rows) < len(ticket.rows())
    assert [row["instrument"] for row in rows[-3:]] == ["other options", "forward", "cash"]
    assert sum(row["cost"] for row in rows) == pytest.approx(ticket.cost, abs=tolerance(ticket))


def test_a_ticket_survives_json(found):
    for _, _, ticket in tickets(found):
        content = json.loads(json.dumps(ticket.to_json(), allow_nan=False))
        assert content["cost"] == ticket.cost
        assert [row["contracts"] for row in content["orders"]] == [
            order.contracts for order in ticket.orders
        ]


def test_what_does_not_fit_is_refused(found):
    hedge = found.upper_hedge
    with pytest.raises(ParameterError, match="other side"):
        order_ticket(hedge, SMILE, "lower")
    wider = replace(SMILE, ask_price=SMILE.ask_price + 1e-3, bid_price=SMILE.bid_price - 1e-3)
    with pytest.raises(ParameterError, match="another smile"):
        order_ticket(hedge, wider, "upper")
    with pytest.raises(ParameterError, match="6 quotes"):
        order_ticket(hedge, SMILE.rows(np.arange(6)), "upper")
    with pytest.raises(ParameterError, match="side"):
        order_ticket(hedge, SMILE, "buy")  # pyright: ignore[reportArgumentType]
    for contracts, multiplier in ((0.0, 100.0), (1.0, np.inf), (-1.0, 100.0)):
        with pytest.raises(ParameterError, match="> 0"):
            order_ticket(hedge, SMILE, "upper", contracts=contracts, multiplier=multiplier)
    basket = StaticHedge(0.0, np.zeros(2), np.zeros(7), 0.0, 0.0)
    with pytest.raises(ParameterError, match="one asset"):
        order_ticket(basket, SMILE, "upper")
