"""Knows when the solution of a real fractional Riccati equation explodes, and its shape until then.

D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0, c2 > 0, explodes at a finite time exactly if c0 > 0 and
c1 > -2 (c0 c2)^{1/2}: cases A and B of S. Gerhold, C. Gerstenecker and A. Pinter, "Moment
explosions in the rough Heston model", Decisions in Economics and Finance 42 (2019). In the units
h = (c0/c2)^{1/2} g and (c0 c2)^{-1/(2 alpha)} of time there is one parameter left,

    D^alpha g = 1 + b g + g^2,   b = c1 (c0 c2)^{-1/2} > -2.

With g exploding at G, x = t/G and w = g + b/2,

    w = b/2 + G^alpha I^alpha [w^2 + 1 - b^2/4],
    w = Gamma(2 alpha)/Gamma(alpha) (G (1 - x))^{-alpha} (1 + A (1 - x)^lambda + ...),

where lambda, in [2 alpha, 1 + alpha], solves Gamma(2 alpha - lambda) Gamma(alpha) =
2 Gamma(2 alpha) Gamma(alpha - lambda): the shift by b/2 leaves no lower power. Collocation of
(1 - z)^alpha w, z = x^alpha, up to a small 1 - x, closed by that leading term, is solved by Newton
for w and G^alpha together; what the closure misses moves G by a fraction A (1 - x)^{1 + lambda}.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics._explosion_grid import ExplosionGrid, explosion_grid

_LEVELS = ((16, 1e-5), (24, 1e-6), (32, 1e-7), (48, 1e-8), (64, 1e-9), (96, 1e-10), (128, 1e-10))
_BORDER_LEVELS = ((96, 1e-10), (128, 1e-11), (180, 1e-12))
_FOLD, _BORDER_FOLD = 4, 8
_WANTED = 1e-10
_WANTED_SHAPE = 1e-7
_ROUNDING = 1e-13
_NEWTON_STEPS = 30
_BORDER = 0.03
_STRIDE = 1.6
_LARGEST_POWER = 3000.0
_LARGEST_B = 1e4


def _riccati_explosion(b: float) -> float:
    """Return G at alpha = 1: 2 arccos(b/2)/(4 - b^2)^{1/2}, continued to b > 2."""
    half = 0.5 * b
    if half < 1.0 - 1e-8:
        return math.acos(half) / math.sqrt((1.0 - half) * (1.0 + half))
    if half > 1.0 + 1e-8:
        return math.acosh(half) / math.sqrt((half - 1.0) * (half + 1.0))
    return 1.0


@dataclass(frozen=True)
class UnitExplosion:
    """Solution of D^alpha g = 1 + b g + g^2, g(0) = 0, until it explodes at G.

    Parameters
    ----------
    b : float
        Linear coefficient, above -2.
    power : float
        G^alpha.
    error : float
        Estimated relative error of G.
    shape_error : float
        Estimated error of the profile over its largest value.
    profile : ndarray, shape (n + 1,)
        (1 - z)^alpha (g + b/2) at the nodes of `grid`, z = (t/G)^alpha.
    grid : ExplosionGrid
        Nodes and order alpha.
    """

    b: float
    power: float
    error: float
    shape_error: float
    profile: NDArray[np.float64]
    grid: ExplosionGrid

    @property
    def alpha(self) -> float:
        """Order of the equation."""
        return self.grid.alpha

    @property
    def time(self) -> float:
        """G, the time of explosion."""
        return self.power ** (1.0 / self.alpha)

    def extended(self, grid: ExplosionGrid) -> NDArray[np.float64]:
        """Return the profile at the nodes of another grid, constant beyond the last of this one."""
        return self.grid.interpolate(self.profile, np.maximum(grid.left, self.grid.left[-1]))

    @property
    def last(self) -> float:
        """Largest t/G at which the solution is represented."""
        return 1.0 - self.grid.time_left

    def source(self, x: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return D^alpha g at t = x G, and its integral over (0, t), which is I^{1-alpha} g.

        Parameters
        ----------
        x : array_like
            Times in units of G, in [0, last].

        Returns
        -------
        value, integral : ndarray, shape of x

        Raises
        ------
        ParameterError
            If x is outside [0, last].
        """
        x = np.asarray(x, dtype=float)
        if not np.all((x >= 0.0) & (x <= self.last)):
            raise ParameterError(f"x must be in [0, {self.last!r}], got {x!r}")
        value, integral = self.grid.integral(x.ravel(), self.profile**2, 2.0 * self.alpha)
        value, integral = value.reshape(x.shape), integral.reshape(x.shape)
        rest = 1.0 - 0.25 * self.b**2
        return value + rest, self.time * (integral + rest * x)


