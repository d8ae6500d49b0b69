"""Markets of known truth: smiles of a rough Heston model, settled on paths of the same model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from rmot.market.synthetic import VALUATION
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import RoughHeston
from rmot.studies.trading.markets import CHAINS, Market

NAMES = ("M1", "M2")
VARIANCES = (0.03, 0.07)
MATURITY = 21 / 365
REACH = 3.2
STRIKES = 41
HALF_SPREAD = 0.004
"""Of implied volatility, on either side of the truth."""


def true_model(variance: float) -> RoughHeston:
    """Return the law that quotes and settlement share."""
    return RoughHeston(
        hurst=0.15,
        vol_of_vol=0.4,
        correlation=-0.65,
        initial_variance=variance,
        mean_reversion=0.0,
        long_run_variance=0.0,
    )


def synthetic_markets(dates: int, seed: int, group: str = CHAINS) -> Iterator[Market]:
    """Yield the names' markets of consecutive weeks; prices per forward, so the forward is 1."""
    generator = np.random.default_rng(seed)
    for week in range(dates):
        day = VALUATION.date() + timedelta(days=7 * week)
        for name, variance in zip(NAMES, VARIANCES, strict=True):
            model = true_model(variance * generator.uniform(0.7, 1.4))
            deviation = np.sqrt(variance * MATURITY)
            k = np.linspace(-REACH, REACH, STRIKES) * deviation
            smile = TrueSmile(
                MATURITY,
                k,
                model.implied_volatility(k, MATURITY),
                np.full(STRIKES, HALF_SPREAD),
            )
            surface = synthetic_surface([smile], None, name)
            quoted = replace(surface.slices[0], expiry=day + timedelta(days=21))
            times = np.linspace(0.0, MATURITY, 16)
            drawn = model.simulate(times[1:], 1, int(generator.integers(2**31)))
            path = np.concatenate([[1.0], np.asarray(drawn)[0]])
            yield Market(
                name,
                day,
                quoted,
                replace(surface, slices=(quoted,)),
                float(path[-1]),
                "model",
                times,
                path,
                np.empty((2, 0)),
                group,
            )
