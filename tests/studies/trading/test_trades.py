"""Trades on markets of known law: no classical loss, a delta hedge in the limit, and dates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import DataSource, OptionChain
from rmot.market.clock import NEW_YORK
from rmot.models import BlackScholes
from rmot.numerics import black_call
from rmot.payoffs import call, digital, put, straddle
from rmot.studies.study import Config
from rmot.studies.trading import summary
from rmot.studies.trading.all_trades import run as join
from rmot.studies.trading.baskets import baskets, past_correlation
from rmot.studies.trading.closes import Closes
from rmot.studies.trading.delta import black_delta, delta_gain
from rmot.studies.trading.markets import MORNING, NO_CLOSE, NOT_WEEKLY, UNSETTLED, markets
from rmot.studies.trading.positions import CLASSICAL, EXCESSES, TARGETS, book
from rmot.studies.trading.synthetic_markets import synthetic_markets
from rmot.studies.trading.trades import basket_trades, run, trades

ROUNDING = 1e-12


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    skipped: Counter[str] = Counter()
    rows = list(trades(synthetic_markets(2, seed=1), skipped))
    assert not skipped
    return pd.DataFrame(rows).assign(
        case="chains", data="synthetic", data_sha256="0", skipped="", profile="quick"
    )


def test_classical_trades_never_lose(table):
    own = table.loc[table["method"] == CLASSICAL]
    assert np.all(own["profit"] >= -(own["gap"] + ROUNDING))
    assert np.all(own["shortfall"] <= 1e-9)
    np.testing.assert_allclose(own["hedge_cost"], own["premium"], atol=float(own["gap"].max()))


def test_bounds_grow_with_the_radius_up_to_the_classical_ones(table):
    order = [f"{excess:g}" for excess in EXCESSES] + [CLASSICAL]
    for _, own in table.groupby(["name", "traded", "payoff", "side"]):
        width = own.set_index("method").loc[order, "width"].to_numpy()
        assert np.all(np.diff(width) >= -own["gap"].max() - 1e-9)


def test_a_payoff_sold_and_bought_earns_the_width_under_any_delta(table):
    # the same shares, held and owed
    for _, own in table.groupby(["name", "traded", "payoff", "method"]):
        assert own["delta_profit"].sum() == pytest.approx(own["width"].iloc[0], abs=ROUNDING)


def test_no_payoff_is_struck_where_the_hedge_has_an_option():
    market = next(iter(synthetic_markets(1, seed=2)))
    offered = book(market.smile)
    assert {target.row for target in offered.targets}.isdisjoint(offered.rows.tolist())
    assert len({target.row for target in offered.targets}) == len(TARGETS)
    beyond = next(t for t in offered.targets if t.name == "call beyond")
    assert beyond.payoff.kinks[0] > np.exp(offered.hedges.log_moneyness[-1])


def test_too_few_quotes_are_refused():
    market = next(iter(synthetic_markets(1, seed=2)))
    with pytest.raises(DataError, match="5 quotes near the money"):
        book(market.smile.rows(np.arange(18, 23)))


@pytest.mark.parametrize("payoff", [call(1.05), put(0.97), straddle(1.0), digital(1.02)])
def test_delta_is_the_derivative_of_blacks_price(payoff):
    forward, left, volatility = np.array([0.9, 1.0, 1.1]), np.full(3, 0.2), 0.25

    def price(at):
        # of calls alone: a put or straddle by parity, a digital by a difference of calls
        def calls(strike):
            return at * black_call(np.log(strike / at), np.full(3, volatility), 0.2)

        kink = float(payoff.kinks[0])
        if payoff.label.startswith("digital"):
            # extrapolated: errors of the fourth order in the step
            step = 1e-3
            first = (calls(kink - step) - calls(kink + step)) / (2 * step)
            second = (calls(kink - 2 * step) - calls(kink + 2 * step)) / (4 * step)
            return (4 * first - second) / 3
        slope = float(payoff.slopes[1] - payoff.slopes[0])
        return payoff.intercepts[0] + payoff.slopes[0] * at + slope * calls(kink)

    step = 1e-4
    expected = (price(forward + step) - price(forward - step)) / (2 * step)
    # third derivatives are below a thousand: 1e3 * step**2 / 6, and the digital's 1e-9 / step
    np.testing.assert_allclose(black_delta(payoff, forward, volatility, left), expected, atol=2e-5)


def test_a_delta_hedge_of_small_steps_replicates():
    generator = np.random.default_rng(3)
    steps, volatility, years = 2000, 0.2, 0.25
    times = np.linspace(0.0, years, steps + 1)
    price = float(BlackScholes(volatility=volatility).call_price(np.zeros(1), years)[0])
    errors = []
    for _ in range(60):
        moves = generator.standard_normal(steps) * volatility * np.sqrt(years / steps)
        path = np.concatenate(
            [[1.0], np.exp(np.cumsum(moves - 0.5 * volatility**2 * years / steps))]
        )
        gain = delta_gain(call(1.0), times, path, volatility)
        errors.append(price + gain - max(path[-1] - 1.0, 0.0))
    # sqrt(pi/4) vega volatility / sqrt(steps), Kamal and Derman (1999); vega is 0.4 sqrt(years)
    deviation = np.sqrt(np.pi / 4) * 0.4 * np.sqrt(years) * volatility / np.sqrt(steps)
    assert abs(np.mean(errors)) < 5 * deviation / np.sqrt(len(errors))
    assert np.std(errors) < 2 * deviation


def test_time_that_has_run_out_is_refused():
    with pytest.raises(ParameterError, match="positive volatility and times"):
        black_delta(call(1.0), np.ones(2), 0.2, np.array([0.1, 0.0]))


def test_expiries_that_cannot_be_settled_are_counted():
    friday, day = date(2026, 7, 24), date(2026, 7, 17)
    expiries = [
        (friday, "AM"),
        (date(2026, 7, 23), "PM"),
        (date(2026, 8, 28), "PM"),
        (friday, "PM"),
    ]
    quotes = pd.DataFrame(
        [
            {"expiry": expiry, "settlement": kind, "strike": 100.0, "is_call": True}
            | {"root": "X", "bid": 1.0, "ask": 1.1}
            for expiry, kind in expiries
        ]
    )
    source = DataSource("X", "0" * 64, "synthetic")
    snapshot = datetime(2026, 7, 17, 16, tzinfo=NEW_YORK)
    here = OptionChain("X", 100.0, snapshot, "european", quotes, source)
    later = OptionChain("Y", 100.0, snapshot, "european", quotes.iloc[:0], source)
    chains = {(day, "X"): here, (date(2026, 8, 21), "Y"): later}
    skipped: Counter[str] = Counter()
    assert list(markets(chains, Closes(chains, {}, {}), skipped)) == []
    assert skipped == {MORNING: 1, NOT_WEEKLY: 1, UNSETTLED: 1, NO_CLOSE: 1}


def test_a_basket_without_a_history_has_no_correlation():
    one = next(iter(synthetic_markets(1, seed=2)))
    others = (replace(one, name="A"), replace(one, name="B"))
    with pytest.raises(DataError, match="history of each name"):
        past_correlation(others, {})


def test_baskets_of_drawn_names_never_lose_classically():
    offered = list(synthetic_markets(1, seed=4))
    skipped: Counter[str] = Counter()
    config = Config("quick", case="baskets", seed=1)
    found = pd.DataFrame(list(basket_trades(baskets(offered, {}, skipped), config, skipped)))
    assert not skipped
    own = found.loc[found["method"] == CLASSICAL]
    assert len(own) == 2
    assert np.all(own["profit"] >= -(own["gap"] + ROUNDING))


def test_summary_counts_losses_and_joins_cases(table, tmp_path):
    path = tmp_path / "chains.csv"
    table.to_csv(path, index=False)
    joined = join(Config("quick", {"chains": path}))
    joined.assign(profile="quick").to_csv(tmp_path / "all.csv", index=False)
    found = summary.run(Config("quick", {"trades": tmp_path / "all.csv"}, seed=1))
    row = found.loc[(found["payoff"] == summary.ALL_OPTIONS) & (found["method"] == "0.1")].iloc[0]
    own = table.loc[(table["method"] == "0.1") & (table["payoff"] != "digital")]
    assert row["trades"] == len(own)
    assert row["losses"] == pytest.approx(np.mean(own["profit"] < -1e-9))
    assert row["worst_profit"] == own["profit"].min()
    assert summary.printed(found).count(r"\\" + "\n") == len(EXCESSES) + 2


def test_clustered_errors_are_those_of_cluster_means():
    # ten trades a date that are all the same: the error is that of the dates' mean
    dates = np.random.default_rng(5).standard_normal(30)
    values, labels = np.repeat(dates, 10), np.repeat(np.arange(30), 10)
    found = summary.clustered_error(values, [labels, np.arange(300)], seed=6)
    expected = dates.std(ddof=1) / np.sqrt(30)
    # of a deviation from 2000 draws: 1 / sqrt(4000) of itself
    assert found == pytest.approx(expected, rel=5 / np.sqrt(4000))
    assert np.isnan(summary.clustered_error(values, [np.zeros(300)], seed=6))


def test_another_case_is_refused():
    with pytest.raises(ParameterError, match="expected a case among"):
        run(Config("quick", case="options"))
