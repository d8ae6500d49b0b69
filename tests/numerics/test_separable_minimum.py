"""Least values on a slab, against mixed-integer programs by HiGHS and against enumeration."""

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from rmot.numerics.separable_minimum import least_on_slab


def _case(seed, n, size):
    generator = np.random.default_rng(seed)
    starts = np.arange(n + 1) * size
    nodes = np.sort(generator.uniform(0, 2, (n, size)), axis=1)
    nodes[:, 0] = 0.0
    values = generator.normal(size=(n, size))
    weights = generator.uniform(-0.5, 1.0, n)
    return starts, nodes, values, weights


def _by_milp(nodes, values, weights, low, high):
    """Convex combinations of two neighbouring nodes, chosen by binaries."""
    n, size = nodes.shape
    shares, segments = n * size, n * (size - 1)
    rows, lower, upper = [], [], []
    for i in range(n):
        row = np.zeros(shares + segments)
        row[i * size : (i + 1) * size] = 1
        rows.append(row)
        row = np.zeros(shares + segments)
        row[shares + i * (size - 1) : shares + (i + 1) * (size - 1)] = 1
        rows.append(row)
        lower += [1, 1]
        upper += [1, 1]
        for k in range(size):
            row = np.zeros(shares + segments)
            row[i * size + k] = 1
            for s in (k - 1, k):
                if 0 <= s < size - 1:
                    row[shares + i * (size - 1) + s] = -1
            rows.append(row)
            lower.append(-np.inf)
            upper.append(0)
    row = np.zeros(shares + segments)
    row[:shares] = (weights[:, None] * nodes).ravel()
    rows.append(row)
    lower.append(low)
    upper.append(high)
    integrality = np.append(np.zeros(shares), np.ones(segments))
    found = milp(
        np.append(values.ravel(), np.zeros(segments)),
        constraints=LinearConstraint(np.array(rows), np.array(lower), np.array(upper)),  # pyright: ignore[reportArgumentType]
        integrality=integrality,
        bounds=(0, 1),
        options={"mip_rel_gap": 0},
    )
    return found.fun if found.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(12))
def test_the_minimum_is_that_of_a_mixed_integer_program(seed):
    starts, nodes, values, weights = _case(seed, 5, 7)
    low = float(weights @ nodes[:, 3]) - 0.3
    high = low + (0.0, 0.2, 5.0)[seed % 3]
    index, share = np.zeros(5, dtype=np.int64), np.zeros(5)
    bound, value, boxes = least_on_slab(
        starts,
        nodes.ravel(),
        values.ravel(),
        weights,
        low,
        high,
        np.inf,
        1e-12,
        20_000,
        index,
        share,
    )
    # HiGHS meets integrality and rows to 1e-6, and slopes of the functions are below 1e3.
    assert value == pytest.approx(_by_milp(nodes, values, weights, low, high), abs=1e-3)
    assert value - 1e-12 <= bound + 2e-12
    assert bound <= value + 1e-15
    assert 1 <= boxes <= 20_000
    if np.isfinite(value):
        after = np.minimum(index + 1, starts[1:] - 1)
        prices = nodes.ravel()[index] * (1 - share) + share * nodes.ravel()[after]
        own = values.ravel()[index] * (1 - share) + share * values.ravel()[after]
        assert low - 1e-9 <= weights @ prices <= high + 1e-9
        assert own.sum() == pytest.approx(value, abs=1e-12)


def test_a_slab_out_of_reach_has_no_minimum():
    starts, nodes, values, weights = _case(0, 3, 4)
    index, share = np.zeros(3, dtype=np.int64), np.zeros(3)
    far = float(np.abs(weights) @ nodes[:, -1]) + 1.0
    bound, value, _ = least_on_slab(
        starts,
        nodes.ravel(),
        values.ravel(),
        weights,
        far,
        far + 1,
        np.inf,
        1e-9,
        100,
        index,
        share,
    )
    assert bound == value == np.inf


def test_the_lower_side_of_a_jump_counts():
    nodes, values = np.array([0.0, 1.0, 1.0, 2.0]), np.array([1.0, 1.0, -3.0, 5.0])
    index, share = np.zeros(1, dtype=np.int64), np.zeros(1)
    bound, value, _ = least_on_slab(
        np.array([0, 4]), nodes, values, np.ones(1), 0.5, 3.0, np.inf, 1e-12, 100, index, share
    )
    assert bound == value == -3.0
    assert index[0] == 2


def test_few_boxes_leave_a_bound_below_the_value():
    starts, nodes, values, weights = _case(3, 5, 7)
    index, share = np.zeros(5, dtype=np.int64), np.zeros(5)
    middle = float(weights @ nodes[:, 3])
    arguments = (starts, nodes.ravel(), values.ravel(), weights, middle, middle, np.inf, 1e-12)
    rough, _, _ = least_on_slab(*arguments, 1, index, share)
    exact, value, _ = least_on_slab(*arguments, 20_000, index, share)
    assert rough <= exact <= value
