r"""Knows what a law says of quotes it saw and of quotes it did not, and whether it is coherent.

Coherent: :math:`E S_t = 1`, and :math:`E\,\mathrm{VIX}_t^2` is forward variance over the window.
The random numbers are others than those of the training, and steps are shorter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.models.price_paths import SimulatesIndex
from rmot.neural.grid import WINDOW
from rmot.neural.neural_volterra import NeuralVolterra
from rmot.neural.targets import SmileTarget, Targets
from rmot.numerics.implied_volatility import implied_volatility_otm

Vector = NDArray[np.float64]

SEED = 1000
"""That of no training."""


class HasSmiles(Protocol):
    """What knows implied volatilities of a price."""

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return Black volatilities; same shape as log_moneyness."""
        ...


def price_rows(model: HasSmiles, targets: Targets) -> list[dict[str, object]]:
    """Return a row for each quote of the price, with the law's volatility."""
    return [
        row
        for smile in targets.prices
        for row in _rows(
            smile,
            "price",
            1.0,
            np.asarray(model.implied_volatility(smile.log_moneyness, smile.maturity)),
        )
    ]


def index_rows(
    model: SimulatesIndex, targets: Targets, n_paths: int = 2**14, looks: int = 48
) -> list[dict[str, object]]:
    """Return a row for each quote of the index, with the law's volatility and future."""
    if isinstance(model, NeuralVolterra):
        samples = model.index_at(targets.index_dates, n_paths, SEED, steps=looks).T
    else:
        samples = [
            model.index_paths(date, date + WINDOW, n_paths, SEED, looks=looks)[1]
            for date in targets.index_dates
        ]
    return sampled_index_rows(samples, targets)


def sampled_index_rows(samples: Iterable[Vector], targets: Targets) -> list[dict[str, object]]:
    """Return a row for each quote of the index, by samples of it at each date, shape (paths,).

    Strikes are the quotes', volatilities around the samples' mean: its error stands by itself.
    """
    rows = []
    for smile, index in zip(targets.index, samples, strict=True):
        mean = float(index.mean())
        k = smile.log_moneyness + np.log(smile.forward / mean)
        sign = np.where(k < 0.0, -1.0, 1.0)
        price = np.maximum(sign * (index[:, None] / mean - np.exp(k)), 0.0).mean(axis=0)
        volatility = implied_volatility_otm(price, k, smile.maturity)
        rows += _rows(smile, "index", mean / smile.forward, volatility)
    return rows


def _rows(
    smile: SmileTarget, kind: str, future: float, volatility: Vector
) -> list[dict[str, object]]:
    return [
        {
            "kind": kind,
            "maturity": smile.maturity,
            "log_moneyness": float(k),
            "role": str(role),
            "quoted_volatility": float(quoted),
            "half_spread": float(half),
            "model_volatility": float(found),
            "forward": smile.forward,
            "forward_ratio": future,
        }
        for k, role, quoted, half, found in zip(
            smile.log_moneyness,
            smile.role,
            smile.implied_volatility,
            smile.half_spread,
            volatility,
            strict=True,
        )
    ]


@dataclass(frozen=True)
class Coherence:
    """Expectations that a law must have, at one date.

    Attributes
    ----------
    maturity : float
    mean_price, price_error : float
        E S by simulation, and its standard error.
    index_square, forward_variance : float
        E VIX^2 by simulation, and forward variance over the window.
    """

    maturity: float
    mean_price: float
    price_error: float
    index_square: float
    forward_variance: float


def coherence(model: NeuralVolterra, dates: ArrayLike, n_paths: int = 2**16) -> list[Coherence]:
    """Simulate prices and the index at dates, in years.

    Prices are drawn at random and with all their chance, so that the error says how far the mean
    may be from 1.
    """
    found, node = [], np.polynomial.legendre.leggauss(64)
    times = np.atleast_1d(np.asarray(dates, dtype=np.float64))
    prices = model.simulate(times, n_paths, SEED, steps=32)
    samples = model.index_at(times, min(n_paths, 2**14), SEED)
    for date, price, index in zip(times.tolist(), prices.T, samples.T, strict=True):
        at = date + 0.5 * WINDOW * (node[0] + 1.0)
        found.append(
            Coherence(
                date,
                float(price.mean()),
                float(price.std(ddof=1) / np.sqrt(n_paths)),
                float(np.mean(index**2)),
                float(0.5 * node[1] @ model.expected_variance(at)),
            )
        )
    return found
