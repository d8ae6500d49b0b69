"""Calibrated parameters of each index, with both kinds of standard error."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant, with_error
from rmot.calibration import Fit
from rmot.studies.study import Config, main

SYMBOLS = {
    "hurst": "$H$",
    "vol_of_vol": r"$\nu$",
    "correlation": r"$\rho$",
    "initial_variance": "$V_0$",
    "mean_reversion": r"$\kappa$",
    "long_run_variance": r"$\theta$",
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate the fits named in `config.inputs`; a held parameter has no errors."""
    rows = []
    for underlying, path in config.inputs.items():
        fit = Fit.load(path)
        for parameter in SYMBOLS:
            rows.append(
                {
                    "underlying": underlying,
                    "parameter": parameter,
                    "value": getattr(fit.model, parameter),
                    "standard_error": fit.standard_errors.get(parameter, float("nan")),
                    "misfit_standard_error": fit.misfit_standard_errors.get(
                        parameter, float("nan")
                    ),
                    "data": fit.source["kind"],
                    "data_sha256": fit.source["sha256"],
                }
            )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a parameter, and for each index estimate and misfit error."""
    rows = []
    columns = [Column("symbol", "Parameter", str, align="c")]
    for underlying in table["underlying"].unique():
        columns += [
            Column(f"{underlying} value", underlying, str),
            Column(f"{underlying} misfit", "misfit s.e.", str),
        ]
    for parameter, group in table.groupby("parameter", sort=False):
        row = {"symbol": SYMBOLS[str(parameter)].strip("$")}
        for entry in group.to_dict("records"):
            name, held = entry["underlying"], pd.isna(entry["standard_error"])
            row[f"{name} value"] = (
                f"{significant(entry['value'])}\\;\\text{{(held)}}"
                if held
                else with_error(entry["value"], entry["standard_error"])
            )
            row[f"{name} misfit"] = (
                r"\text{--}" if held else significant(entry["misfit_standard_error"], 2)
            )
        rows.append(row)
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
