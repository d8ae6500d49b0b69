r"""What a test of normality says of prices over seeds, and what it cannot: 002 section 5.6.

Means over paths are normal by the central limit theorem, whatever law the paths have, so that every
Monte Carlo price passes, those of wrong laws as well. What seeds do show is whether a price's own
sampling error is honest: with s the deviation over n seeds and :math:`\sigma` the stated error,

.. math:: (n - 1)\, s^2 / \sigma^2 \sim \chi^2_{n-1} .
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import chdtr, chdtrc

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.numerics.normality import kolmogorov_test, lilliefors_test, naive_test
from rmot.studies.study import Config, main
from rmot.studies.trading.seed_prices import SCORES

CLAIMED = 0.87
"""The p-value that 002 prints."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row an estimator; the input is ``seed_prices``."""
    prices = read_csv(config.inputs["seed_prices"])
    return pd.DataFrame(list(_rows(prices, config.seed))).assign(
        data=prices["data"].iloc[0], data_sha256=prices["data_sha256"].iloc[0]
    )


def _rows(prices: pd.DataFrame, seed: int) -> Iterator[dict[str, object]]:
    for estimator, rows in prices.groupby("estimator", sort=False):
        price = rows["price"].to_numpy(float)
        stated = float(np.sqrt(np.mean(rows["error"] ** 2)))
        statistic = float((price.size - 1) * price.var(ddof=1) / stated**2)
        fitted = lilliefors_test(price, seed=seed)
        # known beforehand: half of the seeds say the mean, and each its own error
        half = price.size // 2
        given = kolmogorov_test(price[half:], float(price[:half].mean()), stated)
        yield {
            "estimator": estimator,
            "seeds": price.size,
            "mean": price.mean(),
            "deviation": price.std(ddof=1),
            "stated_error": np.nan if estimator == SCORES else stated,
            "variance_ratio": np.nan if estimator == SCORES else statistic / (price.size - 1),
            "variance_p": np.nan
            if estimator == SCORES
            else float(
                2.0 * min(chdtr(price.size - 1, statistic), chdtrc(price.size - 1, statistic))
            ),
            "distance": fitted.statistic,
            "naive_p": naive_test(price).p_value,
            "lilliefors_p": fitted.p_value,
            "given_p": np.nan if estimator == SCORES else given.p_value,
        }


def printed(table: pd.DataFrame) -> str:
    """Set a row an estimator, prices in basis points of the forward."""
    columns = [
        Column("estimator", "Price", align="l"),
        Column("mean", "Mean", lambda x: fixed(x, 1)),
        Column("deviation", "Deviation", lambda x: significant(x, 2)),
        Column("stated_error", "Stated", lambda x: significant(x, 2)),
        Column("variance_p", "$\\chi^2$", lambda p: fixed(p, 3)),
        Column("naive_p", "K.--S.", lambda p: fixed(p, 2)),
        Column("lilliefors_p", "Lilliefors", lambda p: fixed(p, 2)),
    ]
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
