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

    @property
    def sides(self) -> Rows:
        """What a step wants to know of the rows."""
        return self.equal, self.has, self.ends

    def spent(self, density: Vector) -> float:
        """Return the divergence of a law from the prior."""
        return cone_steps.spent(self.weights, self.kinds, self.order, self.rate, density)

    def missed(self, density: Vector) -> float:
        """Return by how much a law misses the worst row."""
        rows = self.design.adjoint(self.weights * density)
        return interval_steps.missed(self.equal, self.has, self.ends, rows)
