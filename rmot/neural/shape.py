r"""Knows how variance depends on the Volterra process: a network about the exponential.

.. math:: V_t = \xi_0(t) \frac{f(t, G_t)}{E f(t, G_t)}, \qquad \log f(t, g) = \eta g + N(\sqrt t, g)

where N is a perceptron with bounded hidden units and a last layer that starts at 0: at the start V
is rough Bergomi's, ever after log f grows like eta g, so that all moments of V are finite. Means
over a normal g are Gauss-Hermite sums. As functions of what is known of g they are kept as
Chebyshev series of their logarithms, which the smoothing makes short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import ParameterError
from rmot.neural.jaxed import eqx, jax, jnp

DEGREE = 20
REACH = 6.5
"""Deviations of G to either side that a series covers; beyond it is held constant."""

_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(32)
_LOG_MASSES = np.log(_MASSES / _MASSES.sum())
_ANGLES = np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1)
_PLACES = np.cos(_ANGLES)
_TO_SERIES = 2.0 / (DEGREE + 1) * np.cos(np.outer(np.arange(DEGREE + 1), _ANGLES))
_TO_SERIES[0] *= 0.5


MOST_WEIGHTS = 1 << 24
"""Of a perceptron: a file must not be able to ask for more than there is memory."""


def require_feasible(width: int, depth: int, inputs: int = 2) -> None:
    """Refuse a perceptron of more than `MOST_WEIGHTS` weights.

    Raises
    ------
    ParameterError
    """
    weights = width * (inputs + 1 + depth * (width + 1))
    if weights > MOST_WEIGHTS:
        raise ParameterError(
            f"expected a network of at most {MOST_WEIGHTS} weights; a width of {width} and a "
            f"depth of {depth} on {inputs} inputs make about {weights}"
        )


class Layer(eqx.Module):
    """An affine map, weight of shape (out, in) and offset of shape (out,)."""

    weight: jax.Array
    offset: jax.Array

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return the image of x, shape (..., in)."""
        return x @ self.weight.T + self.offset


class Shape(eqx.Module):
    """The function log f.

    Attributes
    ----------
    log_vol_of_vol : array, scalar
        log eta.
    hidden : tuple of Layer
        From (sqrt(t), g) on, each followed by tanh.
    last : Layer
        To a number.
    """

    log_vol_of_vol: jax.Array
    hidden: tuple[Layer, ...]
    last: Layer

    @classmethod
    def rough_bergomi(cls, vol_of_vol: float, width: int, depth: int, seed: int) -> Shape:
        """Return the exponential: hidden weights drawn from the seed, the last layer 0."""
        rng, hidden, size = np.random.default_rng(seed), [], 2
        for _ in range(depth):
            weight = rng.standard_normal((width, size)) / np.sqrt(size)
            hidden.append(Layer(jnp.asarray(weight), jnp.asarray(rng.standard_normal(width))))
            size = width
        last = Layer(jnp.zeros((1, size)), jnp.zeros(1))
        return cls(jnp.log(jnp.asarray(vol_of_vol)), tuple(hidden), last)

    @property
    def vol_of_vol(self) -> jax.Array:
        """The slope eta of log f far out."""
        return jnp.exp(self.log_vol_of_vol)

    def log_f(self, times: jax.Array, g: jax.Array) -> jax.Array:
        """Return log f(t, g), times of shape (rows,), g of shape (rows, m)."""
        x = jnp.stack(jnp.broadcast_arrays(jnp.sqrt(times)[:, None], g), axis=-1)
        for layer in self.hidden:
            x = jnp.tanh(layer(x))
        return self.vol_of_vol * g + self.last(x)[..., 0]


class Series(eqx.Module):
    """log E[f(t, x + rest)] - log E f as functions of x, one a row.

    Attributes
    ----------
    coefficients : array, shape (rows, DEGREE + 1)
    width : array, shape (rows,)
        x / width lies in [-1, 1].
    """

    coefficients: jax.Array
    width: jax.Array

    def __call__(self, x: ArrayLike) -> jax.Array:
        """Return the values at x, shape (..., rows)."""
        return _clenshaw(self.coefficients, jnp.clip(jnp.asarray(x) / self.width, -1.0, 1.0))

    def rows(self, chosen: slice) -> Series:
        """Return some of the rows."""
        return Series(self.coefficients[chosen], self.width[chosen])

    def slope(self, x: jax.Array) -> jax.Array:
        """Return the derivatives at x, shape (..., rows)."""
        by_place = _of_slope(self.coefficients) / self.width[:, None]
        return _clenshaw(by_place, jnp.clip(x / self.width, -1.0, 1.0))


def expected(shape: Shape, times: jax.Array, known: jax.Array, rest: jax.Array) -> Series:
    """Return the logarithm of f's mean given a part of its normal argument, whose own mean is 1.

    Parameters
    ----------
    shape : Shape
    times : array, shape (rows,)
    known, rest : array, shape (rows,)
        Variances of the known part, and of what is averaged.
    """
    width = REACH * jnp.sqrt(known + rest)
    x = width[:, None] * _PLACES
    g = x[:, :, None] + _root(rest)[:, None, None] * _NODES
    rows = times.shape[0]
    log_f = shape.log_f(times, g.reshape(rows, -1)).reshape(g.shape)
    means = jax.scipy.special.logsumexp(log_f + _LOG_MASSES, axis=2)
    series = Series(means @ _TO_SERIES.T, width)
    at_nodes = series(_NODES[:, None] * _root(known))
    norm = jax.scipy.special.logsumexp(at_nodes + _LOG_MASSES[:, None], axis=0)
    return Series(series.coefficients.at[:, 0].add(-norm), width)


def _root(variance: jax.Array) -> jax.Array:
    """Return the square root; its derivative is 0 where it is 0."""
    inside = variance > 0.0
    return jnp.where(inside, jnp.sqrt(jnp.where(inside, variance, 1.0)), 0.0)


@jax.custom_jvp
def _clenshaw(coefficients: jax.Array, z: jax.Array) -> jax.Array:
    ahead = after = jnp.zeros_like(z)
    for n in range(coefficients.shape[1] - 1, 0, -1):
        ahead, after = coefficients[:, n] + 2.0 * z * ahead - after, ahead
    return coefficients[:, 0] + z * ahead - after


@_clenshaw.defjvp
def _clenshaw_slopes(
    at: tuple[jax.Array, jax.Array], move: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    # the series of the derivative, rather than that of every step of the recursion
    coefficients, z = at
    by_place = _clenshaw(_of_slope(coefficients), z)
    return _clenshaw(coefficients, z), by_place * move[1] + _clenshaw(move[0], z)


def _of_slope(coefficients: jax.Array) -> jax.Array:
    """Return the coefficients of the derivative."""
    to_slope = np.polynomial.chebyshev.chebder(np.eye(coefficients.shape[1])).T
    return coefficients @ to_slope.astype(coefficients.dtype)
