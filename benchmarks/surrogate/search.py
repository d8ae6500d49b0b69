r"""Knows how a surrogate is calibrated: by Levenberg's and Marquardt's steps, derivatives included.

.. math:: (J^T J + \lambda \, \mathrm{diag}(J^T J)) \, d = -J^T r, \qquad
    r_k = (\sigma(k; u) - \sigma_k) / s_k,

with the weights 1/s_k of `rmot.calibration.likelihood`. Steps end at the box; coordinates
that rest on a face and would leave it are left out. The search begins at the best of
some points spread over the box, by the surrogate itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.surrogate.box import FREE, SCALE, inside, model_at
from benchmarks.surrogate.network import Surrogate
from rmot.market import OptionSurface
from rmot.models import RoughHeston
from rmot.neural.jaxed import eqx, jax, jnp

NOISE_FLOOR = 1e-4
"""As in `rmot.calibration.calibrate`."""

STARTS = 32
MOST_STEPS = 60
TOLERANCE = 1e-10

_SPREAD = inside(STARTS, 5)
_FIRST_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-2, 1e-14, 1e8


Grids = tuple[ArrayLike, ...]
"""Log-moneyness, middles and weights."""


@dataclass(frozen=True, eq=False)
class QuoteGrid:
    """Quotes of several expiries as arrays of one shape, (maturities, n).

    Attributes
    ----------
    log_moneyness, middle : ndarray
    weight : ndarray
        1/s, or 0 where an expiry has fewer than n quotes.
    """

    log_moneyness: NDArray[np.float64]
    middle: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, surface: OptionSurface, most: int) -> QuoteGrid:
        """Take the quotes of a surface, with room for `most` in each expiry."""
        shape = (len(surface.slices), most)
        k, middle, weight = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for row, smile in enumerate(surface.slices):
            size = len(smile.log_moneyness)
            k[row, :size] = smile.log_moneyness
            middle[row, :size] = smile.implied_volatility
            half = (smile.ask_volatility - smile.bid_volatility) / 2
            weight[row, :size] = 1.0 / np.maximum(half, NOISE_FLOOR)
        return cls(k, middle, weight)

    @property
    def arrays(self) -> tuple[NDArray[np.float64], ...]:
        """The three, as the search takes them."""
        return self.log_moneyness, self.middle, self.weight


@dataclass(frozen=True, eq=False)
class SurrogateFit:
    """An optimum of the surrogate's likelihood.

    Attributes
    ----------
    point : ndarray, shape (5,)
    chi_squared : float
        Of the surrogate.
    fisher_information : ndarray, shape (5, 5)
        In the coordinates of a calibration.
    steps : int
    """

    point: NDArray[np.float64]
    chi_squared: float
    fisher_information: NDArray[np.float64]
    steps: int

    @property
    def model(self) -> RoughHeston:
        """The model that the surrogate takes for the best."""
        return model_at(self.point)

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Cramér-Rao errors of the coordinates, shape (5,)."""
        return np.sqrt(np.diag(np.linalg.inv(self.fisher_information)))


def calibrate_surrogate(surrogate: Surrogate, quotes: QuoteGrid, wall: float = 1.0) -> SurrogateFit:
    """Fit the quotes of one surface, no further from the centre than `wall`; 1 is a face."""
    return _fit(*(np.asarray(each) for each in _one(surrogate, quotes.arrays, np.asarray(wall))))


def calibrate_batch(surrogate: Surrogate, quotes: Sequence[QuoteGrid]) -> list[SurrogateFit]:
    """Fit many surfaces of one shape in one call."""
    stacked = tuple(np.stack(each) for each in zip(*(q.arrays for q in quotes), strict=True))
    found = [np.asarray(each) for each in _many(surrogate, stacked, np.asarray(1.0))]
    return [_fit(*each) for each in zip(*found, strict=True)]


