r"""The rough martingale copula of 001, Definition 2.4, over one period.

.. math:: \min_{\pi \in \Pi(Q_1, Q_2)} E_\pi c \quad \text{s.t.} \quad
          E_\pi \langle X^1, X^2 \rangle_T = \rho \int_0^T E \sqrt{\nu^1 \nu^2} ds

Over one period the martingale constraint is that of the means, which the marginals have, and the
covariation is read as the covariance of log-prices. It is a linear program, whose solution is an
extreme coupling and need not be the only one; 002's Definition 2.5 takes the coupling nearest to a
prior instead, which is unique (`rmot.transport.couplings.nearest`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye_array, kron, vstack

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff

Vector = NDArray[np.float64]

_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class MartingaleCopula:
    """A solution of (2.5).

    Attributes
    ----------
    value : float
        E c.
    weights : ndarray, shape (n, m)
        The joint masses of both marginals' nodes.
    """

    value: float
    weights: Vector


def martingale_copula(
    payoff: Payoff, first: Prior, second: Prior, log_covariance: float
) -> MartingaleCopula:
    """Solve (2.5) for two discrete marginals.

    Parameters
    ----------
    payoff : Payoff
        Of two prices.
    first, second : Prior
        Of one asset each, prices > 0; tails stand at their means.
    log_covariance : float
        Of the log-prices.

    Raises
    ------
    ParameterError
        A marginal is of several assets, or has a price of zero.
    InfeasibleQuotes
        No coupling of the marginals has the covariance.
    """
    laws = [first.closed(), second.closed()]
    if any(law.points.ndim != 1 or law.points.min() <= 0 for law in laws):
        raise ParameterError("expected two marginals of one asset each, with prices > 0")
    (x, p), (y, q) = ((law.points, law.weights / law.weights.sum()) for law in laws)
    grid = np.column_stack([np.repeat(x, y.size), np.tile(y, x.size)])
    centred = [np.log(points) - weights @ np.log(points) for points, weights in ((x, p), (y, q))]
    rows = vstack(
        [
            kron(eye_array(x.size), np.ones((1, y.size))),
            kron(np.ones((1, x.size)), eye_array(y.size)),
            csr_matrix(np.outer(*centred).reshape(1, -1)),
        ]
    )
    result = linprog(
        payoff.value(grid),
        A_eq=rows.tocsr(),
        b_eq=np.concatenate([p, q, [log_covariance]]),
        method="highs",
        options=_OPTIONS,
    )
    if result.status != 0:
        raise InfeasibleQuotes(
            f"no coupling of the marginals has a covariance of {log_covariance:.6g} of the "
            f"log-prices: {result.message}"
        )
    return MartingaleCopula(float(result.fun), result.x.reshape(x.size, y.size))
