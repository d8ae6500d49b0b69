r"""Knows the point of least norm that meets linear inequalities.

.. math:: \min_x \tfrac12 |x|^2 \quad\text{s.t.}\quad A x + b \ge 0,

by the primal–dual method of Mehrotra, for constraints that know their own linear algebra.

Reference: S. Mehrotra, "On the implementation of a primal-dual interior point method", *SIAM
Journal on Optimization* 2 (1992) 575–601; J. Nocedal, S. J. Wright, *Numerical Optimization*,
2nd ed., Springer 2006, algorithm 16.4.
"""

from __future__ import annotations

import math
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from rmot.errors import AccuracyError

Vector = NDArray[np.float64]

TOLERANCE: Final = 1e-9
"""Of constraints, and of the duality gap g: the point is exact to sqrt(2 g)."""

_ITERATIONS = 100
_TO_BOUNDARY = 0.995


class Inequalities(Protocol):
    """The constraints A x + b >= 0."""

    @property
    def size(self) -> int:
        """Length of x."""
        ...

    def linear(self, x: Vector, /) -> Vector:
        """Return A x."""
        ...

    def values(self, x: Vector, /) -> Vector:
        """Return A x + b."""
        ...

    def transposed(self, z: Vector, /) -> Vector:
        """Return the transpose of A, times z."""
        ...

    def newton(self, slack: Vector, multiplier: Vector, dual: Vector, primal: Vector, /) -> Newton:
        """Return Newton's steps from a point with these residuals."""
        ...


class Newton(Protocol):
    """Newton's steps from one point."""

    def direction(self, product: Vector, /) -> tuple[Vector, Vector, Vector]:
        """Return the steps of x, slack and multiplier; slack * multiplier falls by `product`."""
        ...


def least_norm(rows: Inequalities) -> Vector:
    """Return x.

    Raises
    ------
    AccuracyError
        The method did not reach `TOLERANCE`: no point meets the constraints, or hardly any.
    """
    x = np.zeros(rows.size)
    slack = np.maximum(rows.values(x), 1.0)
    multiplier = np.ones_like(slack)
    error = math.inf
    for _ in range(_ITERATIONS):
        dual = x - rows.transposed(multiplier)
        primal = rows.values(x) - slack
        gap = float(slack @ multiplier)
        error = max(_largest(dual) / (1.0 + _largest(multiplier)), _largest(primal), gap)
        if error <= TOLERANCE:
            return x
        step = rows.newton(slack, multiplier, dual, primal)
        _, ds, dz = step.direction(slack * multiplier)
        length = min(_length(slack, ds), _length(multiplier, dz))
        affine = float((slack + length * ds) @ (multiplier + length * dz))
        centring = (affine / gap) ** 3 * gap / slack.size
        # A second-order term that a short step did not earn makes the iteration cycle.
        product = slack * multiplier + length**2 * ds * dz - centring
        dx, ds, dz = step.direction(product)
        length = _TO_BOUNDARY * min(_length(slack, ds), _length(multiplier, dz))
        x = x + length * dx
        slack = slack + length * ds
        multiplier = multiplier + length * dz
    raise AccuracyError(
        f"expected a point that meets {slack.size} inequalities after {_ITERATIONS} steps; "
        f"the conditions of the optimum are met to {error:.1e}"
    )


class SparseInequalities:
    """Constraints with a sparse matrix, each row scaled to largest entry one.

    Rows without entries leave nothing to choose, and are taken to be met.

    Parameters
    ----------
    matrix : sparse array, shape (m, n)
    level : ndarray, shape (m,)
        b.
    """

    def __init__(self, matrix: sparse.csr_array, level: Vector) -> None:
        _, self._size = matrix.shape  # pyright: ignore[reportGeneralTypeIssues]
        largest = np.asarray(abs(matrix).max(axis=1).todense()).ravel()
        kept = largest > 0.0
        scale = sparse.diags_array(1.0 / largest[kept])
        self._matrix = sparse.csr_array(scale @ matrix[kept])
        self._level = level[kept] / largest[kept]

    @property
    def size(self) -> int:
        """Length of x."""
        return self._size

    def linear(self, x: Vector) -> Vector:
        """Return A x."""
        return self._matrix @ x

    def values(self, x: Vector) -> Vector:
        """Return A x + b."""
        return self._matrix @ x + self._level

    def transposed(self, z: Vector) -> Vector:
        """Return the transpose of A, times z."""
        return self._matrix.T @ z

    def newton(self, slack: Vector, multiplier: Vector, dual: Vector, primal: Vector) -> Newton:
        """Return Newton's steps from a point with these residuals."""
        return _SparseNewton(self._matrix, slack, multiplier, dual, primal)


class _SparseNewton:
    """Newton's steps with multipliers as unknowns, for squares of ratios would lose the digits."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        slack: Vector,
        multiplier: Vector,
        dual: Vector,
        primal: Vector,
    ) -> None:
        self._matrix, self._slack, self._multiplier = matrix, slack, multiplier
        self._dual, self._primal = dual, primal
        saddle = sparse.block_array(
            [
                [sparse.eye_array(dual.size), -matrix.T],
                [matrix, sparse.diags_array(slack / multiplier)],
            ],
            format="csc",
        )
        self._factor = splu(saddle)

    def direction(self, product: Vector) -> tuple[Vector, Vector, Vector]:
        right = np.concatenate([-self._dual, -product / self._multiplier - self._primal])
        dx, dz = np.split(self._factor.solve(right), [self._dual.size])
        ds = self._matrix @ dx + self._primal
        # Of slack and multiplier the larger divides.
        tight = self._multiplier > self._slack
        ds[tight] = -(product + self._slack * dz)[tight] / self._multiplier[tight]
        return dx, ds, dz


def _largest(values: Vector) -> float:
    return float(np.max(np.abs(values)))


def _length(value: Vector, step: Vector) -> float:
    falling = step < 0
    return float(min(1.0, np.min(-value[falling] / step[falling], initial=math.inf)))
