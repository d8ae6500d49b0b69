"""Models held against each other on whole surfaces: how each meets the quotes and foretells others.

Inputs are the fits of `rmot.studies.surfaces.fit`, named ``MODEL@CHAIN``, with their rows beside.
"""

from __future__ import annotations

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import Fit
from rmot.calibration.maximum_likelihood import LARGEST_DISTANCE
from rmot.studies.study import Config, main
from rmot.studies.surfaces.candidates import CANDIDATES


def run(config: Config) -> pd.DataFrame:
    """Tabulate the fits, chain by chain in the order of the models."""
    rows = []
    for entry, path in config.inputs.items():
        key, _, chain = entry.partition("@")
        fit = Fit.load(path)
        (foretold,) = read_csv(path.with_suffix(".csv")).to_dict("records")
        profile = fit.profile
        nan = float("nan")
        rows.append(
            {
                "chain": chain,
                "model": key,
                "free_parameters": len(fit.free),
                "quotes": len(fit.residuals),
                "root_mean_square_error": fit.root_mean_square_error,
                "reduced_chi_squared": fit.reduced_chi_squared,
                "within_spread": fit.within_spread,
                "foretold_root_mean_square_error": foretold["foretold_root_mean_square_error"],
                "foretold_within_spread": foretold["foretold_within_spread"],
                "hurst": getattr(fit.model, "hurst", nan) if profile else nan,
                "hurst_standard_error": fit.standard_errors.get("hurst", nan),
                "hurst_misfit_standard_error": fit.misfit_standard_errors.get("hurst", nan),
                "hurst_lower": profile.misfit_interval[0] if profile else nan,
                "hurst_upper": profile.misfit_interval[1] if profile else nan,
                "effective_dimension": fit.effective_dimension,
                "distance_to_optimum": fit.distance_to_optimum,
                "at_bound": " ".join(fit.at_bound),
                "warnings": "; ".join(fit.warnings),
                "data": fit.source["kind"],
                "data_sha256": fit.source["sha256"],
            }
        )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a model, under the name of its chain; a star where no optimum was reached."""
    first = ~table["chain"].duplicated()
    shown = table.assign(
        chain=table["chain"].where(first, ""),
        label=[
            CANDIDATES[key].label + ("" if distance <= LARGEST_DISTANCE else "$^*$")
            for key, distance in zip(table["model"], table["distance_to_optimum"], strict=True)
        ],
    )
    columns = (
        Column("chain", "Chain", align="l"),
        Column("label", "Model", _text, align="l"),
        Column("free_parameters", "$n$", lambda n: str(int(n))),
        Column("root_mean_square_error", "r.m.s.", lambda x: fixed(100 * x, 2)),
        Column("reduced_chi_squared", r"$\chi^2/\nu$", lambda x: significant(x, 3)),
        Column("within_spread", "within", lambda x: fixed(100 * x, 0) + r"\,\%"),
        Column("foretold_root_mean_square_error", "foretold", lambda x: fixed(100 * x, 2)),
        Column("hurst", "$H$", error="hurst_misfit_standard_error"),
    )
    return latex_table(shown, columns)


def _text(label: str) -> str:
    return rf"\text{{{label}}}"


if __name__ == "__main__":
    main(run, printed)
