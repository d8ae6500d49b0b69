r"""What a year of returns, and an option on two assets, say of a correlation: 001's Table 1.

Three rough Heston assets, with roughness and correlations as printed there and the rest as in 002's
Table 5. A year of daily returns estimates a correlation with the error :math:`(1 - \rho^2) /
\sqrt{252}`; here it is that of many years drawn. An option on half of each of two assets, a month
from expiry and quoted to a half spread of one per cent of its price, implies an interval under a
Gaussian copula.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.dependence import implied_correlation
from rmot.models import RoughHeston
from rmot.payoffs import basket_call
from rmot.studies.correlation.recovered import MATURITY, THREE_HURST, THREE_TRUTH
from rmot.studies.study import Config, main
from rmot.transport import gaussian_copula, smile_quantile

OTHERS: dict[str, Any] = {
    "vol_of_vol": 0.28,
    "correlation": -0.65,
    "initial_variance": 0.04,
    "mean_reversion": 0.3,
    "long_run_variance": 0.04,
}
"""Parameters beside H."""

DAYS = 252
YEARS = {"quick": 2000, "full": 20_000, "deep": 200_000}
POINTS = {"quick": 1 << 11, "full": 1 << 16, "deep": 1 << 18}
REPLICATES = 16
HALF_SPREAD = 0.01


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each pair of assets; no inputs."""
    laws = [
        smile_quantile(
            RoughHeston(hurst=hurst, **OTHERS),
            MATURITY,
        )
        for hurst in THREE_HURST
    ]
    generator = np.random.default_rng(config.seed)
    rows = []
    for (i, j), truth in zip(combinations(range(len(laws)), 2), THREE_TRUTH, strict=True):
        estimates = yearly(truth, YEARS[config.profile], generator)
        pair = [laws[i], laws[j]]
        payoff = basket_call((0.5, 0.5), 1.0)
        matrix = np.array([[1.0, truth], [truth, 1.0]])
        # another sample than the one that is searched
        prior = gaussian_copula(pair, matrix, POINTS[config.profile], seed=config.seed + 1)
        price = prior.expectation(payoff)
        implied = implied_correlation(
            payoff,
            pair,
            (1.0 - HALF_SPREAD) * price,
            (1.0 + HALF_SPREAD) * price,
            seed=config.seed,
            n_points=POINTS[config.profile],
            replicates=REPLICATES,
        )
        rows.append(
            {
                "pair": f"{i + 1}{j + 1}",
                "truth": truth,
                "history_mean": estimates.mean(),
                "history_deviation": estimates.std(ddof=1),
                "history_root_mean_square": np.sqrt(np.mean((estimates - truth) ** 2)),
                "years": estimates.size,
                "implied_lower": implied.lower,
                "implied_upper": implied.upper,
                "implied_error": implied.sampling_error,
            }
        )
    digest = data_digest(OTHERS, THREE_HURST, THREE_TRUTH, MATURITY, HALF_SPREAD)
    return pd.DataFrame(rows).assign(data="drawn", data_sha256=digest)


def yearly(truth: float, years: int, generator: np.random.Generator) -> np.ndarray:
    """Return correlations of a year's normal returns, shape (years,), by Bartlett's decomposition.

    Sums of squares of two normals with this correlation are a Wishart matrix, whose Cholesky factor
    has independent entries: what is drawn is exact, and takes no returns one by one.
    """
    freedom = DAYS - 1
    first = np.sqrt(generator.chisquare(freedom, years))
    second = np.sqrt(generator.chisquare(freedom - 1, years))
    across = truth * first + np.sqrt(1.0 - truth**2) * generator.standard_normal(years)
    return across / np.sqrt(across**2 + (1.0 - truth**2) * second**2)


if __name__ == "__main__":
    main(run)
