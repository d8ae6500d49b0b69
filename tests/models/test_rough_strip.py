"""The cheap strip of finite moments against the critical moments."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.models._rough_strip import rough_moment_strip
from rmot.models.tails import critical_moments
from rmot.numerics.explosion import unit_explosion
from rmot.numerics.explosion_bound import explosion_rate_bound


@settings(max_examples=60, deadline=None)
@given(st.floats(math.log(2.2e-3), math.log(2000.0)), st.floats(0.501, 1.0))
def test_rate_bound_is_above_the_rate_and_close_to_it(log_distance, alpha):
    b = math.exp(log_distance) - 2
    rate = 1 / unit_explosion(b, alpha, 1e-6).power
    bound = explosion_rate_bound(b, alpha)
    assert bound > rate
    # 1.5e-3 of margin, 1.1e-3 of interpolation, and below 0.505 the rate of 0.505
    if b + 2 <= 1002 and alpha >= 0.505:
        assert bound < rate * math.exp(2.6e-3)


def test_rate_bound_is_zero_without_explosion():
    assert explosion_rate_bound(-2.0, 0.7) == 0.0


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.01, 0.5),
    st.floats(math.log(0.05), math.log(1.5)),
    st.floats(-0.98, 0.5),
    st.sampled_from([0.0, 0.3, 2.0]),
    st.floats(math.log(1 / 365), math.log(10)),
)
def test_strip_is_inside_the_critical_moments_and_close(hurst, log_nu, rho, kappa, log_t):
    given_values = (hurst, math.exp(log_nu), rho, kappa, math.exp(log_t))
    p_minus, p_plus = critical_moments(*given_values)
    below, above = rough_moment_strip(*given_values)
    assert below < -p_minus
    assert above < p_plus + 1e-8 * p_plus
    assert below > -0.98 * p_minus
    assert above > 0.98 * p_plus


@pytest.mark.parametrize("correlation", [-1.0, 1.0])
def test_infinite_sides_are_cut(correlation):
    widths = np.array(rough_moment_strip(0.1, 0.4, correlation, 0.5, 0.1))
    assert np.all(widths > 0)
    assert np.max(widths) >= 0.99e8
