"""Widths of bounds on an equal-weight basket, by number of names and by maturity.

Each name is quoted by calls at a few strikes, at the prices that the joint sample itself gives
them, so that the radius alone widens a ball: classical bounds, and a chi-squared ball.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.models import RoughHeston
from rmot.payoffs import basket_call, call
from rmot.studies.equal_weight.joint_law import fitted, past
from rmot.studies.study import Config, main
from rmot.transport import (
    ChiSquared,
    Prior,
    Quotes,
    basket_bounds,
    gaussian_copula,
    on_assets,
    price_bounds,
    smile_quantile,
)

SIZES = {"quick": (2, 4), "full": (2, 4, 8, 16, 28), "deep": (2, 3, 4, 6, 8, 12, 16, 20, 24, 28)}
MATURITIES = {
    "quick": (1 / 12, 1 / 4),
    "full": (1 / 12, 1 / 6, 1 / 4, 1 / 2),
    "deep": (1 / 24, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2),
}
MIDDLE = 1 / 4
"""The maturity at which the number of names changes."""

STRIKES = (1.0, 1.05)
POINTS = {"quick": 1 << 12, "full": 1 << 14, "deep": 1 << 15}
RADIUS = 0.01
SPREAD = 1e-4
"""Half of bid to ask, in units of the forward."""

LEVELS = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)
"""Quantiles of each price at which calls are quoted."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each number of names, maturity and strike; forwards are 1."""
    models = fitted(config)
    correlation = past(config, list(models)).correlation
    sizes = [size for size in SIZES[config.profile] if size <= len(models)]
    most = max(sizes)
    cases = [(size, MIDDLE) for size in sizes]
    cases += [(most, maturity) for maturity in MATURITIES[config.profile] if maturity != MIDDLE]
    rows: list[dict[str, object]] = []
    for size, maturity in cases:
        print(f"{size} names, {maturity:.3f} years", file=sys.stderr)
        chosen = list(models.values())[:size]
        rows += bounded(chosen, correlation[:size, :size], maturity, config)
    table = read_csv(config.inputs["portfolio"]).set_index("name").loc[list(models)]
    roughest = min(model.hurst for model in list(models.values())[:most])
    return pd.DataFrame(rows).assign(
        least_hurst=roughest,
        data=" and ".join(sorted(set(table["data"]))),
        data_sha256=" ".join(table["data_sha256"].iloc[:most]),
    )


def bounded(
    models: list[RoughHeston], correlation: NDArray[np.float64], maturity: float, config: Config
) -> Iterator[dict[str, object]]:
    """Yield a row for each strike: the basket's price, and both kinds of bounds."""
    marginals = [smile_quantile(model, maturity) for model in models]
    prior = gaussian_copula(marginals, correlation, POINTS[config.profile], seed=config.seed)
    forwards = np.asarray(prior.mean())
    quotes = [_quotes(column, prior) for column in prior.points.T]
    weights = np.full(len(models), 1.0 / len(models)) / forwards
    every, calibrated = on_assets(quotes), None
    for strike in STRIKES:
        payoff = basket_call(weights, strike)
        classical = basket_bounds(payoff, quotes, forwards)
        ball = price_bounds(
            payoff,
            prior,
            quotes=every,
            forwards=forwards,
            divergence=ChiSquared(),
            radius=RADIUS,
            calibrated=calibrated,
        )
        calibrated = ball.calibrated
        yield {
            "names": len(models),
            "maturity": maturity,
            "strike": strike,
            "price": prior.expectation(payoff),
            "classical_lower": classical.lower,
            "classical_upper": classical.upper,
            "classical_gap": classical.gap,
            "lower": ball.lower,
            "upper": ball.upper,
            "sampling_error": ball.sampling_error,
        }


def _quotes(column: NDArray[np.float64], prior: Prior) -> Quotes:
    payoffs = [call(float(strike)) for strike in np.quantile(column, LEVELS)]
    prices = np.array([prior.weights @ payoff.value(column) for payoff in payoffs])
    return Quotes(payoffs, np.maximum(prices - SPREAD, 0.0), prices + SPREAD)


if __name__ == "__main__":
    main(run)
