r"""Discrete laws of terminal prices, with what lies beyond the last node kept exactly.

.. math:: E f(S) = \sum_i w_i f(x_i) + a\,E[1; S > x^*] + b\,E[S; S > x^*]

for :math:`f(s) = a + b s` beyond :math:`x^*`, where the tail starts. Second moments of such
payoffs need :math:`E[S^2; S > x^*]` as well, so the tail carries the moments 0, 1 and 2.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.artifact.files import read_json, write_json
from rmot.errors import DataError, ParameterError
from rmot.payoffs import Payoff, PiecewiseLinear

Vector = NDArray[np.float64]

_MASS_TOLERANCE = 1e-8
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Tail:
    """The partial moments of a price beyond the last node.

    Attributes
    ----------
    start : float
        The tail is ``{S > start}``.
    mass, first_moment, second_moment : float
        E[1; S > start], E[S; S > start], E[S^2; S > start].

    Raises
    ------
    ParameterError
        No measure on (start, inf) has these moments.
    """

    start: float
    mass: float
    first_moment: float
    second_moment: float

    def __post_init__(self) -> None:
        for name in ("start", "mass", "first_moment", "second_moment"):
            value = float(getattr(self, name))
            if not np.isfinite(value):
                raise ParameterError(f"expected a finite {name} of the tail; got {value}")
            object.__setattr__(self, name, value)
        slack = 1.0 - _ROUNDING
        if not (
            self.start >= 0
            and 0 < self.mass <= 1
            and self.first_moment >= self.start * self.mass * slack
            and self.second_moment * self.mass >= self.first_moment**2 * slack
        ):
            raise ParameterError(
                f"expected moments of a measure on (start, inf): 0 < mass <= 1, first_moment >= "
                f"start * mass, second_moment * mass >= first_moment**2; got {self}"
            )


@dataclass(frozen=True, eq=False)
class Prior:
    """A discrete law of terminal prices.

    Attributes
    ----------
    points : ndarray, shape (n,) or (n, n_assets) or (n, n_dates, n_assets)
        Prices >= 0. Those of one asset with a tail increase and do not pass the tail's start;
        others come in any order, and one that comes twice has the sum of its weights.
    weights : ndarray, shape (n,)
        Positive; they sum to one less the tail's mass.
    tail : Tail or None
        Of one asset only. None: nothing lies beyond the nodes.
    replicates : int or None
        How many independent sets of equally many consecutive points a sample consists of, such as
        scramblings of a quasi-random sequence; 2 or more. None: all points are alike.

    Raises
    ------
    ParameterError
        Shapes do not fit, a number is not finite or not positive, masses do not sum to one
        within 1e-8, or replicates do not share equal weights evenly.

    Examples
    --------
    >>> Prior([0.5, 1.5], [0.5, 0.5]).mean()
    1.0
    """

    points: Vector
    weights: Vector
    tail: Tail | None
    replicates: int | None

    def __init__(
        self,
        points: ArrayLike,
        weights: ArrayLike,
        tail: Tail | None = None,
        replicates: int | None = None,
    ) -> None:
        object.__setattr__(self, "points", _numbers(points, "points"))
        object.__setattr__(self, "weights", _numbers(weights, "weights"))
        object.__setattr__(self, "tail", tail)
        object.__setattr__(self, "replicates", replicates)
        self._check()
        if replicates is not None and not (
            replicates >= 2 and self.weights.size % replicates == 0 and self.is_sample
        ):
            raise ParameterError(
                f"expected 2 or more replicates that share {self.weights.size} points of equal "
                f"weight and no tail evenly; got {replicates}"
            )

    def _check(self) -> None:
        points, weights = self.points, self.weights
        if points.ndim not in (1, 2, 3) or weights.shape != points.shape[:1] or not weights.size:
            raise ParameterError(
                "expected points of shape (n,), (n, n_assets) or (n, n_dates, n_assets) and "
                f"weights of shape (n,); got {points.shape} and {weights.shape}"
            )
        if np.any(points < 0):
            raise ParameterError(f"expected prices >= 0; the least point is {points.min():g}")
        if np.any(weights <= 0):
            raise ParameterError(f"expected positive weights; the least is {weights.min():g}")
        total = float(weights.sum()) + (self.tail.mass if self.tail else 0.0)
        if abs(total - 1.0) > _MASS_TOLERANCE:
            raise ParameterError(f"expected weights and tail mass to sum to 1; got {total:.12g}")
        if self.tail is not None:
            if points.ndim != 1:
                raise ParameterError("expected a tail with the points of one asset only")
            if np.any(np.diff(points) <= 0) or points[-1] > self.tail.start:
                raise ParameterError(
                    "expected increasing points that do not pass the tail's start "
                    f"{self.tail.start:g}; the last is {points[-1]:g}"
                )
        points.flags.writeable = weights.flags.writeable = False

    @property
    def is_sample(self) -> bool:
        """Whether all points weigh the same and nothing lies beyond them."""
        return self.tail is None and bool(np.ptp(self.weights) <= _ROUNDING * self.weights[0])

    @property
    def n_assets(self) -> int:
        """How many prices a point of one date holds."""
        return 1 if self.points.ndim == 1 else self.points.shape[-1]

    def mean(self) -> float | Vector:
        """Return E S: a number for one asset, else an array of shape ``points.shape[1:]``."""
        if self.points.ndim == 1:
            beyond = self.tail.first_moment if self.tail else 0.0
            return float(self.weights @ self.points) + beyond
        return np.tensordot(self.weights, self.points, axes=1)

    def expectation(self, payoff: Payoff | ArrayLike) -> float:
        """Return E c(S), the tail included exactly.

        Parameters
        ----------
        payoff : Payoff or array_like, shape (n,)
            Or its values on the points, where the prior has no tail.

        Raises
        ------
        ParameterError
            The payoff bends beyond the tail's start, or is an array and the prior has a tail.
        """
        if not isinstance(payoff, Payoff):
            values = _numbers(payoff, "the payoff's values")
            if values.shape != self.weights.shape:
                raise ParameterError(
                    f"expected payoff values of shape {self.weights.shape}; got {values.shape}"
                )
            if self.tail is not None:
                raise ParameterError("expected a payoff object: values on the nodes have no tail")
            return float(self.weights @ values)
        inside = float(self.weights @ payoff.value(self.points))
        if self.tail is None:
            return inside
        slope, intercept = self.tail_of(payoff)
        return inside + intercept * self.tail.mass + slope * self.tail.first_moment

    def tail_of(self, payoff: Payoff) -> tuple[float, float]:
        """Return slope and intercept of a payoff on this prior's tail.

        Raises
        ------
        ParameterError
            The payoff is not linear there.
        """
        if not isinstance(payoff, PiecewiseLinear):
            raise ParameterError(f"expected a payoff of one asset; got {payoff.label}")
        if self.tail is not None and payoff.kinks.size and payoff.kinks[-1] > self.tail.start:
            raise ParameterError(
                f"expected kinks up to the tail's start {self.tail.start:g}; {payoff.label} has "
                f"one at {payoff.kinks[-1]:g} (make the prior with nodes up to there)"
            )
        return payoff.tail

    def closed(self) -> Prior:
        """Return the law with the tail's mass at its mean: mass and mean stay, variance falls."""
        if self.tail is None:
            return self
        beyond = self.tail.first_moment / self.tail.mass
        if beyond <= self.points[-1]:
            # a tail so thin that its mean is its start, which is the last node
            weights = np.append(self.weights[:-1], self.weights[-1] + self.tail.mass)
            return Prior(self.points, weights)
        return Prior(np.append(self.points, beyond), np.append(self.weights, self.tail.mass))

    def save(self, path: str | Path) -> None:
        """Write the prior as JSON, whole or not at all; numbers survive exactly."""
        content = {
            "points": self.points.tolist(),
            "weights": self.weights.tolist(),
            "tail": asdict(self.tail) if self.tail else None,
            "replicates": self.replicates,
        }
        write_json(path, content)

    @classmethod
    def load(cls, path: str | Path) -> Prior:
        """Read what `save` wrote.

        Raises
        ------
        DataError
            The file is no prior.
        """
        content = read_json(path)
        try:
            tail = None if content["tail"] is None else Tail(**content["tail"])
            return cls(content["points"], content["weights"], tail, content.get("replicates"))
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"expected a prior saved by rmot in {path}; {error}") from error


def _numbers(values: ArrayLike, name: str) -> Vector:
    try:
        numbers = np.array(values, dtype=float)
    except (ValueError, TypeError, OverflowError):
        raise ParameterError(f"expected numbers for {name}; got {type(values).__name__}") from None
    if not np.all(np.isfinite(numbers)):
        raise ParameterError(f"expected finite {name}; got NaN or infinity")
    return numbers
