"""Oracles: the kernel, a binomial tree with a dividend, Heston by finite differences."""

import math
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 - the short name that its own manual uses
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import DataError, ParameterError
from rmot.market import CarryRange, OptionChain
from rmot.market.american import AmericanParityFit, fit_american_parity
from rmot.market.clock import NEW_YORK, settlement_instant, year_fraction
from rmot.market.european_intervals import european_interval
from rmot.market.registry import DataSource
from rmot.numerics import black_otm
from rmot.numerics.american import american_option, european_equivalent

SPOT = 100.0
SNAPSHOT = datetime(2026, 7, 10, 16, 0, tzinfo=NEW_YORK)
KERNEL_ERROR = 4e-6 * SPOT  # twice what the kernel's own test allows


def forward_of(rate, dividend_yield, maturity):
    return SPOT * math.exp((rate - dividend_yield) * maturity)


def european(strike, forward, volatility, maturity, is_call):
    price = forward * black_otm(np.log(strike / forward), volatility, maturity)
    return price + np.maximum(forward - strike if is_call else strike - forward, 0.0)


def strikes_out_of_the_money(forward, volatility, maturity, is_call):
    away = np.linspace(0.05, 2.5, 9) * volatility * math.sqrt(maturity)
    return forward * np.exp(away if is_call else -away)


carries = {
    "is_call": st.booleans(),
    "volatility": st.floats(0.1, 0.9),
    "maturity": st.floats(0.01, 0.6),
    "rates": st.tuples(st.floats(0.0, 0.06), st.floats(0.0, 0.06)).map(sorted),
    "yields": st.tuples(st.floats(-0.05, 0.2), st.floats(-0.05, 0.2)).map(sorted),
    "at": st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
}


@settings(max_examples=60, deadline=None)
@given(timing=st.sampled_from(["continuous", "unknown"]), **carries)
def test_the_interval_holds_the_european_price_of_every_carry_in_the_box(
    timing, is_call, volatility, maturity, rates, yields, at
):
    rate, dividend_yield = (a + u * (b - a) for (a, b), u in zip((rates, yields), at, strict=True))
    forwards = (
        forward_of(rates[0], yields[1], maturity),
        forward_of(rates[1], yields[0], maturity),
    )
    forward = forward_of(rate, dividend_yield, maturity)
    strike = strikes_out_of_the_money(forward, volatility, maturity, is_call)
    quote = american_option(SPOT, strike, volatility, maturity, rate, dividend_yield, is_call).price
    lower, upper = european_interval(
        quote, quote, strike, is_call, SPOT, maturity, tuple(rates), forwards, timing
    )
    truth = european(strike, forward, volatility, maturity, is_call)
    exercise = np.maximum(SPOT - strike if is_call else strike - SPOT, 0.0)
    # a price less than a tick above the exercise value hardly tells the volatility
    known = np.isfinite(lower) & (quote > exercise + 1e-4 * SPOT)
    growth = math.exp(rates[1] * maturity)
    if is_call:
        never_in_the_money = strike >= max(forwards[1], SPOT * growth)
    else:
        never_in_the_money = strike <= min(forwards[0] / growth, SPOT)
    assert np.isfinite(lower[never_in_the_money & (quote > 1e-4 * SPOT)]).all()
    assert np.all((lower <= truth + KERNEL_ERROR)[known])
    assert np.all((truth <= upper + KERNEL_ERROR)[known])


@settings(max_examples=40, deadline=None)
@given(
    timing=st.sampled_from(["continuous", "unknown"]),
    wider=st.tuples(*[st.floats(0.0, 0.03)] * 4),
    **carries,
)
def test_a_wider_box_gives_a_wider_interval(
    timing, wider, is_call, volatility, maturity, rates, yields, at
):
    rate, dividend_yield = (a + u * (b - a) for (a, b), u in zip((rates, yields), at, strict=True))
    forward = forward_of(rate, dividend_yield, maturity)
    strike = strikes_out_of_the_money(forward, volatility, maturity, is_call)
    quote = american_option(SPOT, strike, volatility, maturity, rate, dividend_yield, is_call).price
    bid, ask = 0.97 * quote, 1.03 * quote
    inner = ((rate, rate), (forward, forward))
    outer = (
        (max(rate - wider[0], 0.0), rate + wider[1]),
        (forward * (1.0 - wider[2]), forward * (1.0 + wider[3])),
    )
    low, high = european_interval(bid, ask, strike, is_call, SPOT, maturity, *inner, timing)
    lower, upper = european_interval(bid, ask, strike, is_call, SPOT, maturity, *outer, timing)
    known = np.isfinite(low) & np.isfinite(lower)
    assert np.all((low <= high + KERNEL_ERROR)[known])
    assert np.all((lower <= low + KERNEL_ERROR)[known])
    assert np.all((upper >= high - KERNEL_ERROR)[known])


