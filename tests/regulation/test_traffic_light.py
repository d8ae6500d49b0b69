"""Basel's printed table digit for digit, and the zones against scipy for other windows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rmot.errors import ParameterError
from rmot.regulation import traffic_light

# MAR99, Table 2 (Supervisory framework for the use of backtesting, 1996, Table 2): exceptions among
# 250, zone, multiplier (which starts from 1.5), cumulative probability in per cent.
TABLE = [
    (0, "green", 1.50, "8.11"),
    (1, "green", 1.50, "28.58"),
    (2, "green", 1.50, "54.32"),
    (3, "green", 1.50, "75.81"),
    (4, "green", 1.50, "89.22"),
    (5, "amber", 1.70, "95.88"),
    (6, "amber", 1.76, "98.63"),
    (7, "amber", 1.83, "99.60"),
    (8, "amber", 1.88, "99.89"),
    (9, "amber", 1.92, "99.97"),
    (10, "red", 2.00, "99.99"),
]

# MAR99, Table 1: per cent of outcomes with as many exceptions or more, of an accurate model.
TYPE_ONE = ["100.0", "91.9", "71.4", "45.7", "24.2", "10.8", "4.1", "1.4", "0.4", "0.1"]


@pytest.mark.parametrize(("exceptions", "zone", "multiplier", "printed"), TABLE)
def test_basels_table_to_the_printed_digit(exceptions, zone, multiplier, printed):
    found = traffic_light(exceptions)
    assert found.zone == zone
    assert found.add_on is not None
    assert 1.5 + found.add_on == pytest.approx(multiplier, abs=1e-12)
    assert f"{100 * found.cumulative_probability:.2f}" == printed
    if exceptions < 10:
        assert f"{100 * found.probability_of_as_many:.1f}" == TYPE_ONE[exceptions]
    assert (found.amber_from, found.red_from) == (5, 10)


def test_more_exceptions_than_the_table_has_stay_red():
    assert (traffic_light(250).zone, traffic_light(250).add_on) == ("red", 0.5)
    assert str(traffic_light(12)).startswith("red: 12 exceptions in 250 at 0.99")


@given(st.integers(1, 900), st.sampled_from([0.9, 0.95, 0.975, 0.99, 0.995]))
@settings(max_examples=60, deadline=None)
def test_zones_begin_where_scipys_distribution_reaches_the_levels(observations, coverage):
    law = stats.binom(observations, 1 - coverage)
    found = traffic_light(0, observations, coverage)
    for start, level in ((found.amber_from, 0.95), (found.red_from, 0.9999)):
        # scipy rounds to 1e-12 or so; the levels themselves are met exactly by the rationals.
        assert law.cdf(start) >= level - 1e-11
        assert start == 1 or law.cdf(start - 1) < level + 1e-11
    middle = (found.amber_from + observations) // 2
    light = traffic_light(middle, observations, coverage)
    assert light.cumulative_probability == pytest.approx(law.cdf(middle), abs=1e-11)
    assert light.probability_of_as_many == pytest.approx(law.sf(middle - 1), rel=1e-8, abs=1e-300)


@given(st.integers(1, 400), st.sampled_from([0.95, 0.99]))
@settings(max_examples=40, deadline=None)
def test_zones_come_in_order(observations, coverage):
    order = {"green": 0, "amber": 1, "red": 2}
    found = traffic_light(0, observations, coverage)
    ranks = [
        order[traffic_light(count, observations, coverage).zone]
        for count in range(min(observations, found.red_from + 1) + 1)
    ]
    assert ranks == sorted(ranks)
    assert found.zone == "green"
    assert found.add_on is None or observations == 250


@pytest.mark.parametrize(
    ("observations", "coverage", "amber", "red"),
    [(750, 0.995, 7, 13), (250, 0.975, 11, 17), (125, 0.99, 3, 7), (45, 0.99, 2, 4)],
)
def test_zones_of_other_windows(observations, coverage, amber, red):
    # The first as published by others (three years at 99.5%); all from scipy's quantiles below.
    found = traffic_light(0, observations, coverage)
    assert (found.amber_from, found.red_from) == (amber, red)
    law = stats.binom(observations, 1 - coverage)
    assert (law.ppf(0.95), law.ppf(0.9999)) == (amber, red)


def test_few_observations_never_make_none_amber():
    # 0.99^5 = 0.951 reaches 95% already with no exception; by the letter that would be amber.
    for observations in (1, 2, 5):
        found = traffic_light(0, observations)
        assert found.cumulative_probability >= 0.95
        assert (found.zone, found.amber_from) == ("green", 1)


def test_ties_with_a_level_are_exact():
    # 0.95 for a coverage of 0.95 and one observation: P(X <= 0) is the level itself.
    assert traffic_light(1, 1, 0.95).zone == "red"
    assert traffic_light(0, 1, 0.95).cumulative_probability == 0.95


def test_whole_numbers_of_numpy_are_taken():
    row: Any = np.array([5, 250])
    assert traffic_light(row[0], row[1], np.float64(0.99)) == traffic_light(5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((-1,), "exceptions from 0 to 250; got -1"),
        ((251,), "exceptions from 0 to 250; got 251"),
        ((1.5,), "whole number of exceptions"),
        ((float("nan"),), "whole number of exceptions"),
        ((0, 0), "whole number of observations"),
        ((0, 250, 1.0), "coverage in"),
        ((0, 250, 0.0), "coverage in"),
    ],
)
def test_bad_counts_are_one_clear_line(arguments, said):
    with pytest.raises(ParameterError, match=said):
        traffic_light(*arguments)
