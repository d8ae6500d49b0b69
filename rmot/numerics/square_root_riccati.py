r"""Knows the Riccati equation of a square-root diffusion in closed form, and when it explodes.

For h' = c0 + c1 h + c2 h^2, h(0) = 0, with r = (c1^2 - 4 c0 c2)^{1/2}, Re r >= 0, and
E = (1 - e^{-rT}) / r,

    h(T) = c0 E / (1 + x),   ∫_0^T h = q (T - E log(1 + x) / x) = q T - log(1 + x) / c2,
    q = 2 c0 / (r - c1) = -(r + c1) / (2 c2),   x = c2 q E.

That is S. Heston's solution (Review of Financial Studies 6, 1993) on the branch of H. Albrecher et
al., "The little Heston trap", Wilmott (2007), with differences rationalised: nothing is lost as c2
or r tend to 0, and of the forms that which does not cancel is taken.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

_ROUNDING = 4e-16
_SMALL = 1e-3
_STRAIGHT = 1e-17
_CLOSED_FORM_ERROR = 1e-15


@kernel
def _one_less_exponential(z):
    """Return 1 - e^{-z}."""
    half = math.sin(0.5 * z.imag)
    size = math.exp(-z.real)
    return complex(-math.expm1(-z.real) + 2.0 * size * half * half, size * math.sin(z.imag))


@kernel
def _log_ratio(x):
    """Return log(1 + x) / x."""
    if x == 0.0:
        return complex(1.0)
    size = x.real * (2.0 + x.real) + x.imag * x.imag
    return complex(0.5 * math.log1p(size), math.atan2(x.imag, 1.0 + x.real)) / x


@kernel
def _linear_integral(c1, maturity):
    """Return the integral of (e^{c1 t} - 1) / c1 over [0, T]."""
    z = c1 * maturity
    if abs(z) < _SMALL:
        return maturity * maturity * (0.5 + z * (1.0 + z * (0.25 + z * 0.05)) / 6.0)
    return (-_one_less_exponential(-z) - z) / (c1 * c1)


@kernel
def _solution(c0, c1, c2, maturity):
    """Return h(T), its integral over [0, T], and the rounding error of the latter."""
    root = np.sqrt(c1 * c1 - 4.0 * c0 * c2)
    if root == 0.0:
        fallen, reach = complex(0.0), complex(maturity)
    else:
        fallen = _one_less_exponential(root * maturity)
        reach = fallen / root
    grows = c1.real * root.real + c1.imag * root.imag > 0.0
    # 1 + x = (1 + e^{-rT} - c1 E) / 2, in one of two forms that do not cancel
    if grows:
        rate = -0.5 * (c1 + root) / c2 if c2 > 0.0 else complex(0.0)
        whole = 1.0 - fallen - 2.0 * c0 * c2 / (c1 + root) * reach
    else:
        rate = 2.0 * c0 / (root - c1) if root != c1 else complex(0.0)
        whole = 1.0 + c2 * rate * reach
    end = c0 * reach / whole
    bent = abs(c0) * c2 * maturity * maturity
    if bent * math.exp(2.0 * max(c1.real * maturity, 0.0)) < _STRAIGHT:
        integral = c0 * _linear_integral(c1, maturity)
        error = _ROUNDING * abs(integral)
    elif grows:
        integral = rate * maturity - np.log(whole) / c2
        error = _ROUNDING * (abs(rate) * maturity + 4.0 / c2 + abs(integral))
    else:
        integral = rate * (maturity - reach * _log_ratio(c2 * rate * reach))
        error = _ROUNDING * (abs(rate) * maturity + abs(integral))
    return end, integral, error


@kernel
def _solve(c0, c1, c2, maturity, end, integral, error):
    for i in range(c0.size):
        end[i], integral[i], error[i] = _solution(c0[i], c1[i], c2, maturity)
    return 0


@kernel
def _add_transforms(first, second, factors, maturity, values, error):
    for i in range(first.shape[0]):
        for k in range(first.shape[1]):
            vol_of_vol, correlation, initial, reversion, drift = factors[k]
            c0 = 0.5 * (first[i, k] * first[i, k] - second[i, k])
            c1 = first[i, k] * (correlation * vol_of_vol) - reversion
            end, integral, lost = _solution(c0, c1, 0.5 * vol_of_vol * vol_of_vol, maturity)
            value = initial * end + drift * integral
            values[i] += value
            error[i] += drift * lost + _CLOSED_FORM_ERROR * (1.0 + abs(value))
    return 0


def square_root_riccati(
    c0: NDArray[np.complex128], c1: NDArray[np.complex128], c2: float, maturity: float
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.float64]]:
    """Return h(T), its integral over [0, T], and the rounding error of the latter, shapes (n,).

    Parameters
    ----------
    c0, c1 : complex ndarray, shape (n,)
    c2 : float
        >= 0; the equation is linear at 0.
    maturity : float
        T > 0, before the solution explodes.
    """
    end, integral = np.empty(c0.size, np.complex128), np.empty(c0.size, np.complex128)
    error = np.empty(c0.size)
    _solve(c0, c1, c2, maturity, end, integral, error)
    return end, integral, error


def square_root_log_transforms(
    first: NDArray[np.complex128],
    second: NDArray[np.complex128],
    factors: NDArray[np.float64],
    maturity: float,
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Return sum_k log E exp(A_k Y_k - B_k U_k / 2) and its rounding error, shapes (n,).

    Of independent square-root diffusions, dV = (drift - reversion V) dt + vol_of_vol sqrt(V) dB,
    Y = ∫ sqrt(V) dW with d<W, B> = correlation dt, and U = ∫ V dt.

    Parameters
    ----------
    first, second : complex ndarray, shape (n, m)
        A and B.
    factors : ndarray, shape (m, 5)
        vol_of_vol, correlation, V_0, reversion, drift.
    maturity : float
        T > 0, before an expectation is infinite.
    """
    n = first.shape[0]
    values, error = np.zeros(n, np.complex128), np.zeros(n)
    _add_transforms(
        np.ascontiguousarray(first), np.ascontiguousarray(second), factors, maturity, values, error
    )
    return values, error


def square_root_explosion(c0: float, c1: float, c2: float) -> float:
    """Return when h explodes for real c0, c1 and c2 >= 0; inf if it does not."""
    if c0 <= 0.0 or c2 == 0.0:
        return math.inf
    square = c1 * c1 - 4.0 * c0 * c2
    if square < 0.0:
        root = math.sqrt(-square)
        return 2.0 * math.atan2(root, c1) / root
    if c1 <= 0.0:
        return math.inf
    root = math.sqrt(square)
    if root < _SMALL * c1:
        return 2.0 / c1 * (1.0 + (root / c1) ** 2 / 3.0)
    # c1 - r loses digits where r is near c1
    return math.log((c1 + root) ** 2 / (4.0 * c0 * c2)) / root
