"""Paths of the rough variance: moments against exact ones, martingales, draws, refusals."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.numerics.path_draws import CHUNK
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, level_curves

PATHS = 2**15
GIVEN = {"hurst": 0.12, "vol_of_vol": 0.4, "mean_reversion": 0.8}
INITIAL, LONG_RUN = 0.04, 0.06


def scheme(times, *, steps=16, **changes):
    given = GIVEN | changes
    mean, total = level_curves(given["hurst"], INITIAL, given["mean_reversion"], LONG_RUN)
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
