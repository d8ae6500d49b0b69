"""The Volterra rows against exact covariances of the process, by quadrature and by mpmath."""

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from rmot.neural.jaxed import jax, jnp
from rmot.neural.volterra import own_move, seen_from, steps_ahead

GRID = jnp.asarray([0.0, 0.01, 0.03, 0.04, 0.1, 0.25])


@pytest.mark.parametrize("hurst", [0.05, 0.3, 0.5])
def test_lags_are_the_kernels_averages(hurst):
    rows = seen_from(jnp.asarray(hurst), GRID, jnp.array([0.04]), jnp.array([0.1]))
    wanted = [
        quad(lambda s: np.sqrt(2 * hurst) * (0.1 - s) ** (hurst - 0.5), a, b)[0] / np.sqrt(b - a)
        for a, b in pairwise(GRID[:4])
    ]
    assert np.allclose(rows.lags[0, :3], wanted, rtol=1e-10)
    assert np.all(np.asarray(rows.lags[0, 3:]) == 0.0)
    assert float(rows.variances[0]) == pytest.approx(0.1 ** (2 * hurst), rel=1e-14)


def test_known_variance_tends_to_the_exact_one():
    """Var E[G_u | F_T] by mpmath; what the steps' averages miss is of second order in them."""
    hurst, now, later = 0.12, 0.1, 0.11
    exact = later ** (2 * hurst) - (later - now) ** (2 * hurst)
    with mpmath.workdps(20):
        kernel = mpmath.quad(
            lambda s: 2 * hurst * (later - s) ** (2 * hurst - 1), [0, 0.05, 0.09, now]
        )
    assert float(str(kernel)) == pytest.approx(exact, rel=1e-12)
    missing = []
    for steps in (50, 100, 200):
        grid = jnp.linspace(0.0, now, steps + 1)
        rows = seen_from(jnp.asarray(hurst), grid, jnp.array([now]), jnp.array([later]))
        missing.append(exact - float(rows.known[0]))
    assert missing[2] > 0.0
    assert np.allclose(np.divide(missing[:-1], missing[1:]), 4.0, rtol=0.05)


def test_averages_over_steps_are_means_of_what_is_seen():
    hurst = 0.1
    rows = steps_ahead(jnp.asarray(hurst), GRID)
    node, weight = np.polynomial.legendre.leggauss(400)
    start, end = GRID[3], GRID[4]
    # nodes crowd at the start, where the kernel's derivative is singular
    share = (0.5 * (node + 1.0)) ** 4
    weight = 0.5 * weight * 4.0 * (0.5 * (node + 1.0)) ** 3
    at = start + (end - start) * share
    seen = seen_from(jnp.asarray(hurst), GRID, jnp.full(at.size, float(start)), jnp.asarray(at))
    assert np.allclose(weight @ np.asarray(seen.lags), rows.lags[3], atol=1e-9)
    assert weight @ at ** (2 * hurst) == pytest.approx(float(rows.variances[3]), rel=1e-6)


def test_own_move_is_the_covariance_with_the_increment():
    """Of the average of G over a step with the step's standardised increment, by quadrature."""
    hurst, step = 0.2, 0.04
    average = quad(lambda u: u ** (hurst + 0.5), 0.0, step)[0] / step
    wanted = np.sqrt(2 * hurst) / (hurst + 0.5) * average / np.sqrt(step)
    assert float(own_move(jnp.asarray(hurst), jnp.asarray(step))) == pytest.approx(wanted, rel=1e-8)


def test_derivatives_in_the_hurst_index_are_those_of_differences():
    def total(hurst):
        rows = steps_ahead(hurst, GRID)
        return jnp.sum(rows.lags**3) + jnp.sum(rows.variances)

    bump = 1e-6
    at = jnp.asarray(0.13)
    difference = (total(at + bump) - total(at - bump)) / (2 * bump)
    slope = jax.grad(total)(at)
    # the difference's own error: third derivatives of order ten times bump^2, rounding over bump
    assert float(slope) == pytest.approx(float(difference), rel=1e-7)
