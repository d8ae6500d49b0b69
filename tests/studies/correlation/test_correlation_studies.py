"""The studies of correlation: who moves the estimates, and how many steps blocks take."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from paper.quantities import dependence
from rmot.models import RoughHeston
from rmot.studies.correlation import block_steps, offered, recovered
from rmot.studies.study import Config

PUBLISHED = Path("proofs_check/tables/001_table_1.csv")


@pytest.fixture(scope="module")
def table():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recovered.PAIRS, "quick", 2)
        patch.setitem(recovered.SAMPLES, "quick", 1 << 9)
        patch.setattr(recovered, "STRIKES", 5)
        patch.setattr(recovered, "GRID", np.linspace(-0.9, 0.9, 5))
        return recovered.run(Config("quick", {"published": PUBLISHED}, seed=1))


def test_calibrated_estimates_are_the_historical_correlation(table):
    known = table.query("marginals == 'calibrated' and history != 'absent'")
    assert len(known) == 4
    # the search ends within 1e-6
    assert known["from_historical"].abs().max() <= 2e-6
    assert known["divergence_variation"].max() <= 1e-12


def test_a_wrong_history_is_returned_as_faithfully_as_a_right_one(table):
    wrong = table.query("market != '001 Table 1' and history == 'wrong'")
    assert np.abs(wrong["error"] + 2 * wrong["truth"]).max() <= 1e-3


def test_a_sample_of_the_markets_own_laws_misses_its_quotes_alike_at_all_correlations():
    """What is left of the first term is of the laws, not of how evenly points happen to lie."""
    three = recovered._three(1)
    right = replace(three, fitted=three.laws)
    ours, theirs = (
        [recovered._on_sample(market, 1 << 11)[0](_flat(rho)) for rho in (-0.4, 0.0, 0.4)]
        for market in (right, three)
    )
    assert np.ptp(ours) < 0.05 * np.ptp(theirs)
    assert max(ours) < 0.05 * min(theirs)
    # even points know a price to 1/n, and it is the square of that which counts
    fewer = recovered._on_sample(right, 1 << 9)[0](_flat(0.4))
    assert ours[-1] < fewer / 4


def _flat(rho):
    return np.full((3, 3), rho) + (1.0 - rho) * np.eye(3)


def test_summary_and_print_have_a_row_for_each_history(table):
    assert len(recovered.summary(table)) == 9
    assert recovered.printed(table).count(r"\\") == 10


def test_block_steps_diverge_where_theory_says_so(monkeypatch):
    monkeypatch.setattr(block_steps, "ASSETS", (2, 3))
    monkeypatch.setitem(block_steps.SAMPLES, "quick", 1 << 10)
    found = block_steps.run(Config("quick", seed=1))
    assert found["true_converged"].to_numpy().all()
    shrinks = found["contraction"].to_numpy() < 1
    assert np.array_equal(found["block_converged"], shrinks)
    assert 0 < shrinks.sum() < shrinks.size
    assert "diverge" in block_steps.printed(found)


def test_numbers_are_made_of_the_table(table):
    made = {number.macro: number.value for number in dependence.recovered(table)}
    assert made["RecoveredPairs"] == 2
    assert made["RecoveredPairsWrong"] > made["RecoveredPairsRight"]
    assert made["RecoveredPublishedRmse"] == 0.022


def test_offered_correlations_say_what_they_rest_on(tmp_path, monkeypatch):
    laws = {
        name: RoughHeston(
            hurst=0.1,
            vol_of_vol=0.3,
            correlation=-0.6,
            initial_variance=variance,
            mean_reversion=0.3,
            long_run_variance=variance,
        )
        for name, variance in (("SPX", 0.04), ("NDX", 0.07))
    }
    source = {"kind": "synthetic", "sha256": "ab" * 32}
    monkeypatch.setattr(
        offered.Fit,
        "load",
        lambda path: SimpleNamespace(model=laws[Path(path).stem], source=source),
    )
    inputs = {f"{name}_fit": tmp_path / name for name in laws}
    marginals = offered.run(Config("quick", inputs))
    assert set(marginals["input"]) == {"marginals"}
    steps = np.random.default_rng(1).standard_normal((600, 2)) @ [[0.01, 0.008], [0.0, 0.006]]
    days = pd.bdate_range("2020-06-01", periods=600)
    for name, path in zip(offered.FUNDS, np.exp(np.cumsum(steps, axis=0)).T, strict=True):
        lines = [f"{day:%Y-%m-%d},{close:.8f}" for day, close in zip(days, path, strict=True)]
        inputs[name] = tmp_path / f"{name}.csv"
        inputs[name].write_text("\n".join(["Date,Close", *lines]))
    table = offered.run(Config("quick", inputs, seed=1))
    assert table["input"].tolist()[2:] == ["history (real-world measure)"] * 2
    year = table.iloc[2]
    assert year["lower"] < 0.8 < year["upper"]
    assert offered.printed(table).count(r"\\") == 5
    made = {number.macro: number.value for number in dependence.offered(table)}
    assert -1 < made["OfferedLower"] < 0 < made["OfferedUpper"] <= 1
