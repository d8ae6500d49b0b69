"""What a relative-entropy ball loses to infinity, against closed forms and a general optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln, lambertw

from rmot.errors import InfeasibleRadius, ParameterError
from rmot.numerics.escaping_forward import escaping_forward

STRIKES = np.array([0.8, 1.0, 1.3])


def gamma_law(shape):
    """Gauss-Legendre nodes of the gamma law of mean one, its rate being its shape."""
    x, w = np.polynomial.legendre.leggauss(2000)
    points = 15.0 * (x + 1.0)
    log_density = shape * np.log(shape) + (shape - 1) * np.log(points) - shape * points
    weights = 15.0 * w * np.exp(log_density - gammaln(shape))
    return points, weights / weights.sum()


@pytest.mark.parametrize("radius", [0.003, 0.1, 1.0])
@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_forward_lost_by_a_gamma_law_is_explicit(shape, radius):
    # Mean mu costs shape (mu - 1 - log mu); with theta* = shape, c at 1 - mu adds shape (1 - mu).
    points, weights = gamma_law(shape)
    with_slope = escaping_forward(points, weights, radius, critical_slope=shape)
    # Nodes end at 30, where e^{-30} is left out, and their weights are good to 1e-9.
    assert with_slope.escaped == pytest.approx(-np.expm1(-radius / shape), abs=1e-8)
    free = escaping_forward(points, weights, radius)
    # -mu e^{-mu} = -e^{-1 - radius/shape}, mu < 1: Lambert's function.
    mean = -lambertw(-np.exp(-1 - radius / shape)).real
    assert free.escaped == pytest.approx(1 - mean, abs=1e-8)


@pytest.mark.parametrize("half_width", [0.0, 1e-3])
def test_law_left_agrees_with_a_general_optimiser_and_meets_its_quotes(half_width):
    points = np.linspace(0.3, 2.5, 25)
    weights = np.exp(-8 * (points - 1) ** 2)
    weights /= weights.sum()
    forward = float(weights @ points)
    bounded = np.minimum.outer(STRIKES, points)
    middle = bounded @ weights + np.array([5e-4, -5e-4, 5e-4])
    lower, upper = middle - half_width, middle + half_width
    radius = 0.02
    found = escaping_forward(
        points, weights, radius, forward=forward, bounded=bounded, lower=lower, upper=upper
    )
    left = weights * found.density
    assert left.sum() == pytest.approx(1, abs=1e-12)
    assert found.entropy == pytest.approx(radius, abs=1e-10)
    assert np.all(bounded @ left >= lower - 1e-10)
    assert np.all(bounded @ left <= upper + 1e-10)
    direct = minimize(
        lambda q: q @ points,
        left * (1 + 0.01 * np.cos(points)),
        jac=lambda q: points,
        method="SLSQP",
        bounds=[(1e-15, 1)] * points.size,
        constraints=[
            {"type": "eq", "fun": lambda q: q.sum() - 1},
            {"type": "ineq", "fun": lambda q: bounded @ q - lower},
            {"type": "ineq", "fun": lambda q: upper - bounded @ q},
            {"type": "ineq", "fun": lambda q: radius - q @ np.log(q / weights)},
        ],
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    # SLSQP misses its constraints by about 1e-10, and multipliers are below 1e2 here.
    assert found.escaped == pytest.approx(forward - direct.fun, abs=1e-7)


def test_a_radius_that_the_quotes_do_not_leave_is_refused():
    points, weights = np.array([0.5, 1.0, 1.5]), np.full(3, 1 / 3)
    with pytest.raises(InfeasibleRadius, match="expected a radius of at least 0"):
        escaping_forward(
            points, weights, 1e-6, bounded=np.minimum(1.0, points)[None], lower=[0.9], upper=[0.9]
        )
    with pytest.raises(InfeasibleRadius, match="forward"):
        escaping_forward(points, weights, 1e-3, forward=0.8)


def test_shapes_are_checked():
    with pytest.raises(ParameterError, match="expected points and weights"):
        escaping_forward([1.0, 2.0], [0.5, 0.5], 0.1, lower=[1.0], upper=[1.0])
    with pytest.raises(ParameterError, match="crossed"):
        escaping_forward(
            [1.0, 2.0], [0.5, 0.5], 0.1, bounded=[[1.0, 1.0]], lower=[1.0], upper=[0.0]
        )
