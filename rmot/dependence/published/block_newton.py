r"""Newton's method on the entropic dual with the Hessian that 001, D.1 and Lemma 3.10, give it.

The Hessian of :math:`\log E_P e^{\lambda \cdot f} - \lambda \cdot C` is the covariance of the
payoffs under the tilted law. The source takes its blocks between assets to be zero, which makes
full Newton steps a block Jacobi iteration: near the solution the error is multiplied by
:math:`I - B^{-1} H`, B being the blocks on the diagonal, and where payoffs of N assets have
correlation c its largest eigenvalue is :math:`(N - 1) c` in size. Beyond one the steps diverge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigvalsh

from rmot.errors import ParameterError

Vector = NDArray[np.float64]

_MOST_STEPS = 300
_CONVERGED = 1e-10
_LOST = 1e8


@dataclass(frozen=True, eq=False)
class NewtonRun:
    """Full Newton steps from zero.

    Attributes
    ----------
    positions : ndarray, shape (J,)
    steps : int
    converged : bool
        Whether all prices are met to 1e-10 deviations.
    rate : float
        Spectral radius of I - B^{-1} H where the run ended: below one, steps contract.
    """

    positions: Vector
    steps: int
    converged: bool
    rate: float


def newton(
    payoffs: ArrayLike,
    weights: ArrayLike,
    prices: ArrayLike,
    counts: ArrayLike,
    *,
    blocks_alone: bool,
) -> NewtonRun:
    """Take full Newton steps on the dual.

    Parameters
    ----------
    payoffs : array_like, shape (J, n)
        On the prior's points, the assets' one after the other.
    weights : array_like, shape (n,)
        Of the prior.
    prices : array_like, shape (J,)
    counts : array_like of int
        How many payoffs each asset has.
    blocks_alone : bool
        Leave out the blocks between assets, as printed; else the true Hessian.

    Raises
    ------
    ParameterError
        Shapes do not fit.
    """
    f, w, c = (np.asarray(one, dtype=float) for one in (payoffs, weights, prices))
    sizes = np.asarray(counts, dtype=int)
    if f.shape != (c.size, w.size) or sizes.sum() != c.size:
        raise ParameterError(
            f"expected payoffs (J, n) with J = {c.size} = {sizes.sum()} and n = {w.size}; got "
            f"{f.shape}"
        )
    deviation = np.sqrt(w @ (f - (f @ w)[:, None]).T ** 2)
    g = (f - c[:, None]) / deviation[:, None]
    on_diagonal = _same_asset(sizes)
    y, steps, hessian = np.zeros(c.size), 0, np.eye(c.size)
    while True:
        exponents = y @ g
        law = w * np.exp(exponents - exponents.max())
        law /= law.sum()
        slope = g @ law
        centred = g - slope[:, None]
        hessian = (centred * law) @ centred.T
        converged = bool(np.abs(slope).max() <= _CONVERGED)
        if converged or steps == _MOST_STEPS or not np.abs(y).max() < _LOST:
            break
        matrix = np.where(on_diagonal, hessian, 0.0) if blocks_alone else hessian
        step = np.linalg.lstsq(matrix, slope, rcond=1e-14)[0]
        if not np.all(np.isfinite(step)):
            break
        y, steps = y - step, steps + 1
    return NewtonRun(y / deviation, steps, converged, contraction(hessian, sizes))


def contraction(hessian: Vector, counts: NDArray[np.int_]) -> float:
    """Return the spectral radius of I - B^{-1} H, nan where a block is singular."""
    on_diagonal = _same_asset(counts)
    try:
        values = eigvalsh(hessian, np.where(on_diagonal, hessian, 0.0))
    except np.linalg.LinAlgError:
        return float("nan")
    return float(np.abs(1.0 - values).max())


def _same_asset(counts: NDArray[np.int_]) -> NDArray[np.bool_]:
    asset = np.repeat(np.arange(counts.size), counts)
    return np.equal.outer(asset, asset)
