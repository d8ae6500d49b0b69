r"""Knows spread options on two laws joined by a copula, by integrals in one dimension.

    E S_1 1{S_1 - S_2 > K} = ∫ X_1(z) P(Z_2 < z_2(X_1(z) - K) | Z_1 = z) n(z) dz,
    E S_2 1{S_1 - S_2 > K} = ∫ X_2(z) P(Z_1 > z_1(X_2(z) + K) | Z_2 = z) n(z) dz,
    P(S_1 - S_2 > K)       = ∫        P(Z_1 > z_1(X_2(z) + K) | Z_2 = z) n(z) dz,

with X the quantile and z_i the normal score of a price. The call is the first less the second less
K times the third. Scores have kinks where tails of a law begin, and are -inf where a price would be
negative: the integrals are cut there, and summed by Gauss and Legendre's rule on pieces that are
halved until nothing changes. Where a lower tail is steep, as if some mass lay at 0, scores grow
like a logarithm beside the last of these cuts, and pieces shrink towards it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from rmot.errors import AccuracyError, ParameterError
from rmot.spread.copulas import Copula
from rmot.spread.marginals import Marginal

Vector = NDArray[np.float64]

_DEFAULT_TOLERANCE = 1e-10
"""Of the sum of the forwards."""
_REACH = 8.5
_PIECE = 1.0
_LEVELS = 9
_SHRINKING = 0.125 ** np.arange(13)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
_ROUNDING = 1e-15


@dataclass(frozen=True)
class CopulaSpreadOptions:
    """Undiscounted prices at several strikes, arrays of shape (n_strikes,).

    Attributes
    ----------
    strike : ndarray
    call : ndarray
        E (S_1 - S_2 - K)^+.
    digital : ndarray
        P(S_1 - S_2 > K).
    first_or_nothing, second_or_nothing : ndarray
        E S_i where S_1 - S_2 > K.
    error : ndarray
        Estimated absolute error of the call.
    """

    strike: Vector
    call: Vector
    digital: Vector
    first_or_nothing: Vector
    second_or_nothing: Vector
    error: Vector


def copula_spread_options(
    first: Marginal,
    second: Marginal,
    copula: Copula,
    strike: ArrayLike,
    *,
    tolerance: float | None = None,
) -> CopulaSpreadOptions:
    """Return spread options on two laws that are joined by a copula.

    Parameters
    ----------
    first, second : Marginal
        Such as `smile_marginal` makes.
    copula : Copula
    strike : array_like, shape (n_strikes,) or ()
        Of any sign.
    tolerance : float, optional
        Admissible absolute error of a call; by default 1e-10 of the sum of the forwards.

    Raises
    ------
    ParameterError
        If a strike is not finite, or the tolerance is not positive.
    AccuracyError
        If the tolerance is not reached.
    """
    strikes = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    if strikes.ndim != 1 or strikes.size == 0 or not np.all(np.isfinite(strikes)):
        raise ParameterError(f"expected finite strikes, shape (n,); got {strike!r}")
    size = first.forward + second.forward
    accepted = _DEFAULT_TOLERANCE * size if tolerance is None else tolerance
    if not (accepted > 0.0 and math.isfinite(accepted)):
        raise ParameterError(f"tolerance must be positive and finite; got {tolerance!r}")
    rows = [_options(first, second, copula, k, accepted) for k in strikes.tolist()]
    return CopulaSpreadOptions(strikes, *(np.array(column) for column in zip(*rows, strict=True)))


def _options(
    first: Marginal, second: Marginal, copula: Copula, strike: float, accepted: float
) -> tuple[float, float, float, float, float]:
    """Return call, digital, both options that pay an asset, and the error of the call."""

    def of_first(z: Vector) -> Vector:
        price = first.quantile(z)
        return np.array([price * copula.conditional(second.score(price - strike), z)])

    def of_second(z: Vector) -> Vector:
        price = second.quantile(z)
        # both copulas are symmetric about the centre
        chance = copula.conditional(-first.score(price + strike), -z)
        return np.array([price * chance, chance])

    share = 0.2 * accepted
    (paid_first,), (error_first,) = _integral(of_first, first, second, strike, [share])
    wanted = [share, share / max(abs(strike), share)]
    (paid_second, digital), (error_second, error_digital) = _integral(
        of_second, second, first, -strike, wanted
    )
    call = paid_first - paid_second - strike * digital
    error = error_first + error_second + abs(strike) * error_digital
    if error > accepted:
        raise AccuracyError(
            f"spread option with strike {strike:g}: the integrals reach an error of {error:.1e}; "
            f"{accepted:.1e} was wanted"
        )
    return float(call), float(digital), float(paid_first), float(paid_second), float(error)


def _integral(
    integrand: Callable[[Vector], Vector],
    own: Marginal,
    other: Marginal,
    shift: float,
    wanted: list[float],
) -> tuple[Vector, Vector]:
    """Return ∫ f(z) n(z) dz of several f at once, cut where own - shift meets the other's kinks."""
    cuts = _cuts(own, other, shift)
    bounds = np.array(wanted)
    before = value = np.zeros(bounds.size)
    error = np.full(bounds.size, np.inf)
    for level in range(_LEVELS):
        pieces = np.maximum(np.ceil(np.diff(cuts) / _PIECE), 1.0).astype(int) * 2**level
        edges = np.concatenate(
            [np.linspace(a, b, n + 1)[:-1] for a, b, n in zip(cuts, cuts[1:], pieces, strict=False)]
            + [cuts[-1:]]
        )
        half = 0.5 * np.diff(edges)[:, None]
        z = (edges[:-1, None] + half + half * _NODES).ravel()
        weight = (half * _WEIGHTS).ravel() * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        values = integrand(z) * weight
        value = values.sum(axis=1)
        # what is left out lies where |Z|, or Z under the measure of the price, exceeds the reach
        lost = 4.0 * float(ndtr(-_REACH)) * max(1.0, own.forward) + _ROUNDING
        error = np.abs(value - before) + lost * np.maximum(1.0, np.abs(values).sum(axis=1))
        if level and np.all(error <= bounds):
            break
        before = value
    return value, error


def _cuts(own: Marginal, other: Marginal, shift: float) -> Vector:
    """Return scores of `own` from one end to the other between which the integrands are smooth."""
    ends = np.array([-_REACH, _REACH + own.upper_slope])
    prices = np.concatenate([own.kinks, shift + other.kinks])
    cuts = np.concatenate([ends, own.score(prices[prices > 0.0])])
    if shift > 0.0:
        zero = float(own.score(shift))
        beyond = float(np.min(cuts[cuts > zero], initial=zero + _PIECE))
        cuts = np.concatenate([cuts, [zero], zero + (beyond - zero) * _SHRINKING])
    return np.unique(cuts[(cuts >= ends[0]) & (cuts <= ends[1])])
