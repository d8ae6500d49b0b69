"""The studies of the source's neural model, small: nulls, prices, and which data they rest on."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rmot.market.synthetic_bars import FILES, FUTURES_FOLDER, RevertingIndex, write_bars
from rmot.neural.published.printed import MODEL
from rmot.numerics.black import black_vega
from rmot.studies.neural import (
    published_backtest,
    published_coherence,
    published_data,
    published_frequencies,
    published_market,
    published_pricing,
    published_realised,
    published_robustness,
    published_scores,
    published_simulation,
    published_statistics,
    published_training,
    published_variograms,
)
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Train one small model, which stands for both; draw little elsewhere."""
    folder = tmp_path_factory.mktemp("published")
    write_bars(folder, 2, days=420)
    inputs = {name: folder / file for name, file in FILES.items()}
    inputs["closes"] = inputs["price"]
    for name, file in zip(
        published_market.FUTURES, ("8_m_settle", "8_m_symbols", "expirations"), strict=True
    ):
        inputs[name] = folder / FUTURES_FOLDER / f"{file}.csv.gz"
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(published_data.STEPS, "quick", 2)
        patched.setitem(published_data.WIDTH, "quick", 4)
        patched.setitem(published_pricing.EXPIRIES, "quick", 2)
        patched.setitem(published_simulation.STEPS, "quick", (12,))
        patched.setitem(published_pricing.PATHS, "quick", 64)
        one = {"printed": published_data.VARIANTS["printed"]}
        patched.setattr(published_training, "variants", lambda _: one)
        weights = Config("quick", {**inputs, "weights": folder}, seed=1)
        training = published_training.run(weights)
        inputs |= dict.fromkeys(("printed", "mended"), folder / "published_printed.json")
        yield Config("quick", inputs, seed=1), training


@pytest.fixture(scope="module")
def statistics(small):
    return published_statistics.run(small[0])


def test_training_says_where_it_stopped_and_on_which_data(small):
    _, training = small
    assert set(training["data"]) == {"synthetic"}
    assert training["least"].is_monotonic_decreasing
    assert training["best_step"].isin(training["step"]).all()


def test_a_statistic_that_a_null_passes_is_evidence_for_nobody(statistics):
    assert not (statistics["evidence"] & statistics["null_passes"]).any()
    passed = statistics[statistics["null_passes"]]["statistic"].unique()
    # the starts hand on the level, whatever the model
    assert {"mean_variance", "median_variance"} <= set(passed)
    frozen = statistics[statistics["model"] == "frozen"].set_index("statistic")["value"]
    assert frozen["vol_of_variance"] == 0.0
    assert np.isnan(frozen["path_hurst"])
    assert published_statistics.printed(statistics).count(r"\\") == 13


def test_statistics_repeat_bit_for_bit(small, statistics):
    assert published_statistics.run(small[0]).equals(statistics)


def test_scores_and_variograms_know_the_null_that_is_the_truth(small):
    # over an hour the synthetic index is a random walk: its null cannot be far from it
    scores = published_scores.run(small[0]).set_index("model")
    assert scores.loc["random_walk", "discrepancy"] < 0.1 * scores.loc["frozen", "discrepancy"]
    assert scores["ranked_probability_score"].idxmin() in {"random_walk", "reverting"}
    curves = published_variograms.run(small[0])
    real = curves[curves["series"] == "real"]
    walk = curves[curves["series"] == "random_walk"].set_index("lag")["mean_square_change"]
    within = walk.between(real.set_index("lag")["low"], real.set_index("lag")["high"])
    assert within.mean() > 0.7


def test_the_market_gives_back_what_it_was_drawn_from(small):
    table = published_market.run(small[0]).set_index("quantity")
    truth = RevertingIndex()
    assert table.loc["reversion_changes", "value"] == pytest.approx(truth.mean_reversion, rel=0.02)
    leverage = table.loc["leverage"]
    assert leverage["low"] - 0.05 < truth.correlation < leverage["high"] + 0.05
    # no premium: mean reversion is all that parts implied from realised vol-of-vol
    gap = table.loc["damping", "value"] / table.loc["damping_of_reversion", "value"] - 1
    assert abs(gap) < 4 / np.sqrt(2 * 420) + truth.mean_reversion / 252
    assert r"\text{half-life in days}" in published_market.printed(table.reset_index())


def test_shuffled_returns_have_the_same_variogram(small):
    table = published_robustness.run(small[0]).set_index(["series", "method"])
    returns = table.loc[("SPX returns, hourly", "variogram")]
    assert abs(returns["hurst"]) < 0.02
    assert abs(returns["null_hurst"]) < 0.01
    assert published_robustness.printed(table.reset_index()).count(r"\\") == 9


