r"""Intervals of prices far from the money: chi-squared balls about a law, given quotes near it.

The radius is the least at which the quotes inside can be met, and an excess over it. A held-out
quote is met by the interval of its price when some law in the ball prices it between bid and ask,

.. math:: \eta \ge \min\{\chi^2(Q|P) : Q \text{ meets the quotes inside and the one held out}\},

so that one problem a quote tells at which excess it is met. Where a strike lies beyond the nodes of
the prior, the option of the last strike within them bounds it from above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import ParameterError, RmotError
from rmot.numerics import black_otm, implied_volatility_otm
from rmot.payoffs import PiecewiseLinear, call, put
from rmot.transport import (
    ChiSquared,
    Prior,
    Quotes,
    Radius,
    Unrestricted,
    least_radius,
    needed_radius,
    price_bounds,
)

Vector = NDArray[np.float64]

N_POINTS = 600
_COARSE = 8
_LEFT, _RIGHT = 1.25, 0.98
"""Shares of the ends of a law between which it has nodes enough to place one on a strike."""


@dataclass(frozen=True)
class Interval:
    """Volatilities between which an option's lies.

    Attributes
    ----------
    lower, upper : float
        nan where there is no answer; zero is the volatility of a price of zero.
    nearest : float
        Under the law nearest to the prior; nan where the strike lies beyond its nodes.
    failure : str
        The kind of error that stood in the way.
    """

    lower: float
    upper: float
    nearest: float = np.nan
    failure: str = ""


@dataclass(frozen=True, eq=False)
class Ball:
    """A prior, the quotes to be met, and the least radius that meets them.

    Attributes
    ----------
    prior : Prior
    quotes : Quotes
    maturity : float
    least : float
    """

    prior: Prior
    quotes: Quotes
    maturity: float
    least: float

    @classmethod
    def around(cls, prior: Prior, inside: pd.DataFrame) -> Ball:
        """Find the least radius at which the quotes of one expiry are met.

        Parameters
        ----------
        prior : Prior
        inside : DataFrame
            Columns ``maturity``, ``log_moneyness``, ``bid_volatility`` and ``ask_volatility``.

        Raises
        ------
        RmotError
            No law close to the prior meets the quotes.
        """
        quotes = quotes_of(inside)
        least = least_radius(prior, quotes, divergence=ChiSquared())
        return cls(prior, quotes, float(inside["maturity"].iloc[0]), least)

    def needed_excess(self, k: float, bid_volatility: float, ask_volatility: float) -> float:
        """Return the excess at which a further quote is met: inf if none, nan if none is found."""
        option, within = self._option(k)
        bid, ask = black_otm(
            np.full(2, k), np.array([bid_volatility, ask_volatility]), self.maturity
        )
        needed = needed_radius(
            option,
            float(bid),
            float(ask) if within else np.inf,
            self.prior,
            self.quotes,
            divergence=ChiSquared(),
        )
        # max would let a nan through or not by its place
        return needed if np.isnan(needed) else max(needed - self.least, 0.0)

    def interval(self, k: float, excess: float) -> Interval:
        """Return the volatilities that laws in the ball give to the option struck at `k`."""
        option, within = self._option(k)
        try:
            found = price_bounds(
                option,
                self.prior,
                quotes=self.quotes,
                divergence=ChiSquared(),
                radius=Radius(self.least + excess, "the least, and an excess chosen elsewhere"),
            )
        except RmotError as error:
            return Interval(np.nan, np.nan, failure=type(error).__name__)
        prices = np.array([found.lower if within else 0.0, found.upper, found.price])
        lower, upper, nearest = _volatilities(prices, k, self.maturity)
        return Interval(lower, upper, nearest if within else np.nan)

    def _option(self, k: float) -> tuple[PiecewiseLinear, bool]:
        """Return the option out of the money, or the one that dominates it and has nodes."""
        strike = float(np.exp(k))
        low, high = _ends(self.prior)
        nearest = min(max(strike, low), high)
        return _out_of_the_money(nearest), nearest == strike


def law(model: Any, maturity: float, log_moneyness: Vector) -> Prior:
    """Return the law of a model, with boundaries of cells at all strikes within its reach.

    Raises
    ------
    RmotError
        The law cannot be made discrete so.
    """
    strikes = np.unique(np.exp(log_moneyness))
    try:
        return model.prior(maturity, n_points=N_POINTS, kinks=strikes)
    except ParameterError:
        # some strikes lie beyond its reach
        low, high = _ends(model.prior(maturity, n_points=_COARSE))
        kinks = strikes[(strikes >= low) & (strikes <= high)]
        return model.prior(maturity, n_points=N_POINTS, kinks=kinks)


def quotes_of(inside: pd.DataFrame) -> Quotes:
    """Return the options out of the money, priced at bid and ask; forward = 1."""
    k, maturity = inside["log_moneyness"].to_numpy(), float(inside["maturity"].iloc[0])
    bid, ask = (
        black_otm(k, inside[f"{side}_volatility"].to_numpy(), maturity) for side in ("bid", "ask")
    )
    return Quotes([_out_of_the_money(strike) for strike in np.exp(k)], bid, ask)


def classical_interval(inside: pd.DataFrame, k: float) -> Interval:
    """Return the volatilities that all laws give which meet the quotes."""
    maturity = float(inside["maturity"].iloc[0])
    try:
        found = price_bounds(
            _out_of_the_money(float(np.exp(k))),
            None,
            quotes=quotes_of(inside),
            divergence=Unrestricted(),
        )
    except RmotError as error:
        return Interval(np.nan, np.nan, failure=type(error).__name__)
    lower, upper = _volatilities(np.array([found.lower, found.upper]), k, maturity)
    return Interval(lower, upper)


def _ends(prior: Prior) -> tuple[float, float]:
    assert prior.tail is not None
    return _LEFT * float(prior.points[0]), _RIGHT * prior.tail.start


def _out_of_the_money(strike: float) -> PiecewiseLinear:
    return put(strike) if strike < 1.0 else call(strike)


def _volatilities(price: Vector, k: float, maturity: float) -> list[float]:
    # rounding makes some prices negative that are zero
    return implied_volatility_otm(np.maximum(price, 0.0), k, maturity).tolist()
