"""H that the skew's term structure implies, by range of maturity, and tests of one power law."""

from __future__ import annotations

from math import inf, nan
from typing import Any, cast

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant, with_error
from rmot.calibration.skew_laws import (
    LEAST_POINTS,
    Law,
    SkewTerms,
    curvature_test,
    fit_skew_law,
    likelihood_ratio_test,
)
from rmot.studies.study import Config, main

# In days, the upper end included.
RANGES = {
    "all": (0.0, inf),
    "to 30 days": (0.0, 30.0),
    "30 to 182 days": (30.0, 182.5),
    "beyond 182 days": (182.5, inf),
}
QUICK_RANGES = ("all", "to 30 days")
LAWS: tuple[Law, ...] = ("power", "shifted", "curved")
CORRELATED, INDEPENDENT = "correlated", "independent"


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row a chain, range and law; the input `skew` is the table of `atm_skew`."""
    table = read_csv(config.inputs["skew"])
    rows = []
    for name, chain in table.groupby("underlying", sort=False):
        for label in QUICK_RANGES if config.profile == "quick" else RANGES:
            here = chain.loc[chain["days"].between(*RANGES[label], inclusive="right")]
            if len(here) < LEAST_POINTS:
                continue
            columns = (here[column].to_numpy() for column in ("maturity", "skew", "skew_error"))
            terms = SkewTerms(*columns)
            source = {
                "data": here["data"].iloc[0],
                "data_sha256": here["data_sha256"].iloc[0],
            }
            for row in _rows(terms):
                rows.append({"underlying": name, "range": label, **row, **source})
    return pd.DataFrame(rows)


def _rows(terms: SkewTerms) -> list[dict[str, Any]]:
    rows = []
    for scatter in (CORRELATED, INDEPENDENT):
        fits = {law: fit_skew_law(terms, law, scatter == CORRELATED) for law in LAWS}
        for law, fit in fits.items():
            low, high = fit.interval()
            row = {
                "law": law,
                "scatter": scatter,
                "points": fit.points,
                "hurst": fit.hurst,
                "hurst_error": fit.hurst_error,
                "low": low,
                "high": high,
                "level": fit.coefficients[0],
                "curvature": fit.coefficients[2] if law == "curved" else nan,
                "shift_days": 365 * fit.shift,
                "skew_at_zero": fit.skew_at_zero,
                "scatter_size": fit.scatter,
                "correlation_length": fit.length,
                "log_likelihood": fit.log_likelihood,
                "p_of_power": nan if law == "power" else likelihood_ratio_test(fits["power"], fit),
                "p_of_f_test": nan,
            }
            if law == "curved" and scatter == INDEPENDENT:
                row["p_of_f_test"] = curvature_test(terms, fit)
            rows.append(row)
    return rows


def printed(table: pd.DataFrame) -> str:
    """Set one row a chain and range: H of the power law, and how the others reject it."""
    rows = []
    for key, group in table.groupby(["underlying", "range"], sort=False):
        name, label = cast("tuple[str, str]", key)
        fits = group.set_index(["scatter", "law"]).to_dict("index")
        power, shifted, curved = (fits[CORRELATED, law] for law in LAWS)
        rows.append(
            {
                "underlying": name,
                "range": label,
                "points": power["points"],
                "hurst": with_error(power["hurst"], power["hurst_error"]),
                "interval": f"[{fixed(power['low'], 2)}, {fixed(power['high'], 2)}]",
                "scatter": power["scatter_size"],
                "independent": fits[INDEPENDENT, "curved"]["p_of_f_test"],
                "curved": curved["p_of_power"],
                "shifted": shifted["p_of_power"],
            }
        )

    def small(value: float) -> str:
        return significant(value, 2)

    return latex_table(
        pd.DataFrame(rows),
        (
            Column("underlying", "", align="l"),
            Column("range", "maturities", align="l"),
            Column("points", "points", str),
            Column("hurst", "$H$", str),
            Column("interval", r"95\%", str),
            Column("scatter", "scatter", small),
            Column("independent", "$p_F$", small),
            Column("curved", "$p$, curved", small),
            Column("shifted", "$p$, shifted", small),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
