r"""The nodes, the prior's tail and all rows of a ball around a prior, put together.

Rows are cash, forwards, quotes and, for the tail of a chi-squared ball, its mass and its call. On
the tail all payoffs are linear, :math:`a + b s`.

- Order 2: so is the density there. With :math:`\varphi^*` extended by :math:`y + y^2/2` the
  tail's moments 0, 1 and 2 give the expectation exactly, and two nodes with those moments stand
  for it; its new mass and its new call at the start stay non-negative. The extension only
  enlarges the set of laws: where the density would turn negative on the tail the bounds are valid
  and slightly wide, and `tail_relaxed` says so.
- Order 1 (MATHEMATICS, Theorem A): mass :math:`\epsilon` at s adds :math:`a = \epsilon s` to the
  forward and nothing else to a power tail's divergence as :math:`s \to \infty`. One node at the
  start holds the tail's mass, and one for :math:`a \ge 0` what it is worth beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.cone_steps import FREE, LINEAR, SIGNED
from rmot.numerics.discrete import Prior, Tail
from rmot.payoffs import OnAsset, Payoff, PiecewiseLinear, call, digital, forward
from rmot.transport.balls.design import DenseDesign, Design, Fibres, GridDesign, PiecewiseDesign
from rmot.transport.balls.program import Program
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_ESCAPE_WEIGHT = 0.01
_CASH = PiecewiseLinear(np.empty(0), np.ones(1), np.zeros(1), "cash")
_FORWARD = forward()


@dataclass(frozen=True, eq=False)
class BallProblem:
    """The program, the payoff on its nodes, and what is needed to read its answer.

    `scale` holds the units of the program's rows. `tail_offsets` are the prices of the two nodes
    that stand for the tail of a chi-squared ball, less the tail's start. `sample` holds the number
    of each node's replicate, where the prior is a sample. `order` says which of the prior's points
    the first nodes are.
    """

    program: Program
    payoff: Vector
    scale: Vector
    prices: tuple[Vector, Vector, Vector]
    quotes: Quotes | None
    multiple: float
    tail_offsets: tuple[float, float] | None
    sample: NDArray[np.intp] | None
    order: NDArray[np.intp]

    def standard_error(self, charges: Vector) -> float | None:
        """Return the standard error of a mean of independent replicates; None without a sample."""
        if self.sample is None:
            return None
        means = np.bincount(self.sample, charges) / np.bincount(self.sample)
        return float(np.sqrt(means.var(ddof=1 if means.size < charges.size else 0) / means.size))

    def missed(self, density: Vector) -> float:
        """Return the largest amount by which a law misses a row, in prices' units."""
        program = self.program
        rows = program.design.adjoint(program.weights * density)
        short = np.maximum(program.lower - rows, rows - program.upper) * self.scale
        return max(0.0, float(short.max()))

    @property
    def n_forwards(self) -> int:
        """How many forwards are hard constraints."""
        return self.prices[0].size

    def along_tail(self, values: Vector) -> tuple[float, float]:
        """Return slope and value at the tail's start of the line through its two nodes.

        Raises
        ------
        ValueError
            No two nodes stand for the tail.
        """
        if self.tail_offsets is None:
            raise ValueError("expected a tail of two nodes")
        a, b = self.tail_offsets
        slope = float(values[-1] - values[-2]) / (b - a) if b > a else 0.0
        return slope, float(values[-2]) - slope * a


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Sorted nodes (n, n_assets), weights and kinds, those that stand for the tail last."""

    prices: Vector
    weights: Vector
    kinds: NDArray[np.int8]
    offsets: tuple[float, float] | None
    order: NDArray[np.intp]

    @property
    def n_beyond(self) -> int:
        return self.prices.shape[0] - self.order.size

    @property
    def escape(self) -> bool:
        return bool(self.kinds[-1] == LINEAR)


def assemble(
    payoff: Payoff | Vector,
    prior: Prior,
    quotes: Quotes | None,
    forwards: Vector,
    divergence: Divergence,
    conditions: Sequence[Fibres] = (),
) -> BallProblem:
    """Put the prior's nodes, the tail's nodes and all rows together.

    Forwards are the means of the nodes' first prices. `conditions` are conditional means that have
    to be zero, on the nodes of a prior of several prices.

    Raises
    ------
    ParameterError
        Shapes do not fit the prior, a payoff bends on the tail, or the divergence asks for more
        of the tail than its moments 0, 1 and 2.
    """
    nodes = _nodes(prior, divergence)
    values = _on_nodes(payoff, prior, nodes, "the payoff")
    bid = np.empty(0) if quotes is None else quotes.bid
    ask = np.empty(0) if quotes is None else quotes.ask
    instruments = [] if quotes is None else list(quotes.payoffs)
    lower = np.concatenate([[1.0], forwards, bid])
    upper = np.concatenate([[1.0], forwards, ask])
    if nodes.offsets is not None:
        start = prior.tail.start if prior.tail else 0.0
        instruments += [digital(start), call(start)]
        lower, upper = np.append(lower, [0.0, 0.0]), np.append(upper, [np.inf, np.inf])
    design, scale = _design(instruments, prior, nodes, forwards.size, conditions)
    more = np.zeros(scale.size - lower.size)
    lower, upper = np.append(lower, more), np.append(upper, more)
    program = Program(
        design,
        nodes.weights,
        nodes.kinds,
        lower / scale,
        upper / scale,
        divergence.order,
        1.0 / scale[0],
        1 + forwards.size,
    )
    sample = None
    if prior.is_sample:
        sample = nodes.order // (prior.weights.size // (prior.replicates or prior.weights.size))
    return BallProblem(
        program,
        values,
        scale,
        (forwards, bid, ask),
        quotes,
        divergence.multiple,
        nodes.offsets,
        sample,
        nodes.order,
    )


def _nodes(prior: Prior, divergence: Divergence) -> _Nodes:
    prices, weights = prior.points.reshape(prior.weights.size, -1), prior.weights
    order = np.arange(weights.size)
    if prices.shape[1] == 1:
        order = np.argsort(prices[:, 0], kind="stable")
        prices, weights = prices[order], weights[order]
    kinds = np.full(weights.size, SIGNED, dtype=np.int8)
    total, tail = weights.sum(), prior.tail
    if tail is None:
        return _Nodes(prices, weights / total, kinds, None, order)
    total += tail.mass
    if divergence.order == 2.0:
        beyond = _two_nodes(tail)
        offsets = (beyond[0] - tail.start, beyond[1] - tail.start)
        weights = np.append(weights, [tail.mass / 2] * 2) / total
        kinds = np.append(kinds, np.array([FREE, FREE], dtype=np.int8))
        return _Nodes(np.append(prices, beyond)[:, None], weights, kinds, offsets, order)
    if divergence.order == 1.0:
        # How much of the escaping node is one unit is a matter of scale alone.
        unit = _ESCAPE_WEIGHT * (weights @ prices[:, 0] + tail.first_moment)
        weights = np.append(np.append(weights, tail.mass) / total, unit)
        kinds = np.append(kinds, np.array([SIGNED, LINEAR], dtype=np.int8))
        return _Nodes(np.append(prices, tail.start)[:, None], weights, kinds, None, order)
    raise ParameterError(
        f"expected ChiSquared or KullbackLeibler with a prior whose tail is known by its moments "
        f"0, 1 and 2, or a prior without tail; got {divergence}"
    )


def _two_nodes(tail: Tail) -> Vector:
    mean = tail.first_moment / tail.mass
    deviation = np.sqrt(max(tail.second_moment / tail.mass - mean**2, 0.0))
    return np.array([mean - deviation, mean + deviation])


def _on_nodes(instrument: Payoff | Vector, prior: Prior, nodes: _Nodes, name: str) -> Vector:
    if isinstance(instrument, np.ndarray):
        if prior.tail is not None:
            raise ParameterError(
                f"expected {name} as a payoff object: the prior has a tail, and values on "
                "its nodes do not reach there"
            )
        if instrument.shape != prior.weights.shape or not np.all(np.isfinite(instrument)):
            raise ParameterError(
                f"expected finite values of {name} of shape {prior.weights.shape}; got shape "
                f"{instrument.shape}"
            )
        return instrument[nodes.order]
    if prior.tail is None:
        prices = nodes.prices
        if prior.points.ndim != 2:
            prices = prices[:, 0] if prior.points.ndim == 1 else prices.reshape(prior.points.shape)
        return instrument.value(prices)
    slope, intercept = prior.tail_of(instrument)
    inside = instrument.value(nodes.prices[: nodes.order.size, 0])
    beyond = intercept + slope * nodes.prices[nodes.order.size :, 0]
    return np.concatenate([inside, beyond, [slope] if nodes.escape else []])


def _design(
    instruments: list[Payoff] | list[Vector],
    prior: Prior,
    nodes: _Nodes,
    n_forwards: int,
    conditions: Sequence[Fibres],
) -> tuple[Design, Vector]:
    simple = [item for item in instruments if isinstance(item, PiecewiseLinear)]
    if prior.points.ndim == 1 and len(simple) == len(instruments):
        if prior.tail is not None:
            for item in simple:
                if item.kinks.size and item.kinks[-1] > prior.tail.start:
                    prior.tail_of(item)
        pieces = PiecewiseDesign(
            nodes.prices[:, 0], [_CASH, _FORWARD, *simple], nodes.n_beyond, nodes.escape
        )
        scale = _row_scale(pieces.squares(nodes.weights))
        return pieces.divided_by(scale), scale
    grouped = any(isinstance(item, OnAsset) for item in instruments)
    if conditions or (prior.points.ndim == 2 and grouped):
        forwards = [(asset, _FORWARD) for asset in range(n_forwards)]
        own: list[tuple[int, PiecewiseLinear] | Vector] = [(0, _CASH), *forwards]
        for j, item in enumerate(instruments):
            if isinstance(item, OnAsset):
                item.value(nodes.prices[:1])  # refuses an asset that the points do not have
                own.append((item.asset, item.payoff))
            else:
                own.append(_on_nodes(item, prior, nodes, f"quote {j}"))
        grid = GridDesign(nodes.prices, own, conditions)
        scale = _row_scale(grid.squares(nodes.weights))
        return grid.divided_by(scale), scale
    quoted = [_on_nodes(item, prior, nodes, f"quote {j}") for j, item in enumerate(instruments)]
    dense = np.column_stack([np.ones(nodes.prices.shape[0]), nodes.prices, *quoted])
    scale = _row_scale(nodes.weights @ dense**2)
    return DenseDesign(dense / scale), scale


def _row_scale(second_moments: Vector) -> Vector:
    scale = np.sqrt(np.maximum(second_moments, 0.0))
    return np.where(scale > 1e-150, scale, 1.0)
