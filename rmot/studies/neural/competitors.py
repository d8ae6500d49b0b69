"""What a learned law is held against: models fitted to the same quotes of the price, by likelihood.

They see the train quotes of SPX alone; of the index they say what follows.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from rmot import models
from rmot.calibration import calibrate
from rmot.errors import IdentificationWarning
from rmot.market import OptionSurface
from rmot.neural import Targets

LABELS = {
    "black_scholes": "Black--Scholes",
    "heston": "Heston",
    "ssvi": "SSVI",
    "rough_heston": "rough Heston",
    "published_printed": "source, as printed",
    "published_mended": "source, mended",
    "rough_bergomi": "rough Bergomi",
    "neural": "neural Volterra",
}
"""Of all laws, in the order of tables; the last two are trained on SPX and VIX."""

_CLASSES = {
    "black_scholes": "BlackScholes",
    "heston": "Heston",
    "ssvi": "SSVI",
    "rough_heston": "RoughHeston",
}


def fitted(name: str, surface: OptionSurface, targets: Targets) -> Any:
    """Return the model of that name with the greatest likelihood of the train quotes."""
    seen = train_surface(surface, targets)
    options: dict[str, Any] = {"require_convergence": False}
    if name == "rough_heston":
        options |= {
            "fixed": {"mean_reversion": 0.0},
            "forward_variance_times": [smile.maturity for smile in seen.slices],
        }
    with warnings.catch_warnings():
        # prices are asked for, not parameters
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(getattr(models, _CLASSES[name]), seen, **options).model


def train_surface(surface: OptionSurface, targets: Targets) -> OptionSurface:
    """Return the train quotes of the price as a surface."""
    slices = []
    for target in targets.prices:
        (smile,) = (each for each in surface.slices if each.maturity == target.maturity)
        seen = np.isin(smile.log_moneyness, target.log_moneyness[target.role == "train"])
        if seen.any():
            slices.append(smile.rows(seen))
    return replace(surface, slices=tuple(slices))
