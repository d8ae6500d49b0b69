r"""The whole curve of bounds against the radius, from the calibrated price outwards.

upper is concave in the radius, and every solve says more than its own value. Its multipliers bound
the payoff at all radii,

.. math:: \text{upper}(\eta) \le \min_\theta \{a(\theta) + \theta \eta\},

and mixtures of its law with another's attain prices between, since a divergence is convex in the
law. So a few solves enclose the curve; they are placed where the enclosure is widest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff
from rmot.transport._arguments import forward_means, payoff_values, require_ball
from rmot.transport.balls.nearest import Nearest, nearest, price_of, resolve
from rmot.transport.balls.problem import BallProblem, assemble
from rmot.transport.balls.sides import Side, upper_side
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes
from rmot.transport.radius import Radius

Vector = NDArray[np.float64]

_THETAS = np.geomspace(1 / 8, 8, 13)
_MOST_SOLVES = 8
_SHARE = 1e-7


@dataclass(frozen=True, eq=False)
class BoundsPath:
    """Bounds at increasing radii.

    Attributes
    ----------
    radii : ndarray, shape (n,)
    lower, upper : ndarray, shape (n,)
        Safe: no law of the ball has a price outside.
    lower_error, upper_error : ndarray, shape (n,)
        How far inside them a law of the ball is known that meets the quotes.
    price : float
        Under the nearest law.
    minimum_radius : float
        Its divergence, which the first radius may equal.
    solves : int
        Programs solved, the nearest law's among them.
    """

    radii: Vector
    lower: Vector
    upper: Vector
    lower_error: Vector
    upper_error: Vector
    price: float
    minimum_radius: float
    solves: int


def bounds_path(
    payoff: Payoff | ArrayLike,
    prior: Prior,
    radii: Sequence[float] | Vector | None = None,
    *,
    quotes: Quotes | None = None,
    forwards: ArrayLike = 1.0,
    divergence: Divergence,
    multiples: Sequence[float] | Vector | None = None,
    tolerance: float = 1e-3,
) -> BoundsPath:
    """Return bounds at many radii for the work of few.

    Parameters
    ----------
    payoff, prior, quotes, forwards, divergence
        As in `price_bounds`.
    radii : sequence of float, shape (n,), optional
        Increasing.
    multiples : sequence of float, shape (n,), optional
        In place of `radii`: increasing multiples >= 1 of the least radius.
    tolerance : float
        Aimed at error, relative to the width of the bounds at that radius. At most eight programs a
        side are solved, whatever the error then is.

    Raises
    ------
    ParameterError, InfeasibleQuotes, InfeasibleRadius, AccuracyError
        As in `price_bounds`; or radii that do not increase.

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> from rmot.transport import ChiSquared, Prior
    >>> prior = Prior(np.linspace(0.5, 1.5, 101), np.full(101, 1 / 101))
    >>> path = bounds_path(call(1.2), prior, np.geomspace(1e-4, 1.0, 30), divergence=ChiSquared())
    >>> bool(np.all(np.diff(path.upper) > 0)), path.solves <= 17
    (True, True)
    """
    if (radii is None) == (multiples is None):
        raise ParameterError("expected radii, or multiples of the least radius")
    require_ball(divergence)
    item = payoff if isinstance(payoff, Payoff) else payoff_values(payoff)
    problem = assemble(
        item, prior, quotes, forward_means(forwards, prior.points.shape[1:]), divergence
    )
    law = nearest(problem)
    if radii is not None:
        wanted = np.array(radii, dtype=float)
    else:
        wanted = np.array(multiples, dtype=float) * law.least
    if wanted.ndim != 1 or wanted.size == 0 or not np.all(np.diff(wanted) > 0):
        raise ParameterError(f"expected increasing radii; got {wanted.tolist()}")
    resolve(problem, Radius(float(wanted[0])), law.least)
    price = price_of(problem, law)
    upper = _Envelope(problem, problem.payoff, law, wanted, tolerance)
    sold = _Envelope(problem, -problem.payoff, law, wanted, tolerance)
    return BoundsPath(
        wanted,
        -sold.outer,
        upper.outer,
        sold.outer - sold.inner,
        upper.outer - upper.inner,
        price,
        law.least,
        1 + upper.solves + sold.solves,
    )


class _Envelope:
    """What solves at some radii enclose at all of them, for the upper bound of one payoff."""

    def __init__(
        self, problem: BallProblem, payoff: Vector, law: Nearest, radii: Vector, tolerance: float
    ) -> None:
        self._problem, self._payoff, self._law, self._radii = problem, payoff, law, radii
        self._price = float(problem.program.weights @ (payoff * law.density))
        self.outer = np.full(radii.size, np.inf)
        self.inner = np.full(radii.size, self._price)
        self._laws: dict[int, Vector] = {}
        self.solves = 0
        self._solve(radii.size - 1)
        while self.solves < min(_MOST_SOLVES, radii.size):
            width = self.outer - self._price
            error = (self.outer - self.inner) / np.where(width > 0, width, 1.0)
            error[list(self._laws)] = 0.0
            worst = int(np.argmax(error))
            if error[worst] <= tolerance:
                break
            self._solve(worst)

    def _solve(self, at: int) -> None:
        side = upper_side(self._problem, self._payoff, float(self._radii[at]), self._law)
        self.solves += 1
        self._laws[at] = side.density
        if side.bound_at is not None:
            intercepts, slopes = side.bound_at.lines(_THETAS)
            lines = intercepts[:, None] + slopes[:, None] * self._radii
            self.outer = np.minimum(self.outer, lines.min(axis=0))
        self.outer[at] = side.value
        self.inner[at] = side.value - side.gap
        self._mix(at, side)

    def _mix(self, at: int, side: Side) -> None:
        """Raise the inner bound between this law and its neighbours, the nearest law for one."""
        known = sorted(self._laws)
        place = known.index(at)
        before = self._laws[known[place - 1]] if place else self._law.density
        self._between(before, side.density, known[place - 1] + 1 if place else 0, at)
        if place + 1 < len(known):
            after = known[place + 1]
            self._between(side.density, self._laws[after], at + 1, after)

    def _between(self, near: Vector, far: Vector, start: int, stop: int) -> None:
        program = self._problem.program
        w, least = program.weights, float(program.weights @ (self._payoff * near))
        gain = float(w @ (self._payoff * far)) - least

        def over(share: float, radius: float) -> float:
            mixed = near + share * (far - near)
            spent = program.spent(mixed)
            return self._problem.multiple * spent - radius

        for row in range(start, stop):
            radius = float(self._radii[row])
            if over(0.0, radius) >= 0:
                share = 0.0
            elif over(1.0, radius) <= 0:
                share = 1.0
            else:
                root = float(brentq(over, 0.0, 1.0, args=(radius,), xtol=_SHARE))  # pyright: ignore[reportArgumentType]
                share = max(0.0, root - _SHARE)
            self.inner[row] = max(self.inner[row], least + share * gain)
