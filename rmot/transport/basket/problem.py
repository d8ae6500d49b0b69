"""What is asked of a basket bound: instruments checked and gathered, and one side solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, InfeasibleQuotes, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import BasketOption, PiecewiseLinear
from rmot.transport._arguments import forward_means
from rmot.transport._classical import conditions, one_asset_payoffs
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport.basket.book import Book, Leg, Line, lines_of
from rmot.transport.basket.cells import CellHedge, cell_hedge
from rmot.transport.basket.corners import reach, require_few
from rmot.transport.basket.couplings import comonotone
from rmot.transport.basket.master import cutting_planes
from rmot.transport.basket.program import Unbounded
from rmot.transport.hedge import StaticHedge
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_ESCAPED = 1e-7


@dataclass(frozen=True, eq=False)
class Side:
    """The cheapest hedge found, the distance to what a law attains, and that law."""

    hedge: StaticHedge
    gap: float
    law: Prior | None


@dataclass(frozen=True, eq=False)
class BasketProblem:
    """The target first among the options, each asset's payoffs, all prices, the joint quotes."""

    options: list[BasketOption]
    payoffs: list[list[PiecewiseLinear]]
    means: Vector
    bid: Vector
    ask: Vector
    joint: Quotes

    @classmethod
    def of(
        cls,
        payoff: BasketOption,
        quotes: Sequence[Quotes],
        forwards: ArrayLike,
        joint: Quotes | None,
    ) -> BasketProblem:
        """Check and gather what `rmot.transport.basket_bounds` is given."""
        if not isinstance(payoff, BasketOption):
            raise ParameterError("expected a payoff made by basket_call or basket_put")
        n_assets = payoff.weights.size
        if len(quotes) != n_assets:
            raise ParameterError(f"expected quotes of {n_assets} assets; got {len(quotes)}")
        means = forward_means(forwards, (n_assets,))
        joint = Quotes((), [], []) if joint is None else joint
        options = [payoff, *_joint_options(joint, n_assets)]
        require_few(n_assets, len(lines_of(options)))
        payoffs = [one_asset_payoffs(one.payoffs) for one in quotes]
        for i, (own, one, mean) in enumerate(zip(payoffs, quotes, means, strict=True)):
            values, slopes = conditions(own)
            rows = np.vstack([values, slopes]).T
            low, high = (np.concatenate([[1.0, mean], side]) for side in (one.bid, one.ask))
            try:
                raise_if_infeasible(rows, low, high, 2, row_names(one))
            except InfeasibleQuotes as error:
                error.args = (f"asset {i}: {error}",)
                raise
        bid, ask = (
            np.concatenate([*(getattr(one, side) for one in quotes), getattr(joint, side)])
            for side in ("bid", "ask")
        )
        return cls(options, payoffs, means, bid, ask, joint)

    @property
    def scale(self) -> float:
        """The target's gross forward; one where it is zero."""
        return float(np.abs(self.options[0].weights) @ self.means) or 1.0

    def book(self, sign: float, kept: Sequence[int] | None = None) -> Book:
        """Return the instruments with sign times the target, and some of the joint quotes."""
        kept = range(len(self.joint)) if kept is None else kept
        options = [self.options[0], *(self.options[1 + j] for j in kept)]
        lines = [_signed(line, sign) for line in lines_of(options)]
        last = [max([0.0, *(p.kinks[-1] for p in own if p.kinks.size)]) for own in self.payoffs]
        far = reach(lines, np.array(last))
        legs = [Leg.of(own, end) for own, end in zip(self.payoffs, far, strict=True)]
        first = self.bid.size - len(self.joint)
        held = np.concatenate([np.arange(first), first + np.array(kept, dtype=int)])
        return Book(legs, lines, self.means, self.bid[held], self.ask[held])

    def side(self, sign: float, tolerance: float, rounds: int) -> Side:
        """Return the cheapest hedge of sign times the target."""
        if not (np.isfinite(tolerance) and tolerance > 0) or rounds < 0:
            raise ParameterError(
                f"expected a tolerance > 0 and rounds >= 0; got {tolerance} and {rounds}"
            )
        book = self.book(sign)
        try:
            start = cell_hedge(book)
            if self._is_convex(sign):
                return self._settled(book, start)
            cut = cutting_planes(book, start, tolerance * self.scale, rounds)
        except Unbounded:
            self._explain(rounds)
            raise
        if not np.isfinite(cut.attained):
            raise AccuracyError(
                f"no law was found that meets all quotes, in {cut.rounds} rounds of cutting planes"
            )
        law = self._law(cut.prices, cut.weights)
        return Side(book.hedge(cut.held, 0.0), max(0.0, cut.cost - cut.attained), law)

    def _is_convex(self, sign: float) -> bool:
        """Tell whether cells settle the bound: the target convex, and no joint quotes."""
        _, below, above = self.options[0].bend
        return not len(self.joint) and sign * (above - below) >= 0

    def _settled(self, book: Book, start: CellHedge) -> Side:
        spans = [slice(book.starts[i], book.starts[i + 1]) for i in range(book.n_assets)]
        nodes = [book.nodes[span] for span in spans]
        coupled = [
            comonotone(nodes, [mass[span] for span in spans])
            for mass in start.masses
            if min(mass[span].sum() for span in spans) > 0
        ]
        prices, weights = (np.concatenate(part) for part in zip(*coupled, strict=True))
        gap = abs(start.cost - start.attained)
        return Side(book.hedge(start.held, 0.0), gap, self._law(prices, weights))

    def _law(self, prices: Vector, weights: Vector) -> Prior | None:
        """Return a law, unless part of a forward has escaped from it."""
        missed = np.abs(weights @ prices - self.means)
        total = float(weights.sum())
        if abs(total - 1.0) > _ESCAPED or np.any(missed > _ESCAPED * (1.0 + self.means)):
            return None
        return Prior(prices, weights / total)

    def _explain(self, rounds: int) -> None:
        """Raise InfeasibleQuotes with joint quotes of which none can be spared."""
        conflict = list(range(len(self.joint)))
        for j in tuple(conflict):
            fewer = [k for k in conflict if k != j]
            book = self.book(1.0, fewer)
            try:
                start = cell_hedge(book)
                if len(book.lines) > 1:
                    cutting_planes(book, start, 10.0 * self.scale, rounds)
            except Unbounded:
                conflict = fewer
        names = tuple(f"joint {self.joint.name(j)}" for j in conflict)
        listed = "; ".join(
            f"{name} bid {self.joint.bid[j]:.10g} ask {self.joint.ask[j]:.10g}"
            for name, j in zip(names, conflict, strict=True)
        )
        raise InfeasibleQuotes(
            f"no law of all assets meets their own quotes and {listed or 'each other'}", names
        )


def _joint_options(joint: Quotes, n_assets: int) -> list[BasketOption]:
    found = []
    for j, item in enumerate(joint.payoffs):
        if not isinstance(item, BasketOption):
            raise ParameterError(
                "expected joint quotes made by basket_call, basket_put or basket_forward; "
                f"joint {joint.name(j)} is none"
            )
        if item.weights.size != n_assets:
            raise ParameterError(
                f"expected {n_assets} weights in joint {joint.name(j)}; got {item.weights.size}"
            )
        found.append(item)
    return found


def _signed(line: Line, sign: float) -> Line:
    own = np.where(line.options == 0, sign, 1.0)
    return Line(line.weights, line.options, line.strikes, own * line.below, own * line.above)
