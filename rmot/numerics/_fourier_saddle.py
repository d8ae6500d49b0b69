"""Knows the integrand of an option on up to three terms, and the lines on which it is least.

    Gamma(a_1) ... Gamma(a_d) / Gamma(1 + n + sum_j a_j)  E[A_0^{n + sum a} prod_j A_j^{-a_j}],

n = 1 for the positive part and 0 for its sign. Up to its sign it is log-convex on the real axis, be
a_j above 0 or, for one j, between the poles at -1 and 0: there is one point at which it is least,
and along the imaginary axis it is largest there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, loggamma

from rmot.errors import AccuracyError

Vector = NDArray[np.float64]

LogMoments = Callable[
    [NDArray[np.complex128], Vector | float, bool],
    tuple[NDArray[np.complex128], Vector, NDArray[np.complex128]],
]
"""(a, admissible errors, differentiate) -> (log E A_0^{n + sum a} prod A_j^{-a_j}, errors, slopes).

Shapes (n, d), (n,) -> (n,), (n,) and (parameters, n), the last (0, n) unless asked for.
"""

_STEP = 0.03
_ACCURACY = 1e-9
_FLATTEST = 1e-6
_MOST = 1e8
_MOST_STEPS, _HALVINGS, _SHRINKAGES = 12, 6, 3
_LONGEST, _NEAR = 2.0, 0.05


@dataclass(frozen=True, eq=False)
class Integrand:
    """The moments, where they are finite, n, and which a_j are between -1 and 0, shape (d,)."""

    log_moments: LogMoments
    is_finite: Callable[[Vector], bool]
    power: int
    beyond: NDArray[np.bool_]

    def log_payoffs(self, a: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return the logarithm of the payoff's transform at a, shape (n, d)."""
        return np.sum(loggamma(a), axis=1) - loggamma(1.0 + self.power + np.sum(a, axis=1))

    def heights(self, a: Vector, accuracy: float) -> tuple[Vector, Vector]:
        """Return the logarithm of the modulus at real a, shape (n, d), and its error."""
        payoffs = np.sum(gammaln(a), axis=1) - gammaln(1.0 + self.power + np.sum(a, axis=1))
        moments, error, _ = self.log_moments(a.astype(np.complex128), accuracy, False)
        return payoffs + moments.real, error

    def odds(self, a: Vector) -> Vector:
        """Return what runs from 0 to infinity as a runs from pole to pole."""
        return np.where(self.beyond, (1.0 + a) / np.where(self.beyond, -a, 1.0), a)

    def at_odds(self, odds: Vector) -> Vector:
        """Return a of its `odds`."""
        return np.where(self.beyond, -1.0 / (1.0 + odds), odds)

    def widths(self, a: Vector) -> Vector:
        """Return the derivatives of a in the logarithms of its odds."""
        return np.where(self.beyond, -a * (1.0 + a), a)

    def is_usable(self, a: Vector) -> bool:
        """Tell whether the moments are finite at all points that `expansion` looks at."""
        if not np.all(a < _MOST):
            return False
        return all(self.is_finite(point) for point in a + self.widths(a) * _stencil(a.size))

    def expansion(self, a: Vector) -> tuple[float, Vector, Vector]:
        """Return the integrand's logarithm at a, and its slope and curvature in relative steps."""
        d = a.size
        heights, _ = self.heights(a + self.widths(a) * _stencil(d), _ACCURACY)
        half = heights.size // 2
        above, below = heights[1 : half + 1], heights[half + 1 :]
        bent = (above + below - 2.0 * heights[0]) / _STEP**2
        curvature = np.diag(bent[:d])
        pairs = [(i, j) for i in range(d) for j in range(i)]
        for (i, j), both in zip(pairs, bent[d:], strict=True):
            curvature[i, j] = curvature[j, i] = 0.5 * (both - bent[i] - bent[j])
        return float(heights[0]), (above - below)[:d] / (2.0 * _STEP), curvature


