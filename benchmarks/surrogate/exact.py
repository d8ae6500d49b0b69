r"""Knows what a surrogate learns from: smiles of the engine at points of the box, with derivatives.

At a node z the strike k = z \bar\sigma \sqrt T moves with the parameters, so that

.. math:: \frac{dy}{du} = \frac1{\bar\sigma} \frac{\partial \sigma}{\partial u}\Big|_k
    + (z y_z - y) \frac{d \log \bar\sigma}{du}.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.surrogate.box import FREE, SCALE, Points, model_at
from benchmarks.surrogate.smile_grid import NODES, PLACES, level, slopes
from rmot.calibration.coordinates import COORDINATES
from rmot.errors import AccuracyError
from rmot.neural.jaxed import jax, jnp

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Smiles:
    """Exact smiles on the grid.

    Attributes
    ----------
    maturities : ndarray, shape (maturities,)
        In years.
    points : ndarray, shape (points, 5)
        Of the box, less those at which the engine refuses or a volatility is missing.
    values : ndarray, shape (points, maturities, NODES)
        y.
    gradient : ndarray, shape (points, maturities, NODES, 5)
        dy/du.
    seconds : float
        Of the processor.
    """

    maturities: Array
    points: Points
    values: Array
    gradient: Array
    seconds: float

    def first(self, count: int) -> Smiles:
        """Return the first `count` points, at their share of the seconds."""
        part = count / len(self.points)
        chosen = (each[:count] for each in (self.points, self.values, self.gradient))
        return Smiles(self.maturities, *chosen, seconds=self.seconds * part)


def exact_smiles(points: Points, maturities: Array) -> Smiles:
    """Price the nodes of all maturities at each point."""
    begin = time.process_time()
    times = tuple(maturities.tolist())
    kept, values, gradient = [], [], []
    for row, point in enumerate(points):
        log_level, by_point = (np.asarray(each) for each in _log_level(point, times))
        try:
            found = [
                _at_nodes(point, each, maturity)
                for each, maturity in zip(np.exp(log_level), times, strict=True)
            ]
        except AccuracyError:
            continue
        y = np.array([each[0] for each in found])
        if not np.isfinite(y).all():
            continue
        moved = (PLACES * slopes(y) - y)[..., None] * by_point[:, None, :]
        kept.append(row)
        values.append(y)
        gradient.append(np.array([each[1] for each in found]) + moved)
    return Smiles(
        maturities,
        points[kept],
        np.array(values).reshape(len(kept), len(maturities), NODES),
        np.array(gradient).reshape(len(kept), len(maturities), NODES, len(FREE)),
        time.process_time() - begin,
    )


@partial(jax.jit, static_argnums=1)
def _log_level(point: jax.Array, maturities: tuple[float, ...]) -> tuple[jax.Array, jax.Array]:
    """Return log levels, shape (maturities,), and their derivatives, (maturities, 5)."""

    def log_level(point: jax.Array) -> jax.Array:
        return jnp.log(level(point, maturities))

    return log_level(point), jax.jacfwd(log_level)(point)


def _at_nodes(point: Array, unit: float, maturity: float) -> tuple[Array, Array]:
    model = model_at(point)
    found = model.sensitivities(PLACES * unit * maturity**0.5, maturity)
    rows = [found.parameters.index(name) for name in FREE]
    steps = SCALE * [COORDINATES[name].slope(getattr(model, name)) for name in FREE]
    by_point = found.volatility_gradient[rows].T * steps
    return found.implied_volatility / unit, by_point / unit
