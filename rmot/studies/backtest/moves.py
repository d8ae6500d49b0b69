r"""From one day to the next: the least ball around today's law that holds what is quoted tomorrow.

Today's fitted law is taken to tomorrow's time to expiry. The radius that tomorrow's price c of a
call needs is

.. math:: \eta(c) = \min\{\chi^2(Q|P) : E^Q S = 1,\ E^Q (S - K)^+ = c\},

so that a price lies outside the bounds of a ball exactly if it needs more than its radius. Nothing
of today's quotes is asked of Q: they move with tomorrow's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, InfeasibleQuotes
from rmot.numerics import black_otm, implied_volatility_otm
from rmot.payoffs import basket_call, call, put
from rmot.studies.backtest.laws import NAMES, discrete_law, model_of
from rmot.transport import (
    ChiSquared,
    Prior,
    Quotes,
    gaussian_copula,
    least_radius,
    price_bounds,
    smile_quantile,
)

Vector = NDArray[np.float64]

BAND = 2.0
"""Standard errors to either side within which an outcome is not told from the bound."""
ROLLED = "other expiry tomorrow"
NO_SMILE = "too few trades near"
UNREACHED = "no law on the nodes"

HORIZON = 30.0 / 365.0
"""Years to expiry of the basket's options, on all days."""
STRIKES = (0.98, 1.0, 1.02)
_WEIGHTS = (0.25,) * 4


def moves_of_day(today: dict[str, Any], tomorrow: dict[str, Any]) -> dict[str, Any]:
    """Return each name's needed radii for tomorrow's quotes, or why there are none."""
    return {name: _move(name, today.get(name, {}), tomorrow.get(name, {})) for name in NAMES}


def _move(name: str, today: dict[str, Any], tomorrow: dict[str, Any]) -> dict[str, Any]:
    for law in (today, tomorrow):
        if "model" not in law:
            return {"skipped": law.get("failure", "not in the file")}
    if today["expiry"] != tomorrow["expiry"]:
        return {"skipped": ROLLED}
    k = np.array(tomorrow["log_moneyness"])
    maturity = tomorrow["maturity"]
    prior = discrete_law(model_of(today), maturity, np.exp(k))
    volatility, error = np.array(tomorrow["volatility"]), np.array(tomorrow["error"])
    radii = [
        _needed(prior, at, sigma, BAND * spread, maturity) if sigma > 0 else None
        for at, sigma, spread in zip(k, volatility, error, strict=True)
    ]
    return {
        "maturity": maturity,
        "centre": _volatility(prior, k, maturity).tolist(),
        "needed": [None if pair is None else pair[0] for pair in radii],
        "needed_beyond": [None if pair is None else pair[1] for pair in radii],
    }


def _needed(
    prior: Prior, k: float, volatility: float, band: float, maturity: float
) -> tuple[float, float]:
    """Return the radius that a volatility needs, and the one that its band needs."""
    payoff = option(k)
    levels = np.maximum([volatility - band, volatility, volatility + band], 1e-3)
    low, price, high = black_otm(np.full(3, k), volatility=levels, maturity=maturity)
    return _radius(prior, payoff, price, price), _radius(prior, payoff, low, high)


def _radius(prior: Prior, payoff: Any, bid: float, ask: float) -> float:
    try:
        return least_radius(
            prior, Quotes([payoff], [bid], [ask]), divergence=ChiSquared(), explained=False
        )
    except InfeasibleQuotes:
        # JSON holds no infinity; no ball is as large
        return 1e300


def option(k: float) -> Any:
    """Return the out-of-the-money option at a log-moneyness."""
    return call(float(np.exp(k))) if k >= 0 else put(float(np.exp(k)))


def _volatility(prior: Prior, k: Vector, maturity: float) -> Vector:
    prices = np.array([prior.expectation(option(at)) for at in k])
    return implied_volatility_otm(prices, k, maturity)


def bounds_of_day(
    today: dict[str, Any], moves: dict[str, Any], radii: dict[str, list[list[float]]]
) -> dict[str, Any]:
    """Return the bounds on tomorrow's volatilities in balls of given radii.

    Parameters
    ----------
    today, moves : dict
        Of `laws_of_day` and `moves_of_day`.
    radii : dict of str to list of shape (n_rules, n)
        By name: one radius for each rule and moneyness.

    Returns
    -------
    dict of str to list of shape (n_rules, n, 2)
    """
    found = {}
    for name, rules in radii.items():
        if "skipped" in moves[name]:
            continue
        k = np.array(today[name]["log_moneyness"])
        maturity = moves[name]["maturity"]
        prior = discrete_law(model_of(today[name]), maturity, np.exp(k))
        found[name] = [
            [_bounds(prior, at, radius, maturity) for at, radius in zip(k, rule, strict=True)]
            for rule in rules
        ]
    return found


def _bounds(prior: Prior, k: float, radius: float, maturity: float) -> list[float]:
    found = price_bounds(option(k), prior, divergence=ChiSquared(), radius=radius)
    most = min(1.0, float(np.exp(k)))
    ends = np.clip([found.lower, found.upper], 0.0, most * (1.0 - 1e-12))
    return implied_volatility_otm(ends, np.full(2, k), maturity).tolist()


def basket_of_day(
    today: dict[str, Any],
    tomorrow: dict[str, Any],
    correlation: list[list[float]],
    n_points: int,
    seed: int,
) -> dict[str, Any]:
    """Return the re-priced basket: today's price, tomorrow's, and the radius that it needs.

    The prices are means over one sample of the copula, the same on both days; each name's part is
    brought to its forward by the sample's own mean.
    """
    for day in (today, tomorrow):
        if any("model" not in day.get(name, {}) for name in NAMES):
            return {"skipped": "a name without a law"}
    laws = [_joint(day, correlation, n_points, seed) for day in (today, tomorrow)]
    rolled = any(today[name]["expiry"] != tomorrow[name]["expiry"] for name in NAMES)
    payoffs = [basket_call(_WEIGHTS, strike) for strike in STRIKES]
    prices = [[law.expectation(payoff) for payoff in payoffs] for law in laws]
    try:
        needed = [
            _radius(laws[0], payoff, price, price)
            for payoff, price in zip(payoffs, prices[1], strict=True)
        ]
    except AccuracyError as error:
        return {"skipped": str(error)}
    return {"today": prices[0], "tomorrow": prices[1], "needed": needed, "rolled": rolled}


def basket_bounds_of_day(
    today: dict[str, Any],
    correlation: list[list[float]],
    n_points: int,
    seed: int,
    radii: list[float],
) -> list[list[float]]:
    """Return the bounds of the basket's calls in balls of given radii, shape (3, 2)."""
    law = _joint(today, correlation, n_points, seed)
    found = []
    for strike, radius in zip(STRIKES, radii, strict=True):
        payoff = basket_call(_WEIGHTS, strike)
        both = price_bounds(payoff, law, divergence=ChiSquared(), radius=radius)
        found.append([both.lower, both.upper])
    return found


def _joint(day: dict[str, Any], correlation: list[list[float]], n_points: int, seed: int) -> Prior:
    marginals = [smile_quantile(model_of(day[name]), HORIZON) for name in NAMES]
    sample = gaussian_copula(marginals, np.array(correlation), n_points, seed=seed)
    points = sample.points / (sample.weights @ sample.points)
    return Prior(points, sample.weights)
