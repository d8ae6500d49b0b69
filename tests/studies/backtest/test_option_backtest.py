import numpy as np
import pandas as pd
import pytest

from paper.quantities import backtest as quantities
from rmot.errors import DataError
from rmot.market.synthetic_last_prices import write_last_prices
from rmot.market.synthetic_prices import write_prices
from rmot.models import RoughHeston
from rmot.studies.backtest import days, options, return_days, returns
from rmot.studies.backtest.laws import NAMES, discrete_law, model_of
from rmot.studies.backtest.levels import NO_LEVEL, level_bounds, levels_of_day
from rmot.studies.backtest.moves import ROLLED, moves_of_day
from rmot.studies.backtest.rows import (
    AGAIN,
    BALL,
    EACH,
    RADII,
    WALK,
    name_rows,
    radii_by_name,
)
from rmot.studies.study import Config
from rmot.transport import ChiSquared, price_bounds

MODEL = RoughHeston(
    hurst=0.1,
    vol_of_vol=0.3,
    correlation=-0.6,
    initial_variance=0.03,
    mean_reversion=0.0,
    long_run_variance=0.03,
)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_last_prices(folder / "last.csv.gz", seed=2, days=7)
    return {"last": folder / "last.csv.gz", **write_prices(folder, seed=2)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def table(inputs, store):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "TRAINED", 3)
        patch.setattr(days, "_POINTS", {"quick": 256})
        return days.run(Config("quick", inputs, seed=1), store)


def test_a_run_that_lost_pieces_makes_the_same_table(inputs, store, table, monkeypatch):
    monkeypatch.setattr(days, "TRAINED", 3)
    monkeypatch.setattr(days, "_POINTS", {"quick": 256})
    pieces = sorted(store.glob("*/*.json"))
    for lost in pieces[1::9]:
        lost.unlink()
    kept = {path: path.stat().st_mtime_ns for path in store.glob("*/*.json")}
    again = days.run(Config("quick", inputs, seed=1), store)
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    assert sorted(store.glob("*/*.json")) == pieces
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())


def test_an_outcome_leaves_the_bounds_exactly_if_it_needs_a_larger_radius(table):
    seen = table.loc[(table["skipped"] == "") & table["name"].isin(NAMES)]
    for rule, column in RADII.items():
        lower, upper = seen[options.lower_of(rule)], seen[options.upper_of(rule)]
        outside = (seen["outcome"] < lower) | (seen["outcome"] > upper)
        # the training move that set the radius lies on its bound, to the solver's tolerance
        apart = (seen["needed"] / seen[column] - 1.0).abs() > 1e-4
        assert apart.sum() > 10
        assert (outside == (seen["needed"] > seen[column]))[apart].all()
        # the centre is in every ball
        assert (lower <= seen["centre"] + 1e-9).all()
        assert (upper >= seen["centre"] - 1e-9).all()
    assert (seen["needed_beyond"] <= seen["needed"] * (1 + 1e-6) + 1e-9).all()


def test_radii_know_the_training_moves_alone(table):
    past = table.loc[table["training"] & (table["skipped"] == "") & table["name"].isin(NAMES)]
    for _, rows in past.groupby("name"):
        # of so few moves 95% are all of them
        assert rows["radius"].unique() == pytest.approx([rows["needed"].max()])
        for _, own in rows.groupby("place"):
            assert own["radius_by_moneyness"].unique() == pytest.approx([own["needed"].max()])


def test_the_table_says_which_data_it_is(table):
    assert set(table["data"]) == {"synthetic"}
    assert set(table["dates"]) == {6}


def test_sums_and_numbers_follow_from_the_table(table, tmp_path):
    path = tmp_path / "days.csv"
    table.to_csv(path, index=False)
    summary = options.run(Config("quick", {"days": path}))
    judged = table.loc[~table["training"] & (table["skipped"] == "")]
    for rule in (BALL, EACH, AGAIN, WALK):
        for name, rows in judged.groupby("name"):
            of = summary.loc[(summary["name"] == name) & (summary["rule"] == rule)]
            if rows[options.lower_of(rule)].isna().all():
                assert of.empty
                continue
            outside = ~rows["outcome"].between(
                rows[options.lower_of(rule)], rows[options.upper_of(rule)]
            )
            whole = of.loc[of["place"] == options.ALL].iloc[0]
            assert whole["exceptions"] == outside.sum()
            assert of.loc[of["place"] != options.ALL, "exceptions"].sum() == outside.sum()
            assert whole["beyond_noise"] <= whole["exceptions"]
    assert r"\midrule" in options.printed(summary)
    made = {number.macro: number for number in quantities.options(summary)}
    assert made["BacktestDates"].value == 6
    assert all(np.isfinite([number.value, number.tolerance]).all() for number in made.values())
    assert {number.kind for number in made.values()} == {"synthetic"}


def test_prices_need_the_radius_whose_interval_they_end():
    known = {**law(), "spot": 100.0}
    for radius in (0.001, 0.03):
        for end in level_bounds(known, radius):
            found = levels_of_day({"SPY": known}, {"SPY": {"spot": 100.0 * end}})["SPY"]
            # the root of a quantile is found to 2e-12 of its score
            assert found["needed"] == pytest.approx(radius, rel=1e-6)
            assert found["outcome"] == pytest.approx(end, rel=1e-15)
    at_home = levels_of_day({"SPY": known}, {"SPY": {"spot": 100.1}})
    assert at_home["SPY"]["needed"] == 0.0
    assert at_home["TLT"] == {"skipped": "not in the file"}
    assert levels_of_day({"SPY": known}, {"SPY": {}})["SPY"] == {"skipped": NO_LEVEL}


