r"""The program that all solvers share: laws on nodes near a prior, rows held in intervals.

With densities q, weights w, instruments G and :math:`E[f] = \sum_i w_i f_i`,

.. math:: \max_q E[c q] \quad \text{s.t.} \quad l \le E[G q] \le u,\; E[\varphi(q)] \le \eta,\;
          q \ge 0,

or, without c and radius, :math:`\min E[\varphi(q)]` under the same rows, for the divergences
:math:`\varphi` of `rmot.numerics.cressie_read`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from rmot.transport._design import Design

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

_potrf, _potrs = get_lapack_funcs(("potrf", "potrs"), dtype=np.float64)
_LIFTS = (0.0, 1e-15, 1e-13, 1e-11, 1e-9)
_REFINEMENTS = 1


@dataclass(frozen=True, eq=False)
class Program:
    """The nodes and what their laws have to meet.

    `kinds` are those of `rmot.numerics.cone_steps`; a linear node's divergence is `rate` times its
    density. Row 0 is cash, worth `cash` at every curved node; the `n_hard` first rows are cash and
    forwards. `barrier` scales the rows' slacks where barriers smooth them.
    """

    design: Design
    weights: Vector
    kinds: NDArray[np.int8]
    lower: Vector
    upper: Vector
    order: float
    cash: float
    n_hard: int
    barrier: Vector
    rate: float = 0.0
    equal: Flags = field(init=False)
    has: Flags = field(init=False)
    ends: Vector = field(init=False)

    def __post_init__(self) -> None:
        sides = np.stack([self.lower, self.upper])
        object.__setattr__(self, "equal", self.lower == self.upper)
        object.__setattr__(self, "has", np.isfinite(sides) & ~self.equal)
        object.__setattr__(self, "ends", np.where(np.isfinite(sides), sides, 0.0))


class NormalEquations:
    """A symmetric positive matrix, scaled, factored and refined."""

    def __init__(self, matrix: Vector) -> None:
        size = np.sqrt(matrix.diagonal())
        size[~(size > 0)] = 1.0
        matrix /= size[:, None]
        matrix /= size
        self._size, self._matrix = size, matrix
        diagonal = np.arange(size.size)
        for lift in _LIFTS:
            lifted = matrix.copy()
            lifted[diagonal, diagonal] += lift
            self._factor, info = _potrf(lifted, lower=1, overwrite_a=1)
            self.usable = info == 0
            if self.usable:
                return

    def solve(self, right: Vector) -> Vector:
        """Return x with matrix x = right."""
        right = right / self._size
        x, _ = _potrs(self._factor, right, lower=1)
        for _ in range(_REFINEMENTS):
            more, _ = _potrs(self._factor, right - self._matrix @ x, lower=1)
            x += more
        return x / self._size
