"""How p-values of tests of normality are distributed over samples of a hundred, by the true law.

Two tests are made of each sample: Kolmogorov's with the sample's own mean and deviation put in as
if they were known, and Lilliefors', which allows for that. Under the normal law the second's
p-value is uniform; the first's is not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import kstwo

from rmot.artifact.data_digest import data_digest
from rmot.numerics.normality import studentised_distance, studentised_null
from rmot.studies.study import Config, main
from rmot.studies.trading.seed_prices import SEEDS
from rmot.studies.trading.seed_stability import CLAIMED

SAMPLES = {"quick": 2000, "full": 40_000, "deep": 400_000}
NULL_DRAWS = {"quick": 20_000, "full": 200_000, "deep": 1_000_000}
LEVEL = 0.05
BINS = 20

_GRID = np.linspace(0.0, 1.0, 2001)

Vector = NDArray[np.float64]
_Draw = Callable[[np.random.Generator, tuple[int, int]], Vector]

LAWS: dict[str, _Draw] = {
    "normal": lambda g, shape: g.standard_normal(shape),
    "Student t, 10": lambda g, shape: g.standard_t(10, shape),
    "Student t, 5": lambda g, shape: g.standard_t(5, shape),
    "Student t, 3": lambda g, shape: g.standard_t(3, shape),
    "skewed, 0.5": lambda g, shape: g.gamma(16.0, 1.0, shape),
    "skewed, 1": lambda g, shape: g.gamma(4.0, 1.0, shape),
    "skewed, 2": lambda g, shape: g.gamma(1.0, 1.0, shape),
    "uniform": lambda g, shape: g.uniform(size=shape),
    "two normals, 3 apart": lambda g, shape: (
        g.standard_normal(shape) + 3.0 * g.integers(2, size=shape)
    ),
}
"""Gamma laws are named by their skewness."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a law: how often the tests reject, and how their p-values fall into bins."""
    samples = SAMPLES[config.profile]
    null = np.sort(studentised_null(SEEDS, NULL_DRAWS[config.profile], config.seed))
    # one formula's values between few of its own: it is slow
    grid = kstwo.sf(_GRID, SEEDS)
    edges = np.linspace(0.0, 1.0, BINS + 1)
    rows = []
    for number, (law, draw) in enumerate(LAWS.items()):
        generator = np.random.default_rng([config.seed, number])
        distance = np.concatenate(
            [studentised_distance(draw(generator, (1000, SEEDS))) for _ in range(samples // 1000)]
        )
        naive = np.interp(distance, _GRID, grid)
        beyond = null.size - np.searchsorted(null, distance, side="left")
        exact = (1.0 + beyond) / (null.size + 1.0)
        row: dict[str, object] = {
            "law": law,
            "size": SEEDS,
            "samples": samples,
            "critical_distance": float(np.quantile(null, 1.0 - LEVEL)),
            "naive_rejects": float(np.mean(naive <= LEVEL)),
            "lilliefors_rejects": float(np.mean(exact <= LEVEL)),
            "naive_beyond_claimed": float(np.mean(naive >= CLAIMED)),
            "lilliefors_beyond_claimed": float(np.mean(exact >= CLAIMED)),
            "naive_median": float(np.median(naive)),
        }
        for name, values in (("naive", naive), ("lilliefors", exact)):
            shares = np.histogram(values, edges)[0] / samples
            row |= {f"{name}_bin_{bin_:02d}": share for bin_, share in enumerate(shares)}
        rows.append(row)
    return pd.DataFrame(rows).assign(
        data="drawn", data_sha256=data_digest(sorted(LAWS), [config.seed])
    )


if __name__ == "__main__":
    main(run)
