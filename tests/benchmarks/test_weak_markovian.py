"""The weak Markovian peer: moments of its step, its kernel, and what it makes of Heston's model."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from benchmarks.path_schemes import MARKOVIAN
from benchmarks.weak_markovian import WeakMarkovian, exponentials, three_valued
from rmot.models import RoughHeston
from rmot.studies.paths.estimates import martingales, volatility_biases


@pytest.mark.parametrize(("variance", "z"), [(1.0, 0.1), (0.01, 1.0), (1.0, 1.0), (1e-3, 0.3)])
def test_the_three_values_have_the_first_moments_of_the_diffusion(variance, z):
    """Ito: dV = sqrt(z V) dB has E (V - v)^2 = z v and E (V - v)^3 = 3 z^2 v / 2 at time 1."""
    count = 1 << 17
    uniforms = (np.arange(count) + 0.5) / count
    values = np.array([three_valued(variance, z, u) for u in uniforms])
    assert len(np.unique(values)) == 3
    assert values.min() >= 0.0
    moved = values - variance
    # probabilities are known to half a uniform each
    for order, moment in ((1, 0.0), (2, z * variance), (3, 1.5 * z**2 * variance)):
        assert (moved**order).mean() == pytest.approx(
            moment, abs=2 * np.abs(moved**order).max() / count
        )


@pytest.mark.parametrize("hurst", [0.05, 0.3])
def test_more_exponentials_are_nearer_to_the_kernel(hurst):
    def error(count):
        nodes, weights = exponentials(hurst, 2.0, count)
        assert np.all(weights > 0)

        def apart(t):
            return abs(t ** (hurst - 0.5) / gamma(hurst + 0.5) - weights @ np.exp(-nodes * t))

        ends = np.concatenate([[0.0], np.geomspace(1e-8, 2.0, 60)])
        return sum(quad(apart, a, b, limit=100)[0] for a, b in pairwise(ends))

    whole = 2.0 ** (hurst + 0.5) / gamma(hurst + 1.5)
    two, three = error(2), error(3)
    assert three < 0.5 * two < 0.05 * whole


@pytest.mark.parametrize("count", [2, 3])
def test_z_has_the_moments_of_a_brownian_motion_at_time_u(count):
    law = RoughHeston(
        hurst=0.1,
        vol_of_vol=0.4,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.06,
    )
    integrated, along = MARKOVIAN[count].simulate(law, 0.5, 16, 1 << 15, 3)
    controls = martingales(integrated, along, law.correlation, exponentials=False)[:, 1:]
    error = controls.std(axis=0) / np.sqrt(along.size)
    assert np.all(np.abs(controls.mean(axis=0)) < 4.5 * error)


def test_where_the_kernel_is_constant_it_converges_to_heston():
    law = RoughHeston(
        hurst=0.5,
        vol_of_vol=0.6,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.06,
    )

    def biases(steps):
        # one exponential, which does not decay
        made = WeakMarkovian(law, 1.0, steps, 1)(1 << 16, 4)
        return volatility_biases(law, 1.0, *made, exponentials=False)

    (few, chance), (many, other) = biases(2), biases(64)
    assert np.abs(few).max() > 10 * chance.max()
    # 32 times the steps: a scheme of second order has a thousandth of the bias
    assert np.all(np.abs(many) < 4.5 * other + np.abs(few).max() / 200)
