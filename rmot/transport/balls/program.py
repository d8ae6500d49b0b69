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

from rmot.numerics import cone_steps, interval_steps
from rmot.numerics.interval_steps import Rows
from rmot.transport.balls.design import Design

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

_START_SLACK, _FLAT = 0.1, 1e-12


@dataclass(frozen=True, eq=False)
class Program:
    """The nodes and what their laws have to meet.

    `kinds` are those of `rmot.numerics.cone_steps`; a linear node's divergence is `rate` times its
    density. Row 0 is cash, worth `cash` at every curved node; the `n_hard` first rows are cash and
    forwards.
    """

    design: Design
    weights: Vector
    kinds: NDArray[np.int8]
    lower: Vector
    upper: Vector
    order: float
    cash: float
    n_hard: int
    rate: float = 0.0
    equal: Flags = field(init=False)
    has: Flags = field(init=False)
    ends: Vector = field(init=False)

    def __post_init__(self) -> None:
        sides = np.stack([self.lower, self.upper])
        object.__setattr__(self, "equal", self.lower == self.upper)
        object.__setattr__(self, "has", np.isfinite(sides) & ~self.equal)
        object.__setattr__(self, "ends", np.where(np.isfinite(sides), sides, 0.0))

    @property
    def sides(self) -> Rows:
        """What a step wants to know of the rows."""
        return self.equal, self.has, self.ends

    def spent(self, density: Vector) -> float:
        """Return the divergence of a law from the prior."""
        return cone_steps.spent(self.weights, self.kinds, self.order, self.rate, density)

    def projection(self, payoff: Vector) -> Vector:
        """Return positions in the equal rows that come nearest to a payoff, zero in others."""
        held = np.flatnonzero(self.equal)
        gram = self.design.gram(self.weights)[held[:, None], held]
        positions = np.zeros(self.equal.size)
        positions[held] = _nearest(gram, self.design.adjoint(self.weights * payoff)[held])
        return positions

    def slacks(self, rows: Vector) -> Vector:
        """Return slacks (2, m) to start from at a law's rows, wide where these are missed."""
        both = self.has.all(axis=0)
        width = np.where(both, self.ends[1] - self.ends[0], np.abs(rows))
        width = np.where(width > 0.0, width, 1.0)
        slack = np.stack([rows - self.ends[0], self.ends[1] - rows])
        return np.where(self.has, np.maximum(slack, _START_SLACK * width), 1.0)

    def missed(self, density: Vector) -> float:
        """Return by how much a law misses the worst row."""
        rows = self.design.adjoint(self.weights * density)
        return interval_steps.missed(self.equal, self.has, self.ends, rows)


def _nearest(gram: Vector, seen: Vector) -> Vector:
    """Return positions in rows, whose products are given, that come nearest to what they see."""
    if seen.size == 2:
        (a, b), (_, c) = gram
        area = a * c - b * b
        if area > _FLAT * a * c:
            return np.array([c * seen[0] - b * seen[1], a * seen[1] - b * seen[0]]) / area
    return np.asarray(np.linalg.lstsq(gram, seen, rcond=_FLAT)[0], dtype=float)
