r"""Seconds of N assets calibrated, coupled and bounded, and the exponent of their growth in N.

Each asset's 40 calls surround the mean price of two rough Heston laws by half a volatility point,
so that the law fitted to them is near and wrong. One run calibrates rough Heston to each smile,
samples a flat Gaussian copula of the fitted laws, finds the law nearest to it that meets all
quotes, and bounds a call on the equally weighted basket in a chi-squared ball around it, with
hedges in all assets' quotes. Slopes of log seconds on log N come with their standard errors.
Seconds are the processor's and differ from run to run; widths and errors do not.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.artifact.systems import peak_bytes
from rmot.calibration import calibrate
from rmot.market import OptionSurface
from rmot.market.registry import sha256
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import RoughHeston
from rmot.numerics import implied_volatility
from rmot.payoffs import basket_call
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared, Quotes, price_bounds
from rmot.transport.couplings.constraints import on_assets
from rmot.transport.couplings.quantiles import smile_quantile
from rmot.transport.couplings.reference import gaussian_copula

ASSETS = {
    "quick": (2, 4, 8),
    "full": (2, 4, 6, 8, 10, 12, 15, 20, 30),
    "deep": (2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50),
}
STRIKES = 40
SAMPLES = 1 << 15
MATURITY = 0.25
CORRELATION = 0.5
HURST = 0.1
STRIKE = 1.05
RADIUS = 0.1
NOISE = 0.005
DEVIATIONS = 2.0
SEED = 11

# slopes are of the larger sizes: below, what does not grow with N weighs
_LEAST_FITTED = 8
_STEPS = ("calibrate", "couple", "bounds", "total")

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Timed:
    """Seconds of one portfolio, and what its bounds are."""

    seconds: dict[str, float]
    lower: float
    upper: float
    gap: float
    sampling_error: float
    minimum_radius: float


def asset(number: int) -> OptionSurface:
    """Return the smile of one asset, between those of two laws."""
    generator = np.random.default_rng([SEED, number])
    variance = generator.uniform(0.02, 0.08)
    k, calls = np.zeros(0), []
    for shift in (0.8, 1.2):
        law = RoughHeston(
            hurst=generator.uniform(0.05, 0.2),
            vol_of_vol=generator.uniform(0.2, 0.5),
            correlation=generator.uniform(-0.8, -0.5),
            initial_variance=variance * shift,
            mean_reversion=0.3,
            long_run_variance=variance,
        )
        if not calls:
            reach = DEVIATIONS * np.sqrt(variance * MATURITY)
            k = np.linspace(-reach, reach, STRIKES)
        calls.append(law.call_price(k, MATURITY))
    volatility = implied_volatility(np.mean(calls, axis=0), k, MATURITY)
    smile = TrueSmile(MATURITY, k, volatility, np.full(STRIKES, NOISE))
    return synthetic_surface([smile], None, f"ASSET {number}")


def portfolio(surfaces: Sequence[OptionSurface], samples: int = SAMPLES) -> Timed:
    """Calibrate, couple and bound, each step timed."""
    clock = [time.process_time()]
    models = [_fitted(surface) for surface in surfaces]
    clock.append(time.process_time())
    quantiles = [smile_quantile(model, MATURITY) for model in models]
    joint = gaussian_copula(quantiles, CORRELATION, samples, seed=SEED)
    quotes = on_assets([Quotes.from_smile(surface.slices[0]) for surface in surfaces])
    clock.append(time.process_time())
    found = price_bounds(
        basket_call(np.full(len(surfaces), 1.0 / len(surfaces)), STRIKE),
        joint,
        quotes=quotes,
        forwards=1.0,
        divergence=ChiSquared(),
        radius=RADIUS,
    )
    clock.append(time.process_time())
    each = [*np.diff(clock).tolist(), clock[-1] - clock[0]]
    seconds: dict[str, float] = dict(zip(_STEPS, each, strict=True))
    error = found.sampling_error or 0.0
    return Timed(seconds, found.lower, found.upper, found.gap, error, found.minimum_radius)


def _fitted(surface: OptionSurface) -> RoughHeston:
    variance = float(surface.slices[0].implied_volatility.mean() ** 2)
    # One smile does not tell H from the volatility of variance: with both free the search ends
    # where rounding leads it, on one kind of processor elsewhere than on another.
    fixed_at = {"hurst": HURST, "mean_reversion": 0.3, "long_run_variance": variance}
    return calibrate(RoughHeston, surface, fixed=fixed_at).model


def run(config: Config) -> pd.DataFrame:
    """Time portfolios of growing size; the input ``published`` is 002's Table 4."""
    published = read_csv(config.inputs["published"]).set_index("assets")
    sizes = ASSETS[config.profile]
    surfaces = [asset(number) for number in range(max(sizes))]
    portfolio(surfaces[:2], 1 << 10)  # compiles, and is not counted
    rows = []
    for size in sizes:
        timed = portfolio(surfaces[:size])
        printed_row = published.loc[size] if size in published.index else None
        rows.append(
            {
                "assets": size,
                "quotes": size * STRIKES,
                "samples": SAMPLES,
                **{f"{step}_seconds": timed.seconds[step] for step in _STEPS},
                "published_seconds": np.nan if printed_row is None else printed_row["total"],
                "lower": timed.lower,
                "upper": timed.upper,
                "gap": timed.gap,
                "error_to_width": timed.sampling_error / (timed.upper - timed.lower),
                "minimum_radius": timed.minimum_radius,
                "peak_gigabytes": peak_bytes(resource.getrusage(resource.RUSAGE_SELF)) / 2**30,
            }
        )
    table = pd.DataFrame(rows)
    large = table.query("assets >= @_LEAST_FITTED")
    for step in _STEPS:
        column = f"{step}_seconds"
        table[f"{step}_exponent"], table[f"{step}_exponent_error"] = exponent(
            large["assets"].to_numpy(float), large[column].to_numpy(float)
        )
    table["published_exponent"], table["published_exponent_error"] = exponent(
        published.index.to_numpy(float), published["total"].to_numpy(float)
    )
    return table.assign(published_sha256=sha256(config.inputs["published"]))


def exponent(sizes: Vector, seconds: Vector) -> tuple[float, float]:
    """Return the slope of log seconds on log sizes and its standard error, nan where unknown."""
    if sizes.size < 3:
        return float("nan"), float("nan")
    (slope, _), covariance = np.polyfit(np.log(sizes), np.log(seconds), 1, cov="unscaled")
    left = np.log(seconds) - np.polyval(
        np.polyfit(np.log(sizes), np.log(seconds), 1), np.log(sizes)
    )
    variance = float(left @ left) / (sizes.size - 2)
    return float(slope), float(np.sqrt(variance * covariance[0, 0]))


def printed(table: pd.DataFrame) -> str:
    """Set one row a size."""

    def seconds(name: str, head: str) -> Column:
        return Column(name, head, lambda value: "--" if np.isnan(value) else significant(value, 2))

    return latex_table(
        table,
        (
            Column("assets", "$N$", str),
            seconds("calibrate_seconds", "Calibrate"),
            seconds("couple_seconds", "Reference"),
            seconds("bounds_seconds", "Couple, bound"),
            seconds("total_seconds", "Total"),
            seconds("published_seconds", "002"),
            Column("error_to_width", r"Error, \%", lambda value: fixed(100 * value, 2)),
            Column("peak_gigabytes", "GB", lambda value: fixed(value, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
