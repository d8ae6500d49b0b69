r"""The best destinations of transported mass, on each piece of a piecewise linear payoff.

.. math:: v_{ij} = \max_{s \in [e_j, e_{j+1}]} f(s) - \theta |s - x_i|^p,
          \qquad s = x_i + \mathrm{sgn}(b_j)\,(|b_j| / (p\theta))^{1/(p-1)}

inside piece j of slope :math:`b_j`, else its nearer end. The law's tail :math:`\{S > x^*\}`, of
which mass, mean :math:`\bar x` and variance are known, either shifts along the last piece, which
costs :math:`|\delta|^p` whatever its law, or moves to one price, which costs no more than
:math:`|\bar x - s|^p + 2^{2-p} \mathrm{Var}^{p/2}` (equal to it at p = 2), because
:math:`|a + b|^p \le |a|^p + p\,a|a|^{p-2} b + 2^{2-p}|b|^p` for 1 < p <= 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]

# Below this slope a destination inside the piece is its origin.
_FLAT = 1e-12


@dataclass(frozen=True, eq=False)
class Pieces:
    """Where payoffs are linear, and what they pay there.

    Attributes
    ----------
    edges : ndarray, shape (M,)
        Left ends; the first is 0, the last piece has no right end.
    widths : ndarray, shape (M,)
        One for the last.
    """

    edges: Vector
    widths: Vector

    @classmethod
    def common(cls, payoffs: Sequence[PiecewiseLinear]) -> Pieces:
        """Return the pieces on which all payoffs are linear."""
        edges = np.unique(np.concatenate([np.zeros(1), *(payoff.kinks for payoff in payoffs)]))
        return cls(edges, np.append(np.diff(edges), 1.0))

    def ends(self, payoffs: Sequence[PiecewiseLinear]) -> tuple[Vector, Vector]:
        """Return values at left ends, and limits at right ends or the slope on the last piece.

        Shapes (n_payoffs, M). Everything below calls them `left` and `second`.
        """
        left = [payoff.value(self.edges) for payoff in payoffs]
        right = [np.append(payoff.left_limit(self.edges[1:]), payoff.tail[0]) for payoff in payoffs]
        return np.array(left), np.array(right)

    def holding(self, places: Vector) -> NDArray[np.intp]:
        """Return which piece each price lies on."""
        return np.searchsorted(self.edges, places, side="right") - 1

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Which piece has no right end."""
        return np.arange(self.edges.size) == self.edges.size - 1

    def shares(self, places: Vector, piece: NDArray[np.intp]) -> tuple[Vector, Vector]:
        """Return what a unit of mass at prices on these pieces takes of `left` and `second`."""
        along = (places - self.edges[piece]) / self.widths[piece]
        return np.where(self.is_last[piece], 1.0, 1.0 - along), along

    def slopes(self, left: Vector, second: Vector) -> Vector:
        """Return the slopes of a payoff from its values."""
        return np.where(self.is_last, second, (second - left) / self.widths)


@dataclass(frozen=True, eq=False)
class Origins:
    """Where mass comes from: the prior's nodes, and its tail as the last of them.

    Attributes
    ----------
    points, weights : ndarray, shape (n,)
    spread : ndarray, shape (n,)
        What moving to one price costs beyond the distance from the point.
    shortest : ndarray, shape (n,)
        Least destination on the last piece.
    tail_start : float or None
    """

    points: Vector
    weights: Vector
    spread: Vector
    shortest: Vector
    tail_start: float | None

    @classmethod
    def of(cls, prior: Prior, pieces: Pieces, order: float) -> Origins:
        """Take the nodes and the tail of a prior of one asset.

        Raises
        ------
        ParameterError
            The prior has several assets, or a tail whose moments do not bound |S|^order.
        """
        if prior.points.ndim != 1:
            raise ParameterError(
                f"expected a prior of one asset; got points of shape {prior.points.shape}"
            )
        points, weights = prior.points, prior.weights
        last = float(pieces.edges[-1])
        spread, shortest = np.zeros(points.size), np.full(points.size, last)
        start = None
        if prior.tail is not None:
            tail, start = prior.tail, prior.tail.start
            if order > 2:
                raise ParameterError(
                    f"expected an order <= 2 with a prior that has a tail: it carries the "
                    f"moments 0, 1 and 2; got {order:g}"
                )
            mean = tail.first_moment / tail.mass
            variance = max(tail.second_moment / tail.mass - mean**2, 0.0)
            points, weights = np.append(points, mean), np.append(weights, tail.mass)
            spread = np.append(spread, 2 ** (2 - order) * variance ** (order / 2))
            shortest = np.append(shortest, last + mean - start)
        return cls(points, weights / weights.sum(), spread, shortest, start)


@dataclass(frozen=True, eq=False)
class Destinations:
    """The best destination of each origin on each piece, shapes (n, M).

    Attributes
    ----------
    value : ndarray
        v_ij.
    share_left, share_second : ndarray
        Derivatives of v_ij in the payoff's value at the left end and in `Pieces.second`.
    cost : ndarray
        |s - x|^p, minus the derivative of v_ij in theta.
    """

    value: Vector
    share_left: Vector
    share_second: Vector
    cost: Vector


def best_destinations(
    pieces: Pieces, origins: Origins, left: Vector, second: Vector, theta: float, order: float
) -> Destinations:
    """Return the best destinations for a payoff with these values at price `theta` of distance."""
    slopes = pieces.slopes(left, second)
    steepness = np.maximum(np.abs(slopes), _FLAT)
    reach = (steepness / (order * theta)) ** (1 / (order - 1))
    x = origins.points[:, None]
    low = np.broadcast_to(pieces.edges, (x.size, pieces.edges.size)).copy()
    low[:, -1] = origins.shortest
    high = np.append(pieces.edges[1:], np.inf)
    place = np.clip(x + np.sign(slopes) * reach, low, high)
    share_left, share_second = pieces.shares(place, np.arange(pieces.edges.size))
    cost = np.abs(place - x) ** order
    cost[:, :-1] += origins.spread[:, None]
    value = share_left * left + share_second * second - theta * cost
    return Destinations(value, share_left, share_second, cost)


def tail_value(
    pieces: Pieces, origins: Origins, left: Vector, second: Vector, theta: float, order: float
) -> float:
    r"""Return what the tail is worth at most, per unit of mass, whatever its law.

    On the last piece the best destination is worth :math:`\psi(x)`, which is linear where it lies
    inside, :math:`f(e) - \theta (x - e)^p` where it is the end e, and concave: its mean is at most
    its value at the mean. Other pieces beat it by an amount that falls in x, so that the start of
    the tail bounds it.
    """
    assert origins.tail_start is not None
    x = np.array([origins.tail_start, origins.points[-1]])
    last = np.full(2, pieces.edges[-1])
    two = Origins(x, np.full(2, 0.5), np.zeros(2), last, None)
    value = best_destinations(pieces, two, left, second, theta, order).value
    return float(value[1, -1] + value[0].max() - value[0, -1])
