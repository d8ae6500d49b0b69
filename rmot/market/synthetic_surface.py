"""Surfaces of known truth made in memory: volatilities of a model with errors drawn around them.

The mid of a quote is its true implied volatility plus a Gaussian error; bid and ask lie one
standard deviation of that error to either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.data_digest import data_digest
from rmot.errors import ParameterError
from rmot.market.filters import FilterReport
from rmot.market.registry import DataSource
from rmot.market.surface import OptionSurface, Smile
from rmot.market.synthetic import VALUATION
from rmot.numerics import black_call

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrueSmile:
    """What is true of one expiry, and how well it is quoted.

    Attributes
    ----------
    maturity : float
        In years.
    log_moneyness : ndarray, shape (n,)
        Increasing.
    implied_volatility : ndarray, shape (n,)
    noise : ndarray, shape (n,)
        Standard deviation of each quote's error in implied volatility.
    """

    maturity: float
    log_moneyness: Vector
    implied_volatility: Vector
    noise: Vector


def synthetic_surface(
    smiles: Sequence[TrueSmile], generator: np.random.Generator | None, underlying: str = "MODEL"
) -> OptionSurface:
    """Draw quotes around true smiles.

    Parameters
    ----------
    smiles : sequence of TrueSmile
        By increasing maturity. Forward and discount factor are 1.
    generator : numpy.random.Generator or None
        With None the mids are the truth.
    underlying : str

    Returns
    -------
    OptionSurface
        Its expiries are the maturities rounded to days; its source says ``synthetic``.

    Raises
    ------
    ParameterError
        No smiles, maturities that do not increase, or noise so large that a bid volatility is not
        positive.
    """
    maturities = [smile.maturity for smile in smiles]
    if not maturities or not all(np.diff([0.0, *maturities]) > 0):
        raise ParameterError(f"expected positive, increasing maturities; got {maturities}")
    slices = tuple(_quoted(smile, generator) for smile in smiles)
    found = data_digest([(smile.log_moneyness, smile.implied_volatility) for smile in slices])
    source = DataSource(underlying, found, "synthetic")
    return OptionSurface(underlying, VALUATION, slices, FilterReport(()), source)


def _quoted(smile: TrueSmile, generator: np.random.Generator | None) -> Smile:
    k, maturity = smile.log_moneyness, smile.maturity
    error = 0.0 if generator is None else smile.noise * generator.standard_normal(k.size)
    middle = smile.implied_volatility + error
    bid, ask = middle - smile.noise, middle + smile.noise
    if not (bid > 0).all():
        raise ParameterError(
            f"expected bid volatilities above zero; got {bid.min():.3g} at maturity {maturity:.6g}"
        )
    bid_price, ask_price, price = (
        black_call(k, volatility=volatility, maturity=maturity) for volatility in (bid, ask, middle)
    )
    days = timedelta(days=round(365 * maturity))
    return Smile(
        expiry=VALUATION.date() + days,
        settlement="PM",
        maturity=maturity,
        forward=1.0,
        discount_factor=1.0,
        strike=np.exp(k),
        log_moneyness=k,
        bid_price=bid_price,
        ask_price=ask_price,
        call_price=price,
        bid_volatility=bid,
        ask_volatility=ask,
        implied_volatility=middle,
        parity=None,
    )
