"""Rough Heston fitted to one index's quotes of 2022-02-04, expiries 4 and 18 March 2022.

The fit itself is the result (a JSON file that `rmot.calibration.Fit.load` reads); the tables and
figures made of it are `rough_heston_parameters` and `calibrated_smiles`.
"""

from __future__ import annotations

import sys
from datetime import date

from rmot.calibration import Fit, calibrate
from rmot.errors import RmotError
from rmot.market import OptionSurface, read_chain
from rmot.models import RoughHeston
from rmot.studies.study import Config, parse

EXPIRIES = (date(2022, 3, 4), date(2022, 3, 18))

# Two neighbouring maturities cannot tell the speed of mean reversion from its level: one is held.
FIXED = {"mean_reversion": 0.3}

QUOTES_PER_SLICE = {"quick": 40, "full": None, "deep": None}


def quoted_surface(config: Config, name: str) -> OptionSurface:
    """Read the quotes that a profile fits."""
    surface = read_chain(config.inputs[name]).surface(maturities=EXPIRIES)
    count = QUOTES_PER_SLICE[config.profile]
    return surface if count is None else surface.thin(count)


def run(config: Config) -> Fit:
    """Fit the one chain named in `config.inputs`."""
    (name,) = config.inputs
    surface = quoted_surface(config, name)
    return calibrate(
        RoughHeston, surface, fixed=FIXED, progress=lambda line: print(f"{name}: {line}")
    )


if __name__ == "__main__":
    config, output = parse()
    try:
        run(config).save(output)
    except RmotError as error:
        sys.exit(f"index_fit: {error}")
