"""What factor models fitted to SPX and NDX imply for their correlation: every optimum found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import FactorFit
from rmot.studies.shared_factors.fit import NAMES
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each optimum; inputs are fits. Only the best is fitted to all quotes."""
    fits = [FactorFit.load(path) for path in config.inputs.values()]
    rows = [row for fit in fits for row in _rows(fit)]
    sources = fits[0].sources
    return pd.DataFrame(rows).assign(
        data=" and ".join(sorted({source["kind"] for source in sources})),
        data_sha256=" ".join(source["sha256"] for source in sources),
    )


def _rows(fit: FactorFit) -> list[dict[str, object]]:
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
                "fitted_correlation": fit.correlation(fit.longest)[above][0] if best else np.nan,
                "error": fit.correlation_errors(fit.longest)[above][0] if best else np.nan,
                "reduced_chi_squared": fit.reduced_chi_squared if best else np.nan,
                "at_bound": " ".join(fit.at_bound) if best else "",
                **{f"rms_{name.lower()}": errors[name] if best else np.nan for name in NAMES},
                "maturity": fit.longest,
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
            Column("factors", "Factors", str),
            Column("optimum", "Optimum", str),
            Column("chi_squared", r"$\chi^2$", lambda value: significant(value, 3)),
            Column("correlation", "Correlation", lambda value: fixed(value, 3)),
            Column("error", "Bound", bound),
            Column("rms_spx", r"SPX (\%)", points),
            Column("rms_ndx", r"NDX (\%)", points),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
