"""Options on two assets by Fourier, held against quadrature under lognormal laws."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from rmot.errors import AccuracyError
from rmot.numerics.fourier_two_assets import LogMoments, dominated_sum

LAWS = [(0.2, 0.3, 0.5, 1.0, 1.1), (0.2, 0.21, 0.95, 1.0, 1.0), (0.5, 0.1, -0.5, 1.0, 0.7)]


def lognormal(covariance, sizes) -> LogMoments:
    """Log moments of sizes exp(X), X normal with means that make E exp(X) one."""
    covariance, logs = np.atleast_2d(covariance), np.log(sizes)

    def log_moments(a, _, slopes):
        p = np.concatenate([1.0 + a.sum(axis=1, keepdims=True), -a], axis=1)
        values = p @ (logs - 0.5 * np.diag(covariance))
        values = values + 0.5 * np.einsum("ni,ij,nj->n", p, covariance, p)
        # by the sizes
        gradient = (p / sizes).T if slopes else np.empty((0, len(a)), np.complex128)
        return values.astype(np.complex128), np.zeros(len(a)), gradient.astype(np.complex128)

    return log_moments


def digital_moments(covariance, sizes) -> LogMoments:
    """Log moments of A_0^{sum a} prod A_j^{-a_j}: the first power is one less."""
    covariance, logs = np.atleast_2d(covariance), np.log(sizes)

    def log_moments(a, _, slopes):
        assert not slopes
        p = np.concatenate([a.sum(axis=1, keepdims=True), -a], axis=1)
        values = p @ (logs - 0.5 * np.diag(covariance))
        values = values + 0.5 * np.einsum("ni,ij,nj->n", p, covariance, p)
        return values.astype(np.complex128), np.zeros(len(a)), np.empty((0, len(a)), np.complex128)

    return log_moments


def everywhere(_):
    return True


def black(forward, strike, deviation):
    d = math.log(forward / strike) / deviation + 0.5 * deviation
    return forward * ndtr(d) - strike * ndtr(d - deviation)


def spread_by_quadrature(law, strike):
    """E (S_1 - S_2 - K)^+, Black's formula given S_2."""
    s1, s2, rho, f1, f2 = law
    rest = s1 * math.sqrt(1.0 - rho * rho)

    def given(z):
        second = f2 * math.exp(s2 * z - 0.5 * s2**2)
        forward = f1 * math.exp(rho * s1 * z - 0.5 * (rho * s1) ** 2)
        return norm.pdf(z) * black(forward, strike + second, rest)

    return quad(given, -10.0, 10.0, epsabs=1e-14, epsrel=1e-13, limit=400)[0]


def digital_by_quadrature(law, strike):
    """P(S_1 > S_2 + K) likewise."""
    s1, s2, rho, f1, f2 = law
    rest = s1 * math.sqrt(1.0 - rho * rho)

    def given(z):
        second = f2 * math.exp(s2 * z - 0.5 * s2**2)
        forward = f1 * math.exp(rho * s1 * z - 0.5 * (rho * s1) ** 2)
        return norm.pdf(z) * ndtr(math.log(forward / (strike + second)) / rest - 0.5 * rest)

    return quad(given, -10.0, 10.0, epsabs=1e-14, epsrel=1e-13, limit=400)[0]


def basket_put_by_quadrature(law, strike):
    """E (K - S_1 - S_2)^+ likewise."""
    s1, s2, rho, f1, f2 = law
    rest = s1 * math.sqrt(1.0 - rho * rho)
    last = (math.log(strike / f2) + 0.5 * s2**2) / s2

    def given(z):
        left = strike - f2 * math.exp(s2 * z - 0.5 * s2**2)
        if left <= 0.0:
            return 0.0
        forward = f1 * math.exp(rho * s1 * z - 0.5 * (rho * s1) ** 2)
        return norm.pdf(z) * (black(forward, left, rest) - forward + left)

    return quad(given, -10.0, min(last, 10.0), epsabs=1e-14, epsrel=1e-13, limit=400)[0]


def covariance_of(s1, s2, rho):
    return np.array([[s1 * s1, rho * s1 * s2], [rho * s1 * s2, s2 * s2]])


@pytest.mark.parametrize("law", LAWS)
def test_one_dimension_is_margrabe(law):
    s1, s2, rho, f1, f2 = law
    deviation = math.sqrt(s1 * s1 + s2 * s2 - 2.0 * rho * s1 * s2)
    found = dominated_sum(
        lognormal(covariance_of(s1, s2, rho), [f1, f2]), everywhere, np.array([1.0 / s2]), 1e-12
    )
    assert abs(found.value - black(f1, f2, deviation)) <= found.error + 1e-15
    assert found.error <= 1e-12


@pytest.mark.parametrize("strike", [0.05, 0.3])
@pytest.mark.parametrize("law", LAWS)
def test_spread_is_the_quadrature_of_blacks_formula(law, strike):
    s1, s2, rho, f1, f2 = law
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = covariance_of(s1, s2, rho)
    found = dominated_sum(
        lognormal(covariance, [f1, f2, strike]), everywhere, np.array([1 / s2, 1 / s1]), 1e-10
    )
    wanted = spread_by_quadrature(law, strike)
    assert abs(found.value - wanted) <= found.error + 1e-13
    assert found.error <= 1e-10


