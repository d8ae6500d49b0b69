"""Knows the balls that bounds are timed on: a law of rough Heston, its quotes, a far call.

Calls with strikes between exp(-0.3) and exp(0.2) are quoted 3e-4 to either side of the prices of
the prior's own model, or of one with another correlation and variance, and the call struck at 1.3
is bounded at radius 0.01.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.parameter_sets import SEED, TEXTBOOK
from benchmarks.reference import Parameters
from rmot.artifact.data_digest import data_digest
from rmot.models import RoughHeston
from rmot.payoffs import Payoff, call
from rmot.transport import ChiSquared, KullbackLeibler, Prior, Quotes

MATURITY = 0.25
HALF_SPREAD = 3e-4
STRIKE = 1.3
RADIUS = 0.01
NODES, STRIKES = 2000, 50
DRAWS, DRAWN_STRIKES = 30_000, 300

_MODEL = TEXTBOOK["unified"]
_NEIGHBOUR = replace(_MODEL, initial_variance=0.042, correlation=-0.7)
_RANGE = (-0.3, 0.2)

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BallCase:
    """The arguments of one bound.

    `study` is "nodes" or "sample", `quoted` says whose prices the quotes surround.
    """

    study: str
    quoted: str
    payoff: Payoff
    prior: Prior
    quotes: Quotes
    forward: float
    divergence: ChiSquared | KullbackLeibler
    radius: float


def on_nodes(
    divergence: ChiSquared | KullbackLeibler,
    *,
    own: bool = True,
    nodes: int = NODES,
    strikes: int = STRIKES,
) -> BallCase:
    """Return the ball around the model's law on nodes and tail, quoted at its own prices or not."""
    quoted, at = ("own", _MODEL) if own else ("neighbour", _NEIGHBOUR)
    return _case("nodes", quoted, _law(nodes), _quotes(at, strikes), divergence)


def on_sample(
    divergence: ChiSquared | KullbackLeibler, *, draws: int = DRAWS, strikes: int = DRAWN_STRIKES
) -> BallCase:
    """Return the ball around an equally weighted sample of the law, interpolated between nodes."""
    law = _law(NODES)
    below = np.cumsum(law.weights) / law.weights.sum()
    uniform = np.random.default_rng(SEED).random(draws)
    prices = np.exp(np.interp(uniform, below, np.log(law.points)))
    prior = Prior(np.sort(prices), np.full(draws, 1.0 / draws))
    return _case("sample", "own", prior, _quotes(_MODEL, strikes), divergence)


def digest() -> str:
    """Return a hash of all that the cases are made from."""
    said = (_MODEL, _NEIGHBOUR, MATURITY, HALF_SPREAD, STRIKE, RADIUS, NODES, STRIKES, DRAWS)
    return data_digest((*said, DRAWN_STRIKES, _RANGE, SEED))


def _model(parameters: Parameters) -> RoughHeston:
    return RoughHeston(**asdict(parameters))


@cache
def _law(nodes: int) -> Prior:
    return _model(_MODEL).prior(MATURITY, n_points=nodes)


def _quotes(parameters: Parameters, strikes: int) -> Quotes:
    k = np.linspace(*_RANGE, strikes)
    prices = _model(parameters).call_price(k, MATURITY)
    return Quotes(
        [call(strike) for strike in np.exp(k)], prices - HALF_SPREAD, prices + HALF_SPREAD
    )


def _case(
    study: str,
    quoted: str,
    prior: Prior,
    quotes: Quotes,
    divergence: ChiSquared | KullbackLeibler,
) -> BallCase:
    return BallCase(study, quoted, call(STRIKE), prior, quotes, 1.0, divergence, RADIUS)
