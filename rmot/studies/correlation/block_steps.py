"""Newton's steps with the block-diagonal Hessian of 001, Lemma 3.10, against the true one.

Assets are lognormal under a flat Gaussian copula, each with five calls at the prices of a deviation
a twentieth higher. Full steps are taken from zero; beside their count stands the factor by which
theory has them shrink the error.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.dependence.published.block_newton import newton
from rmot.models import BlackScholes
from rmot.payoffs import call
from rmot.studies.study import Config, main
from rmot.transport.couplings.quantiles import smile_quantile
from rmot.transport.couplings.reference import gaussian_copula

ASSETS = (2, 3, 5, 10)
CORRELATIONS = (0.0, 0.3, 0.6, 0.9)
SAMPLES = {"quick": 1 << 11, "full": 1 << 14, "deep": 1 << 16}
MATURITY, VOLATILITY, RAISED = 0.25, 0.2, 1.05
STRIKES = (0.85, 0.95, 1.0, 1.05, 1.15)


def run(config: Config) -> pd.DataFrame:
    """Tabulate steps by number of assets and correlation."""
    quantile = smile_quantile(BlackScholes(volatility=VOLATILITY), MATURITY)
    wanted = BlackScholes(volatility=VOLATILITY * RAISED).call_price(np.log(STRIKES), MATURITY)
    rows = []
    for n_assets, correlation in product(ASSETS, CORRELATIONS):
        joint = gaussian_copula(
            [quantile] * n_assets, correlation, SAMPLES[config.profile], seed=config.seed
        )
        payoffs = np.array([call(k).value(line) for line in joint.points.T.copy() for k in STRIKES])
        prices = np.tile(wanted, n_assets)
        row: dict[str, object] = {"assets": n_assets, "correlation": correlation}
        for name, alone in (("block", True), ("true", False)):
            found = newton(
                payoffs, joint.weights, prices, [len(STRIKES)] * n_assets, blocks_alone=alone
            )
            row |= {f"{name}_steps": found.steps, f"{name}_converged": found.converged}
            if not alone:
                row["contraction"] = found.rate
        rows.append(row)
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a case; where steps diverge no count is given."""
    steps = np.where(table["block_converged"], table["block_steps"].astype(str), "diverge")
    return latex_table(
        table.assign(block=steps),
        (
            Column("assets", "$N$", str),
            Column("correlation", r"$\rho$", lambda value: fixed(value, 1)),
            Column("contraction", r"$\|I - B^{-1} H\|$", lambda value: fixed(value, 2)),
            Column("block", "Blocks alone", str),
            Column("true_steps", "True Hessian", str),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
