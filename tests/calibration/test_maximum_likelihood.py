"""Parameters that made the quotes are found again, with the errors that the scatter shows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from rmot.calibration import Fit, calibrate
from rmot.errors import CalibrationError, DataError, ParameterError
from rmot.market import DataSource, FilterReport, OptionSurface, ParityFit, Smile
from rmot.models import BlackScholes, RoughHeston

TRUTH = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.4,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.06,
)
MATURITIES = (0.08, 0.25, 0.5)


def surface_of(model, maturities=MATURITIES, strikes=15, spread=0.002, noise=None):
    slices = []
    for maturity in maturities:
        width = 1.8 * 0.2 * np.sqrt(maturity)
        k = np.linspace(-width, 0.7 * width, strikes)
        middle = model.implied_volatility(k, maturity)
        if noise is not None:
            middle = middle + noise.normal(0, spread / 2, strikes)
        nothing = np.full(strikes, np.nan)
        slices.append(
            Smile(
                expiry=date(2030, 1, 1),
                settlement="PM",
                maturity=maturity,
                forward=1.0,
                discount_factor=1.0,
                strike=np.exp(k),
                log_moneyness=k,
                bid_price=nothing,
                ask_price=nothing,
                call_price=nothing,
                bid_volatility=middle - spread / 2,
                ask_volatility=middle + spread / 2,
                implied_volatility=middle,
                parity=ParityFit.__new__(ParityFit),
            )
        )
    return OptionSurface(
        "TEST",
        datetime(2029, 1, 1, tzinfo=UTC),
        tuple(slices),
        FilterReport(()),
        DataSource("test", "0" * 64, "unregistered"),
    )


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
        '{"format": "rmot fit 1", "model": {"name": "RoughHeston"}}'
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
        ({"hurst": 0.7}, (ParameterError, CalibrationError), "hurst|none of the trial"),
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
