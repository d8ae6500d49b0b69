"""Errors of H that is fitted to drawn surfaces, by number of strikes: 002's Figures 3 and 4.

Surfaces are drawn as in `rmot.studies.information.recovery_draws`, at 002's parameters with three
maturities and noise of 0.2%; the four reduced parameters are free. The search starts from the
truth, so that the error is that of the optimum nearest to it.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from rmot.calibration import calibrate
from rmot.calibration.design import Design, designed_smiles, standard_errors, volatility_noise
from rmot.errors import CalibrationError, IdentificationWarning
from rmot.market.synthetic_surface import synthetic_surface
from rmot.models import RoughHeston
from rmot.studies.information.points import FREE, HALF_WIDTH, MATURITIES, NOISE, PUBLISHED
from rmot.studies.study import Config, main

STRIKES = {
    "quick": (5, 20, 100),
    "full": (5, 10, 20, 50, 100, 200),
    "deep": (5, 10, 20, 50, 100, 200),
}
SURFACES = {"quick": 6, "full": 40, "deep": 1000}
POINT = PUBLISHED["index"]
RECOVERED = FREE[4]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each number of strikes in a maturity; there are no inputs.

    `error` is the root mean square of H less its truth, `error_error` the standard error of that by
    its fourth moment; `cramer_rao` bounds it.
    """
    model = POINT.model
    fixed = {name: getattr(model, name) for name in model.parameters if name not in RECOVERED}
    generator = np.random.default_rng(config.seed)
    rows = []
    for strikes in STRIKES[config.profile]:
        design = Design(strikes, HALF_WIDTH, MATURITIES[3], volatility_noise(NOISE))
        smiles = designed_smiles(model, design)
        found, failed = [], 0
        for _ in range(SURFACES[config.profile]):
            surface = synthetic_surface(smiles, generator)
            try:
                with warnings.catch_warnings():
                    # too few strikes are what is studied here
                    warnings.simplefilter("ignore", IdentificationWarning)
                    fit = calibrate(RoughHeston, surface, fixed=fixed, start=model)
            except CalibrationError:
                failed += 1
                continue
            found.append(fit.model.hurst - model.hurst)
        squares = np.square(found)
        error = float(np.sqrt(np.mean(squares)))
        rows.append(
            {
                "strikes": strikes,
                "surfaces": len(found),
                "failed": failed,
                "bias": float(np.mean(found)),
                "error": error,
                "error_error": float(np.std(squares, ddof=1) / np.sqrt(len(found)) / (2.0 * error)),
                "cramer_rao": standard_errors(model, smiles, RECOVERED)["hurst"],
            }
        )
    return pd.DataFrame(rows).assign(truth=model.hurst, **POINT.columns)


if __name__ == "__main__":
    main(run)
