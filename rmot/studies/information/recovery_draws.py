"""Calibrations of surfaces drawn around one named point: the estimates themselves.

Each surface has 50 strikes in each of three maturities and 002's noise; its 4 reduced parameters
are free. A draw that cannot be calibrated leaves an empty row with the reason.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from rmot.calibration import calibrate
from rmot.calibration.design import Design, designed_smiles, volatility_noise
from rmot.errors import CalibrationError, IdentificationWarning, ParameterError
from rmot.market.synthetic_surface import synthetic_surface
from rmot.models import RoughHeston
from rmot.studies.information.points import (
    FREE,
    HALF_WIDTH,
    MATURITIES,
    NOISE,
    STRIKES,
    points,
)
from rmot.studies.study import Config, main

SURFACES = {"quick": 10, "full": 100, "deep": 2000}
RECOVERED = FREE[4]
DESIGN = Design(STRIKES, HALF_WIDTH, MATURITIES[3], volatility_noise(NOISE))


def run(config: Config) -> pd.DataFrame:
    """Draw and calibrate at the point named `config.case`; the input is ``SPX_fit``."""
    named = points(config.inputs)
    if config.case not in named:
        raise ParameterError(f"expected a case among {list(named)}; got {config.case!r}")
    point = named[config.case]
    model = point.model
    smiles = designed_smiles(model, DESIGN)
    fixed = {name: getattr(model, name) for name in model.parameters if name not in RECOVERED}
    generator = np.random.default_rng([config.seed, list(named).index(config.case)])
    rows = []
    for number in range(SURFACES[config.profile]):
        surface = synthetic_surface(smiles, generator)
        row: dict[str, object] = {"point": config.case, "surface": number, "failure": ""}
        try:
            with warnings.catch_warnings():
                # the column `at_bound` tells
                warnings.simplefilter("ignore", IdentificationWarning)
                fit = calibrate(RoughHeston, surface, fixed=fixed)
        except CalibrationError as error:
            rows.append({**row, "failure": str(error)})
            continue
        row |= {name: getattr(fit.model, name) for name in RECOVERED}
        row |= {f"{name}_error": fit.standard_errors[name] for name in RECOVERED}
        row |= {
            "reduced_chi_squared": fit.reduced_chi_squared,
            "at_bound": " ".join(fit.at_bound),
        }
        rows.append(row)
    return pd.DataFrame(rows).assign(**point.columns, seed=config.seed)


if __name__ == "__main__":
    main(run)
