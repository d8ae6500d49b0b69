"""Lines through intervals: they pass through all of them, and no line reaches further."""

import numpy as np
import pytest
from scipy.optimize import linprog

from rmot.transport.two_dates.stabbing import stabbed


def _one_line_passes(at, low, high):
    rows = np.column_stack([np.ones(at.size), at])
    found = linprog(
        np.zeros(2),
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([high, -low]),
        bounds=[(None, None)] * 2,
        method="highs",
    )
    return found.status == 0


@pytest.mark.parametrize("seed", range(6))
def test_lines_pass_and_reach_as_far_as_any(seed):
    generator = np.random.default_rng(seed)
    at = np.cumsum(generator.uniform(0.1, 1.0, 60))
    middle = np.sin(at / 2)
    low, high = middle - generator.uniform(0.01, 0.2, 60), middle + generator.uniform(0.01, 0.2, 60)
    starts, values, slopes = stabbed(at, low, high)
    ends = np.append(starts[1:], at[-1])
    for start, end, value, slope in zip(starts, ends, values, slopes, strict=True):
        own = (at >= start) & (at <= end)
        line = value + slope * (at[own] - start)
        assert np.all(line >= low[own] - 1e-12)
        assert np.all(line <= high[own] + 1e-12)
        if end < at[-1]:
            more = (at >= start) & (at <= at[np.searchsorted(at, end) + 1])
            assert not _one_line_passes(at[more], low[more], high[more])
