r"""How far a semi-static hedge falls short of a payoff, over all pairs of prices.

Given x, what is left over is linear in y between the nodes of the second date and the payoff's
kinks. It is therefore least on the lines :math:`y = P + Q x` that these draw, or falls towards
infinity. Between the places where anything bends it is there

.. math:: f(x) = A + B x + C x^2 + D / x,

whose least value is known: exactly where D = 0, else from below, D/x being replaced by a tangent
or a chord on short pieces. Payoffs of returns have the last term, and deltas that fall like 1/x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.payoffs import TwoDatePayoff
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.hedge import Deltas

Vector = NDArray[np.float64]

_PARTS = 8
_DEPTH = 9
_SHARP = 1e-11
_ROUNDING = 4e-15


@dataclass(frozen=True, eq=False)
class Slack:
    """The least of what is left over.

    Attributes
    ----------
    least : float
        Over all pairs of prices, given that it does not fall for ever.
    along_first, along_second : float
        Its least slopes as the first price grows, or the second alone (zero at most).
    cells, floors : ndarray, shapes (m,)
        Where cells of first prices start, and the least over each.
    """

    least: float
    along_first: float
    along_second: float
    cells: Vector
    floors: Vector


def breaks(payoff: TwoDatePayoff, dates: tuple[QuotedDate, QuotedDate]) -> Vector:
    """Return the first prices where anything bends on those lines, increasing from zero."""
    first, second = dates
    crossed = [first.nodes, np.zeros(1)]
    lines = list(zip(payoff.offsets, payoff.multiples, strict=True))
    for p, q in lines:
        if q != 0:
            crossed += [(second.nodes - p) / q, np.array([-p / q])]
        crossed += [np.array([(r - p) / (q - s)]) for r, s in lines if q != s]
    found = np.unique(np.concatenate(crossed))
    return found[found >= 0]


def slack(
    payoff: TwoDatePayoff,
    dates: tuple[QuotedDate, QuotedDate],
    phi: Vector,
    psi: Vector,
    deltas: Deltas,
    more: Vector | None = None,
) -> Slack:
    """Return the least of phi(x) + psi(y) + delta(x) (y - x) - c(x, y).

    Portfolios are given by their values at the dates' nodes, and their slopes at infinity. Cells
    of first prices also end at `more`.
    """
    first, second = dates
    extra = np.empty(0) if more is None else more
    ends = np.unique(np.concatenate([breaks(payoff, dates), deltas.starts, extra]))
    low, high = ends, np.append(ends[1:], np.inf)
    inside = np.append((low[:-1] + high[:-1]) / 2, 2 * low[-1] + 1.0)
    piece = np.searchsorted(deltas.starts, inside, side="right") - 1
    alpha, beta, kappa = (
        column[piece][:, None] for column in (deltas.levels, deltas.slopes, deltas.inverses)
    )
    start, slope = _pieces(first, phi, inside)
    p, q, worth, rise = _lines(payoff, second, psi, inside)
    n0, n1 = _numerators(payoff, inside, p, q)
    a = start[:, None] + worth + alpha * p + kappa * (q - 1)
    b = slope[:, None] + rise + alpha * (q - 1) + beta * p
    c = np.broadcast_to(beta * (q - 1), a.shape)
    d = np.broadcast_to(kappa * p, a.shape)
    if payoff.per_first:
        a, d = a - n1, d - n0
    else:
        a, b = a - n0, b - n1
    # A line below zero is of no concern.
    seen = p + q * inside[:, None] >= 0
    least = np.where(seen, _least(a, b, c, d, low[:, None], high[:, None]), np.inf)
    steep = float(np.min(b[-1], initial=0.0, where=seen[-1]))
    floors = least.min(axis=1)
    return Slack(
        float(floors.min()),
        min(0.0, steep),
        _beyond(payoff, psi[-1], alpha[:, 0], beta[:, 0], kappa[:, 0], low, high),
        low,
        floors,
    )


def _pieces(date: QuotedDate, portfolio: Vector, at: Vector) -> tuple[Vector, Vector]:
    """Return intercept and slope of the piece on which each price lies."""
    piece = np.searchsorted(date.nodes[date.starts], at, side="right") - 1
    i = date.starts[piece]
    nodes = np.append(date.nodes, np.inf)
    last = i == date.size - 1
    run = np.where(last, 1.0, nodes[i + 1] - nodes[i])
    rise = np.where(last, portfolio[-1], (portfolio[i + 1] - portfolio[i]) / run)
    return portfolio[i] - rise * nodes[i], rise


def _lines(
    payoff: TwoDatePayoff, date: QuotedDate, psi: Vector, inside: Vector
) -> tuple[Vector, Vector, Vector, Vector]:
    """Return P and Q of the lines, and psi on them: its value at x = 0, and its slope in x."""
    p = np.concatenate([date.nodes, payoff.offsets])[None]
    q = np.concatenate([np.zeros(date.size), payoff.multiples])[None]
    shape = (inside.size, date.size)
    worth = [np.broadcast_to(psi[:-1], shape)]
    rise = [np.zeros(shape)]
    for offset, multiple in zip(payoff.offsets, payoff.multiples, strict=True):
        start, slope = _pieces(date, psi, np.maximum(offset + multiple * inside, 0.0))
        worth.append((start + slope * offset)[:, None])
        rise.append((slope * multiple)[:, None])
    return p, q, np.hstack(worth), np.hstack(rise)


def _numerators(
    payoff: TwoDatePayoff, inside: Vector, p: Vector, q: Vector
) -> tuple[Vector, Vector]:
    """Return n0 and n1 with c = n0 + n1 x on each line, or that over x."""
    cash, units, second = payoff.base
    n0 = np.broadcast_to(cash + second * p, (inside.size, p.size)).copy()
    n1 = np.broadcast_to(units + second * q, (inside.size, p.size)).copy()
    for offset, multiple, bend in zip(payoff.offsets, payoff.multiples, payoff.bends, strict=True):
        paid = (p - offset) + (q - multiple) * inside[:, None] > 0
        # a kink's own line: both sides agree there
        paid &= ~((p == offset) & (q == multiple))
        n0 += np.where(paid, bend * (p - offset), 0.0)
        n1 += np.where(paid, bend * (q - multiple), 0.0)
    return n0, n1


def _least(a: Vector, b: Vector, c: Vector, d: Vector, low: Vector, high: Vector) -> Vector:
    """Bound A + B x + C x^2 + D / x from below between low and high."""
    far = ~np.isfinite(high)
    ends = np.where(far, low, high)
    found = _quadratic(a, b, c, low, ends)
    # What rounding may hide: steep pieces are differences of large terms.
    size = np.abs(a) + ends * (np.abs(b) + np.abs(c) * ends)
    size += np.divide(np.abs(d), low, out=np.zeros(found.shape), where=low > 0)
    curved = np.broadcast_to(d != 0, found.shape)
    if curved.any():
        a, b, c, d, low, ends, shut = (
            np.broadcast_to(x, found.shape)[curved] for x in (a, b, c, d, low, ends, far)
        )
        beyond = _towards_infinity(a, b, d, low)
        found[curved] = np.where(shut, beyond, _split(a, b, c, d, low, ends))
    return found - _ROUNDING * size


def _towards_infinity(a: Vector, b: Vector, d: Vector, low: Vector) -> Vector:
    """Bound f beyond the last break, where C = 0, given that B >= 0."""
    inverse = np.divide(d, low, out=np.zeros(d.shape), where=low > 0)
    return a + b * low + np.minimum(inverse, 0.0)


def _split(a: Vector, b: Vector, c: Vector, d: Vector, low: Vector, high: Vector) -> Vector:
    """Bound f from below on ever shorter parts, as long as that tells anything."""
    best = np.full(a.shape, np.inf)
    open_, least = np.arange(a.size), best
    for depth in range(_DEPTH):
        count = _PARTS if depth else 1
        width = (high - low) / count
        u = low[:, None] + width[:, None] * np.arange(count)
        v = np.append(u[:, 1:], high[:, None], axis=1)
        own = [x[:, None] for x in (a, b, c, d)]
        bound = _with_inverse(*own, u, v)
        seen = np.minimum(_at(*own, np.where(u > 0, u, v)), _at(*own, v))
        loose = (bound < np.minimum(seen, 0.0) - _SHARP) & np.isfinite(bound)
        np.minimum.at(best, open_, np.where(loose, np.inf, bound).min(axis=1))
        rows, parts = np.nonzero(loose)
        if not rows.size:
            return best
        least = bound[rows, parts]
        a, b, c, d, open_ = a[rows], b[rows], c[rows], d[rows], open_[rows]
        low, high = u[rows, parts], v[rows, parts]
    np.minimum.at(best, open_, least)
    return best


def _at(a: Vector, b: Vector, c: Vector, d: Vector, x: Vector) -> Vector:
    return a + x * (b + c * x) + d / x


def _with_inverse(a: Vector, b: Vector, c: Vector, d: Vector, u: Vector, v: Vector) -> Vector:
    """Replace D / x by what lies below it and is linear."""
    at_zero = u == 0
    u = np.where(at_zero, v / 2, u)
    middle = np.where(d > 0, (u + v) / 2, np.sqrt(u * v))
    height = np.where(d > 0, 2 * d / middle, d * (1 / u + 1 / v))
    tilt = np.where(d > 0, -d / middle**2, -d / (u * v))
    # Towards zero D / x is at least its value at the end, or falls for ever.
    height = np.where(at_zero, np.where(d >= 0, d / v, -np.inf), height)
    tilt = np.where(at_zero, 0.0, tilt)
    start = np.where(at_zero, 0.0, u)
    return _quadratic(a + height, b + tilt, c, start, v)


def _quadratic(a: Vector, b: Vector, c: Vector, low: Vector, high: Vector) -> Vector:
    """Return the least of A + B x + C x^2 between low and high."""
    found = np.minimum(a + low * (b + c * low), a + high * (b + c * high))
    bent = c > 0
    at = np.divide(-b, 2 * c, out=np.full(found.shape, -1.0), where=bent)
    within = bent & (at > low) & (at < high)
    return np.where(within, a + b * at / 2, found)


def _beyond(
    payoff: TwoDatePayoff,
    psi: float,
    alpha: Vector,
    beta: Vector,
    kappa: Vector,
    low: Vector,
    high: Vector,
) -> float:
    """Return the least slope as the second price grows, over all first prices."""
    steep = float(payoff.base[2] + payoff.bends.sum())
    inverse, constant = (kappa - steep, 0.0) if payoff.per_first else (kappa, steep)
    least = np.inf
    for end in (low, np.where(np.isfinite(high), high, 2 * low + 1.0)):
        at = end > 0
        slope = psi + alpha - constant + beta * end
        slope[at] += inverse[at] / end[at]
        # Towards zero a slope that falls like 1/x outweighs all else.
        slope[~at] = np.where(inverse[~at] != 0, np.copysign(np.inf, inverse[~at]), slope[~at])
        least = min(least, float(slope.min()))
    return min(0.0, least)
