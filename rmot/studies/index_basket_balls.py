"""Chi-squared balls around joint laws of SPX and NDX, beside classical bounds and 001's Table 3.

The joint laws: marginals of the fitted rough Heston models under a Gaussian copula with the past
year's correlation (another measure: an assumption), and the rough factor model fitted to both
indices. Quotes of both, expiry 18 March 2022, are met; that a finite sample can do so, quotes
beyond all but a thousandth of its points are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.calibration import FactorFit, Fit
from rmot.dependence import HistoricalCorrelation, aligned_returns, historical_correlation
from rmot.market import Smile, read_history
from rmot.market.registry import sha256
from rmot.payoffs import basket_call
from rmot.studies.index_basket import WEIGHTS, quoted_slice
from rmot.studies.study import Config, main
from rmot.transport import (
    ChiSquared,
    MultipleOfLeast,
    Prior,
    Quotes,
    basket_bounds,
    gaussian_copula,
    on_assets,
    price_bounds,
    smile_quantile,
)

NAMES = ("SPX", "NDX")
HISTORIES = ("SPY", "QQQ")
DAYS = 252
MULTIPLES = (1.1, 2.0, 10.0)
"""Radii in units of the least one at which the quotes can be met."""

SYNTHETIC_CORRELATION = 0.9
"""Of the returns that stand in where there are no histories."""

POINTS = {"quick": 1 << 13, "full": 1 << 15, "deep": 1 << 16}
BEYOND = 1e-3


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each strike, joint law and radius, in units of the forward.

    Inputs are both chains, their fits, the factor model's, ``published`` and, where there are, two
    histories; without them returns are drawn.
    """
    published = read_csv(config.inputs["published"])
    surfaces = [quoted_slice(config, name) for name in NAMES]
    smiles = [surface.slices[0] for surface in surfaces]
    past = past_correlation(config, surfaces[0].valuation)
    rows: list[dict[str, object]] = []
    for name, prior in joint_laws(config, smiles, past):
        quotes = [within_reach(smile, prior.points[:, i]) for i, smile in enumerate(smiles)]
        for row in published.to_dict("records"):
            rows += _at_strike(name, prior, quotes, row)
    kinds = {surface.source.kind for surface in surfaces}
    return pd.DataFrame(rows).assign(
        past_correlation=past.correlation[0, 1],
        past_lower=past.lower[0, 1],
        past_upper=past.upper[0, 1],
        published_sha256=sha256(config.inputs["published"]),
        data=" and ".join(sorted(kinds)),
        data_sha256=" ".join(surface.source.sha256 for surface in surfaces),
    )


def past_correlation(config: Config, close: datetime) -> HistoricalCorrelation:
    """Return the correlation of daily returns over the year before a close."""
    if set(HISTORIES) <= set(config.inputs):
        histories = {name: read_history(config.inputs[name]) for name in HISTORIES}
        returns = aligned_returns(histories, end=f"{close:%Y-%m-%d}").to_numpy()
    else:
        generator = np.random.default_rng(config.seed)
        covariance = [[1.0, SYNTHETIC_CORRELATION], [SYNTHETIC_CORRELATION, 1.0]]
        returns = generator.multivariate_normal([0.0, 0.0], covariance, DAYS)
    return historical_correlation(returns[-DAYS:], seed=config.seed)


def joint_laws(
    config: Config, smiles: list[Smile], past: HistoricalCorrelation
) -> Iterator[tuple[str, Prior]]:
    """Yield both joint laws, by name, of the two indices' prices over their forwards."""
    points, maturity = POINTS[config.profile], smiles[0].maturity
    marginals = [
        smile_quantile(Fit.load(config.inputs[f"{name}_fit"]).model, maturity) for name in NAMES
    ]
    yield "Gaussian copula", gaussian_copula(marginals, past.correlation, points, seed=config.seed)
    factors = FactorFit.load(config.inputs["factors"]).model
    yield "rough factors", factors.prior(maturity, points, seed=config.seed)


def within_reach(smile: Smile, sample: NDArray[np.float64]) -> Quotes:
    """Return the quotes that lie within all but a thousandth of a sample's points."""
    low, high = np.quantile(sample, [BEYOND, 1.0 - BEYOND])
    kept = (np.exp(smile.log_moneyness) > low) & (np.exp(smile.log_moneyness) < high)
    every = Quotes.from_smile(smile)
    payoffs = [payoff for payoff, keep in zip(every.payoffs, kept, strict=True) if keep]
    return Quotes(payoffs, every.bid[kept], every.ask[kept])


def _at_strike(
    name: str, prior: Prior, quotes: list[Quotes], published: dict[Any, Any]
) -> Iterator[dict[str, object]]:
    payoff = basket_call(WEIGHTS, published["moneyness"])
    classical = basket_bounds(payoff, quotes=quotes, forwards=(1.0, 1.0))
    both, calibrated = on_assets(quotes), None
    for multiple in MULTIPLES:
        found = price_bounds(
            payoff,
            prior,
            quotes=both,
            forwards=(1.0, 1.0),
            divergence=ChiSquared(),
            radius=MultipleOfLeast(multiple),
            calibrated=calibrated,
        )
        calibrated = found.calibrated
        yield {
            "law": name,
            "strike": published["moneyness"],
            "multiple": multiple,
            "lower": found.lower,
            "upper": found.upper,
            "price": found.price,
            "prior_price": prior.expectation(payoff),
            "least_radius": found.minimum_radius,
            "sampling_error": found.sampling_error,
            "classical_lower": classical.lower,
            "classical_upper": classical.upper,
            "published_lower": published["lower"],
            "published_upper": published["upper"],
            "quotes": sum(len(side) for side in quotes),
        }


if __name__ == "__main__":
    main(run)