def _fit(
    point: NDArray[np.float64],
    chi_squared: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    steps: NDArray[np.int_],
) -> SurrogateFit:
    by_coordinate = jacobian / SCALE
    return SurrogateFit(point, float(chi_squared), by_coordinate.T @ by_coordinate, int(steps))


def _calibrated(surrogate: Surrogate, quotes: Grids, wall: ArrayLike) -> tuple[jax.Array, ...]:
    k, middle, weight = (jnp.asarray(each) for each in quotes)
    starts, wall = jnp.asarray(_SPREAD), jnp.asarray(wall)
    volatility = jax.vmap(lambda u: surrogate.volatility(u, k))(starts)
    costs = jnp.sum(((volatility - middle) * weight) ** 2, axis=(1, 2))
    return _search(surrogate, starts[jnp.argmin(costs)], quotes, wall)


def _search(
    surrogate: Surrogate, start: jax.Array, quotes: Grids, wall: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    def going(state: tuple[jax.Array, ...]) -> jax.Array:
        return jnp.logical_and(state[-2] < MOST_STEPS, jnp.logical_not(state[-1]))

    def step(state: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        u, cost, jacobian, slope, tried, damping, steps, _ = state
        k, middle, weight = (jnp.asarray(each) for each in quotes)
        volatility, gradient = surrogate.with_gradient(tried, k)
        r = ((volatility - middle) * weight).ravel()
        j = (gradient * weight[..., None]).reshape(-1, len(FREE))
        after = jnp.sum(r**2)
        better = after < cost
        still = jnp.max(jnp.abs(tried - u)) <= TOLERANCE
        done = (steps > 0) & ((better & (cost - after <= TOLERANCE * cost)) | still)
        u, cost, jacobian, slope = (
            jnp.where(better, new, old)
            for new, old in ((tried, u), (after, cost), (j, jacobian), (j.T @ r, slope))
        )
        damping = jnp.where(better, jnp.maximum(damping / 10.0, _LEAST_DAMPING), damping * 10.0)
        tried = jnp.clip(u + _move(u, jacobian, slope, damping, wall), -wall, wall)
        return u, cost, jacobian, slope, tried, damping, steps + 1, done | (damping > _MOST_DAMPING)

    nothing = jnp.zeros((np.size(quotes[0]), len(FREE)))
    cost, damping = jnp.asarray(jnp.inf), jnp.asarray(_FIRST_DAMPING)
    counted = jnp.asarray(0), jnp.asarray(False)
    first = (start, cost, nothing, jnp.zeros(len(FREE)), start, damping, *counted)
    u, cost, jacobian, *_, steps, _ = jax.lax.while_loop(going, step, first)
    return u, cost, jacobian, steps


def _move(
    u: jax.Array, jacobian: jax.Array, slope: jax.Array, damping: jax.Array, wall: jax.Array
) -> jax.Array:
    """Return the damped step among the coordinates that no wall holds."""
    held = ((u <= -wall) & (slope > 0.0)) | ((u >= wall) & (slope < 0.0))
    normal = jacobian.T @ jacobian
    damped = jnp.where(held, 1.0, jnp.diag(normal) * (1.0 + damping))
    free = jnp.where(held[:, None] | held[None, :] | jnp.eye(len(FREE), dtype=bool), 0.0, normal)
    return -jnp.linalg.solve(free + jnp.diag(damped), jnp.where(held, 0.0, slope))


@eqx.filter_jit
def _one(surrogate: Surrogate, quotes: Grids, wall: ArrayLike) -> tuple[jax.Array, ...]:
    return _calibrated(surrogate, quotes, wall)


@eqx.filter_jit
def _many(surrogate: Surrogate, quotes: Grids, wall: ArrayLike) -> tuple[jax.Array, ...]:
    # side by side, as `vmap` has it, all would take the steps of the slowest: twice the time
    return jax.lax.map(lambda each: _calibrated(surrogate, each, wall), quotes)
