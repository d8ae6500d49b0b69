r"""The dual points behind a divergence bound, with all that a stranger needs to evaluate them.

.. math:: D = h + \nu \cdot F + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j) + \theta\eta
          + \theta\, E_P\, \varphi^*\Big(\frac{c - h - \nu \cdot S - \lambda \cdot g}{\theta}\Big)

is at least :math:`E^Q c` for every law Q in the ball that meets quotes and forwards, whatever hedge
and :math:`\theta \ge 0` are. A certificate holds prior, quotes, payoff, radius and both hedges as
the doubles that they are; `proofs_check.verify_balls` encloses D from these alone. On the tail,
where what is left is :math:`x_0 + x_1 (s - s^*)`, the point says more:

- order 2: units :math:`v \ge 0` of :math:`1` and :math:`s - s^*` there, which no law is worth less
  than nothing;
- order 1, and :math:`\theta = 0`: forwards are bought until :math:`x_1 \le 0` exactly.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.artifact.files import write_json
from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior, Tail
from rmot.payoffs import Payoff, PiecewiseLinear
from rmot.transport._arguments import forward_means, payoff_values
from rmot.transport.bounds import Bounds
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.hedge import StaticHedge, mirrored
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_FORMAT = "rmot balls 1"


def ball_certificate(
    payoff: Payoff | ArrayLike,
    prior: Prior,
    *,
    quotes: Quotes | None = None,
    forwards: ArrayLike = 1.0,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
    bounds: Bounds,
    name: str = "",
) -> dict[str, Any]:
    """Return the certificate of both sides of a divergence bound, as JSON can hold it.

    Parameters
    ----------
    payoff, prior, quotes, forwards, divergence
        As `rmot.transport.price_bounds` was given them.
    bounds : Bounds
        What it answered.
    name : str, optional
        How the verifier calls it; by default the payoff's label.

    Returns
    -------
    dict
        What `save_balls` writes.

    Raises
    ------
    ParameterError
        The bounds are classical, the ball holds a single law, whose price no finite hedge proves,
        or arguments do not fit.
    """
    if bounds.radius is None:
        raise ParameterError("expected bounds of a divergence ball; got classical ones")
    if prior.tail is not None and divergence.order not in (1.0, 2.0):
        raise ParameterError(
            f"expected ChiSquared or KullbackLeibler with a prior that has a tail; got {divergence}"
        )
    item = payoff if isinstance(payoff, Payoff) else payoff_values(payoff)
    instruments = list(quotes.payoffs) if quotes is not None else []
    sides = {
        "upper": _point(item, prior, instruments, divergence, bounds.upper_hedge, 1),
        "lower": _point(item, prior, instruments, divergence, bounds.lower_hedge, -1),
    }
    return {
        "name": name or (item.label if isinstance(item, Payoff) else "payoff"),
        "prior": {
            "points": prior.points.tolist(),
            "weights": prior.weights.tolist(),
            "tail": asdict(prior.tail) if prior.tail else None,
        },
        "forwards": forward_means(forwards, prior.points.shape[1:]).tolist(),
        "quotes": [
            {"payoff": _shown(instrument, prior), "bid": _side(bid), "ask": _side(ask)}
            for instrument, bid, ask in zip(
                instruments,
                quotes.bid.tolist() if quotes else [],
                quotes.ask.tolist() if quotes else [],
                strict=True,
            )
        ],
        "divergence": _kind(divergence),
        "radius": bounds.radius.value,
        "payoff": _shown(item, prior),
        "upper": {"stated": float(bounds.upper), "gap": float(bounds.gap), **sides["upper"]},
        "lower": {"stated": float(bounds.lower), "gap": float(bounds.gap), **sides["lower"]},
    }


def save_balls(
    path: str | Path, certificates: list[dict[str, Any]], source: dict[str, str] | None = None
) -> None:
    """Write certificates as JSON, whole or not at all; `proofs_check.verify_balls` reads it.

    Parameters
    ----------
    path : str or Path
    certificates : list of dict
        From `ball_certificate`.
    source : dict of str, optional
        What to say of their data.
    """
    write_json(path, {"format": _FORMAT, "source": source or {}, "balls": certificates})


def _point(
    payoff: Payoff | Vector,
    prior: Prior,
    instruments: list[Payoff | Vector],
    divergence: ChiSquared | CressieRead | KullbackLeibler,
    hedge: StaticHedge,
    sign: int,
) -> dict[str, Any]:
    """Return one side's dual point, in the signs of its own side."""
    bought = hedge if sign > 0 else mirrored(hedge)
    if not 0 <= bought.theta < math.inf:
        raise ParameterError(
            "expected a ball of more than one law: the price of the only one has no finite hedge"
        )
    forwards, tail = bought.forwards.copy(), [0.0, 0.0]
    if prior.tail is not None:
        x0, x1 = _line(payoff, prior, prior.tail, instruments, bought, sign)
        if bought.theta > 0 and divergence.order == 2.0:
            tail = _worthless_tail(float(x0), float(x1), prior.tail, 2 * bought.theta)
        elif x1 > 0:
            units = Fraction(float(forwards[0])) + x1
            nearest = float(units)
            forwards[0] = nearest if nearest >= units else math.nextafter(nearest, math.inf)
    return {
        "cash": float(hedge.cash),
        "forwards": (sign * forwards).tolist(),
        "positions": hedge.positions.tolist(),
        "theta": float(hedge.theta),
        "tail": tail,
    }


