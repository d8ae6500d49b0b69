"""Exponentials without calls against the library's, which are right to about half a unit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.numerics.exponentials import cosine_and_sine, exponential

EPSILON = np.finfo(float).eps


@settings(deadline=None)
@given(st.floats(-708, 708))
def test_exponential(x):
    assert abs(exponential(x) / math.exp(x) - 1) <= 2 * EPSILON


@pytest.mark.parametrize("x", [-708.1, -1e300, -math.inf])
def test_what_is_too_small_is_0(x):
    assert exponential(x) == 0.0


@pytest.mark.parametrize("x", [709.0, 1e300, math.inf])
def test_what_is_too_large_is_put_to_the_end_of_the_range(x):
    assert exponential(x) == exponential(708.0)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6))
def test_cosine_and_sine(y):
    cosine, sine = cosine_and_sine(y)
    allowed = EPSILON * (1 + abs(y))
    assert abs(cosine - math.cos(y)) <= allowed
    assert abs(sine - math.sin(y)) <= allowed


@pytest.mark.parametrize("quarter", range(-9, 10))
@pytest.mark.parametrize("off", [-1e-9, 0.0, 1e-9, 0.3, math.pi / 4])
def test_all_quarters_of_the_circle(quarter, off):
    y = quarter * math.pi / 2 + off
    found = cosine_and_sine(y)
    assert np.allclose(found, (math.cos(y), math.sin(y)), rtol=0, atol=2 * EPSILON)


def test_what_is_not_a_number_stays_so():
    assert math.isnan(exponential(math.nan))
    assert all(math.isnan(x) for x in cosine_and_sine(math.nan))
    assert all(math.isnan(x) for x in cosine_and_sine(math.inf))
