"""Widths of bounds on a basket of two assets by maturity: 002's Figure 7 and its power of T.

Two markets: SPY and QQQ as 002's Tables 1, 2 and 5 describe them, which needs no data, and the laws
fitted to SPX and NDX. Marginals stand under a Gaussian copula. Calls at quantiles of each price
are quoted at the sample's own prices, give or take 0.2% in volatility, so that the prior meets them
and the radius alone widens the ball.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.data_digest import data_digest
from rmot.calibration import Fit
from rmot.models import RoughHeston, SmileModel
from rmot.payoffs import basket_call, call
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

MATURITIES = {
    "quick": (1 / 52, 1 / 12, 1 / 2),
    "full": (1 / 52, 1 / 26, 1 / 12, 1 / 8, 1 / 4, 1 / 2),
    "deep": (1 / 104, 1 / 52, 1 / 26, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2),
}
POINTS = {"quick": 1 << 11, "full": 1 << 14, "deep": 1 << 16}
STRIKES = (1.0, 1.05)
WEIGHTS = (0.5, 0.5)
RADIUS = 0.01
NOISE = 0.002
"""Half of bid to ask, in volatility."""

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)
"""Quantiles of each price at which calls are quoted."""

HURST = {"SPY": 0.12, "QQQ": 0.14}
OTHERS = (0.28, -0.65, 0.04, 0.3)
"""Volatility of volatility, correlation, variance now and in the long run, speed of reversion."""

CORRELATION = 0.85
PRINTED, FITTED = "002's parameters", "SPX and NDX, fitted"


@dataclass(frozen=True, eq=False)
class _Market:
    name: str
    models: tuple[RoughHeston, ...]
    data: str
    data_sha256: str


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each market, maturity and strike, in units of the forward.

    Inputs are ``SPX_fit`` and ``NDX_fit``; forwards are 1.
    """
    rows: list[dict[str, object]] = []
    for market in _markets(config):
        for maturity in MATURITIES[config.profile]:
            print(f"{market.name}, {maturity:.3f} years", file=sys.stderr)
            rows += _bounded(market, maturity, config)
    return pd.DataFrame(rows)


def _markets(config: Config) -> Iterator[_Market]:
    vol_of_vol, correlation, variance, reversion = OTHERS
    models = tuple(
        RoughHeston(
            hurst=hurst,
            vol_of_vol=vol_of_vol,
            correlation=correlation,
            initial_variance=variance,
            mean_reversion=reversion,
            long_run_variance=variance,
        )
        for hurst in HURST.values()
    )
    yield _Market(PRINTED, models, "drawn", data_digest(list(HURST.values()), OTHERS, CORRELATION))
    fits = [Fit.load(config.inputs[f"{name}_fit"]) for name in ("SPX", "NDX")]
    yield _Market(
        FITTED,
        tuple(fit.model for fit in fits),
        " and ".join(sorted({fit.source["kind"] for fit in fits})),
        " ".join(fit.source["sha256"] for fit in fits),
    )


def _bounded(market: _Market, maturity: float, config: Config) -> Iterator[dict[str, object]]:
    marginals = [smile_quantile(model, maturity) for model in market.models]
    matrix = np.full((2, 2), CORRELATION) + (1.0 - CORRELATION) * np.eye(2)
    prior = gaussian_copula(marginals, matrix, POINTS[config.profile], seed=config.seed)
    forwards = np.asarray(prior.mean())
    quotes = [
        quoted(column, prior, model, maturity)
        for column, model in zip(prior.points.T, market.models, strict=True)
    ]
    for strike in STRIKES:
        payoff = basket_call(np.array(WEIGHTS) / forwards, strike)
        classical = basket_bounds(payoff, quotes, forwards)
        ball = price_bounds(
            payoff,
            prior,
            quotes=on_assets(quotes),
            forwards=forwards,
            divergence=ChiSquared(),
            radius=RADIUS,
        )
        yield {
            "market": market.name,
            "maturity": maturity,
            "strike": strike,
            "price": prior.expectation(payoff),
            "classical_width": classical.upper - classical.lower,
            "classical_gap": classical.gap,
            "ball_width": ball.upper - ball.lower,
            "sampling_error": ball.sampling_error,
            "least_hurst": min(model.hurst for model in market.models),
            "data": market.data,
            "data_sha256": market.data_sha256,
        }


def quoted(column: NDArray[np.float64], prior: Prior, model: SmileModel, maturity: float) -> Quotes:
    """Return calls on one asset at the sample's prices, give or take `NOISE` in volatility."""
    strikes = np.quantile(column, LEVELS)
    payoffs = [call(float(strike)) for strike in strikes]
    prices = np.array([prior.weights @ payoff.value(column) for payoff in payoffs])
    k = np.log(strikes)
    deviation = model.implied_volatility(k, maturity) * np.sqrt(maturity)
    vega = strikes * np.sqrt(maturity) * _density(-k / deviation - 0.5 * deviation)
    around = NOISE * vega
    return Quotes(payoffs, np.maximum(prices - around, 0.0), prices + around)


def _density(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)


def exponent(table: pd.DataFrame, column: str) -> tuple[float, float]:
    """Return the power of maturity that widths follow, and its error.

    It is that of least squares of logarithms, whose error is the regression's: widths are no exact
    power, and sampling errors are smaller.
    With two maturities there is none.
    """
    x, y = np.log(table["maturity"].to_numpy()), np.log(table[column].to_numpy(dtype=float))
    x = x - x.mean()
    slope = float(x @ y / (x @ x))
    rest = y - y.mean() - slope * x
    degrees = x.size - 2
    if degrees < 1:
        return slope, float("nan")
    return slope, float(np.sqrt(rest @ rest / degrees / (x @ x)))


if __name__ == "__main__":
    main(run)
