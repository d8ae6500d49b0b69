r"""Bounds on the price of a payoff from quotes, forwards and, if wanted, a prior.

.. math:: \text{upper}(\eta) = \sup\{E^Q c : E^Q S = F,\; b_j \le E^Q g_j \le a_j,\;
          D(Q|P) \le \eta\}, \qquad \text{lower}(c) = -\text{upper}(-c).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.artifact.files import read_json, write_json
from rmot.errors import DataError, ParameterError
from rmot.numerics.discrete import Prior, Tail
from rmot.payoffs import Payoff, PiecewiseLinear
from rmot.transport._arguments import forward_means, payoff_values, require_ball
from rmot.transport._classical import at_all_prices, classical_bounds, on_nodes
from rmot.transport._json import hedge_of, number_of, to_json
from rmot.transport.balls.calibrated import Calibrated
from rmot.transport.balls.laws import BallLaws, TiltedLaw, Which
from rmot.transport.balls.nearest import price_hedge, price_of, tail_turns_negative
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.solution import solve
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler, Unrestricted
from rmot.transport.hedge import (
    Sensitivities,
    StaticHedge,
    lower_sensitivities,
    upper_sensitivities,
)
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius

__all__ = ["Bounds", "Prior", "Tail", "price_bounds"]

Vector = NDArray[np.float64]

_FORMAT = "rmot bounds 1"
_NUMBERS = ("lower", "upper", "gap", "price", "minimum_radius")
_ROUNDING = 1e-9
_TRUTHS = ("support_limited", "tail_relaxed", "sharp")


@dataclass(frozen=True, eq=False)
class Bounds:
    """Lower and upper price bounds, and the hedges behind them.

    Attributes
    ----------
    lower, upper : float
        Undiscounted, in the units of the payoff. Dual values: safe up to `gap`.
    lower_hedge, upper_hedge : StaticHedge
    gap : float
        Numerical: the larger distance between dual and primal value of the two sides.
    support_limited : bool
        Whether laws were confined to the prior's nodes: payoffs came as arrays, or a ball was
        taken around a prior without tail.
    price : float
        Under the law nearest to the prior among those that meet the quotes; nan for the classical
        bounds, which know no prior.
    minimum_radius : float
        The divergence of that law; zero for the classical bounds.
    radius : Radius or None
    sampling_error : float or None
        The larger standard error of the two bounds, by the delta method, when the prior is a
        sample (equal weights, no tail), of independent points or replicates; else None.
    tail_relaxed : bool
        Whether a density turned negative somewhere on the prior's tail, where only its mass and
        its mean beyond the start are held non-negative. The bounds are then valid and slightly
        wide.
    sharp : bool
        Whether both bounds are attained or approached by laws that meet the quotes.
    price_hedge : StaticHedge or None
        Derivatives of `price` with respect to forwards and to the sides of quotes that bind, as
        positions; None for the classical bounds.
    laws : BallLaws or None
        What `law` makes the laws behind a ball's bounds of; `save` leaves it out.
    calibrated : Calibrated or None
        The law nearest to the prior, for further bounds; `save` leaves it out.
    """

    lower: float
    upper: float
    lower_hedge: StaticHedge
    upper_hedge: StaticHedge
    gap: float
    support_limited: bool
    price: float = math.nan
    minimum_radius: float = 0.0
    radius: Radius | None = None
    sampling_error: float | None = None
    tail_relaxed: bool = False
    sharp: bool = True
    price_hedge: StaticHedge | None = None
    laws: BallLaws | None = field(default=None, repr=False)
    calibrated: Calibrated | None = field(default=None, repr=False)

    def law(self, which: Which) -> TiltedLaw:
        """Return the law behind `price`, `lower` or `upper`, on the points of the prior.

        Raises
        ------
        ParameterError
            The bounds are classical ones, or were read from a file, which holds no laws.
        """
        if self.laws is None:
            raise ParameterError(
                "expected bounds of a ball as price_bounds returns them: classical bounds have "
                "no prior, and saved ones no laws"
            )
        return self.laws.law(which)

    @property
    def upper_sensitivities(self) -> Sensitivities:
        """First derivatives of `upper`."""
        return upper_sensitivities(self.upper_hedge)

    @property
    def lower_sensitivities(self) -> Sensitivities:
        """First derivatives of `lower`."""
        return lower_sensitivities(self.lower_hedge)

    def save(self, path: str | Path) -> None:
        """Write the bounds as JSON, whole or not at all; numbers survive exactly."""
        content = to_json(replace(self, laws=None, calibrated=None))
        del content["laws"], content["calibrated"]
        write_json(path, {"format": _FORMAT, **content})

    @classmethod
    def load(cls, path: str | Path) -> Bounds:
        """Read what `save` wrote.

        Raises
        ------
        MissingData, DataError
            No such file, or it holds no bounds.
        """
        content = read_json(path)
        if not isinstance(content, dict) or content.pop("format", None) != _FORMAT:
            raise DataError(f"expected a file of format '{_FORMAT}' in {path}")
        try:
            for name in ("lower_hedge", "upper_hedge", "price_hedge"):
                # a price alone may have no hedge
                absent = content[name] is None and name == "price_hedge"
                content[name] = None if absent else hedge_of(content[name])
            content["radius"] = None if content["radius"] is None else Radius(**content["radius"])
            for name in _NUMBERS:
                content[name] = number_of(content[name])
            if content["sampling_error"] is not None:
                content["sampling_error"] = number_of(content["sampling_error"])
            for name in _TRUTHS:
                if not isinstance(content[name], bool):
                    raise TypeError(f"expected true or false for {name}; got {content[name]!r}")
            if any(math.isnan(content[name]) for name in _NUMBERS if name != "price"):
                raise ValueError(f"expected no NaN among {', '.join(_NUMBERS)}")
            lower, upper, gap = (content[name] for name in ("lower", "upper", "gap"))
            if lower > upper + abs(gap) + _ROUNDING * max(abs(lower), abs(upper)):
                raise ValueError(f"expected lower <= upper; got {lower:g} and {upper:g}")
            return cls(**content)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DataError(f"expected bounds saved by rmot in {path}; {error}") from error


def price_bounds(
    payoff: Payoff | ArrayLike,
    prior: Prior | None,
    *,
    quotes: Quotes | None = None,
    forwards: ArrayLike = 1.0,
    divergence: ChiSquared | CressieRead | KullbackLeibler | Unrestricted,
    radius: float | Radius | MultipleOfLeast | None = None,
    calibrated: Calibrated | None = None,
) -> Bounds:
    """Return price bounds over all laws that meet quotes and forwards.

    Parameters
    ----------
    payoff : Payoff or array_like, shape (n,)
        An object, or values on the prior's points.
    prior : Prior or None
        None only for `Unrestricted` with payoff objects, which does not use it.
    quotes : Quotes, optional
        Undiscounted, in the units of the prior's prices.
    forwards : float or array_like, shape (n_assets,)
        Means of the prices, met exactly.
    divergence : ChiSquared, CressieRead, KullbackLeibler or Unrestricted
        `Unrestricted`: all laws on [0, inf) when all payoffs are objects of one asset, laws on
        the nodes when one is an array. `CressieRead` refuses a prior with a tail; with
        `KullbackLeibler` a tail's rate is taken as zero, so that bounds around an exponential
        tail are valid and may be wide.
    radius : float, Radius or MultipleOfLeast
        The largest divergence, or a rule for it; needed with a divergence, refused with
        `Unrestricted`.
    calibrated : Calibrated, optional
        That of bounds found before, under the same prior, quotes, forwards and divergence: the law
        nearest to the prior is then taken from there, for any payoff and radius.

    Raises
    ------
    ParameterError
        Shapes, numbers or the combination of arguments do not fit.
    InfeasibleQuotes
        No law meets the quotes; the message names them.
    InfeasibleRadius
        `radius` is below `minimum_radius`; the message gives it.
    AccuracyError
        The solver fell short of a gap of 1e-5 standard deviations of the payoff.

    Notes
    -----
    The ball follows Ben-Tal, den Hertog, De Waegenaere, Melenberg and Rennen (2013), "Robust
    solutions of optimization problems affected by uncertain probabilities"; the classical bounds
    follow Hobson (1998), "Robust hedging of the lookback option".

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> quotes = Quotes([call(1.0)], [0.08], [0.08])
    >>> bounds = price_bounds(call(1.2), None, quotes=quotes, divergence=Unrestricted())
    >>> round(bounds.lower, 9), round(bounds.upper, 9)
    (0.0, 0.08)
    """
    item = payoff if isinstance(payoff, Payoff) else payoff_values(payoff)
    are_objects = isinstance(item, Payoff) and (quotes is None or quotes.are_objects)
    if isinstance(divergence, Unrestricted):
        if radius is not None or calibrated is not None:
            wrong = radius if calibrated is None else "a calibrated law"
            raise ParameterError(f"expected no radius with Unrestricted; got {wrong}")
        return _classical(item, prior, quotes, forwards, are_objects)
    require_ball(divergence)
    if prior is None:
        raise ParameterError(f"expected a prior with {divergence}; got None")
    if radius is None:
        raise ParameterError(
            f"expected a radius with {divergence}, a number or a rule for it; got None"
        )
    means = forward_means(forwards, prior.points.shape[1:])
    problem = assemble(item, prior, quotes, means, divergence)
    about = (prior, (quotes,), tuple(means.tolist()), divergence)
    found = solve(problem, radius, None if calibrated is None else calibrated.of_same(*about))
    law, lower, upper = found.law, found.lower, found.upper
    densities = (law.density, upper.density, lower.density)
    return Bounds(
        lower.value,
        upper.value,
        lower.hedge,
        upper.hedge,
        found.gap,
        not are_objects or prior.tail is None,
        price_of(problem, law),
        law.least,
        found.radius,
        _larger(upper.sampling_error, lower.sampling_error),
        any(tail_turns_negative(problem, density) for density in densities),
        price_hedge=price_hedge(problem, law),
        laws=BallLaws.of(prior, found),
        calibrated=Calibrated(*about, law),
    )


def _larger(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


def _classical(
    payoff: Payoff | Vector,
    prior: Prior | None,
    quotes: Quotes | None,
    forwards: ArrayLike,
    are_objects: bool,
) -> Bounds:
    if are_objects:
        if not isinstance(payoff, PiecewiseLinear):
            raise ParameterError(
                "expected a payoff of one asset (baskets: basket_bounds, or values on the nodes)"
            )
        problem = at_all_prices(payoff, quotes, forward_means(forwards, ()))
    else:
        if prior is None:
            raise ParameterError("expected a prior: payoffs given as arrays live on its points")
        problem = on_nodes(payoff, prior, quotes, forward_means(forwards, prior.points.shape[1:]))
    lower, upper, gap = classical_bounds(problem)
    return Bounds(lower.cost, upper.cost, lower, upper, gap, not are_objects)
