"""Each operation on four complex numbers at once against NumPy, within its rounding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rmot.numerics import lanes
from rmot.numerics.compiled import kernel
from rmot.numerics.lanes import LANES, STRIDE, pack

EPSILON = np.finfo(float).eps
POSITIONS = 3
"""The first and the last hold what must not be touched, or an operand."""

parts = st.floats(-1e3, 1e3, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-30)
quadruples = arrays(np.float64, (2, POSITIONS, LANES), elements=parts).map(
    lambda x: x[0] + 1j * x[1]
)


def unpack(x):
    real, imaginary = x.reshape(-1, 2, LANES).transpose(1, 0, 2)
    return real + 1j * imaginary


@kernel
def _set_product(x, i, y, j, z, k):
    lanes.set_product(x, i, y, j, z, k)


@kernel
def _add_product(x, i, y, j, z, k):
    lanes.add_product(x, i, y, j, z, k)


@kernel
def _subtract_product(x, i, y, j, z, k):
    lanes.subtract_product(x, i, y, j, z, k)


@kernel
def _add_multiple(x, i, a, y, j):
    lanes.add_multiple(x, i, a, y, j)


@kernel
def _set_multiple(x, i, a, y, j):
    lanes.set_multiple(x, i, a, y, j)


@kernel
def _invert(x, i):
    lanes.invert(x, i)


@kernel
def _set_root(x, i, y, j):
    lanes.set_root(x, i, y, j)


def assert_only_changed(after, before, place, exact, tolerance):
    value = unpack(after)
    assert np.all(np.abs(value[place] - exact) <= tolerance)
    rest = np.arange(POSITIONS) != place
    np.testing.assert_array_equal(value[rest], before[rest])


@pytest.mark.parametrize(
    ("operation", "old", "new"),
    [(_set_product, 0, 1), (_add_product, 1, 1), (_subtract_product, 1, -1)],
)
@settings(max_examples=30, deadline=None)
@given(x=quadruples, y=quadruples, z=quadruples, at=st.tuples(*[st.integers(0, 2)] * 3))
def test_products_are_set_added_and_subtracted(operation, old, new, x, y, z, at):
    i, j, k = at
    out = pack(x)
    operation(out, i, pack(y), j, pack(z), k)
    product = y[j] * z[k]
    size = old * np.abs(x[i]) + np.abs(y[j]) * np.abs(z[k])
    assert_only_changed(out, x, i, old * x[i] + new * product, 8 * EPSILON * size)


@pytest.mark.parametrize(("operation", "old"), [(_set_multiple, 0), (_add_multiple, 1)])
@settings(max_examples=30, deadline=None)
@given(x=quadruples, y=quadruples, a=parts, at=st.tuples(*[st.integers(0, 2)] * 2))
def test_real_multiples_are_set_and_added(operation, old, x, y, a, at):
    i, j = at
    out = pack(x)
    operation(out, i, a, pack(y), j)
    size = old * np.abs(x[i]) + abs(a) * np.abs(y[j])
    assert_only_changed(out, x, i, old * x[i] + a * y[j], 4 * EPSILON * size)


@settings(max_examples=50, deadline=None)
@given(x=quadruples, i=st.integers(0, 2))
def test_inverse(x, i):
    x[i] = np.where(np.abs(x[i]) < 1e-20, 1.0, x[i])
    out = pack(x)
    _invert(out, i)
    assert_only_changed(out, x, i, 1 / x[i], 8 * EPSILON / np.abs(x[i]))


@settings(max_examples=50, deadline=None)
@given(x=quadruples, y=quadruples, at=st.tuples(*[st.integers(0, 2)] * 2))
def test_root_is_the_principal_one(x, y, at):
    i, j = at
    out = pack(x)
    _set_root(out, i, pack(y), j)
    root = unpack(out)[i]
    assert np.all(root.real >= 0)
    # the part that cancels is known to the root of the rounding
    exact = np.sqrt(y[j])
    nearest = np.minimum(
        np.abs(root - exact), np.where(y[j].imag == 0, np.abs(root + exact), np.inf)
    )
    assert np.all(nearest <= 4 * np.sqrt(EPSILON * np.abs(y[j])))
    away = y[j].real > np.abs(y[j].imag)
    assert np.all(np.abs(root.real - exact.real)[away] <= 8 * EPSILON * np.abs(exact)[away])


def test_operands_may_be_the_result():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(POSITIONS, LANES)) + 1j * rng.normal(size=(POSITIONS, LANES))
    out = pack(x)
    _set_product(out, 1, out, 1, out, 1)
    assert_only_changed(out, x, 1, x[1] ** 2, 8 * EPSILON * np.abs(x[1]) ** 2)
    out = pack(x)
    _add_multiple(out, 2, -1.0, out, 2)
    assert_only_changed(out, x, 2, 0.0, 0.0)


def test_not_a_number_stays_in_its_lane():
    x = np.ones((POSITIONS, LANES), dtype=complex)
    x[1, 2] = np.nan
    out = pack(x)
    _set_product(out, 0, out, 1, out, 1)
    np.testing.assert_array_equal(np.isnan(unpack(out)[0]), [False, False, True, False])


def test_four_complex_numbers_fill_one_stride():
    assert STRIDE == 2 * LANES
    x = (np.arange(8.0) + 1j).astype(np.complex128).reshape(2, 4)
    np.testing.assert_array_equal(pack(x)[:STRIDE], [0, 1, 2, 3, 1, 1, 1, 1])
    np.testing.assert_array_equal(unpack(pack(x)), x)
