r"""What is traded on one expiry: the options to hedge with, and payoffs that are none of them.

Hedges are made of few quotes within two deviations. Payoffs are struck at listed strikes near
-1, 0, 1 and 2.5 deviations that are left out of them, so that each is one that the hedge has to
span; the last lies beyond all that it holds. With z its price's standard deviation at the money,

.. math:: d = \log(K/F)/z .

The balls lie around rough Heston fitted to the same few quotes, their radii the least at which
these are met and an excess.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.calibration import calibrate
from rmot.errors import CalibrationError, DataError, IdentificationWarning
from rmot.market import OptionSurface, Smile
from rmot.models import RoughHeston
from rmot.payoffs import PiecewiseLinear, call, digital, put, straddle
from rmot.studies.extrapolation.balls import law
from rmot.transport import (
    Bounds,
    Calibrated,
    ChiSquared,
    Prior,
    Quotes,
    Radius,
    Unrestricted,
    least_radius,
    price_bounds,
)

Vector = NDArray[np.float64]

EXCESSES = (1e-4, 1e-3, 1e-2, 1e-1)
"""Radii beyond the least: a chi-squared divergence of a hundredth moves a mean by at most a tenth
of a standard deviation."""

CLASSICAL = "classical"
WITHIN = 2.0
INSTRUMENTS = 12
FEWEST = 5
TARGETS = (-1.0, 0.0, 1.0, 2.5)
APART = 0.35
"""How far, in deviations, a listed strike may lie from where a payoff is wanted."""
FIXED = {"mean_reversion": 0.0, "long_run_variance": 0.0}


@dataclass(frozen=True, eq=False)
class Target:
    """A payoff that is bounded.

    Attributes
    ----------
    name : str
    payoff : PiecewiseLinear
        In units of the forward.
    row : int
        Of the smile's quote at its strike.
    """

    name: str
    payoff: PiecewiseLinear
    row: int


@dataclass(frozen=True, eq=False)
class Book:
    """What one expiry offers.

    Attributes
    ----------
    smile : Smile
        All quotes.
    rows : ndarray, shape (J,)
        Which of them a hedge may hold.
    targets : tuple of Target
    """

    smile: Smile
    rows: NDArray[np.intp]
    targets: tuple[Target, ...]

    @property
    def hedges(self) -> Smile:
        """The quotes that a hedge may hold."""
        return self.smile.rows(self.rows)

    @property
    def quotes(self) -> Quotes:
        """The hedges as quotes of calls, forward = 1."""
        return Quotes.from_smile(self.hedges)


def deviations(smile: Smile) -> Vector:
    """Return log-moneyness in standard deviations at the money, shape (n,)."""
    volatility = np.interp(0.0, smile.log_moneyness, smile.implied_volatility)
    return smile.log_moneyness / (volatility * np.sqrt(smile.maturity))


def book(smile: Smile) -> Book:
    """Choose payoffs and hedges.

    Raises
    ------
    DataError
        Too few quotes near the money, or no strike where a payoff is wanted but far from it.
    """
    distance = deviations(smile)
    rows = {}
    for wanted in TARGETS:
        row = int(np.argmin(np.abs(distance - wanted)))
        if abs(distance[row] - wanted) <= APART:
            rows[wanted] = row
    near = np.setdiff1d(np.flatnonzero(np.abs(distance) <= WITHIN), list(rows.values()))
    if near.size < FEWEST or 0.0 not in rows or len(set(rows.values())) < len(rows):
        raise DataError(
            f"expected {FEWEST} quotes near the money beside those of payoffs; got {near.size}"
        )
    chosen = near[np.unique(np.linspace(0, near.size - 1, INSTRUMENTS).astype(int))]
    makers = {
        -1.0: (("put below", put),),
        0.0: (("straddle", straddle), ("digital", digital)),
        1.0: (("call above", call),),
        2.5: (("call beyond", call),),
    }
    targets = tuple(
        Target(name, make(float(np.exp(smile.log_moneyness[row]))), row)
        for wanted, row in rows.items()
        for name, make in makers[wanted]
    )
    return Book(smile, chosen, targets)


def fitted(surface: OptionSurface, hedges: Smile, start: RoughHeston | None = None) -> RoughHeston:
    """Fit rough Heston's four parameters to the hedges of one expiry.

    One search starts at a model of like quotes, where there is one; else, or where that search
    fails, all starts are tried.

    Raises
    ------
    RmotError
        It cannot be fitted.
    """
    own = replace(surface, slices=(hedges,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        if start is not None:
            try:
                return calibrate(RoughHeston, own, fixed=FIXED, start=start).model
            except CalibrationError:
                pass
        return calibrate(RoughHeston, own, fixed=FIXED).model


def prior_of(model: RoughHeston, offered: Book) -> Prior:
    """Return the law of a model with cells that end at all strikes of the book."""
    strikes = [offered.hedges.log_moneyness]
    strikes += [offered.smile.log_moneyness[[target.row]] for target in offered.targets]
    return law(model, offered.smile.maturity, np.concatenate(strikes))


def all_bounds(
    target: Target,
    quotes: Quotes,
    prior: Prior,
    least: float,
    calibrated: Calibrated | None = None,
) -> dict[str, Bounds]:
    """Return the classical bounds of a payoff and those of the balls, by name.

    The law nearest to the prior may be known from another payoff.

    Raises
    ------
    RmotError
        As the bounds raise it; the market is then left out, with a count.
    """
    balls = {}
    for excess in EXCESSES:
        found = price_bounds(
            target.payoff,
            prior,
            quotes=quotes,
            divergence=ChiSquared(),
            radius=Radius(least + excess, "the least, and an excess"),
            calibrated=calibrated,
        )
        balls[f"{excess:g}"] = found
        calibrated = found.calibrated
    classical = price_bounds(target.payoff, None, quotes=quotes, divergence=Unrestricted())
    return {CLASSICAL: classical} | balls


def least_of(prior: Prior, quotes: Quotes) -> float:
    """Return the least chi-squared divergence at which the hedges' quotes are met."""
    return least_radius(prior, quotes, divergence=ChiSquared())