@pytest.mark.parametrize("timing", ["continuous", "unknown"])
@pytest.mark.parametrize("is_call", [False, True])
def test_no_carry_inside_the_box_goes_beyond_the_interval(is_call, timing):
    rng = np.random.default_rng(11)
    for _ in range(12):
        maturity, volatility = rng.uniform(0.02, 0.7), rng.uniform(0.1, 0.8)
        rates = _interval(rng.uniform(0.0, 0.08, 2))
        forwards = _interval(SPOT * np.exp(rng.uniform(-0.15, 0.1, 2) * maturity))
        strike = strikes_out_of_the_money(np.mean(forwards), volatility, maturity, is_call)
        rate, forward = np.mean(rates), np.mean(forwards)
        dividend_yield = rate - math.log(forward / SPOT) / maturity
        quote = american_option(
            SPOT, strike, volatility, maturity, rate, dividend_yield, is_call
        ).price
        terms = strike, is_call, SPOT, maturity
        lower, upper = european_interval(quote, quote, *terms, rates, forwards, timing)
        for r in np.linspace(rates[0], rates[1], 4):
            for f in np.linspace(forwards[0], forwards[1], 4):
                low, high = european_interval(quote, quote, *terms, (r, r), (f, f), timing)
                known = np.isfinite(lower) & np.isfinite(low)
                assert np.all((lower <= low + KERNEL_ERROR)[known])
                assert np.all((upper >= high - KERNEL_ERROR)[known])


def _interval(ends):
    return float(min(ends)), float(max(ends))


def american_tree(strike, volatility, maturity, rate, share, when, is_call, steps):
    """Price with a dividend of a share of the spot at `when`: Cox, Ross and Rubinstein's tree."""
    step = maturity / steps
    up = math.exp(volatility * math.sqrt(step))
    probability = (math.exp(rate * step) - 1.0 / up) / (up - 1.0 / up)
    side = 1.0 if is_call else -1.0
    value = np.empty(0)
    for level in range(steps, -1, -1):
        spot = SPOT * up ** (2.0 * np.arange(level + 1) - level)
        spot *= 1.0 - share if level * step >= when else 1.0
        exercise = np.maximum(side * (spot - strike), 0.0)
        if level == steps:
            value = exercise
        else:
            kept = probability * value[1:] + (1.0 - probability) * value[:-1]
            value = np.maximum(math.exp(-rate * step) * kept, exercise)
    return float(value[0])


@pytest.mark.parametrize("is_call", [False, True])
@pytest.mark.parametrize("when", [0.05, 0.5, 0.97])
def test_unknown_timing_holds_a_dividend_at_a_date(is_call, when):
    maturity, rate, volatility, share = 0.25, 0.04, 0.25, 0.01
    forward = SPOT * (1.0 - share) * math.exp(rate * maturity)
    for strike in (97.0, 103.0) if is_call else (103.0, 97.0):
        arguments = strike, volatility, maturity, rate, share, when * maturity, is_call
        coarse, price = (american_tree(*arguments, n) for n in (400, 800))
        tree_error = 4.0 * abs(price - coarse) + SPOT / 800**1.5
        lower, upper = european_interval(
            [price], [price], [strike], is_call, SPOT, maturity, (rate, rate), (forward, forward),
            "unknown",
        )  # fmt: skip
        truth = european(strike, forward, volatility, maturity, is_call)
        assert lower[0] - tree_error <= truth <= upper[0] + tree_error


def test_a_yield_misses_a_dividend_just_before_expiry():
    maturity, rate, volatility, share = 0.25, 0.04, 0.25, 0.01
    forward = SPOT * (1.0 - share) * math.exp(rate * maturity)
    price = american_tree(100.0, volatility, maturity, rate, share, 0.97 * maturity, True, 800)
    box = [price], [price], [100.0], True, SPOT, maturity, (rate, rate), (forward, forward)
    truth = european(100.0, forward, volatility, maturity, True)
    continuous, unknown = (european_interval(*box, how) for how in ("continuous", "unknown"))
    assert continuous[0][0] > truth + 0.1
    assert unknown[0][0] <= truth <= unknown[1][0]


