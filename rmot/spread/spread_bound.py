"""Knows a lower bound of spread options by one-dimensional integrals.

    E (S_i - S_j - K)^+ >= E (S_i - S_j - K) 1{S_i > e^k S_j^a}   for all a and k,

R. Caldana and G. Fusai, "A general closed-form spread option pricing formula", Journal of Banking &
Finance 37 (2013), who take a = F_j / (F_j + K) and k = log(F_j + K) - log E S_j^a; the best a and k
are searched from there. Without a strike it is the exact price.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from rmot.errors import AccuracyError, ParameterError
from rmot.models.protocol import JointLaw
from rmot.numerics.fourier_line import WIDEST, finite_strip, line_options

_TOLERANCE = 1e-9
_SOUGHT = {"xatol": 1e-4, "fatol": 1e-10, "maxiter": 80}


@dataclass(frozen=True)
class LowerBound:
    """A lower bound of an undiscounted price.

    Attributes
    ----------
    price : float
    error : float
        Estimated absolute error of the bound.
    exponent, level : float
        a and k, in prices over forwards. For K < 0 they are those of the spread the other way, from
        whose bound parity makes this one.
    """

    price: float
    error: float
    exponent: float
    level: float


def spread_call_lower_bound(
    assets: JointLaw,
    i: int,
    j: int,
    strike: float,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    optimise: bool = True,
) -> LowerBound:
    """Return a lower bound of E (S_i - S_j - K)^+, undiscounted.

    Parameters
    ----------
    assets : JointLaw
    i, j : int
        Two assets, numbered from 0.
    strike : float
        K of either sign.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    optimise : bool
        Search the event; else the published one is taken.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If the integrals are not found to 1e-7.
    """
    both = np.asarray(forwards, dtype=np.float64)
    for asset in (i, j):
        if asset not in range(assets.n_assets):
            raise ParameterError(f"assets are 0 to {assets.n_assets - 1}; got {asset!r}")
    if i == j:
        raise ParameterError(f"expected two assets; got {i} twice")
    if both.shape != (2,) or not (np.all(np.isfinite(both)) and np.all(both > 0.0)):
        raise ParameterError(f"expected two positive forwards; got {forwards!r}")
    if not (math.isfinite(strike) and maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"expected a strike and a maturity; got {strike!r}, {maturity!r}")
    if strike < 0.0:
        found = _bound(assets, (j, i), both[::-1], -strike, maturity, optimise)
        price = found.price + float(both[0] - both[1] - strike)
        return LowerBound(price, found.error, found.exponent, found.level)
    return _bound(assets, (i, j), both, strike, maturity, optimise)


def _bound(
    assets: JointLaw,
    pair: tuple[int, int],
    forwards: NDArray[np.float64],
    strike: float,
    maturity: float,
    optimise: bool,
) -> LowerBound:
    units = np.eye(assets.n_assets)[list(pair)]
    # what is received: S_i, -S_j and -K, each under its own numeraire
    amounts = np.array([forwards[0], -forwards[1], -strike])
    numeraires = np.array([units[0], units[1], np.zeros(assets.n_assets)])

    def value(point: NDArray[np.float64]) -> tuple[float, float]:
        exponent, level = point
        direction = units[0] - exponent * units[1]
        scale = max(float(np.abs(direction) @ assets.deviations(maturity)), 1e-12)
        total, error = 0.0, 0.0
        for amount, numeraire in zip(amounts, numeraires, strict=True):
            if amount != 0.0:
                chance, own = _probability(
                    assets, direction / scale, numeraire, level / scale, maturity
                )
                total += float(amount * chance)
                error += float(abs(amount) * own)
        return total, error

    exponent = float(forwards[1] / (forwards[1] + strike))
    power = (-1j * exponent * units[1])[None, :].astype(np.complex128)
    moment = float(assets.estimated_log_transform(power, maturity, 1e-10)[0][0].real)
    start = np.array([exponent, math.log((forwards[1] + strike) / forwards[0]) - moment])
    best = start
    if optimise and strike > 0.0:
        size = float(forwards.sum())
        width = float(assets.deviations(maturity)[list(pair)].sum())
        simplex = start + np.array([[0.0, 0.0], [0.05, 0.0], [0.0, 0.05 * width]])
        search = minimize(
            lambda point: -value(point)[0] / size,
            start,
            method="Nelder-Mead",
            options={**_SOUGHT, "initial_simplex": simplex},
        )
        best = search.x if -search.fun * size >= value(start)[0] else start
    price, error = value(best)
    if error > 1e-7 * float(np.abs(amounts).sum()):
        raise AccuracyError(f"the lower bound reaches an error of {error:.1e}")
    if price < 0.0:
        # the event that never happens
        return LowerBound(0.0, 0.0, float(best[0]), math.inf)
    return LowerBound(price, error, float(best[0]), float(best[1]))


def _probability(
    assets: JointLaw,
    direction: NDArray[np.float64],
    numeraire: NDArray[np.float64],
    level: float,
    maturity: float,
) -> tuple[float, float]:
    """Return P(direction.X > level) under the numeraire, and its error."""

    def log_transform(
        s: NDArray[np.complex128],
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        order = numeraire + s[:, None] * direction
        values, error, _ = assets.estimated_log_transform(-1j * order, maturity, 1e-12)
        return values, error

    strip = finite_strip(lambda r: assets.has_moment(numeraire + r * direction, maturity), WIDEST)
    _, _, beyond, error = line_options(log_transform, strip, np.array([level]), _TOLERANCE)
    return float(beyond[0] if level >= 0.0 else 1.0 - beyond[0]), float(error[0])