def _newton(
    b: float, grid: ExplosionGrid, profile: NDArray[np.float64], power: float
) -> tuple[NDArray[np.float64], float] | None:
    """Solve for the profile and G^alpha from the ones given; None where Newton fails."""
    alpha, n = grid.alpha, grid.z.size - 1
    level = grid.left**alpha
    forcing = (1.0 - 0.25 * b * b) / math.gamma(1.0 + alpha) * level * grid.z
    leading = math.gamma(2.0 * alpha) / math.gamma(alpha)
    closure = leading * level[n] * grid.time_left**-alpha
    profile = profile.copy()
    profile[0] = 0.5 * b
    residual, jacobian = np.empty(n + 1), np.zeros((n + 1, n + 1))
    for _ in range(_NEWTON_STEPS):
        integral = grid.matrix @ profile**2 + forcing
        residual[:n] = (profile - 0.5 * b * level - power * integral)[1:]
        residual[n] = power * profile[n] - closure
        jacobian[:n, :n] = -2.0 * power * grid.matrix[1:, 1:] * profile[1:]
        jacobian[np.arange(n), np.arange(n)] += 1.0
        jacobian[:n, n] = -integral[1:]
        jacobian[n, n - 1] = power
        jacobian[n, n] = profile[n]
        change = np.linalg.solve(jacobian, residual)
        fraction = min(1.0, 0.5 * power / max(abs(change[n]), 1e-300))
        profile[1:] -= fraction * change[:n]
        power -= fraction * change[n]
        size = max(abs(change[n]) / power, np.max(np.abs(change)) / np.max(np.abs(profile)))
        if not size < 1e100:
            return None
        if size < 1e-7:
            # Newton squares the error
            return profile, power
    return None


def _classical_guess(b: float, alpha: float) -> UnitExplosion:
    """Return the classical solution at a rescaled time, its profile bent to the right ends."""
    grid = explosion_grid(alpha, *_LEVELS[0], 1.0, _FOLD)
    time = _riccati_explosion(b)
    power = math.gamma(1.0 + alpha) * 5.0 ** (alpha - 1.0) * time
    root = np.sqrt(complex(0.25 * b * b - 1.0 + 1e-14))
    classical = time * grid.left * (root / np.tanh(root * time * grid.left)).real
    leading = math.gamma(2.0 * alpha) / math.gamma(alpha) / power
    end = leading * (grid.gap / grid.time_left) ** alpha
    begin = classical[0]
    profile = 0.5 * b + (end - 0.5 * b) * (classical - begin) / (1.0 - begin)
    return UnitExplosion(b, power, math.inf, math.inf, profile, grid)


def _refine(
    guess: UnitExplosion, n: int, gap: float, scale: float, fold: int
) -> UnitExplosion | None:
    """Return the solution on a grid, from another one; None where Newton fails."""
    b = guess.b
    grid = explosion_grid(guess.alpha, n, gap, scale, fold)
    start = guess.extended(grid)
    found = _newton(b, grid, start, guess.power)
    if found is None:
        return None
    profile, power = found
    error = abs(power / guess.power - 1.0) / guess.alpha + _ROUNDING * max(1.0, 1e-4 * b * b)
    within = grid.left >= guess.grid.left[-1]
    shape_error = np.max(np.abs(profile - start)[within]) / np.max(np.abs(profile))
    return UnitExplosion(b, power, error, float(shape_error), profile, grid)


