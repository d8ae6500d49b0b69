"""Knows option prices on the ends of paths, as functions that JAX differentiates.

Given its path the price is lognormal, so that options on it are means of Black's formula; options
on the index are means of payoffs.
"""

from __future__ import annotations

from rmot.neural.jaxed import jax, jnp
from rmot.neural.paths import Ends

_SMALLEST_VARIANCE = 1e-20


def price_options(ends: Ends, date: jax.Array, log_moneyness: jax.Array) -> jax.Array:
    """Return out-of-the-money prices, forward 1: puts below the money, calls else.

    Parameters
    ----------
    ends : Ends
    date : array of int, shape (m,)
        Number of each option's date among the price's.
    log_moneyness : array, shape (m,)
    """
    forward = ends.log_forward[:, date]
    deviation = jnp.sqrt(jnp.maximum(ends.variance[:, date], _SMALLEST_VARIANCE))
    sign = jnp.where(log_moneyness < 0.0, -1.0, 1.0)
    centre, half = (forward - log_moneyness) / deviation, 0.5 * deviation
    own = jnp.exp(forward) * jax.scipy.special.ndtr(sign * (centre + half))
    strike = jnp.exp(log_moneyness) * jax.scipy.special.ndtr(sign * (centre - half))
    return sign * jnp.mean(own - strike, axis=0)


def index_options(
    ends: Ends, date: jax.Array, future: jax.Array, log_moneyness: jax.Array
) -> jax.Array:
    """Return prices of options on the index in units of a future; puts below it, calls else.

    Parameters
    ----------
    ends : Ends
    date : array of int, shape (m,)
        Number of each option's date among the index's.
    future, log_moneyness : array, shape (m,)
        Whose strikes are future * exp(log_moneyness); it need not be the law's.
    """
    level = ends.index[:, date] / future
    sign = jnp.where(log_moneyness < 0.0, -1.0, 1.0)
    return jnp.mean(jnp.maximum(sign * (level - jnp.exp(log_moneyness)), 0.0), axis=0)


def index_futures(ends: Ends) -> jax.Array:
    """Return E VIX at the index's dates, shape (index dates,)."""
    return jnp.mean(ends.index, axis=0)
