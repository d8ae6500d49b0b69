"""Where information is measured: models, maturities, free parameters and noise.

The index set of 002 (its Table 5; levels and mean reversion as in its other examples) is taken
twice, with its vol-of-vol as the factor of sqrt(V) dB and as relative to mean reversion, which is
how 002 writes its equation (2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rmot.artifact.data_digest import data_digest
from rmot.calibration import Fit
from rmot.calibration.design import Noise, price_noise, volatility_noise
from rmot.market.synthetic import index_half_spread, index_slices
from rmot.models import RoughHeston
from rmot.studies.study import Config

FREE = {
    4: ("hurst", "vol_of_vol", "correlation", "initial_variance"),
    6: (
        "hurst",
        "vol_of_vol",
        "correlation",
        "initial_variance",
        "mean_reversion",
        "long_run_variance",
    ),
}
"""002's reduced and full parameter vectors (after Definition 2.1)."""

MATURITIES = {
    1: (1 / 12,),
    3: (1 / 12, 1 / 4, 1 / 2),
    5: (1 / 12, 1 / 6, 1 / 4, 1 / 3, 1 / 2),
}
"""Within 002's Assumption 3.1, one to six months."""

# 002, Theorem 3.1 (iii)
STRIKES = 50
HALF_WIDTH = 0.2
NOISE = 0.002
PRECISION = 0.05
# Assumption 3.1 admits this much
LARGEST_NOISE = 0.01

_SPOT = index_slices("SPX")[0].forward

NOISES: dict[str, Noise] = {
    "0.2% in volatility": volatility_noise(NOISE),
    "1% in volatility": volatility_noise(LARGEST_NOISE),
    "0.2% in price": price_noise(NOISE),
    "index spreads": price_noise(lambda price: index_half_spread(_SPOT * price) / _SPOT),
}
"""002's two levels, its first read as an error of the price over the forward, and half of what
index options are typically quoted wide."""

_INDEX_SET = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.28,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.04,
)


@dataclass(frozen=True)
class Point:
    """A model, with the kind and hash of the data that it rests on."""

    label: str
    model: RoughHeston
    data: str
    data_sha256: str

    @classmethod
    def published(cls, label: str, model: RoughHeston) -> Point:
        """Make a point of no data: its hash is that of the parameters."""
        return cls(label, model, "drawn", data_digest(repr(model)))

    @property
    def columns(self) -> dict[str, str]:
        """What a table says of the data behind a row."""
        return {"data": self.data, "data_sha256": self.data_sha256}


PUBLISHED = {
    "index": Point.published("002", _INDEX_SET),
    "relative": Point.published(
        r"002, relative $\nu$",
        replace(_INDEX_SET, vol_of_vol=_INDEX_SET.mean_reversion * _INDEX_SET.vol_of_vol),
    ),
    # E. Abi Jaber, "Lifting the Heston model", Quantitative Finance 19 (2019)
    "lifted": Point.published(
        "Abi Jaber",
        RoughHeston(
            hurst=0.1,
            vol_of_vol=0.3,
            correlation=-0.7,
            initial_variance=0.02,
            mean_reversion=0.3,
            long_run_variance=0.02,
        ),
    ),
}


def points(inputs: Mapping[str, Path]) -> dict[str, Point]:
    """Return the four named points; the last is the fit in the input ``SPX_fit``."""
    fit = Fit.load(inputs["SPX_fit"])
    fitted = Point("SPX fit", fit.model, fit.source["kind"], fit.source["sha256"])
    return {**PUBLISHED, "fitted": fitted}


def studied(config: Config) -> dict[str, Point]:
    """Return the points that a profile tabulates: all four, or 002's alone in ``quick``."""
    found = points(config.inputs)
    return {"index": found["index"]} if config.profile == "quick" else found
