"""Black's formula averaged over paths, against the formula itself and against differences."""

import numpy as np
from scipy.special import ndtr

from rmot.numerics.black import black_otm
from rmot.numerics.lognormal_mixture import add_otm_gradients, add_otm_prices, normal_distribution

K = np.array([-0.3, -0.05, 0.0, 0.1, 0.4])
ENDS = np.random.default_rng(4).normal(size=(2, 40)) * 0.1
LOG_FORWARD, DEVIATION = ENDS[0], 0.2 + ENDS[1] ** 2


def priced(log_forward, deviation):
    total = np.zeros(K.size)
    add_otm_prices(log_forward, deviation, K, total)
    return total


def by_black(log_forward, deviation):
    """Sum the formula with each forward taken out, by put-call parity where the side changes."""
    total = np.zeros(K.size)
    for x, s in zip(log_forward, deviation, strict=True):
        otm = np.exp(x) * black_otm(K - x, s, 1.0)
        call = otm + np.where(x > K, np.exp(x) - np.exp(K), 0.0)
        total += np.where(K < 0.0, call - np.exp(x) + np.exp(K), call)
    return total


def test_normal_distribution_is_that_of_scipy():
    x = np.linspace(-8.49, 8.49, 4001)
    found = np.array([normal_distribution(value) for value in x])
    assert np.all(np.abs(found - ndtr(x)) <= 4 * np.finfo(float).eps)
    assert normal_distribution(-40.0) < 1e-16
    assert normal_distribution(40.0) == 1.0


def test_prices_are_sums_of_blacks_formula():
    expected = by_black(LOG_FORWARD, DEVIATION)
    assert np.allclose(priced(LOG_FORWARD, DEVIATION), expected, rtol=0, atol=40 * 4e-15)


def test_a_path_without_chance_pays_its_intrinsic_value():
    found = priced(np.array([0.2]), np.array([1e-10]))
    call = np.maximum(np.exp(0.2) - np.exp(K), 0.0)
    assert np.allclose(found, np.where(K < 0.0, 0.0, call), atol=1e-10)


def test_gradients_are_those_of_the_prices():
    slopes = np.random.default_rng(5).normal(size=(2, LOG_FORWARD.size, 3))
    total = np.zeros((K.size, 3))
    add_otm_gradients(LOG_FORWARD, DEVIATION, slopes[0], slopes[1], K, total)
    h = 1e-5
    for place, found in enumerate(total.T):
        x, s = h * slopes[:, :, place]
        up, down = priced(LOG_FORWARD + x, DEVIATION + s), priced(LOG_FORWARD - x, DEVIATION - s)
        # third derivatives of 40 prices are at most of order 40 / s^2 times the cubes of slopes
        assert np.allclose(found, (up - down) / (2 * h), atol=40 * 25 * 30 * h**2)
