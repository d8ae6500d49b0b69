"""Prices under a Gaussian copula against quadrature, and the matrix of least variance."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.stats import norm

from rmot.models import BlackScholes
from rmot.studies.capital.books import Book
from rmot.studies.capital.copulas import copula_prices, least_variance
from rmot.transport import (
    smile_quantile,
)


@pytest.mark.parametrize("sizes", [(1, 1), (3, 1), (1, 1, 1), (5, 2, 1), (4, 3, 2, 2, 1), [1] * 9])
def test_the_matrix_of_least_variance_attains_the_least(sizes):
    v = np.array(sizes, dtype=float)
    matrix = least_variance(v)
    assert np.allclose(np.diag(matrix), 1.0, rtol=0, atol=1e-15)
    assert np.linalg.eigvalsh(matrix)[0] > -1e-12
    least = max(0.0, 2 * v.max() - v.sum()) ** 2
    assert v @ matrix @ v == pytest.approx(least, abs=1e-12 * v.sum() ** 2)


def two_lognormals(weights, strike, deviations, correlation):
    """Price the call by quadrature over one normal, Black's formula over the other."""
    points, masses = hermegauss(200)
    masses = masses / masses.sum()
    (w, v), (s, t) = weights, deviations
    own = w * np.exp(-0.5 * s**2 + s * points)
    rest = t * np.sqrt(1 - correlation**2)
    forward = v * np.exp(-0.5 * (t * correlation) ** 2 + t * correlation * points)
    left = strike - own
    safe = np.maximum(left, 1e-300)
    d = np.log(forward / safe) / rest + 0.5 * rest
    black = forward * norm.cdf(d) - safe * norm.cdf(d - rest)
    return float(masses @ np.where(left > 0, black, forward - left))


@pytest.mark.parametrize("correlation", [-0.6, 0.5, 0.9])
def test_prices_under_a_copula_are_those_of_quadrature(correlation):
    maturity, volatilities = 0.25, (0.2, 0.35)
    laws = [smile_quantile(BlackScholes(volatility=v), maturity) for v in volatilities]
    matrix = np.array([[1.0, correlation], [correlation, 1.0]])
    held = Book("two", ("A", "B"), (0.6, 0.4), (1.0, 1.1), (0.5, 0.5))
    prices, errors = copula_prices(held, laws, matrix, 1 << 13, seed=5)
    deviations = np.array(volatilities) * np.sqrt(maturity)
    for strike, price, error in zip(held.strikes, prices, errors, strict=True):
        exact = two_lognormals(held.weights, strike, deviations, correlation)
        # the quantiles are interpolated between 400 strikes, to 1e-6
        assert price == pytest.approx(exact, abs=4 * error + 2e-6)
