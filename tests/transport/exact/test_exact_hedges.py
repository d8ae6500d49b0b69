"""Hedges and laws in rationals, against the bounds in floating point and brute force."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check import verify
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.market import read_chain
from rmot.market.synthetic import synthetic_index_chain
from rmot.numerics import black_call
from rmot.payoffs import PiecewiseLinear, basket_call, call, digital, forward, put, straddle
from rmot.transport import Quotes, Unrestricted, basket_bounds, price_bounds
from rmot.transport.exact.elementary import Term, decomposed, exact, least, value
from rmot.transport.exact.hedges import exact_hedge
from rmot.transport.exact.listed import ListedAsset, ListedQuote, listed_quotes, listed_smile

STRIKES = np.array([60.0, 75.5, 90.0, 95.25, 100.0, 104.75, 112.5, 130.0, 155.0])
FORWARD, DISCOUNT, TICK = 100.25, 0.9875, 0.01


def _ticked(strikes=STRIKES, deviation=0.22, width=2, tick=TICK):
    """Out-of-the-money options, bid and ask on ticks around Black's price."""
    undiscounted = black_call(np.log(strikes / FORWARD), deviation, 1.0) * FORWARD
    quotes = []
    for strike, fair in zip(strikes, undiscounted, strict=True):
        kind = "call" if strike >= FORWARD else "put"
        today = DISCOUNT * (fair if kind == "call" else fair - FORWARD + strike)
        middle = Fraction(round(today / tick)) * exact(tick)
        bid, ask = (str(float(middle + side * width * exact(tick))) for side in (-1, 1))
        quotes.append(ListedQuote(kind, repr(float(strike)), bid, ask))
    return ListedAsset("A", "made", repr(FORWARD), repr(DISCOUNT), tuple(quotes))


def _floating(asset):
    """Return the same quotes in floating point, undiscounted."""
    makers = {"call": call, "put": put, "digital": digital}
    payoffs = [makers[item.kind](float(item.strike)) for item in asset.quotes]
    bid, ask = (
        [float(getattr(item, side)) / float(asset.discount_factor) for item in asset.quotes]
        for side in ("bid", "ask")
    )
    return Quotes(payoffs, bid, ask)


@pytest.mark.parametrize("side", ["upper", "lower"])
@pytest.mark.parametrize("maker", [call, put, digital, straddle])
@pytest.mark.parametrize("strike", [55.0, 93.7, 100.0, 121.3, 180.0])
def test_cost_is_the_floating_point_bound_and_a_law_attains_it(maker, strike, side):
    asset = _ticked()
    hedge = exact_hedge(maker(strike), asset, side)
    found = price_bounds(
        maker(strike), None, quotes=_floating(asset), forwards=FORWARD, divergence=Unrestricted()
    )
    scale = 1.0 if maker is digital else FORWARD
    assert abs(float(hedge.cost) - getattr(found, side)) <= 1e-9 * scale
    assert abs(hedge.excess) <= 1e-9 * scale
    # Limits from below and far prices are stood for within 1e-12 of the forward.
    assert hedge.gap <= 1e-9 * scale
    assert verify._superhedge_holds(hedge.to_json(), {})


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_positions_of_an_interpolated_call_are_exact(side):
    quotes = (ListedQuote("call", "90", "12", "12.5"), ListedQuote("call", "110", "2", "2.5"))
    hedge = exact_hedge(call(97.5), ListedAsset("A", "made", "100", "0.98", quotes), side)
    if side == "upper":
        # 97.5 lies three eighths of the way: 5/8 and 3/8 of the asks.
        assert dict(hedge.positions[0]) == {0: Fraction(5, 8), 1: Fraction(3, 8)}
        assert hedge.cost == (
            Fraction(5, 8) * Fraction("12.5") + Fraction(3, 8) * 5 / 2
        ) / Fraction("0.98")
    assert hedge.attained == hedge.cost


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    chosen=st.sets(st.sampled_from(STRIKES.tolist()), min_size=1),
    strike=st.integers(1, 200),
    maker=st.sampled_from([call, put, digital, straddle]),
    side=st.sampled_from(["upper", "lower"]),
    width=st.integers(1, 30),
)
def test_hedges_dominate_at_rational_prices(chosen, strike, maker, side, width):
    asset = _ticked(np.array(sorted(chosen)), width=width)
    hedge = exact_hedge(maker(strike), asset, side)
    assert verify._superhedge_holds(hedge.to_json(), {})
    own = [
        Term(held, asset.quotes[j].kind, exact(asset.quotes[j].strike))
        for j, held in hedge.positions[0]
    ]
    own.append(Term(hedge.units[0], "price", Fraction(0)))
    (branch,) = hedge.branches
    sign = 1 if side == "upper" else -1
    for price in (Fraction(n, 3) for n in range(0, 1000, 7)):
        over = hedge.cash + value(own, price) - branch.cash - value(branch.legs[0], price)
        assert sign * over >= 0
    assert hedge.attained is not None
    assert sign * (hedge.cost - hedge.attained) >= 0