def _line(
    payoff: Payoff | Vector,
    prior: Prior,
    tail: Tail,
    instruments: list[Payoff | Vector],
    bought: StaticHedge,
    sign: int,
) -> tuple[Fraction, Fraction]:
    """Return exactly what is left at the tail's start, as its limit from above, and its slope."""
    units = [float(sign), *(-bought.positions).tolist()]
    a, b = -Fraction(bought.cash), -Fraction(float(bought.forwards[0]))
    for amount, item in zip(units, [payoff, *instruments], strict=True):
        if not isinstance(item, Payoff):
            raise ParameterError("expected payoff objects: values on the nodes have no tail")
        slope, intercept = prior.tail_of(item)
        a += Fraction(amount) * Fraction(intercept)
        b += Fraction(amount) * Fraction(slope)
    return a + b * Fraction(tail.start), b


def _worthless_tail(x0: float, x1: float, tail: Tail, curvature: float) -> list[float]:
    r"""Return the v >= 0 for which :math:`E[x + v + (x + v)^2 / (2k)]` on the tail is least."""
    m0 = tail.mass
    m1 = tail.first_moment - tail.start * m0
    m2 = tail.second_moment - tail.start * (tail.first_moment + m1)

    def charge(v: list[float]) -> float:
        a, b = x0 + v[0], x1 + v[1]
        square = a * a * m0 + 2 * a * b * m1 + b * b * m2
        return a * m0 + b * m1 + square / (2 * curvature)

    # Where neither v is zero, where one is, where both are.
    best = [(-curvature, 0.0), (-curvature - x1 * m1 / m0, x1), (x0, x1)]
    if m2 > 0:
        best.append((x0, -(curvature + x0) * m1 / m2))
    return min(([max(0.0, a - x0), max(0.0, b - x1)] for a, b in best), key=charge)


def _kind(divergence: ChiSquared | CressieRead | KullbackLeibler) -> dict[str, Any]:
    if isinstance(divergence, CressieRead):
        return {"kind": "cressie-read", "order": divergence.order}
    return {"kind": "chi-squared" if divergence.order == 2.0 else "kullback-leibler"}


def _shown(item: Payoff | Vector, prior: Prior) -> dict[str, Any]:
    """Return the pieces of a payoff, or its values on the nodes."""
    if isinstance(item, PiecewiseLinear) and prior.points.ndim == 1:
        return {field: getattr(item, field).tolist() for field in ("kinks", "intercepts", "slopes")}
    values = item.value(prior.points) if isinstance(item, Payoff) else item
    return {"values": values.tolist()}


def _side(price: float) -> float | None:
    return price if math.isfinite(price) else None
