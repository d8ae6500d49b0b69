"""Loadings and factors fitted to SPX and NDX together, and all optima with their correlations.

Quotes are those of the single-index fits: 4 and 18 March 2022, at the close of 4 February.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import FactorFit, calibrate
from rmot.errors import IdentificationWarning
from rmot.models import RoughFactorModel
from rmot.studies.index_fit import FIXED
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main

NAMES = ("SPX", "NDX")
FACTORS = (1, 2)
STARTS = {"quick": 6, "full": 16, "deep": 64}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each optimum; inputs are both chains. Only the best is fitted to all."""
    surfaces = [quoted_surface(config, name) for name in NAMES]
    rows = []
    for count in FACTORS:
        with warnings.catch_warnings():
            # they stand in the table: bounds reached, and the optima themselves
            warnings.simplefilter("ignore", IdentificationWarning)
            fit = calibrate(
                RoughFactorModel,
                surfaces,
                n_factors=count,
                fixed=FIXED,
                starts=STARTS[config.profile],
                seed=config.seed,
                require_convergence=False,
                progress=lambda line: print(line),
            )
        rows += _rows(fit, max(surface.slices[-1].maturity for surface in surfaces))
    return pd.DataFrame(rows).assign(
        data=" and ".join(sorted({surface.source.kind for surface in surfaces})),
        data_sha256=" ".join(surface.source.sha256 for surface in surfaces),
    )


def _rows(fit: FactorFit, maturity: float) -> list[dict[str, object]]:
    above = np.triu_indices(fit.model.n_assets, 1)
    errors = dict(zip(NAMES, fit.root_mean_square_errors.tolist(), strict=True))
    rows = []
    for rank, optimum in enumerate(fit.optima):
        best = rank == 0
        rows.append(
            {
                "factors": fit.model.n_factors,
                "optimum": rank + 1,
                "chi_squared": optimum.chi_squared,
                "correlation": float(optimum.correlation[above][0]),
                "fitted_correlation": fit.correlation(maturity)[above][0] if best else np.nan,
                "error": fit.correlation_errors(maturity)[above][0] if best else np.nan,
                "reduced_chi_squared": fit.reduced_chi_squared if best else np.nan,
                "at_bound": " ".join(fit.at_bound) if best else "",
                **{f"rms_{name.lower()}": errors[name] if best else np.nan for name in NAMES},
                "maturity": maturity,
            }
        )
    return rows


def printed(table: pd.DataFrame) -> str:
    """Set a row for each optimum."""

    def points(value: float) -> str:
        return "" if np.isnan(value) else fixed(100.0 * value, 2)

    def bound(value: float) -> str:
        # with one factor correlations cannot move, and what is left is rounding
        return "" if np.isnan(value) else "0" if value < 1e-9 else significant(value, 1)

    return latex_table(
        table,
        (
            Column("factors", "factors", str),
            Column("optimum", "optimum", str),
            Column("chi_squared", r"$\chi^2$", lambda value: significant(value, 3)),
            Column("correlation", "correlation", lambda value: fixed(value, 3)),
            Column("error", "bound", bound),
            Column("rms_spx", r"SPX (\%)", points),
            Column("rms_ndx", r"NDX (\%)", points),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
