r"""Chains of known truth, written as Cboe quote tables that say they are synthetic.

Each option's exact price P is quoted with bid and ask on the tick grid around it,

.. math:: \text{bid} = \lfloor P - u_1 h(P) \rfloor, \qquad \text{ask} = \lceil P + u_2 h(P) \rceil,

with half-spread h and :math:`u_1, u_2` uniform on :math:`[1-\epsilon, 1+\epsilon]`. So the truth
lies within bid and ask, and a mid is off by at most half a tick plus :math:`\epsilon h`. The
default smile is the surface SSVI of Gatheral and Jacquier (`rmot.numerics.total_variance`), free of
static arbitrage, with curvature

.. math:: \varphi(\theta) = \eta\, \theta^{-\gamma} (1 + \theta)^{\gamma - 1}.

Reference: J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", *Quantitative
Finance* 14 (2014) 59–71, Corollary 4.1 and equation (4.5).
"""

from __future__ import annotations

import argparse
import gzip
import io
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market.clock import NEW_YORK, Settlement, settlement_instant, valuation_instant
from rmot.market.clock import year_fraction as _years
from rmot.market.registry import SYNTHETIC_MARKER
from rmot.numerics import black_call
from rmot.numerics.total_variance import power_law, ssvi_slice, total_variance

Vector = NDArray[np.float64]

VALUATION: Final = datetime(2022, 2, 4, 16, 0, tzinfo=NEW_YORK)
EXPIRIES: Final[tuple[tuple[date, Settlement], ...]] = (
    (date(2022, 2, 11), "PM"),
    (date(2022, 2, 18), "AM"),
    (date(2022, 2, 18), "PM"),
    (date(2022, 3, 4), "PM"),
    (date(2022, 3, 18), "AM"),
    (date(2022, 3, 18), "PM"),
    (date(2022, 4, 14), "AM"),
    (date(2022, 6, 17), "AM"),
    (date(2022, 12, 16), "AM"),
)

