"""Correlation given shared factors: errors have the form that loadings and noise give them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paper.quantities import shared_factors
from rmot.calibration.design import Design, volatility_noise
from rmot.calibration.factors.design import correlation_error, standardised_jacobian
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.studies.shared_factors import errors_by_gap, index_fit, models
from rmot.studies.study import Config

SMALL = Design(9, 0.5, (0.25,), volatility_noise(0.002), per_root_year=True)


def test_derivatives_are_those_of_a_rough_heston_law_scaled_by_its_loading():
    # one factor: an asset is rough Heston with V0 = a^2, nu = a nu_0, and d/da by the chain rule
    factor = models.two_assets("generic", 0.2).factors[0]
    assert isinstance(factor, VarianceFactor)
    assets = RoughFactorModel([[0.2], [0.1]], [factor])
    jacobian = standardised_jacobian(assets, SMALL, models.free_numbers(assets, known=True))
    law = factor.loaded(0.2)
    k = SMALL.log_moneyness(0.25)
    found = law.sensitivities(k, 0.25, tolerance=1e-13)
    by = dict(zip(found.parameters, found.volatility_gradient, strict=True))
    slope = (
        by["vol_of_vol"] * factor.vol_of_vol
        + by["initial_variance"] * 2 * 0.2 * factor.initial_variance
        + by["long_run_variance"] * 2 * 0.2 * factor.long_run_variance
    )
    assert jacobian[: k.size, 0] == pytest.approx(slope / 0.002, rel=1e-7)
    assert not jacobian[: k.size, 1].any()


def test_twice_the_noise_is_twice_the_error_and_four_times_the_quotes_near_half():
    model = models.two_assets("generic", 0.1)
    free = models.free_numbers(model, known=True)
    once = correlation_error(model, SMALL, free, 0.5)
    noisy = replace(SMALL, noise=volatility_noise(0.004))
    assert correlation_error(model, noisy, free, 0.5) == pytest.approx(2 * once, rel=1e-9)
    # strikes evenly spaced: the sum is an integral up to the trapezium's error
    more = replace(SMALL, strikes=4 * (SMALL.strikes - 1) + 1)
    ratio = correlation_error(model, more, free, 0.5) / once
    assert ratio == pytest.approx(np.sqrt(SMALL.strikes / more.strikes), rel=0.2)


def test_without_a_gap_symmetric_loadings_leave_no_information_and_generic_ones_do():
    for loadings, infinite in (("symmetric", True), ("generic", False)):
        model = models.two_assets(loadings, 0.0)
        error = correlation_error(model, SMALL, models.free_numbers(model, known=True), 0.5)
        assert np.isinf(error) == infinite


def test_numbers_say_what_the_table_holds():
    rows = [
        (loadings, factors, gap, error)
        for factors, scale in (("known", 1.0), ("estimated", 3.0))
        for loadings, gap, error in (
            ("generic", 0.02, scale * 0.1),
            ("generic", 0.0, scale * 0.11),
            ("symmetric", 0.01, scale * 0.4),
            ("symmetric", 0.02, scale * 0.2),
            ("symmetric", 0.0, np.inf),
        )
    ]
    table = pd.DataFrame(rows, columns=["loadings", "factors", "gap", "error"])
    table = table.assign(quotes=300, **models.source())
    made = {number.macro: number for number in shared_factors.errors_by_gap(table)}
    assert made["GapLeast"].value == 0.01
    assert made["GapGenericEstimated"].value == pytest.approx(0.33)
    assert made["GapSymmetricKnownExponent"].text == "-1.00"
    assert made["GapSymmetricInfinite"].value == 2


def test_the_study_has_a_row_for_each_case():
    # the smallest of all profiles, on one design for all
    table = errors_by_gap.run(Config("quick"))
    assert len(table) == 2 * 2 * len(errors_by_gap.GAPS["quick"])
    known = table.query("factors == 'known' and gap > 0 and loadings == 'symmetric'")
    slopes = np.diff(np.log(known["error"])) / np.diff(np.log(known["gap"]))
    # leading order in the gap, whose square is the next term
    assert slopes[-1] == pytest.approx(-1.0, abs=0.05)


def test_a_table_of_optima_prints_a_line_each():
    table = pd.DataFrame(
        {
            "factors": [1, 2],
            "optimum": [1, 1],
            "chi_squared": [1234.5, 99.1],
            "correlation": [1.0, 0.78],
            "error": [7e-15, np.nan],
            "rms_spx": [0.0454, np.nan],
            "rms_ndx": [0.0196, np.nan],
        }
    )
    text = index_fit.printed(table)
    assert "0.780" in text
    assert "4.54" in text
    assert "e-15" not in text
