"""SPX and VIX smiles of the source's model on the quotes that the learned law is held against.

All is as trained on bars of the VIX but the initial variance, which the train quotes of SPX choose.
For the source the VIX is the root of the variance itself, and its options are priced so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rmot.neural.audit import price_rows, sampled_index_rows
from rmot.neural.published.initial_variance import calibrate_initial_variance, model_volatilities
from rmot.neural.published.model import SignatureSDE
from rmot.neural.published.pricing import Grid, simulate_prices
from rmot.neural.published.printed import MARKET
from rmot.studies.neural.competitors import train_surface
from rmot.studies.neural.published_data import load_model
from rmot.studies.neural.published_pricing import MODELS, grid_of
from rmot.studies.neural.quotes import quoted, training_config
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The source's model from an initial variance; each maturity has paths of its own."""

    model: SignatureSDE
    initial_variance: float
    grid: Grid

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return Black volatilities; same shape as log_moneyness."""
        return model_volatilities(
            self.model,
            self.initial_variance,
            MARKET.leverage,
            np.asarray(log_moneyness, dtype=np.float64),
            replace(self.grid, maturity=maturity),
        )

    def index(self, maturity: float) -> Vector:
        """Return the root of the variance at a date, shape (paths,)."""
        paths = simulate_prices(
            self.model,
            self.initial_variance,
            MARKET.leverage,
            replace(self.grid, maturity=maturity),
        )
        return np.exp(0.5 * paths.log_variance[:, -1])


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a model and quote; inputs are the config, weights, and SPX and VIX or none."""
    quotes = quoted(config, training_config(config).quotes)
    seen, grid = train_surface(quotes.price, quotes.targets).slices, grid_of(config)
    rows = []
    for name in MODELS:
        model = load_model(config, name)
        found = calibrate_initial_variance(model, MARKET.leverage, seen, grid)
        law = Calibrated(model, found.initial_variance, grid)
        samples = [law.index(date) for date in quotes.targets.index_dates]
        rows += [
            {"law": f"published_{name}", **row}
            for row in (
                *price_rows(law, quotes.targets),
                *sampled_index_rows(samples, quotes.targets),
            )
        ]
    return pd.DataFrame(rows).assign(data=quotes.targets.data, data_sha256=quotes.targets.sha256)


if __name__ == "__main__":
    main(run)
