"""The models that extrapolate: fitted to the same quotes with the same weights.

Some have parameters of their own for each expiry, some one set for all; what a model's number of
free parameters is counts over all expiries that it is fitted to.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from rmot.calibration import Fit, calibrate
from rmot.errors import IdentificationWarning, RmotError
from rmot.market import OptionSurface
from rmot.studies.extrapolation.quotes import each_expiry
from rmot.studies.surfaces.candidates import CANDIDATES, Candidate

LAST_QUOTE = "last_quote"
"""The volatility of the last quote inside, for all strikes beyond: no model at all."""

EACH_EXPIRY = {
    "black_scholes": CANDIDATES["black_scholes"],
    "sabr": CANDIDATES["sabr"],
    "svi": Candidate("SVI", "SVI"),
    "heston_each": Candidate(
        "Heston, $\\kappa = 0$",
        "Heston",
        {"fixed": {"mean_reversion": 0.0, "long_run_variance": 0.0}},
    ),
    "rough_heston_each": CANDIDATES["rough_heston_4"],
}
ALL_EXPIRIES = {
    "ssvi": CANDIDATES["ssvi"],
    "heston_all": CANDIDATES["heston"],
    "rough_heston_all": CANDIDATES["rough_heston_5"],
}
COMPETITORS = EACH_EXPIRY | ALL_EXPIRIES

PRIORS = ("black_scholes", "heston_each", "rough_heston_each")
"""Those around whose laws balls are taken; a formula for a smile is no law."""

NEAREST = "nearest_"
"""Before a prior's name: the law nearest to it that meets the quotes shown."""


def label(key: str) -> str:
    """Return what tables and figures call a competitor."""
    if key == LAST_QUOTE:
        return "last quote"
    if key.startswith(NEAREST):
        return f"nearest to {label(key.removeprefix(NEAREST))}"
    return COMPETITORS[key].label


@dataclass(frozen=True)
class Fitted:
    """A model fitted to some expiries, or the reason why it is not.

    Attributes
    ----------
    models : tuple
        One an expiry; None where the fit failed.
    free_parameters : int
    failure : str
    """

    models: tuple[Any, ...]
    free_parameters: int
    failure: str


def fitted(key: str, surface: OptionSurface, near: Fitted | None = None) -> Fitted:
    """Fit one competitor to the quotes that are shown.

    Parameters
    ----------
    key : str
        Of `COMPETITORS`.
    surface : OptionSurface
    near : Fitted, optional
        To other quotes of the same expiries; searches then start there.
    """
    candidate = COMPETITORS[key]
    parts = list(each_expiry(surface)) if key in EACH_EXPIRY else [surface]
    models: list[Any] = []
    free, failures = 0, []
    for row, part in enumerate(parts):
        start = None if near is None else near.models[row]
        try:
            fit = _fit(candidate, part, start)
        except RmotError as error:
            failures.append(str(error))
            models += [None] * len(part)
        else:
            free += len(fit.free)
            models += [fit.model] * len(part)
    return Fitted(tuple(models), free, "; ".join(failures))


def _fit(candidate: Candidate, surface: OptionSurface, start: Any) -> Fit:
    with warnings.catch_warnings():
        # few quotes near the money leave much open, and that is what is tried here
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(
            candidate.model_class,
            surface,
            start=start,
            require_convergence=False,
            **candidate.options,
        )


def predicted(model: Any, log_moneyness: np.ndarray, maturity: float) -> np.ndarray:
    """Return the model's volatilities, nan where it has none."""
    found = np.full(log_moneyness.shape, np.nan)
    for row, k in enumerate(log_moneyness):
        try:
            found[row] = model.implied_volatility(np.array([k]), maturity)[0]
        except RmotError:
            continue
    return found
