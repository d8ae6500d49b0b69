r"""Exponential tilting: the law nearest to a prior in relative entropy under moment constraints.

.. math:: \min_Q KL(Q|P) \;\text{s.t.}\; E^Q f_k \le u_k \text{ or } = u_k, \qquad
          dQ/dP \propto e^{-y \cdot f},\quad y = \arg\min_y \log E_P e^{-y \cdot f} + y \cdot u,

with y >= 0 where the constraint is an inequality: Newton steps projected on that set (Bertsekas
1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError
from rmot.transport._feasibility import raise_if_infeasible

Vector = NDArray[np.float64]

_MAX_STEPS = 300
_CONVERGED = 1e-9
_SHORTEST = 1e-12
_DAMPING = 1e-12


@dataclass(frozen=True, eq=False)
class TiltedLaw:
    """A law on the prior's nodes.

    Attributes
    ----------
    weights : ndarray, shape (n,)
    multipliers : ndarray, shape (m,)
        y; zero where an inequality does not bind.
    relative_entropy : float
        KL(Q|P).
    """

    weights: Vector
    multipliers: Vector
    relative_entropy: float


def tilt(
    values: Vector, weights: Vector, targets: Vector, equal: NDArray[np.bool_], names: list[str]
) -> TiltedLaw:
    """Return the nearest law whose means of `values`, shape (m, n), meet their targets.

    Raises
    ------
    InfeasibleQuotes
        No law on the nodes meets them; the message names those that clash.
    AccuracyError
        A mean is missed by more than 1e-9 of its scale: the law lies on the edge of what the
        nodes allow, where multipliers are infinite.
    """
    lower = np.where(equal, targets, -np.inf)
    columns = np.vstack([np.ones(weights.size), values])
    raise_if_infeasible(columns, np.append(1.0, lower), np.append(1.0, targets), 1, names)
    spread = np.sqrt(np.maximum(weights @ (values - (values @ weights)[:, None]).T ** 2, 1e-300))
    scaled = (values - targets[:, None]) / spread[:, None]
    y = np.zeros(targets.size)
    log_mass, law = _normalised(y, scaled, weights)
    for _ in range(_MAX_STEPS):
        means = scaled @ law
        missed = np.where(equal | (y > 0), np.abs(means), np.maximum(means, 0.0))
        if missed.max() <= _CONVERGED:
            break
        free = equal | (y > 0) | (means > 0)
        centred = (scaled - means[:, None])[free]
        hessian = (centred * law) @ centred.T
        hessian[np.diag_indices(len(hessian))] += _DAMPING
        step = np.zeros(y.size)
        step[free] = np.linalg.lstsq(hessian, means[free], rcond=1e-13)[0]
        length = 1.0
        while length > _SHORTEST:
            tried = y + length * step
            tried = np.where(equal, tried, np.maximum(tried, 0.0))
            found, after = _normalised(tried, scaled, weights)
            if found <= log_mass - 1e-4 * float(means @ (tried - y)):
                break
            length *= 0.5
        else:
            break
        y, log_mass, law = tried, found, after
    means = scaled @ law
    missed = float(np.where(equal | (y > 0), np.abs(means), np.maximum(means, 0.0)).max())
    if missed > 100 * _CONVERGED:
        raise AccuracyError(f"the tilted law misses its constraints by {missed:.2g} deviations")
    held = law > 0
    entropy = float(law[held] @ np.log(law[held] / weights[held]))
    return TiltedLaw(law, y / spread, entropy)


def _normalised(y: Vector, values: Vector, weights: Vector) -> tuple[float, Vector]:
    """Return log E_P exp(-y f) and the tilted weights."""
    exponents = -y @ values
    top = float(exponents.max())
    masses = weights * np.exp(exponents - top)
    total = float(masses.sum())
    return top + float(np.log(total)), masses / total
