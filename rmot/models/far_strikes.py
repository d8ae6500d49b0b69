"""Knows saddle-point approximations of densities, tails and option prices at far strikes.

With K(p) = log E S_T^p, k log-moneyness and forward 1, the density of log S_T, the probability
beyond k and the price of the option out of the money there are

    1/(2 pi i) ∫ exp(K(p) - p k) w(p) dp,   w = 1,   1/|p|,   e^k/(p (p - 1)),

along a vertical line with p_- < p < p_+; 0 < p or p < 0; 1 < p or p < 0. log w joins the
exponent Phi, which is then convex with a minimum on each side's own interval, and with lambda_n =
Phi^(n) / Phi''^{n/2} at the minimum the integral is exp(Phi) (2 pi Phi'')^{-1/2} times

    1 + lambda_4/8 - 5 lambda_3^2/24
      - lambda_6/48 + 35 lambda_4^2/384 + 7 lambda_3 lambda_5/48 - 35 lambda_3^2 lambda_4/64
      + 385 lambda_3^4/1152 + ...

H. Daniels, "Saddlepoint approximations in statistics", Annals of Mathematical Statistics 25 (1954),
with the pole in the exponent as in L. Rogers and O. Zane, "Saddlepoint approximations to option
prices", Annals of Applied Probability 9 (1999). As k -> ±inf the saddle tends to a critical
moment; where K explodes there the expansion becomes exact.
"""

import math
from collections.abc import Callable
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import check_log_moneyness

LogMoment = Callable[[NDArray[np.complex128]], NDArray[np.complex128]]

_CIRCLE = 32
_REACH = 0.5
_ORDER = 6
_STEPS = 80
_SETTLED = 1e-8


class Quantity(Enum):
    """What is approximated."""

    DENSITY = "density"
    TAIL_PROBABILITY = "tail probability"
    OPTION_PRICE = "option price"


# Of each quantity's weight w(p). Not the members' values: Python 3.11.2 loses an empty tuple there.
_POLES: dict[Quantity, tuple[float, ...]] = {
    Quantity.DENSITY: (),
    Quantity.TAIL_PROBABILITY: (0.0,),
    Quantity.OPTION_PRICE: (0.0, 1.0),
}


