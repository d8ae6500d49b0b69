"""The studies of correlation: who moves the estimates, and how many steps blocks take."""

from pathlib import Path

import numpy as np
import pytest

from rmot.studies.correlation import block_steps, recovered
from rmot.studies.study import Config

PUBLISHED = Path("proofs_check/tables/001_table_1.csv")


@pytest.fixture(scope="module")
def table():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recovered.PAIRS, "quick", 2)
        patch.setitem(recovered.SAMPLES, "quick", 1 << 9)
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
