"""Parameters that made the quotes are found again, with the errors that the scatter shows."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from rmot.calibration import Fit, calibrate
from rmot.errors import CalibrationError, DataError, IdentificationWarning, ParameterError
from rmot.models import BlackScholes, ForwardVariance, Heston, RoughHeston
from tests.calibration.surfaces import TRUTH, surface_of


@pytest.fixture(scope="module")
def exact_fit():
    return calibrate(RoughHeston, surface_of(TRUTH), fixed={"mean_reversion": 0.3})


def test_exact_quotes_give_back_their_parameters(exact_fit):
    for name in exact_fit.free:
        # A hundredth of the standard error is what the article accepts as the same number.
        error = abs(getattr(exact_fit.model, name) - getattr(TRUTH, name))
        assert error < exact_fit.standard_errors[name] / 100, name
    assert exact_fit.within_spread == 1.0
    assert exact_fit.root_mean_square_error < 1e-6


def test_fit_survives_its_file_bit_for_bit(exact_fit, tmp_path):
    exact_fit.save(tmp_path / "fit.json")
    back = Fit.load(tmp_path / "fit.json")
    assert back.model == exact_fit.model
    assert back.to_dict() == exact_fit.to_dict()


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "other.json").write_text('{"format": "something"}')
    with pytest.raises(DataError, match="rmot fit"):
        Fit.load(tmp_path / "other.json")
    (tmp_path / "part.json").write_text(
        '{"format": "rmot fit 2", "model": {"name": "RoughHeston"}}'
    )
    with pytest.raises(DataError, match="whole fit"):
        Fit.load(tmp_path / "part.json")


def test_scatter_of_a_flat_volatility_is_its_cramer_rao_error():
    generator = np.random.default_rng(11)
    flat = BlackScholes(volatility=0.2)
    fits = [calibrate(BlackScholes, surface_of(flat, noise=generator)) for _ in range(60)]
    scores = [(fit.model.volatility - 0.2) / fit.standard_errors["volatility"] for fit in fits]
    # Sum of 60 squared standard normals: 99.9% of the mass lies in (30.3, 99.6) (chi-squared).
    assert 30.3 < np.sum(np.square(scores)) < 99.6
    chi_squared = [fit.reduced_chi_squared for fit in fits]
    assert np.mean(chi_squared) == pytest.approx(1, abs=4 * np.sqrt(2 / (44 * 60)))


def test_error_of_the_mean_volatility_is_that_of_an_average():
    fit = calibrate(BlackScholes, surface_of(BlackScholes(volatility=0.2)))
    assert fit.standard_errors["volatility"] == pytest.approx(0.001 / np.sqrt(45), rel=1e-6)


@pytest.mark.parametrize(
    ("fixed", "error", "words"),
    [
        ({"kappa": 1.0}, ParameterError, "kappa"),
        ({"volatility": 0.1}, ParameterError, "volatility"),
    ],
)
def test_impossible_requests_say_so(fixed, error, words):
    with pytest.raises(error, match=words):
        calibrate(RoughHeston, surface_of(TRUTH, strikes=5), fixed=fixed)


def test_everything_fixed_is_refused():
    with pytest.raises(CalibrationError, match="at least one free"):
        calibrate(BlackScholes, surface_of(TRUTH, strikes=3), fixed={"volatility": 0.2})


def test_fewer_quotes_than_parameters_are_refused():
    surface = surface_of(TRUTH, maturities=(0.1,), strikes=4)
    with pytest.raises(CalibrationError, match="at least 6 quotes"):
        calibrate(RoughHeston, surface)


def test_nan_quotes_are_refused():
    surface = surface_of(TRUTH, maturities=(0.1,))
    middle = surface.slices[0].implied_volatility.copy()
    middle[3] = np.nan
    broken = replace(surface, slices=(replace(surface.slices[0], implied_volatility=middle),))
    with pytest.raises(CalibrationError, match="finite"):
        calibrate(RoughHeston, broken, fixed={"mean_reversion": 0.3})


def test_a_curve_is_found_again_with_its_dynamics():
    curve = ForwardVariance((0.1, 0.3, 0.6), (0.03, 0.05, 0.045))
    truth = RoughHeston(
        hurst=0.1,
        vol_of_vol=0.35,
        correlation=-0.7,
        mean_reversion=0.0,
        forward_variance=curve,
    )
    fit = calibrate(
        RoughHeston,
        surface_of(truth),
        fixed={"mean_reversion": 0.0},
        forward_variance_times=curve.times,
    )
    assert fit.free == ("hurst", "vol_of_vol", "correlation", *curve.names)
    for name, expected in zip(curve.names, curve.variances, strict=True):
        assert abs(fit.parameter(name) - expected) < fit.standard_errors[name] / 100
    assert abs(fit.model.hurst - 0.1) < fit.standard_errors["hurst"] / 100


def test_a_fit_on_a_curve_survives_its_file(tmp_path):
    fixed = {"hurst": 0.1, "vol_of_vol": 0.3, "mean_reversion": 0.0}
    fit = calibrate(
        RoughHeston,
        surface_of(TRUTH),
        fixed=fixed,
        forward_variance_times=(0.1, 0.5),
        profile="correlation",
    )
    fit.save(tmp_path / "fit.json")
    back = Fit.load(tmp_path / "fit.json")
    assert back.model == fit.model
    assert back.to_dict() == fit.to_dict()


def test_one_start_near_the_truth_finds_what_the_global_search_finds(exact_fit):
    near = replace(TRUTH, hurst=0.2, vol_of_vol=0.5)
    fit = calibrate(RoughHeston, surface_of(TRUTH), fixed={"mean_reversion": 0.3}, start=near)
    assert len(fit.searches) == 1
    for name in fit.free:
        gap = abs(getattr(fit.model, name) - getattr(exact_fit.model, name))
        assert gap < fit.standard_errors[name] / 50


def test_one_maturity_cannot_tell_speed_from_level_and_says_so():
    surface = surface_of(TRUTH, maturities=(0.25,), strikes=25)
    with pytest.warns(IdentificationWarning, match=r"determine \d of 6 .* hardly .*(kappa|theta)"):
        fit = calibrate(RoughHeston, surface)
    assert fit.effective_dimension < 6
    assert any("hardly determine" in line for line in fit.warnings)


def test_a_parameter_without_any_trace_has_an_infinite_error():
    surface = surface_of(replace(TRUTH, mean_reversion=0.0))
    fixed = {"mean_reversion": 0.0}
    with pytest.warns(IdentificationWarning, match="log theta"):
        fit = calibrate(RoughHeston, surface, fixed=fixed)
    assert np.isinf(fit.standard_errors["long_run_variance"])
    assert fit.standard_errors["hurst"] < 0.1


def test_only_what_is_asked_for_is_free():
    fixed = {"correlation": -0.65, "initial_variance": 0.04, "long_run_variance": 0.06}
    fit = calibrate(
        RoughHeston,
        surface_of(TRUTH),
        free=("hurst", "vol_of_vol"),
        fixed={**fixed, "mean_reversion": 0.3},
    )
    assert fit.free == ("hurst", "vol_of_vol")
    assert fit.model.correlation == -0.65


def test_classical_heston_is_the_rough_model_at_one_half():
    surface = surface_of(TRUTH)
    half = calibrate(RoughHeston, surface, fixed={"hurst": 0.5, "mean_reversion": 1.0})
    classical = calibrate(Heston, surface, fixed={"mean_reversion": 1.0})
    for name in classical.free:
        gap = abs(getattr(half.model, name) - getattr(classical.model, name))
        assert gap < classical.standard_errors[name] / 50


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fixed": {"hurst": 0.1}, "free": ["hurst"]}, "free or fixed"),
        ({"free": ["kappa"]}, "in free"),
        ({"profile": "volatility"}, "free parameter"),
        ({"start": BlackScholes(volatility=0.2)}, "to start from"),
        ({"forward_variance_times": (0.5, 0.1)}, "increasing"),
        ({"fixed": {"initial_variance": 0.04}, "forward_variance_times": (0.5,)}, "in fixed"),
        ({"noise_floor": 0.0}, "noise_floor"),
        ({"starts": 0}, "at least one start"),
        ({"tolerance": 0.0}, "positive tolerance"),
        ({"fixed": {"hurst": 0.7}}, "hurst"),
    ],
)
def test_contradictory_options_say_what_was_expected(options, words):
    with pytest.raises(ParameterError, match=words):
        calibrate(RoughHeston, surface_of(TRUTH, strikes=5), **options)


def test_a_curve_is_refused_where_the_model_has_none():
    with pytest.raises(ParameterError, match="forward-variance curve"):
        calibrate(BlackScholes, surface_of(TRUTH), forward_variance_times=(0.5,))


def test_a_fit_that_ends_on_a_bound_is_an_optimum_of_the_other_parameters():
    truth = RoughHeston(
        hurst=0.012,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.05,
    )
    for seed in range(4):
        surface = surface_of(truth, strikes=10, noise=np.random.default_rng(seed), spread=0.01)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IdentificationWarning)
            fit = calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.3})
        assert fit.distance_to_optimum < 0.01


def test_a_search_that_is_cut_short_is_refused_or_says_so(monkeypatch):
    monkeypatch.setattr("rmot.calibration.search.MOST_STEPS", 2)
    fixed = {"mean_reversion": 0.3}
    start = replace(TRUTH, hurst=0.4, vol_of_vol=1.0)
    with pytest.raises(CalibrationError, match="standard errors from the optimum"):
        calibrate(RoughHeston, surface_of(TRUTH), fixed=fixed, start=start)
    with pytest.warns(IdentificationWarning, match="standard errors from the optimum"):
        fit = calibrate(
            RoughHeston, surface_of(TRUTH), fixed=fixed, start=start, require_convergence=False
        )
    assert fit.distance_to_optimum > 0.01
