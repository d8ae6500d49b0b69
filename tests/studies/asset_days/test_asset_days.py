"""Asset-days in shares: what a row says, that it depends on itself alone, and what a job costs."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paper.quantities import asset_days as quantities
from rmot.artifact.files import read_csv, write_csv, write_json
from rmot.calibration import calibrate
from rmot.errors import DataError, ParameterError
from rmot.market import OptionSurface, registry
from rmot.market.registry import Dataset
from rmot.market.synthetic import synthetic_index_chain
from rmot.market.synthetic_last_prices import write_last_prices
from rmot.models import RoughHeston
from rmot.studies.asset_days import batch, chains, cost, gather, listing, plan, quotes
from rmot.studies.asset_days.chains import AssetDay, batch_of, chain_days, shuffled
from rmot.studies.asset_days.listing import DRAWN
from rmot.studies.asset_days.quotes import TRADED, WHOLE, drawn_surface
from rmot.studies.study import Config

VALUATION = "2022-02-04"


def dataset(name, path, reader, covered, underlying=None):
    return Dataset(
        id=name,
        path=str(path),
        repository="",
        source_path="",
        commit="",
        licence="",
        description="",
        range=covered,
        stored="verbatim",
        how="",
        sha256="0" * 64,
        reader=reader,
        underlying=underlying,
    )


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A registry of a chain, a chain that names the wrong day, a broken file, and last prices."""
    folder = tmp_path_factory.mktemp("market")
    synthetic_index_chain(folder / "spx_quotedata.csv.gz", seed=3)
    write_last_prices(folder / "last.csv.gz", seed=2, days=3)
    (folder / "broken.csv").write_text("no chain\n")
    found = [
        dataset("chains/a/spx_quotedata", "spx_quotedata.csv.gz", "cboe", "close of 2022-02-04"),
        dataset("chains/b/spx_other", "spx_quotedata.csv.gz", "cboe", "2022-02-05"),
        dataset("chains/c/NDX", "broken.csv", "cboe", "asof 2022-02-04T16:00:00"),
        dataset("chains/c/VIX", "broken.csv", "cboe", "asof 2022-02-04T16:00:00"),
        dataset("chains/d/QQQ", "absent.csv", "yfinance", "latest trade 2022-02-04 16:00"),
        dataset(chains.LAST_PRICES, "last.csv.gz", "last_prices", "2026-05-25..2026-05-29"),
    ]
    table = {each.id: each for each in found}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_load", lambda path: table)
        patch.setenv("RMOT_DATA", str(folder))
        yield folder


