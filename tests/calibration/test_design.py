"""Designs of quotes: their information against finite differences and closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.calibration.coordinates import COORDINATES
from rmot.calibration.design import (
    NORMAL_95,
    SMALLEST_PRICE,
    Design,
    designed_smiles,
    price_noise,
    required_strikes,
    smile_gradient,
    standard_errors,
    standardised_jacobian,
    volatility_noise,
)
from rmot.calibration.information import (
    cramer_rao_errors,
    fisher_information,
)
from rmot.errors import CalibrationError, ParameterError
from rmot.models import BlackScholes, RoughHeston

MODEL = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.28,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.05,
)
DESIGN = Design(9, 0.15, (0.1, 0.4), volatility_noise(0.002))
FLAT = BlackScholes(volatility=0.2)


def test_kept_gradients_are_the_model_s_and_cannot_be_altered():
    k = np.linspace(-0.1, 0.1, 5)
    found = smile_gradient(MODEL, k, 0.1)
    assert smile_gradient(replace(MODEL), k.copy(), 0.1) is found
    for other in (
        smile_gradient(replace(MODEL, hurst=0.2), k, 0.1),
        smile_gradient(MODEL, 1.01 * k, 0.1),
        smile_gradient(MODEL, k, 0.11),
    ):
        assert not np.any(other.volatility_gradient == found.volatility_gradient)
    with pytest.raises(ValueError, match="read-only"):
        found.volatility_gradient[:] = 0.0


def test_jacobian_is_that_of_finite_differences():
    smiles = designed_smiles(MODEL, DESIGN)
    found = standardised_jacobian(MODEL, smiles, MODEL.parameters)

    def moved(name, step):
        coordinate = COORDINATES[name]
        value = coordinate.back(coordinate.to(getattr(MODEL, name)) + step)
        model = replace(MODEL, **{name: value})
        return np.concatenate(
            [
                model.implied_volatility(smile.log_moneyness, smile.maturity, tolerance=1e-13)
                for smile in smiles
            ]
        )

    def differences(name, step):
        return (moved(name, step) - moved(name, -step)) / (2 * step) / 0.002

    for column, name in enumerate(MODEL.parameters):
        coarse, fine = differences(name, 2e-3), differences(name, 1e-3)
        # central differences err by c h^2: the two steps tell c, and remove it
        extrapolated = fine + (fine - coarse) / 3
        truncation = np.abs(fine - coarse).max() / 3
        # vegas here exceed 0.005, so prices to 1e-13 are volatilities to 2e-11
        rounding = 4e-11 / 1e-3 / 0.002
        assert np.abs(found[:, column] - extrapolated).max() < 0.01 * truncation + rounding, name


def test_noise_in_price_weighs_price_gradients():
    deviation = 3e-4
    free = ("hurst", "correlation")
    design = replace(DESIGN, noise=price_noise(deviation))
    found = standardised_jacobian(MODEL, designed_smiles(MODEL, design), free)
    rows = [MODEL.parameters.index(name) for name in free]
    slopes = np.array([[1.0], [1 - MODEL.correlation**2]])
    expected = np.concatenate(
        [
            (
                MODEL.sensitivities(design.log_moneyness(t), t, tolerance=1e-13).price_gradient[
                    rows
                ]
                * slopes
            ).T
            for t in design.maturities
        ]
    )
    assert found == pytest.approx(expected / deviation, rel=1e-9, abs=1e-9)


def test_noise_may_depend_on_the_price():
    half_spread = price_noise(lambda price: 0.01 * price)
    assert half_spread(np.array([0.1, 0.2]), np.array([0.5, 0.4])).tolist() == [0.002, 0.005]


def test_mean_of_a_flat_volatility_has_the_textbook_error():
    design = replace(DESIGN, noise=volatility_noise(0.01), strikes=25)
    errors = standard_errors(FLAT, designed_smiles(FLAT, design), ("volatility",))
    assert errors["volatility"] == pytest.approx(0.01 / math.sqrt(50), rel=1e-9)


@given(st.integers(2, 40))
def test_replicated_quotes_divide_errors_by_the_root_of_their_number(copies):
    jacobian = np.random.default_rng(4).standard_normal((7, 4))
    once, often = cramer_rao_errors(jacobian), cramer_rao_errors(np.tile(jacobian, (copies, 1)))
    assert often * math.sqrt(copies) == pytest.approx(once, rel=1e-12)


def test_straight_line_has_the_textbook_errors():
    x = np.linspace(-1.0, 3.0, 41)
    errors = cramer_rao_errors(np.column_stack([np.ones_like(x), x]))
    spread = np.sum((x - x.mean()) ** 2)
    assert errors[1] == pytest.approx(spread**-0.5, rel=1e-12)
    assert errors[0] == pytest.approx((1 / len(x) + x.mean() ** 2 / spread) ** 0.5, rel=1e-12)


def test_errors_are_the_roots_of_the_covariance():
    jacobian = standardised_jacobian(MODEL, designed_smiles(MODEL, DESIGN), MODEL.parameters)
    covariance = np.linalg.inv(fisher_information(jacobian))
    condition = np.linalg.cond(jacobian) ** 2
    assert cramer_rao_errors(jacobian) == pytest.approx(
        np.sqrt(np.diag(covariance)), rel=10 * condition * np.finfo(float).eps
    )


@pytest.mark.parametrize(
    "jacobian",
    [
        np.ones((2, 3)),
        np.column_stack([np.arange(5.0), 2 * np.arange(5.0)]),
        np.column_stack([np.arange(5.0), np.zeros(5)]),
        np.column_stack([np.arange(5.0), np.full(5, np.nan)]),
    ],
)
def test_undetermined_parameters_are_refused(jacobian):
    with pytest.raises(CalibrationError, match="expected"):
        cramer_rao_errors(jacobian)


@given(st.floats(1e-3, 0.02))
def test_strikes_that_a_flat_volatility_needs(precision):
    # 1.96 s / sqrt(m) <= precision
    needed = (NORMAL_95 * 0.02 / precision) ** 2
    design = Design(20, 0.1, (0.25,), volatility_noise(0.02))
    arguments = (FLAT, design, ("volatility",), precision, "volatility")
    found = required_strikes(*arguments, most=2000)
    assert found is not None
    assert needed * (1 - 1e-9) <= found < needed * (1 + 1e-9) + 1
    assert required_strikes(*arguments, most=found - 1 or 1) == (1 if found == 1 else None)


def test_required_strikes_suffice_and_one_less_does_not():
    design = Design(50, 0.2, (1 / 12,), volatility_noise(0.002))
    free = MODEL.parameters[:4]
    found = required_strikes(MODEL, design, free, 0.05)
    assert found is not None
    widths = [
        NORMAL_95
        * standard_errors(MODEL, designed_smiles(MODEL, replace(design, strikes=strikes)), free)[
            "hurst"
        ]
        for strikes in (found - 1, found)
    ]
    assert widths[1] <= 0.05 < widths[0]


def test_few_strikes_priced_at_once_tell_what_they_tell_by_themselves():
    free = MODEL.parameters[:2]
    design = replace(DESIGN, half_width=0.3)
    found = required_strikes(MODEL, design, free, 0.05)
    widths = {}
    for strikes in range(1, 51):
        try:
            smiles = designed_smiles(MODEL, replace(design, strikes=strikes))
            widths[strikes] = NORMAL_95 * standard_errors(MODEL, smiles, free)["hurst"]
        except CalibrationError:
            continue
    assert found == min(strikes for strikes, width in widths.items() if width <= 0.05)


def test_what_is_too_cheap_is_not_quoted():
    design = Design(11, 1.0, (0.05,), volatility_noise(0.01))
    (smile,) = designed_smiles(FLAT, design)
    k = design.log_moneyness(0.05)
    price = FLAT.call_price(k, 0.05) + np.expm1(np.minimum(k, 0.0))
    assert smile.log_moneyness.tolist() == k[price > SMALLEST_PRICE].tolist()
    assert 0 < smile.log_moneyness.size < k.size


def test_range_may_grow_with_the_root_of_maturity():
    design = replace(DESIGN, per_root_year=True, half_width=0.4)
    assert design.log_moneyness(0.25)[[0, -1]].tolist() == [-0.2, 0.2]
    assert replace(design, strikes=1).log_moneyness(0.25).tolist() == [0.0]


@pytest.mark.parametrize(
    "wrong", [{"strikes": 0}, {"half_width": 0.0}, {"maturities": ()}, {"maturities": (0.1, 0.0)}]
)
def test_empty_designs_are_refused(wrong):
    with pytest.raises(ParameterError, match="expected"):
        replace(DESIGN, **wrong)


def test_parameters_of_another_model_are_refused():
    with pytest.raises(ParameterError, match="volatility"):
        standard_errors(MODEL, designed_smiles(MODEL, DESIGN), ("volatility",))