@pytest.mark.parametrize("strike", [0.7, 0.95, 1.0, 1.2])
@pytest.mark.parametrize("weights", [(0.5, 0.5), (1.0, -0.5), (0.25, 0.75)])
def test_basket_hedge_costs_the_basket_bound(weights, strike):
    first = np.array([0.8, 0.9, 1.0, 1.1, 1.25])
    second = np.array([0.7, 0.95, 1.05, 1.3])
    quotes = []
    for strikes, deviation in ((first, 0.2), (second, 0.3)):
        fair = black_call(np.log(strikes), deviation, 1.0)
        quotes.append(Quotes([call(k) for k in strikes], fair - 1e-3, fair + 1e-3))
    payoff = basket_call(weights, strike)
    hedge = exact_hedge(payoff, [listed_quotes(one) for one in quotes])
    found = basket_bounds(payoff, quotes)
    assert abs(float(hedge.cost) - found.upper) <= 1e-9
    assert hedge.gap <= 1e-9
    assert verify._superhedge_holds(hedge.to_json(), {})


def test_a_basket_of_ten_assets_is_proved_like_one_of_two():
    strikes = np.array([0.85, 1.0, 1.2])
    quotes = []
    for deviation in np.linspace(0.1, 0.3, 10):
        fair = black_call(np.log(strikes), deviation, 1.0)
        quotes.append(Quotes([call(k) for k in strikes], fair - 1e-3, fair + 1e-3))
    payoff = basket_call([0.1] * 10, 1.02)
    hedge = exact_hedge(payoff, [listed_quotes(one) for one in quotes])
    assert abs(float(hedge.cost) - basket_bounds(payoff, quotes, rounds=1).upper) <= 1e-9
    assert verify._superhedge_holds(hedge.to_json(), {})


def test_locked_quotes_leave_an_exact_law():
    # Bid and ask agree: the law has to meet decimals exactly.
    asset = _ticked(width=0)
    hedge = exact_hedge(call(98.5), asset)
    assert hedge.gap == 0
    assert verify._superhedge_holds(hedge.to_json(), {})


def test_open_sides_are_not_traded():
    quotes = (ListedQuote("call", "100", None, "10"), ListedQuote("call", "100", "5", None))
    asset = ListedAsset("A", "made", "100", "1", quotes)
    upper, lower = (exact_hedge(call(100.0), asset, side) for side in ("upper", "lower"))
    assert (upper.cost, lower.cost) == (10, 5)
    assert upper.positions == (((0, 1),),)
    assert lower.positions == (((1, 1),),)


