"""Option prices from a characteristic function that is known in closed form, and odd inputs."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.models import RoughHeston
from rmot.numerics import black_otm, black_vega
from rmot.numerics.fourier import otm_prices

ROUNDING = 1e-15
COINCIDENCE = 1e-3
"""Of the tolerance: where the change from step 2h to h passes through 0 between strikes, too small
an error is stated, and it is far below the tolerance then."""


def black_log_phi(variance):
    """log phi of a normal X, rounded to 1e-16 of its size, and its derivative in the variance."""

    def log_phi(u, _admissible):
        slope = -0.5 * (u * u + 1j * u)
        values = variance * slope
        return values, 1e-16 * np.abs(values), slope[None]

    return log_phi


def growth(variance):
    # the weighted balance 0.9 h = c0, which is right but for the factor
    return np.array([[0.0, 0.0, 1e-12, 1.0, 0.9 * variance]])


def price(k, deviation, tolerance, *, width=None):
    k = np.atleast_1d(np.asarray(k, dtype=float))
    widest = 4 / deviation if width is None else width
    strip = (widest, 1 + widest)
    variance = deviation**2
    accuracy = np.full(k.size, tolerance)
    return otm_prices(black_log_phi(variance), growth(variance), strip, k, accuracy)


@pytest.mark.parametrize("deviation", [0.003, 0.05, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("tolerance", [1e-5, 1e-8, 1e-11, 1e-14])
def test_black_scholes_prices_are_the_closed_form_within_the_stated_error(deviation, tolerance):
    k = deviation * np.linspace(-5, 5, 41)
    value, error, _ = price(k, deviation, tolerance)
    exact = black_otm(k, deviation, 1.0)
    assert np.all(np.abs(value - exact) <= 3 * error + COINCIDENCE * tolerance + ROUNDING * exact)
    # the tolerance is aimed at; rounding on the contour may cost more than 1e-14
    assert np.all(error <= max(tolerance, 2e-13))


@settings(max_examples=60, deadline=None)
@given(
    deviation=st.floats(-6, 1).map(np.exp),
    shares=st.lists(st.floats(-8, 8), min_size=1, max_size=8),
    digits=st.floats(4, 13),
    width=st.floats(0.5, 20),
)
def test_stated_errors_cover_the_true_ones_for_any_strikes_and_strip(
    deviation, shares, digits, width
):
    k = deviation * np.array(shares)
    tolerance = 10.0**-digits
    value, error, _ = price(k, deviation, tolerance, width=width / deviation)
    exact = black_otm(k, deviation, 1.0)
    assert not np.any(np.isnan(value[error < np.inf]))
    assert np.all(np.abs(value - exact) <= 3 * error + COINCIDENCE * tolerance + ROUNDING * exact)


def test_gradient_is_vega():
    deviation = 0.25
    k = np.linspace(-0.6, 0.6, 13)
    _, error, gradient = price(k, deviation, 1e-13)
    exact = black_vega(k, deviation, 1.0) / (2 * deviation)
    # differentiating multiplies the integrand by (u^2 + iu)/2, of the order of the variance inverse
    assert np.all(np.abs(gradient[0] - exact) <= 10 * (error + ROUNDING) / deviation**2)


def test_order_and_number_of_strikes_do_not_matter():
    rng = np.random.default_rng(5)
    k = rng.permutation(np.linspace(-0.7, 0.7, 15))
    together, error, _ = price(k, 0.2, 1e-12)
    alone = np.concatenate([price(x, 0.2, 1e-12)[0] for x in k])
    doubled, _, _ = price(np.tile(k, 2), 0.2, 1e-12)
    assert np.all(np.abs(together - alone) <= 2e-12)
    assert np.all(np.abs(doubled[:15] - together) <= 2e-12)
    assert np.all(error <= 1e-12)


@pytest.mark.parametrize(
    "k", [[0.0], [-0.0], [0.1], [-0.1], [-0.3, -0.2, -0.1], [0.2, 0.1, 0.3], [0.0, 0.0, 0.0]]
)
def test_one_wing_or_one_strike_is_enough(k):
    value, error, _ = price(k, 0.2, 1e-12)
    exact = black_otm(np.array(k), 0.2, 1.0)
    assert np.all(np.abs(value - exact) <= error + ROUNDING)
    assert np.all(error <= 1e-12)


@pytest.mark.parametrize("together", [True, False])
def test_prices_that_underflow_are_zero_within_their_error(together):
    k = np.array([-3.0, -1.5, 1.5, 3.0, 20.0])
    near = np.array([0.0]) if together else np.empty(0)
    value, error, _ = price(np.concatenate([near, k]), 0.05, 1e-10)
    assert np.all(error <= 1e-10)
    far = slice(near.size, None)
    assert np.all(np.abs(value[far] - black_otm(k, 0.05, 1.0)) <= error[far])


def test_a_far_call_of_rough_heston_is_tiny():
    # once 3.8e-8, with a stated error of 1e-15: poles were corrected beyond the bounding contours
    model = RoughHeston(
        hurst=0.1,
        vol_of_vol=0.4,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.06,
    )
    call, error = model.call_price([1.5], 0.1, return_error=True)
    # Markov: E (S - K)^+ <= E S^p (p - 1)^{p - 1} p^{-p} K^{1 - p}
    p = 15.0
    bound = model.moment(p, 0.1) * (p - 1) ** (p - 1) * p**-p * np.exp(1.5 * (1 - p))
    assert bound < 1e-8
    assert abs(call[0]) <= bound + error[0]
    assert error[0] <= 1e-12


def test_wide_laws_agree_with_mpmath_where_the_closed_form_cancels():
    k, deviation = np.array([-4.0, -1.0, 0.5, 4.0]), 2.5
    value, error, _ = price(k, deviation, 1e-13)
    with mpmath.workdps(40):
        s = mpmath.mpf(deviation)
        for i, x in enumerate(k):
            sign = 1 if x >= 0 else -1
            high, low = -mpmath.mpf(x) / s + s / 2, -mpmath.mpf(x) / s - s / 2
            exact = sign * (mpmath.ncdf(sign * high) - mpmath.exp(x) * mpmath.ncdf(sign * low))
            assert abs(value[i] - exact) <= error[i] + ROUNDING


def test_an_error_of_log_phi_is_stated_in_the_prices():
    deviation, blur = 0.2, 1e-7
    exact = black_log_phi(deviation**2)

    def blurred(u, admissible):
        values, error, slope = exact(u, admissible)
        return values * (1 + blur), error + blur * np.abs(values), slope

    k = np.linspace(-0.5, 0.5, 11)
    strip = (4 / deviation, 1 + 4 / deviation)
    value, error, _ = otm_prices(blurred, growth(deviation**2), strip, k, np.full(k.size, 1e-12))
    true = np.abs(value - black_otm(k, deviation, 1.0))
    assert np.all(true <= error)
    assert error.max() > 1e-9


def test_a_law_without_decay_has_no_finite_error():
    # S = 1 for sure: phi does not decay along the real axis and no contour closes
    def log_phi(u, _admissible):
        return np.zeros_like(u), np.zeros(u.size), np.empty((0, u.size), dtype=complex)

    flat = np.array([[0.0, 0.0, 1e-12, 1.0, 0.0]])
    _, error, _ = otm_prices(log_phi, flat, (2.0, 3.0), np.array([0.0]), np.array([1e-10]))
    assert not error[0] <= 1e-10
