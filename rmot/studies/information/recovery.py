"""Bias and scatter of calibrated parameters at four named points, against Cramér and Rao's bound.

Bias is in units of the bound; both it and the ratio of scatter to bound have Monte-Carlo errors.
A parameter counts as identified where its estimates lie three bounds or more within the interval
that is searched: elsewhere the interval itself holds them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, latex_table, significant, with_error
from rmot.calibration.coordinates import COORDINATES
from rmot.calibration.design import NORMAL_95, designed_smiles, standard_errors
from rmot.studies.information.points import points
from rmot.studies.information.recovery_draws import DESIGN, RECOVERED
from rmot.studies.rough_heston_parameters import SYMBOLS
from rmot.studies.study import Config, main

IDENTIFIED = 3.0


def run(config: Config) -> pd.DataFrame:
    """Summarise the draws in the inputs named like the points; one more input is ``SPX_fit``."""
    rows = []
    for name, point in points(config.inputs).items():
        draws = read_csv(config.inputs[name])
        fitted = draws[draws["hurst"].notna()]
        count = len(fitted)
        bounds = standard_errors(point.model, designed_smiles(point.model, DESIGN), RECOVERED)
        for parameter in RECOVERED:
            truth, bound = getattr(point.model, parameter), bounds[parameter]
            error = fitted[parameter] - truth
            scatter = error.std()
            covered = error.abs() <= NORMAL_95 * fitted[f"{parameter}_error"]
            limits = COORDINATES[parameter]
            room = min(truth - limits.lower, limits.upper - truth) / bound
            rows.append(
                {
                    "point": name,
                    "label": point.label,
                    "parameter": parameter,
                    "truth": truth,
                    "surfaces": count,
                    "failed": len(draws) - count,
                    "cramer_rao": bound,
                    "bias": error.mean(),
                    "bias_error": scatter / count**0.5,
                    "relative_bias": error.mean() / bound,
                    "relative_bias_error": scatter / bound / count**0.5,
                    "scatter": scatter,
                    "efficiency": scatter / bound,
                    # of a standard deviation, from the fourth moment
                    "efficiency_error": scatter / bound * _deviation_error(error),
                    "coverage_95": covered.mean(),
                    "coverage_error": (covered.mean() * (1 - covered.mean()) / count) ** 0.5,
                    "bounds_to_limit": room,
                    "identified": room >= IDENTIFIED,
                    **point.columns,
                }
            )
    return pd.DataFrame(rows)


def _deviation_error(sample: pd.Series) -> float:
    """Return the relative standard error of a sample's standard deviation."""
    deviations = (sample - sample.mean()).to_numpy()
    kurtosis = float(np.mean(deviations**4) / np.mean(deviations**2) ** 2)
    # a sample of two values has kurtosis 1, but for rounding
    return (max(kurtosis - 1.0, 0.0) / (4.0 * len(sample))) ** 0.5


def printed(table: pd.DataFrame) -> str:
    """Set one row a point and parameter."""
    again = table["label"].duplicated()
    shown = table.assign(
        label=table["label"].where(~again, ""),
        symbol=[SYMBOLS[name].strip("$") for name in table["parameter"]],
        bias_text=[
            with_error(row["relative_bias"], row["relative_bias_error"])
            for row in table.to_dict("records")
        ],
        efficiency_text=[
            with_error(row["efficiency"], row["efficiency_error"])
            for row in table.to_dict("records")
        ],
    )
    return latex_table(
        shown,
        (
            Column("label", "Point", lambda label: rf"\text{{{label}}}", align="l"),
            Column("symbol", "", str, align="c"),
            Column("truth", "Truth", significant),
            Column("cramer_rao", "Bound", lambda bound: significant(bound, 2)),
            Column("bias_text", "Bias / bound", str),
            Column("efficiency_text", "Scatter / bound", str),
            Column("coverage_95", r"Within 95\%", lambda share: rf"{100 * share:.1f}\%"),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
