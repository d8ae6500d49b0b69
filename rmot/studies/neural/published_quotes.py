"""Quotes on which the source's model is calibrated: real ones where they lie, else Heston's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rmot.market import OptionSurface, read_chain
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import Heston
from rmot.studies.study import Config

DAYS = (7, 370)
DEVIATIONS = (-3.0, 2.0)
"""Strikes in standard deviations at the money."""
QUOTES = {"quick": 7, "full": 12, "deep": 25}
TRUTH = Heston(
    initial_variance=0.04,
    mean_reversion=2.0,
    long_run_variance=0.05,
    vol_of_vol=0.8,
    correlation=-0.7,
)
_NOISE = 0.003


def surface_of(config: Config, name: str, expiries: int, *, shift: float = 1.0) -> OptionSurface:
    """Return so many expiries of the input of a name; without it, of a known model.

    Parameters
    ----------
    config : Config
    name : str
    expiries : int
        Evenly spaced by rank among those of `DAYS`.
    shift : float
        Factor of the known model's initial variance.
    """
    quotes = QUOTES[config.profile]
    if name not in config.inputs:
        model = replace(TRUTH, initial_variance=shift * TRUTH.initial_variance)
        maturities = np.linspace(0.05, 0.5, expiries)
        smiles = []
        for maturity in maturities:
            k = np.linspace(*DEVIATIONS, quotes) * np.sqrt(0.045 * maturity)
            noise = np.full(k.size, _NOISE)
            true = model.implied_volatility(k, maturity)
            smiles.append(TrueSmile(float(maturity), k, true, noise))
        return synthetic_surface(smiles, None, "SPX")
    low, high = DAYS
    surface = read_chain(config.inputs[name]).surface().within(low / 365, high / 365)
    ranks = np.linspace(0, len(surface) - 1, min(expiries, len(surface)))
    slices = tuple(surface.slices[at] for at in np.unique(ranks.astype(int)))
    return replace(surface, slices=slices).within_deviations(*DEVIATIONS).thin(quotes)
