r"""Knows how prices of calls move with the price, with the level of variance, and with both.

For a spot x and forward variance :math:`y^2 \xi_0`, both 1 at first, a call of strike K is
:math:`x\,c(K/x, y)`; JAX differentiates the mean over paths, variance held as the price moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.models._checks import check_log_moneyness, check_maturity
from rmot.neural.coordinates import Coordinates
from rmot.neural.grid import Grid, grid_of
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.neural_volterra import NeuralVolterra
from rmot.neural.paths import simulate_ends
from rmot.neural.pricing import price_options
from rmot.numerics.quasi_normals import normal_steps

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Greeks:
    """Undiscounted calls with forward 1, and their derivatives; arrays of shape (m,).

    Attributes
    ----------
    price : ndarray
        On as many paths as the model's simulation has, its steps not extrapolated.
    delta : ndarray
        By the price.
    vega : ndarray
        By the level of volatility: of a factor on the square root of forward variance.
    vanna : ndarray
        By both.
    gamma : ndarray
        By the price twice.
    """

    price: Vector
    delta: Vector
    vega: Vector
    vanna: Vector
    gamma: Vector


def call_greeks(model: NeuralVolterra, log_moneyness: ArrayLike, maturity: float) -> Greeks:
    """Differentiate prices of calls.

    Parameters
    ----------
    model : NeuralVolterra
    log_moneyness : array_like, shape (m,)
    maturity : float
        T > 0 in years.

    Raises
    ------
    ParameterError
        As `NeuralVolterra.call_price`.
    """
    k = jnp.asarray(check_log_moneyness(log_moneyness).ravel())
    maturity = check_maturity(maturity)
    simulation = model.simulation
    steps = simulation.steps(maturity)
    dates = np.array([maturity])
    grid = grid_of(np.linspace(0.0, maturity, steps + 1), dates, np.empty(0), model.pieces)
    drawn = normal_steps(steps, 1, simulation.paths, 1, simulation.seed)
    normals = jnp.asarray(np.concatenate([normal[:, 0] for _, normal in drawn]))
    found = _derivatives(model.coordinates, grid, normals, k)
    return Greeks(*(np.asarray(each) for each in found))


@eqx.filter_jit
def _derivatives(
    coordinates: Coordinates, grid: Grid, normals: jax.Array, k: jax.Array
) -> tuple[jax.Array, ...]:
    def price(spot: jax.Array, level: jax.Array) -> jax.Array:
        scaled = eqx.tree_at(
            lambda law: law.log_variances,
            coordinates,
            coordinates.log_variances + 2.0 * jnp.log(level),
        )
        moneyness = k - jnp.log(spot)
        otm = price_options(
            simulate_ends(scaled, grid, normals), jnp.zeros(k.size, dtype=int), moneyness
        )
        # at the money the option is a call, as in `price_options`
        return spot * (otm - jnp.expm1(jnp.where(moneyness < 0.0, moneyness, 0.0)))

    one = jnp.ones(())
    by_spot = jax.jacfwd(price)
    return (
        price(one, one),
        by_spot(one, one),
        jax.jacfwd(price, argnums=1)(one, one),
        jax.jacfwd(by_spot, argnums=1)(one, one),
        jax.jacfwd(by_spot)(one, one),
    )
