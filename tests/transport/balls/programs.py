"""Programs of calls on random nodes, which a law of a known tilt meets."""

import numpy as np

from rmot.numerics.cone_steps import SIGNED
from rmot.transport.balls.design import DenseDesign
from rmot.transport.balls.program import Program


def of_calls(seed, order, n, m, *, width=1e-2, tilt=(0.7, 1.3), decades=0.0):
    """Return a program of cash, the price and m - 2 calls, its values, and a payoff of order one.

    Cash and price are exact, calls are held within `width`. Weights span so many `decades`.
    """
    rng = np.random.default_rng(seed)
    w = rng.dirichlet(np.full(n, 5.0))
    if decades:
        w *= 10.0 ** rng.uniform(-decades, 0.0, n)
        w /= w.sum()
    x = np.sort(rng.lognormal(0.0, 0.4, n))
    strikes = np.quantile(x, np.linspace(0.15, 0.85, m - 2))
    values = np.column_stack([np.ones(n), x, np.maximum(x[:, None] - strikes, 0.0)])
    values /= np.sqrt(w @ values**2)
    law = w * rng.uniform(tilt[0], tilt[1], n)
    rows = law / law.sum() @ values
    lower, upper = rows - width * rng.random(m), rows + width * rng.random(m)
    lower[:2] = upper[:2] = rows[:2]
    kinds = np.full(n, SIGNED, dtype=np.int8)
    program = Program(DenseDesign(values), w, kinds, lower, upper, order, float(values[0, 0]), 2)
    payoff = np.sin(7.0 * x)
    payoff -= w @ payoff
    return program, values, payoff / np.sqrt(w @ payoff**2)
