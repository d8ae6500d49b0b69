r"""The extrapolation error of 002, Theorem 3.2 (7), as printed, and the bounds that replace it.

.. math:: |P_{RMOT}(K) - P_{true}(K)| \le \sqrt{2C/\lambda}\; S_0 e^k
          \exp\Bigl(-\frac{I(k)}{2 T^{2H}} + \frac{\varepsilon(T, k)}{2}\Bigr), \quad
          C = KL(P_{rough} | Q_{true}).

The source leaves lambda and epsilon open, and takes I at the log-moneyness itself, where the large
deviations of rough Heston have :math:`k T^{H - 1/2}`. Its right-hand side knows the tail of P
alone, and fails where that of Q is fatter; what holds for any payoff c and laws P, Q is

.. math:: |E_Q c - E_P c| \le \sqrt{2 KL(P|Q)} \sqrt{E_P c^2 + E_Q c^2}, \qquad
          |E_Q c - E_P c| \le \sqrt{\chi^2(Q|P)}\, \mathrm{std}_P(c).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Vector = NDArray[np.float64]


def printed_error_bound(
    rate: ArrayLike,
    log_moneyness: ArrayLike,
    maturity: float,
    hurst: float,
    misspecification: float,
    *,
    regularisation: float,
    spot: float = 1.0,
    remainder: float = 0.0,
) -> Vector:
    """Return the right-hand side of (7).

    Parameters
    ----------
    rate : array_like
        I, as `rmot.models.SmallTimeRate.rate` gives it: at k as printed, or at k T^(H - 1/2).
    log_moneyness : array_like
        k, of the shape of `rate`.
    maturity : float
        In years.
    hurst, misspecification, regularisation, spot, remainder : float
        H, C, lambda, S_0 and epsilon. The source gives lambda no value; epsilon is 0 to leading
        order.

    Raises
    ------
    ParameterError
        Maturity or lambda is not positive, or C is negative.
    """
    if not (maturity > 0 and regularisation > 0 and misspecification >= 0):
        raise ParameterError(
            "expected maturity > 0, regularisation > 0 and misspecification >= 0; got "
            f"{maturity}, {regularisation} and {misspecification}"
        )
    exponent = -np.asarray(rate, dtype=float) / (2 * maturity ** (2 * hurst)) + remainder / 2
    scale = np.sqrt(2 * misspecification / regularisation) * spot
    return scale * np.exp(np.asarray(log_moneyness, dtype=float) + exponent)


def relative_entropy_bound(payoff: ArrayLike, prior: ArrayLike, law: ArrayLike) -> float:
    """Return sqrt(2 KL(P|Q)) sqrt(E_P c^2 + E_Q c^2) of payoff values and weights, shapes (n,)."""
    c, p, q = _columns(payoff, prior, law)
    held = p > 0
    if np.any(q[held] <= 0):
        return np.inf
    entropy = max(float(p[held] @ np.log(p[held] / q[held])), 0.0)
    return float(np.sqrt(2 * entropy * ((p + q) @ c**2)))


def chi_squared_bound(payoff: ArrayLike, prior: ArrayLike, law: ArrayLike) -> float:
    """Return sqrt(chi^2(Q|P)) std_P(c) of payoff values and weights, shapes (n,)."""
    c, p, q = _columns(payoff, prior, law)
    held = p > 0
    if np.any(q[~held] > 0):
        return np.inf
    distance = float(((q[held] - p[held]) ** 2 / p[held]).sum())
    mean = float(p @ c)
    return float(np.sqrt(distance * (p @ (c - mean) ** 2)))


def _columns(*columns: ArrayLike) -> list[Vector]:
    found = [np.asarray(column, dtype=float) for column in columns]
    if len({column.shape for column in found}) > 1 or found[0].ndim != 1:
        raise ParameterError(
            f"expected arrays of one shape (n,); got {[column.shape for column in found]}"
        )
    return found
