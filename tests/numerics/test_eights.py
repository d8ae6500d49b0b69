"""Eight numbers at once against NumPy, each operation by itself rounded alike."""

import numpy as np
import pytest
from numba import errors

from rmot.numerics import eights
from rmot.numerics.compiled import kernel
from rmot.numerics.eights import fill, greatest, larger, load, root, smaller, store, total, where


@kernel
def operations(x, y, a, out):
    for i in range(0, x.size, 8):
        v, w = load(x, i), load(y, i)
        found = (a + v) * w - 2.0 / w
        found += v * a
        found -= w / 3.0
        store(out[0], i, found)
        store(out[1], i, larger(v, w))
        store(out[2], i, smaller(v, w))
        store(out[3], i, where(v, w, a))
        store(out[4], i, root(w))


@kernel
def folded(x):
    sums, peak = fill(0.0), fill(-1e300)
    for i in range(0, x.size, 8):
        sums += load(x, i)
        peak = larger(load(x, i), peak)
    return total(sums), greatest(peak)


@kernel
def strided(x):
    return total(load(x[::2], 0))


def test_operations_are_those_of_numpy_to_the_bit():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal(24), rng.uniform(0.1, 3.0, 24)
    out = np.empty((5, 24))
    operations(x, y, 0.7, out)
    assert np.array_equal(out[0], (((0.7 + x) * y - 2.0 / y) + x * 0.7) - y / 3.0)
    assert np.array_equal(out[1], np.maximum(x, y))
    assert np.array_equal(out[2], np.minimum(x, y))
    assert np.array_equal(out[3], np.where(x > 0, y, 0.7))
    assert np.array_equal(out[4], np.sqrt(y))


def test_lanes_fold_in_a_fixed_order():
    x = np.random.default_rng(2).standard_normal(64)
    lanes = np.zeros(8)
    for row in x.reshape(-1, 8):
        lanes += row
    while lanes.size > 1:
        lanes = lanes[: lanes.size // 2] + lanes[lanes.size // 2 :]
    assert folded(x) == (lanes[0], x.max())


def test_what_is_no_number_is_larger_than_nothing():
    x = np.ones(8)
    x[3] = np.nan
    assert folded(x)[1] == 1.0


def test_arrays_with_gaps_are_refused():
    with pytest.raises(errors.TypingError, match="contiguous"):
        strided(np.ones(32))


def test_arrays_are_filled_up_with_zeros():
    assert np.array_equal(eights.filled_up(np.ones(9)), np.repeat([1.0, 0.0], [9, 7]))
