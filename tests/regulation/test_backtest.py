import numpy as np
import pytest

from rmot.errors import DataError, ParameterError
from rmot.regulation import backtest, rolling_exceptions, traffic_light, zones


def test_exceptions_are_counted_by_hand():
    outcomes = [0.0, 2.0, -3.0, 1.0, 1.5]
    lower, upper = [-1.0, -1.0, -2.0, 0.0, -1.0], [1.0, 1.0, 2.0, 1.0, 2.0]
    found = backtest(outcomes, lower, upper, coverage=0.9)
    # an outcome on the end, the fourth, is none
    assert found.is_exception.tolist() == [False, True, True, False, False]
    assert (found.above, found.below, found.exceptions, found.observations) == (1, 1, 2, 5)
    assert found.mean_width == pytest.approx((2 + 2 + 4 + 1 + 3) / 5, rel=1e-15)
    assert found.light == traffic_light(2, 5, 0.9)
    assert found.kupiec.exceptions == 2
    assert found.christoffersen is not None
    assert found.christoffersen.transitions == ((1, 1), (1, 1))
    assert found.rate_interval[0] < 0.4 < found.rate_interval[1]
    assert str(found).startswith(found.light.zone)


def test_one_observation_has_no_transitions():
    assert backtest([0.0], [-1.0], [1.0]).christoffersen is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], []), "one shape"),
        (([1.0, 2.0], [0.0], [3.0]), "one shape"),
        (([np.nan], [0.0], [1.0]), "observation 1 is nan"),
        (([0.5, 0.5], [0.0, 1.0], [1.0, 0.0]), "observation 2"),
        (([0.5], [np.nan], [1.0]), "lower <= upper"),
    ],
)
def test_bad_intervals_are_one_line(arguments, message):
    with pytest.raises(DataError, match=message) as caught:
        backtest(*arguments)
    assert "\n" not in str(caught.value)


def test_coverage_is_a_probability():
    with pytest.raises(ParameterError):
        backtest([0.0], [-1.0], [1.0], coverage=1.0)


def test_rolling_counts_are_those_of_each_window():
    hits = np.random.default_rng(1).random(40) < 0.2
    windows = [hits[first : first + 7].sum() for first in range(34)]
    assert rolling_exceptions(hits, 7).tolist() == windows
    for window in (0, 41):
        with pytest.raises(DataError, match="window"):
            rolling_exceptions(hits, window)


@pytest.mark.parametrize(("observations", "coverage"), [(250, 0.99), (42, 0.95), (35, 0.99)])
def test_zones_are_those_of_the_traffic_light(observations, coverage):
    counts = np.arange(16)
    single = [traffic_light(int(n), observations, coverage).zone for n in counts]
    assert zones(counts, observations, coverage).tolist() == single
