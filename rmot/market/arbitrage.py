r"""Static arbitrage at bid and ask, each portfolio named; mid prices that are not convex.

With :math:`m = K/F` and undiscounted calls :math:`c(T, m)` in units of the forward, a martingale
with these calls exists if and only if c is convex in m, :math:`c(T, 0) = 1`, slopes lie in
[-1, 0], :math:`c \ge 0`, and c does not decrease with T [1] [2]. Let :math:`L_T` be the largest
function that is convex and does not increase in m, is at most 1 at m = 0, and at most every ask
of the expiries from T on. Every admissible c lies below it, and it is admissible itself when asks
are at least :math:`(1 - m)^+`. So all quotes are free of static arbitrage if and only if

.. math:: \text{ask} \ge (1 - m)^+ \quad\text{and}\quad \text{bid}(T, m) \le L_T(m)

at every quote: one envelope covers all triples of strikes. Where a bid lies above it, the two asks
that carry the envelope there are the portfolio that costs less than the bid it superhedges. The
forward is taken to trade at its fitted level, and rates to be known.

References
----------
.. [1] H. G. Kellerer, "Markov-Komposition und eine Anwendung auf Martingale", *Mathematische
   Annalen* 198 (1972) 99–122.
.. [2] L. Cousot, "Conditions on option prices for absence of arbitrage and exact calibration",
   *Journal of Banking & Finance* 31 (2007) 3377–3397.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from rmot.market.parity_region import lower_hull
from rmot.market.surface import OptionSurface, Smile

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]
Kind = Literal["bound", "vertical", "butterfly", "calendar"]

KINDS: Final[tuple[Kind, ...]] = ("bound", "vertical", "butterfly", "calendar")
FORWARD: Final = "forward"

NOT_CARRIED: Final = frozenset({"VIX", "VXN", "RVX"})
"""Indices that cannot be held from one expiry to the next."""

_ROUNDING: Final = 64 * float(np.finfo(float).eps)  # prices are at most of order one


@dataclass(frozen=True)
class Leg:
    """One position: `label` is the slice's, `side` the price it trades at.

    The option with strike 0 is the underlying itself, delivered and paid for at that expiry. The
    `amount` is in options for each one of the violation's first leg.
    """

    label: str
    strike: float
    side: Literal["buy at ask", "sell at bid", "forward"]
    amount: float

    def __str__(self) -> str:
        what = FORWARD if self.strike == 0 else f"{self.strike:g}"
        return f"{self.side} {self.amount:.4g} of {self.label} {what}"


@dataclass(frozen=True)
class Violation:
    """A portfolio that costs nothing or less and never loses.

    Attributes
    ----------
    kind : {"bound", "vertical", "butterfly", "calendar"}
    legs : tuple of Leg
        The quotes at fault, the one that is out of line first.
    profit : float
        At once, for one option of the first leg, in the quotes' currency (undiscounted where the
        slice has no discount factor).
    profit_in_spreads : float
        Over the bid–ask widths of the legs, each times its amount.
    """

    kind: Kind
    legs: tuple[Leg, ...]
    profit: float
    profit_in_spreads: float

    def __str__(self) -> str:
        legs = "; ".join(map(str, self.legs))
        return f"{self.kind}: {legs}: {self.profit:.4g} ({self.profit_in_spreads:.2g} spreads)"


@dataclass(frozen=True)
class ArbitrageReport:
    """What `static_arbitrage` found.

    Attributes
    ----------
    violations : tuple of Violation
        By kind and slice; for each quote and kind the most profitable portfolio.
    n_slices, n_quotes, n_triples : int
        Triples of adjacent strikes.
    n_mid_breaks : int
        Adjacent triples whose mid prices are not convex though at bid and ask they are free of
        arbitrage.
    """

    violations: tuple[Violation, ...]
    n_slices: int
    n_quotes: int
    n_triples: int
    n_mid_breaks: int

    @property
    def mid_break_share(self) -> float:
        """Share of adjacent triples whose mid prices are not convex."""
        return self.n_mid_breaks / self.n_triples if self.n_triples else math.nan

    def counts(self) -> dict[Kind, int]:
        """Return the number of violations of each kind."""
        tally = Counter(violation.kind for violation in self.violations)
        return {kind: tally[kind] for kind in KINDS}

    def table(self) -> pd.DataFrame:
        """Return one row a violation: `kind`, `slice`, `strike`, `legs`, `profit`, `spreads`."""
        import pandas as pd

        rows = [
            (
                each.kind,
                each.legs[0].label,
                each.legs[0].strike,
                "; ".join(map(str, each.legs)),
                each.profit,
                each.profit_in_spreads,
            )
            for each in self.violations
        ]
        return pd.DataFrame(rows, columns=["kind", "slice", "strike", "legs", "profit", "spreads"])

    def __str__(self) -> str:
        found = ", ".join(f"{count} {kind}" for kind, count in self.counts().items() if count)
        return (
            f"{self.n_quotes} quotes in {self.n_slices} slices: {found or 'no'} violations at bid "
            f"and ask; mid prices of {self.n_mid_breaks} of {self.n_triples} adjacent triples are "
            "not convex"
        )


def static_arbitrage(surface: OptionSurface | Sequence[Smile]) -> ArbitrageReport:
    """Look for static arbitrage within and between the slices of a surface.

    Parameters
    ----------
    surface : OptionSurface or sequence of Smile
        Of one underlying, bids at most asks.

    Returns
    -------
    ArbitrageReport
        Its strikes name quotes: below the forward puts, which the forward makes calls.

    Notes
    -----
    The report has no violation exactly when some martingale has all its call prices within bid
    and ask. It takes a time of order n log n in the number of quotes. Between slices of options on
    volatility indices, which settle on a new window of time at each expiry, it looks for nothing.
    """
    smiles = sorted(surface, key=lambda smile: smile.maturity)
    one_martingale = getattr(surface, "underlying", None) not in NOT_CARRIED
    violations: list[Violation] = []
    later: list[_Point] = []
    for smile in reversed(smiles):
        own = _asks(smile)
        found = [*_bounds(smile), *_verticals(smile)]
        found += _above(_Envelope(own), smile, "butterfly")
        if later and one_martingale:
            envelope = _Envelope([*own, *later])
            found += _above(envelope, smile, "calendar")
            later = envelope.points
        else:
            later = _Envelope(own).points
        violations = found + violations
    violations.sort(key=lambda violation: KINDS.index(violation.kind))
    curvature = [_mid_breaks(smile) for smile in smiles]
    return ArbitrageReport(
        violations=tuple(violations),
        n_slices=len(smiles),
        n_quotes=sum(map(len, smiles)),
        n_triples=sum(each.size for each in curvature),
        n_mid_breaks=int(sum(np.count_nonzero(each) for each in curvature)),
    )


@dataclass(frozen=True, eq=False)
class _Point:
    """An ask at m = K/F; strike 0 is the forward."""

    m: float
    price: float
    width: float
    strike: float
    smile: Smile

    def leg(self, smile: Smile, amount: float) -> Leg:
        """Return the purchase of `amount` normalised options, for one option of `smile`."""
        options = amount * _unit(smile) / _unit(self.smile)
        side = FORWARD if self.strike == 0 else "buy at ask"
        return Leg(self.smile.label, self.strike, side, options)


def _asks(smile: Smile) -> list[_Point]:
    width = smile.ask_price - smile.bid_price
    m = np.exp(smile.log_moneyness)
    columns = (column.tolist() for column in (m, smile.ask_price, width, smile.strike))
    quoted = [_Point(*row, smile=smile) for row in zip(*columns, strict=True)]
    return [_Point(0.0, 1.0, 0.0, 0.0, smile), *quoted]


class _Envelope:
    """The largest function below the points that is convex and does not increase."""

    def __init__(self, points: list[_Point]) -> None:
        ordered = sorted(points, key=lambda point: (point.m, point.price))
        distinct = [
            point for i, point in enumerate(ordered) if i == 0 or point.m > ordered[i - 1].m
        ]
        price = np.array([point.price for point in distinct])
        # Behind the cheapest ask the envelope is flat.
        last = int(np.argmin(price)) + 1
        m = np.array([point.m for point in distinct[:last]])
        hull = lower_hull(m, price[:last])
        self.points = [distinct[i] for i in hull]
        self._m, self._price = m[hull], price[hull]

    def __call__(self, m: Vector) -> Vector:
        return np.interp(m, self._m, self._price)

    def carriers(self, m: float) -> list[tuple[_Point, float]]:
        """Return the points that carry the envelope at m, with their weights."""
        right = int(np.searchsorted(self._m, m))
        if right == self._m.size:
            return [(self.points[-1], 1.0)]
        left = right - 1
        share = (m - self._m[left]) / (self._m[right] - self._m[left])
        both = ((self.points[left], 1.0 - share), (self.points[right], share))
        return [(point, float(weight)) for point, weight in both if weight > 0]


def _above(envelope: _Envelope, smile: Smile, kind: Kind) -> Iterator[Violation]:
    """Yield the bids above the envelope; of one slice those that two wings are needed for."""
    m = np.exp(smile.log_moneyness)
    excess = smile.bid_price - envelope(m)
    for j in np.flatnonzero(excess > _ROUNDING):
        carriers = envelope.carriers(float(m[j]))
        strangers = any(point.smile is not smile for point, _ in carriers)
        if strangers if kind == "calendar" else len(carriers) > 1:
            yield _sale(kind, smile, int(j), carriers, float(excess[j]))


def _verticals(smile: Smile) -> Iterator[Violation]:
    """Yield spreads sold too dear: calls against a lower strike, puts against a higher one."""
    m, points = np.exp(smile.log_moneyness), _asks(smile)[1:]
    places = np.arange(len(smile))
    for bid, ask, order in (
        (smile.bid_price, smile.ask_price, places),
        (smile.bid_price + m, smile.ask_price + m, places[::-1]),
    ):
        cheapest = order[0]
        for j in order[1:]:
            excess = float(bid[j] - ask[cheapest])
            if excess > _ROUNDING:
                yield _sale("vertical", smile, int(j), [(points[cheapest], 1.0)], excess)
            if ask[j] < ask[cheapest]:
                cheapest = j


def _bounds(smile: Smile) -> Iterator[Violation]:
    """Yield bids above the forward and asks below the intrinsic value."""
    intrinsic = np.maximum(-np.expm1(smile.log_moneyness), 0.0)
    width = smile.ask_price - smile.bid_price
    for j in range(len(smile)):
        above, below = smile.bid_price[j] - 1.0, intrinsic[j] - smile.ask_price[j]
        forward = Leg(smile.label, 0.0, FORWARD, 1.0)
        if above > _ROUNDING:
            legs = (Leg(smile.label, float(smile.strike[j]), "sell at bid", 1.0), forward)
            yield _violation("bound", legs, float(above), float(width[j]), smile)
        if below > _ROUNDING:
            legs = (Leg(smile.label, float(smile.strike[j]), "buy at ask", 1.0), forward)
            yield _violation("bound", legs, float(below), float(width[j]), smile)


def _sale(
    kind: Kind, smile: Smile, j: int, carriers: list[tuple[_Point, float]], excess: float
) -> Violation:
    sold = Leg(smile.label, float(smile.strike[j]), "sell at bid", 1.0)
    width = float(smile.ask_price[j] - smile.bid_price[j])
    width += sum(weight * point.width for point, weight in carriers)
    legs = (sold, *(point.leg(smile, weight) for point, weight in carriers))
    return _violation(kind, legs, excess, width, smile)


def _violation(
    kind: Kind, legs: tuple[Leg, ...], excess: float, width: float, smile: Smile
) -> Violation:
    spreads = excess / width if width > 0 else math.inf
    return Violation(kind, legs, excess * _unit(smile), spreads)


def _unit(smile: Smile) -> float:
    discount = smile.discount_factor
    return smile.forward * (discount if math.isfinite(discount) else 1.0)


def _mid_breaks(smile: Smile) -> NDArray[np.bool_]:
    """Return which adjacent triples break convexity at mid but not at bid and ask."""
    m = np.exp(smile.log_moneyness)
    share = (m[1:-1] - m[:-2]) / (m[2:] - m[:-2])

    def excess(middle: Vector, wings: Vector) -> Vector:
        return middle[1:-1] - (1 - share) * wings[:-2] - share * wings[2:]

    at_mid = excess(smile.call_price, smile.call_price) > _ROUNDING
    return at_mid & (excess(smile.bid_price, smile.ask_price) <= _ROUNDING)
