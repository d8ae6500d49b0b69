"""Paths of the rough variance: moments against exact ones, martingales, draws, refusals."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.models._heston_family import mean_variance
from rmot.numerics.path_draws import CHUNK, PathDraws
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, level_curves

PATHS = 2**15
GIVEN = {"hurst": 0.12, "vol_of_vol": 0.4, "mean_reversion": 0.8}
INITIAL, LONG_RUN = 0.04, 0.06


def scheme(times, *, steps=16, **changes):
    given = GIVEN | changes
    mean, total = level_curves(
        given["hurst"], INITIAL, given["mean_reversion"], given["mean_reversion"] * LONG_RUN
    )
    return RoughVarianceScheme(
        times, **given, mean_variance=mean, total_variance=total, steps=steps
    )


@pytest.mark.parametrize("hurst", [0.05, 0.25, 0.5])
@pytest.mark.parametrize("tilt", [-1.5, -0.9, 0.5])
def test_stopped_exponentials_are_martingales(hurst, tilt):
    paths = scheme([0.25, 1.0], hurst=hurst).simulate(PATHS, 1)
    exponential = np.exp(tilt * paths.along - 0.5 * tilt**2 * paths.integrated)
    error = exponential.std(axis=0) / np.sqrt(PATHS)
    assert np.all(np.abs(exponential.mean(axis=0) - 1.0) < 4.0 * error)


def test_refuses_times_that_do_not_increase_from_above_zero():
    for times in ([], [0.0, 1.0], [1.0, 0.5], [-1.0], [np.nan], [np.inf], "soon", [[1.0]]):
        with pytest.raises(ParameterError, match="times"):
            scheme(times)


@pytest.mark.parametrize(
    ("count", "seed", "sampling", "named"),
    [
        (0, 0, "random", "n_paths"),
        (2.5, 0, "random", "n_paths"),
        (3, 0, "antithetic", "n_paths"),
        (6, 0, "sobol", "n_paths"),
        (4, 0, "lattice", "sampling"),
        (4, -1, "random", "seed"),
    ],
)
def test_refuses_what_draws_no_paths(count, seed, sampling, named):
    with pytest.raises(ParameterError, match=named):
        scheme([1.0]).simulate(count, seed, sampling)


def test_refuses_no_steps_and_too_many():
    with pytest.raises(ParameterError, match="steps"):
        scheme([1.0], steps=0)
    with pytest.raises(ParameterError, match="4096 steps"):
        scheme(np.linspace(0.01, 1.0, 100), steps=3000)


def test_paths_do_not_depend_on_threads_or_on_how_many_follow():
    made = scheme([0.5, 1.0], steps=4)
    few = made.simulate(CHUNK + 2, 3, threads=1)
    many = made.simulate(2 * CHUNK, 3, threads=2)
    assert np.array_equal(few.along[:CHUNK], many.along[:CHUNK])
    assert np.array_equal(many.along, made.simulate(2 * CHUNK, 3, threads=1).along)
    assert not np.array_equal(many.along, made.simulate(2 * CHUNK, 4).along)


def within(sample, exact, slack=0.0):
    """Whether a mean over paths is its expectation, up to four standard errors and `slack`."""
    error = sample.std(axis=0) / np.sqrt(sample.shape[0])
    return np.all(np.abs(sample.mean(axis=0) - exact) < 4.0 * error + slack)


@pytest.mark.parametrize("hurst", [0.05, 0.25, 0.5])
def test_means_are_those_of_mittag_leffler(hurst):
    times = np.array([0.1, 0.5, 1.5])
    paths = scheme(times, hurst=hurst).simulate(PATHS, 5)
    kappa, alpha = GIVEN["mean_reversion"], hurst + 0.5

    def mean(t):
        return mean_variance(np.atleast_1d(t), alpha, kappa, INITIAL, LONG_RUN)

    assert within(paths.variance, mean(times))
    node, weight = np.polynomial.legendre.leggauss(40)
    total = [t / 2 * weight @ mean(t / 2 * (node + 1)) for t in times]
    assert within(paths.integrated, total, slack=1e-6)
    assert within(paths.along, 0.0)
    assert within(paths.along**2 - paths.integrated, 0.0)
    assert within(paths.across**2 - paths.integrated, 0.0)
    assert within(paths.along * paths.across, 0.0)
    assert within(paths.along**3 - 3.0 * paths.along * paths.integrated, 0.0)


@pytest.mark.parametrize("hurst", [0.05, 0.25, 0.5])
def test_second_moments_are_those_of_the_kernel(hurst):
    # without reversion all are integrals of powers
    nu, steps, (first, last) = 0.3, 64, (0.4, 1.0)
    made = scheme(
        [first, last], hurst=hurst, vol_of_vol=nu, mean_reversion=0.0, steps=steps
    ).simulate(PATHS, 6)
    alpha = hurst + 0.5
    one, two = math.gamma(alpha + 1), math.gamma(alpha + 2)
    integrated, along, variance = made.integrated, made.along, made.variance
    times = np.array([first, last])
    deviation = integrated - INITIAL * times
    assert within(deviation * along, nu * INITIAL * times ** (alpha + 1) / two)
    # of Z at the first look and U at the second
    cross = nu * INITIAL * (last ** (alpha + 1) - (last - first) ** (alpha + 1)) / two
    assert within(deviation[:, 1] * along[:, 0], cross)
    # averages over steps of h leave out h^2/12 of the kernel's squared slope, and twice the last
    exact = nu**2 * INITIAL * times ** (2 * alpha + 1) / ((2 * alpha + 1) * one**2)
    square = times ** (2 * hurst) / (2 * hurst * math.gamma(alpha) ** 2)
    left_out = nu**2 * INITIAL * square * (times / steps) ** 2 / 6
    assert within(deviation**2, exact, slack=left_out)
    level = nu**2 * INITIAL * square
    # of the squared kernel averages leave out most next to the last step
    lag = np.arange(1, steps)
    averaged = np.sum(np.diff(np.append(lag, steps) ** alpha) ** 2) + alpha**2 / (2 * hurst)
    share = 1.0 - averaged * 2 * hurst / alpha**2 / steps ** (2 * hurst)
    assert 0.0 <= share < 0.06
    assert within((variance - INITIAL) ** 2, level, slack=1.5 * share * level)


def test_curves_enter_as_they_are():
    def mean(t):
        return np.where(t < 0.5, 0.03, 0.09)

    def total(t):
        return 0.03 * np.minimum(t, 0.5) + 0.09 * np.maximum(t - 0.5, 0.0)

    made = RoughVarianceScheme(
        [0.25, 1.0], **GIVEN, mean_variance=mean, total_variance=total, steps=12
    ).simulate(PATHS, 2)
    assert within(made.variance, [0.03, 0.09])
    assert within(made.integrated, [0.0075, 0.06])


def test_antithetic_neighbours_mirror_their_draws():
    draws = PathDraws(3, 2, 10, 1, "antithetic")
    normal, uniform = draws.draw(0)
    assert np.array_equal(normal[::2], -normal[1::2])
    assert np.array_equal(uniform[::2], 1.0 - uniform[1::2])
    paths = scheme([1.0]).simulate(PATHS, 4, "antithetic")
    pairs = np.corrcoef(paths.along[::2, 0], paths.along[1::2, 0])[0, 1]
    # independent ones are within four standard errors of zero
    assert pairs < -4.0 / np.sqrt(PATHS / 2)


def test_sobol_points_of_all_chunks_are_one_net():
    draws = PathDraws(2, 1, 2 * CHUNK, 3, "sobol")
    normals, uniforms = zip(*(draws.draw(chunk) for chunk in range(draws.chunks)), strict=True)
    points = np.hstack([np.concatenate(uniforms), ndtr(np.concatenate(normals))])
    # every coordinate has one point in each of as many equal cells as there are points
    for column in points.T:
        cells = np.floor(column * points.shape[0])
        assert np.array_equal(np.sort(cells), np.arange(points.shape[0]))


def test_kernel_needs_no_block_to_be_full():
    made = scheme([0.3, 1.0], steps=5)
    generator = np.random.default_rng(0)
    normals = generator.standard_normal((130, made.normals))
    uniforms = generator.random((130, made.uniforms))
    together = made.paths(normals, uniforms)
    for path in (0, 64, 129):
        alone = made.paths(normals[path : path + 1], uniforms[path : path + 1])
        assert np.array_equal(alone[0], together[path])
