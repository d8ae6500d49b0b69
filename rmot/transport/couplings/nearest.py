r"""The coupling nearest to a joint reference, from finitely many quotes.

.. math:: \pi^* = \arg\min_\pi \{D(\pi | P) : E^\pi S = F,\; b_j \le E^\pi g_j \le a_j\}

The dual's Hessian is the covariance of all payoffs under the tilted law, blocks between assets
included; `rmot.numerics.grid_sums` puts it together from sums over rectangles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport._arguments import forward_means, require_ball
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.couplings.constraints import on_assets
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Coupling:
    """A joint law near a reference.

    Attributes
    ----------
    law : Prior
        On those of the reference's points that keep mass.
    density : ndarray, shape (n,)
        Of the law with respect to the reference, on the reference's points.
    divergence : float
        The least that meets the quotes.
    positions : ndarray, shape (J,)
        Multipliers of the quotes, the assets' one after the other, joint ones last.
    largest_miss : float
        Of the quotes and forwards, in their units.
    """

    law: Prior
    density: Vector
    divergence: float
    positions: Vector
    largest_miss: float

    def correlation(self) -> Vector:
        """Return the correlation of terminal prices, shape (n_assets, n_assets)."""
        centred = self.law.points - self.law.mean()
        covariance = (centred.T * self.law.weights) @ centred
        root = np.sqrt(np.diag(covariance))
        return covariance / np.outer(root, root)


def nearest_coupling(
    reference: Prior,
    quotes: Sequence[Quotes],
    *,
    joint: Quotes | None = None,
    forwards: ArrayLike = 1.0,
    divergence: ChiSquared | CressieRead | KullbackLeibler | None = None,
) -> Coupling:
    """Return the joint law nearest to a reference that meets all quotes.

    Parameters
    ----------
    reference : Prior
        Points of shape (n, n_assets).
    quotes : sequence of Quotes
        One an asset, of payoff objects of its price.
    joint : Quotes, optional
        Of payoff objects of all prices, such as an index option or `correlation_quotes`.
    forwards : float or array_like, shape (n_assets,)
        Means, met exactly.
    divergence : optional
        `KullbackLeibler` unless given.

    Raises
    ------
    ParameterError
        Numbers of assets or payoffs do not fit.
    InfeasibleQuotes
        No law on the reference's points meets the quotes.
    AccuracyError
        The law was not found.

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> points = [[0.5, 0.5], [0.5, 1.5], [1.5, 0.5], [1.5, 1.5]]
    >>> joint = Prior(points, [0.25, 0.25, 0.25, 0.25])
    >>> none = Quotes([], [], [])
    >>> even = nearest_coupling(joint, [none, none])
    >>> round(even.divergence, 12)
    0.0
    """
    chosen = KullbackLeibler() if divergence is None else divergence
    require_ball(chosen)
    if reference.points.ndim != 2 or reference.points.shape[1] != len(quotes):
        raise ParameterError(
            f"expected a reference of {len(quotes)} assets, one for each of the quotes; got "
            f"points of shape {reference.points.shape}"
        )
    merged = on_assets(quotes, joint)
    means = forward_means(forwards, reference.points.shape[1:])
    problem = assemble(np.zeros(reference.weights.size), reference, merged, means, chosen)
    law = nearest(problem)
    program = problem.program
    density = np.empty_like(law.density)
    density[problem.order] = law.density
    weights = reference.weights * density
    kept = weights > 0
    held = Prior(reference.points[kept], weights[kept] / weights[kept].sum())
    positions = (law.multipliers / problem.scale)[program.n_hard :]
    return Coupling(held, density, law.least, positions, problem.missed(law.density))
