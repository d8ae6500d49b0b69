"""Payoffs by pieces against the same payoffs as a dense matrix."""

import numpy as np
import pytest

from rmot.payoffs import PiecewiseLinear, call, digital, forward, put, straddle
from rmot.transport.balls.design import DenseDesign, PiecewiseDesign

EPS = np.finfo(float).eps
CASH = PiecewiseLinear(np.empty(0), np.ones(1), np.zeros(1), "cash")
MAKERS = (call, put, digital, straddle)
RAMPS = (call, digital)


def random_payoffs(rng, nodes, count, makers=MAKERS):
    """Return payoffs whose kinks stand between nodes, on nodes, outside and on top of others."""
    strikes = np.concatenate(
        [
            rng.uniform(nodes[0], nodes[-1], count),
            rng.choice(nodes, count // 2),
            [0.5 * nodes[0], 2 * nodes[-1], nodes[0], nodes[-1]],
        ]
    )
    picked = rng.integers(0, len(makers), strikes.size)
    return [CASH, forward(), *(makers[i](k) for i, k in zip(picked, strikes, strict=True))]


def compared(pieces, dense, n, m, rng):
    """Hold the four products of two designs against each other, within their terms' rounding."""
    values = np.abs(np.array([dense.times(unit) for unit in np.eye(m)]))
    y, masses = rng.standard_normal(m), 10.0 ** rng.uniform(-15, 0, n)
    lost = 64 * EPS * (1 + values.max())
    assert np.allclose(pieces.times(y), dense.times(y), rtol=0, atol=lost * np.abs(y).sum())
    signs = masses * rng.choice([-1, 1], n)
    assert np.allclose(
        pieces.adjoint(signs), dense.adjoint(signs), rtol=0, atol=lost * masses.sum()
    )
    gram = pieces.gram(masses)
    assert np.array_equal(gram, gram.T)
    size = (1 + values.max()) * lost * masses.sum()
    assert np.allclose(gram, dense.gram(masses), rtol=0, atol=size)
    return masses


@pytest.mark.parametrize("makers", [MAKERS, RAMPS])
@pytest.mark.parametrize("seed", range(8))
def test_pieces_multiply_as_the_dense_matrix_does(seed, makers):
    rng = np.random.default_rng(seed)
    nodes = np.sort(np.exp(0.4 * rng.standard_normal(int(rng.choice([1, 2, 40, 300])))))
    payoffs = random_payoffs(rng, nodes, int(rng.integers(0, 12)), makers)
    values = np.column_stack([payoff.value(nodes) for payoff in payoffs])
    pieces = PiecewiseDesign(nodes, payoffs)
    assert makers is MAKERS or pieces.are_ramps
    masses = compared(pieces, DenseDesign(values), nodes.size, len(payoffs), rng)
    assert pieces.squares(masses) == pytest.approx(np.diag(pieces.gram(masses)), rel=1e-9, abs=EPS)
    units = 10.0 ** rng.uniform(-3, 3, len(payoffs))
    scaled, dense = pieces.divided_by(units), DenseDesign(values / units)
    y = rng.standard_normal(len(payoffs)) * units
    assert np.allclose(
        scaled.times(y),
        dense.times(y),
        rtol=0,
        atol=64 * EPS * np.abs(values).max() * np.abs(y / units).sum(),
    )


@pytest.mark.parametrize("makers", [MAKERS, RAMPS])
@pytest.mark.parametrize("escape", [False, True])
def test_nodes_beyond_follow_the_last_piece_and_the_escaping_one_the_slopes(escape, makers):
    rng = np.random.default_rng(4)
    inside = np.sort(rng.uniform(0.3, 2.0, 30))
    # Nodes that stand for a tail may lie below its start: what counts is the last formula.
    beyond = np.array([1.5, 2.7]) if not escape else np.array([2.2])
    payoffs = [CASH, forward(), *(make(k) for make in makers for k in (0.8, 1.1, 1.9))]
    nodes = np.append(inside, beyond)
    pieces = PiecewiseDesign(nodes, payoffs, beyond.size, escape)
    assert pieces.are_ramps == (makers is RAMPS and not escape)
    columns = []
    for payoff in payoffs:
        slope, intercept = payoff.slopes[-1], payoff.intercepts[-1]
        column = [payoff.value(inside), intercept + slope * beyond]
        columns.append(np.concatenate([*column, [slope] if escape else []]))
    dense = DenseDesign(np.column_stack(columns))
    compared(pieces, dense, nodes.size + escape, len(payoffs), rng)
