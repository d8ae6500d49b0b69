import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import DataError, MissingData
from rmot.market import read_history, registry
from rmot.market.histories import (
    BAD_TICK_FACTOR,
    DUPLICATE,
    INCONSISTENT,
    NOT_POSITIVE,
    UNFINISHED,
    _bad_tick,
    _off_both_neighbours,
)


@pytest.fixture
def read(tmp_path):
    def run(text, name="SPY.csv"):
        path = tmp_path / name
        path.write_text(text)
        return read_history(path)

    return run


def test_adjusted_closes_are_by_date_oldest_first(read):
    found = read("Date,Close\n2026-07-31,747.03\n2026-07-30,740.5\n")
    assert (found.name, found.format, found.stamps) == ("SPY", "adjusted_closes", "date")
    assert found.table.index.tolist() == [pd.Timestamp("2026-07-30"), pd.Timestamp("2026-07-31")]
    assert found.table["close"].tolist() == [740.5, 747.03]
    assert (found.dropped, found.noted, found.source.kind) == ({}, {}, "unregistered")


@pytest.mark.parametrize("day", ["03/27/2026", "2026-03-27"])
def test_an_index_has_either_form_of_date(read, day):
    found = read(f"DATE,OPEN,HIGH,LOW,CLOSE\n{day},27.54,31.65,27.5,31.05\n", "VIX.csv")
    assert found.table.index.tolist() == [pd.Timestamp("2026-03-27")]
    assert list(found.table.columns) == ["open", "high", "low", "close"]
    assert found.units == "index points"


def test_an_index_with_one_column_has_its_name(read):
    assert read("DATE,VVIX\n03/27/2026,133.18\n", "other.csv").name == "VVIX"


def test_a_bad_tick_of_an_index_is_dropped_and_a_crash_is_not(read):
    levels = [20.0, 21.0, 4.0, 22.0, 23.0, 60.0, 58.0, 57.0]
    rows = [f"03/{day:02d}/2026,{level}" for day, level in enumerate(levels, start=2)]
    found = read("\n".join(["DATE,VVIX", *rows]))
    assert found.table["close"].tolist() == [20.0, 21.0, 22.0, 23.0, 60.0, 58.0, 57.0]
    assert found.dropped == {_bad_tick(): 1}


def test_a_price_may_halve_and_double(read):
    rows = ["2026-07-01,100", "2026-07-02,40", "2026-07-03,90"]
    assert len(read("\n".join(["Date,Close", *rows])).table) == 3


@given(st.lists(st.floats(1.0, 1e3), min_size=3, max_size=30))
def test_bad_ticks_are_those_of_the_definition(levels):
    found = _off_both_neighbours(np.array(levels))
    for i, level in enumerate(levels):
        inside = 0 < i < len(levels) - 1
        steps = [math.log(level) - math.log(levels[j]) for j in (i - 1, i + 1)] if inside else []
        far = [abs(step) - math.log(BAD_TICK_FACTOR) for step in steps]
        if any(abs(each) < 1e-12 for each in far):
            continue
        expected = inside and min(far) > 0 and steps[0] * steps[1] > 0
        assert found[i] == expected


def test_rows_without_a_level_and_repeated_dates_are_dropped_with_counts(read):
    rows = ["2018-02-07,14.05", "2018-02-08,0.0", "2018-02-09,", "2018-02-07,15", "2018-02-12,17.7"]
    found = read("\n".join(["DATE,DSPX", *rows]))
    assert found.table["close"].tolist() == [14.05, 17.7]
    assert found.dropped == {NOT_POSITIVE: 2, DUPLICATE: 1}


def test_a_row_whose_close_lies_outside_its_range_is_kept_and_noted(read):
    found = read("DATE,OPEN,HIGH,LOW,CLOSE\n11/08/2004,2.58,14.48,13.68,13.80\n")
    assert len(found.table) == 1
    assert found.noted == {INCONSISTENT: 1}


def test_bars_on_new_yorks_clock_are_localised_and_sorted(read):
    rows = ["2019-03-11 09:45:00,2,3,1,2,7", "2019-03-08 16:00:00,1,2,1,2,9"]
    found = read("\n".join(["datetime,open,high,low,close,volume", *rows]))
    assert [stamp.isoformat() for stamp in found.table.index] == [
        "2019-03-08T16:00:00-05:00",
        "2019-03-11T09:45:00-04:00",
    ]
    assert (found.stamps, found.table["volume"].tolist()) == ("bar end", [9, 7])


def test_bars_in_seconds_are_utc(read):
    found = read("time,open,high,low,close,Volume\n1447691400,2023,2033,2022,2032,3600\n")
    assert found.table.index[0].isoformat() == "2015-11-16T11:30:00-05:00"
    assert (found.stamps, list(found.table.columns)[-1]) == ("bar start", "volume")


@pytest.mark.parametrize("day", ["2026-08-03", "2026-07-31"])
def test_only_the_registry_says_that_a_row_is_no_close(tmp_path, monkeypatch, day):
    text = "Date,Close\n2026-07-31,747.03\n2026-08-03,755.6\n"
    path = tmp_path / "SPY.csv"
    path.write_text(text)
    assert len(read_history(path).table) == 2
    row = registry.Dataset(
        **dict.fromkeys(("repository", "source_path", "commit", "licence"), ""),
        **dict.fromkeys(("description", "range", "how"), ""),
        id="prices/SPY",
        path="SPY.csv",
        stored="verbatim",
        sha256=registry.sha256(path),
        reader="adjusted_closes",
        unfinished_day=day,
    )
    monkeypatch.setattr(registry, "_load", lambda _: {row.id: row})
    found = read_history(path)
    assert (found.name, found.source.kind) == ("SPY", "real")
    assert found.dropped == {UNFINISHED: 1}
    assert pd.Timestamp(day) not in found.table.index


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("Date,Close\n", "no"),
        ("Date,Open\n2026-07-31,1\n", "expected a history"),
        ("Date,Close\n2026-07-31\n", "cut off"),
        ("Date,Close\n2026-07-31,abc\n", "'abc'"),
        ("Date,Close\n31.07.2026,1\n", "expected a date"),
        ("Date,Close\n2026-07-31,-1\n", "no row is left"),
        ("DATE,VIX\n13/45/2026,1\n", "expected a date"),
        ("time,open,high,low,close\n2015-11-16 11:30,1,1,1,1\n", "'time'"),
        ("time,open,high,low,close\n,1,1,1,1\n", "stamp in each row"),
        ("datetime,open,high,low,close\n2019-03-10 02:30:00,1,1,1,1\n", "clock"),
        ("datetime,open,high,low,close\nnoon,1,1,1,1\n", "clock"),
    ],
)
def test_bad_histories_are_one_line(read, text, message):
    with pytest.raises(DataError, match=message) as caught:
        read(text)
    assert len(str(caught.value).splitlines()) == 1


def test_an_absent_history_is_missing(tmp_path):
    with pytest.raises(MissingData, match="a history"):
        read_history(tmp_path / "none.csv")
