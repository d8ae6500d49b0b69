r"""The quotes of one asset-day, and rough Heston fitted to them.

A chain gives a surface of all expiries within half a year; H and what goes with it is free, mean
reversion is held, and H has an interval from its profile likelihood. A day of last prices gives one
smile, which leaves H open (`rmot.studies.backtest.laws`). A drawn asset-day has quotes of a rough
Heston model with errors around them: H is uniform on [0.03, 0.3], the other parameters lie about
those of an index, and a quote's error is half a volatility point.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from rmot.calibration import Fit, calibrate
from rmot.errors import DataError, IdentificationWarning, MissingData
from rmot.market import LastPrices, OptionSurface, read_last_prices
from rmot.market.registry import DataSource, describe, locate
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.market.traded_smiles import TradedSmile, traded_smile
from rmot.models import RoughHeston
from rmot.studies.asset_days.chains import LAST_PRICES, AssetDay
from rmot.studies.asset_days.listing import DRAWN
from rmot.studies.backtest.laws import STEPS, fitted
from rmot.studies.surfaces.portfolio import FIXED, QUOTES_PER_SLICE, surface_of

WHOLE, TRADED = "bid and ask", "last trades"
"""What quotes are: of all expiries, or of one."""

_MATURITIES = np.array([14, 28, 49, 77, 112, 168]) / 365
_DEVIATIONS = np.linspace(-4.0, 3.0, 41)
_NOISE = 0.005


@dataclass(frozen=True)
class Quotes:
    """What the asset-days of one job are read with.

    Attributes
    ----------
    profile : {"full", "quick", "deep"}
    seed : int
        Of what is drawn.
    """

    profile: str
    seed: int
    _sources: dict[str, DataSource] = field(default_factory=dict)

    def read(self, day: AssetDay) -> OptionSurface | TradedSmile:
        """Return the quotes of an asset-day.

        Raises
        ------
        MissingData
            Its file is not here.
        DataError
            The file is of another asset or day, or no quotes are left.
        """
        if day.dataset == DRAWN:
            return drawn_surface(self.truth(day), self._generator(day, 1), day.asset)
        if day.dataset == LAST_PRICES:
            table = self._last_prices.table
            chosen = (table["underlying"] == day.asset) & (table["date"].map(str) == day.day)
            return traded_smile(table.loc[chosen])
        surface = surface_of(_file(day), QUOTES_PER_SLICE[self.profile])
        found = surface.underlying, surface.valuation.date().isoformat()
        if found != (day.asset, day.day):
            raise DataError(f"{day.dataset}: expected {day.asset} on {day.day}; got {found}")
        return surface

    def source(self, day: AssetDay) -> tuple[str, str]:
        """Return what kind of data an asset-day's quotes are, and the hash of their file."""
        if day.dataset == DRAWN:
            return "synthetic", ""
        if day.dataset not in self._sources:
            self._sources[day.dataset] = describe(_file(day))
        return self._sources[day.dataset].kind, self._sources[day.dataset].sha256

    def size(self, day: AssetDay) -> float:
        """Return how many bytes of a file, as it is stored, are an asset-day's."""
        if day.dataset == DRAWN:
            return 0.0
        size = _file(day).stat().st_size
        if day.dataset == LAST_PRICES:
            days = self._last_prices.table[["underlying", "date"]].drop_duplicates()
            return size / len(days)
        return float(size)

    def truth(self, day: AssetDay) -> RoughHeston:
        """Return the model that an asset-day's quotes are drawn from."""
        draw = self._generator(day, 0).uniform
        level = draw(0.02, 0.09)
        return RoughHeston(
            hurst=draw(0.03, 0.3),
            vol_of_vol=draw(0.2, 0.5),
            correlation=draw(-0.8, -0.4),
            initial_variance=level,
            mean_reversion=FIXED["mean_reversion"],
            long_run_variance=level * draw(0.8, 1.6),
        )

    def _generator(self, day: AssetDay, stream: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, int(day.asset.removeprefix("MODEL")), stream])

    @cached_property
    def _last_prices(self) -> LastPrices:
        return read_last_prices(_file(AssetDay("", "", LAST_PRICES)))


def drawn_surface(
    model: RoughHeston, generator: np.random.Generator | None, underlying: str
) -> OptionSurface:
    """Return quotes of a model at six expiries, with errors of half a volatility point."""
    smiles = []
    for maturity in _MATURITIES:
        k = np.sqrt(model.long_run_variance * maturity) * _DEVIATIONS
        truth = model.implied_volatility(k, maturity)
        smiles.append(TrueSmile(float(maturity), k, truth, np.full(k.size, _NOISE)))
    return synthetic_surface(smiles, generator, underlying)


def fit(quotes: OptionSurface | TradedSmile, asset: str) -> Fit:
    """Fit rough Heston to an asset-day's quotes.

    Raises
    ------
    RmotError
        Whatever a calibration refuses.
    """
    with warnings.catch_warnings():
        # a fit keeps these lines, and a row says what it is known from
        warnings.simplefilter("ignore", IdentificationWarning)
        if isinstance(quotes, TradedSmile):
            return fitted(quotes, STEPS[asset])
        return calibrate(RoughHeston, quotes, fixed=FIXED, profile="hurst")


def _file(day: AssetDay) -> Path:
    path = locate(day.dataset)
    if path is None:
        raise MissingData(f"expected the dataset {day.dataset}; it is not here")
    return path
