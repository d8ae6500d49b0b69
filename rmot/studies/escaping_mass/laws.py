"""The laws whose far calls are bounded, the quotes among them, and Theorem B's bound by moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from rmot.artifact.data_digest import data_digest
from rmot.models import BlackScholes, Heston, RoughHeston
from rmot.models.protocol import TerminalLaw
from rmot.numerics import pareto
from rmot.payoffs import call
from rmot.studies.information.points import PUBLISHED
from rmot.transport import Prior, Quotes

RADIUS = 0.01
MATURITY = 1.0
QUOTED = (0.95, 1.0, 1.1)
HALF_SPREAD = 1e-4
EXPONENT = 8.0
POWER, EXPONENTIAL = "power", "exponential"
GIVEN = ("no quotes", "quotes")
# Orders of moments tried where all are finite.
_HIGHEST = 60.0
# Largest quotient of the boundaries of a power law's cells.
_RATIO = {"quick": 1.02, "full": 1.005, "deep": 1.005}
_N_POINTS = {"quick": 150, "full": 500, "deep": 500}

_ROUGH_HESTON = PUBLISHED["index"].model
_LEVELS = {
    name: getattr(_ROUGH_HESTON, name)
    for name in (
        "vol_of_vol",
        "correlation",
        "initial_variance",
        "mean_reversion",
        "long_run_variance",
    )
}
_MODELS: dict[str, TerminalLaw] = {
    "Black-Scholes": BlackScholes(volatility=0.2),
    "Heston": Heston(**_LEVELS),
    "rough Heston": RoughHeston(hurst=_ROUGH_HESTON.hurst, **_LEVELS),
}


@dataclass(frozen=True)
class Law:
    """A law of mean one: up to a price and by moments beyond, and E S^p for p < `highest`."""

    name: str
    up_to: Callable[[float], Prior]
    moment: Callable[[float], float]
    highest: float


def laws(profile: str) -> list[Law]:
    """Return three models at one year and a law with a power tail."""
    found = [_of_model(name, model, _N_POINTS[profile]) for name, model in _MODELS.items()]
    return [*found, Law(POWER, partial(power_law, profile), _power_moment, EXPONENT)]


def power_law(
    profile: str, end: float, kinks: tuple[float, ...] = (), *, has_tail: bool = True
) -> Prior:
    """Return the power law in cells up to a price, cut off there or with its tail."""
    bends, ratio = (*QUOTED, *kinks), _RATIO[profile]
    return pareto.pareto(EXPONENT, end, kinks=bends, ratio=ratio, has_tail=has_tail)


def _power_moment(order: float) -> float:
    return pareto.moment(EXPONENT, order)


def _of_model(name: str, model: TerminalLaw, n_points: int) -> Law:
    highest = min(model.critical_moments(MATURITY)[1], _HIGHEST)
    return Law(
        name,
        lambda end: model.prior(MATURITY, n_points=n_points, upper=end, kinks=QUOTED),
        lambda order: model.moment(order, MATURITY),
        highest,
    )


def quotes_around(prior: Prior) -> Quotes:
    """Return calls at the prior's own prices, half a spread to either side."""
    instruments = [call(strike) for strike in QUOTED]
    middle = np.array([prior.expectation(item) for item in instruments])
    return Quotes(instruments, middle - HALF_SPREAD, middle + HALF_SPREAD)


def by_moments(law: Law, strike: float) -> float:
    """Return the least upper bound of E_Q (S - K)^+ in the chi-squared ball by moments (Theorem B).

    It holds with quotes too, which leave less of the ball.
    """
    orders = np.linspace(2.0, law.highest, 42)[1:-1]
    bounds = []
    for p in orders:
        size = law.moment(float(p))
        mean = (p - 1) ** (p - 1) / p**p * strike ** (1 - p) * size
        deviation = 2 / (p - 2) * ((p - 2) / p) ** (p / 2) * strike ** (1 - p / 2) * size**0.5
        bounds.append(mean + np.sqrt(RADIUS) * deviation)
    return float(np.min(bounds))


def source() -> dict[str, str]:
    """Say of a table that it rests on no data: its hash is that of the laws."""
    settings = (_MODELS, EXPONENT, MATURITY, RADIUS, QUOTED, HALF_SPREAD)
    return {"data": "drawn", "data_sha256": data_digest(settings)}