@pytest.fixture(scope="module")
def listed(market, tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "days.csv"
    table = listing.run(Config("quick", {"last": market / "last.csv.gz"}, "13"))
    write_csv(path, table.assign(profile="quick"))
    return path


def fitted(listed, case):
    return batch.run(Config("quick", {"days": listed}, case, seed=4))


@pytest.fixture(scope="module")
def whole(listed):
    return fitted(listed, "0/1")


def test_list_has_chains_then_trades_then_what_is_drawn(listed):
    days = batch.days_of(listed)
    assert set(days[:3]) == {
        AssetDay("SPX", VALUATION, "chains/a/spx_quotedata"),
        AssetDay("SPX", "2022-02-05", "chains/b/spx_other"),
        AssetDay("NDX", VALUATION, "chains/c/NDX"),
    }
    traded = [day for day in days if day.dataset == chains.LAST_PRICES]
    # the first of the three days is a holiday, whose rows repeat the day before
    assert len(traded) == 8
    assert {day.day for day in traded} == {"2026-05-26", "2026-05-27"}
    assert days[3:11] == traded == shuffled(traded)
    assert [day.asset for day in days[11:]] == ["MODEL00001", "MODEL00002"]


def test_a_longer_list_begins_with_a_shorter_one(market, listed):
    short = listing.run(Config("quick", {"last": market / "last.csv.gz"}, "5"))
    assert [AssetDay(*row) for row in short.to_numpy()] == batch.days_of(listed)[:5]


def test_the_last_chain_of_a_day_counts():
    two = [
        dataset("chains/y/SPY_options_2", "b", "yfinance", "latest trade 2026-02-12 17:59"),
        dataset("chains/y/SPY_options", "a", "yfinance", "latest trade 2026-02-12 15:10"),
    ]
    for order in (two, two[::-1]):
        assert list(chain_days(order, Path)) == [
            AssetDay("SPY", "2026-02-12", "chains/y/SPY_options_2")
        ]


def test_each_failure_has_a_row_and_its_reason(whole):
    rows = whole[0].set_index(["asset", "day"])
    assert len(rows) == 13
    assert "expected SPX on 2022-02-05" in rows.loc[("SPX", "2022-02-05"), "failure"]
    assert rows.loc[("NDX", VALUATION), "failure"]
    good = rows.loc[rows["failure"] == ""]
    assert set(good["kind"]) == {WHOLE, TRADED}
    assert good["hurst"].notna().all()
    # one expiry leaves H open: it is held, and has no error
    assert (good["hurst_standard_error"].isna() == (good["kind"] == TRADED)).all()


def test_an_error_of_the_engine_costs_its_own_row_alone(listed, whole, monkeypatch):
    def broken(found, asset):
        if asset == "MODEL00001":
            raise ZeroDivisionError("nothing\nthere")
        return quotes.fit(found, asset)

    monkeypatch.setattr(batch, "fit", broken)
    rows = fitted(listed, "11/13")[0]
    assert rows["failure"].tolist() == [f"{batch.FAULT}ZeroDivisionError: nothing there"]
    assert rows["expiries"].tolist() == [6]
    assert list(rows.columns) == list(batch.COLUMNS) == list(whole[0].columns)


def test_a_row_does_not_depend_on_its_job(listed, whole, tmp_path):
    days = batch.days_of(listed)
    parts = {"days": listed}
    for number in range(3):
        rows = fitted(listed, f"{number}/3")[0]
        assert [*map(AssetDay._make, rows[list(AssetDay._fields)].to_numpy())] == days[number::3]
        parts[str(number)] = tmp_path / f"{number}.csv"
        write_csv(parts[str(number)], rows.assign(profile="quick"))
    whole_path = tmp_path / "whole.csv"
    write_csv(whole_path, whole[0].assign(profile="quick"))
    tables = []
    for inputs in (parts, {"days": listed, "0": whole_path}):
        path = tmp_path / f"table_{len(inputs)}.csv"
        write_csv(path, gather.run(Config("quick", inputs)))
        tables.append(path.read_bytes())
    assert tables[0] == tables[1]
    found = read_csv(path).set_index(["asset", "day"]).sort_index()
    made = whole[0].set_index(["asset", "day"]).sort_index()
    for column in ("hurst", "vol_of_vol_standard_error", "reduced_chi_squared"):
        assert np.array_equal(found[column], made[column].astype(float), equal_nan=True)
    del parts["1"]
    with pytest.raises(DataError, match=f"each of 13 asset-days once; got {13 - len(days[1::3])}"):
        gather.run(Config("quick", parts))
    parts["1"] = parts["2"]
    with pytest.raises(DataError, match="asset-days once"):
        gather.run(Config("quick", parts))


def test_what_was_drawn_is_found_within_its_errors():
    """Standardised errors of H over drawn asset-days: a normal law's mean and spread."""
    read = quotes.Quotes("full", 4)
    z = []
    for number in range(1, 13):
        day = AssetDay(f"MODEL{number:05d}", VALUATION, DRAWN)
        surface = read.read(day)
        assert isinstance(surface, OptionSurface)
        fit = calibrate(RoughHeston, surface, fixed=quotes.FIXED, starts=1)
        z.append((fit.model.hurst - read.truth(day).hurst) / fit.standard_errors["hurst"])
    # five standard errors of the mean and of the mean square
    assert abs(np.mean(z)) < 5 / np.sqrt(len(z))
    assert abs(np.mean(np.square(z)) - 1) < 5 * np.sqrt(2 / len(z))


def test_drawn_quotes_have_the_stated_error():
    model = quotes.Quotes("full", 4).truth(AssetDay("MODEL00001", VALUATION, DRAWN))
    exact = drawn_surface(model, None, "MODEL")
    drawn = drawn_surface(model, np.random.default_rng(5), "MODEL")
    error = np.concatenate(
        [a.implied_volatility - b.implied_volatility for a, b in zip(drawn, exact, strict=True)]
    )
    assert abs(np.mean((error / 0.005) ** 2) - 1) < 5 * np.sqrt(2 / error.size)


@pytest.mark.parametrize("case", ["", "3/3", "1", "-1/2", "a/b"])
def test_a_share_that_is_none_is_refused(case):
    with pytest.raises(ParameterError, match="expected a batch and the number of jobs"):
        batch.share([], case)


def test_shares_are_even_and_cover():
    dealt = [batch_of(place, 7) for place in range(500)]
    assert max(np.bincount(dealt)) - min(np.bincount(dealt)) <= 1


def seconds(path, kinds, first, later):
    """Write what a job does: `first` seconds for the first of a kind, `later` for the others."""
    days, seen = [], set()
    for number, kind in enumerate(kinds):
        fit = later[number] if kind in seen else first
        seen.add(kind)
        days.append({"kind": kind, "data": "real", "read": 0.25, "fit": fit, "bytes": 1000.0})
    whole = 2.0 + sum(day["read"] + day["fit"] for day in days)
    write_json(path, {"whole": whole, "megabytes": 300.0, "bytes": 4000, "days": days})
    return whole


def test_costs_are_those_of_what_found_all_loaded(tmp_path):
    later = np.array([0.0, 0.25, 0.75, 1.25])
    own = seconds(tmp_path / "0.json", [WHOLE] * 4, 9.75, later)
    own += seconds(tmp_path / "1.json", [WHOLE] * 4, 9.75, later)
    inputs = {str(number): tmp_path / f"{number}.json" for number in range(2)}
    (row,) = cost.run(Config("quick", inputs, str(own + 12.0))).to_dict("records")
    each = np.tile(later[1:] + 0.25, 2)
    assert row["asset_days"] == 8
    assert row["mean_seconds"] == pytest.approx(each.mean(), rel=1e-14)
    assert row["standard_error"] == pytest.approx(each.std(ddof=1) / np.sqrt(6), rel=1e-14)
    assert row["worst"] == 1.5
    assert row["start_seconds"] == pytest.approx(2.0 + 10.0 - each.mean(), rel=1e-14)
    assert row["submission_seconds"] == pytest.approx(6.0, rel=1e-12)
    assert (row["quote_kilobytes"], row["row_kilobytes"]) == (1.0, 1.0)
    assert np.isnan(cost.run(Config("quick", inputs))["submission_seconds"]).all()
    with pytest.raises(ParameterError, match="at least"):
        cost.run(Config("quick", inputs, "1.0"))
    (tmp_path / "0.json").write_text(json.dumps({"days": []}))
    with pytest.raises(DataError, match="seconds of a job"):
        cost.run(Config("quick", inputs))


@pytest.mark.parametrize(("mean", "beside"), [(0.5, 10.0), (0.04, 7.3), (30.0, 2.0)])
def test_the_batch_is_the_least_that_keeps_the_overhead(mean, beside):
    size = plan.asset_days_a_job(mean, beside)
    # one fewer, and the share is exceeded
    assert beside / (beside + size * mean) <= plan.OVERHEAD
    assert size == 1 or beside / (beside + (size - 1) * mean) > plan.OVERHEAD


def test_the_plan_adds_up(tmp_path):
    measured = {
        "kind": [WHOLE, TRADED],
        "data": ["real", "real"],
        "mean_seconds": [0.5, 0.05],
        "standard_error": [0.02, 0.001],
        "deviation": [0.4, 0.02],
        "worst": [4.0, 1.0],
        "start_seconds": [3.0, 3.0],
        "submission_seconds": [7.0, 7.0],
        "quote_kilobytes": [120.0, 2.0],
        "row_kilobytes": [0.5, 0.5],
        "megabytes": [500.0, 500.0],
    }
    write_csv(tmp_path / "cost.csv", pd.DataFrame(measured))
    table = plan.run(Config("quick", {"cost": tmp_path / "cost.csv"}))
    for row in table.to_dict("records"):
        assert row["overhead"] <= plan.OVERHEAD
        # none is without a job, and hardly a job without its fill
        assert row["asset_days_a_job"] * row["jobs"] >= plan.ASSET_DAYS
        assert (row["asset_days_a_job"] - 1) * row["jobs"] < plan.ASSET_DAYS
        assert row["hours"] * row["cores"] * (1 + 1e-12) >= row["core_hours"]
    two = table.loc[(table["kind"] == WHOLE) & (table["cores"] == 2)].iloc[0]
    by_hand = (50_000 * 0.5 + two["jobs"] * 10.0) / 3600
    assert two["core_hours"] == pytest.approx(by_hand, rel=1e-14)
    assert two["core_hours_standard_error"] == pytest.approx(50_000 * 0.02 / 3600, rel=1e-14)
    for _, rows in table.groupby("kind"):
        assert rows.sort_values("cores")["hours"].is_monotonic_decreasing
    assert "Core hours" in plan.printed(table)
    write_csv(tmp_path / "cost.csv", pd.DataFrame(measured).assign(submission_seconds=np.nan))
    with pytest.raises(DataError, match="submission"):
        plan.run(Config("quick", {"cost": tmp_path / "cost.csv"}))


def test_days_of_the_registry_are_days():
    for dataset in registry.datasets().values():
        for day in chain_days([dataset], Path):
            assert date.fromisoformat(day.day) > date(2020, 1, 1)


def test_the_articles_numbers_are_those_of_the_committed_measurement():
    measured = Path(__file__).parents[3] / "benchmarks" / "asset_days_cost.csv"
    table = plan.run(Config("quick", {"cost": measured}))
    found = {number.macro: number for number in quantities.plan(table)}
    unit = read_csv(measured).query("kind == @WHOLE and data == 'real'").iloc[0]
    hours = found["AssetDaysCoreHours"].value
    beside = unit["start_seconds"] + unit["submission_seconds"]
    jobs = found["AssetDaysJobs"].value
    expected = (50_000 * unit["mean_seconds"] + jobs * beside) / 3600
    assert hours == pytest.approx(expected, rel=1e-12)
    assert jobs * beside <= found["AssetDaysOverhead"].value / 100 * 3600 * hours
    assert found["AssetDaysPlanned"].text == "50,000"
