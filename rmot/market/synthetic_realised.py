r"""Daily realised variances of known truth, in a table that says it is synthetic.

Log-volatility is fractional Brownian motion on a grid within the day and returns are Gaussian given
it, so a day's realised variance has the noise of its finitely many returns:

.. math:: \sigma_t = \sigma_0 e^{\nu W_t}, \qquad
          RV = \sum_{i=1}^n r_i^2, \quad r_i \sim N\Big(0, \int_i \sigma_t^2 \, dt\Big).
"""

from __future__ import annotations

import argparse
import gzip
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market.registry import SYNTHETIC_MARKER
from rmot.numerics.fractional_brownian import fractional_noise_autocovariance, stationary_gaussian

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class RoughVolatility:
    """Exponential of fractional Brownian motion.

    Attributes
    ----------
    hurst : float
        In (0, 1).
    vol_of_vol : float
        Of log-volatility, per day^hurst.
    volatility : float
        At time zero, per square root of a day.
    """

    hurst: float
    vol_of_vol: float
    volatility: float

    def __post_init__(self) -> None:
        if not (0 < self.hurst < 1 and self.vol_of_vol > 0 and self.volatility > 0):
            raise ParameterError(
                "expected hurst in (0, 1), vol_of_vol > 0 and volatility > 0; got "
                f"{self.hurst!r}, {self.vol_of_vol!r}, {self.volatility!r}"
            )

    def realised_variance(
        self,
        days: int,
        generator: np.random.Generator,
        returns_per_day: int = 78,
        steps_per_return: int = 4,
    ) -> Vector:
        """Draw, shape (days,), the sums of squared returns of consecutive days.

        Parameters
        ----------
        days : int
        generator : numpy.random.Generator
        returns_per_day : int
            78 are five minutes each of a New York session.
        steps_per_return : int
            Of the grid on which the variance of a return is integrated.
        """
        steps = returns_per_day * steps_per_return
        covariance = fractional_noise_autocovariance(days * steps, self.hurst)
        (noise,) = stationary_gaussian(covariance, generator)
        path = np.cumsum(noise) * self.vol_of_vol * steps**-self.hurst
        spot = self.volatility**2 * np.exp(2 * path)
        variance = spot.reshape(days, returns_per_day, steps_per_return).mean(axis=2)
        squares = generator.standard_normal(variance.shape) ** 2
        return np.mean(variance * squares, axis=1)


INDICES: Final = {
    "IXIC": RoughVolatility(0.12, 0.35, 0.006),
    "RUT": RoughVolatility(0.08, 0.35, 0.006),
    "SPX": RoughVolatility(0.10, 0.40, 0.005),
}
FIRST_DAY: Final = date(2013, 1, 7)
DAYS: Final = 1500


def write_realised_variance(
    path: str | os.PathLike[str],
    seed: int,
    indices: Mapping[str, RoughVolatility] = INDICES,
    days: int = DAYS,
) -> None:
    """Write a table of realised variances: `DATE`, then squared fractions a day by index.

    Weekdays from 7 January 2013; every fiftieth has no entry, as a holiday has none. Gzipped where
    the name ends in ``.gz``. Equal arguments give equal bytes.
    """
    generator = np.random.default_rng(seed)
    calendar = pd.bdate_range(FIRST_DAY, periods=days).strftime("%Y-%m-%d")
    table = pd.DataFrame(
        {name: model.realised_variance(days, generator) for name, model in indices.items()},
        index=calendar.rename("DATE"),
    )
    table.iloc[49::50] = np.nan
    # ten digits, on which all processors agree
    lines = table.to_csv(float_format="%.10g")
    content = f"{SYNTHETIC_MARKER} seed {seed}\n{lines}".encode()
    if os.fspath(path).endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    with atomic_write(path, "wb") as handle:
        handle.write(content)


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write a synthetic table from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rmot.market.synthetic_realised",
        description="Write synthetic realised variances.",
    )
    parser.add_argument("--out", required=True, help="file to write; gzipped if it ends in .gz")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    write_realised_variance(chosen.out, chosen.seed)


if __name__ == "__main__":
    main()
