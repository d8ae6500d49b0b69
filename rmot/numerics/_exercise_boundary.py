r"""Knows the early-exercise boundary of an American put under Black and Scholes.

In units where maturity and strike are 1, with :math:`v = \sigma\sqrt T`, :math:`\rho = rT` and
:math:`\delta = qT`, the boundary solves :math:`B = e^{(\delta-\rho) t} N(t, B) / D(t, B)`. Two
forms of N and D have that fixed point; with
:math:`d_\pm(t, z) = [\log z + (\rho-\delta) t]/(v\sqrt t) \pm v\sqrt t/2`, the first is

.. math:: N &= \frac{\varphi(d_-(t, B(t)))}{v\sqrt t}
            + \rho\int_0^t \frac{e^{\rho u}}{v\sqrt{t-u}}\varphi(d_-(t-u, B(t)/B(u)))\,du, \\
          D &= \frac{\varphi(d_+)}{v\sqrt t} + \Phi(d_+) + \delta\int_0^t e^{\delta u}
            \Big[\Phi(d_+) + \frac{\varphi(d_+)}{v\sqrt{t-u}}\Big] du,

which converges in few steps but fails where the drift is large against the volatility, and the
second, :math:`N = \Phi(d_-) + \rho\int e^{\rho u}\Phi(d_-)`, :math:`D = \Phi(d_+) + \delta\int
e^{\delta u}\Phi(d_+)`, converges slowly but always did. With :math:`X = \min(1, \rho/\delta)` the
limit of B at maturity, :math:`\log(X/B)^2` is a polynomial in :math:`\sqrt t` through Chebyshev
points, and the integrals run over :math:`\theta`, :math:`u = t\cos^2\theta`, in which both ends
are smooth.

References
----------
.. [1] L. Andersen, M. Lake, D. Offengenden, "High-performance American option pricing",
   *J. Computational Finance* 20 (2016) 39–87: fixed points A and B, with partial Newton steps.
.. [2] G. Barone-Adesi, R. Whaley, "Efficient analytic approximation of American option values",
   *J. Finance* 42 (1987) 301–320: the starting boundary.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

_SQRT2 = math.sqrt(2.0)
_INVERSE_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
_TOLERANCE = 1e-6
_STEPS_FIRST_FORM = 30
_STEPS_SECOND_FORM = 150
_FAST_DRIFT = 1.0


class Rule(NamedTuple):
    r"""Where the boundary is collocated and how its integrals are summed.

    Attributes
    ----------
    root_time : ndarray, shape (n,)
        Chebyshev points in (0, 1], where :math:`\log(X/B)` is held.
    sine, cosine, weight : ndarray, shape (l,)
        Gauss–Legendre in :math:`\theta` on :math:`(0, \pi/2)` for the boundary's equation.
    inside : ndarray, shape (n, l, n)
        Takes values at the points to those at ``root_time[i] * cosine[j]``.
    price_sine, price_weight : ndarray, shape (m,)
        The same for the price; the weight includes :math:`dt/d\theta`.
    at_price : ndarray, shape (m, n)
        Takes values at the points to those at the price's cosines.
    """

    root_time: NDArray[np.float64]
    sine: NDArray[np.float64]
    cosine: NDArray[np.float64]
    weight: NDArray[np.float64]
    inside: NDArray[np.float64]
    price_sine: NDArray[np.float64]
    price_weight: NDArray[np.float64]
    at_price: NDArray[np.float64]


def collocation(points: int, boundary_nodes: int, price_nodes: int) -> Rule:
    """Return the rule with so many Chebyshev points and quadrature nodes."""
    grid = 0.5 * (1.0 + np.cos(np.pi * np.arange(points + 1) / points))
    sine, cosine, weight = _angles(boundary_nodes)
    price_sine, price_cosine, price_weight = _angles(price_nodes)
    root_time = grid[:points].copy()
    # The function vanishes at the last point, maturity itself.
    inside = barycentric(grid, root_time[:, None] * cosine)[..., :points]
    at_price = barycentric(grid, price_cosine)[..., :points]
    return Rule(
        root_time,
        sine,
        cosine,
        weight,
        np.ascontiguousarray(inside),
        price_sine,
        2.0 * price_weight * price_sine * price_cosine,
        np.ascontiguousarray(at_price),
    )


def barycentric(grid: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, shape (..., n), the matrix that interpolates from Chebyshev extrema to `at`."""
    weight = (-1.0) ** np.arange(grid.size)
    weight[[0, -1]] *= 0.5
    away = at[..., None] - grid
    on_grid = away == 0.0
    terms = weight / np.where(on_grid, 1.0, away)
    matrix = terms / terms.sum(axis=-1, keepdims=True)
    return np.where(on_grid.any(axis=-1, keepdims=True), on_grid, matrix)


