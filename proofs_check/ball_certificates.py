r"""A divergence bound enclosed from the hedge that it ships, so that it rests on no solver.

.. math:: D = h + \nu \cdot F + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j) + \theta\eta
          + \theta\, E_P\, \varphi^*\Big(\frac{c - h - \nu \cdot S - \lambda \cdot g}{\theta}\Big)

is at least :math:`E^Q c` for every law Q that meets quotes and forwards with
:math:`D_\varphi(Q|P) \le \eta`, whatever the hedge and :math:`\theta > 0` are; the lower side is that
of -c, mirrored. Beyond the prior's last node

- order 2 extends :math:`\varphi^*` without truncation, so that the tail's moments give its
  expectation exactly, and adds :math:`v_m + v_c (s - s^*)`, which no law is worth less than zero;
  any :math:`v \ge 0` will do, and the best is found in floating point;
- order 1 holds the tail's mass at its start: forwards are bought until :math:`c - H` falls from there.

At :math:`\theta = 0` the hedge has to dominate, and D is its cost with the cash it lacks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from proofs_check.dual_enclosure import Divergence, ball_arithmetic, charge_of, decimals
from proofs_check.unhedged import Unhedged, flattened, unhedged
from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior, Tail
from rmot.payoffs import Payoff
from rmot.transport import (
    Bounds,
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    Quotes,
)
from rmot.transport.hedge import mirrored

if TYPE_CHECKING:
    from flint import arb

Vector = NDArray[np.float64]

_DIGITS = 36
_UNIT_ROUNDOFF = 2.0**-53


@dataclass(frozen=True)
class Enclosure:
    """Decimals on both sides of a dual value, and the bound stated for it.

    Attributes
    ----------
    side : {"lower", "upper"}
    below, above : str
        The value's. No law is worth more than `above` for the upper side, less than `below` for
        the lower one.
    stated : float
    gap : float
        The solver's own.
    rounding : float
        How far a sum of doubles may be off: unit roundoff, times how many, times their size.
    """

    side: str
    below: str
    above: str
    stated: float
    gap: float
    rounding: float

    @property
    def distance(self) -> float:
        """From the stated bound to the enclosure, rounded once; zero inside."""
        stated = Fraction(self.stated)
        return float(max(Fraction(self.below) - stated, stated - Fraction(self.above), Fraction(0)))

    @property
    def holds(self) -> bool:
        """Whether the stated bound lies within gap and rounding of the enclosure."""
        return self.distance <= self.gap + self.rounding


def enclose_bound(
    payoff: Payoff | ArrayLike,
    prior: Prior,
    quotes: Quotes | None,
    forwards: ArrayLike,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
    bounds: Bounds,
    side: str = "upper",
) -> Enclosure:
    """Enclose the dual value of the hedge behind one side of a bound.

    Parameters
    ----------
    payoff, prior, quotes, forwards, divergence
        As `rmot.transport.price_bounds` was given them.
    bounds : Bounds
        What it answered; of this only the hedge and the radius enter the value.
    side : {"upper", "lower"}

    Raises
    ------
    ParameterError
        The bound is classical, no finite hedge attains it (its theta is infinite: the ball holds
        one law), theta has the wrong sign, or arguments do not fit.
    MissingData
        python-flint, of the extra ``artifact``, is not installed.
    """
    if side not in ("lower", "upper"):
        raise ParameterError(f"expected a side 'lower' or 'upper'; got {side!r}")
    if bounds.radius is None:
        raise ParameterError("expected bounds of a divergence ball; got classical ones")
    upper = side == "upper"
    hedge = bounds.upper_hedge if upper else mirrored(bounds.lower_hedge)
    if not 0 <= hedge.theta < math.inf:
        raise ParameterError(
            f"expected a finite theta >= 0 (upper) or <= 0 (lower); got that of {hedge}: where the "
            "ball holds a single law no finite hedge proves its price"
        )
    means = _forwards(forwards, prior.points.shape[1:])
    item = payoff if isinstance(payoff, Payoff) else np.asarray(payoff, dtype=float)
    with ball_arithmetic() as ball:
        given = unhedged(ball, item, prior, quotes, means, hedge, 1 if upper else -1)
        total = sum(map(ball, prior.weights.tolist()), ball(prior.tail.mass if prior.tail else 0))
        if hedge.theta == 0:
            value = _of_super_hedge(flattened(ball, given, prior, means))
            charge = 0.0
        else:
            theta, radius = ball(hedge.theta), ball(bounds.radius.value)
            priced = _priced(ball, given, prior, means, theta, total, divergence)
            value = priced + theta * radius
            charge = abs(float(priced - given.cost)) + float(theta * radius)
        below, above = decimals(value if upper else -value, _DIGITS)
    terms = prior.weights.size + hedge.forwards.size + hedge.positions.size + 1
    rounding = _UNIT_ROUNDOFF * terms * (given.size + charge)
    stated = bounds.upper if upper else bounds.lower
    return Enclosure(side, below, above, stated, bounds.gap, rounding)


def _priced(
    ball: Any,
    given: Unhedged,
    prior: Prior,
    forwards: Vector,
    theta: arb,
    total: arb,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
) -> arb:
    """Return cost and theta E_P phi*(x / theta); weights are normalised here."""
    phi, tail = _normalised(divergence), prior.tail
    weights = [ball(weight) / total for weight in prior.weights.tolist()]
    if given.tail is None or tail is None:
        return given.cost + charge_of(weights, given.left, theta, phi)
    if divergence.order == 2.0:
        inside = charge_of(weights, given.left, theta, phi)
        curvature = ball(divergence.multiple) * theta
        return given.cost + inside + _on_tail(ball, given.tail, tail, curvature) / total
    if divergence.order == 1.0:
        flat = flattened(ball, given, prior, forwards)
        height, _ = flat.tail or given.tail
        nodes = [*weights, ball(tail.mass) / total]
        return flat.cost + charge_of(nodes, [*flat.left, height], theta, phi)
    raise ParameterError(
        f"expected ChiSquared or KullbackLeibler with a prior that has a tail; got {divergence}"
    )


def _on_tail(ball: Any, line: tuple[arb, arb], tail: Tail, curvature: arb) -> arb:
    r"""Return :math:`E[x + x^2 / (2 k \theta)]` over the tail, `curvature` being k theta."""
    start, mass, first = ball(tail.start), ball(tail.mass), ball(tail.first_moment)
    moments = (
        mass,
        first - start * mass,
        ball(tail.second_moment) - 2 * start * first + start**2 * mass,
    )

    def mean(height: Any, slope: Any, m: Any, k: Any) -> Any:
        square = height**2 * m[0] + 2 * height * slope * m[1] + slope**2 * m[2]
        return height * m[0] + slope * m[1] + square / (2 * k)

    m, k, (a, b) = [float(moment) for moment in moments], float(curvature), map(float, line)
    # Where neither constraint binds, where one does, where both do.
    candidates = [(-k, 0.0), (a, -(k + a) * m[1] / m[2]), (-k - b * m[1] / m[0], b), (a, b)]
    allowed = [(max(0.0, h - a), max(0.0, s - b)) for h, s in candidates]
    v_m, v_c = min(allowed, key=lambda v: mean(a + v[0], b + v[1], m, k))
    return mean(line[0] + ball(v_m), line[1] + ball(v_c), moments, curvature)


def _of_super_hedge(given: Unhedged) -> arb:
    worst = 0 * given.cost
    for x in [*given.left, *([given.tail[0]] if given.tail else [])]:
        worst = worst.max(x)
    return given.cost + worst


def _normalised(divergence: ChiSquared | CressieRead | KullbackLeibler) -> Divergence:
    if isinstance(divergence, CressieRead):
        return Divergence("cressie-read", divergence.order)
    if isinstance(divergence, ChiSquared):
        return Divergence("chi-squared")
    if isinstance(divergence, KullbackLeibler):
        return Divergence("kullback-leibler")
    raise ParameterError(f"expected a divergence with a ball; got {divergence!r}")


def _forwards(forwards: ArrayLike, shape: tuple[int, ...]) -> Vector:
    try:
        return np.broadcast_to(np.asarray(forwards, dtype=float), shape).astype(float).ravel()
    except ValueError:
        raise ParameterError(
            f"expected a forward or an array of shape {shape}; got shape {np.shape(forwards)}"
        ) from None
