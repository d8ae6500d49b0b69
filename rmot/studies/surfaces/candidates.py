"""The models that are held against each other on whole surfaces, and which quotes they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rmot import models
from rmot.market import OptionSurface, read_chain
from rmot.studies.study import Config

DAYS = (7, 200)
"""Expiries used, in days from the valuation; shorter ones live by the hour, longer ones by a
term structure of their own."""

QUOTES_PER_SLICE = {"quick": 15, "full": 25, "deep": None}
SLICES = {"quick": 6, "full": 10, "deep": None}
"""A simulation prices quotes one by one; all candidates meet the same."""

DEVIATIONS = (-4.0, 3.0)
"""Strikes used, in standard deviations at the money: beyond, far wings of the shortest expiry
outweigh all else in a root mean square, and simulations know little."""
CURVE_PIECES = 5

SIMULATION = models.Simulation(paths=2**12)
"""Of simulated candidates: some ten basis points within two deviations, far below their misfit."""

SIMULATED_STARTS = {"quick": 1, "full": 1, "deep": 2}
SIMULATED_TOLERANCE = 1e-7
"""Of chi-squared, where prices are simulated: some hundredths of a standard error that allows for
the misfit."""


@dataclass(frozen=True)
class Candidate:
    """A model class and what is held or given when it is fitted.

    Attributes
    ----------
    label : str
        As tables print it.
    class_name : str
        In `rmot.models`.
    options : dict
        Of `rmot.calibration.calibrate`.
    own_options : callable, optional
        Options that depend on the surface.
    """

    label: str
    class_name: str
    options: dict[str, Any] = field(default_factory=dict)
    own_options: Callable[[OptionSurface], dict[str, Any]] | None = None

    @property
    def model_class(self) -> type[Any]:
        """The class itself."""
        return getattr(models, self.class_name)

    def options_for(self, surface: OptionSurface, profile: str) -> dict[str, Any]:
        """Return the options of `calibrate` on a surface."""
        own = {} if self.own_options is None else self.own_options(surface)
        if "simulation" in self.options.get("fixed", {}):
            own |= {"starts": SIMULATED_STARTS[profile], "tolerance": SIMULATED_TOLERANCE}
        return {**self.options, **own}


def _curve(surface: OptionSurface) -> dict[str, Any]:
    maturities = np.unique([smile.maturity for smile in surface.slices])
    # every other expiry must still tell each piece
    pieces = max(min(CURVE_PIECES, len(maturities) // 2), 1)
    ends = np.linspace(0, len(maturities) - 1, pieces + 1)[1:].round().astype(int)
    return {"forward_variance_times": np.unique(maturities[ends]).tolist()}


CANDIDATES = {
    "black_scholes": Candidate("Black--Scholes", "BlackScholes"),
    "heston": Candidate("Heston", "Heston"),
    "sabr": Candidate("SABR", "SABR"),
    "ssvi": Candidate("SSVI", "SSVI"),
    "rough_heston_4": Candidate(
        "rough Heston, $\\kappa = 0$",
        "RoughHeston",
        {"fixed": {"mean_reversion": 0.0, "long_run_variance": 0.0}},
    ),
    "rough_heston_5": Candidate(
        "rough Heston, $\\kappa = 0.3$", "RoughHeston", {"fixed": {"mean_reversion": 0.3}}
    ),
    "rough_heston_6": Candidate("rough Heston", "RoughHeston"),
    "rough_heston_curve": Candidate(
        "rough Heston, curve", "RoughHeston", {"fixed": {"mean_reversion": 0.0}}, _curve
    ),
    "two_factor_bergomi": Candidate(
        "two-factor Bergomi",
        "TwoFactorBergomi",
        {"fixed": {**models.TwoFactorBergomi.held_by_default, "simulation": SIMULATION}},
    ),
    "path_dependent": Candidate(
        "path-dependent volatility",
        "PathDependentVolatility",
        {"fixed": {"simulation": SIMULATION}},
    ),
}


def fitted_surface(config: Config, name: str) -> OptionSurface:
    """Read the quotes of a chain that the profile fits: expiries of `DAYS`, thinned if quick."""
    low, high = DAYS
    surface = read_chain(config.inputs[name]).surface().within(low / 365, high / 365)
    surface = near_the_money(surface)
    slices, quotes = SLICES[config.profile], QUOTES_PER_SLICE[config.profile]
    if slices is not None:
        rows = np.unique(np.linspace(0, len(surface) - 1, min(slices, len(surface))).astype(int))
        surface = replace(surface, slices=tuple(surface.slices[row] for row in rows))
    return surface if quotes is None else surface.thin(quotes)


def near_the_money(surface: OptionSurface) -> OptionSurface:
    """Return the quotes within `DEVIATIONS` of the forward."""
    return surface.within_deviations(*DEVIATIONS)