def test_too_few_dates_are_refused(inputs, store):
    with pytest.raises(DataError, match="more than 20 dates; got 6"):
        days.run(Config("quick", inputs), store)


def test_discrete_law_prices_calls_as_the_model_does():
    maturity = 0.08
    strikes = np.exp(np.array([-0.07, -0.02, 0.0, 0.03]))
    law = discrete_law(MODEL, maturity, strikes)
    calls = np.maximum(law.points - strikes[:, None], 0.0) @ law.weights
    # prices are good to 1e-8, and mass is moved where options cost less than 1e-7
    assert calls == pytest.approx(MODEL.call_price(np.log(strikes), maturity), abs=3e-7)
    assert law.points @ law.weights == pytest.approx(1.0, abs=1e-9)


def test_bounds_of_the_discrete_law_are_those_of_the_models_own_prior():
    from rmot.payoffs import put

    law = discrete_law(MODEL, 0.08, np.array([0.95]))
    fine = MODEL.prior(0.08, n_points=1000)
    ends = [
        price_bounds(put(0.95), prior, divergence=ChiSquared(), radius=0.01)
        for prior in (law, fine)
    ]
    price = fine.expectation(put(0.95))
    # nodes of a sixteenth of a deviation add a thousandth to variances between them
    assert ends[0].lower == pytest.approx(ends[1].lower, abs=3e-3 * price)
    assert ends[0].upper == pytest.approx(ends[1].upper, abs=3e-3 * price)


def law(expiry="2026-06-26", volatility=0.2):
    return {
        "expiry": expiry,
        "maturity": 0.08,
        "log_moneyness": [0.0],
        "volatility": [volatility],
        "error": [0.001],
        "file_volatility": volatility,
        "model": [0.3, -0.6, 0.04],
    }


def test_another_expiry_is_left_out_and_failures_say_why():
    known = law()
    middle = model_of(known).implied_volatility(np.zeros(1), known["maturity"])[0]
    today = {name: law(volatility=middle) for name in NAMES}
    tomorrow = {**today, "SPY": law("2026-07-17"), "TLT": {"failure": "no trades"}}
    del tomorrow["QQQ"]
    found = moves_of_day(today, tomorrow)
    assert found["SPY"] == {"skipped": ROLLED}
    assert found["TLT"] == {"skipped": "no trades"}
    assert "skipped" in found["QQQ"]
    # tomorrow's volatility is today's: what its price needs is the discrete law's rounding
    assert found["IWM"]["needed"][0] < 1e-9
    assert found["IWM"]["needed_beyond"][0] < 1e-9
    assert model_of(law()).initial_variance == 0.04


def test_radii_are_order_statistics_and_the_relearned_one_forgets():
    needed = [0.01, 0.03, 0.02, 0.5, 0.04]
    moves = [{name: {"needed": [radius]} for name in NAMES} for radius in needed]
    found = radii_by_name(moves, 1, 3)
    assert [date["SPY"][0][0] for date in found] == [0.03] * 5
    assert [date["SPY"][1][0] for date in found] == [0.03] * 5
    # dates 4 and 5 know the moves 1 to 3 and 2 to 4
    assert [date["SPY"][2][0] for date in found] == [0.03, 0.03, 0.03, 0.03, 0.5]


def test_the_random_walk_learns_factors_by_hand():
    levels = [0.20, 0.22, 0.21, 0.30]
    laws = [{name: law(volatility=level) for name in NAMES} for level in levels]
    steps = list(zip("abc", laws[:-1], laws[1:], strict=True))
    moves = [
        {
            name: {"needed": [0.1], "needed_beyond": [0.05], "centre": [0.2], "maturity": 0.08}
            for name in NAMES
        }
        for _ in steps
    ]
    ends = [{name: [[[0.1, 0.3]]] * 3 for name in NAMES} for _ in steps]
    rows = pd.DataFrame(name_rows(steps, moves, ends, radii_by_name(moves, 1, 2), 2))
    last = rows.loc[(rows["name"] == "SPY") & ~rows["training"]].iloc[0]
    assert last["upper_random_walk"] == pytest.approx(0.21 * 1.1)
    assert last["lower_random_walk"] == pytest.approx(0.21 / 1.1)
    assert last["upper_unchanged"] == pytest.approx(0.212)


def test_returns_are_counted_day_by_day(inputs):
    config = Config("quick", inputs)
    table, daily = returns.run(config), return_days.run(config)
    row = table.query(
        "basket == 'four' and law == 'filtered' and window == 250 and ball and period == 'all'"
    ).iloc[0]
    below = (daily["return"] < daily["lower_filtered_ball"]).sum()
    above = (daily["return"] > daily["upper_filtered_ball"]).sum()
    assert (row["below"], row["above"], row["observations"]) == (below, above, len(daily))
    counts = daily.loc[daily["count_filtered_ball"] >= 0, "count_filtered_ball"]
    assert row["most"] == counts.max()
    assert row["green"] == pytest.approx(np.mean(counts < 5))
    assert row["green"] + row["amber"] + row["red"] == pytest.approx(1.0)
    assert r"\midrule" in returns.printed(table)
    made = {number.macro: number.value for number in quantities.returns(table)}
    assert made["ReturnsFilteredBallYear"] == pytest.approx(250 * (below + above) / len(daily))
