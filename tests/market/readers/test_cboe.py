from datetime import date, datetime

import pytest

from rmot.errors import DataError
from rmot.market.clock import NEW_YORK
from rmot.market.readers import cboe

HEADER = (
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,"
    "Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)
ROW = (
    "Fri Mar 18 2022,SPX220318C04500000,1,0,90.1,91.3,7,0.2,0.5,0,12,"
    "4500.00,SPX220318P04500000,2,0,103.4,104.2,8,0.2,-0.5,0,34"
)
TITLE = "Standard & Poors 500 Index,Last: 4500.5298,Change:  23.0898"
STAMP = '"Date: February 5 2022, 8:09 PM EST",Bid: 0,Ask: 0,Size: 1*1,Volume: 0'


def parse(*rows, header=HEADER, title=TITLE, stamp=STAMP):
    return cboe.parse("\n".join(["", title, stamp, header, *rows]) + "\n", "quotes.csv")


def test_one_row_gives_a_call_and_a_put_with_the_cells_of_their_own_side():
    raw = parse(ROW)
    assert (raw.underlying, raw.spot) == ("SPX", 4500.5298)
    assert raw.snapshot == datetime(2022, 2, 5, 20, 9, tzinfo=NEW_YORK)
    common = {"expiry": date(2022, 3, 18), "root": "SPX", "settlement": "AM", "strike": 4500.0}
    assert raw.quotes.to_dict("records") == [
        common
        | {
            "is_call": True,
            "bid": 90.1,
            "ask": 91.3,
            "last": 1.0,
            "volume": 7.0,
            "open_interest": 12.0,
        },
        common
        | {
            "is_call": False,
            "bid": 103.4,
            "ask": 104.2,
            "last": 2.0,
            "volume": 8.0,
            "open_interest": 34.0,
        },
    ]


@pytest.mark.parametrize(
    ("root", "settlement", "underlying"),
    [
        ("SPX", "AM", "SPX"),
        ("SPXW", "PM", "SPX"),
        ("NDX", "AM", "NDX"),
        ("NDXP", "PM", "NDX"),
        ("SPY", "PM", "SPY"),
    ],
)
def test_the_root_says_how_the_option_settles(root, settlement, underlying):
    raw = parse(ROW.replace("SPX2", f"{root}2"))
    assert raw.quotes["settlement"].tolist() == [settlement] * 2
    assert raw.underlying == underlying


@pytest.mark.parametrize(
    ("stamp", "hour"),
    [
        ('"Date: July 5 2022, 12:05 AM EDT"', 0),
        ('"Date: July 5, 2022 at 12:05 PM EDT"', 12),
        ('"Date: July 5, 2022 at 12:05 PM ET"', 12),
    ],
)
def test_stamps_are_new_yorks_clock(stamp, hour):
    assert parse(ROW, stamp=stamp).snapshot == datetime(2022, 7, 5, hour, 5, tzinfo=NEW_YORK)


def test_an_empty_cell_is_nan_and_left_to_the_filters():
    quotes = parse(ROW.replace("90.1", "")).quotes
    assert quotes["bid"].isna().tolist() == [True, False]


def doctored(column, side):
    """Rename one side's column away."""
    names = HEADER.split(",")
    strike = names.index("Strike") if "Strike" in names else 0
    place = names.index(column, strike if side == "puts" else 0)
    names[place] = "Something"
    return ",".join(names)


@pytest.mark.parametrize(
    ("column", "side", "message"),
    [
        ("Bid", "calls", "'Bid' of the calls is missing"),
        ("Ask", "puts", "'Ask' of the puts is missing"),
        ("Strike", "", "'Strike' is missing"),
        ("Puts", "puts", "'Puts' is missing"),
    ],
)
def test_a_missing_column_is_named(column, side, message):
    with pytest.raises(DataError, match=rf"^quotes\.csv: the column {message}$"):
        parse(ROW, header=doctored(column, side))


@pytest.mark.parametrize(
    ("rows", "changes", "message"),
    [
        ((), {}, "there are no rows"),
        ((ROW, ROW.replace("90.1", "n/a"), ROW.replace("90.1", "-")), {}, r"line 6.*'n/a' \(2 "),
        (
            (ROW, ROW[:-3]),
            {},
            "line 6: expected 22 cells; got 21",
        ),
        (('"' + "x" * 200_000,), {}, "comma-separated values"),
        ((ROW.replace("4500.00", "4505.00"),), {}, "line 5: the symbol .* contradicts"),
        ((ROW.replace("4500.00", ""),), {}, "line 5: the symbol .* contradicts"),
        ((ROW.replace("Mar 18", "Mar 25"),), {}, "line 5: the symbol .* contradicts"),
        ((ROW.replace("C0", "P0"),), {}, "line 5: the symbol .* contradicts"),
        ((ROW.replace("SPX220318C04500000", "SPX"),), {}, "line 5: expected an option symbol"),
        ((ROW.replace("Fri Mar 18 2022", "soon"),), {}, "line 5: expected an expiry .*'soon'"),
        ((ROW, ROW.replace("SPX2", "NDX2")), {}, "one underlying; got NDX, SPX"),
        ((ROW,), {"title": "Index"}, "'Last: '"),
        ((ROW,), {"title": "Index,Last: -3"}, "positive 'Last: ' level .* got -3"),
        ((ROW,), {"stamp": "Date: today"}, "expected a stamp"),
        ((ROW,), {"stamp": "Date: February 31 2022, 8:09 PM EST"}, "date and time"),
        ((ROW,), {"stamp": "Date: July 5 2022, 8:09 PM EST"}, "says EST, but New York keeps EDT"),
    ],
)
def test_bad_tables_are_one_clear_line(rows, changes, message):
    with pytest.raises(DataError, match=message) as caught:
        parse(*rows, **changes)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith("quotes.csv")
