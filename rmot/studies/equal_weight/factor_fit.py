"""A model of shared factors fitted to the portfolio's surfaces together; the fit is the result.

Each name has a few quotes of three expiries, all with the same noise: models of shared factors miss
by points what the most liquid names' quotes say to hundredths, and would be fitted to these alone.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from rmot.artifact.programs import reported
from rmot.calibration import FactorFit, calibrate
from rmot.errors import IdentificationWarning
from rmot.market import OptionSurface
from rmot.models import RoughFactorModel
from rmot.studies.study import Config, parse
from rmot.studies.surfaces.portfolio import NAMES, surface_of

QUOTES = {"quick": 7, "full": 9, "deep": 15}
STARTS = {"quick": 2, "full": 2, "deep": 12}
FACTORS = 2
MATURITIES = (1 / 12, 1 / 4, 1 / 2)
NOISE = 0.01
TOLERANCE = 1e-5
START_TOLERANCE = 1e-4
# A slower reversion leaves the long-run variance open over half a year.
FIXED = {"mean_reversion": 2.0}


def run(config: Config) -> FactorFit:
    """Fit the chains of `config.inputs`, the first names of them in the quick profile."""
    chosen = list(config.inputs.items())[: NAMES[config.profile]]
    return fit(
        {name: thinned(path, QUOTES[config.profile]) for name, path in chosen},
        STARTS[config.profile],
        config.seed,
    )


def fit(surfaces: dict[str, OptionSurface], starts: int, seed: int) -> FactorFit:
    """Fit the surfaces together."""
    with warnings.catch_warnings():
        # the fit carries them: bounds reached, and the other optima
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(
            RoughFactorModel,
            list(surfaces.values()),
            n_factors=FACTORS,
            fixed=FIXED,
            noise_floor=NOISE,
            starts=starts,
            start_tolerance=START_TOLERANCE,
            tolerance=TOLERANCE,
            seed=seed,
            require_convergence=False,
            progress=lambda line: print(line, file=sys.stderr),
        )


def thinned(path: Path, quotes: int) -> OptionSurface:
    """Return a chain's slices nearest to `MATURITIES`, and so many quotes of each."""
    surface = surface_of(path, quotes)
    times = np.array([smile.maturity for smile in surface.slices])
    nearest = {int(np.abs(np.log(times / maturity)).argmin()) for maturity in MATURITIES}
    return replace(surface, slices=tuple(surface.slices[row] for row in sorted(nearest)))


if __name__ == "__main__":
    config, output = parse()
    with reported("factor_fit"):
        run(config).save(output)
