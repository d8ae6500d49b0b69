"""Likelihood-ratio tests against mpmath and scipy; their sizes by enumeration and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import stats

from rmot.errors import ParameterError
from rmot.regulation import (
    detection_power,
    exception_rate_interval,
    kupiec,
    least_observations,
    rejection_count,
)

COVERAGES = st.sampled_from([0.9, 0.95, 0.99])


def log_likelihood(misses, hits, rate):
    total = mpf(0)
    if misses:
        total += misses * mp.log(1 - rate)
    if hits:
        total += hits * mp.log(rate)
    return total


def free(misses, hits):
    return log_likelihood(misses, hits, mpf(hits) / (misses + hits)) if misses + hits else mpf(0)


@given(st.integers(1, 400), COVERAGES, st.data())
@settings(max_examples=80, deadline=None)
def test_kupiec_is_the_likelihood_ratio_of_forty_digits(observations, coverage, data):
    exceptions = data.draw(st.integers(0, min(observations, 60)))
    found = kupiec(exceptions, observations, coverage)
    with mp.workdps(40):
        rate = 1 - mpf(str(coverage))
        misses = observations - exceptions
        wanted = 2 * (free(misses, exceptions) - log_likelihood(misses, exceptions, rate))
        tail = mp.erfc(mp.sqrt(wanted / 2))
    # The statistic is a difference of sums as large as 2 n log p, in doubles.
    slack = 1e-14 * (1 + observations * 5)
    assert found.statistic == pytest.approx(float(wanted), abs=slack)
    assert found.p_value == pytest.approx(float(tail), abs=1e-6)
    exact = stats.binomtest(exceptions, observations, 1 - coverage).pvalue
    assert found.exact_p_value == pytest.approx(exact, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize(
    ("coverage", "statistic", "p_value"), [(0.95, "10.812", 0.0010083), (0.99, "0.09494", 0.75799)]
)
def test_kupiec_of_three_in_a_year_is_the_published_one(coverage, statistic, p_value):
    # MathWorks, risk.validation.proportionOfFailuresTest, first example, to the printed digit.
    found = kupiec(3, 250, coverage)
    assert f"{found.statistic:.5g}" == f"{float(statistic):.5g}"
    assert found.p_value == pytest.approx(p_value, rel=5e-5)


def test_kupiecs_limits_without_exceptions_and_with_nothing_else():
    none, every = kupiec(0, 250), kupiec(250, 250)
    assert none.statistic == pytest.approx(-2 * 250 * np.log(0.99), rel=1e-12)
    assert every.statistic == pytest.approx(-2 * 250 * np.log(0.01), rel=1e-12)
    assert none.exact_p_value == pytest.approx(0.99**250 + stats.binom(250, 0.01).sf(4), rel=1e-9)


def test_kupiec_at_the_right_rate_finds_nothing():
    found = kupiec(5, 100, 0.95)
    assert found.statistic == pytest.approx(0, abs=1e-13)
    assert found.p_value == pytest.approx(1, abs=1e-6)
    assert found.exact_p_value == pytest.approx(1, abs=1e-12)


def test_size_of_kupiecs_test_is_that_of_the_exact_law():
    # Enumerated: at 99% and 250 observations chi-squared rejects at 5% in 9.5% of years.
    counts = np.arange(251)
    weights = stats.binom.pmf(counts, 250, 0.01)
    rejected = [kupiec(int(count), 250).p_value < 0.05 for count in counts]
    size = weights[rejected].sum()
    assert 0.0945 < size < 0.095
    rng = np.random.default_rng(7)
    draws = rng.binomial(250, 0.01, 20_000)
    table = np.array(rejected)
    error = np.sqrt(size * (1 - size) / draws.size)
    assert abs(table[draws].mean() - size) < 4 * error
    # The exact p-value keeps its level.
    exact = [kupiec(int(count), 250).exact_p_value <= 0.05 for count in counts]
    assert weights[exact].sum() <= 0.05


@given(st.integers(1, 300), st.sampled_from([0.9, 0.95, 0.99]), st.data())
@settings(max_examples=50, deadline=None)
def test_clopper_and_pearsons_interval_is_scipys(observations, level, data):
    exceptions = data.draw(st.integers(0, observations))
    lower, upper = exception_rate_interval(exceptions, observations, level)
    wanted = stats.binomtest(exceptions, observations).proportion_ci(level, method="exact")
    assert lower == pytest.approx(wanted.low, abs=1e-10)
    assert upper == pytest.approx(wanted.high, abs=1e-10)


def test_forty_five_dates_say_little():
    # P(X >= 2) is 7.5% at a rate of 1%, so that three exceptions are needed to reject.
    assert rejection_count(45) == 3
    assert detection_power(45) == pytest.approx(stats.binom(45, 0.05).sf(2), rel=1e-10)
    assert 0.39 < detection_power(45) < 0.4
    assert exception_rate_interval(0, 45)[1] > 0.05


def test_least_observations_reach_the_power_and_no_fewer_do():
    for power in (0.8, 0.95):
        least = least_observations(power=power)
        assert detection_power(least) >= power
        assert all(detection_power(fewer) < power for fewer in range(1, least))
    assert least_observations(power=0.8) == 110
    assert least_observations() == 181
    with pytest.raises(ParameterError, match="20000 observations reach"):
        least_observations(0.99, 0.9899)


@pytest.mark.parametrize("observations", [1, 10, 45, 250])
@pytest.mark.parametrize("size", [0.01, 0.05])
def test_rejection_keeps_its_size(observations, size):
    count = rejection_count(observations, 0.99, size)
    law = stats.binom(observations, 0.01)
    # A tie is possible (one observation, one per cent), where scipy rounds and rationals do not.
    assert law.sf(count - 1) <= size + 1e-12
    assert law.sf(count - 2) > size - 1e-12
    assert detection_power(observations, size=size) <= 1


def test_a_tie_with_the_size_rejects():
    # One observation at 99%: an exception has the probability 1/100 to the last digit.
    assert rejection_count(1, 0.99, 0.01) == 1
    # P(X >= 2) of two is 1/100 at 90%.
    assert rejection_count(2, 0.9, 0.01) == 2


def test_a_power_out_of_reach_is_zero_or_an_error():
    assert rejection_count(1, 0.5, 0.05) == 2
    assert detection_power(1, 0.5, 0.1) == 0.0
    with pytest.raises(ParameterError, match="true coverage below"):
        detection_power(45, 0.95, 0.99)


def test_bad_counts_are_one_clear_line():
    with pytest.raises(ParameterError, match="exceptions from 0 to 5"):
        kupiec(6, 5)
    with pytest.raises(ParameterError, match="coverage"):
        kupiec(1, 5, 1.5)
    with pytest.raises(ParameterError, match=r"level in \(0, 1\)"):
        exception_rate_interval(1, 5, 1.0)
    with pytest.raises(ParameterError, match=r"size in \(0, 1\)"):
        rejection_count(5, 0.99, 0.0)
