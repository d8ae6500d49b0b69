"""Knows the surfaces of the race: three expiries of 50 strikes, of known truth or of the index.

Strikes lie evenly between 3 standard deviations at the money below the forward and 2 above. Of the
index's chain the expiries nearest to 30, 91 and 365 days are taken, and their maturities are those
of all other surfaces.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.surrogate.box import model_at
from rmot.errors import DataError
from rmot.market import OptionSurface, read_chain
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface

DAYS = (30, 91, 365)
STRIKES = 50
DEVIATIONS = (-3.0, 2.0)

HALF_SPREAD = 1e-3
"""A tenth of a volatility point, as the index's quotes have it at the median."""

_PRICE_ERROR = 1e-11

Array = NDArray[np.float64]


def index_surface(path: Path) -> OptionSurface:
    """Read three expiries of a chain.

    Raises
    ------
    DataError
        The chain has fewer than three expiries with enough quotes.
    """
    surface = read_chain(path).surface().within_deviations(*DEVIATIONS)
    whole = [smile for smile in surface.slices if len(smile) >= STRIKES]
    days = np.array([365 * smile.maturity for smile in whole])
    rows = sorted({int(np.argmin(np.abs(days - each))) for each in DAYS}) if whole else []
    if len(rows) < len(DAYS):
        raise DataError(
            f"expected expiries of {STRIKES} quotes near {DAYS} days in {path.name}; got those of "
            f"{[round(float(days[row])) for row in rows]} days"
        )
    return replace(surface, slices=tuple(whole[row] for row in rows)).thin(STRIKES)


def true_smiles(point: Array, maturities: Array, half_spread: float) -> list[TrueSmile]:
    """Price the strikes of a model in or beyond the box; what has no volatility is left out."""
    model = model_at(point)
    smiles: list[TrueSmile] = []
    for maturity in maturities.tolist():
        at_the_money = float(model.implied_volatility([0.0], maturity)[0])
        k = np.linspace(*DEVIATIONS, STRIKES) * at_the_money * maturity**0.5
        volatility = model.implied_volatility(k, maturity, tolerance=_PRICE_ERROR)
        there = np.isfinite(volatility)
        spread = np.full(int(there.sum()), half_spread)
        smiles.append(TrueSmile(maturity, k[there], volatility[there], spread))
    return smiles


def drawn_surface(smiles: list[TrueSmile], seed: tuple[int, ...] | None) -> OptionSurface:
    """Draw quotes around true smiles; without a seed they are the truth."""
    return synthetic_surface(smiles, None if seed is None else np.random.default_rng(seed))


def quoted(smiles: list[TrueSmile]) -> tuple[Array, Array]:
    """Return log-moneyness and volatility as arrays (maturities, STRIKES), nan where none is."""
    k, volatility = np.full((2, len(smiles), STRIKES), np.nan)
    for row, smile in enumerate(smiles):
        k[row, : smile.log_moneyness.size] = smile.log_moneyness
        volatility[row, : smile.log_moneyness.size] = smile.implied_volatility
    return k, volatility
