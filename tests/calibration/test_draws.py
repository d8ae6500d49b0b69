"""Models drawn from a fit scatter as its errors say."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_1samp, norm

from rmot.calibration import calibrate, draw_model
from rmot.errors import CalibrationError
from rmot.models import BlackScholes, RoughHeston
from tests.calibration.surfaces import TRUTH, surface_of

LEVEL = 1e-3
"""Of a false alarm in each test of a distribution, at the seeds given."""


def test_the_only_parameter_is_lognormal_with_its_standard_error():
    surface = surface_of(BlackScholes(volatility=0.2), noise=np.random.default_rng(4))
    fit = calibrate(BlackScholes, surface)
    generator = np.random.default_rng(1)
    drawn = [draw_model(fit, generator).volatility for _ in range(400)]
    error = fit.standard_errors["volatility"] / fit.model.volatility
    law = norm(np.log(fit.model.volatility), error)
    found: Any = ks_1samp(np.log(drawn), law.cdf)
    assert found.pvalue > LEVEL


def test_draws_are_normal_with_the_information_for_their_precision():
    fit = calibrate(RoughHeston, surface_of(TRUTH), fixed={"mean_reversion": 0.3})
    generator = np.random.default_rng(2)
    models = [draw_model(fit, generator) for _ in range(300)]
    assert {model.mean_reversion for model in models} == {0.3}

    def coordinates(model):
        return np.array(
            [
                model.hurst,
                np.log(model.vol_of_vol),
                np.arctanh(model.correlation),
                np.log(model.initial_variance),
                np.log(model.long_run_variance),
            ]
        )

    assert fit.free == (
        *("hurst", "vol_of_vol", "correlation", "initial_variance", "long_run_variance"),
    )
    from_best = np.array([coordinates(m) for m in models]) - coordinates(fit.model)
    # squared Mahalanobis lengths of normal vectors are chi-squared with mean 5, variance 10
    lengths = np.einsum("ni,ij,nj->n", from_best, fit.fisher_information, from_best)
    assert abs(np.mean(lengths) - 5) <= 4 * np.sqrt(10 / lengths.size)


def test_the_same_generator_gives_the_same_draws():
    fit = calibrate(BlackScholes, surface_of(BlackScholes(volatility=0.2)))
    first, second = (draw_model(fit, np.random.default_rng(3)) for _ in range(2))
    assert first == second != draw_model(fit, np.random.default_rng(4))


def test_what_quotes_leave_undetermined_is_not_drawn():
    fit = calibrate(RoughHeston, surface_of(TRUTH), fixed={"mean_reversion": 0.3})
    blind = fit.fisher_information.copy()
    blind[0], blind[:, 0] = 0.0, 0.0
    with pytest.raises(CalibrationError, match="fix some"):
        draw_model(replace(fit, fisher_information=blind), np.random.default_rng(1))
