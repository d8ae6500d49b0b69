"""Tests of normality against scipy, mpmath and published critical values."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import stats

from rmot.errors import ParameterError
from rmot.numerics.normality import (
    kolmogorov_distance,
    kolmogorov_test,
    lilliefors_test,
    naive_test,
    studentised_distance,
    studentised_null,
)


@pytest.mark.parametrize("n", [5, 30, 100])
def test_with_known_mean_it_is_scipys_test(n):
    sample = np.random.default_rng(n).normal(1.0, 2.0, n)
    found = kolmogorov_test(sample, 1.0, 2.0)
    expected = stats.kstest(sample, stats.norm(1.0, 2.0).cdf, method="exact")
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-15)
    # two algorithms for one exact law
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_distance_is_the_definition_in_mpmath():
    sample = np.random.default_rng(1).standard_normal(17)
    with mpmath.workdps(30):
        levels = sorted(mpmath.ncdf(mpmath.mpf(float(x))) for x in sample)
        n = len(levels)
        largest = max(
            max(mpmath.mpf(i + 1) / n - u, u - mpmath.mpf(i) / n) for i, u in enumerate(levels)
        )
    found = kolmogorov_test(sample, 0.0, 1.0).statistic
    assert found == pytest.approx(float(largest), abs=4 * np.finfo(float).eps)


def test_lilliefors_critical_values_are_the_published_ones():
    # Lilliefors (1967), Table 1, simulated there with 1000 samples and more; 5% and 1%.
    draws = 20_000
    for n, five, one in ((10, 0.258, 0.294), (20, 0.190, 0.231), (30, 0.161, 0.187)):
        null = studentised_null(n, draws, seed=2)
        for published, level in ((five, 0.05), (one, 0.01)):
            share = np.mean(null >= published)
            # his critical values have the error of a thousand draws
            error = np.sqrt(level * (1 - level) * (1 / 1000 + 1 / draws))
            assert abs(share - level) < 4 * error


def test_beyond_thirty_the_critical_value_is_0886_over_root_n():
    null = studentised_null(100, 20_000, seed=3)
    share = np.mean(null * 10.0 >= 0.886)
    error = np.sqrt(0.05 * 0.95 * (1 / 1000 + 1 / null.size))
    assert abs(share - 0.05) < 4 * error


def test_p_value_agrees_with_scipys_simulation():
    sample = np.random.default_rng(5).standard_t(4, 40)
    found = lilliefors_test(sample, seed=1, draws=4000)
    expected = stats.goodness_of_fit(
        stats.norm,
        sample,
        statistic="ks",
        n_mc_samples=1000,
        rng=np.random.default_rng(6),
    )
    assert found.statistic == pytest.approx(float(expected.statistic), rel=1e-6)
    assert abs(found.p_value - expected.pvalue) < 4 * 0.5 * np.sqrt(1 / 4000 + 1 / 1000)


def test_p_value_is_uniform_under_the_null_and_the_naive_one_is_not():
    draws = np.random.default_rng(7).standard_normal((400, 50))
    null = np.sort(studentised_null(50, 20_000, seed=8))
    distance = studentised_distance(draws)
    exact = 1.0 - np.searchsorted(null, distance) / null.size
    assert stats.kstest(exact, "uniform").pvalue > 1e-3
    naive = np.array([naive_test(row).p_value for row in draws[:200]])
    assert stats.kstest(naive, "uniform").pvalue < 1e-12
    assert np.median(naive) > 0.7


def test_samples_are_taken_in_rows():
    levels = np.random.default_rng(9).uniform(size=(3, 8))
    each = [kolmogorov_distance(row) for row in levels]
    np.testing.assert_array_equal(kolmogorov_distance(levels), each)


@pytest.mark.parametrize(
    ("sample", "match"),
    [([1.0, 1.0, 1.0, 1.0], "constant"), ([1.0, 2.0], "or more"), ([1.0, 2.0, 3.0, np.nan], "fin")],
)
def test_what_has_no_distance_is_refused(sample, match):
    with pytest.raises(ParameterError, match=match):
        lilliefors_test(sample, seed=0, draws=10)


def test_a_deviation_that_is_not_positive_is_refused():
    with pytest.raises(ParameterError, match="positive deviation"):
        kolmogorov_test([0.0, 1.0, 2.0, 3.0], 0.0, 0.0)
