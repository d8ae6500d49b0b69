r"""Knows the grid on which a surrogate tells a smile, and what lies between its nodes.

Strikes are counted in deviations, and volatilities in units, of the level that a variance swap has:

.. math:: z = \frac{k}{\bar\sigma \sqrt T}, \qquad y = \frac{\sigma(k)}{\bar\sigma}, \qquad
    \bar\sigma^2 = \frac1T \int_0^T E V_t \, dt
    = \theta + (V_0 - \theta) \sum_n \frac{(-\kappa T^\alpha)^n}{\Gamma(\alpha n + 2)}.

y is a polynomial in s, z = z_0 + a sinh(b s + c), given by its values at Chebyshev's nodes: they
lie densest where the smile of a rough model turns, at z about 0.7. Strikes beyond the grid have
the volatility of its end.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import rgamma

from benchmarks.surrogate.box import CENTRE, MEAN_REVERSION, SCALE
from rmot.neural.jaxed import jax, jnp

NODES = 32
LOW, HIGH = -3.2, 2.2
"""Of z: quotes reach from -3 to 2 deviations at the money, which lie no further out in z."""

_TURN, _WIDTH = 0.7, 0.35
_FIRST, _LAST = (float(np.arcsinh((end - _TURN) / _WIDTH)) for end in (LOW, HIGH))
_LENGTH = _LAST - _FIRST
# kappa T^alpha is below one, and the series alternates: what is left out is below 1e-15
_TERMS = 20

_ANGLES = np.pi * (np.arange(NODES) + 0.5) / NODES
_DEGREES = np.arange(NODES)
PLACES = _TURN + _WIDTH * np.sinh(_FIRST + (_LAST - _FIRST) * (np.cos(_ANGLES) + 1.0) / 2.0)
"""Places z of the nodes, decreasing."""

TO_SERIES = 2.0 / NODES * np.cos(np.outer(_DEGREES, _ANGLES))
TO_SERIES[0] *= 0.5


def level(point: jax.Array, maturities: tuple[float, ...]) -> jax.Array:
    """Return the volatility of a variance swap, shape of the maturities, at a point of the box."""
    x = CENTRE + SCALE * point
    decay = _decays(maturities) @ _chebyshev(4.0 * x[0] - 1.0, _TERMS)
    initial, long_run = jnp.exp(x[3]), jnp.exp(x[4])
    return jnp.sqrt(long_run + (initial - long_run) * decay)


@cache
def _decays(maturities: tuple[float, ...]) -> NDArray[np.float64]:
    """Return how much of V_0 - theta is left on average, as series in 4H - 1."""
    n, places = np.arange(_TERMS), np.cos(np.pi * (np.arange(_TERMS) + 0.5) / _TERMS)
    alpha = ((places + 1.0) / 4.0 + 0.5)[:, None]
    terms = [(-MEAN_REVERSION * t**alpha) ** n * rgamma(alpha * n + 2.0) for t in maturities]
    values = np.sum(terms, axis=2)
    return np.linalg.solve(np.polynomial.chebyshev.chebvander(places, _TERMS - 1), values.T).T


def basis(z: jax.Array) -> jax.Array:
    """Return Chebyshev's polynomials at z, shape (..., NODES)."""
    s = 2.0 * (jnp.arcsinh((jnp.clip(z, LOW, HIGH) - _TURN) / _WIDTH) - _FIRST) / _LENGTH - 1.0
    return _chebyshev(s, NODES)


def _chebyshev(s: jax.Array, count: int) -> jax.Array:
    found = jnp.stack([jnp.ones_like(s), s], axis=-1)
    while found.shape[-1] < count:
        # T_{n+j} = 2 T_n T_j - T_{n-j}: few operations are compiled sooner than a long recursion
        more = 2.0 * found[..., -1:] * found[..., 1:] - found[..., -2::-1]
        found = jnp.concatenate([found, more], axis=-1)
    return found[..., :count]


def pace(z: jax.Array) -> jax.Array:
    """Return ds/dz, zero beyond the grid."""
    inner = (z > LOW) & (z < HIGH)
    return jnp.where(inner, 2.0 / _LENGTH / jnp.sqrt(_WIDTH**2 + (z - _TURN) ** 2), 0.0)


def slopes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return dy/dz at the nodes from y there, shape (..., NODES)."""
    return values @ _DERIVATIVE.T


DERIVED = np.zeros((NODES, NODES))
"""Coefficients of dy/ds from those of y."""
DERIVED[:-1] = np.polynomial.chebyshev.chebder(np.eye(NODES), axis=0)

_DERIVATIVE = np.asarray(pace(jnp.asarray(PLACES)))[:, None] * (
    np.polynomial.chebyshev.chebvander(np.cos(_ANGLES), NODES - 1) @ DERIVED @ TO_SERIES
)