def _derivatives(log_moment: LogMoment, p: float, reach: float) -> NDArray[np.float64]:
    """Return K and its first derivatives at p from its values on a circle of radius `reach`."""
    angle = 2.0 * np.pi * np.arange(_CIRCLE // 2 + 1) / _CIRCLE
    circle = np.asarray(p + reach * np.exp(1j * angle), dtype=np.complex128)
    upper = log_moment(circle)
    # K is real on the real axis, so the lower half of the circle holds the conjugates
    coefficients = np.fft.hfft(upper, _CIRCLE) / _CIRCLE
    order = np.arange(_ORDER + 1)
    factorial = np.array([math.factorial(n) for n in order])
    return coefficients[: _ORDER + 1] * factorial / reach**order


def _exponent(
    log_moment: LogMoment, k: float, p: float, reach: float, poles: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return Phi and its first derivatives at p."""
    phi = _derivatives(log_moment, p, reach)
    phi[0] -= p * k
    phi[1] -= k
    for pole in poles:
        gap = p - pole
        phi[0] -= math.log(abs(gap))
        for n in range(1, _ORDER + 1):
            phi[n] += (-1) ** n * math.factorial(n - 1) / gap**n
    return phi


def _interval(
    k: float, p_minus: float, p_plus: float, poles: tuple[float, ...]
) -> tuple[float, float]:
    """Return where the saddle is searched."""
    if not poles:
        return p_minus, p_plus
    return (max(poles), p_plus) if k >= 0.0 else (p_minus, min(poles))


def _saddle(
    log_moment: LogMoment,
    k: float,
    critical_moments: tuple[float, float],
    poles: tuple[float, ...],
) -> NDArray[np.float64]:
    """Return Phi and its derivatives at its minimum, by Newton's method in a bracket."""
    p_minus, p_plus = critical_moments
    low, high = _interval(k, p_minus, p_plus, poles)
    if math.isinf(low):
        p = min(high, 0.0) - 1.0
    elif math.isinf(high):
        p = max(low, 0.0) + 1.0
    else:
        p = 0.5 * (low + high)
    for _ in range(_STEPS):
        room = min(p - p_minus, p_plus - p)
        reach = _REACH * min(room, 1.0 + abs(p))
        phi = _exponent(log_moment, k, p, reach, poles)
        if not (np.all(np.isfinite(phi)) and phi[2] > 0.0):
            break
        if abs(phi[1]) <= _SETTLED * math.sqrt(phi[2]):
            return phi
        if phi[1] < 0.0:
            low = p
        else:
            high = p
        target = p - phi[1] / phi[2]
        # next to a pole of Phi Newton overshoots: never more than 90% of the way to an end
        if target > p:
            target = min(target, p + 0.9 * (high - p))
        else:
            target = max(target, p - 0.9 * (p - low))
        p = target
    raise AccuracyError(
        f"no saddle point at log-moneyness {k!r} between the moments {low!r} and {high!r}: "
        "expected a convex log moment that is finite inside the critical moments and accurate there"
    )


def saddle_approximation(
    quantity: Quantity,
    log_moment: LogMoment,
    critical_moments: tuple[float, float],
    log_moneyness: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the logarithm of a density, tail probability or option price at far strikes.

    Parameters
    ----------
    quantity : Quantity
        DENSITY of log S_T; TAIL_PROBABILITY P(log S_T > k) for k >= 0 and P(log S_T < k) for
        k < 0; OPTION_PRICE, undiscounted with forward 1, of the call for k >= 0 and the put for
        k < 0.
    log_moment : callable
        K(p) = log E S_T^p at complex p with real part inside the critical moments; takes and
        returns a complex ndarray, shape (m,). A noise of size e enters the correction, and so the
        result, as about 1e3 e.
    critical_moments : (float, float)
        p_minus < 0 and p_plus > 1, infinite ones allowed.
    log_moneyness : array_like
        k = log(K/F).

    Returns
    -------
    logarithm : ndarray, shape of log_moneyness
        Includes both corrections.
    relative_error : ndarray, shape of log_moneyness
        The larger of the second correction and a third of the first, relative to the value: an
        estimate, not a bound, since the expansion is asymptotic.

    Raises
    ------
    ParameterError
        If a critical moment or a strike is out of its domain.
    AccuracyError
        If there is no saddle point, or the corrections are not smaller than the leading term.
    """
    p_minus, p_plus = critical_moments
    if not (p_minus < 0.0 and p_plus > 1.0):
        raise ParameterError(f"expected p_minus < 0 and p_plus > 1; got {p_minus!r}, {p_plus!r}")
    k = check_log_moneyness(log_moneyness)
    logarithm, error = np.empty(k.size), np.empty(k.size)
    for i, strike in enumerate(k.flat):
        phi = _saddle(log_moment, float(strike), critical_moments, _POLES[quantity])
        third, fourth, fifth, sixth = (phi[n] / phi[2] ** (0.5 * n) for n in (3, 4, 5, 6))
        first = fourth / 8.0 - 5.0 * third**2 / 24.0
        second = (
            -sixth / 48.0
            + 35.0 * fourth**2 / 384.0
            + 7.0 * third * fifth / 48.0
            - 35.0 * third**2 * fourth / 64.0
            + 385.0 * third**4 / 1152.0
        )
        if not abs(first) + abs(second) < 1.0:
            raise AccuracyError(
                f"corrections {first:.2g} and {second:.2g} at log-moneyness {strike!r} are too "
                "large"
            )
        logarithm[i] = phi[0] - 0.5 * math.log(2.0 * math.pi * phi[2]) + math.log1p(first + second)
        # the second correction changes sign along the strikes, and is small there by accident
        error[i] = max(abs(second), abs(first) / 3.0) / (1.0 + first + second)
        if quantity is Quantity.OPTION_PRICE:
            logarithm[i] += strike
    return logarithm.reshape(k.shape), error.reshape(k.shape)
