"""Christoffersen's tests against mpmath, and their exact laws against all sequences."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import stats

from rmot.errors import DataError, ParameterError
from rmot.regulation import christoffersen, kupiec

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


def transitions(sequence):
    counts = {(a, b): 0 for a in (0, 1) for b in (0, 1)}
    for pair in pairwise(sequence):
        counts[pair] += 1
    return counts


@given(st.lists(st.integers(0, 1), min_size=2, max_size=60), COVERAGES)
@settings(max_examples=80, deadline=None)
def test_christoffersen_is_the_likelihood_ratio_of_forty_digits(sequence, coverage):
    found = christoffersen(sequence, coverage)
    n = transitions(sequence)
    with mp.workdps(40):
        rate = 1 - mpf(str(coverage))
        markov = free(n[0, 0], n[0, 1]) + free(n[1, 0], n[1, 1])
        misses, hits = n[0, 0] + n[1, 0], n[0, 1] + n[1, 1]
        independence = 2 * (markov - free(misses, hits))
        conditional = 2 * (markov - log_likelihood(misses, hits, rate))
    assert found.transitions == ((n[0, 0], n[0, 1]), (n[1, 0], n[1, 1]))
    assert found.independence.statistic == pytest.approx(float(independence), abs=1e-11)
    assert found.conditional_coverage.statistic == pytest.approx(float(conditional), abs=1e-11)
    assert found.independence.p_value == pytest.approx(
        stats.chi2(1).sf(max(float(independence), 0.0)), abs=1e-5
    )
    assert found.conditional_coverage.p_value == pytest.approx(
        stats.chi2(2).sf(max(float(conditional), 0.0)), abs=1e-11
    )


@given(st.lists(st.integers(0, 1), min_size=2, max_size=60), COVERAGES)
@settings(max_examples=40, deadline=None)
def test_conditional_coverage_is_independence_and_rate_together(sequence, coverage):
    found = christoffersen(sequence, coverage)
    rate = kupiec(sum(sequence[1:]), len(sequence) - 1, coverage)
    assert found.conditional_coverage.statistic == pytest.approx(
        found.independence.statistic + rate.statistic, abs=1e-11
    )


def test_sequences_that_cannot_fail_independence_say_so():
    for sequence in ([0] * 40, [1] * 40, [0] * 39 + [1]):
        found = christoffersen(sequence)
        assert (found.independence.statistic, found.independence.p_value) == (0.0, 1.0)
        assert found.independence.exact_p_value == pytest.approx(1, abs=1e-12)
        assert not found.testable
    assert christoffersen([0, 0, 1, 0]).testable


def test_clustered_exceptions_are_found_and_scattered_ones_are_not():
    clustered = [0] * 120 + [1] * 10 + [0] * 120
    scattered = ([0] * 24 + [1]) * 10
    assert christoffersen(clustered, 0.95).independence.p_value < 1e-6
    assert christoffersen(scattered, 0.95).independence.p_value > 0.1


def test_size_of_the_independence_test_at_a_frequent_rate():
    # With exceptions one day in ten over 400 days chi-squared is near: the level is 5%, and the
    # simulation tells it to four standard errors and two points for the asymptotics.
    rng = np.random.default_rng(5)
    draws = 1000
    hits = rng.random((draws, 400)) < 0.1
    rate = np.mean([christoffersen(row, 0.9).independence.p_value < 0.05 for row in hits])
    assert abs(rate - 0.05) < 4 * np.sqrt(0.05 * 0.95 / draws) + 0.02


@pytest.fixture(scope="module")
def all_sequences():
    """All sequences of eleven observations, with what the tests say of each."""
    sequences = np.array(list(product((0, 1), repeat=11)))
    found = [christoffersen(row, 0.9) for row in sequences]
    return sequences, found


def test_exact_law_of_independence_is_that_of_all_sequences(all_sequences):
    sequences, found = all_sequences
    counts = sequences.sum(axis=1)
    statistics = np.array([one.independence.statistic for one in found])
    exact = np.array([one.independence.exact_p_value for one in found])
    for row in range(0, len(found), 37):
        alike = statistics[counts == counts[row]]
        assert exact[row] == pytest.approx(np.mean(alike >= statistics[row] - 1e-9), abs=1e-12)


def test_exact_law_of_conditional_coverage_is_that_of_all_sequences(all_sequences):
    sequences, found = all_sequences
    counts = sequences.sum(axis=1)
    weights = 0.1**counts * 0.9 ** (11 - counts)
    statistics = np.array([one.conditional_coverage.statistic for one in found])
    for row in range(0, len(found), 37):
        wanted = weights[statistics >= statistics[row] - 1e-9].sum()
        assert found[row].conditional_coverage.exact_p_value == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_exact_p_values_keep_their_level(all_sequences, level):
    sequences, found = all_sequences
    counts = sequences.sum(axis=1)
    weights = 0.1**counts * 0.9 ** (11 - counts)
    for name in ("independence", "conditional_coverage"):
        exact = np.array([getattr(one, name).exact_p_value for one in found])
        assert weights[exact <= level].sum() <= level + 1e-12


def test_exact_p_values_of_a_year_are_those_of_simulated_years():
    draws = 4000
    hits = np.random.default_rng(9).random((draws, 250)) < 0.02
    seen = christoffersen(([0] * 60 + [1]) * 3 + [1, 1] + [0] * 65, 0.98)
    law = [christoffersen(row, 0.98).conditional_coverage.statistic for row in hits]
    exact = seen.conditional_coverage.exact_p_value
    simulated = np.mean(np.array(law) >= seen.conditional_coverage.statistic - 1e-9)
    assert 0.001 < exact < 0.5
    assert abs(simulated - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        ([], "shape"),
        ([0], "two observations"),
        ([0, 2, 1], "observation 2 is 2"),
        ([0, np.nan], "observation 2 is nan"),
        ([[0, 1]], "shape"),
        (["a", "b"], "something else"),
    ],
)
def test_bad_sequences_are_one_clear_line(sequence, said):
    with pytest.raises(DataError, match=said):
        christoffersen(sequence)


def test_a_bad_coverage_is_one_clear_line():
    with pytest.raises(ParameterError, match="coverage"):
        christoffersen([0, 1], 1.5)
