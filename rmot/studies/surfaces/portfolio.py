"""Rough Heston fitted to each name of a portfolio: 002's Tables 1 and 5 for one real close.

A name that cannot be fitted keeps its row and says why.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.artifact.workers import half_the_cores
from rmot.calibration import Fit, calibrate_portfolio
from rmot.market import OptionSurface
from rmot.market.registry import describe
from rmot.models import RoughHeston
from rmot.studies.chains import european_surface
from rmot.studies.study import Config, main
from rmot.studies.surfaces.candidates import DAYS, near_the_money

FIXED = {"mean_reversion": 0.3}
FREE = ("hurst", "vol_of_vol", "correlation", "initial_variance", "long_run_variance")
NAMES = {"quick": 4, "full": None, "deep": None}
QUOTES_PER_SLICE = {"quick": 15, "full": None, "deep": None}


def run(config: Config) -> pd.DataFrame:
    """Fit every name of the inputs, one row each in their order."""
    count = NAMES[config.profile]
    inputs = dict(list(config.inputs.items())[:count])
    thin = QUOTES_PER_SLICE[config.profile]
    found = calibrate_portfolio(
        RoughHeston,
        {name: partial(surface_of, path, thin) for name, path in inputs.items()},
        processes=min(half_the_cores(), len(inputs)),
        progress=lambda name, done, total: print(f"{done}/{total} {name}", file=sys.stderr),
        fixed=FIXED,
        profile="hurst",
    )
    rows = []
    for name, path in inputs.items():
        source = describe(path)
        row: dict[str, object] = {"name": name, "failure": found.failures.get(name, "")}
        fit = found.fits.get(name)
        if fit is not None:
            row |= fit_row(fit)
        rows.append(row | {"data": source.kind, "data_sha256": source.sha256})
    return heterogeneity(pd.DataFrame(rows))


FIT_COLUMNS = (
    *(
        f"{parameter}{kind}"
        for parameter in FREE
        for kind in ("", "_standard_error", "_misfit_standard_error")
    ),
    *("hurst_lower", "hurst_upper", "quotes", "root_mean_square_error", "reduced_chi_squared"),
    *("within_spread", "effective_dimension", "at_bound"),
)
"""What `fit_row` says of a fit, in its order."""


def fit_row(fit: Fit) -> dict[str, object]:
    """Describe a fit: parameters with errors, the interval of H, and how the quotes are met."""
    row: dict[str, object] = {}
    for parameter in FREE:
        row[parameter] = fit.parameter(parameter)
        row[f"{parameter}_standard_error"] = fit.standard_errors.get(parameter, np.nan)
        row[f"{parameter}_misfit_standard_error"] = fit.misfit_standard_errors.get(
            parameter, np.nan
        )
    lower, upper = (np.nan, np.nan) if fit.profile is None else fit.profile.misfit_interval
    return row | {
        "hurst_lower": lower,
        "hurst_upper": upper,
        "quotes": len(fit.residuals),
        "root_mean_square_error": fit.root_mean_square_error,
        "reduced_chi_squared": fit.reduced_chi_squared,
        "within_spread": fit.within_spread,
        "effective_dimension": fit.effective_dimension,
        "at_bound": " ".join(fit.at_bound),
    }


def surface_of(path: Path, thin: int | None) -> OptionSurface:
    """Read a chain's quotes within `DAYS` and near the money."""
    low, high = DAYS
    surface = near_the_money(european_surface(path).within(low / 365, high / 365))
    return surface if thin is None else surface.thin(thin)


def heterogeneity(table: pd.DataFrame) -> pd.DataFrame:
    """Add Cochran's test that all names share one H, by errors that allow for misfit.

    Names without an estimate inside the search interval do not count. Q is the sum of squares about
    the weighted mean, chi-squared were there one H; pairs are those whose two estimates differ by
    more than 1.96 of their joint error.
    """
    if "hurst" not in table:
        return table.assign(cochran_q=np.nan, p_value=np.nan, names_compared=0, pairs_apart=np.nan)
    known = table["hurst"].notna() & ~table["at_bound"].fillna("").str.contains("hurst")
    hurst = table.loc[known, "hurst"].to_numpy(dtype=float)
    error = table.loc[known, "hurst_misfit_standard_error"].to_numpy(dtype=float)
    weight = error**-2
    mean = np.sum(weight * hurst) / np.sum(weight) if hurst.size else np.nan
    q = float(np.sum(weight * (hurst - mean) ** 2))
    first, second = np.triu_indices(hurst.size, k=1)
    apart = np.abs(hurst[first] - hurst[second]) > 1.96 * np.hypot(error[first], error[second])
    return table.assign(
        cochran_q=q if hurst.size > 1 else np.nan,
        p_value=float(chdtrc(hurst.size - 1, q)) if hurst.size > 1 else np.nan,
        names_compared=hurst.size,
        pairs_apart=float(np.mean(apart)) if apart.size else np.nan,
    )


def printed(table: pd.DataFrame) -> str:
    """Set one row a name, estimates with the errors that allow for misfit."""
    columns = [
        Column("name", "Name", align="l"),
        *(
            Column(parameter, head, significant, error=f"{parameter}_misfit_standard_error")
            for parameter, head in zip(
                FREE, ("$H$", r"$\nu$", r"$\rho$", "$V_0$", r"$\theta$"), strict=True
            )
        ),
        Column("hurst_standard_error", "C.--R.\\ of $H$", lambda x: significant(x, 2)),
        Column("quotes", "Quotes", lambda n: str(int(n))),
        Column("root_mean_square_error", "r.m.s.", lambda x: fixed(100 * x, 2)),
        Column("within_spread", "within", lambda x: fixed(100 * x, 0) + r"\,\%"),
    ]
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
