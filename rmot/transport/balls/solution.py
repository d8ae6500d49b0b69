"""A ball's problem solved: the law nearest to the prior, the radius, and both bounds."""

from __future__ import annotations

from dataclasses import dataclass

from rmot.transport.balls.nearest import Nearest, nearest, resolve
from rmot.transport.balls.problem import BallProblem
from rmot.transport.balls.sides import Side, lower_side, upper_side
from rmot.transport.radius import MultipleOfLeast, Radius


@dataclass(frozen=True, eq=False)
class Solution:
    """What `solve` found."""

    problem: BallProblem
    law: Nearest
    radius: Radius
    lower: Side
    upper: Side

    @property
    def gap(self) -> float:
        """The larger distance between dual and primal value of the two sides."""
        return max(self.upper.gap, self.lower.gap)

    @property
    def residual(self) -> float:
        """The largest amount by which one of the three laws misses a row, in prices' units."""
        laws = (self.law, self.lower, self.upper)
        return max(self.problem.missed(each.density) for each in laws)


def solve(
    problem: BallProblem,
    radius: float | Radius | MultipleOfLeast,
    known: Nearest | None = None,
) -> Solution:
    """Return both bounds of the problem's payoff in a ball of a radius or of a rule's.

    The law nearest to the prior is searched unless it is known.

    Raises
    ------
    ParameterError
        The radius is negative or not finite.
    InfeasibleQuotes, InfeasibleRadius, AccuracyError
        As `nearest`, `resolve` and `upper_side`.
    """
    rule = radius if isinstance(radius, Radius | MultipleOfLeast) else Radius(radius)
    law = nearest(problem) if known is None else known
    chosen = resolve(problem, rule, law.least)
    upper = upper_side(problem, problem.payoff, chosen.value, law)
    return Solution(problem, law, chosen, lower_side(problem, chosen.value, law), upper)
