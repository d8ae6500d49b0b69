r"""Knows the prices and the index that paths of W leave: normal logarithms, and VIX at its dates.

In a step of length h let x be the average of G as known at its beginning, m(x) the variance
expected there (`rmot.neural.shape`), s = (log m)'(x), g the standardised increment of W. As in
`rmot.numerics.rough_bergomi_paths`, which this is for f an exponential, variance within the step
goes as that exponential whose slope is s:

.. math:: \int V \approx m\,e^{2bg - 2b^2}, \qquad
          \int \sqrt V\,dW \approx \sqrt m\,(a g + q (g^2 - 1)) + \text{rest},

with b = c s / 2, c the step's own move of the average, and a, q averages of
exp(-s^2 (uh)^{2H} / 8) over u in (0, 1), the latter times u^{H + 1/2} as well. The exponential of
rho times the first two terms is divided by its mean given x, so S is a martingale to rounding. The
rest joins the motion that is independent of W: given W, log S is normal (M. Romano and N. Touzi,
Mathematical Finance 7 (1997)).
"""

from __future__ import annotations

from rmot.neural.coordinates import Coordinates
from rmot.neural.grid import INDEX_NODES, Grid
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.shape import Series, expected
from rmot.neural.volterra import own_move, seen_from, steps_ahead

CHUNK = 128
"""Paths that are simulated together, so that their numbers stay near the processor."""

_TERMS = 12
_LARGEST_PRODUCT = 0.2
"""Of the exponent and q; at 1/2 the mean of the exponential is infinite."""


class Ends(eqx.Module):
    """What paths leave.

    Attributes
    ----------
    log_forward, variance : array, shape (paths, price dates)
        Of log S given the path, forward 1, means over paths divided out.
    index : array, shape (paths, index dates)
        VIX, as 0.2.
    """

    log_forward: jax.Array
    variance: jax.Array
    index: jax.Array


def simulate_ends(coordinates: Coordinates, grid: Grid, normals: jax.Array) -> Ends:
    """Return what paths leave at the dates of a grid.

    Parameters
    ----------
    coordinates : Coordinates
    grid : Grid
        Its number of pieces is that of the coordinates.
    normals : array, shape (paths, steps)
        Standardised increments of W; a multiple of `CHUNK` paths, or fewer than it. Paths have
        their precision, the law's tables are double in any case.
    """
    tables = jax.tree.map(lambda leaf: leaf.astype(normals.dtype), make_tables(coordinates, grid))
    size = min(CHUNK, normals.shape[0])
    chunks = normals.reshape(-1, size, normals.shape[1])
    found = jax.lax.map(jax.checkpoint(lambda each: walk(tables, each)), chunks)
    log_forward, variance, _, index = (
        part.reshape(normals.shape[0], part.shape[-1]) for part in found
    )
    mean = jax.scipy.special.logsumexp(log_forward, axis=0) - jnp.log(log_forward.shape[0])
    return Ends(log_forward - mean, variance, index)


class Tables(eqx.Module):
    """All that a path needs of a law; rows are steps, then times that the index looks at."""

    correlation: jax.Array
    lags: jax.Array
    series: Series
    totals: jax.Array
    own: jax.Array
    fading: jax.Array
    along: jax.Array
    across: jax.Array
    looks: jax.Array
    index_shares: jax.Array


def make_tables(coordinates: Coordinates, grid: Grid) -> Tables:
    """Return the tables of a law on a grid."""
    hurst, times = coordinates.hurst, jnp.asarray(grid.times)
    step, middle = jnp.diff(times), 0.5 * (times[1:] + times[:-1])
    later = jnp.asarray(grid.index_times)
    rows = steps_ahead(hurst, times) + seen_from(hurst, times, jnp.asarray(grid.index_dates), later)
    n = jnp.arange(_TERMS)
    factor = jnp.cumprod(jnp.where(n == 0, 1.0, -0.125 / jnp.maximum(n, 1)))
    return Tables(
        coordinates.correlation,
        rows.lags,
        expected(coordinates.shape, jnp.concatenate([middle, later]), rows.known, rows.rest),
        jnp.asarray(grid.overlaps) @ coordinates.variances,
        own_move(hurst, step),
        step ** (2.0 * hurst),
        factor / (2.0 * hurst * n + 1.0),
        factor * (hurst + 1.5) / (2.0 * hurst * n + hurst + 1.5),
        jnp.asarray(grid.price_looks),
        jnp.asarray(grid.index_overlaps) @ coordinates.variances,
    )


def walk(tables: Tables, normals: jax.Array) -> tuple[jax.Array, ...]:
    """Return what some paths leave, arrays of shape (paths, dates).

    The logarithm of E[S | path], the variance of log S given the path, the integral of V; and the
    index at its own dates.
    """
    count = tables.totals.shape[0]
    x = normals @ tables.lags.T
    ratios = jnp.exp(tables.series(x))
    mean = tables.totals * ratios[:, :count]
    slope = tables.series.rows(slice(count)).slope(x[:, :count])
    half = 0.5 * tables.own * slope
    fading = slope**2 * tables.fading
    along, across = _polynomial(tables.along, fading), half * _polynomial(tables.across, fading)
    total = mean * jnp.exp(2.0 * half * (normals - half))
    root = tables.correlation * jnp.sqrt(mean)
    square = jnp.minimum(root * across, _LARGEST_PRODUCT)
    rest = 1.0 - 2.0 * square
    line = root * along
    martingale = line * normals + square * normals**2 + 0.5 * (jnp.log(rest) - line**2 / rest)
    free = jnp.maximum(1.0 - along**2 - 2.0 * across**2, 0.0)
    left = (1.0 - tables.correlation**2) * total + root**2 * free
    dates = (x.shape[1] - count) // INDEX_NODES
    later = (tables.index_shares * ratios[:, count:]).reshape(len(x), dates, INDEX_NODES)
    at_looks = (part @ tables.looks for part in (martingale, left, total))
    return *at_looks, jnp.sqrt(later.sum(axis=2))


def _polynomial(coefficients: jax.Array, x: jax.Array) -> jax.Array:
    value = jnp.zeros_like(x)
    for n in range(coefficients.shape[0] - 1, -1, -1):
        value = coefficients[n] + x * value
    return value
