"""Correlations of histories at the shell."""

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def histories(tmp_path):
    steps = np.random.default_rng(1).standard_normal((300, 2)) @ [[0.01, 0.006], [0.0, 0.008]]
    days = pd.bdate_range("2025-01-01", periods=300)
    paths = []
    for name, closes in zip(("AAA", "BBB"), np.exp(np.cumsum(steps, axis=0)).T, strict=True):
        lines = [f"{day:%Y-%m-%d},{close:.10f}" for day, close in zip(days, closes, strict=True)]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["Date,Close", *lines]))
        paths.append(path)
    return paths, float(np.asarray(np.corrcoef(steps[1:].T))[0, 1])


def test_correlation_is_printed_with_its_interval_and_measure(rmot, histories):
    paths, wanted = histories
    status, out, err = rmot("correlation", *paths, "--json")
    assert status == 0
    (row,) = json.loads(out)
    assert row["correlation"] == pytest.approx(wanted, abs=1e-6)
    assert row["lower"] < wanted < row["upper"]
    assert row["source"] == "history (real-world measure)"
    assert "299 common days" in err
    assert "AAA" in rmot("correlation", *paths)[1]


def test_bad_input_is_one_line_and_status_two(rmot, histories):
    paths, _ = histories
    for arguments, said in (
        ([paths[0]], "different names"),
        ([*paths, "--start", "2030-01-01"], "in common"),
        ([*paths, "--block", "200"], "block"),
    ):
        status, _, err = rmot("correlation", *arguments)
        assert status == 2
        assert said in err
        assert err.strip().count("\n") == 0
