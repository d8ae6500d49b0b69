r"""Quotes of known truth for a basket and its constituents: smiles under one flat correlation.

Constituents have SVI smiles; the basket is priced under their Gaussian copula with one
correlation for all pairs. All are quoted with a half-spread of a share of price plus a floor.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from rmot.numerics import black_call
from rmot.numerics.gaussian_copula import common_and_own, independent_normals, prices
from rmot.numerics.quantiles import quantile_of_calls
from rmot.numerics.total_variance import SliceSVI, total_variance

CORRELATION: Final = 0.4
MATURITY: Final = 42 / 365
NAMES: Final = tuple(f"N{i:02d}" for i in range(6))
_GRID = np.linspace(-2.0, 1.2, 1601)
_BASKET = "DIA"
_POINTS, _SCRAMBLINGS = 2**15, 2


def synthetic_basket(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return quotes and smiles in the form of `rmot.studies.dow.quotes`.

    Parameters
    ----------
    count : int
        Quotes of each constituent.
    seed : int
    """
    generator = np.random.default_rng(seed)
    laws, smiles, quotes, forwards = [], [], [], []
    for name in NAMES:
        level = generator.uniform(0.18, 0.35) ** 2 * MATURITY
        row = {
            "minimum_total_variance": 0.8 * level,
            "wing_slope": 0.4 * level / 0.1,
            "correlation": -0.4,
            "translation": 0.02,
            "smoothness": 0.1,
        }
        volatility = np.sqrt(total_variance(_GRID, SliceSVI(*row.values())) / MATURITY)
        calls = black_call(_GRID, volatility, MATURITY)
        laws.append(quantile_of_calls(_GRID, calls))
        smiles.append({"name": name, "maturity": MATURITY, **row, "half_width": 0.004})
        forwards.append(generator.uniform(50.0, 400.0))
        own = np.linspace(-0.2, 0.15, count)
        quotes.append(_quoted(name, own, np.interp(own, _GRID, calls), forwards[-1]))
    weights = np.array(forwards) / np.sum(forwards)
    common, apart = common_and_own(independent_normals(len(NAMES), _POINTS, _SCRAMBLINGS, seed + 1))
    spread = 1.0 + (len(NAMES) - 1) * CORRELATION
    drawn = np.column_stack(
        list(prices(laws, np.sqrt(spread) * common + np.sqrt(1.0 - CORRELATION) * apart))
    )
    own = np.linspace(-0.1, 0.08, 10)
    held = (drawn / drawn.mean(axis=0)) @ weights
    basket = np.maximum(held[:, None] - np.exp(own), 0.0).mean(axis=0)
    quotes.append(_quoted(_BASKET, own, basket, float(np.sum(forwards))))
    both = [
        table.assign(treatment=treatment)
        for treatment in ("european intervals", "as if european")
        for table in quotes
    ]
    return pd.concat(both, ignore_index=True), pd.DataFrame(smiles).assign(
        data="synthetic", data_sha256="none"
    )


def _quoted(name: str, log_moneyness: np.ndarray, fair: np.ndarray, forward: float) -> pd.DataFrame:
    beyond = fair - np.maximum(1.0 - np.exp(log_moneyness), 0.0)
    half = 0.02 * beyond + 2e-4
    return pd.DataFrame(
        {
            "name": name,
            "spot": forward,
            "forward": forward,
            "maturity": MATURITY,
            "log_moneyness": log_moneyness,
            "bid": np.maximum(fair - half, np.maximum(1.0 - np.exp(log_moneyness), 0.0)),
            "ask": fair + half,
            "dropped": 0,
            "data": "synthetic",
            "data_sha256": "none",
        }
    )
