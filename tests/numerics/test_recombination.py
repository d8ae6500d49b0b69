"""Recombination keeps sums of moments on few of the points (Carathéodory)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import ParameterError
from rmot.numerics.recombination import recombine


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 300),
    k=st.integers(1, 12),
    rank=st.integers(1, 12),
    empty=st.floats(0.0, 0.9),
)
def test_sums_stay_on_at_most_as_many_rows_as_moments(seed, n, k, rank, empty):
    rng = np.random.default_rng(seed)
    moments = rng.standard_normal((n, min(rank, k))) @ rng.standard_normal((min(rank, k), k))
    moments[:, 0] = 1.0
    moments *= rng.dirichlet(np.full(n, 0.3))[:, None]
    moments[rng.random(n) < empty] = 0.0
    rows, times = recombine(moments)
    size = np.abs(moments).sum(axis=0)
    assert rows.size <= k
    assert np.all(times > 0)
    assert np.all(np.diff(rows) > 0)
    # sums of n terms round by n units in the last place of their size
    miss = np.abs(times @ moments[rows] - moments.sum(axis=0))
    assert np.all(miss <= 1e-12 * np.maximum(size, size.max()))


def test_survivors_are_spread_along_the_order_given():
    x = np.linspace(0.0, 1.0, 1 << 12)
    moments = np.column_stack([x**power for power in range(6)]) / x.size
    rows, times = recombine(moments)
    assert rows.size <= 6
    # six moments of the uniform law cannot be met by points of one half
    assert rows.min() < x.size / 4 < 3 * x.size / 4 < rows.max()
    assert times @ moments[rows] == pytest.approx(moments.sum(axis=0), abs=1e-13)


@pytest.mark.parametrize("bad", [[1.0, 2.0], [[np.nan]], [[np.inf, 1.0]]])
def test_what_is_no_table_of_moments_is_refused(bad):
    with pytest.raises(ParameterError, match="finite moments"):
        recombine(bad)
