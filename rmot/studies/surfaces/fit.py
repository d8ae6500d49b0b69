"""One model fitted to one whole surface: on all expiries, and on every other to foretell the rest.

The fit on all expiries is a file that `rmot.calibration.Fit.load` reads; beside it stands a row
that says how well the fit on the expiries of odd rank foretells the volatilities of the others.
"""

from __future__ import annotations

import warnings
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported
from rmot.calibration import Fit, calibrate
from rmot.errors import IdentificationWarning
from rmot.market import OptionSurface
from rmot.studies.study import Config, parse
from rmot.studies.surfaces.candidates import CANDIDATES, fitted_surface


def run(config: Config) -> tuple[Fit, pd.DataFrame]:
    """Fit the model that the one input names, as ``MODEL@CHAIN=path``."""
    (entry,) = config.inputs
    key, _, chain = entry.partition("@")
    model = CANDIDATES[key]
    surface = fitted_surface(config, entry)
    # a candidate that cannot be brought to an optimum is compared as far as it came
    options = {**model.options_for(surface, config.profile), "require_convergence": False}
    profile = "hurst" if "hurst" in _free(model.model_class, options) else None

    def say(line: str) -> None:
        print(f"{entry}: {line}", flush=True)

    with warnings.catch_warnings():
        # they stand in the fit
        warnings.simplefilter("ignore", IdentificationWarning)
        fit = calibrate(model.model_class, surface, profile=profile, progress=say, **options)
        odd = replace(surface, slices=surface.slices[::2])
        half = calibrate(model.model_class, odd, start=fit.model, **options)
    rest = replace(surface, slices=surface.slices[1::2])
    error, within = _foretold(half.model, rest)
    row = {
        "chain": chain,
        "model": key,
        "foretold_root_mean_square_error": error,
        "foretold_within_spread": within,
        "data": fit.source["kind"],
        "data_sha256": fit.source["sha256"],
        "profile": config.profile,
    }
    return fit, pd.DataFrame([row])


def _free(model_class: type[Any], options: dict[str, Any]) -> set[str]:
    return {field.name for field in fields(model_class)} - set(options.get("fixed", {}))


def _foretold(model: Any, surface: OptionSurface) -> tuple[float, float]:
    """Return root mean square error and share within the spread, over quotes not fitted."""
    gaps, inside = [], []
    for smile in surface.slices:
        found = model.implied_volatility(smile.log_moneyness, smile.maturity)
        # what has no volatility is below any quote: it counts as zero
        gaps.append(np.nan_to_num(found) - smile.implied_volatility)
        inside.append((found >= smile.bid_volatility) & (found <= smile.ask_volatility))
    return (
        float(np.sqrt(np.mean(np.concatenate(gaps) ** 2))),
        float(np.mean(np.concatenate(inside))),
    )


if __name__ == "__main__":
    config, output = parse()
    with reported("surfaces.fit"):
        fit, row = run(config)
        fit.save(output)
        write_csv(output.with_suffix(".csv"), row)
