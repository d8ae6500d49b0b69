"""Where a local search for rough Heston's parameters passes from each start: 002's Figure 14.

Quotes and what is held are those of the index's fit, `rmot.studies.index_fit`. A point is counted
where derivatives were taken, which is once a step that was accepted.
"""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.calibration import Fit
from rmot.calibration.likelihood import Likelihood, Quotes
from rmot.calibration.parametrisation import Parametrisation, parametrise
from rmot.calibration.search import local_search
from rmot.calibration.starts import trial_points
from rmot.models import RoughHeston
from rmot.studies.index_fit import FIXED
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main

NAME = "SPX"
NOISE_FLOOR = 1e-4
EVERY = {"quick": 2, "full": 1, "deep": 1}
"""Of the starts of `rmot.calibration.starts`, which are searched from."""

LEAST = "chi_squared"
"""How the objective is called among the parameters."""


SAME = 1e-6
"""Relative distance of chi-squared below which two searches ended at one optimum."""


class _Watched(Likelihood[Parametrisation]):
    """A likelihood that remembers where its derivatives were taken."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.passed: list[NDArray[np.float64]] = []

    def jacobian(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        self.passed.append(np.array(point))
        return super().jacobian(point)


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each start, step and parameter; inputs are ``SPX`` and ``SPX_fit``.

    `optimum` and `error` are those of the fit, the error allowing for misfit; of chi-squared they
    are its least value and NaN.
    """
    fit = Fit.load(config.inputs[f"{NAME}_fit"])
    surface = quoted_surface(config, NAME)
    parametrisation = parametrise(RoughHeston, FIXED, None, None)
    likelihood = _Watched(parametrisation, map(Quotes.of, surface.slices), NOISE_FLOOR)
    least = float(np.sum((fit.residuals / fit.noise) ** 2))
    optimum = {name: float(fit.parameter(name)) for name in fit.free} | {LEAST: least}
    errors = {**fit.misfit_standard_errors, LEAST: float("nan")}
    rows = []
    for start, point in enumerate(
        islice(trial_points(likelihood), None, None, EVERY[config.profile])
    ):
        likelihood.passed.clear()
        found = local_search(likelihood, point)
        for step, passed in enumerate(likelihood.passed):
            chi_squared = float(np.sum(likelihood.residuals(passed) ** 2))
            for name, value in (parametrisation.values(passed) | {LEAST: chi_squared}).items():
                rows.append(
                    {
                        "start": start,
                        "step": step,
                        "parameter": name,
                        "value": float(value),
                        "optimum": optimum[name],
                        "error": errors[name],
                        "evaluations": int(found.nfev),
                        "converged": bool(found.status > 0),
                    }
                )
    return pd.DataFrame(rows).assign(
        underlying=NAME, data=fit.source["kind"], data_sha256=fit.source["sha256"]
    )


def ends(table: pd.DataFrame) -> list[tuple[int, float]]:
    """Return for each start how many steps were taken, and the chi-squared at the end."""
    found: dict[int, tuple[int, float]] = {}
    for row in table.loc[table["parameter"] == LEAST].to_dict("records"):
        found[int(row["start"])] = int(row["step"]), float(row["value"])
    return list(found.values())


def optima(table: pd.DataFrame) -> int:
    """Count the values of chi-squared that the searches ended at, to a millionth."""
    finals = sorted(chi_squared for _, chi_squared in ends(table))
    return 1 + sum(b > (1.0 + SAME) * a for a, b in pairwise(finals))


if __name__ == "__main__":
    main(run)