def saddle_point(integrand: Integrand, start: Vector) -> Vector:
    """Return roughly the real a at which the integrand is least.

    Its logarithm is convex, and infinite beyond a convex set: Newton's iteration finds the least
    value, unless it meets points so close to infinite ones that differences are no derivatives. It
    starts again nearer to 0 then, where all is finite.

    Raises
    ------
    AccuracyError
        If no finite moment is found.
    """
    for shrinkage in range(_SHRINKAGES):
        found = _by_newton(integrand, np.where(integrand.beyond, start, start * 0.5**shrinkage))
        if found is not None:
            return found
    return _by_simplex(integrand, start)


def whitenings(integrand: Integrand, saddle: Vector) -> list[NDArray[np.float64]]:
    """Return matrices L with L' H L = 1 for the curvature H at the saddle.

    Each a_j in turn moves alone along an axis. In the first matrix the one nearest to a pole comes
    first, so that its long way to where it decays takes no other along; in the second it comes
    last. Which is better depends on how the moment decays far out.
    """
    curvature = integrand.expansion(saddle)[2]
    # steps were relative
    widths = integrand.widths(saddle)
    curvature /= np.outer(widths, widths)
    size, axes = np.linalg.eigh(curvature)
    curvature = axes @ np.diag(np.maximum(size, _FLATTEST * size.max())) @ axes.T
    found = []
    for order in (np.argsort(saddle), np.argsort(-saddle)):
        factor = np.linalg.cholesky(curvature[np.ix_(order, order)])
        found.append(np.linalg.inv(factor).T[np.argsort(order)])
    return found if saddle.size > 1 else found[:1]


def _by_simplex(integrand: Integrand, start: Vector) -> Vector:
    def height(log_odds: Vector) -> float:
        a = integrand.at_odds(np.exp(log_odds))
        if not (np.all(a < _MOST) and integrand.is_finite(a)):
            return np.inf
        value, error = integrand.heights(a[None, :], 1e-4)
        return float(value[0]) if error[0] < 0.1 else np.inf

    log_odds = np.log(integrand.odds(start))
    while not np.isfinite(height(log_odds)):
        log_odds -= np.where(integrand.beyond, 0.0, 0.5)
        if np.all(integrand.beyond | (log_odds < -40.0)):
            raise AccuracyError("expected moments near 1 to be finite; none were found")
    options = {"xatol": 0.02, "fatol": 0.01, "maxiter": 200}
    found = minimize(height, log_odds, method="Nelder-Mead", options=options)
    return integrand.at_odds(np.exp(found.x))


def _by_newton(integrand: Integrand, start: Vector) -> Vector | None:
    """Return the saddle by damped steps, or None if they do not get there."""
    a = start
    if not integrand.is_usable(a):
        return None
    height, slope, curvature = integrand.expansion(a)
    for _ in range(_MOST_STEPS):
        if np.min(np.linalg.eigvalsh(curvature)) <= 0.0:
            return None
        step = -np.linalg.solve(curvature, slope)
        if np.max(np.abs(step)) < _NEAR:
            return a
        step *= min(1.0, _LONGEST / np.max(np.abs(step)))
        for _ in range(_HALVINGS):
            # relative steps: 1 + x upwards, its inverse downwards, keep odds positive
            ratio = (1.0 + np.maximum(step, 0.0)) / (1.0 + np.maximum(-step, 0.0))
            there = integrand.at_odds(integrand.odds(a) * ratio)
            if integrand.is_usable(there):
                found = integrand.expansion(there)
                if found[0] < height:
                    break
            step *= 0.5
        else:
            return None
        a, (height, slope, curvature) = there, found
    return None


def _stencil(d: int) -> NDArray[np.float64]:
    """Return the relative steps of an expansion: none, along axes and pairs of them, both ways."""
    sides = np.eye(d)
    shifts = [*sides, *(sides[i] + sides[j] for i in range(d) for j in range(i))]
    return _STEP * np.array([np.zeros(d), *shifts, *(-shift for shift in shifts)])
