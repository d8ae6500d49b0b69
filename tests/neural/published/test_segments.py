import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import read_history
from rmot.market.synthetic_bars import FILES
from rmot.neural.published.segments import (
    HOUR,
    IN_SESSION,
    OVER_NIGHT,
    YEAR,
    coarser,
    cut_segments,
)


@pytest.fixture(scope="module")
def bars(synthetic_market):
    return read_history(synthetic_market / FILES["bars"])


def test_no_segment_spans_a_gap_and_every_bar_is_the_file_s(bars):
    torn = replace(bars, table=bars.table.drop(bars.table.index[[5, 20, 400]]))
    found = cut_segments(torn, length=6)
    assert np.allclose(found.steps, HOUR / YEAR, rtol=1e-12)
    assert found.gaps[IN_SESSION] == 3
    assert sum(found.gaps.values()) == 159 + 3
    close = torn.table["close"]
    for row in (0, 7, len(found) - 1):
        first = pd.Timestamp(found.starts[row], tz="UTC")
        at = close.index.get_loc(first)
        assert np.array_equal(found.variance[row], (close.to_numpy()[at : at + 6] / 100) ** 2)


def test_a_night_may_be_a_step_of_its_own_length(bars):
    found = cut_segments(bars, length=20, longest_step=12 * HOUR)
    assert OVER_NIGHT not in found.gaps
    hours = np.unique(np.round(found.steps * YEAR / HOUR, 6))
    assert hours.tolist() == [1.0, 11.0]


def test_segments_longer_than_a_session_are_refused_with_the_longest_run(bars):
    with pytest.raises(DataError, match=r"got 0 of 2240 bars: the longest run has 14"):
        cut_segments(bars, length=20)


def test_dates_are_no_bars_and_a_pair_is_no_path(bars, synthetic_market):
    with pytest.raises(DataError, match="got index_history"):
        cut_segments(read_history(synthetic_market / FILES["index"]), length=5)
    with pytest.raises(ParameterError, match="three bars"):
        cut_segments(bars, length=2)


def test_coarser_bars_end_where_the_fine_ones_do(bars):
    two, daily = coarser(bars, 2), coarser(bars, None)
    assert len(two.table) == 160 * 7
    assert len(daily.table) == 160
    assert (
        two.table["close"].iloc[6] == bars.table["close"].iloc[13] == daily.table["close"].iloc[0]
    )


def test_splits_keep_the_order_of_time(segments):
    parts = segments.split()
    assert sum(map(len, parts)) == len(segments)
    assert all(a.starts[-1] < b.starts[0] for a, b in itertools.pairwise(parts))
    with pytest.raises(ParameterError, match="leave some"):
        segments.split(0.5, 0.5)