@lru_cache(maxsize=1024)
def _towards_border(b: float, alpha: float) -> UnitExplosion | None:
    """Return the solution on one grid close to b = -2, or None.

    The solution stays ever longer near g = 1, so that it is reached by strides.
    """
    if b >= -2.0 + _BORDER:
        return _best(b, alpha)
    near = _towards_border(-2.0 + _STRIDE * (b + 2.0), alpha)
    if near is None:
        return None
    # between the exponents 1 of small alpha and 1/2 of alpha = 1
    power = near.power * _STRIDE ** (0.9 if alpha < 0.95 else 0.6)
    guess = UnitExplosion(b, power, math.inf, math.inf, near.profile, near.grid)
    return _refine(guess, *_BORDER_LEVELS[0], min(1.0, 6.0 / power), _BORDER_FOLD)


@lru_cache(maxsize=1024)
def _best(b: float, alpha: float) -> UnitExplosion | None:
    """Return the solution refined until G is known to 1e-10, or as far as it goes."""
    if b >= -2.0 + _BORDER:
        best = _classical_guess(b, alpha)
        scale = 2.0 ** min(0, round(math.log2(3.5 / best.power)))
        levels, fold = _LEVELS, _FOLD
    else:
        best = _towards_border(b, alpha)
        if best is None:
            return None
        levels, fold, scale = _BORDER_LEVELS, _BORDER_FOLD, min(1.0, 8.0 / best.power)
    for n, gap in levels:
        best = _refine(best, n, gap, scale, fold) or best
        # the first is compared with a guess, which is no refinement
        if n > levels[0][0] and best.error <= _WANTED and best.shape_error <= _WANTED_SHAPE:
            break
    return best


def unit_explosion(b: float, alpha: float, accepted: float = 1e-9) -> UnitExplosion:
    """Return the explosive solution of D^alpha g = 1 + b g + g^2, g(0) = 0.

    Parameters
    ----------
    b : float
        Linear coefficient, above -2.
    alpha : float
        Order, in (1/2, 1].
    accepted : float
        Largest relative error of G.

    Returns
    -------
    UnitExplosion
        Its errors are the changes by the last refinement.

    Raises
    ------
    ParameterError
        If alpha or b is out of its domain.
    AccuracyError
        If `accepted` is exceeded: close to b = -2, where G tends to infinity, and beyond b = 3000.
    """
    if not 0.5 < alpha <= 1.0:
        raise ParameterError(f"alpha must be in (1/2, 1], got {alpha!r}")
    if not -2.0 < b < math.inf:
        raise ParameterError(f"b must be above -2 for an explosion, got {b!r}")
    solution = None
    least = 1.0 / ((b + 2.0) * math.gamma(1.0 - alpha)) if alpha < 1.0 else _riccati_explosion(b)
    if least < _LARGEST_POWER and b < _LARGEST_B:
        solution = _best(b, alpha)
    error = math.inf if solution is None else solution.error
    if solution is None or error > accepted:
        raise AccuracyError(
            f"time of explosion at b = {b!r}, alpha = {alpha!r} reaches a relative error of "
            f"{error:.1e}; {accepted:.0e} was wanted"
        )
    return solution


def explosion_time(c0: float, c1: float, c2: float, alpha: float) -> tuple[float, float]:
    """Return when the solution of D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0, explodes.

    Parameters
    ----------
    c0, c1 : float
        Real coefficients.
    c2 : float
        Positive coefficient.
    alpha : float
        Order, in (1/2, 1].

    Returns
    -------
    time : float
        inf where h stays finite: c0 <= 0, or c1 <= -2 (c0 c2)^{1/2}.
    error : float
        Estimated relative error, at most 1e-9.

    Raises
    ------
    ParameterError
        If a coefficient is not finite, c2 is not positive or alpha is outside (1/2, 1].
    AccuracyError
        If 1e-9 is not reached, close to the border of no explosion.
    """
    for name, value in (("c0", c0), ("c1", c1), ("c2", c2)):
        if not math.isfinite(value):
            raise ParameterError(f"{name} must be finite, got {value!r}")
    if not c2 > 0.0:
        raise ParameterError(f"c2 must be positive, got {c2!r}")
    if not 0.5 < alpha <= 1.0:
        raise ParameterError(f"alpha must be in (1/2, 1], got {alpha!r}")
    if c0 <= 0.0:
        return math.inf, 0.0
    mean = math.sqrt(c0) * math.sqrt(c2)
    if c1 <= -2.0 * mean:
        return math.inf, 0.0
    solution = unit_explosion(c1 / mean, alpha)
    return (solution.power / mean) ** (1.0 / alpha), solution.error
