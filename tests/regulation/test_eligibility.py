"""MAR31.13 against a count of every window in plain Python, and on hand-made years."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import DataError
from rmot.regulation import is_modellable
from rmot.regulation.eligibility import Window

END = date(2025, 12, 31)
START = date(2025, 1, 1)
A_YEAR = st.lists(st.integers(0, 364), unique=True, max_size=130)


def days(offsets):
    return [START + timedelta(days=offset) for offset in sorted(offsets)]


def window_by_window(found, start, end):
    """Count all windows anew; the earliest that fails as (first day, observations)."""
    first = start
    while first + timedelta(days=89) <= end:
        count = sum(first <= day <= first + timedelta(days=89) for day in set(found))
        if count < 4:
            return first, count
        first += timedelta(days=1)
    return None


@given(A_YEAR)
@settings(max_examples=60, deadline=None)
def test_verdict_and_window_are_those_of_a_count_of_every_window(offsets):
    found = is_modellable(days(offsets), END)
    slow = window_by_window(days(offsets), START, END)
    count = len(offsets)
    assert found.count == count
    window = found.failing_window
    assert (None if window is None else (window.start, window.count)) == slow
    assert window is None or window.end - window.start == timedelta(days=89)
    assert bool(found) == ((count >= 24 and slow is None) or count >= 100)


@given(A_YEAR, st.integers(0, 364))
@settings(max_examples=60, deadline=None)
def test_one_more_observation_never_makes_a_factor_ineligible(offsets, extra):
    before = is_modellable(days(offsets), END)
    after = is_modellable(days({*offsets, extra}), END)
    assert bool(after) >= bool(before)
    assert after.count >= before.count


# Fours at the edges of every 90 days, placed as late as the rule allows: 16 observations satisfy
# the windows, so that the count alone decides.
SPARSEST = [86, 87, 88, 89, 176, 177, 178, 179, 266, 267, 268, 269, 356, 357, 358, 359]


def test_sparsest_year_without_a_gap_fails_by_its_count_alone():
    bare = is_modellable(days(SPARSEST), END)
    assert not bare
    assert bare.failing_window is None
    assert bare.count == 16
    filled = is_modellable(days([*SPARSEST, *range(300, 308)]), END)
    assert filled
    assert filled.criterion == "MAR31.13(1)"
    assert not is_modellable(days([*SPARSEST, *range(300, 307)]), END)


def test_one_day_later_opens_a_gap_that_is_named():
    later = [offset for offset in SPARSEST if offset != 86] + [90]
    found = is_modellable(days([*later, *range(300, 310)]), END)
    assert not found
    assert found.failing_window == Window(START, date(2025, 3, 31), 3)
    assert "3 in the 90 days 2025-01-01 to 2025-03-31" in str(found)


def test_the_last_window_is_tried_and_no_later_one():
    # The last 90 days begin at offset 275. Four among them pass; the first of them a day earlier
    # leaves three, and that window alone fails.
    before, after = list(range(0, 275, 5)), [280, 285, 290]
    assert is_modellable(days([*before, 275, *after]), END)
    found = is_modellable(days([*before, 274, *after]), END)
    assert found.failing_window == Window(START + timedelta(days=275), END, 3)


def test_a_hundred_pass_whatever_the_gap():
    found = is_modellable(days(range(100)), END)
    assert found.criterion == "MAR31.13(2)"
    assert found.failing_window == Window(
        START + timedelta(days=97), START + timedelta(days=186), 3
    )
    assert not is_modellable(days(range(99)), END)
    assert str(found).startswith("modellable by MAR31.13(2): 100 observations")


def test_a_factor_never_traded_is_not_modellable():
    found = is_modellable([], END)
    assert (bool(found), found.criterion, found.count) == (False, None, 0)
    assert found.failing_window == Window(START, date(2025, 3, 31), 0)


@pytest.mark.parametrize(
    ("end", "start", "length"),
    [
        ("2025-12-31", "2025-01-01", 365),
        ("2024-02-29", "2023-03-01", 366),
        ("2024-02-28", "2023-03-01", 365),
        ("2025-02-28", "2024-02-29", 366),
        ("2024-12-31", "2024-01-01", 366),
    ],
)
def test_twelve_months_end_with_the_day_given(end, start, length):
    found = is_modellable([], end)
    assert str(found.start) == start
    assert (found.end - found.start).days + 1 == length


def test_observations_before_the_period_do_not_count():
    older = [START - timedelta(days=offset) for offset in range(200, 0, -1)]
    assert is_modellable(older, END).count == 0
    assert is_modellable([*older, START], END).count == 1


def test_several_prices_of_a_day_count_once_where_they_are_announced():
    trades = [day for day in days(range(60)) for _ in range(3)]
    found = is_modellable(trades, END, several_a_day=True)
    assert found.count == 60
    with pytest.raises(DataError, match="2025-01-01 comes twice, as numbers 1 and 2"):
        is_modellable(trades, END)


def test_all_forms_of_dates_are_read_alike():
    plain = days(range(0, 360, 7))
    wanted = is_modellable(plain, END)
    for forms in (
        [f"{day:%Y-%m-%d}" for day in plain],
        [datetime(day.year, day.month, day.day, 17, 30, tzinfo=UTC) for day in plain],
        np.array(plain, dtype="datetime64[D]"),
        np.array(plain, dtype="datetime64[ns]"),
        pd.DatetimeIndex(plain),
        pd.Series(pd.DatetimeIndex(plain)),
        (day for day in plain),
    ):
        assert is_modellable(forms, END) == wanted
    for end in ("2025-12-31", np.datetime64("2025-12-31"), pd.Timestamp("2025-12-31")):
        assert is_modellable(plain, end) == wanted


@pytest.mark.parametrize(
    ("observations", "said"),
    [
        (["2025-03-02", "2025-03-01"], "order of their dates; number 2 is of 2025-03-01"),
        (["2025-03-01", "2025-03-01"], "one observation a day; 2025-03-01 comes twice"),
        (["2025-03-01", "2026-01-01"], "up to the end of the period, 2025-12-31; number 2"),
        (["2025-03-01", pd.NaT], "a day for observation 2; got NaT"),
        ([np.datetime64("NaT", "D")], "observation 1"),
        ([np.datetime64("2025-03")], "observation 1; got 2025-03"),
        (["March"], "a day as 2025-07-01 for observation 1; got 'March'"),
        ([20250301], "observation 1; got 20250301"),
        ([None], "observation 1; got None"),
        ("2025-03-01", "sequence of days; got '2025-03-01'"),
        (None, "sequence of days; got None"),
    ],
)
def test_bad_observations_are_one_clear_line(observations, said):
    with pytest.raises(DataError) as caught:
        is_modellable(observations, END)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bad_end_of_the_period_is_named():
    with pytest.raises(DataError, match="end of the period"):
        is_modellable([], "soon")
    with pytest.raises(DataError, match="year before it"):
        is_modellable([], date(1, 5, 5))