def test_coherence_finds_the_printed_contradictions(small):
    table: Any = published_coherence.run(small[0]).set_index("check")
    assert table.loc["inputs of the networks", "holds"]
    assert not table.loc["bars a year of the printed data", "holds"]
    # the synthetic index moves by 2 x 1.1 a year of sessions, above the printed bound
    most = MODEL.diffusion_floor + MODEL.diffusion_scale
    assert table.loc["largest diffusion, years of sessions", "found"] == most
    assert table.loc["largest diffusion, years of sessions", "expected"] == pytest.approx(
        2.2, rel=0.05
    )
    assert published_coherence.printed(table.reset_index()).count(r"\\") == 1 + len(table)


def test_prices_and_backtest_stand_beside_one_volatility(small):
    table = published_pricing.run(small[0])
    assert set(table["model"]) == set(published_pricing.LABELS)
    single = table[table["set"] == published_pricing.EACH]
    assert set(single.groupby("model")["maturity"].count()) == {2}
    assert published_pricing.printed(table).count(r"\\") == 5
    days: Any = published_backtest.run(small[0])
    assert len(days) == 3 * 2
    # what a day's own fit leaves is least, up to the search's tolerance
    assert (days["error"] >= days["refitted_error"] - 1e-4).all()


def test_simulation_shows_the_right_point_s_gap(small):
    row = published_simulation.run(small[0]).iloc[0]
    assert abs(row["left_gap"]) < 4 * row["left_error"]
    assert row["right_gap"] < -4 * row["right_error"]
    assert row["down_and_out_looks"] >= row["down_and_out_bridge"]


def test_frequencies_measure_what_they_do_not_train(small):
    table = published_frequencies.run(small[0]).set_index("frequency")
    assert set(table.index) == {"hour", "day"}
    assert table.loc["hour", "vol_of_variance_low"] < table.loc["hour", "vol_of_variance"]


def test_a_constant_variance_is_flat_and_is_its_own_index():
    from rmot.neural.published.model import Architecture, make_model
    from rmot.neural.published.pricing import Grid, call_prices, simulate_prices
    from rmot.neural.published.printed import MARKET
    from rmot.studies.neural.published_smiles import Calibrated

    small = 1e-9
    silent = Architecture(
        width=1, depth=1, drift_scale=small, diffusion_scale=small, diffusion_floor=small
    )
    model, variance = make_model(silent), float(np.exp(silent.long_run_log_variance))
    grid, root = Grid(maturity=0.5, steps=4, paths=4096), np.sqrt(variance)
    law = Calibrated(model, variance, grid)
    error = call_prices(simulate_prices(model, variance, MARKET.leverage, grid), 0.0).error
    allowed = 4.0 * float(error[0]) / float(black_vega(0.0, root, 0.5))
    assert law.implied_volatility([0.0], 0.5) == pytest.approx(root, abs=allowed)
    # the network's bounded drift over a year
    assert law.index(1.0) == pytest.approx(root, abs=1e-7)


def test_realised_volatility_is_that_of_the_returns_behind_it(small):
    config, _ = small
    history = published_data.read_bars(config, "price")
    bars = published_realised.realised_bars(history)
    assert len(bars.table) == len(history.table) - 1
    returns = np.diff(np.log(history.table["close"].to_numpy(float)))
    days = (history.table.index[-1] - history.table.index[0]).total_seconds() / 86400
    # one sum of weights that halve in a session, written out for one bar
    at = 40
    weights = 0.5 ** (np.arange(at, -1, -1) / published_realised.BARS)
    variance = weights @ returns[: at + 1] ** 2 / weights.sum() * len(returns) * 365.25 / days
    assert bars.table["close"].iloc[at] == pytest.approx(100.0 * np.sqrt(variance), rel=1e-9)


def test_the_model_of_realised_variance_is_priced_on_the_same_quotes(small, monkeypatch):
    config, _ = small
    trained = SimpleNamespace(module=published_data.load_model(config, "printed"), step=1)
    monkeypatch.setattr(published_realised, "train", lambda *_: trained)
    table = published_realised.run(config)
    own = published_pricing.run(config)
    same = own[(own["model"] == "printed") & (own["set"] == published_pricing.EACH)]
    # with the same weights it is the same model
    assert table["error"].tolist() == same["error"].tolist()
    assert table["quotes"].tolist() == same["quotes"].tolist()
    assert set(table["data"]) == {"synthetic"}
