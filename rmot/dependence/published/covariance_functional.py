r"""The rough covariance functional of 001, (2.2)-(2.4), and that of 002, (6), as printed.

.. math:: \Psi = \frac{\eta_i \eta_j}{4 \Gamma(H_i + \frac12) \Gamma(H_j + \frac12)}
          \int_0^T\!\!\int_0^T (T-s)^{H_i - \frac12} (T-t)^{H_j - \frac12}
          \sqrt{\xi_i(s) \xi_j(t)}\; \Sigma(s, t)\, ds\, dt, \qquad
          \Sigma = \tfrac12 (s^{2 H_i} + t^{2 H_j} - |s - t|^{H_i + H_j}),

with Lemma 2.2's :math:`E \sqrt{\nu_s \nu_t} \approx \sqrt{\xi_i(s) \xi_j(t)}`, and
:math:`\log E e^{iuX} = \sum \log \varphi_i(u_i) + \sum \rho_{ij} \Psi_{ij}`. No argument u is
in :math:`\Psi`, so that the right-hand side is not one at u = 0. 002 has
:math:`\mathrm{Cov} = \rho_{ij} \int_0^T E \sqrt{V_i V_j} ds` instead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, roots_jacobi

from rmot.errors import ParameterError

Vector = NDArray[np.float64]
Curve = Callable[[Vector], Vector]

_NODES = 60


def covariance_functional(
    hurst: tuple[float, float],
    vol_of_vol: tuple[float, float],
    forward_variance: tuple[float | Curve, float | Curve],
    maturity: float,
    n_nodes: int = _NODES,
) -> float:
    """Return Psi of (2.3).

    Parameters
    ----------
    hurst, vol_of_vol : (float, float)
        H and eta of both assets.
    forward_variance : pair of float or callable
        xi, a number or a function of times (n,).
    maturity : float
        In years.
    n_nodes : int
        Of Gauss-Jacobi quadrature along each axis.

    Raises
    ------
    ParameterError
        H is not in (0, 1/2], or a number is not positive.
    """
    a, b = hurst
    if not (0 < min(hurst) <= max(hurst) <= 0.5 and maturity > 0 and min(vol_of_vol) >= 0):
        raise ParameterError(
            "expected H in (0, 1/2], vols of vol >= 0 and a maturity > 0; got "
            f"{hurst}, {vol_of_vol} and {maturity}"
        )
    roots = [_root(one, maturity) for one in forward_variance]
    # With x = (T - s) / T the powers at both ends are weights of the quadrature.
    first = [_single(roots[0], a, power, n_nodes) for power in (0.0, 2 * a)]
    second = [_single(roots[1], b, power, n_nodes) for power in (0.0, 2 * b)]
    separate = maturity ** (2 * a) * first[1] * second[0]
    separate += maturity ** (2 * b) * first[0] * second[1]
    kinked = _below(roots[0], roots[1], a, b, n_nodes) + _below(roots[1], roots[0], b, a, n_nodes)
    inner = 0.5 * maturity ** (a + b + 1) * (separate - maturity ** (a + b) * kinked)
    scale = vol_of_vol[0] * vol_of_vol[1] / (4 * gamma(a + 0.5) * gamma(b + 0.5))
    return float(scale * inner)


def _single(root: Curve, hurst: float, power: float, n_nodes: int) -> float:
    """Integrate x^(H - 1/2) (1 - x)^power root(x) over (0, 1)."""
    nodes, weights = _jacobi(n_nodes, power, hurst - 0.5)
    return float(weights @ root(nodes))


def _below(outer: Curve, inner: Curve, a: float, b: float, n_nodes: int) -> float:
    """Integrate x^(a - 1/2) y^(b - 1/2) (x - y)^(a + b) and both roots over 0 < y < x < 1."""
    nodes, weights = _jacobi(n_nodes, 0.0, 2 * (a + b))
    shares, of_shares = _jacobi(n_nodes, a + b, b - 0.5)
    inside = inner(np.outer(nodes, shares)) @ of_shares
    return float((weights * outer(nodes)) @ inside)


def published_log_characteristic_function(
    marginals: ArrayLike, correlation: float, functional: float
) -> NDArray[np.complex128]:
    """Return the right-hand side of (2.2) for two assets.

    Parameters
    ----------
    marginals : array_like, complex, shape (n, 2)
        Logarithms of the marginal characteristic functions at u, a row an argument.
    correlation, functional : float
    """
    logs = np.asarray(marginals, dtype=complex)
    if logs.ndim != 2 or logs.shape[1] != 2:
        raise ParameterError(f"expected logarithms of shape (n, 2); got {logs.shape}")
    return logs.sum(axis=1) + correlation * functional


def log_price_covariance(
    correlation: float, variances: tuple[float | Curve, float | Curve], maturity: float
) -> float:
    """Return (6) of 002 with E sqrt(V V) read as the root of the forward variances' product."""
    nodes, weights = _jacobi(_NODES, 0.0, 0.0)
    first, second = (_curve(one)(maturity * nodes) for one in variances)
    return float(correlation * maturity * (weights @ np.sqrt(first * second)))


def _jacobi(count: int, at_one: float, at_zero: float) -> tuple[Vector, Vector]:
    """Return nodes on (0, 1) and weights for (1 - z)^at_one z^at_zero."""
    nodes, weights = roots_jacobi(count, at_one, at_zero)
    return 0.5 * (nodes + 1.0), weights * 0.5 ** (at_one + at_zero + 1.0)


def _curve(given: float | Curve) -> Curve:
    if callable(given):
        return given
    value = float(given)
    if not value > 0:
        raise ParameterError(f"expected a forward variance > 0; got {given}")
    return lambda times: np.full(np.shape(times), value)


def _root(given: float | Curve, maturity: float) -> Curve:
    curve = _curve(given)
    return lambda x: np.sqrt(curve(maturity * (1.0 - x)))
