"""Historical correlation against known laws, and the alignment of days."""

from typing import Literal

import numpy as np
import pandas as pd
import pytest

from rmot.dependence import aligned_returns, historical_correlation
from rmot.errors import DataError, ParameterError
from rmot.market.histories import History
from rmot.market.registry import DataSource


def normals(rho, n, seed):
    z = np.random.default_rng(seed).standard_normal((n, 2))
    return np.column_stack([z[:, 0], rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]])


def history(days, closes, stamps: Literal["date", "bar end"] = "date"):
    table = pd.DataFrame({"close": closes}, index=pd.DatetimeIndex(days, name="date"))
    source = DataSource("x", "0" * 64, "synthetic")
    return History("x", "adjusted_closes", table, "price", stamps, source, {}, {})


def test_correlation_is_that_of_the_sample_whatever_the_units():
    r = normals(0.6, 400, 1)
    found = historical_correlation(r * [3.0, 0.01] + [1.0, 5.0], seed=1)
    assert found.correlation == pytest.approx(np.corrcoef(r.T), abs=1e-12)
    assert found.average == pytest.approx(found.correlation[0, 1], abs=1e-15)
    assert found.source == "history (real-world measure)"


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of 200 samples 95% intervals hold it 190 times, with deviation 3.1; blocks cost a little."""
    held = 0
    for seed in range(200):
        found = historical_correlation(normals(0.5, 250, seed), seed=seed, draws=400)
        held += found.lower[0, 1] <= 0.5 <= found.upper[0, 1]
    assert 170 <= held <= 200


def test_interval_is_as_wide_as_the_law_of_the_estimate():
    """With independent days the standard error of a normal correlation is (1 - rho^2) / sqrt n."""
    rho, n = 0.3, 4000
    found = historical_correlation(normals(rho, n, 2), seed=1, block=1)
    width = found.upper[0, 1] - found.lower[0, 1]
    wanted = 2 * 1.96 * (1 - rho**2) / np.sqrt(n)
    # quantiles of 2000 draws are known to some 3%, the sample's own moments to as much
    assert width == pytest.approx(wanted, rel=0.12)


def test_only_common_days_count():
    one = history(["2026-01-05", "2026-01-06", "2026-01-07"], [1.0, 2.0, 4.0])
    two = history(["2026-01-05", "2026-01-07", "2026-01-08"], [1.0, 3.0, 9.0])
    found = aligned_returns({"A": one, "B": two})
    assert list(found.columns) == ["A", "B"]
    assert found.to_numpy() == pytest.approx(np.log([[4.0, 3.0]]))


def test_what_does_not_fit_together_is_refused_by_name():
    one = history(["2026-01-05", "2026-01-06"], [1.0, 2.0])
    late = history(["2026-02-05", "2026-02-06"], [1.0, 2.0])
    bars = history(["2026-01-05", "2026-01-06"], [1.0, 2.0], "bar end")
    with pytest.raises(DataError, match=r"\['C'\]"):
        aligned_returns({"A": one}, ["A", "C"])
    with pytest.raises(DataError, match="A, B have in common"):
        aligned_returns({"A": one, "B": late})
    with pytest.raises(DataError, match="daily closes of B"):
        aligned_returns({"A": one, "B": bars})
    with pytest.raises(ParameterError, match="n >= 20"):
        historical_correlation(np.ones((5, 2)), seed=1)
    with pytest.raises(ParameterError, match="vary"):
        historical_correlation(np.ones((50, 2)), seed=1)
    with pytest.raises(ParameterError, match="NaN"):
        historical_correlation(np.full((50, 2), np.nan), seed=1)
    with pytest.raises(ParameterError, match="block"):
        historical_correlation(normals(0.1, 50, 1), seed=1, block=40)