@pytest.mark.parametrize("moneyness", [0.7, 1.0, 1.2])
@pytest.mark.parametrize("law", LAWS)
def test_basket_put_is_the_quadrature_of_blacks_formula(law, moneyness):
    s1, s2, rho, f1, f2 = law
    strike = moneyness * (f1 + f2)
    covariance = np.zeros((3, 3))
    covariance[1:, 1:] = covariance_of(s1, s2, rho)
    found = dominated_sum(
        lognormal(covariance, [strike, f1, f2]), everywhere, np.array([1 / s1, 1 / s2]), 1e-10
    )
    wanted = basket_put_by_quadrature(law, strike)
    assert abs(found.value - wanted) <= found.error + 1e-13
    assert found.error <= 1e-10


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("law", LAWS)
def test_the_estimate_covers_the_error_however_little_is_asked(law, tolerance):
    s1, s2, rho, f1, f2 = law
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = covariance_of(s1, s2, rho)
    sizes, start = [f1, f2, 0.02], np.array([1 / s2, 1 / s1])
    found = dominated_sum(lognormal(covariance, sizes), everywhere, start, tolerance)
    assert abs(found.value - spread_by_quadrature(law, 0.02)) <= found.error <= tolerance


@pytest.mark.parametrize("strike", [1e-6, 1e-4, 1e-2])
@pytest.mark.parametrize("law", LAWS)
def test_small_strikes_are_priced_past_the_pole(law, strike):
    s1, s2, rho, f1, f2 = law
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = covariance_of(s1, s2, rho)
    sizes, start = [f1, f2, strike], np.array([1 / s2, 1 / s1])
    found = dominated_sum(lognormal(covariance, sizes), everywhere, start, 1e-9)
    assert abs(found.value - spread_by_quadrature(law, strike)) <= found.error + 1e-13
    assert found.error <= 1e-9
    digital = dominated_sum(digital_moments(covariance, sizes), everywhere, start, 1e-9, power=0)
    wanted = digital_by_quadrature(law, strike)
    assert abs(digital.value - wanted) <= digital.error + 1e-13


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6])
def test_a_coarse_lattice_says_what_it_left_out(tolerance):
    """One dimension is soon right but for the nodes that were taken for negligible."""
    law = (0.3, 0.25, 0.2, 1.0, 1.0)
    covariance = covariance_of(*law[:3])
    found = dominated_sum(
        lognormal(covariance, law[3:]), everywhere, np.array([1.0 / law[1]]), tolerance
    )
    deviation = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1])
    assert abs(found.value - black(1.0, 1.0, deviation)) <= found.error <= tolerance


def test_three_assets_reduce_to_two_that_are_one():
    """Cash of K less three assets, two of which are the same, is cash less two."""
    covariance = np.zeros((3, 3))
    covariance[1:, 1:] = covariance_of(0.4, 0.3, 0.3)
    pair = dominated_sum(
        lognormal(covariance, [2.0, 1.2, 1.0]), everywhere, np.array([2.5, 3.0]), 1e-8
    )
    split = np.zeros((4, 4))
    split[1:, 1:] = covariance[np.ix_([1, 1, 2], [1, 1, 2])]
    trio = dominated_sum(
        lognormal(split, [2.0, 0.6, 0.6, 1.0]), everywhere, np.array([2.5, 2.5, 3.0]), 1e-4
    )
    assert abs(pair.value - trio.value) <= pair.error + trio.error


def test_gradient_is_that_of_the_sum():
    sizes = np.array([1.0, 0.8, 0.3])
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = covariance_of(0.3, 0.4, 0.6)

    def price(sizes, **given):
        return dominated_sum(
            lognormal(covariance, sizes), everywhere, np.array([2.5, 3.0]), 1e-12, **given
        )

    found = price(sizes, differentiate=True)
    # homogeneous of degree one
    assert abs(found.gradient @ sizes - found.value) <= 1e-10
    for j in range(3):
        step = np.zeros(3)
        step[j] = 1e-4
        moved = [price(sizes + sign * step).value for sign in (1.0, -1.0)]
        slope = (moved[0] - moved[1]) / 2e-4
        # the third derivative of the price is of the order of 1 / (deviation^2 size^2)
        assert abs(found.gradient[j] - slope) <= 1e-4**2 * 10.0 / 0.3**2 + 1e-12 / 1e-4


def test_nothing_is_worth_nothing():
    found = dominated_sum(
        lognormal(np.diag([0.0, 1e-4, 1e-4]), [1.0, 2.0, 2.0]), everywhere, np.full(2, 100.0), 1e-9
    )
    assert abs(found.value) <= found.error <= 1e-9


def test_too_much_accuracy_is_refused():
    covariance = np.zeros((3, 3))
    covariance[1:, 1:] = covariance_of(0.01, 0.02, 0.9)
    with pytest.raises(AccuracyError, match="wanted"):
        dominated_sum(
            lognormal(covariance, [1.5, 0.5, 0.5]), everywhere, np.array([50.0, 25.0]), 1e-14
        )


def test_a_law_without_moments_near_one_is_refused():
    with pytest.raises(AccuracyError, match="moments"):
        dominated_sum(lognormal(0.04, [1.0, 1.0]), lambda _: False, np.array([5.0]), 1e-8)
