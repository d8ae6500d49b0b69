"""Knows what else a spread pays: digitals, assets where it is positive, spreads paid in an asset.

    E 1{S_i - S_j > K},   E S_m 1{S_i - S_j > K},   E S_m (S_i - S_j - K)^+,

m being i, j or any other asset. Each is a Fourier integral of its own, so that
spread = asset i - asset j - K digital holds as far as they are right.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.protocol import JointLaw
from rmot.spread.terms import Term, cash, positive_part

Vector = NDArray[np.float64]

_DEFAULT_TOLERANCE = 1e-8


class SpreadDigitals(NamedTuple):
    """Digital options on a spread, arrays of the strikes' shape.

    Attributes
    ----------
    digital : ndarray
        P(S_i - S_j > K).
    first, second : ndarray
        E S_i 1{S_i - S_j > K} and E S_j 1{S_i - S_j > K}.
    error : ndarray
        The largest of the three estimated errors, those of assets over their forwards.
    """

    digital: Vector
    first: Vector
    second: Vector
    error: Vector


def spread_digitals(
    assets: JointLaw,
    i: int,
    j: int,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    tolerance: float = _DEFAULT_TOLERANCE,
) -> SpreadDigitals:
    """Return digitals that pay cash, S_i and S_j where S_i - S_j > K, undiscounted.

    Parameters
    ----------
    assets : JointLaw
    i, j : int
        Assets, numbered from 0.
    strike : array_like
        K of either sign.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    tolerance : float
        Admissible absolute error of probabilities, under each numeraire.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If the tolerance is not reached.
    """
    strikes, both = np.asarray(strike, dtype=np.float64), np.asarray(forwards, dtype=np.float64)
    rows = []
    for k in strikes.ravel().tolist():
        found = [
            spread_claim(
                assets,
                i,
                j,
                k,
                maturity,
                pays=pays,
                digital=True,
                forwards=forwards,
                tolerance=tolerance,
            )
            for pays in (None, i, j)
        ]
        rows.append([*(value for value, _ in found), max(error for _, error in found)])
    values = np.array(rows).reshape(-1, 4).T * np.array([1.0, *both.ravel(), 1.0])[:, None]
    return SpreadDigitals(*(each.reshape(strikes.shape) for each in values))


def spread_claim(
    assets: JointLaw,
    i: int,
    j: int,
    strike: float,
    maturity: float,
    *,
    pays: int | None = None,
    digital: bool = False,
    forwards: ArrayLike = (1.0, 1.0),
    tolerance: float | None = None,
) -> tuple[float, float]:
    """Return E [N (S_i - S_j - K)^+], or E [N 1{S_i - S_j > K}], and its estimated error.

    Parameters
    ----------
    assets : JointLaw
    i, j : int
        Assets, numbered from 0.
    strike : float
        K of either sign.
    maturity : float
        T > 0 in years.
    pays : int, optional
        N is the price of this asset over its forward, so that the value is also the one under that
        numeraire; 1 if it is not given.
    digital : bool
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    tolerance : float, optional
        Admissible absolute error; by default 1e-8, times F_i + F_j without `digital`.

    Returns
    -------
    value, error : float
        Undiscounted, in the unit of the forwards; with `digital` of N alone.

    Raises
    ------
    ParameterError
        If an argument is outside its domain, or the asset that is paid has with the spread no
        finite mean.
    AccuracyError
        If the tolerance is not reached.
    """
    n = assets.n_assets
    for name, asset in (("i", i), ("j", j), ("pays", 0 if pays is None else pays)):
        whole = isinstance(asset, (int, np.integer)) and not isinstance(asset, bool)
        if not (whole and 0 <= asset < n):
            raise ParameterError(f"{name} must be a whole number from 0 to {n - 1}; got {asset!r}")
    both = np.asarray(forwards, dtype=np.float64)
    if i == j:
        raise ParameterError(f"expected two assets; got {i} twice")
    if both.shape != (2,) or not (np.all(np.isfinite(both)) and np.all(both > 0.0)):
        raise ParameterError(f"expected two positive forwards; got {forwards!r}")
    if not math.isfinite(strike):
        raise ParameterError(f"strike must be finite; got {strike!r}")
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity!r}")
    units = np.eye(n)
    weight = np.zeros(n) if pays is None else units[pays]
    orders = weight[None, :] if digital else weight + units[[i, j]]
    if not all(assets.has_moment(order, maturity) for order in orders):
        raise ParameterError(
            f"asset {pays} times the spread has no finite mean at maturity {maturity}"
        )
    size = 1.0 if digital else float(both.sum())
    found = positive_part(
        assets,
        [Term(both[0], units[i]), Term(-both[1], units[j]), cash(-strike, n)],
        maturity,
        _DEFAULT_TOLERANCE * size if tolerance is None else tolerance,
        weight=weight,
        power=0 if digital else 1,
    )
    return found.value, found.error