@pytest.mark.parametrize(
    ("days", "is_call", "dividend_yield", "strikes"),
    [(30, False, 0.0, (90.0, 97.0)), (90, False, 0.0, (85.0, 95.0)), (90, True, 0.06, (105.0,))],
)
def test_under_heston_the_premium_differs_by_less_than_a_basis_point_of_spot(
    days, is_call, dividend_yield, strikes
):
    today = ql.Date(10, 7, 2026)
    ql.Settings.instance().evaluationDate = today
    rate, maturity, counter = 0.04, days / 365, ql.Actual365Fixed()
    process = ql.HestonProcess(
        ql.YieldTermStructureHandle(ql.FlatForward(today, rate, counter)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, dividend_yield, counter)),
        ql.QuoteHandle(ql.SimpleQuote(SPOT)),
        *(0.04, 3.0, 0.04, 1.0, -0.75),
    )
    model = ql.HestonModel(process)
    side = ql.Option.Call if is_call else ql.Option.Put
    for strike in strikes:
        premium = []
        for grid in ((30, 150, 50), (60, 300, 100)):
            american, plain = (
                ql.VanillaOption(ql.PlainVanillaPayoff(side, strike), exercise)
                for exercise in (
                    ql.AmericanExercise(today, today + days),
                    ql.EuropeanExercise(today + days),
                )
            )
            for option in (american, plain):
                option.setPricingEngine(ql.FdHestonVanillaEngine(model, *grid))
            premium.append(american.NPV() - plain.NPV())
        seen, _ = european_equivalent(
            [american.NPV()], [strike], SPOT, maturity, rate, dividend_yield, is_call
        )
        ours = american.NPV() - seen[0]
        grid_error = abs(premium[1] - premium[0])
        assert grid_error < 5e-3
        assert abs(ours - premium[1]) <= 1e-4 * SPOT + grid_error


EXPIRIES = (date(2026, 7, 17), date(2026, 8, 21), date(2026, 12, 18))
MATURITIES = tuple(year_fraction(SNAPSHOT, settlement_instant(day, "PM")) for day in EXPIRIES)
RATE, YIELD = 0.04, 0.025


def smile(strike, forward, maturity):
    k = np.log(strike / forward) / math.sqrt(maturity)
    return 0.3 - 0.05 * k + 0.04 * k**2


@pytest.fixture(scope="module")
def chain():
    """Quote a known smile's American prices with bid and ask a little around them."""
    rng = np.random.default_rng(3)
    rows = []
    for day, maturity in zip(EXPIRIES, MATURITIES, strict=True):
        forward = forward_of(RATE, YIELD, maturity)
        strike = np.round(forward * np.exp(np.linspace(-2.0, 1.6, 37) * 0.3 * maturity**0.5), 2)
        for is_call in (False, True):
            volatility = smile(strike, forward, maturity)
            price = american_option(SPOT, strike, volatility, maturity, RATE, YIELD, is_call).price
            half = 0.01 + 0.01 * price
            bid, ask = (
                np.maximum(price - rng.uniform(0.1, 1.0, price.size) * half, 0.0),
                price + rng.uniform(0.1, 1.0, price.size) * half,
            )
            rows += [
                (day, "SYN", "PM", k, is_call, b, a)
                for k, b, a in zip(strike, bid, ask, strict=True)
            ]
    columns = ["expiry", "root", "settlement", "strike", "is_call", "bid", "ask"]
    quotes = pd.DataFrame(rows, columns=columns)
    source = DataSource("synthetic/american", "0" * 64, "synthetic")
    return OptionChain("SYN", SPOT, SNAPSHOT, "american", quotes, source)


@pytest.mark.parametrize("timing", ["continuous", "unknown"])
def test_a_synthetic_chain_gives_back_forward_and_volatilities(chain, timing):
    surface = chain.surface(carry=CarryRange(rates=(0.035, 0.045), dividend_timing=timing))
    assert len(surface) == len(EXPIRIES)
    assert surface.report.read == len(chain.quotes)
    for found, maturity in zip(surface, MATURITIES, strict=True):
        assert found.maturity == pytest.approx(maturity)
        forward = forward_of(RATE, YIELD, maturity)
        low, high = found.parity.forward_interval
        assert low <= forward <= high
        assert low <= found.forward <= high
        least, most = found.parity.dividend_yield_interval
        assert least <= YIELD <= most
        # in money of the maturity, the side that the quote was on
        is_call = found.strike >= found.forward
        volatility = smile(found.strike, forward, maturity)
        truth = np.where(
            is_call,
            european(found.strike, forward, volatility, maturity, True),
            european(found.strike, forward, volatility, maturity, False),
        )
        put_to_call = np.where(is_call, 0.0, found.forward - found.strike)
        bid = found.bid_price * found.forward - put_to_call
        ask = found.ask_price * found.forward - put_to_call
        assert np.all(bid <= truth + KERNEL_ERROR)
        assert np.all(truth <= ask + KERNEL_ERROR)
        # the true volatility, up to what the forward's error moves it
        vega = found.forward * math.sqrt(maturity) * 0.1
        slack = abs(found.forward - forward) / vega
        near = np.abs(np.log(found.strike / forward)) < 0.2 * math.sqrt(maturity)
        assert np.all((found.bid_volatility <= volatility + slack)[near])
        assert np.all((volatility - slack <= found.ask_volatility)[near])


