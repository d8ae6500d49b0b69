"""Martingale transport between two laws against left-curtain and straddle formulas.

Uniform laws on [2, 4] and [1, 5] have the left-curtain coupling
y = x up by (3 T + 1/2)/2 and down by half with weights 3/4 and 1/4 (Beiglböck and Juillet, 2016),
and the least E|Y - X| by Hobson and Klimmek (2015): common mass stays, the rest moves to p < x < q.
"""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior, Tail
from rmot.payoffs import forward_start_straddle
from rmot.transport.two_dates.marginals import require_convex_order, transport_bounds

CENTRE = 3.0


def _uniform(half_width, cells):
    """Mass of a uniform law on nodes 1/cells apart, split as hats do: calls at nodes are exact."""
    count = 2 * half_width * cells
    weights = np.full(count + 1, 1.0 / count)
    weights[[0, -1]] /= 2
    return Prior(CENTRE + np.linspace(-half_width, half_width, count + 1), weights)


def _integral(function):
    nodes, weights = np.polynomial.legendre.leggauss(200)
    return float(weights @ function(nodes))


@pytest.mark.parametrize(
    "paid",
    [lambda x, y: x * y**2, lambda x, y: np.exp(x) * y**2, lambda x, y: -np.exp(-x) * y**2],
    ids=["x y2", "exp(x) y2", "-exp(-x) y2"],
)
def test_left_curtain_attains_the_upper_bound(paid):
    # E c under the left-curtain coupling of the uniform laws, c_xyy > 0.
    known = _integral(
        lambda x: (0.75 * paid(x, 1.5 * x + 0.5) + 0.25 * paid(x, -0.5 * x - 1.5)) / 2
    )
    errors = []
    for cells in (8, 16):
        first, second = _uniform(1, cells), _uniform(2, cells)
        table = paid(first.points[:, None] - CENTRE, second.points - CENTRE)
        _, upper = transport_bounds(table, first, second)
        assert upper.gap <= 1e-9
        errors.append(upper.value - known)
    # Hats change laws, and bounds, by order h^2: the extrapolated error is of higher order.
    assert abs(errors[1]) <= 0.3 * abs(errors[0]) + 1e-12
    assert abs(4 * errors[1] - errors[0]) / 3 <= 0.1 * abs(errors[0]) + 1e-12


def test_hobson_and_klimmek_s_straddle_is_the_lower_bound():
    known = _integral(lambda x: (12 - 12 * x**2) / np.sqrt(12 - 3 * x**2) / 8)
    errors = []
    for cells in (8, 16, 32):
        lower, _ = transport_bounds(
            forward_start_straddle(1.0), _uniform(1, cells), _uniform(2, cells)
        )
        assert lower.gap <= 1e-9
        errors.append(abs(lower.value - known))
    assert errors[1] <= 0.5 * errors[0]
    assert errors[2] <= 0.5 * errors[1]
    assert errors[2] <= 2e-3


def _chain(generator, n=12, m=15):
    """Return two laws that a random martingale joins, and a payoff."""
    x, y = np.sort(generator.uniform(0.8, 1.2, n)), np.sort(generator.uniform(0.4, 1.6, m))
    y[[0, -1]] = 0.3, 1.8
    joint = np.zeros((n, m))
    weights = generator.dirichlet(np.ones(n))
    for i in range(n):
        for share in generator.dirichlet(np.ones(3)):
            j, k = generator.integers(0, 3), generator.integers(m - 3, m)
            up = (x[i] - y[j]) / (y[k] - y[j])
            joint[i, [j, k]] += weights[i] * share * np.array([1 - up, up])
    used = joint.sum(axis=0) > 0
    return x, y[used], joint[:, used], generator.standard_normal((n, int(used.sum())))


@pytest.mark.parametrize("seed", range(5))
def test_multipliers_dominate_and_plans_are_martingales(seed):
    x, y, joint, paid = _chain(np.random.default_rng(seed))
    first, second = Prior(x, joint.sum(axis=1)), Prior(y, joint.sum(axis=0))
    sides = transport_bounds(paid, first, second)
    assert sides[0].value - 1e-9 <= (joint * paid).sum() <= sides[1].value + 1e-9
    for side, sign in zip(sides, (-1, 1), strict=True):
        np.testing.assert_allclose(side.plan.sum(axis=1), first.weights, atol=1e-9)
        np.testing.assert_allclose(side.plan.sum(axis=0), second.weights, atol=1e-9)
        np.testing.assert_allclose(side.plan @ y, first.weights * x, atol=1e-9)
        held = side.first[:, None] + side.second + side.deltas[:, None] * (y - x[:, None])
        assert np.all(sign * (held - paid) >= -1e-12)
        assert side.gap <= 1e-9


def test_equal_marginals_leave_the_identity():
    law = _uniform(1, 6)
    lower, upper = transport_bounds(forward_start_straddle(1.0), law, law)
    assert (lower.value, upper.value) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_marginals_out_of_order_are_named_with_strike_and_amount():
    # (S - 3)^+ costs 1/4 of the width: 0.5 against 0.25 for uniform laws.
    with pytest.raises(ParameterError, match=r"strike 3 is dearer at the first date by 0\.25"):
        transport_bounds(forward_start_straddle(1.0), _uniform(2, 8), _uniform(1, 8))


def test_unequal_means_are_named():
    with pytest.raises(ParameterError, match=r"equal means of the two dates; got 1 and 1\.5"):
        require_convex_order(Prior([1.0], [1.0]), Prior([1.0, 2.0], [0.5, 0.5]))


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (Prior(np.ones((1, 2)), [1.0]), "as the first marginal"),
        (Prior([0.5], [0.5], Tail(1.0, 0.5, 0.75, 2.0)), "as the first marginal"),
        (None, "as the first marginal"),
    ],
)
def test_other_laws_are_refused(first, message):
    with pytest.raises(ParameterError, match=message):
        transport_bounds(np.zeros((1, 1)), first, Prior([1.0], [1.0]))


def test_values_of_another_shape_are_refused():
    with pytest.raises(ParameterError, match=r"shape \(1, 2\)"):
        transport_bounds(np.zeros((2, 1)), Prior([1.0], [1.0]), Prior([0.5, 1.5], [0.5, 0.5]))
