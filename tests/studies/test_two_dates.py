"""The studies of two dates on a small case: nested bounds, and mids that are mended."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rmot.artifact.files import write_csv
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import BlackScholes, Heston, two_date_law
from rmot.studies.two_dates import bounds as study
from rmot.transport import ChiSquared, Quotes


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two flat smiles, quoted within half a volatility point, and two laws a little off."""
    k = np.linspace(-0.12, 0.12, 9)
    noise = np.full(k.size, 0.005)
    smiles = [TrueSmile(t, k, np.full(k.size, 0.2), noise) for t in (0.08, 0.16)]
    first, second = synthetic_surface(smiles, None, "X").slices
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    laws = {
        name: two_date_law(BlackScholes(volatility=v), 0.08, 0.16, n_first=24, n_second=40)
        for name, v in zip(study.LAWS, (0.19, 0.215), strict=True)
    }
    rows = list(study._classical(quotes))
    rows += study._balls(laws, quotes, ChiSquared(), study.payoffs(), study.MULTIPLES)
    return pd.DataFrame(rows)


def test_balls_lie_within_the_classical_bounds_and_grow_with_the_radius(table):
    classical = table.loc[table["law"] == "none"].set_index("payoff")
    for (_, name), own in table.loc[table["law"] != "none"].groupby(["law", "payoff"]):
        slack = own["gap"] + classical.loc[name, "gap"]
        assert np.all(own["lower"] >= classical.loc[name, "lower"] - slack)
        assert np.all(own["upper"] <= classical.loc[name, "upper"] + slack)
        assert np.all(np.diff(own["upper"] - own["lower"]) > 0)
        assert own["multiple"].tolist() == list(study.MULTIPLES)
        assert own["residual"].max() <= 1e-8


def test_rows_without_a_prior_are_read_as_they_were_written(table, tmp_path):
    rows = table.loc[table["law"] == "none"].dropna(axis="columns", how="all")
    write_csv(tmp_path / "classical.csv", rows)
    assert study._read(tmp_path / "classical.csv") == rows.to_dict("records")


def test_both_laws_have_the_same_radii(table):
    balls = table.loc[table["law"] != "none"]
    for _, own in balls.groupby("multiple"):
        assert np.ptp(own["radius"]) == 0
        assert np.all(own["radius"] >= own["minimum_radius"])


def test_the_printed_table_has_a_row_a_payoff(table):
    assert study.printed(table).count(r"\\") == len(study.payoffs()) + 1


def test_mids_out_of_order_are_mended_within_bid_and_ask(monkeypatch, tmp_path):
    from rmot.studies.study import Config
    from rmot.studies.two_dates import convex_order

    k = np.linspace(-0.1, 0.1, 7)
    noise = np.full(k.size, 0.02)
    # the second date's variance is below the first's by less than bid and ask allow
    smiles = [TrueSmile(t, k, np.full(k.size, v), noise) for t, v in ((0.1, 0.2), (0.11, 0.185))]
    surface = synthetic_surface(smiles, None, "X")

    class Chain:
        def surface(self):
            return replace(surface)

    monkeypatch.setattr(convex_order, "read_chain", lambda path: Chain())
    found = convex_order.run(Config("quick", {"X": tmp_path}))
    (row,) = found.to_dict("records")
    assert row["is_feasible"]
    assert row["calendars"] > 0
    assert 0 < row["largest_move"] <= 1


def test_options_on_the_index_narrow_what_vanillas_leave_open() -> None:
    from rmot.studies.study import Config
    from rmot.studies.two_dates import index_options

    table = index_options.run(Config("quick", {}, "", 5))
    laws = table.loc[table["law"] != index_options.PRIOR].groupby("law", sort=False)
    first = laws.first().loc[list(index_options.SETS)]
    # more quotes: the nearest law is farther, needs more, and the interval is narrower
    assert np.all(np.diff(first["minimum_radius"]) > 0)
    assert np.all(np.diff(first["half_spreads"]) > -1e-6)
    assert np.all(np.diff(first["lower"]) > -1e-9)
    assert np.all(np.diff(first["upper"]) < 1e-9)
    assert first["residual"].max() <= 1e-8
    met = table.loc[table["law"] == "SPX, VIX"]
    assert np.all(met["price"] >= met["bid"] - 1e-8)
    assert np.all(met["price"] <= met["ask"] + 1e-8)
    assert set(table["data"]) == {"synthetic"}
    assert index_options.printed(table).count(r"\\") == len(index_options.SETS) + 1


def test_every_law_leaves_less_of_the_forward_volatility_than_quotes_alone(monkeypatch, tmp_path):
    from rmot.studies.study import Config
    from rmot.studies.two_dates import pairs

    truth = Heston(
        initial_variance=0.04,
        mean_reversion=2.0,
        long_run_variance=0.05,
        vol_of_vol=0.5,
        correlation=-0.6,
    )
    smiles = []
    for t in (0.03, 0.15, 0.5):
        k = np.linspace(-2.0, 1.5, 9) * 0.2 * np.sqrt(t)
        smiles.append(TrueSmile(t, k, truth.implied_volatility(k, t), np.full(k.size, 0.003)))
    surface = synthetic_surface(smiles, None, "X")

    class Chain:
        def surface(self):
            return surface

    monkeypatch.setattr(pairs, "read_chain", lambda path: Chain())
    monkeypatch.setitem(pairs.CELLS, "quick", (24, 40))
    monkeypatch.setitem(pairs.PATHS, "quick", 1 << 11)
    table = pairs.run(Config("quick", {"SPX": tmp_path}, "", 5))
    assert len(table) == 2 * (1 + len(pairs.LAWS))
    for _, own in table.groupby("first"):
        alone, *balls = own.to_dict("records")
        assert [row["law"] for row in (alone, *balls)] == ["none", *pairs.LAWS]
        for row in balls:
            slack = alone["gap"] + row["gap"]
            assert alone["lower"] <= row["lower"] + slack
            assert row["upper"] <= alone["upper"] + slack
            assert row["minimum_radius"] < row["radius"]
    assert np.nanmax(table["residual"].to_numpy(dtype=float)) <= 1e-8


def test_forward_volatility_is_that_of_the_black_straddle():
    from rmot.studies.two_dates.pairs import forward_volatility

    # log y/x is normal: |y - x| is a call and a put at the money
    window, volatility = 0.1, 0.23
    law = BlackScholes(volatility=volatility)
    straddle = 2 * float(law.call_price([0.0], window)[0])
    assert forward_volatility(straddle, window) == pytest.approx(volatility, rel=1e-12)
