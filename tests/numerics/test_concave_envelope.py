"""Concave envelopes at a point against linear programs over all pairs."""

import numpy as np
import pytest

from rmot.numerics.concave_envelope import concave_envelopes, slope_bands


def _by_pairs(x, y, g, slope):
    best = g[y == x].max(initial=-np.inf)
    for i in np.flatnonzero(y < x):
        best = max(best, g[i] + slope * (x - y[i]))
        for j in np.flatnonzero(y > x):
            best = max(best, ((y[j] - x) * g[i] + (x - y[i]) * g[j]) / (y[j] - y[i]))
    return best


def _rows(seed, m=40, n=17):
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 12, (m, n)) / 4
    y[:, 0] = 0.0
    x = generator.integers(0, 13, m) / 4
    return x, y, generator.standard_normal((m, n)), generator.choice([-np.inf, -1.0, 0.3], m)


@pytest.mark.parametrize("seed", range(4))
def test_envelopes_are_the_best_pairs(seed):
    x, y, g, slopes = _rows(seed)
    slopes[x > y.max(axis=1)] = 0.3
    heights, left, right = concave_envelopes(x, y, g, slopes)
    for i in range(x.size):
        assert heights[i] == pytest.approx(_by_pairs(x[i], y[i], g[i], slopes[i]), abs=1e-13)
        if left[i] == right[i]:
            assert y[i, left[i]] == x[i]
        else:
            assert y[i, left[i]] < x[i]
            assert right[i] == y.shape[1] or y[i, right[i]] > x[i]


@pytest.mark.parametrize("seed", range(4))
def test_bands_hold_a_line_above_all_points_exactly_from_the_envelope_on(seed):
    x, y, g, _ = _rows(seed)
    slopes = np.full(x.size, 0.3)
    heights, *_ = concave_envelopes(x, y, g, slopes)
    for lift in (1e-9, 0.1):
        low, high = slope_bands(x, y, g, slopes, heights + lift)
        assert np.all(low <= high)
        inside = np.where(np.isfinite(high), (low + high) / 2, low)
        lines = (heights + lift)[:, None] + inside[:, None] * (y - x[:, None])
        assert np.all(lines - g >= -1e-12)
    off = (x > 0) & ~np.any(y == x[:, None], axis=1)
    low, high = slope_bands(x, y, g, slopes, heights - 1e-6)
    assert np.all(low[off] > high[off])
