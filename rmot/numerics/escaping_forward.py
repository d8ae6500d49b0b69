r"""How much forward a relative-entropy ball can lose to infinity, and hence what far calls keep.

.. math:: \lim_{K \to \infty} \sup E^Q (S - K)^+ = \sup\{c \ge 0 : m(c) + \theta^* c \le \eta\},
          \quad m(c) = \inf\{KL(Q|P) : E^Q S = F - c,\;
          l_j \le E^Q h_j \le u_j\},

where :math:`h_j` are bounded functions such as min(S, K_j), whose quotes do not see what escapes,
and :math:`\theta^* = \sup\{\theta : E_P e^{\theta S} < \infty\}`. The law behind the supremum is
:math:`dQ/dP \propto \exp(\lambda \cdot h + (\theta^* - \tau) S)`: Newton's iteration finds lambda
for each tau > 0, and a scalar root finder the tau that uses up the radius.

Derived in MATHEMATICS, Theorem A; the tilted form is Csiszar's (1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from rmot.errors import AccuracyError, InfeasibleRadius, ParameterError

Vector = NDArray[np.float64]

_STEPS = 200
_HALVINGS = 50
_SETTLED = 1e-11
_SUFFICIENT = 1e-4
# A rise of the dual too small to be seen beside its rounding: Newton's full step is taken.
_ROUNDING = 1e-12
# Bounds of log(tau F) between which the radius is sought.
_TILTS = (-18.0, 12.0)


@dataclass(frozen=True, eq=False)
class EscapingForward:
    """What is left when as much of the forward as the radius allows has escaped.

    Attributes
    ----------
    escaped : float
        The c above, in the units of the price.
    density : ndarray, shape (n,)
        dQ/dP of the law that is left.
    entropy : float
        KL(Q|P), at most the radius.
    """

    escaped: float
    density: Vector
    entropy: float


def escaping_forward(
    points: ArrayLike,
    weights: ArrayLike,
    radius: float,
    *,
    forward: float = 1.0,
    bounded: ArrayLike | None = None,
    lower: ArrayLike = (),
    upper: ArrayLike = (),
    critical_slope: float = 0.0,
) -> EscapingForward:
    """Return the most forward that a relative-entropy ball lets escape.

    Parameters
    ----------
    points, weights : array_like, shape (n,)
        Prices and their probabilities under P.
    radius : float
        eta, above the least at which the quotes can be met.
    forward : float
        F.
    bounded : array_like, shape (J, n), optional
        h_j on the points.
    lower, upper : array_like, shape (J,)
        l_j and u_j; equal for a quote that is met exactly.
    critical_slope : float
        theta*.

    Raises
    ------
    ParameterError
        Shapes do not fit.
    InfeasibleRadius
        Below the least divergence that meets forward and quotes.
    AccuracyError
        Newton's iteration did not settle, as where no law meets the quotes.
    """
    s, p = np.asarray(points, dtype=float), np.asarray(weights, dtype=float)
    h = np.empty((0, s.size)) if bounded is None else np.asarray(bounded, dtype=float)
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    if s.shape != p.shape or h.shape != (low.size, s.size) or low.shape != high.shape:
        raise ParameterError(
            f"expected points and weights (n,), bounded (J, n), lower and upper (J,); got "
            f"{s.shape}, {p.shape}, {h.shape}, {low.shape}, {high.shape}"
        )
    if np.any(low > high):
        raise ParameterError("expected lower <= upper; a quote is crossed")
    tilt = _Tilt(np.log(p), h, low, high)
    found = EscapingForward(0.0, np.ones(s.size), 0.0)

    def excess(log_tau: float) -> float:
        nonlocal found
        slope = critical_slope - exp(log_tau) / forward
        law, entropy = tilt.nearest(slope * s)
        escaped = forward - float(law @ s)
        found = EscapingForward(escaped, law / p, entropy)
        return entropy + critical_slope * escaped - radius

    first, last = _TILTS
    if excess(first) > 0.0:
        raise InfeasibleRadius(
            f"expected a radius of at least {found.entropy:.6g}, which forward and quotes need; "
            f"got {radius:g}"
        )
    # The tilt is extended only as far as needed: too far no law meets the quotes any more.
    right = first
    while excess(right) <= 0.0 and right < last:
        right += 1.0
    log_tau = brentq(excess, right - 1.0, right, xtol=1e-13)
    excess(float(log_tau))  # pyright: ignore[reportArgumentType]
    if found.escaped < 0.0:
        raise InfeasibleRadius(
            f"expected a radius that the forward {forward:g} can be met with; got {radius:g}"
        )
    return found


class _Tilt:
    """Laws nearest to P in relative entropy, given an exponent, that meet the quotes."""

    def __init__(self, log_weights: Vector, h: Vector, low: Vector, high: Vector) -> None:
        scale = np.maximum(np.max(np.abs(h), axis=1, initial=0.0), 1e-300)
        self._log_weights, self._h = log_weights, h / scale[:, None]
        self._low, self._high = low / scale, high / scale
        self._multipliers = np.zeros(low.size)

    def nearest(self, exponent: Vector) -> tuple[Vector, float]:
        """Return the law's probabilities and its relative entropy to P."""
        base = self._log_weights + exponent
        x = self._multipliers
        value, law, gradient, sign = self._look(base, x)
        for _ in range(_STEPS):
            free = sign != 0.0
            if np.all(np.abs(gradient[free]) <= _SETTLED):
                break
            moved = self._h[free] - (self._h[free] @ law)[:, None]
            hessian = (moved * law) @ moved.T
            ridge = 1e-14 * (np.trace(hessian) / max(free.sum(), 1) + 1e-300)
            step = np.zeros(x.size)
            step[free] = np.linalg.solve(hessian + ridge * np.eye(hessian.shape[0]), gradient[free])
            x, (value, law, gradient, sign) = self._search(
                base, x, step, sign, value, float(gradient[free] @ step[free])
            )
        else:
            raise AccuracyError(
                "expected quotes that a law of finite entropy meets; the largest miss left is "
                f"{np.max(np.abs(gradient)):.1e} of the payoff's range"
            )
        self._multipliers = x
        kept = law > 0.0
        return law, float(law[kept] @ (np.log(law[kept]) - self._log_weights[kept]))

    def _look(self, base: Vector, x: Vector) -> tuple[float, Vector, Vector, Vector]:
        """Return dual value, law, gradient, and the sign of each multiplier that is free."""
        exponent = base + x @ self._h
        top = float(np.max(exponent))
        law = np.exp(exponent - top)
        total = float(law.sum())
        law /= total
        value = float(np.where(x > 0, self._low, self._high) @ x) - top - log(total)
        mean = self._h @ law
        up, down = self._low - mean, self._high - mean
        exact = self._low == self._high
        sign = np.where(x != 0.0, np.sign(x), np.where(up > 0, 1.0, np.where(down < 0, -1.0, 0.0)))
        sign = np.where(exact, 2.0, sign)
        gradient = np.where(sign > 0, up, np.where(sign < 0, down, 0.0))
        return value, law, gradient, sign

    def _search(
        self, base: Vector, x: Vector, step: Vector, sign: Vector, value: float, rise: float
    ) -> tuple[Vector, tuple[float, Vector, Vector, Vector]]:
        """Halve the step until the dual rises; a multiplier that would change sign stops at 0."""
        size = 1.0
        for _ in range(_HALVINGS):
            tried = x + size * step
            tried = np.where((np.abs(sign) == 1.0) & (tried * sign < 0.0), 0.0, tried)
            seen = self._look(base, tried)
            if rise <= _ROUNDING or seen[0] >= value + _SUFFICIENT * size * rise:
                return tried, seen
            size *= 0.5
        return x, self._look(base, x)
