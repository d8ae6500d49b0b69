"""Stress on a past of known moves."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from rmot.errors import ParameterError
from rmot.regulation import expected_shortfall
from rmot.studies.capital.stress import moves_of, revalued, shortfall_error, shortfalls, worst


def a_past(moves, days=60):
    """Return daily log returns of two assets and the index: nothing but one day."""
    table = pd.DataFrame(0.0, index=pd.bdate_range("2020-01-01", periods=days), columns=["A", "B"])
    table["VIX"] = 0.0
    table.iloc[40] = moves
    return table


def test_the_stress_finds_the_worst_day_and_revalues_by_black():
    returns = a_past((np.log(0.8), np.log(0.9), np.log(2.0)))
    moves = moves_of(returns, ["A", "B"], 10)
    hit = np.flatnonzero(moves.ratios[:, 0] < 1)
    assert hit.size == 10
    assert moves.ends[hit[0]] == f"{returns.index[40]:%Y-%m-%d}"
    price, volatility, maturity = 2 * norm.cdf(0.05) - 1, 0.2, 0.25
    after = revalued((0.5, 0.5), (1.0,), (price,), maturity, moves)
    basket, deviation = 0.85, 2 * volatility * np.sqrt(maturity)
    d = np.log(basket) / deviation + 0.5 * deviation
    expected = basket * norm.cdf(d) - norm.cdf(d - deviation)
    fall, rise = worst(after - price)
    changed = expected - price
    assert (fall[0], rise[0]) == pytest.approx((max(-changed, 0), max(changed, 0)), abs=1e-12)


def test_shortfalls_scale_by_the_part_of_volatility_alone():
    generator = np.random.default_rng(2)
    both, alone = generator.normal(size=(2, 400, 1))
    fall, rise = shortfalls(both, alone)
    losses = [expected_shortfall(-changes[:, 0]) for changes in (both, alone)]
    assert fall[0] == pytest.approx(np.linalg.norm(losses))
    gains = [expected_shortfall(changes[:, 0]) for changes in (both, alone)]
    assert rise[0] == pytest.approx(np.linalg.norm(gains))
    still = np.zeros_like(alone)
    assert shortfalls(both, still)[0][0] == pytest.approx(losses[0])
    assert shortfall_error(still, still, 5, seed=1) == pytest.approx([0.0])


def test_windows_longer_than_the_past_are_refused():
    with pytest.raises(ParameterError, match="1 to 60 days"):
        moves_of(a_past((0.0, 0.0, 0.0)), ["A", "B"], 61)
