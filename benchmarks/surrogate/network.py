r"""Knows a surrogate as a function of the point: a perceptron, or a polynomial, then components.

Both give the Chebyshev coefficients of y on each maturity,

    c(u) = mean + sum_j f_j(u) component_j,

where the components are those of a principal component analysis of the smiles learned from. The
perceptron follows B. Horvath, A. Muguruza and M. Tomas, "Deep learning volatility", Quantitative
Finance 21 (2021), which learns a grid of volatilities, and C. Bayer and B. Stemper, "Deep
calibration of rough stochastic volatility models" (2018).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from benchmarks.surrogate.box import FREE
from benchmarks.surrogate.exact import Smiles
from benchmarks.surrogate.smile_grid import DERIVED, NODES, TO_SERIES, basis, level, pace
from rmot.neural.jaxed import eqx, jax, jnp

Array = NDArray[np.float64]

REACH = 1.05
"""Of the box on which surrogates are trained, against the one on which they are used."""


class Components(eqx.Module):
    """Coefficients as an affine function of a few numbers.

    Attributes
    ----------
    mean : array, shape (maturities, NODES)
    directions : array, shape (components, maturities, NODES)
    """

    mean: jax.Array
    directions: jax.Array

    def __call__(self, numbers: jax.Array) -> jax.Array:
        """Return coefficients, shape (maturities, NODES)."""
        return self.mean + jnp.tensordot(numbers, self.directions, 1)


class Surrogate(eqx.Module):
    """Numbers of a point, and the smiles that they make.

    Attributes
    ----------
    maturities : tuple of float
        In years.
    numbers : Module
        From a point, shape (5,), to numbers of the components.
    components : Components
    """

    maturities: tuple[float, ...] = eqx.field(static=True)
    numbers: Callable[[jax.Array], jax.Array]
    components: Components

    def volatility(self, point: jax.Array, log_moneyness: jax.Array) -> jax.Array:
        """Return implied volatilities, shape (maturities, n) as log-moneyness has it."""
        unit = level(point, self.maturities)
        z = log_moneyness / (unit * np.sqrt(self.maturities))[:, None]
        series = self.components(self.numbers(point))
        return unit[:, None] * jnp.einsum("mnc,mc->mn", basis(z), series)

    def with_gradient(
        self, point: jax.Array, log_moneyness: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Return the same, and its derivatives in the point, shape (maturities, n, 5).

        With y(z) at z = k / (level sqrt T), d sigma = (y - z y_z) d level + level dy.
        """
        maturity = np.array(self.maturities)
        unit, unit_slope = _both(lambda u: level(u, self.maturities), point)
        series, series_slope = _both(lambda u: self.components(self.numbers(u)), point)
        z = log_moneyness / (unit * np.sqrt(maturity))[:, None]
        polynomials = basis(z)
        y = jnp.einsum("mnc,mc->mn", polynomials, series)
        along = y - z * pace(z) * jnp.einsum("mnc,mc->mn", polynomials, series @ DERIVED.T)
        gradient = along[..., None] * unit_slope[:, None, :]
        gradient += unit[:, None, None] * jnp.einsum("mnc,mcp->mnp", polynomials, series_slope)
        return unit[:, None] * y, gradient


def _both(
    function: Callable[[jax.Array], jax.Array], point: jax.Array
) -> tuple[jax.Array, jax.Array]:
    return function(point), jax.jacfwd(function)(point)


class Perceptron(eqx.Module):
    """Affine maps with x sigmoid(x) between them.

    Attributes
    ----------
    weights, offsets : tuple of array
    """

    weights: tuple[jax.Array, ...]
    offsets: tuple[jax.Array, ...]

    @classmethod
    def drawn(cls, width: int, depth: int, outputs: int, seed: int) -> Perceptron:
        """Draw weights in single precision."""
        generator = np.random.default_rng(seed)
        sizes = [len(FREE), *[width] * depth, outputs]
        weights, offsets = [], []
        for last, size in pairwise(sizes):
            weights.append(generator.standard_normal((size, last)) / np.sqrt(last))
            offsets.append(0.3 * generator.standard_normal(size) * (size != outputs))
        single = (tuple(jnp.asarray(x, jnp.float32) for x in each) for each in (weights, offsets))
        return cls(*single)

    def __call__(self, point: jax.Array) -> jax.Array:
        """Return the numbers of a point."""
        x = point
        for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
            x = jax.nn.silu(weight @ x + offset)
        return self.weights[-1] @ x + self.offsets[-1]


class Polynomial(eqx.Module):
    """A polynomial of bounded total degree, in products of Chebyshev's.

    Attributes
    ----------
    coefficients : array, shape (terms, outputs)
    degree : int
    """

    coefficients: jax.Array
    degree: int = eqx.field(static=True)

    def __call__(self, point: jax.Array) -> jax.Array:
        """Return the numbers of a point."""
        return products(point, self.degree) @ self.coefficients


def products(point: jax.Array, degree: int) -> jax.Array:
    """Return all products of Chebyshev polynomials up to a total degree, shape (terms,)."""
    x = point / REACH
    columns = [jnp.ones_like(x), x]
    for _ in range(degree - 1):
        columns.append(2.0 * x * columns[-1] - columns[-2])
    table = jnp.stack(columns[: degree + 1])
    found = jnp.ones(1)
    powers = _powers(degree)
    for j in range(len(FREE)):
        found = found * table[powers[:, j], j]
    return found


def _powers(degree: int) -> NDArray[np.intp]:
    every = product(range(degree + 1), repeat=len(FREE))
    return np.array([each for each in every if sum(each) <= degree], dtype=np.intp)


def principal_components(smiles: Smiles, count: int) -> tuple[Components, Array, Array]:
    """Return components of unit variance, and numbers and their derivatives that the smiles have.

    Returns
    -------
    components : Components
    numbers : ndarray, shape (points, components)
    gradient : ndarray, shape (points, components, 5)
    """
    flat = smiles.values.reshape(len(smiles.points), -1)
    mean = flat.mean(axis=0)
    _, spread, directions = np.linalg.svd(flat - mean, full_matrices=False)
    directions, deviation = directions[:count], spread[:count] / np.sqrt(len(flat))
    numbers = (flat - mean) @ directions.T / deviation
    slopes = smiles.gradient.reshape(*flat.shape, len(FREE))
    gradient = np.einsum("npi,cp->nci", slopes, directions) / deviation[:, None]
    shape = (-1, len(smiles.maturities), NODES)
    scaled = (directions * deviation[:, None]).reshape(shape)
    centre, along = (each @ TO_SERIES.T for each in (mean.reshape(shape)[0], scaled))
    return Components(jnp.asarray(centre), jnp.asarray(along)), numbers, gradient
