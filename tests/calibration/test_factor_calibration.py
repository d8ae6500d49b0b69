"""Loadings and factors from marginals: found again, differentiated exactly, and not to be trusted.

Residuals are compared with central differences, whose error is the curvature times the step squared
and rounding over the step; correlations with the formula for factors of one variance.
"""

from dataclasses import replace

import numpy as np
import pytest

from rmot.calibration import FactorFit, calibrate
from rmot.calibration.factors.correlation_errors import correlation_covariance, correlation_gradient
from rmot.calibration.factors.likelihood import FactorLikelihood
from rmot.calibration.factors.parametrisation import canonical, parametrise_factors
from rmot.calibration.likelihood import Quotes
from rmot.errors import CalibrationError, DataError, IdentificationWarning, ParameterError
from rmot.models import RoughFactorModel, RoughHeston, VarianceFactor
from tests.calibration.surfaces import surface_of

ROUGH = VarianceFactor(
    hurst=0.08,
    vol_of_vol=1.5,
    correlation=-0.7,
    initial_variance=1.0,
    mean_reversion=0.5,
    long_run_variance=1.3,
)
SMOOTH = replace(ROUGH, hurst=0.3, vol_of_vol=1.0, correlation=-0.4, long_run_variance=0.8)
TRUTH = RoughFactorModel([[0.18, 0.08], [0.12, 0.2]], [ROUGH, SMOOTH])
HELD = {"mean_reversion": 0.5}


@pytest.fixture(scope="module")
def surfaces():
    return [surface_of(TRUTH.marginal(i)) for i in range(2)]


@pytest.fixture(scope="module")
def fit(surfaces):
    with pytest.warns(IdentificationWarning):
        return calibrate(RoughFactorModel, surfaces, fixed=HELD, starts=2)


def test_the_model_behind_quotes_without_noise_is_found_again(fit):
    # distances are in standard errors, of which the search leaves distance_to_optimum
    found = dict(zip(fit.model.parameters, fit.model.values, strict=True))
    truth = dict(zip(TRUTH.parameters, TRUTH.values, strict=True))
    for name, error in fit.standard_errors.items():
        assert abs(found[name] - truth[name]) <= 2 * fit.distance_to_optimum * error + 1e-9
    assert fit.distance_to_optimum < 1e-6
    assert fit.correlation(0.5) == pytest.approx(TRUTH.correlation(0.5), abs=1e-8)


def test_another_optimum_fits_almost_as_well_with_another_correlation(fit):
    best, other = fit.optima
    assert other.chi_squared - best.chi_squared < 9.0
    assert abs(other.correlation[0, 1] - best.correlation[0, 1]) > 0.3
    assert "mean correlations" in " ".join(fit.warnings)


def test_derivatives_of_residuals_are_those_of_central_differences(surfaces):
    parametrisation = parametrise_factors(2, 2, {})
    slices = [[Quotes.of(smile) for smile in surface.slices[:1]] for surface in surfaces]
    likelihood = FactorLikelihood(parametrisation, slices, 1e-3)
    point = parametrisation.point(parametrisation.values_of(TRUTH)) + 0.01
    exact = likelihood.jacobian(point)
    step = 1e-3
    for row in range(point.size):
        ends = []
        for sign in (1.0, -1.0):
            moved = point.copy()
            moved[row] += sign * step
            ends.append(likelihood.residuals(moved))
        slope = (ends[0] - ends[1]) / (2 * step)
        # volatilities are good to 3e-7, that is 3e-4 in units of the noise
        assert slope == pytest.approx(exact[:, row], rel=1e-3, abs=3e-4 / step)
    # an asset's residuals do not depend on the other's loadings
    names = parametrisation.free
    of_first = slices[0][0].middle.size
    assert not exact[:of_first, names.index("loading_1_0")].any()
    assert exact[of_first:, names.index("loading_1_0")].all()


def test_the_canonical_model_has_the_same_law():
    flipped = [SMOOTH, replace(ROUGH, correlation=-ROUGH.correlation)]
    other = RoughFactorModel([[0.08, -0.18], [0.2, -0.12]], flipped)
    u = np.array([[1.0 - 0.3j, -0.5], [0.2, 2.0 + 0.1j]])
    same = canonical(other)
    assert same.loadings.tolist() == TRUTH.loadings.tolist()
    assert same.factors == TRUTH.factors
    apart = other.log_characteristic_function(u, 0.5) - TRUTH.log_characteristic_function(u, 0.5)
    assert np.abs(apart).max() < 2e-10


