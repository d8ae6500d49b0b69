"""Numbers of the fits to two expiries, and of their tails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant, with_error

WORDS = {
    "hurst": "Hurst",
    "vol_of_vol": "VolOfVol",
    "correlation": "Correlation",
    "initial_variance": "InitialVariance",
    "mean_reversion": "MeanReversion",
    "long_run_variance": "LongRunVariance",
}


def parameters(table: pd.DataFrame) -> Iterator[Number]:
    """Estimates; the optimum is found to well within a hundredth of the standard error."""
    for row in table.to_dict("records"):
        error = row["standard_error"]
        held = pd.isna(error)
        text = significant(row["value"]) if held else with_error(row["value"], error)
        tolerance = 0.0 if held else error / 100
        yield Source.of_row(row).number(WORDS[row["parameter"]], row["value"], text, tolerance)


def quality(table: pd.DataFrame) -> Iterator[Number]:
    """How the fits meet their quotes, and what these tell."""
    columns: dict[str, tuple[str, Callable[[float], str], float]] = {
        "quotes": ("Quotes", lambda x: str(int(x)), 0.0),
        "root_mean_square_error": ("RmsError", lambda x: fixed(100 * x, 2), 1e-3),
        "within_spread": ("WithinSpread", lambda x: fixed(100 * x, 0), 0.01),
        "reduced_chi_squared": ("ReducedChiSquared", lambda x: significant(x, 3), 1e-3),
        "effective_dimension": ("EffectiveDimension", lambda x: str(int(x)), 0.0),
        "free_parameters": ("FreeParameters", lambda x: str(int(x)), 0.0),
        "condition_number": ("ConditionNumber", lambda x: significant(x, 2), 1e-2),
    }
    for row in table.to_dict("records"):
        source = Source.of_row(row)
        for column, (name, text, relative) in columns.items():
            value = row[column]
            yield source.number(name, value, text(value), abs(value) * relative)


def tails(table: pd.DataFrame) -> Iterator[Number]:
    """Moments at a month, the upper one scaled, and the limit of the latter; found to 1e-8.

    What they inherit from the fit is bounded by its own tolerance, a hundredth of an error.
    """
    columns = {
        "1 month": {
            "lower_moment": "LowerMoment",
            "upper_moment": "UpperMoment",
            "scaled_upper_moment": "ScaledUpperMoment",
        },
        "limit 0": {"scaled_upper_moment": "LimitUpperMoment"},
    }
    for row in table.to_dict("records"):
        for column, name in columns.get(row["maturity"], {}).items():
            yield Source.of_row(row).measured(name, row[column], 1e-2, digits=3)
