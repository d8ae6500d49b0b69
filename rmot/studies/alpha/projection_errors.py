"""Projected spread options against exact ones: in normal implied volatility, and in the forward."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.numerics.bachelier import implied_normal_volatility
from rmot.spread import spread_call
from rmot.spread.alpha.observables import FactorState, price_observables
from rmot.spread.alpha.projection import project_spread
from rmot.studies.alpha.examples import Pair, pair_hash, pairs
from rmot.studies.alpha.published_problem import read
from rmot.studies.study import Config, main

MATURITIES = {"quick": (1.0, 10.0), "full": (0.25, 1.0, 10.0)}
MATURITIES["deep"] = MATURITIES["full"]
DEVIATIONS = tuple(float(at) for at in np.linspace(-3.0, 3.0, 13))
"""Of strikes from the forward, in normal deviations today's variance gives."""
WITHIN = 1.5
MODES = (0, 1, 2)
# of the deviation, as an error of prices
TOLERANCE = 5e-7


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a spread, maturity, mode and strike."""
    rows, chosen = [], pairs(read(config.inputs))
    for pair in chosen:
        for maturity in MATURITIES[config.profile]:
            rows += _rows(pair, maturity)
    digest = pair_hash(chosen, MATURITIES, DEVIATIONS)
    return pd.DataFrame(rows).assign(data="printed", data_sha256=digest)


def _rows(pair: Pair, maturity: float) -> list[dict[str, object]]:
    forward = pair.forwards[0] - pair.forwards[1]
    holdings = np.array([pair.forwards[0], -pair.forwards[1]])
    state = FactorState.of(pair.assets)
    variance = price_observables(pair.assets.loadings, state, holdings).variance
    deviation = math.sqrt(float(variance) * maturity)
    distance = deviation * np.array(DEVIATIONS)
    exact = spread_call(
        pair.assets,
        0,
        1,
        forward + distance,
        maturity,
        forwards=pair.forwards,
        tolerance=TOLERANCE * deviation,
    )
    volatility = implied_normal_volatility(distance, exact, maturity)
    rows = []
    for mode in MODES:
        found = project_spread(pair.assets, 0, 1, maturity, forwards=pair.forwards, mode=mode)
        options = found.options(forward + distance)
        for place, at in enumerate(DEVIATIONS):
            rows.append(
                {
                    "spread": pair.name,
                    "maturity": maturity,
                    "mode": mode,
                    "deviations": at,
                    "strike": forward + distance[place],
                    "exact_volatility": volatility[place],
                    "volatility": options.volatility[place],
                    "volatility_error": options.volatility[place] / volatility[place] - 1.0,
                    "exact_price": exact[place],
                    "price_error": (options.call[place] - exact[place]) / pair.forwards[0],
                    "price_tolerance": TOLERANCE * deviation / pair.forwards[0],
                    "normal_volatility": found.parameters.normal_volatility,
                    "relative_vol_of_vol": found.parameters.relative_vol_of_vol,
                    "correlation": found.parameters.correlation,
                    "floored": found.parameters.floored,
                    "clipped": found.parameters.clipped,
                }
            )
    return rows


def largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest absolute errors by spread, maturity and mode, near the money and all."""
    near = table["deviations"].abs() <= WITHIN
    sizes = table.assign(
        near=table["volatility_error"].abs().where(near),
        far=table["volatility_error"].abs(),
        price=table["price_error"].abs(),
    )
    keys = ["spread", "maturity", "mode"]
    found: pd.DataFrame = sizes.groupby(keys, sort=False)[["near", "far", "price"]].agg("max")  # pyright: ignore[reportAssignmentType]
    return found.reset_index()


def printed(table: pd.DataFrame) -> str:
    """Set a row a spread and maturity: largest errors of each mode."""
    wide = largest(table).pivot_table(
        index=["spread", "maturity"], columns="mode", values=["near", "far", "price"], sort=False
    )
    wide.columns = [f"{name} {mode}" for name, mode in wide.columns]
    units = {"near": ("v", 100.0), "far": ("w", 100.0), "price": ("p", 1e4)}
    columns = [
        Column("spread", "Spread", align="l"),
        Column(
            "maturity", "$T$", lambda value: significant(value, 2) if value < 1 else fixed(value, 0)
        ),
    ]
    for name, (letter, scale) in units.items():
        columns += [
            Column(
                f"{name} {mode}",
                f"${letter}_{mode}$",
                lambda value, scale=scale: fixed(scale * value, 2),
            )
            for mode in MODES
        ]
    return latex_table(wide.reset_index(), columns)


if __name__ == "__main__":
    main(run, printed)