def test_independent_copies_of_the_factors_fit_the_same_quotes_without_correlation(surfaces):
    copies = RoughFactorModel(
        [[0.18, 0.08, 0.0, 0.0], [0.0, 0.0, 0.12, 0.2]], [ROUGH, SMOOTH, ROUGH, SMOOTH]
    )
    for asset, surface in enumerate(surfaces):
        for smile in surface.slices:
            found = copies.marginal(asset).implied_volatility(smile.log_moneyness, smile.maturity)
            assert found == pytest.approx(smile.implied_volatility, abs=6e-7)
    assert copies.correlation(0.5)[0, 1] == 0.0


def test_gradient_of_correlations_is_that_of_the_closed_form():
    # factors with one mean variance: the correlation is that of the rows of loadings
    twins = RoughFactorModel(TRUTH.loadings, [ROUGH, ROUGH])
    parametrisation = parametrise_factors(2, 2, {})
    point = parametrisation.point(parametrisation.values_of(twins))
    gradient = correlation_gradient(parametrisation, point, 0.5)
    a, b = twins.loadings
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    by_first = b / np.prod(lengths) - a * (a @ b) / (lengths[0] ** 3 * lengths[1])
    named = dict(zip(parametrisation.free, gradient[0], strict=True))
    assert [named["loading_0_0"], named["loading_0_1"]] == pytest.approx(by_first, abs=1e-8)
    assert named["vol_of_vol_0"] == pytest.approx(0.0, abs=1e-8)


def test_covariance_of_correlations_is_the_sandwich_of_the_inverse_information():
    generator = np.random.default_rng(3)
    jacobian, gradient = generator.normal(size=(20, 4)), generator.normal(size=(3, 4))
    found = correlation_covariance(gradient, jacobian)
    expected = gradient @ np.linalg.inv(jacobian.T @ jacobian) @ gradient.T
    assert found == pytest.approx(expected, rel=1e-10)


def test_error_is_infinite_along_what_leaves_no_trace():
    jacobian = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    found = correlation_covariance(np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 0.0]]), jacobian)
    assert np.isinf(found[0, 0])
    assert found[1, 1] == pytest.approx(0.2, rel=1e-12)


def test_what_is_saved_is_read_back(fit, tmp_path):
    fit.save(tmp_path / "fit.json")
    read = FactorFit.load(tmp_path / "fit.json")
    assert read.model.values.tolist() == fit.model.values.tolist()
    assert np.array_equal(read.correlation_errors(0.5), fit.correlation_errors(0.5))
    assert (read.free, read.fixed, read.warnings) == (fit.free, fit.fixed, fit.warnings)
    (tmp_path / "bad.json").write_text('{"format": "rmot factor fit 1"}')
    with pytest.raises(DataError, match="whole fit"):
        FactorFit.load(tmp_path / "bad.json")


@pytest.mark.filterwarnings("ignore::rmot.errors.IdentificationWarning")
def test_held_numbers_keep_their_place(surfaces):
    held = {**HELD, "loading_0_1": 0.08, "hurst_0": 0.08}
    fit = calibrate(RoughFactorModel, surfaces, fixed=held, start=TRUTH)
    assert fit.model.loadings[0, 1] == 0.08
    assert fit.model.factors[0].hurst == 0.08
    assert fit.correlation_errors(0.5)[0, 1] < 0.05


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_factors": 0}, "at least one factor"),
        ({"fixed": {"kappa": 0.5}}, "expected names among"),
        ({"starts": 0}, "at least one start"),
        ({"tolerance": 0.0}, "positive tolerance"),
        ({"noise_floor": 0.0}, "positive noise_floor"),
        ({"start_tolerance": 0.0}, "positive start_tolerance"),
        ({"start": TRUTH.select([0])}, r"shape \(2, 2\)"),
    ],
)
def test_bad_arguments_are_named(surfaces, options, message):
    with pytest.raises(ParameterError, match=message):
        calibrate(RoughFactorModel, surfaces, **options)


def test_surfaces_that_do_not_fit_the_model_class_are_refused(surfaces):
    with pytest.raises(ParameterError, match="sequence of surfaces for RoughFactorModel; got one"):
        calibrate(RoughFactorModel, surfaces[0])
    with pytest.raises(ParameterError, match="one surface for RoughHeston; got 2 surfaces"):
        calibrate(RoughHeston, surfaces)
    later = replace(surfaces[1], valuation=surfaces[1].valuation.replace(year=2030))
    with pytest.raises(ParameterError, match="one close; got 2029-01-01, 2030-01-01"):
        calibrate(RoughFactorModel, [surfaces[0], later])
    few = [surface_of(TRUTH.marginal(i), maturities=(0.25,), strikes=3) for i in range(2)]
    with pytest.raises(CalibrationError, match="at least"):
        calibrate(RoughFactorModel, few)
