"""What a hedge leaves of a payoff, on the nodes and beyond them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.cone_steps import LINEAR, SIGNED
from rmot.transport.balls.problem import BallProblem

Vector = NDArray[np.float64]

_GROWS = 1e-12


class Residual:
    """c - H under the prior: its deviation, and the largest, infinite where it grows at infinity.

    `held` are the rows' multipliers; those of the tail's rows are no instruments and count not.
    """

    def __init__(self, problem: BallProblem, payoff: Vector, held: Vector) -> None:
        program = problem.program
        instruments = held.copy()
        if problem.tail_offsets is not None:
            instruments[program.n_hard + problem.prices[1].size :] = 0.0
        left = payoff - program.design.times(instruments)
        curved = program.kinds != LINEAR
        w, on_curved = program.weights[curved], left[curved]
        self.deviation = float(np.sqrt(max(w @ on_curved**2 - (w @ on_curved) ** 2, 0.0)))
        self.worst = float(left[program.kinds == SIGNED].max(initial=0.0))
        if program.kinds[-1] == LINEAR:
            self.worst = np.inf if left[-1] > _GROWS else self.worst
        elif problem.tail_offsets is not None:
            slope, start = problem.along_tail(left)
            self.worst = np.inf if slope > _GROWS else max(self.worst, start)
