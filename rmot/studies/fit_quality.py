"""How each index's fit meets its quotes: size of residuals, information, search."""

from __future__ import annotations

import pandas as pd

from rmot.calibration import Fit
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Summarise the fits named in `config.inputs`, one row each."""
    rows = []
    for underlying, path in config.inputs.items():
        fit = Fit.load(path)
        rows.append(
            {
                "underlying": underlying,
                "quotes": len(fit.residuals),
                "root_mean_square_error": fit.root_mean_square_error,
                "within_spread": fit.within_spread,
                "reduced_chi_squared": fit.reduced_chi_squared,
                "effective_dimension": fit.effective_dimension,
                "free_parameters": len(fit.free),
                "condition_number": fit.condition_number,
                "at_bound": " ".join(fit.at_bound),
                "evaluations": fit.evaluations,
                "data": fit.source["kind"],
                "data_sha256": fit.source["sha256"],
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