def _angles(
    nodes: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    point, weight = np.polynomial.legendre.leggauss(nodes)
    angle = 0.25 * math.pi * (1.0 + point)
    return np.sin(angle), np.cos(angle), 0.25 * math.pi * weight


@kernel
def log_limit(rho, delta):
    """Return log X, the boundary just before maturity, for rho > 0 or delta <= 0."""
    return math.log(rho / delta) if delta > rho else 0.0


@kernel
def _first_boundary(v, rho, delta, root_time, g):
    limit = math.exp(log_limit(rho, delta))
    half = rho - delta - 0.5 * v * v
    root = -(half + math.sqrt(half * half + 2.0 * rho * v * v)) / (v * v)
    perpetual = root / (root - 1.0)
    for i in range(root_time.size):
        x = root_time[i]
        decay = ((rho - delta) * x * x - 2.0 * v * x) * limit / max(limit - perpetual, 1e-12)
        b = perpetual + (limit - perpetual) * math.exp(min(decay, 0.0))
        g[i] = math.log(limit / b)


@kernel
def _iterate(v, rho, delta, rule, first_form, steps, g):
    """Improve g = log(X/B) in place; return whether it converged."""
    n = rule.root_time.size
    limit = log_limit(rho, delta)
    drift = rho - delta
    interest = np.empty((n, rule.sine.size))
    dividend = np.empty((n, rule.sine.size))
    for i in range(n):
        for j in range(rule.sine.size):
            t = rule.root_time[i] * rule.root_time[i]
            u = t * rule.cosine[j] * rule.cosine[j]
            measure = 2.0 * rule.weight[j] * t * rule.sine[j] * rule.cosine[j]
            interest[i, j] = rho * math.exp(rho * u) * measure
            dividend[i, j] = delta * math.exp(delta * u) * measure
    squared = np.empty(n)
    for _ in range(steps):
        for i in range(n):
            squared[i] = g[i] * g[i]
        largest = 0.0
        for i in range(n):
            deviation = v * rule.root_time[i]
            t = rule.root_time[i] * rule.root_time[i]
            here = g[i]
            d_plus = (limit - here + drift * t) / deviation + 0.5 * deviation
            d_minus = d_plus - deviation
            density_plus = _INVERSE_SQRT_2PI * math.exp(-0.5 * d_plus * d_plus) / deviation
            density_minus = _INVERSE_SQRT_2PI * math.exp(-0.5 * d_minus * d_minus) / deviation
            above = 0.5 * math.erfc(-d_plus / _SQRT2)
            if first_form:
                numerator = density_minus
                denominator = density_plus + above
                slope_numerator = -density_minus * d_minus / deviation
                slope_denominator = density_plus - density_plus * d_plus / deviation
            else:
                numerator = 0.5 * math.erfc(-d_minus / _SQRT2)
                denominator = above
                slope_numerator = density_minus
                slope_denominator = density_plus
            for j in range(rule.sine.size):
                interpolated = 0.0
                for k in range(n):
                    interpolated += rule.inside[i, j, k] * squared[k]
                there = math.sqrt(max(interpolated, 0.0))
                e = deviation * rule.sine[j]
                d = (there - here + drift * t * rule.sine[j] * rule.sine[j]) / e + 0.5 * e
                if first_form:
                    density = _INVERSE_SQRT_2PI * math.exp(-0.5 * d * d) / e
                    numerator += (
                        interest[i, j] * _INVERSE_SQRT_2PI * math.exp(-0.5 * (d - e) * (d - e)) / e
                    )
                    denominator += dividend[i, j] * (0.5 * math.erfc(-d / _SQRT2) + density)
                else:
                    numerator += interest[i, j] * 0.5 * math.erfc((e - d) / _SQRT2)
                    denominator += dividend[i, j] * 0.5 * math.erfc(-d / _SQRT2)
            image = math.log(numerator / denominator) - drift * t
            # Newton's step with the integrals held fixed
            slope = slope_numerator / numerator - slope_denominator / denominator
            step = (image - limit + here) / (1.0 - min(slope, 0.5))
            g[i] = max(here - step, 0.0)
            largest = max(largest, abs(g[i] - here))
            if not math.isfinite(step):
                return False
        if largest <= _TOLERANCE * v:
            return True
    return False


@kernel
def solve_boundary(v, rho, delta, rule, g):
    """Write log(X/B) at the rule's points into g; return whether it converged."""
    if delta - rho > -_FAST_DRIFT * v:
        _first_boundary(v, rho, delta, rule.root_time, g)
        if _iterate(v, rho, delta, rule, True, _STEPS_FIRST_FORM, g):
            return True
    _first_boundary(v, rho, delta, rule.root_time, g)
    return _iterate(v, rho, delta, rule, False, _STEPS_SECOND_FORM, g)


@kernel
def boundary_at_price_nodes(rule, g, out):
    """Interpolate log(X/B) to the nodes of the price's integral."""
    for m in range(rule.price_sine.size):
        total = 0.0
        for k in range(g.size):
            total += rule.at_price[m, k] * g[k] * g[k]
        out[m] = math.sqrt(max(total, 0.0))


@kernel
def price_weights(rho, delta, rule):
    """Return, shape (2, m), the weights of both terms of `exercise_premium`'s integral."""
    weights = np.empty((2, rule.price_sine.size))
    for m in range(rule.price_sine.size):
        s = rule.price_sine[m] * rule.price_sine[m]
        weights[0, m] = 0.5 * rule.price_weight[m] * rho * math.exp(-rho * s)
        weights[1, m] = 0.5 * rule.price_weight[m] * delta * math.exp(-delta * s)
    return weights


@kernel
def exercise_premium(x, v, rho, delta, rule, weights, boundary):
    r"""Return the early-exercise premium of the put with log S/K = x above the boundary.

    :math:`\int_0^1 \rho e^{-\rho s}\Phi(-d_-) - \delta e^{x-\delta s}\Phi(-d_+)\,ds` with
    :math:`d_\pm` of :math:`S/B(1-s)` over the time s: the integral representation in [1].
    """
    shifted = x - log_limit(rho, delta)
    spot = math.exp(x)
    total = 0.0
    for m in range(rule.price_sine.size):
        s = rule.price_sine[m] * rule.price_sine[m]
        e = v * rule.price_sine[m]
        d = (shifted + boundary[m] + (rho - delta) * s) / e + 0.5 * e
        total += weights[0, m] * math.erfc((d - e) / _SQRT2)
        if delta != 0.0:
            total -= spot * weights[1, m] * math.erfc(d / _SQRT2)
    return total