_ROOTS: Final[dict[tuple[str, Settlement], str]] = {
    ("SPX", "AM"): "SPX",
    ("SPX", "PM"): "SPXW",
    ("NDX", "AM"): "NDX",
    ("NDX", "PM"): "NDXP",
}
_COLUMNS = "Expiration Date,Calls,{side},Strike,Puts,{side}\n".format(
    side="Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)


@dataclass(frozen=True)
class SurfaceSVI:
    r"""The SSVI surface, with at-the-money total variance :math:`\theta = \sigma^2 T`.

    Attributes
    ----------
    volatility : float
        At the money, per square root of a year.
    correlation : float
        In (-1, 1).
    curvature, exponent : float
        :math:`\eta` and :math:`\gamma`; a rough model's skew decays as :math:`T^{H - 1/2}`,
        which is :math:`\gamma = 1/2 - H` here.

    Raises
    ------
    ParameterError
        Outside :math:`\eta (1 + |\rho|) \le 2`, :math:`0 < \gamma \le 1/2`, where the surface is
        known to be free of static arbitrage.
    """

    volatility: float
    correlation: float
    curvature: float
    exponent: float

    def __post_init__(self) -> None:
        if not (self.volatility > 0 and abs(self.correlation) < 1 and 0 < self.exponent <= 0.5):
            raise ParameterError(
                "expected volatility > 0, |correlation| < 1 and exponent in (0, 1/2]; got "
                f"{self.volatility!r}, {self.correlation!r}, {self.exponent!r}"
            )
        if not 0 < self.curvature * (1 + abs(self.correlation)) <= 2:
            raise ParameterError(
                "expected 0 < curvature * (1 + |correlation|) <= 2; got "
                f"{self.curvature * (1 + abs(self.correlation)):.6g}"
            )

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return, shape (n,), Black volatilities per square root of a year."""
        k = np.asarray(log_moneyness, dtype=float)
        theta = self.volatility**2 * maturity
        phi = power_law(theta, self.curvature, self.exponent)
        return np.sqrt(total_variance(k, ssvi_slice(theta, phi, self.correlation)) / maturity)

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return, shape (n,), undiscounted calls with forward 1."""
        volatility = self.implied_volatility(log_moneyness, maturity)
        return black_call(log_moneyness, volatility=volatility, maturity=maturity)


@dataclass(frozen=True, eq=False)
class SyntheticSlice:
    """What is true of one expiry: its forward, discount factor and listed strikes."""

    expiry: date
    settlement: Settlement
    forward: float
    discount_factor: float
    strike: Sequence[float] | Vector


def index_half_spread(price: Vector) -> Vector:
    """Return half the width at which index options of these prices are typically quoted."""
    return 0.02 + 0.01 * np.sqrt(price) + 0.002 * price


def write_cboe_table(
    path: str | os.PathLike[str],
    underlying: str,
    spot: float,
    slices: Sequence[SyntheticSlice],
    call_price: Callable[[Vector, float], ArrayLike],
    *,
    seed: int,
    tick_size: float = 0.05,
    half_spread: Callable[[Vector], Vector] = index_half_spread,
    spread_noise: float = 0.5,
    snapshot: datetime = VALUATION,
) -> None:
    """Write a chain as a Cboe quote table, gzipped where the name ends in ``.gz``.

    Parameters
    ----------
    path : path-like
    underlying : {"SPX", "NDX"}
    spot : float
        Printed as the last level.
    slices : sequence of SyntheticSlice
    call_price : callable
        ``call_price(log_moneyness, maturity)``: undiscounted calls, forward = 1, shape (n,).
    seed : int
        Of the spreads' noise. Equal arguments give equal bytes.
    tick_size : float
        Bids are rounded down and asks up to its multiples; a bid below one tick is none.
    half_spread : callable
        From prices to half-widths, in units of price, shape (n,) to (n,).
    spread_noise : float
        The epsilon above, in [0, 1).
    snapshot : datetime
        With a time zone; maturities run from its `rmot.market.clock.valuation_instant`. The
        table prints it to the minute.

    Raises
    ------
    ParameterError
        An unknown underlying, an expiry in the past, a strike that is no multiple of 0.001, or
        an argument out of its range.
    """
    if not (tick_size > 0 and 0 <= spread_noise < 1 and spot > 0):
        raise ParameterError(
            "expected tick_size > 0, spread_noise in [0, 1) and spot > 0; got "
            f"{tick_size!r}, {spread_noise!r}, {spot!r}"
        )
    generator = np.random.default_rng(seed)
    valuation = valuation_instant(snapshot)
    local = snapshot.astimezone(NEW_YORK)
    text = io.StringIO()
    text.write(f"{SYNTHETIC_MARKER} seed {seed}\n")
    text.write(f"Synthetic {underlying},Last: {spot:.4f},Change:  0\n")
    text.write(f'"Date: {local:%B} {local.day} {local:%Y}, ')
    text.write(f'{local.hour % 12 or 12}:{local:%M %p} {local.tzname()}",')
    text.write("Bid: 0,Ask: 0,Size: 0*0,Volume: 0\n")
    text.write(_COLUMNS)
    for part in slices:
        root = _ROOTS.get((underlying, part.settlement))
        maturity = _years(valuation, settlement_instant(part.expiry, part.settlement))
        if root is None or maturity <= 0:
            raise ParameterError(
                "expected SPX or NDX and an expiry after the valuation; got "
                f"{underlying!r}, {part.expiry.isoformat()}"
            )
        strike = np.asarray(part.strike, dtype=float)
        log_moneyness = np.log(strike / part.forward)
        call = np.asarray(call_price(log_moneyness, maturity), dtype=float)
        unit = part.discount_factor * part.forward
        sides = [
            _quoted(unit * price, generator, tick_size, half_spread, spread_noise)
            for price in (call, call + np.expm1(log_moneyness))
        ]
        for i, level in enumerate(strike):
            thousandths = round(1000 * level)
            if abs(1000 * level - thousandths) > 1e-6 or not 0 < thousandths < 10**8:
                raise ParameterError(f"expected strikes in multiples of 0.001; got {level!r}")
            symbols = [f"{root}{part.expiry:%y%m%d}{side}{thousandths:08d}" for side in "CP"]
            call_cells, put_cells = (
                f"{symbol},0,0,{bid[i]:.10g},{ask[i]:.10g},0,0,0,0,0"
                for symbol, (bid, ask) in zip(symbols, sides, strict=True)
            )
            text.write(f"{part.expiry:%a %b %d %Y},{call_cells},{level:.3f},{put_cells}\n")
    content = text.getvalue().encode()
    if Path(path).suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    with atomic_write(path, "wb") as handle:
        handle.write(content)


def synthetic_index_chain(
    path: str | os.PathLike[str], seed: int, underlying: str = "SPX"
) -> tuple[SyntheticSlice, ...]:
    """Write a chain like the index's at the close of 4 February 2022; return what is true of it.

    Raises
    ------
    ParameterError
        `underlying` is neither ``"SPX"`` nor ``"NDX"``.
    """
    slices = index_slices(underlying)
    index = _index(underlying)
    write_cboe_table(path, underlying, index.spot, slices, index.smile.call_price, seed=seed)
    return slices


def index_slices(underlying: str) -> tuple[SyntheticSlice, ...]:
    """Return the expiries, forwards and strikes of the synthetic index chain."""
    index = _index(underlying)
    slices = []
    for expiry, settlement in EXPIRIES:
        maturity = _years(VALUATION, settlement_instant(expiry, settlement))
        reach = 6 * index.smile.volatility * math.sqrt(maturity)
        # Cboe lists puts much further out than calls.
        first = index.strike_step * math.ceil(index.spot * math.exp(-reach) / index.strike_step)
        last = index.strike_step * math.floor(
            index.spot * math.exp(0.6 * reach) / index.strike_step
        )
        step = index.strike_step * max(1, round((last - first) / (150 * index.strike_step)))
        slices.append(
            SyntheticSlice(
                expiry,
                settlement,
                forward=index.spot * math.exp((index.rate - index.dividend_yield) * maturity),
                discount_factor=math.exp(-index.rate * maturity),
                strike=np.arange(first, last + 0.5 * step, step),
            )
        )
    return tuple(slices)


def index_smile(underlying: str) -> SurfaceSVI:
    """Return the true smile of the synthetic index chain."""
    return _index(underlying).smile


@dataclass(frozen=True)
class _Index:
    spot: float
    rate: float
    dividend_yield: float
    strike_step: float
    smile: SurfaceSVI


_INDICES: Final = {
    "SPX": _Index(4500.0, 0.006, 0.013, 5.0, SurfaceSVI(0.205, -0.7, 1.1, 0.4)),
    "NDX": _Index(14690.0, 0.006, 0.007, 25.0, SurfaceSVI(0.27, -0.65, 1.0, 0.4)),
}


def _index(underlying: str) -> _Index:
    if underlying not in _INDICES:
        raise ParameterError(f"expected one of {', '.join(_INDICES)}; got {underlying!r}")
    return _INDICES[underlying]


def _quoted(
    price: Vector,
    generator: np.random.Generator,
    tick_size: float,
    half_spread: Callable[[Vector], Vector],
    spread_noise: float,
) -> tuple[Vector, Vector]:
    """Return bid and ask, shape (n,) each, on the tick grid on either side of `price`."""
    width = half_spread(price)
    below, above = generator.uniform(1 - spread_noise, 1 + spread_noise, (2, price.size))
    bid = tick_size * np.floor((price - below * width) / tick_size)
    ask = tick_size * np.maximum(np.ceil((price + above * width) / tick_size), 1.0)
    return np.maximum(bid, 0.0), ask


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write a synthetic index chain from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rmot.market.synthetic", description="Write a synthetic index chain."
    )
    parser.add_argument("--out", required=True, help="file to write; gzipped if it ends in .gz")
    parser.add_argument("--underlying", default="SPX", choices=sorted(_INDICES))
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    synthetic_index_chain(chosen.out, chosen.seed, chosen.underlying)


if __name__ == "__main__":
    main()
