r"""002's Figure 11 by the letter: tomorrow's price against 99% bounds from today's law.

The law is rough Heston's, fitted to options of a month, over one trading day. The largest quantile
over a ball is the law's own at a higher level (`rmot.regulation.worst_level`); turned around, an
outcome of probability u beyond the level :math:`\alpha` needs

.. math:: \eta = (u-\alpha)^2 / (u(1-u)),

and none where it lies within. The fitted law is that of prices of options: of the real world's
moves it knows only what those prices say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from rmot.regulation import worst_level
from rmot.studies.backtest.laws import NAMES, model_of
from rmot.transport import smile_quantile

COVERAGE = 0.99
DAY = 1.0 / 252.0
NO_LEVEL = "no level of the fund"
_UPPER = 0.5 * (1.0 + COVERAGE)
# Normal scores between which outcomes are looked for, and what is left beyond them.
_FAR = 6.0
_LEAST = 1e-9


def levels_of_day(today: dict[str, Any], tomorrow: dict[str, Any]) -> dict[str, Any]:
    """Return each name's price tomorrow over today's, and the radius that it needs."""
    return {name: _level(today.get(name, {}), tomorrow.get(name, {})) for name in NAMES}


def level_bounds(today: dict[str, Any], radius: float) -> list[float]:
    """Return the bounds on tomorrow's price over today's in a ball of a radius."""
    level = worst_level(_UPPER, radius)
    return smile_quantile(model_of(today), DAY)(np.array([1.0 - level, level])).tolist()


def needed_radius(probability: float) -> float:
    """Return the least radius whose interval holds an outcome that lies above this probability."""
    beyond = max(probability, 1.0 - probability)
    if beyond <= _UPPER:
        return 0.0
    beyond = min(beyond, 1.0 - _LEAST)
    return (beyond - _UPPER) ** 2 / (beyond * (1.0 - beyond))


def _level(today: dict[str, Any], tomorrow: dict[str, Any]) -> dict[str, Any]:
    if "model" not in today:
        return {"skipped": today.get("failure", "not in the file")}
    if not (today.get("spot") and tomorrow.get("spot")):
        return {"skipped": NO_LEVEL}
    outcome = tomorrow["spot"] / today["spot"]
    quantile = smile_quantile(model_of(today), DAY)
    score = brentq(lambda z: float(quantile(ndtr(np.array([z])))[0]) - outcome, -_FAR, _FAR)
    return {"outcome": outcome, "needed": needed_radius(float(ndtr(score)))}