def test_american_quotes_are_never_taken_as_european(chain):
    found = chain.surface(maturities=EXPIRIES[-1:]).slices[0]
    assert isinstance(found.parity, AmericanParityFit)
    assert found.parity.rates == CarryRange().rates
    with pytest.raises(ParameterError, match="European quotes show their forward"):
        replace(chain, exercise="european").surface(carry=CarryRange())


def test_stated_yields_cut_the_forward_and_contradictions_are_reported(chain):
    rates = (RATE, RATE)
    free = chain.surface(carry=CarryRange(rates)).slices[-1].parity
    cut = chain.surface(carry=CarryRange(rates, (0.0249, 0.0251))).slices[-1].parity
    assert free.forward_interval[0] < cut.forward_interval[0]
    assert cut.forward_interval[1] < free.forward_interval[1]
    assert cut.dividend_yield_interval == pytest.approx((0.0249, 0.0251))
    with pytest.raises(DataError, match=r"expected a forward with a dividend yield"):
        chain.surface(EXPIRIES[-1:], carry=CarryRange(rates, (0.5, 0.6)))


def test_faulty_quotes_are_dropped_and_counted(chain):
    quotes = chain.quotes.copy()
    last = quotes["expiry"] == EXPIRIES[-1]
    calls = quotes.index[last & quotes["is_call"]]
    quotes.loc[calls[-1], "bid"] = np.nan
    quotes.loc[calls[-2], ["bid", "ask"]] = [2.0, 1.0]
    # between spot and forward a put is out of the money by one and in by the other
    puts = quotes.index[last & ~quotes["is_call"]]
    quotes.loc[puts[0], ["strike", "bid", "ask"]] = [SPOT + 0.3, 0.2, 9.0]
    surface = replace(chain, quotes=quotes).surface(carry=CarryRange((0.03, 0.05)))
    reasons = surface.report.reasons()
    assert reasons["strike, bid or ask not a finite number"] == 1
    assert reasons["crossed: ask below bid"] == 1
    assert reasons["American bid not above the exercise value in the range of carries"] == 1
    assert surface.report.read == len(quotes)


def test_a_slice_without_pairs_has_no_forward(chain):
    quotes = chain.quotes[chain.quotes["is_call"] | (chain.quotes["expiry"] != EXPIRIES[0])]
    surface = replace(chain, quotes=quotes).surface(carry=CarryRange((0.03, 0.05)))
    assert [found.expiry for found in surface] == list(EXPIRIES[1:])
    assert any(reason.startswith("no forward: expected at least 4") for reason in
               surface.report.reasons())  # fmt: skip


@pytest.mark.parametrize("spot", [math.nan, 0.0, -5.0])
def test_a_chain_without_a_spot_is_refused(chain, spot):
    with pytest.raises(DataError, match="expected a positive spot"):
        replace(chain, spot=spot).surface()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rates": (0.05, 0.04)}, "rates as"),
        ({"rates": (4.0, 5.0)}, "rates as"),
        ({"rates": (-0.01, 0.04)}, "rates as"),
        ({"rates": (math.nan, 0.04)}, "rates as"),
        ({"dividend_yields": (0.02, 0.01)}, "dividend yields as"),
        ({"dividend_yields": (0.0, math.inf)}, "dividend yields as"),
        ({"dividend_timing": "late"}, "dividend_timing"),
    ],
)
def test_a_carry_that_is_no_range_is_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        CarryRange(**arguments)


def test_an_interval_needs_ordered_forwards():
    box = [1.0], [1.1], [90.0], False, SPOT, 0.5
    for forwards in ((101.0, 100.0), (-1.0, 100.0), (0.0, 100.0), (100.0, math.inf)):
        with pytest.raises(ParameterError, match="forwards as"):
            european_interval(*box, (0.03, 0.04), forwards)


def test_the_forward_obeys_the_parity_inequality_of_american_options():
    maturity, rate, dividend_yield = 0.5, 0.05, 0.03
    strike = np.linspace(92.0, 108.0, 9)
    call, put = (
        american_option(SPOT, strike, 0.2, maturity, rate, dividend_yield, side).price
        for side in (True, False)
    )
    found = fit_american_parity(
        strike, call, call, put, put, SPOT, maturity, CarryRange((rate, rate))
    )
    assert found.forward == pytest.approx(forward_of(rate, dividend_yield, maturity), rel=1e-6)
    paid = SPOT * math.exp(-found.dividend_yield_interval[0] * maturity)
    assert np.all(paid - strike <= call - put)
    assert np.all(call - put <= SPOT - strike * math.exp(-rate * maturity))
