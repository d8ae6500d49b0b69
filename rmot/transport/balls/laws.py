r"""The laws that stand behind a ball's bounds: the prior's points under other weights.

.. math:: Q_\pm \in \arg\max_{D(Q|P) \le \eta} \pm E^Q c, \qquad Q^* = \arg\min D(Q|P),

each with the quotes met. The first two are the least favourable laws for who has sold, or bought,
the payoff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff
from rmot.transport.balls.solution import Solution

Vector = NDArray[np.float64]
Which = Literal["price", "lower", "upper"]

# What a solver's zeros leave of a tail, in units of the forward.
_NEGLIGIBLE = 1e-11
# A tail with its mean so many times beyond its start is the forward's escape to infinity.
_FAR = 1e3


@dataclass(frozen=True, eq=False)
class TiltedLaw:
    """A law on a prior's points, and what of it lies beyond them.

    Attributes
    ----------
    prior : Prior
        Whose points they are; paths and their numbers among them.
    weights : ndarray, shape (n,)
        In the order of the prior's points; many may be zero.
    tail_mass, tail_moment : float
        E[1; S > start] and E[S; S > start] beyond a one-asset prior's last node; zero without a
        tail. Payoffs are linear there, so that no more of it enters.
    """

    prior: Prior
    weights: Vector
    tail_mass: float = 0.0
    tail_moment: float = 0.0

    def mean(self) -> float | Vector:
        """Return E S: a number for one asset, else an array of shape ``points.shape[1:]``."""
        inside = np.tensordot(self.weights, self.prior.points, axes=1)
        return float(inside) + self.tail_moment if np.ndim(inside) == 0 else inside

    def expectation(self, payoff: Payoff | Vector) -> float:
        """Return E c, of an object or of values on the prior's points, shape (n,).

        Raises
        ------
        ParameterError
            The payoff bends on the tail, or is an array and the prior has a tail.
        """
        if isinstance(payoff, Payoff):
            inside = float(self.weights @ payoff.value(self.prior.points))
            if self.prior.tail is None:
                return inside
            slope, intercept = self.prior.tail_of(payoff)
            return inside + intercept * self.tail_mass + slope * self.tail_moment
        values = np.asarray(payoff, dtype=float)
        if values.shape != self.weights.shape or self.prior.tail is not None:
            raise ParameterError(
                f"expected a payoff object, or without a tail its values of shape "
                f"{self.weights.shape}; got values of shape {values.shape}"
            )
        return float(self.weights @ values)

    def on_points(self) -> tuple[Vector, Vector]:
        """Return all points and their weights: the prior's, and the tail at its own mean.

        A tail that holds less than 1e-11 is left out.

        Raises
        ------
        ParameterError
            Part of the forward escapes: no point holds it.
        """
        points, weights = self.prior.points, self.weights
        if self.prior.tail is None or max(self.tail_mass, self.tail_moment) <= _NEGLIGIBLE:
            return points, weights
        if not self.tail_moment <= _FAR * self.prior.tail.start * self.tail_mass:
            raise ParameterError(
                f"expected a law on finitely many prices; {self.tail_moment:.3g} of the forward "
                "escapes to ever higher ones (ChiSquared balls keep it)"
            )
        beyond = self.tail_moment / self.tail_mass
        return np.append(points, beyond), np.append(weights, self.tail_mass)

    def as_prior(self) -> Prior:
        """Return the law itself as a discrete one, points of weight zero left out.

        Raises
        ------
        ParameterError
            As `on_points`.
        """
        points, weights = self.on_points()
        held = weights > 0
        return Prior(points[held], weights[held])


@dataclass(frozen=True, eq=False)
class BallLaws:
    """What `law_of` needs of a solved ball: its nodes and three densities on them."""

    prior: Prior
    node_weights: Vector
    order: NDArray[np.intp]
    densities: tuple[Vector, Vector, Vector]
    free_tail: tuple[float, float] | None

    @classmethod
    def of(cls, prior: Prior, found: Solution) -> BallLaws:
        """Keep the laws of a solution and let go of its program."""
        problem = found.problem
        return cls(
            prior,
            problem.program.weights,
            problem.order,
            (found.law.density, found.lower.density, found.upper.density),
            problem.tail_offsets,
        )

    def law(self, which: Which) -> TiltedLaw:
        """Return one of the three laws.

        Raises
        ------
        ParameterError
            `which` is none of them.
        """
        names = ("price", "lower", "upper")
        if which not in names:
            raise ParameterError(f"expected a law among {', '.join(names)}; got {which!r}")
        masses = self.node_weights * self.densities[names.index(which)]
        inside, beyond = masses[: self.order.size], masses[self.order.size :]
        weights = np.empty(self.order.size)
        weights[self.order] = inside
        weights.flags.writeable = False
        tail = self.prior.tail
        if tail is None:
            return TiltedLaw(self.prior, weights)
        if self.free_tail is not None:
            # two nodes that stand for the tail of a chi-squared ball
            mass = float(beyond.sum())
            return TiltedLaw(
                self.prior, weights, mass, tail.start * mass + float(beyond @ self.free_tail)
            )
        # one node at the start, and one for what the mass is worth beyond
        mass, escaping = float(beyond[0]), float(beyond[1])
        return TiltedLaw(self.prior, weights, mass, tail.start * mass + escaping)
