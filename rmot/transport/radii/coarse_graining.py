r"""How far one discrete prior is from another whose nodes lie elsewhere, on the other's cells.

Cells end in the middle between nodes and the tail is one cell, so that
:math:`P(A_k)` are the weights of P and its tail's mass, and

.. math:: D(Q|P) \ge \sum_k P(A_k)\, \varphi\!\left(\frac{Q(A_k)}{P(A_k)}\right),

because coarse-graining never raises a divergence (Jensen's inequality in each cell). The mass of Q
below an edge is read off its cumulative weights, linear between the middles of its own nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.cone_steps import SIGNED, spent
from rmot.numerics.discrete import Prior
from rmot.transport._arguments import require_ball
from rmot.transport.divergences import Divergence

Vector = NDArray[np.float64]

_ROUNDING = 1e-12


def coarse_divergence(
    law: Prior, prior: Prior, divergence: Divergence, n_cells: int | None = None
) -> float:
    """Return the divergence of a law from a prior on the cells of the prior.

    It is a lower bound of that of the laws which the two stand for, up to the error of reading a
    law's mass off its nodes. Where the tail of `law` starts earlier, cells beyond are one.

    Parameters
    ----------
    law, prior : Prior
        Of one asset.
    divergence : ChiSquared, CressieRead or KullbackLeibler
    n_cells : int, optional
        Join the prior's cells to at most so many of about equal mass. Independent samples need
        it: with K cells, chance adds about K/m to the chi-squared divergence of m samples.

    Returns
    -------
    float

    Raises
    ------
    ParameterError
        A prior of several assets or dates, or no cell.

    Examples
    --------
    >>> from rmot.transport import ChiSquared
    >>> even, tilted = Prior([0.5, 1.5], [0.5, 0.5]), Prior([0.5, 1.5], [0.4, 0.6])
    >>> round(coarse_divergence(tilted, even, ChiSquared()), 12)
    0.04
    """
    require_ball(divergence)
    edges, below = _cumulative(prior)
    ends, other = _cumulative(law)
    # Nothing is known of a law beyond its last edge but the mass there.
    known = edges <= ends[-1] if law.tail is not None else np.ones(edges.size, dtype=bool)
    edges, below = edges[known], below[known]
    if n_cells is not None:
        if n_cells < 1:
            raise ParameterError(f"expected n_cells >= 1; got {n_cells}")
        kept = np.unique(np.searchsorted(below, np.arange(1, n_cells) / n_cells - _ROUNDING))
        kept = kept[kept < below.size]
        edges, below = edges[kept], below[kept]
    masses = np.diff(below, prepend=0.0, append=1.0)
    found = np.diff(np.interp(edges, ends, other, left=0.0, right=1.0), prepend=0.0, append=1.0)
    kinds = np.full(masses.size, SIGNED, dtype=np.int8)
    density = np.maximum(found, 0.0) / masses
    return divergence.multiple * spent(masses, kinds, divergence.order, 0.0, density)


def _cumulative(prior: Prior) -> tuple[Vector, Vector]:
    """Return edges between cells and the mass below each, the tail's start last if there is one."""
    if prior.points.ndim != 1:
        raise ParameterError(f"expected a prior of one asset; got points {prior.points.shape}")
    order = np.argsort(prior.points, kind="stable")
    points, first = np.unique(prior.points[order], return_index=True)
    weights = np.add.reduceat(prior.weights[order], first)
    total = prior.weights.sum() + (prior.tail.mass if prior.tail else 0.0)
    edges, below = 0.5 * (points[1:] + points[:-1]), np.cumsum(weights) / total
    if prior.tail is None:
        return edges, below[:-1]
    return np.append(edges, prior.tail.start), below
