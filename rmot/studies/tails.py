"""Finite moments and wings of the fitted models, and what they tend to as maturity goes to zero.

E S_T^p is finite between the critical moments; T^alpha times these tends to the moments at which
the small-time Riccati equation explodes at time one. Lee's slopes are the limits of total implied
variance over |k|.
"""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration import Fit
from rmot.models import RoughHeston, SmallTimeRate
from rmot.studies.study import Config, main

MATURITIES = {"1 week": 7 / 365, "1 month": 30 / 365, "3 months": 91 / 365, "1 year": 1.0}
LIMIT = "limit 0"


def run(config: Config) -> pd.DataFrame:
    """Tabulate the tails of the fits named in `config.inputs`, and their small-time limits."""
    rows = []
    for underlying, path in config.inputs.items():
        fit = Fit.load(path)
        model: RoughHeston = fit.model
        about = {
            "underlying": underlying,
            "data": fit.source["kind"],
            "data_sha256": fit.source["sha256"],
        }
        for name, maturity in MATURITIES.items():
            low, high = model.critical_moments(maturity)
            left, right = model.lee_slopes(maturity)
            power = maturity ** (model.hurst + 0.5)
            rows.append(
                {
                    **about,
                    "maturity": name,
                    "lower_moment": low,
                    "upper_moment": high,
                    "scaled_lower_moment": power * low,
                    "scaled_upper_moment": power * high,
                    "left_slope": left,
                    "right_slope": right,
                }
            )
        low, high = SmallTimeRate(
            hurst=model.hurst,
            vol_of_vol=model.vol_of_vol,
            correlation=model.correlation,
            initial_variance=model.expected_variance(0.0).item(),
        ).critical_moments
        scaled = {"scaled_lower_moment": low, "scaled_upper_moment": high}
        rows.append({**about, "maturity": LIMIT, **scaled})
    return pd.DataFrame(rows)


def _maturity(name: str) -> str:
    return r"T\to0" if name == LIMIT else rf"\text{{{name}}}"


def printed(table: pd.DataFrame) -> str:
    """Set one row a fit and maturity."""

    def number(value: float) -> str:
        return r"\text{--}" if pd.isna(value) else significant(value, 4)

    again = table["underlying"].duplicated()
    return latex_table(
        table.assign(underlying=table["underlying"].where(~again, "")),
        (
            Column("underlying", "", align="l"),
            Column("maturity", "$T$", _maturity, align="l"),
            Column("lower_moment", "$p^*_-$", number),
            Column("upper_moment", "$p^*_+$", number),
            Column("scaled_lower_moment", r"$T^\alpha p^*_-$", number),
            Column("scaled_upper_moment", r"$T^\alpha p^*_+$", number),
            Column("left_slope", "left slope", number),
            Column("right_slope", "right slope", number),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
