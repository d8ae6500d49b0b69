r"""Knows how far a law's prices are from quotes, in units of volatility that a config names.

.. math:: L = \frac1n \sum_i \Big(\frac{p_i - \bar p_i}{u\,\nu_i}\Big)^2 \text{ (price)}
          + \text{the same (index)} + \frac1m \sum_j \Big(\frac{F_j - \bar F_j}{u_F \bar F_j}\Big)^2

with the quotes' vegas nu, floored far out, where they vanish faster than any error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmot.errors import ParameterError
from rmot.neural.coordinates import Coordinates
from rmot.neural.grid import Grid
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.paths import simulate_ends
from rmot.neural.pricing import index_futures, index_options, price_options
from rmot.neural.targets import Role, SmileTarget, Targets


@dataclass(frozen=True, kw_only=True)
class Units:
    """What counts as 1 in the loss.

    Parameters
    ----------
    price, index : float
        Differences in implied volatility, as 0.005.
    future : float
        Relative differences of futures.
    least_vega : float
        Share of the vega at the money below which no vega is taken.

    Raises
    ------
    ParameterError
        If one is not positive.
    """

    price: float = 0.005
    index: float = 0.05
    future: float = 0.002
    least_vega: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what is no unit."""
        for name in ("price", "index", "future", "least_vega"):
            if not getattr(self, name) > 0.0:
                raise ParameterError(f"expected {name} above 0; got {getattr(self, name)}")


class Options(eqx.Module):
    """Options in a row, arrays of shape (m,); prices in units of forwards.

    Attributes
    ----------
    date : array of int
        Number of the smile.
    forward, log_moneyness, price, scale : array
        The last is a price difference that counts as 1.
    """

    date: jax.Array
    forward: jax.Array
    log_moneyness: jax.Array
    price: jax.Array
    scale: jax.Array


class Quotes(eqx.Module):
    """Quotes of one role, and the index's futures."""

    prices: Options
    index: Options
    future: jax.Array
    future_scale: jax.Array


def quotes_of(targets: Targets, role: Role, units: Units) -> Quotes:
    """Return the quotes of a role; futures are in all of them, as forwards of the price are."""
    future = jnp.asarray([smile.forward for smile in targets.index])
    return Quotes(
        _options(targets.prices, role, units.price, units.least_vega),
        _options(targets.index, role, units.index, units.least_vega),
        future,
        units.future * future,
    )


def quote_errors(
    coordinates: Coordinates, grid: Grid, normals: jax.Array, quotes: Quotes
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return the errors of price options, index options and futures, in units."""
    ends = simulate_ends(coordinates, grid, normals)
    of_price, of_index = quotes.prices, quotes.index
    k, forward, of_k = (
        each.astype(normals.dtype)
        for each in (of_price.log_moneyness, of_index.forward, of_index.log_moneyness)
    )
    prices = price_options(ends, of_price.date, k)
    index = index_options(ends, of_index.date, forward, of_k)
    futures = index_futures(ends)
    return (
        (prices - of_price.price) / of_price.scale,
        (index - of_index.price) / of_index.scale,
        (futures - quotes.future) / quotes.future_scale,
    )


def quote_loss(
    coordinates: Coordinates, data: tuple[Grid, jax.Array, Quotes], key: jax.Array | None = None
) -> jax.Array:
    """Return the loss; the random numbers are the data's, the same at each step."""
    return sum(
        (jnp.mean(error**2) for error in quote_errors(coordinates, *data)), start=jnp.zeros(())
    )


def _options(smiles: Sequence[SmileTarget], role: Role, unit: float, least: float) -> Options:
    parts = []
    for date, smile in enumerate(smiles):
        own = smile.role == role
        vega = np.maximum(smile.vega, least * smile.vega.max())
        columns = (
            np.full(own.size, date),
            np.full(own.size, smile.forward),
            smile.log_moneyness,
            smile.price,
            unit * vega,
        )
        parts.append([column[own] for column in columns])
    return Options(*(jnp.asarray(np.concatenate(each)) for each in zip(*parts, strict=True)))
