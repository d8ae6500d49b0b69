"""A rough factor model fitted to SPX and NDX together; the case is the number of factors.

The fit itself is the result (a JSON file that `rmot.calibration.FactorFit.load` reads). Quotes are
those of the single-index fits: 4 and 18 March 2022, at the close of 4 February.
"""

from __future__ import annotations

import warnings

from rmot.artifact.programs import reported
from rmot.calibration import FactorFit, calibrate
from rmot.errors import IdentificationWarning
from rmot.models import RoughFactorModel
from rmot.studies.index_fit import FIXED
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, parse

NAMES = ("SPX", "NDX")
STARTS = {"quick": 6, "full": 16, "deep": 64}
START_TOLERANCE = 1e-4
"""Of chi-squared on thinned quotes: valleys that lead to worse optima are left sooner."""


def run(config: Config) -> FactorFit:
    """Fit both chains of `config.inputs`."""
    with warnings.catch_warnings():
        # the fit carries them: bounds reached, and the other optima
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(
            RoughFactorModel,
            [quoted_surface(config, name) for name in NAMES],
            n_factors=int(config.case),
            fixed=FIXED,
            starts=STARTS[config.profile],
            start_tolerance=START_TOLERANCE,
            seed=config.seed,
            require_convergence=False,
            progress=lambda line: print(f"{config.case} factors: {line}"),
        )


if __name__ == "__main__":
    config, output = parse()
    with reported("fit"):
        run(config).save(output)
