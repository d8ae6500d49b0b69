"""Knows the solution of the fractional Riccati equation up to shortly before it explodes.

D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0, with complex c0 and c1 near real ones whose solution
explodes at a time T* > T. With x = t/T*, z = x^alpha and w = h + c1/(2 c2),

    w = c1/(2 c2) + T*^alpha I^alpha [c2 w^2 + c0 - c1^2/(4 c2)],

and (1 - z)^alpha w is collocated on the grid that the explosion at x = 1 asks for.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics._explosion_grid import ExplosionGrid, build_grid
from rmot.numerics.explosion import UnitExplosion

_LEVELS = (24, 36, 54, 80)
_NEWTON_STEPS = 30


def _solve(
    c0: complex,
    c1: complex,
    c2: float,
    power: float,
    grid: ExplosionGrid,
    profile: NDArray[np.complex128],
) -> NDArray[np.complex128]:
    """Return (1 - z)^alpha w at the nodes by Newton's method from the profile given."""
    level = grid.left**grid.alpha
    start = c1 / (2.0 * c2) * level
    rest = c0 - c1 * c1 / (4.0 * c2)
    forcing = rest / math.gamma(1.0 + grid.alpha) * level * grid.z
    profile = profile.copy()
    profile[0] = start[0]
    identity = np.eye(profile.size - 1)
    for _ in range(_NEWTON_STEPS):
        residual = profile - start - power * (c2 * (grid.matrix @ profile**2) + forcing)
        jacobian = identity - 2.0 * c2 * power * grid.matrix[1:, 1:] * profile[1:]
        change = np.linalg.solve(jacobian, residual[1:])
        profile[1:] -= change
        size = np.max(np.abs(change)) / np.max(np.abs(profile))
        if size < 1e-7:
            # Newton squares the error
            return profile
        if not size < 1e100:
            break
    raise AccuracyError(f"Newton's method failed at c0 = {c0!r}, c1 = {c1!r}, c2 = {c2!r}")


def explosive_means(
    c0: NDArray[np.complex128],
    c1: NDArray[np.complex128],
    c2: float,
    maturity: float,
    solution: UnitExplosion,
    explosion: float,
    haste: NDArray[np.complex128],
    tolerance: float,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.float64]]:
    """Return the means over (0, T) of h and of F = c0 + c1 h + c2 h^2.

    Parameters
    ----------
    c0, c1 : ndarray, shape (m,)
        Coefficients close to real ones.
    c2 : float
        Positive coefficient.
    maturity : float
        T > 0.
    solution : UnitExplosion
        The solution for the real coefficients.
    explosion : float
        T* > T, the time of its explosion.
    haste : ndarray, shape (m,)
        Estimates of the power -alpha of the complex time of explosion over T*; for a first guess.
    tolerance : float
        Wanted relative error.

    Returns
    -------
    mean_h, mean_source : ndarray, shape (m,)
    error : ndarray, shape (m,)
        Estimated relative error of either: the change by the last refinement.

    Raises
    ------
    ParameterError
        If T is not in (0, T*).
    AccuracyError
        If the equation is not solved.
    """
    if not 0.0 < maturity < explosion:
        raise ParameterError(f"maturity must be in (0, {explosion!r}), got {maturity!r}")
    alpha = solution.alpha
    gap = -math.expm1(alpha * math.log(maturity / explosion))
    mean_h = mean_source = None
    error = np.full(c0.size, np.inf)
    for n in _LEVELS:
        grid = build_grid(alpha, n, gap, solution.grid.scale, solution.grid.fold)
        quadratic, linear = grid.weights(2.0 * alpha), grid.weights(alpha)
        shape = solution.extended(grid)
        new_h, new_source = np.empty_like(c0), np.empty_like(c0)
        for i in range(c0.size):
            bend = (grid.left / (1.0 - haste[i] * grid.z)) ** alpha
            guess = np.sqrt(c0[i] / c2) * shape * bend
            profile = _solve(c0[i], c1[i], c2, explosion**alpha, grid, guess)
            shift = c1[i] / (2.0 * c2)
            new_h[i] = explosion / maturity * (linear @ profile) - shift
            new_source[i] = (
                explosion / maturity * c2 * (quadratic @ profile**2) + c0[i] - c1[i] * shift / 2.0
            )
        if mean_h is not None and mean_source is not None:
            error = np.maximum(np.abs(new_h / mean_h - 1.0), np.abs(new_source / mean_source - 1.0))
        mean_h, mean_source = new_h, new_source
        if np.all(error <= tolerance):
            break
    assert mean_h is not None
    assert mean_source is not None
    return mean_h, mean_source, error
