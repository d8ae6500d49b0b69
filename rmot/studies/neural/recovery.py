"""Is a known law found again? A network trained on a rough Bergomi truth against that truth.

Inputs are the config and weights, ``seed_0`` being that of seed 0; the case is ``truth``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, latex_table, significant
from rmot.neural import NeuralVolterra, Targets
from rmot.neural.audit import coherence, index_rows, price_rows
from rmot.neural.model_files import load_model
from rmot.studies.neural.quotes import HURST, quoted, training_config
from rmot.studies.neural.smiles import INDEX_PATHS, SIMULATION
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

PATHS = {"quick": 1 << 13, "full": 1 << 17, "deep": 1 << 19}
MONTH = 1.5 / 12
"""Maturities up to here are of a month."""

REACH = {
    "SPX volatility, in sample": 0.003,
    "SPX volatility, held-out maturity": 0.002,
    "VIX volatility, up to a month": 0.1,
    "VIX volatility, later": 0.04,
    "VIX futures": 0.005,
    "mean of the price": 1e-3,
    "mean of the price, standard errors": 4.0,
    "mean square of VIX": 0.005,
    "Hurst index": 0.03,
}
"""What was aimed at, by quantity."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a seed and quantity: what is off, and what was aimed at."""
    targets = quoted(config, training_config(config).quotes).targets
    tables = []
    for name, path in config.inputs.items():
        if path.suffix == ".json":
            model, _ = load_model(path, SIMULATION[config.profile])
            off = _off(model, targets, config.profile)
            rows = [
                {"quantity": name, "off": off[name], "reach": reach, "within": off[name] <= reach}
                for name, reach in REACH.items()
            ]
            tables.append(
                pd.DataFrame(rows).assign(
                    seed=name.removeprefix("seed_"),
                    hurst=model.hurst,
                    vol_of_vol=model.vol_of_vol,
                    correlation=model.correlation,
                )
            )
    return pd.concat(tables).assign(data=targets.data, data_sha256=targets.sha256)


def _off(model: NeuralVolterra, targets: Targets, profile: str) -> dict[str, float]:
    """Return how far a law is from the truth, and from coherence, by quantity."""
    price = pd.DataFrame(price_rows(model, targets))
    index = pd.DataFrame(index_rows(model, targets, INDEX_PATHS[profile]))
    held = coherence(model, targets.index_dates, PATHS[profile])
    means = np.array([abs(each.mean_price - 1.0) for each in held])
    errors = np.array([each.price_error for each in held])
    squares = np.array([each.index_square / each.forward_variance - 1.0 for each in held])
    of_price, of_index = _gaps(price), _gaps(index)
    test = np.asarray(price["role"] == "test")
    early = np.asarray(index["maturity"]) < MONTH
    ratios = np.asarray(index["forward_ratio"])
    return {
        "SPX volatility, in sample": _root_mean_square(of_price[~test]),
        "SPX volatility, held-out maturity": _root_mean_square(of_price[test]),
        "VIX volatility, up to a month": _root_mean_square(of_index[early]),
        "VIX volatility, later": _root_mean_square(of_index[~early]),
        "VIX futures": float(np.abs(ratios - 1.0).max()),
        "mean of the price": float(means.max()),
        "mean of the price, standard errors": float((means / errors).max()),
        "mean square of VIX": float(np.abs(squares).max()),
        "Hurst index": abs(model.hurst - HURST),
    }


def _gaps(rows: pd.DataFrame) -> Vector:
    return np.nan_to_num(rows["model_volatility"]) - np.asarray(rows["quoted_volatility"])


def _root_mean_square(gap: Vector) -> float:
    return float(np.sqrt(np.mean(gap**2)))


def printed(table: pd.DataFrame) -> str:
    """Set what is off, at the worst of seeds, beside what was aimed at."""
    worst = table.sort_values("off", ascending=False).drop_duplicates("quantity").sort_index()
    columns = [
        Column("quantity", "Quantity", align="l"),
        Column("off", "off by", lambda value: significant(value, 2)),
        Column("reach", "aim", lambda value: significant(value, 1)),
    ]
    return latex_table(worst, columns)


if __name__ == "__main__":
    main(run, printed)
