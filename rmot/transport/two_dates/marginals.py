r"""Martingale transport between two laws on finitely many prices.

.. math:: \max_\pi \sum_{ij} \pi_{ij} c_{ij} \quad\text{s.t.}\quad \sum_j \pi_{ij} = p_i,\;
          \sum_i \pi_{ij} = q_j,\; \sum_j \pi_{ij} (y_j - x_i) = 0,

with multipliers :math:`\varphi_i + \psi_j + h_i (y_j - x_i) \ge c_{ij}` [1]_. It has a solution if
and only if means agree and no call is dearer at the first date (Strassen).

References
----------
.. [1] M. Beiglböck, P. Henry-Labordère, F. Penkner, "Model-independent bounds for option prices: a
   mass transport approach", *Finance Stoch.* 17 (2013) 477–501.
.. [2] M. Beiglböck, N. Juillet, "On a problem of optimal transport under marginal martingale
   constraints", *Ann. Probab.* 44 (2016) 42–106.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye_array, kron, vstack

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import TwoDatePayoff
from rmot.transport._highs import HIGHS

Vector = NDArray[np.float64]

_ORDER_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class TransportSide:
    """One of the two bounds between marginals.

    Attributes
    ----------
    value : float
        What the multipliers prove on the nodes, whatever the solver did.
    attained : float
        The payoff's price under `plan`.
    plan : ndarray, shape (n1, n2)
        Masses by first and second node.
    first, second, deltas : ndarray, shapes (n1,), (n2,), (n1,)
        The hedge's static payoffs at the nodes of each date, and its deltas between them.
    """

    value: float
    attained: float
    plan: Vector
    first: Vector
    second: Vector
    deltas: Vector

    @property
    def gap(self) -> float:
        """How far the bound can be from the best."""
        return abs(self.value - self.attained)


def transport_bounds(
    payoff: TwoDatePayoff | ArrayLike, first: Prior, second: Prior
) -> tuple[TransportSide, TransportSide]:
    """Return the lower and the upper price over all martingales with these marginals.

    Parameters
    ----------
    payoff : TwoDatePayoff or array_like, shape (n1, n2)
        An object, or its values at pairs of nodes.
    first, second : Prior
        Laws of one price on finitely many nodes, of equal means and in convex order.

    Returns
    -------
    lower, upper : TransportSide
        With `value` in units of the forward, the plan and the hedge.

    Raises
    ------
    ParameterError
        A law has a tail or several assets, means differ, the laws are not in convex order (the
        message names the strike whose call is dearer at the first date), or values do not fit.
    AccuracyError
        The linear program was not solved.

    Examples
    --------
    >>> near, far = Prior([1.0], [1.0]), Prior([0.5, 1.5], [0.5, 0.5])
    >>> lower, upper = transport_bounds([[0.5, 0.5]], near, far)
    >>> lower.value, upper.value
    (0.5, 0.5)
    """
    require_convex_order(first, second)
    x, y = first.points, second.points
    if isinstance(payoff, TwoDatePayoff):
        paid = payoff.at(x[:, None], y)
    else:
        paid = np.array(payoff, dtype=float)
        if paid.shape != (x.size, y.size) or not np.all(np.isfinite(paid)):
            raise ParameterError(
                f"expected finite values of the payoff of shape ({x.size}, {y.size}), by first and "
                f"second node; got shape {paid.shape}"
            )
    upper = _largest(paid, first, second)
    lower = _largest(-paid, first, second)
    return (
        TransportSide(
            -lower.value,
            -lower.attained,
            lower.plan,
            *(0.0 - each for each in (lower.first, lower.second, lower.deltas)),
        ),
        upper,
    )


def require_convex_order(first: Prior, second: Prior) -> None:
    """Raise ParameterError unless some martingale has these marginals.

    The message names the means that differ, or the strike at which the call of the first date is
    dearest against that of the second.
    """
    for which, law in (("first", first), ("second", second)):
        if not isinstance(law, Prior) or law.points.ndim != 1 or law.tail is not None:
            raise ParameterError(
                f"expected a law of one price on finitely many nodes as the {which} marginal"
            )
    means = [float(law.weights @ law.points) for law in (first, second)]
    scale = max(1.0, *means)
    if abs(means[0] - means[1]) > _ORDER_TOLERANCE * scale:
        raise ParameterError(
            f"expected equal means of the two dates; got {means[0]:.12g} and {means[1]:.12g}"
        )
    strikes = np.union1d(first.points, second.points)
    excess = _calls(first, strikes) - _calls(second, strikes)
    worst = int(np.argmax(excess))
    if excess[worst] > _ORDER_TOLERANCE * scale:
        raise ParameterError(
            "expected marginals in convex order; the call with strike "
            f"{strikes[worst]:.10g} is dearer at the first date by {excess[worst]:.6g}"
        )


def _calls(law: Prior, strikes: Vector) -> Vector:
    """Return prices of calls, from sorted masses and moments."""
    order = np.argsort(law.points)
    points, weights = law.points[order], law.weights[order]
    mass = np.append(np.cumsum(weights[::-1])[::-1], 0.0)
    moment = np.append(np.cumsum((weights * points)[::-1])[::-1], 0.0)
    at = np.searchsorted(points, strikes, side="right")
    return moment[at] - strikes * mass[at]


def _largest(paid: Vector, first: Prior, second: Prior) -> TransportSide:
    x, y = first.points, second.points
    n, m = paid.shape
    moves = (y - x[:, None]).ravel()
    own = np.repeat(np.arange(n), m)
    martingale = csr_matrix((moves, (own, np.arange(n * m))), (n, n * m))
    martingale.eliminate_zeros()
    rows = vstack(
        [
            kron(eye_array(n), np.ones((1, m))),
            kron(np.ones((1, n)), eye_array(m)),
            martingale,
        ],
        format="csr",
    )
    right = np.concatenate([first.weights, second.weights, np.zeros(n)])
    for method in ("highs-ipm", "highs-ds"):
        found = linprog(-paid.ravel(), A_eq=rows, b_eq=right, method=method, options=HIGHS)
        if found.status == 0:
            break
    else:
        raise AccuracyError(f"the transport program was not solved: {found.message}")
    phi, psi, deltas = np.split(-found.eqlin.marginals, [n, n + m])
    over = paid - psi - deltas[:, None] * (y - x[:, None])
    # Whatever is missing over a node is paid there.
    phi = np.maximum(phi, over.max(axis=1))
    value = float(first.weights @ phi + second.weights @ psi)
    return TransportSide(value, float(-found.fun), found.x.reshape(n, m), phi, psi, deltas)
