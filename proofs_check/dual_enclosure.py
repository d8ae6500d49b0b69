r"""The value of a divergence bound's dual point, enclosed by ball arithmetic.

.. math:: D = \sum_j (y_j^+ u_j - y_j^- l_j) + \theta\eta
          + \theta \sum_i w_i\, \varphi^*\Big(\frac{c_i - \sum_j y_j G_{ij}}{\theta}\Big)

bounds :math:`E^Q c` from above for every law Q on the nodes with :math:`l \le E^Q G \le u` and
:math:`D_\varphi(Q|P) \le \eta`, whatever y and :math:`\theta > 0` are. Inputs are doubles, taken as
the exact numbers that they are; so the enclosure's upper end is a bound that rests on no solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import MissingData, ParameterError

if TYPE_CHECKING:
    from flint import arb

Vector = NDArray[np.float64]
Instruments = Vector | Callable[[int], Iterable[tuple[int, float]]]

_BITS = 200
_DIGITS = 30


@dataclass(frozen=True)
class Divergence:
    r"""Which :math:`\varphi`, normalised to :math:`\varphi(1) = \varphi'(1) = 0`.

    Attributes
    ----------
    kind : {"chi-squared", "kullback-leibler", "cressie-read"}
        :math:`(x-1)^2`; :math:`x \log x - x + 1`; :math:`(x^q - q(x-1) - 1)/(q(q-1))`, so that
        chi-squared is twice the last at q = 2.
    order : float or None
        q of Cressie and Read, above one.

    Raises
    ------
    ParameterError
    """

    kind: str
    order: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in _CONJUGATES:
            raise ParameterError(f"expected one of {', '.join(_CONJUGATES)}; got {self.kind!r}")
        has_order = self.order is not None and math.isfinite(self.order) and self.order > 1
        if has_order != (self.kind == "cressie-read"):
            raise ParameterError(
                f"expected an order > 1 with cressie-read alone; got {self.order} with {self.kind}"
            )


def enclosed_dual(
    weights: ArrayLike,
    payoff: ArrayLike,
    instruments: Instruments,
    multipliers: ArrayLike,
    theta: float,
    lower: ArrayLike,
    upper: ArrayLike,
    radius: float,
    divergence: Divergence,
    digits: int = _DIGITS,
) -> tuple[str, str]:
    """Return decimals below and above the dual value.

    Parameters
    ----------
    weights, payoff : array_like, shape (n,)
        Of the nodes under the prior: non-negative weights, used as they are.
    instruments : ndarray, shape (n, m), or callable
        Values on the nodes; or what gives the pairs (row, value) of a node that are not zero.
    multipliers : array_like, shape (m,)
    theta : float
        Positive.
    lower, upper : array_like, shape (m,)
        Of the rows; an infinite side needs a multiplier that does not use it.
    radius : float
    divergence : Divergence
    digits : int
        Significant decimals of the answer.

    Raises
    ------
    ParameterError
        Shapes or numbers do not fit, or a multiplier uses an infinite side.
    MissingData
        python-flint, of the extra ``artifact``, is not installed.
    """
    w, c, y, low, high = (
        np.array(x, dtype=float) for x in (weights, payoff, multipliers, lower, upper)
    )
    _require_shapes(w, c, y, low, high, instruments, theta, radius)
    with ball_arithmetic() as ball:
        rows = (
            (enumerate(row.tolist()) for row in instruments)
            if isinstance(instruments, np.ndarray)
            else map(instruments, range(w.size))
        )
        held = [ball(multiplier) for multiplier in y.tolist()]
        left = [ball(worth) for worth in c.tolist()]
        for i, row in enumerate(rows):
            for j, value in row:
                left[i] -= held[j] * ball(float(value))
        cost = ball(0)
        for multiplier, below, above in zip(y.tolist(), low.tolist(), high.tolist(), strict=True):
            if multiplier:
                cost += ball(multiplier) * ball(above if multiplier > 0 else below)
        charge = charge_of(map(ball, w.tolist()), left, ball(float(theta)), divergence)
        return decimals(cost + ball(float(theta)) * ball(float(radius)) + charge, digits)


@contextmanager
def ball_arithmetic() -> Iterator[Any]:
    """Give the type of balls, at 200 bits for as long as the context lasts.

    Raises
    ------
    MissingData
        python-flint, of the extra ``artifact``, is not installed.
    """
    flint = _flint()
    before, flint.ctx.prec = flint.ctx.prec, _BITS
    try:
        yield flint.arb
    finally:
        flint.ctx.prec = before


def charge_of(
    weights: Iterable[arb], left: Iterable[arb], theta: arb, divergence: Divergence
) -> arb:
    r"""Return :math:`\theta \sum_i w_i \varphi^*(x_i / \theta)` of what is left, as a ball."""
    conjugate, mean = _CONJUGATES[divergence.kind], 0 * theta
    for weight, x in zip(weights, left, strict=True):
        mean += weight * conjugate(x / theta, order=divergence.order)
    return theta * mean


def _flint() -> Any:
    try:
        import flint
    except ImportError:
        raise MissingData(
            "expected python-flint for ball arithmetic; install the extra 'artifact'"
        ) from None
    return flint


def _require_shapes(
    w: Vector,
    c: Vector,
    y: Vector,
    low: Vector,
    high: Vector,
    instruments: Instruments,
    theta: float,
    radius: float,
) -> None:
    if w.ndim != 1 or c.shape != w.shape:
        raise ParameterError(
            f"expected weights and payoff of one shape (n,); got {w.shape}, {c.shape}"
        )
    if y.ndim != 1 or low.shape != y.shape or high.shape != y.shape:
        raise ParameterError(
            f"expected multipliers, lower and upper of one shape (m,); got {y.shape}, {low.shape}, "
            f"{high.shape}"
        )
    if isinstance(instruments, np.ndarray) and instruments.shape != (w.size, y.size):
        raise ParameterError(
            f"expected instruments of shape {(w.size, y.size)}; got {instruments.shape}"
        )
    finite = all(np.all(np.isfinite(column)) for column in (w, c, y))
    if not finite or np.any(w < 0):
        raise ParameterError("expected finite numbers and weights >= 0")
    if not (theta > 0 and math.isfinite(theta) and radius >= 0 and math.isfinite(radius)):
        raise ParameterError(f"expected theta > 0 and a radius >= 0; got {theta} and {radius}")
    used = np.where(y > 0, high, low)[y != 0]
    if not np.all(np.isfinite(used)):
        raise ParameterError("expected finite sides wherever a multiplier uses them")


def _chi_squared(y: arb, order: float | None) -> arb:
    """Return y + y^2/4 above -2, else -1; both are (max(1 + y/2, 0))^2 - 1."""
    return _positive(1 + y / 2) ** 2 - 1


def _kullback_leibler(y: arb, order: float | None) -> arb:
    return y.exp() - 1


def _cressie_read(y: arb, order: float | None) -> arb:
    r"""Return :math:`((1 + (q-1) y)_+^{q/(q-1)} - 1)/q`."""
    q = type(y)(order)
    base, power = _positive(1 + (q - 1) * y), q / (q - 1)
    if base > 0:
        return (base**power - 1) / q
    # A ball that touches zero: its powers lie between zero and that of its upper end.
    most = base.upper()
    return ((most**power).union(0 * q) - 1) / q if most > 0 else -1 / q


def _positive(x: arb) -> arb:
    return x.max(0 * x)


_CONJUGATES: dict[str, Callable[..., Any]] = {
    "chi-squared": _chi_squared,
    "kullback-leibler": _kullback_leibler,
    "cressie-read": _cressie_read,
}


def decimals(value: Any, digits: int) -> tuple[str, str]:
    """Return the ends of a ball, rounded outwards to so many significant decimals."""
    ends = []
    for end, rounding in ((value.lower(), ROUND_FLOOR), (value.upper(), ROUND_CEILING)):
        number = end.fmpq()
        context = Context(prec=digits, rounding=rounding)
        ends.append(str(context.divide(int(number.p), int(number.q))))
    return ends[0], ends[1]
