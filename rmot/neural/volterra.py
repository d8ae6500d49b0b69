r"""Knows the Volterra process that drives the variance, on a grid, differentiable in H.

.. math:: G_t = \sqrt{2H} \int_0^t (t - s)^{H - 1/2} dW_s, \qquad \mathrm{Var}\, G_t = t^{2H}.

What the increments of W over the steps of a grid say of G is the kernel's average over each step
times the increment. The rest, within the step at hand (the kernel's singularity) and of the bend of
the kernel within earlier ones, is normal and independent of the increments: its variance is what
lacks to the exact one. M. Bennedsen, A. Lunde and M. S. Pakkanen, "Hybrid scheme for Brownian
semistationary processes", Finance and Stochastics 21 (2017), with their optimal b*.
"""

from __future__ import annotations

from rmot.neural.jaxed import eqx, jax, jnp


class Rows(eqx.Module):
    """What standardised increments say of G, or of an average of it; a row each.

    Attributes
    ----------
    lags : array, shape (rows, steps)
        G per unit of each increment, 0 where it comes later than what is known.
    variances : array, shape (rows,)
        Of the whole, exactly.
    """

    lags: jax.Array
    variances: jax.Array

    @property
    def known(self) -> jax.Array:
        """Variance of the part that increments explain, shape (rows,)."""
        return jnp.sum(self.lags**2, axis=1)

    @property
    def rest(self) -> jax.Array:
        """Variance of the independent rest, shape (rows,)."""
        return jnp.maximum(self.variances - self.known, 0.0)

    def __add__(self, more: Rows) -> Rows:
        """Return the rows of both."""
        return Rows(
            jnp.concatenate([self.lags, more.lags]),
            jnp.concatenate([self.variances, more.variances]),
        )


def steps_ahead(hurst: jax.Array, grid: jax.Array) -> Rows:
    """Return what is known at its beginning of G averaged over each step.

    Parameters
    ----------
    hurst : scalar
        H in (0, 1/2].
    grid : array, shape (steps + 1,)
        Times of steps from 0, in years.

    Returns
    -------
    Rows
        The variance is the average of t^{2H} over the step, that of G at a time drawn from it.
    """
    power, step = hurst + 0.5, jnp.diff(grid)
    scale = jnp.sqrt(2.0 * hurst) / (power * (power + 1.0))
    twice = scale * _power(grid[:, None] - grid, power + 1.0)
    averages = -jnp.diff(jnp.diff(twice, axis=0), axis=1)
    lags = jnp.tril(averages / (step[:, None] * jnp.sqrt(step)), -1)
    whole = _power(grid, 2.0 * hurst + 1.0) / (2.0 * hurst + 1.0)
    return Rows(lags, jnp.diff(whole) / step)


def own_move(hurst: jax.Array, step: jax.Array) -> jax.Array:
    """Return the average of G over a step per unit of the step's own increment, shape of step."""
    power = hurst + 0.5
    return jnp.sqrt(2.0 * hurst) * step**hurst / (power * (power + 1.0))


def seen_from(hurst: jax.Array, grid: jax.Array, now: jax.Array, times: jax.Array) -> Rows:
    """Return what is known at dates of the grid of G at later times.

    Parameters
    ----------
    hurst : scalar
    grid : array, shape (steps + 1,)
    now, times : array, shape (rows,)
        Dates of the grid, and the times that are looked at from them; times >= now.
    """
    power, step = hurst + 0.5, jnp.diff(grid)
    scale = jnp.sqrt(2.0 * hurst) / power
    once = scale * _power(times[:, None] - jnp.minimum(grid, now[:, None]), power)
    return Rows(-jnp.diff(once, axis=1) / jnp.sqrt(step), _power(times, 2.0 * hurst))


def _power(base: jax.Array, power: jax.Array) -> jax.Array:
    """Return the positive part's power; its derivative in the power is 0 where the base is 0."""
    inside = base > 0.0
    return jnp.where(inside, jnp.where(inside, base, 1.0) ** power, 0.0)
