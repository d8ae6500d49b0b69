"""Rough Heston fitted to one index's quotes of 2022-02-04, expiries 4 and 18 March 2022.

The fit itself is the result (a JSON file that `rmot.calibration.Fit.load` reads); the tables and
figures made of it are `rough_heston_parameters` and `calibrated_smiles`.
"""

from __future__ import annotations

from rmot.artifact.programs import reported
from rmot.calibration import Fit, calibrate
from rmot.models import RoughHeston
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, parse

# Two neighbouring maturities cannot tell the speed of mean reversion from its level: one is held.
FIXED = {"mean_reversion": 0.3}


def run(config: Config) -> Fit:
    """Fit the one chain named in `config.inputs`."""
    (name,) = config.inputs
    surface = quoted_surface(config, name)
    return calibrate(
        RoughHeston, surface, fixed=FIXED, progress=lambda line: print(f"{name}: {line}")
    )


if __name__ == "__main__":
    config, output = parse()
    with reported("index_fit"):
        run(config).save(output)
