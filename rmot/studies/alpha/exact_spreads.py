"""Spread options priced exactly, bounded from below, by Kirk's formula and by simulation.

Kirk's formula has the volatilities and the correlation of returns over the horizon, which the model
gives exactly. Simulated are quadratic-exponential paths, which share the model with the exact price
and nothing else. Strikes are so many normal deviations of the spread from its forward. The first
set is that of source 004, section 2.1, with the mean reversion and long-run variance of Fig 13.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import (
    kirk_spread_call,
    simulated_spread_call,
    spread_call_lower_bound,
    spread_claim,
    spread_digitals,
)
from rmot.studies.study import Config, main

MATURITIES = (1.0, 10.0)
_STRIKES = {"quick": 3, "full": 7, "deep": 13}
_WIDEST = 1.5
_PATHS = {"quick": 2**13, "full": 2**16, "deep": 2**20}
_STEPS = {"quick": 32, "full": 64, "deep": 128}


def parameter_sets() -> dict[str, tuple[RoughFactorModel, tuple[float, float]]]:
    """Return models and forwards by name."""
    own = math.sqrt(0.0005)
    shared = {"hurst": 0.5, "initial_variance": 1.0, "mean_reversion": 0.1, "long_run_variance": 1}
    residual = VarianceFactor(**shared, vol_of_vol=0.0, correlation=0.0)
    printed = VarianceFactor(**shared, vol_of_vol=2.0, correlation=-0.5)
    calm = VarianceFactor(**shared, vol_of_vol=0.5, correlation=-0.5)
    up = VarianceFactor(**shared, vol_of_vol=0.8, correlation=0.4)
    loadings = [0.07, 0.06, 0.03, 0.02]
    rates = [[*loadings, own], [*loadings, -own]]
    return {
        "source": (RoughFactorModel(rates, [printed] * 4 + [residual]), (0.0507, 0.0505)),
        "calm": (RoughFactorModel(rates, [calm] * 4 + [residual]), (0.0507, 0.0505)),
        "apart": (
            RoughFactorModel([[0.2, 0.05, 0.08], [0.12, -0.1, 0.0]], [calm, up, residual]),
            (1.1, 1.0),
        ),
    }


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a set, maturity and strike; prices are undiscounted, in units of prices."""
    rows = []
    for name, (assets, forwards) in parameter_sets().items():
        for maturity in MATURITIES:
            mean = np.array([f.integrated_moments(maturity).mean for f in assets.factors])
            held = assets.loadings * np.array(forwards)[:, None]
            deviation = math.sqrt(float((held[0] - held[1]) ** 2 @ mean))
            width = np.linspace(-_WIDEST, _WIDEST, _STRIKES[config.profile])
            strikes = forwards[0] - forwards[1] + width * deviation
            volatilities = assets.deviations(maturity) / math.sqrt(maturity)
            kirk = kirk_spread_call(
                strikes,
                maturity,
                forwards=forwards,
                volatilities=(float(volatilities[0]), float(volatilities[1])),
                correlation=float(assets.correlation(maturity)[0, 1]),
            )
            drawn = simulated_spread_call(
                assets,
                0,
                1,
                strikes,
                maturity,
                forwards=forwards,
                n_paths=_PATHS[config.profile],
                steps=_STEPS[config.profile],
                seed=config.seed,
            )
            digitals = spread_digitals(assets, 0, 1, strikes, maturity, forwards=forwards)
            for at, strike in enumerate(strikes.tolist()):
                exact, error = spread_claim(assets, 0, 1, strike, maturity, forwards=forwards)
                given = (assets, 0, 1, strike, maturity)
                best = spread_call_lower_bound(*given, forwards=forwards)
                published = spread_call_lower_bound(*given, forwards=forwards, optimise=False)
                parts = digitals.first[at] - digitals.second[at] - strike * digitals.digital[at]
                rows.append(
                    {
                        "set": name,
                        "maturity": maturity,
                        "forward": forwards[0],
                        "deviations": width[at],
                        "strike": strike,
                        "exact": exact,
                        "exact_error": error,
                        "digital": digitals.digital[at],
                        "parity_gap": parts - exact,
                        "lower_bound": best.price,
                        "published_bound": published.price,
                        "kirk": kirk[at],
                        "simulated": drawn.price[at],
                        "simulated_error": drawn.standard_error[at],
                    }
                )
    settings = [
        (name, assets.loadings.tolist(), assets.factors, forwards)
        for name, (assets, forwards) in parameter_sets().items()
    ]
    digest = data_digest(settings)
    return pd.DataFrame(rows).assign(data="printed", data_sha256=digest)


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest differences from the exact price, in basis points of the first forward."""
    unit = 1e4 / table["forward"]
    gaps = pd.DataFrame({"set": table["set"], "maturity": table["maturity"]})
    for column in ("lower_bound", "published_bound", "kirk", "simulated"):
        gaps[column] = unit * (table[column] - table["exact"]).abs()
    for column in ("exact_error", "parity_gap", "simulated_error"):
        gaps[column] = unit * table[column].abs()
    found: pd.DataFrame = gaps.groupby(["set", "maturity"], sort=False).agg("max")  # pyright: ignore[reportAssignmentType]
    return found.reset_index()


def printed(table: pd.DataFrame) -> str:
    """Set the largest differences by set and maturity."""

    def two(value: float) -> str:
        return significant(value, 2)

    return latex_table(
        summarised(table),
        (
            Column("set", "Set", align="l"),
            Column("maturity", "$T$", lambda value: fixed(value, 0)),
            Column("exact_error", "Exact, error", two),
            Column("parity_gap", "Parity", two),
            Column("lower_bound", "Bound", two),
            Column("published_bound", "As published", two),
            Column("kirk", "Kirk", two),
            Column("simulated", "Simulated", two),
            Column("simulated_error", "its error", two),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
