"""Knows who runs: surrogates of several sizes, what each cost, how far each is from the truth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.surrogate.box import Points, inside, near_faces
from benchmarks.surrogate.exact import exact_smiles
from benchmarks.surrogate.network import REACH, Surrogate
from benchmarks.surrogate.search import QuoteGrid, calibrate_surrogate
from benchmarks.surrogate.smile_grid import TO_SERIES, basis, level
from benchmarks.surrogate.surfaces import quoted, true_smiles
from benchmarks.surrogate.training import Network, fit_polynomial, train_network
from rmot.neural.jaxed import eqx, jax, jnp

TRAINING_SEED, HELD_OUT_SEED = 1, 2

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Effort:
    """What is spent on a surrogate.

    Attributes
    ----------
    name : str
    smiles : int
        Points of the box that are priced, each at three maturities.
    network : Network or int
        How a network is trained, or the degree of a polynomial.
    """

    name: str
    smiles: int
    network: Network | int

    @property
    def program(self) -> object:
        """What surrogates share for which the same is compiled."""
        given = self.network
        return given if isinstance(given, int) else (given.width, given.depth)


POLYNOMIAL, SMALL, NETWORK = "polynomial", "small network", "network"

EFFORTS = {
    "quick": (
        Effort(POLYNOMIAL, 128, 4),
        Effort(NETWORK, 128, Network(width=32, steps=2000)),
    ),
    "full": (
        Effort(POLYNOMIAL, 1024, 8),
        Effort(SMALL, 256, Network(steps=4000)),
        Effort(NETWORK, 1024, Network()),
    ),
    "deep": (
        Effort(POLYNOMIAL, 4096, 9),
        Effort(SMALL, 1024, Network()),
        Effort(NETWORK, 4096, Network(width=128, steps=100_000)),
    ),
}


@dataclass(frozen=True, eq=False)
class Contestant:
    """A surrogate and its cost.

    Attributes
    ----------
    effort : Effort
    surrogate : Surrogate
    data_seconds, training_seconds, compiling_seconds : float
        Of the processor: the exact smiles, the search for weights, the compilation of the
        calibration that a new process takes once.
    """

    effort: Effort
    surrogate: Surrogate
    data_seconds: float
    training_seconds: float
    compiling_seconds: float

    @property
    def cost(self) -> float:
        """Seconds before the first calibration."""
        return self.data_seconds + self.training_seconds + self.compiling_seconds


def trained(efforts: Sequence[Effort], maturities: Array, quotes: QuoteGrid) -> list[Contestant]:
    """Make surrogates that share one set of exact smiles; quotes are what is calibrated first.

    Each bears the seconds of the smiles that it uses.
    """
    exact_smiles(inside(1, 0), maturities)  # compiles, and is not counted
    compiled: dict[object, float] = {}
    most = max(each.smiles for each in efforts)
    smiles = exact_smiles(inside(most, TRAINING_SEED, REACH - 1.0), maturities)
    found = []
    for effort in efforts:
        given = smiles.first(min(effort.smiles, len(smiles.points)))
        if isinstance(effort.network, int):
            surrogate, seconds = fit_polynomial(given, effort.network)
        else:
            surrogate, seconds = train_network(given, effort.network)
        begin = time.process_time()
        calibrate_surrogate(surrogate, quotes)
        # networks of one shape share what is compiled, and each bears it
        spent = compiled.setdefault(effort.program, time.process_time() - begin)
        found.append(Contestant(effort, surrogate, given.seconds, seconds, spent))
    return found


def domains(count: int) -> dict[str, Points]:
    """Draw held-out points inside the box, near its faces and beyond them."""
    return {
        "inside": inside(count, HELD_OUT_SEED),
        "near a face": near_faces(count, HELD_OUT_SEED + 1, 0.95, 1.0),
        "beyond a face": near_faces(count, HELD_OUT_SEED + 2, 1.05, 1.2),
    }


def held_out_errors(
    contestants: Sequence[Contestant], count: int, maturities: Array
) -> pd.DataFrame:
    """Hold surrogates to exact volatilities at the quoted strikes of `count` models a domain.

    `interpolated` has the volatilities of the nodes themselves exact: what is left is the error of
    the grid.
    """
    rows = []
    for domain, points in domains(count).items():
        smiles = [quoted(true_smiles(point, maturities, 1e-4)) for point in points]
        k, truth = (np.array(each) for each in zip(*smiles, strict=True))
        there = np.isfinite(truth)
        given = [each.surrogate for each in contestants]
        found = {
            each.effort.name: np.asarray(_volatilities(surrogate, points, np.nan_to_num(k)))
            for each, surrogate in zip(contestants, given, strict=True)
        }
        nodes = exact_smiles(points, maturities)
        times = tuple(maturities.tolist())
        found["interpolated"] = np.asarray(
            _interpolated(nodes.values, nodes.points, np.nan_to_num(k), times)
        )
        for name, volatility in found.items():
            error = np.abs(volatility - truth)[there]
            rows.append(
                {
                    "method": name,
                    "domain": domain,
                    "quotes": int(there.sum()),
                    "median_error": float(np.median(error)),
                    "high_error": float(np.quantile(error, 0.99)),
                    "largest_error": float(error.max()),
                }
            )
    return pd.DataFrame(rows)


@eqx.filter_jit
def _volatilities(surrogate: Surrogate, points: Points, k: Array) -> jax.Array:
    return jax.vmap(surrogate.volatility)(jnp.asarray(points), jnp.asarray(k))


@partial(jax.jit, static_argnums=3)
def _interpolated(
    values: Array, points: Points, k: Array, maturities: tuple[float, ...]
) -> jax.Array:
    def one(values: jax.Array, point: jax.Array, k: jax.Array) -> jax.Array:
        unit = level(point, maturities)[:, None]
        polynomials = basis(k / (unit * np.sqrt(maturities)[:, None]))
        return unit * jnp.einsum("mnc,mc->mn", polynomials, values @ TO_SERIES.T)

    return jax.vmap(one)(jnp.asarray(values), jnp.asarray(points), jnp.asarray(k))
