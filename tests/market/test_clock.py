"""Oracles: QuantLib's calendar of the NYSE, and dates looked up in the exchange's announcements."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rmot.errors import ParameterError
from rmot.market.clock import (
    NEW_YORK,
    close_of,
    is_trading_day,
    settlement_instant,
    valuation_instant,
    year_fraction,
)


def new_york(*fields):
    return datetime(*fields, tzinfo=NEW_YORK)


def test_trading_days_equal_quantlibs_from_1998_to_2035():
    ql = pytest.importorskip("QuantLib", reason="QuantLib is the oracle")
    calendar = ql.UnitedStates(ql.UnitedStates.NYSE)
    day, different = date(1998, 1, 1), []
    while day < date(2036, 1, 1):
        if is_trading_day(day) != calendar.isBusinessDay(ql.Date(day.day, day.month, day.year)):
            different.append(day)
        day += timedelta(days=1)
    assert different == []


@pytest.mark.parametrize("day", [date(1997, 1, 20), date(2201, 1, 5), date.max])
def test_days_beyond_the_rules_are_refused(day):
    with pytest.raises(ParameterError, match="from 1998 to 2200"):
        is_trading_day(day)


@pytest.mark.parametrize(
    "day",
    ["2021-11-26", "2022-11-25", "2023-07-03", "2024-07-03", "2024-12-24", "2025-07-03"],
)
def test_announced_early_closes_are_at_one(day):
    assert close_of(date.fromisoformat(day)).hour == 13


@pytest.mark.parametrize("day", ["2020-07-02", "2021-07-02", "2021-12-23", "2022-07-01"])
def test_days_before_a_long_weekend_close_at_four(day):
    assert close_of(date.fromisoformat(day)).hour == 16


@pytest.mark.parametrize(
    ("snapshot", "valuation"),
    [
        (new_york(2022, 2, 5, 20, 9), new_york(2022, 2, 4, 16)),  # Saturday
        (new_york(2022, 2, 7, 9, 29), new_york(2022, 2, 4, 16)),  # Monday before the open
        (new_york(2022, 2, 7, 9, 30), new_york(2022, 2, 7, 9, 30)),
        (new_york(2022, 2, 7, 15, 59), new_york(2022, 2, 7, 15, 59)),
        (new_york(2022, 2, 7, 16, 15), new_york(2022, 2, 7, 16)),
        (new_york(2022, 2, 21, 12), new_york(2022, 2, 18, 16)),  # Washington's Birthday
        (new_york(2022, 4, 15, 12), new_york(2022, 4, 14, 16)),  # Good Friday
        (new_york(2021, 11, 27, 12), new_york(2021, 11, 26, 13)),  # after an early close
        (new_york(2021, 11, 26, 14), new_york(2021, 11, 26, 13)),
        (datetime(2022, 2, 7, 1, 9, tzinfo=UTC), new_york(2022, 2, 4, 16)),  # Sunday evening there
    ],
)
def test_valuation_is_the_snapshot_in_hours_and_else_the_last_close(snapshot, valuation):
    assert valuation_instant(snapshot) == valuation


def test_a_snapshot_without_a_zone_is_refused():
    with pytest.raises(ParameterError, match="time zone"):
        valuation_instant(datetime(2022, 2, 4, 16))


def test_morning_options_settle_at_the_open_and_afternoon_ones_at_the_close():
    assert settlement_instant(date(2022, 3, 18), "AM") == new_york(2022, 3, 18, 9, 30)
    assert settlement_instant(date(2022, 3, 18), "PM") == new_york(2022, 3, 18, 16)


def test_an_expiry_without_trading_settles_on_the_trading_day_before():
    good_friday, saturday = date(2022, 4, 15), date(2014, 6, 21)
    assert settlement_instant(good_friday, "PM") == new_york(2022, 4, 14, 16)
    assert settlement_instant(saturday, "AM") == new_york(2014, 6, 20, 9, 30)


def test_an_unknown_settlement_is_refused():
    with pytest.raises(ParameterError, match="'AM' or 'PM'"):
        settlement_instant(date(2022, 3, 18), "pm")  # pyright: ignore[reportArgumentType]


def test_maturity_counts_elapsed_hours_across_the_change_of_clocks():
    start, end = new_york(2022, 2, 4, 16), new_york(2022, 3, 18, 16)
    assert year_fraction(start, end) * 365 * 24 == pytest.approx(42 * 24 - 1, rel=1e-15)


def test_maturity_does_not_depend_on_the_zone_that_names_the_instants():
    start, end = new_york(2022, 2, 4, 16), new_york(2022, 3, 18, 9, 30)
    assert year_fraction(start.astimezone(UTC), end) == year_fraction(start, end)
