from datetime import date

import pytest

from rmot.errors import DataError, MissingData
from rmot.market import read_vix_futures
from rmot.market.readers.contracts import standard_expiry, third_friday, vix_expiry
from rmot.market.vix_futures import NO_DATE, NO_SETTLEMENT, OTHER_DATE

NUMBERS = range(1, 9)
EXPIRIES = [
    date(2010, 3, 17),
    date(2010, 4, 21),
    date(2010, 5, 19),
    date(2010, 6, 16),
    date(2010, 7, 21),
    date(2010, 8, 18),
    date(2010, 9, 15),
    date(2010, 10, 20),
    date(2010, 11, 17),
]
LETTERS = "HJKMNQUVX"


def write(folder, settle, symbols, expirations):
    names = ",".join
    for name, letter, rows in (
        ("8_m_settle.csv", "M", settle),
        ("8_m_symbols.csv", "M", symbols),
        ("expirations.csv", "V", expirations),
    ):
        head = names(["", "date", *(f"{letter}{n}" for n in NUMBERS)])
        body = [names([str(i), *map(str, row)]) for i, row in enumerate(rows, start=1)]
        (folder / name).write_text("\n".join([head, *body]) + "\n")
    return folder


def symbols_from(first):
    return [
        f"{letter} ({day:%b %y})"
        for letter, day in zip(LETTERS[first:], EXPIRIES[first:], strict=True)
    ][:8]


@pytest.fixture
def folder(tmp_path):
    """The day before and the day of an expiry, when columns of settlements move on first."""
    return write(
        tmp_path,
        [["2010-03-16", *range(17, 25)], ["2010-03-17", *range(18, 26)]],
        [["3/16/10", *symbols_from(0)], ["3/17/10", *symbols_from(1)]],
        [["2010-03-16", *EXPIRIES[:8]], ["2010-03-17", *EXPIRIES[:8]]],
    )


def replace(path, old, new):
    path.write_text(path.read_text().replace(old, new, 1))


def test_settlements_are_joined_by_month_not_by_column(folder):
    found = read_vix_futures(folder)
    march, april = found.table.iloc[0], found.table.loc[found.table["settlement"] == 18]
    assert (march["date"], march["expiration"]) == (date(2010, 3, 16), date(2010, 3, 17))
    assert set(april["expiration"]) == {date(2010, 4, 21)}
    assert set(april["month"]) == {date(2010, 4, 1)}
    assert len(found.table) == 16
    assert found.dropped == {}
    # On the day of expiry the eighth contract is not yet among the expirations.
    assert found.noted == {NO_DATE: 1}


def test_three_paths_do_as_well(folder):
    paths = [folder / f"{name}.csv" for name in ("8_m_settle", "8_m_symbols", "expirations")]
    assert read_vix_futures(paths).table.equals(read_vix_futures(folder).table)
    with pytest.raises(DataError, match="three files"):
        read_vix_futures(paths[:2])


def test_zero_settlements_are_dropped_and_odd_expirations_noted(folder):
    replace(folder / "8_m_settle.csv", "2010-03-16,17", "2010-03-16,0")
    replace(folder / "expirations.csv", "2010-04-21", "2010-04-22")
    found = read_vix_futures(folder)
    assert found.dropped == {NO_SETTLEMENT: 1}
    assert found.noted == {NO_DATE: 1, OTHER_DATE: 1}
    odd = found.table.loc[found.table["expiration_in_file"] == date(2010, 4, 22)]
    assert set(odd["expiration"]) == {date(2010, 4, 21)}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("8_m_settle.csv", "2010-03-17", "2010-03-18", "the dates of"),
        ("8_m_settle.csv", "18", "x", "'x'"),
        ("8_m_symbols.csv", "H (Mar 10)", "March", "expected a month"),
        ("expirations.csv", "V8", "W8", "missing: V8"),
    ],
)
def test_bad_files_are_one_line(folder, name, old, new, message):
    replace(folder / name, old, new)
    with pytest.raises(DataError, match=message) as caught:
        read_vix_futures(folder)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_missing(folder):
    (folder / "expirations.csv").unlink()
    with pytest.raises(MissingData, match="expirations"):
        read_vix_futures(folder)


@pytest.mark.parametrize(
    "day",
    # Cboe's calendar: Good Friday of 2008, 2014 and 2019 moved the contract before it.
    [*EXPIRIES, date(2008, 2, 19), date(2014, 3, 18), date(2019, 3, 19), date(2004, 7, 14)],
)
def test_expirations_follow_cboes_calendar(day):
    assert vix_expiry(day.replace(day=1)) == day


def test_a_third_friday_that_is_a_holiday_expires_on_thursday():
    assert third_friday(date(2022, 4, 1)) == date(2022, 4, 15)
    assert standard_expiry(date(2022, 4, 30)) == date(2022, 4, 14)
    assert standard_expiry(date(2026, 8, 2)) == date(2026, 8, 21)
