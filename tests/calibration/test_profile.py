"""The profile likelihood, against what it is in a linear model and against plain refits."""

from dataclasses import replace

import numpy as np
import pytest

from rmot.calibration import calibrate, profile_likelihood
from rmot.errors import ParameterError
from rmot.models import BlackScholes, RoughHeston
from tests.calibration.surfaces import TRUTH, surface_of


def test_profile_of_the_only_parameter_is_the_parabola_of_a_mean():
    surface = surface_of(BlackScholes(volatility=0.2), noise=np.random.default_rng(4))
    fit = calibrate(BlackScholes, surface, profile="volatility")
    error = fit.standard_errors["volatility"]
    assert fit.profile is not None
    low, high = fit.profile.interval
    # residuals are linear in the volatility, so the interval is the estimate and 1.96 errors
    assert low == pytest.approx(fit.model.volatility - 1.96 * error, abs=1e-6 * error)
    assert high == pytest.approx(fit.model.volatility + 1.96 * error, abs=1e-6 * error)


def test_profile_is_what_a_fit_with_the_parameter_held_finds():
    surface = surface_of(TRUTH, noise=np.random.default_rng(7))
    fixed = {"mean_reversion": 0.3}
    fit = calibrate(RoughHeston, surface, fixed=fixed)
    values = [fit.model.hurst - 0.03, fit.model.hurst + 0.03]
    profile = profile_likelihood(fit, surface, "hurst", values)
    for value, found in zip(profile.values, profile.chi_squared, strict=True):
        held = calibrate(RoughHeston, surface, fixed={**fixed, "hurst": value})
        assert found == pytest.approx(np.sum((held.residuals / held.noise) ** 2), rel=1e-6)


def test_profile_interval_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(21)
    fixed = {
        "mean_reversion": 0.3,
        "initial_variance": TRUTH.initial_variance,
        "long_run_variance": TRUTH.long_run_variance,
    }
    inside = 0
    for _ in range(40):
        surface = surface_of(TRUTH, strikes=8, noise=generator)
        fit = calibrate(RoughHeston, surface, fixed=fixed, start=TRUTH, profile="hurst")
        assert fit.profile is not None
        low, high = fit.profile.interval
        inside += low <= TRUTH.hurst <= high
    # binomial(40, 0.95): fewer than 33 has probability 1.6e-3 per mille
    assert inside >= 33


def test_an_end_that_is_not_reached_is_infinite():
    surface = surface_of(replace(TRUTH, hurst=0.02), strikes=5, spread=0.02)
    fit = calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.3}, profile="hurst")
    assert fit.profile is not None
    assert fit.profile.interval[0] == -np.inf


def test_a_value_outside_the_search_interval_is_refused():
    surface = surface_of(TRUTH)
    fit = calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.3})
    with pytest.raises(ParameterError, match="values of hurst in"):
        profile_likelihood(fit, surface, "hurst", [0.1, 0.7])
    with pytest.raises(ParameterError, match="free parameter"):
        profile_likelihood(fit, surface, "mean_reversion")
