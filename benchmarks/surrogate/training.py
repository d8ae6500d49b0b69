r"""Knows how surrogates are fitted to exact smiles: to values and, along drawn directions, slopes.

.. math:: \sum_j s_j^2 \left[ (f_j - y_j)^2 + \lambda (v \cdot \nabla (f_j - y_j))^2 \right],
    \qquad v \sim N(0, 1)^5,

where s_j is the standard deviation of component j in units of the first. A polynomial meets all
slopes by linear least squares; a perceptron goes down by Adam over drawn batches, in single
precision, at a rate that rises over the first fiftieth of the steps and falls along half a cosine.
Slopes in a loss are "differential machine learning" (B. Huge and A. Savine, 2020).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from benchmarks.surrogate.exact import Smiles
from benchmarks.surrogate.network import (
    Perceptron,
    Polynomial,
    Surrogate,
    principal_components,
    products,
)
from rmot.neural.jaxed import eqx, jax, jnp

COMPONENTS = 40
SLOPE_WEIGHT = 0.3
_RIDGE = 1e-9
_TOGETHER = 500


@dataclass(frozen=True)
class Network:
    """How a perceptron is trained.

    Attributes
    ----------
    width, depth : int
    steps, batch : int
    rate : float
        At its height.
    seed : int
    """

    width: int = 64
    depth: int = 3
    steps: int = 20_000
    batch: int = 128
    rate: float = 0.03
    seed: int = 0


def fit_polynomial(smiles: Smiles, degree: int) -> tuple[Surrogate, float]:
    """Return a polynomial surrogate, and the processor's seconds that it took."""
    begin = time.process_time()
    components, numbers, gradient = principal_components(smiles, COMPONENTS)
    both = jax.jit(
        jax.vmap(lambda u: (products(u, degree), jax.jacfwd(partial(products, degree=degree))(u)))
    )
    values, slopes = (np.asarray(each) for each in both(jnp.asarray(smiles.points)))
    root = SLOPE_WEIGHT**0.5
    rows = np.concatenate([values, *(root * slopes[..., j] for j in range(slopes.shape[2]))])
    aims = np.concatenate([numbers, *(root * gradient[..., j] for j in range(gradient.shape[2]))])
    normal = rows.T @ rows
    normal[np.diag_indices_from(normal)] *= 1.0 + _RIDGE
    found = cho_solve(cho_factor(normal), rows.T @ aims)
    maturities = tuple(smiles.maturities.tolist())
    surrogate = Surrogate(maturities, Polynomial(jnp.asarray(found), degree), components)
    return surrogate, time.process_time() - begin


def train_network(smiles: Smiles, settings: Network) -> tuple[Surrogate, float]:
    """Return a neural surrogate in double precision, and the processor's seconds that it took.

    What is compiled on the way counts.
    """
    begin = time.process_time()
    components, *aims = principal_components(smiles, COMPONENTS)
    deviation = np.sqrt(np.sum(np.asarray(components.directions) ** 2, axis=(1, 2)))
    data = tuple(
        jnp.asarray(each, jnp.float32)
        for each in (smiles.points, *aims, deviation / deviation.max())
    )
    network = Perceptron.drawn(settings.width, settings.depth, COMPONENTS, settings.seed)
    key = jax.random.PRNGKey(settings.seed)
    state = _adam(settings).init(network)
    for first in range(0, settings.steps, _TOGETHER):
        keys = jax.random.split(jax.random.fold_in(key, first), _TOGETHER)
        network, state = _descend(network, state, data, keys, settings)
    double = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), network)
    jax.block_until_ready(double)
    maturities = tuple(smiles.maturities.tolist())
    return Surrogate(maturities, double, components), time.process_time() - begin


def _adam(settings: Network) -> Any:
    import optax

    rate = settings.rate
    schedule = optax.warmup_cosine_decay_schedule(
        0.05 * rate, rate, max(settings.steps // 50, 1), settings.steps, 1e-4 * rate
    )
    return optax.adam(schedule)


@eqx.filter_jit
def _descend(
    network: Perceptron, state: Any, data: Any, keys: jax.Array, settings: Network
) -> tuple[Perceptron, Any]:
    import optax

    points, numbers, gradient, weight = data

    def loss(network: Perceptron, rows: jax.Array, key: jax.Array) -> jax.Array:
        u = points[rows]
        direction = jax.random.normal(key, u.shape, u.dtype)
        found, along = jax.vmap(lambda u, v: jax.jvp(network, (u,), (v,)))(u, direction)
        aim = jnp.einsum("nci,ni->nc", gradient[rows], direction)
        gaps = (weight * (found - numbers[rows])) ** 2
        gaps += SLOPE_WEIGHT * (weight * (along - aim)) ** 2
        return jnp.mean(jnp.sum(gaps, axis=1))

    def step(carried: Any, key: jax.Array) -> tuple[Any, None]:
        network, state = carried
        choice, drawn = jax.random.split(key)
        rows = jax.random.randint(choice, (settings.batch,), 0, len(points))
        slope = jax.grad(loss)(network, rows, drawn)
        updates, state = _adam(settings).update(slope, state, network)
        return (optax.apply_updates(network, updates), state), None

    return jax.lax.scan(step, (network, state), keys)[0]
