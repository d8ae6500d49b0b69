r"""Knows the kernel of a mean-reverting fractional equation and its integrals.

.. math:: R(t) = t^{\alpha-1} E_{\alpha,\alpha}(-\kappa t^\alpha), \qquad
          \int_0^\infty e^{-st} R(t)\,dt = \frac{1}{s^\alpha + \kappa}:

a linear Volterra equation with kernel :math:`t^{\alpha-1}/\Gamma(\alpha)` and reversion kappa is
one without reversion and with R for its kernel. The transform is inverted on J. Weideman's contour,
"Optimizing Talbot's contours for the inversion of the Laplace transform", SIAM J. Numerical
Analysis 44 (2006), with an error of e^{-1.36 n} for n nodes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError

_NODES = 28
_LEAST_GROWTH, _MOST_GROWTH = 0.1, 1.0


def _contour() -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return z and weights with f(t) = Re sum w F(z/t) / t for a transform F of f."""
    angle = (2.0 * np.arange(_NODES) + 1.0) * np.pi / _NODES - np.pi
    bent = 0.6407 * angle
    z = _NODES * (0.5017 * angle / np.tan(bent) - 0.6122 + 0.2645j * angle)
    slope = 0.5017 / np.tan(bent) - 0.5017 * bent / np.sin(bent) ** 2 + 0.2645j
    return z, -1j * np.exp(z) * slope


_Z, _WEIGHT = _contour()


def resolvent_kernel(
    times: ArrayLike, alpha: float, reversion: float, integrals: int = 0
) -> NDArray[np.float64]:
    """Return R, its integral from 0, or the integral of that; same shape as times.

    Parameters
    ----------
    times : array_like
        t >= 0; at t = 0 integrals are 0, and R itself is not asked for.
    alpha : float
        In (0, 1]; at 1 R(t) = exp(-reversion t).
    reversion : float
        kappa. Below 0, with alpha < 1, |kappa| t^alpha is at most 1.
    integrals : int
        How often R is integrated.

    Raises
    ------
    AccuracyError
        If the kernel grows beyond where the contour holds its pole.
    """
    t = np.asarray(times, dtype=np.float64)
    later = t > 0.0
    growth = -reversion * float(np.max(t, initial=0.0)) ** alpha
    if alpha == 1.0 and growth > _LEAST_GROWTH:
        return _exponentials(t, reversion, integrals)
    if growth > _MOST_GROWTH:
        raise AccuracyError(
            f"a rough variance that grows is known up to |kappa| t^alpha = {_MOST_GROWTH:g}; got "
            f"{growth:.3g}"
        )
    # any positive time stands for 0, where the result is set
    reach = np.where(later, t, 1.0)[..., None]
    s = _Z / reach
    transform = s ** (-integrals) / (s**alpha + reversion)
    return np.where(later, np.real(transform @ _WEIGHT) / reach[..., 0], 0.0)


def _exponentials(t: NDArray[np.float64], reversion: float, integrals: int) -> NDArray[np.float64]:
    """Return exp(-reversion t), or its integrals, where the exponent is not small."""
    value = np.exp(-reversion * t)
    for order in range(integrals):
        value = (t**order - value) / reversion
    return value
