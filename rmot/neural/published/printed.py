"""Knows the numbers that 003 prints for its model, its data and its results, by name.

They are data: what a run of ours finds is held against them, and none of them enters a result but
as the parameter that it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PrintedModel:
    """Of "Neural Network" and "Configuration".

    Attributes
    ----------
    mean_reversion : float
        kappa of log-variance, per year.
    long_run_log_variance : float
        theta; exp(theta / 2) is a volatility of 17.4%.
    drift_scale : float
        The drift net's bound.
    diffusion_scale, diffusion_floor : float
        The diffusion net lies in [floor, floor + scale].
    width, depth, order : int
        Of both networks, and of the signature's truncation.
    segment_length, bars_per_day, bar_minutes : int
    horizon : float
        Of a segment, in years.
    epochs, batch : int
    learning_rate, clip, mean_penalty : float
        The last is lambda.
    """

    mean_reversion: float = 2.72
    long_run_log_variance: float = -3.5
    drift_scale: float = 0.5
    diffusion_scale: float = 1.5
    diffusion_floor: float = 0.1
    width: int = 64
    depth: int = 3
    order: int = 3
    segment_length: int = 20
    bars_per_day: int = 26
    bar_minutes: int = 15
    horizon: float = 0.00305
    epochs: int = 300
    batch: int = 256
    learning_rate: float = 1e-3
    clip: float = 1.0
    mean_penalty: float = 10.0


@dataclass(frozen=True)
class PrintedData:
    """Of "Data Sources" and "Training Loop": bars of the VIX, 2024-08 to 2026-02, and its paths."""

    bars: int = 20225
    years: float = 1.5
    segments: int = 1534


@dataclass(frozen=True)
class PrintedMarket:
    """Of "Calibrated Parameters" and "Market Insights", 2024-2026 unless it says otherwise.

    Attributes
    ----------
    implied_vol_of_vol, realised_vol_of_vol : float
        Mean VVIX over 100; deviation of the VIX's daily log-returns, annualised by 252 days.
    mean_reversion, half_life_days : float
        From VIX futures, 2013 to 2026.
    mean_index : float
        Of the VIX, as a volatility.
    contango_share, contango_index, backwardation_index : float
        Days with F2 > F1, and the mean VIX of either regime.
    leverage, index_correlation, clustering : float
        Of SPX returns with changes of the VIX; of VIX with VVIX; of absolute returns with
        volatility.
    """

    implied_vol_of_vol: float = 0.96
    realised_vol_of_vol: float = 1.14
    mean_reversion: float = 2.72
    half_life_days: float = 93.0
    mean_index: float = 0.186
    contango_share: float = 0.77
    contango_index: float = 17.0
    backwardation_index: float = 23.6
    leverage: float = -0.86
    index_correlation: float = 0.83
    clustering: float = 0.50


@dataclass(frozen=True)
class PrintedFit:
    """Of "Statistical Fit": a statistic's market value and that of the network's paths."""

    market: float
    neural: float
    bergomi: float | None


MODEL = PrintedModel()
DATA = PrintedData()
MARKET = PrintedMarket()
FIT = {
    "mean_variance": PrintedFit(0.0372, 0.0373, 0.019),
    "median_variance": PrintedFit(0.0294, 0.0293, 0.018),
    "marginal_kurtosis": PrintedFit(38.5, 38.9, 0.3),
    "path_hurst": PrintedFit(0.475, 0.476, 0.256),
    "path_autocorrelation": PrintedFit(0.69, 0.67, 0.24),
}
"""By the names of `rmot.neural.published.statistics`."""
HURST = {
    ("SPX", "variogram"): 0.05,
    ("VIX", "variogram"): 0.48,
    ("SPX", "rescaled range"): 0.51,
}
PRICING_ERROR = {"neural": 0.0295, "black_scholes": 0.0394}
"""Root mean square of implied volatilities."""
