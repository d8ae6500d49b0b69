from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import read_history, read_vix_futures
from rmot.market.synthetic_bars import FILES, FUTURES_FOLDER, RevertingIndex
from rmot.neural.published.market_parameters import (
    closes,
    correlation_of,
    damping,
    half_life_days,
    implied_vol_of_vol,
    mean_reversion,
    realised_vol_of_vol,
    regimes,
    reversion_of_damping,
)
from rmot.neural.published.printed import MARKET

TRUTH = RevertingIndex()


@pytest.fixture
def bootstrap():
    return {"generator": np.random.default_rng(0), "draws": 50}


@pytest.mark.parametrize("by", ["levels", "changes"])
def test_exact_curves_give_their_mean_reversion(bootstrap, by):
    days = [date(2020, 1, 6) + timedelta(days=one) for one in range(120)]
    expiries = [date(2020, month, 17) for month in range(6, 11)]
    away = np.cumsum(np.random.default_rng(1).normal(size=len(days)))
    rows = []
    for day, now in zip(days, away, strict=True):
        for ends in expiries:
            left = now * np.exp(-2.7 * (ends - day).days / 365.25)
            level = 18 + left if by == "levels" else 18 * np.exp(0.02 * left)
            rows.append((day, ends.replace(day=1), ends, level))
    table = pd.DataFrame(rows, columns=pd.Index(["date", "month", "expiration", "settlement"]))
    found = getattr(mean_reversion(table, 18.0, **bootstrap), by)
    # a parabola between points 3% apart
    assert found.value == pytest.approx(2.7, rel=1e-3)
    assert found.low == pytest.approx(found.high, rel=1e-3)


def test_synthetic_files_give_what_they_were_drawn_from(synthetic_market, bootstrap):
    futures = read_vix_futures(synthetic_market / FUTURES_FOLDER).table
    index, of_index = (
        closes(read_history(synthetic_market / FILES[name])) for name in ("index", "of_index")
    )
    realised = realised_vol_of_vol(index, **bootstrap)
    # a daily change has decayed for half a day on average; four errors of a deviation
    wide = 4 / np.sqrt(2 * realised.days) + TRUTH.mean_reversion / 252
    assert realised.value == pytest.approx(TRUTH.vol_of_vol, rel=wide)
    implied = implied_vol_of_vol(of_index, **bootstrap)
    expected = TRUTH.vol_of_vol * damping(TRUTH.mean_reversion)
    assert implied.value == pytest.approx(
        float(expected), rel=4 * 0.05 / np.sqrt(implied.days) + 2e-3
    )
    parted = regimes(futures, index, **bootstrap)
    assert parted.contango_index < parted.backwardation_index
    found = mean_reversion(futures, 100 * TRUTH.level, **bootstrap).changes
    # the curve's drift of a day adds to both sides' changes, a share of its hundredth part
    assert found.value == pytest.approx(TRUTH.mean_reversion, rel=0.02)


def test_damping_is_inverted_and_has_its_limits():
    assert float(damping(0.0)) == 1.0
    assert float(damping(1e-9)) == pytest.approx(1.0, abs=1e-9)
    for speed in (0.3, 2.72, 40.0):
        assert reversion_of_damping(float(damping(speed))) == pytest.approx(speed, rel=1e-9)
    with pytest.raises(ParameterError, match="ratio in"):
        reversion_of_damping(1.02)


def test_the_printed_half_life_is_that_of_the_printed_mean_reversion():
    assert half_life_days(MARKET.mean_reversion) == pytest.approx(MARKET.half_life_days, abs=0.5)


def test_correlations_are_numpy_s_on_common_dates_and_few_days_are_refused(bootstrap):
    days = pd.bdate_range("2020-01-01", periods=200)
    x, y = np.random.default_rng(2).normal(size=(2, 200))
    first, second = pd.Series(x, days), pd.Series((y + x)[20:], days[20:])
    found = correlation_of(first, second, **bootstrap)
    assert found.days == 180
    assert found.value == pytest.approx(np.corrcoef(x[20:], (y + x)[20:])[0, 1], abs=1e-12)
    assert found.low < found.value < found.high
    with pytest.raises(DataError, match="at least 80 days; got 10"):
        correlation_of(pd.Series(x[:30], days[:30]), second, **bootstrap)
