"""Biases of paths: control variates of mean zero, the study's worst case, published schemes."""

import numpy as np
import pytest

from benchmarks.path_schemes import EULER, ONE_END, OURS
from paper.quantities import paths
from rmot.studies.paths import path_biases
from rmot.studies.paths.estimates import martingales, volatility_biases
from rmot.studies.study import Config

LAW = path_biases.law(0.1, 0.4, -0.7, 0.3)


@pytest.mark.parametrize("scheme", [OURS, ONE_END, EULER])
def test_control_variates_have_mean_zero_under_each_scheme(scheme):
    integrated, along = scheme.simulate(LAW, 0.5, 16, 2**15, 3)
    controls = martingales(integrated, along, LAW.correlation)[:, 1:]
    error = controls.std(axis=0) / np.sqrt(along.size)
    assert np.all(np.abs(controls.mean(axis=0)) < 4.5 * error)


def test_averaged_steps_are_nearer_than_the_kernel_at_one_end():
    def largest(scheme, steps):
        bias, error = volatility_biases(LAW, 0.5, *scheme.simulate(LAW, 0.5, steps, 2**15, 4))
        return np.abs(bias).max(), error.max()

    ours, chance = largest(OURS, 8)
    published, other = largest(ONE_END, 8)
    # 2 bp, and what chance adds
    assert ours < 2e-4 + 4.0 * chance
    assert published > ours + 4.0 * (chance + other)


def test_a_known_bias_is_found():
    integrated, along = OURS.simulate(LAW, 0.5, 16, 2**15, 5)
    bias, _ = volatility_biases(LAW, 0.5, integrated, along)
    # half the variance's share that is independent of Z, 2 per cent more of it: volatility + 1%
    more, _ = volatility_biases(LAW, 0.5, 1.02 * integrated, np.sqrt(1.02) * along)
    volatility = LAW.implied_volatility([0.0], 0.5)[0]
    assert more[1] - bias[1] == pytest.approx(volatility * (np.sqrt(1.02) - 1.0), rel=0.1)


def test_study_prints_its_largest_biases():
    table = path_biases.run(Config(profile="quick", seed=3))
    worst = path_biases.largest(table)
    assert len(worst) == 2 * 3 * 3
    made = {number.macro: number for number in paths.biases(table)}
    last = table["bias"].to_numpy()[table["steps"].to_numpy() == 32]
    assert made["PathLargestBias"].value == np.abs(last).max()
    assert path_biases.printed(table).count(r"\\") == 1 + 2 * 3
    again = path_biases.run(Config(profile="quick", seed=3))
    assert again.equals(table)
