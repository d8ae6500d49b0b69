"""Means of f and its series against quadrature of another kind."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from rmot.neural.jaxed import eqx, jnp
from rmot.neural.shape import Layer, Series, Shape, expected

TIMES, KNOWN, REST = (jnp.asarray(each) for each in ([0.1, 0.3], [0.2, 0.0], [0.3, 0.5]))


def bent(seed=1):
    """A shape whose last layer is not 0."""
    shape = Shape.rough_bergomi(1.4, 8, 2, seed)
    weight = 0.5 * np.random.default_rng(seed).standard_normal((1, 8))
    return eqx.tree_at(lambda s: s.last, shape, Layer(jnp.asarray(weight), jnp.ones(1)))


def test_at_the_start_variance_is_rough_bergomi():
    series = expected(Shape.rough_bergomi(1.4, 8, 2, 0), TIMES, KNOWN, REST)
    x = np.linspace(-1.5, 1.5, 7)[:, None] * np.ones(2)
    # the mean of exp(1.4 x) over the known part is divided out
    assert np.allclose(series(x), 1.4 * x - 0.5 * 1.4**2 * np.asarray(KNOWN), atol=1e-12)
    assert np.allclose(series.slope(jnp.asarray(x)), 1.4, atol=1e-11)


@pytest.mark.parametrize("row", [0, 1])
def test_means_are_those_of_quadrature(row):
    shape = bent()

    def f(g):
        return float(np.exp(shape.log_f(TIMES[row : row + 1], jnp.full((1, 1), g))[0, 0]))

    def mean(centre, variance):
        deviation = np.sqrt(variance)
        return quad(lambda z: f(centre + deviation * z) * norm.pdf(z), -9, 9, epsrel=1e-10)[0]

    series = expected(shape, TIMES, KNOWN, REST)
    whole = mean(0.0, float(KNOWN[row] + REST[row]))
    for x in (-0.8, 0.0, 0.9):
        wanted = np.log(mean(x, float(REST[row])) / whole)
        # a series of degree 20 of a perceptron: its last coefficients tell what it leaves out
        left = float(np.abs(np.asarray(series.coefficients)[row, -3:]).sum())
        assert left < 1e-3
        assert float(series(jnp.full(2, x))[row]) == pytest.approx(wanted, abs=3 * left + 1e-8)


def test_slopes_are_derivatives_of_the_series():
    series = expected(bent(), TIMES, KNOWN, REST)
    x, bump = jnp.array([0.3, -0.4]), 1e-5
    difference = (series(x + bump) - series(x - bump)) / (2 * bump)
    assert np.allclose(series.slope(x), difference, rtol=1e-8)


def test_a_series_is_a_chebyshev_sum():
    coefficients = np.random.default_rng(0).standard_normal((2, 6))
    z = np.array([[0.3, -0.9], [1.0, 0.0]])
    wanted = [np.polynomial.chebyshev.chebval(z[:, n], coefficients[n]) for n in (0, 1)]
    found = Series(jnp.asarray(coefficients), jnp.ones(2))(z)
    assert np.allclose(found, np.transpose(wanted), rtol=1e-13)