def test_a_smile_is_listed_as_its_file_has_it(tmp_path):
    path = tmp_path / "spx.csv"
    synthetic_index_chain(path, seed=1)
    chain = read_chain(path)
    smile = chain.surface(maturities=["2022-03-18"]).select(settlement="AM").thin(40).slices[0]
    listed = listed_smile(chain, smile)
    cells = [line.split(",") for line in path.read_text().splitlines()]
    lines = {line[at]: line[at:] for line in cells for at in (1, 12) if len(line) > at}
    unit = smile.forward * smile.discount_factor
    for j, item in enumerate(listed.quotes):
        symbol = f"SPX220318{item.kind[0].upper()}{int(float(item.strike)):05d}000"
        assert [exact(cell) for cell in lines[symbol][3:5]] == list(item.prices)
        off = 0.0 if item.kind == "call" else 1 - float(item.strike) / smile.forward
        for side, price in zip(item.prices, (smile.bid_price, smile.ask_price), strict=True):
            # One division and one difference of numbers up to one.
            assert side is not None
            assert float(side) / unit + off == pytest.approx(price[j], abs=1e-15)
    hedge = exact_hedge(call(1.05 * smile.forward), listed)
    found = price_bounds(
        call(1.05), None, quotes=Quotes.from_smile(smile), divergence=Unrestricted()
    )
    assert float(hedge.cost) / smile.forward == pytest.approx(found.upper, abs=1e-12)


def test_infeasible_quotes_are_named_as_listed():
    quotes = (ListedQuote("call", "90", "5", "5"), ListedQuote("call", "110", "6", "6"))
    with pytest.raises(InfeasibleQuotes, match=r"A call 90 bid 5 ask 5"):
        exact_hedge(call(100.0), ListedAsset("A", "made", "100", "1", quotes))


@pytest.mark.parametrize(
    "item",
    [
        lambda: ListedQuote("swap", "1", "1", "2"),
        lambda: ListedQuote("call", "-1", "1", "2"),
        lambda: ListedQuote("call", "1", "2", "1"),
        lambda: ListedQuote("call", "1", "x", "1"),
        lambda: ListedAsset("A", "made", "0", "1", ()),
        lambda: ListedAsset("A", "made", "1", "nan", ()),
        lambda: exact_hedge(basket_call([1, 1], 1.0), _ticked()),
        lambda: exact_hedge(basket_call([1, 1], 1.0), [_ticked(), _ticked()], "lower"),
        lambda: exact_hedge(call(1.0), _ticked(), "middle"),  # pyright: ignore[reportArgumentType]
        lambda: listed_quotes(
            Quotes([PiecewiseLinear(np.array([1.0]), np.zeros(2), np.array([0, 2.0]))], [0], [1])
        ),
    ],
)
def test_bad_input_raises_one_clear_error(item):
    with pytest.raises(ParameterError, match="expected"):
        item()


@pytest.mark.parametrize("payoff", [call(2.5), put(3.0), digital(1.1), straddle(0.3), forward()])
def test_payoffs_are_read_back_as_listed_kinds(payoff):
    quotes = Quotes([payoff], [0.1], [0.2])
    (item,) = listed_quotes(quotes).quotes
    for price in (0.0, 1.1, 2.75, 7.0):
        assert float(item.worth(exact(price))) == pytest.approx(payoff.value([price])[0], abs=1e-15)


def test_any_payoff_of_one_asset_is_decomposed():
    payoff = PiecewiseLinear(
        np.array([0.5, 1.25]), np.array([0.25, 0.5, -1.0]), np.array([0.5, -0.25, 2.0])
    )
    cash, terms = decomposed(payoff)
    for price in (0.0, 0.5, 0.75, 1.25, 3.0):
        assert cash + value(terms, exact(price)) == Fraction(payoff.value([price])[0])
        if price > 0:
            below = cash + value(terms, exact(price), below=True)
            assert below == Fraction(payoff.left_limit([price])[0])


def test_least_value_sees_the_limit_from_below():
    strike = Fraction(1)
    terms = [Term(Fraction(1), "call", strike), Term(Fraction(-2), "price", Fraction(0))]
    assert least(terms) == float("-inf")
    jump = [Term(Fraction(1), "digital", strike), Term(Fraction(1), "put", strike)]
    assert least(jump) == 0
