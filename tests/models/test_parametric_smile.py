"""What SABR, SVI and SSVI have in common: the protocol, parity, and what they refuse."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot import models
from rmot.calibration.coordinates import COORDINATES
from rmot.errors import ParameterError
from rmot.models import SABR, SSVI, SVI, BlackScholes, SmileModel, TerminalLaw
from rmot.numerics import black_otm

SMILES = {
    "SABR": SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.8, correlation=-0.6),
    "SVI": SVI(
        minimum_total_variance=0.02,
        wing_slope=0.1,
        correlation=-0.6,
        translation=0.05,
        smoothness=0.1,
    ),
    "SSVI": SSVI(
        initial_variance=0.03,
        mean_reversion=1.2,
        long_run_variance=0.06,
        correlation=-0.7,
        curvature=1.1,
        curvature_decay=0.4,
    ),
}
CLOSED_BELOW = {
    "lognormal_vol_of_vol",
    "wing_slope",
    "mean_reversion",
    "long_run_variance",
    "elasticity",
}
METHODS = ("implied_volatility", "call_price", "sensitivities")
NOT_NUMBERS = [math.nan, math.inf, -math.inf, "0.1", [0.1], 1j]


@pytest.fixture(params=SMILES.values(), ids=list(SMILES))
def smile(request):
    return request.param


def test_smiles_are_smile_models_and_no_laws(smile):
    assert isinstance(smile, SmileModel)
    assert not isinstance(smile, TerminalLaw)
    assert isinstance(BlackScholes(volatility=0.2), SmileModel)


def test_a_smile_is_made_again_from_its_name_and_parameters(smile):
    assert getattr(models, type(smile).__name__)(**asdict(smile)) == smile


def test_every_parameter_but_the_elasticity_has_coordinates_that_hold_its_value(smile):
    for name, value in asdict(smile).items():
        if name == "elasticity":
            continue
        coordinate = COORDINATES[name]
        assert coordinate.lower < value < coordinate.upper
        assert math.isclose(coordinate.back(coordinate.to(value)), value)


@pytest.mark.parametrize(
    ("smile", "name"), [(smile, name) for smile in SMILES.values() for name in asdict(smile)]
)
def test_parameters_out_of_domain_are_refused_by_name(smile, name):
    bad = [*NOT_NUMBERS]
    if name in ("correlation", "curvature_decay", "elasticity"):
        bad.append(1.0000001)
    if name != "translation":
        bad.append(-1e-9 if name in CLOSED_BELOW else -1.0 if name == "correlation" else 0.0)
    for value in bad:
        with pytest.raises(ParameterError, match=f"{name} must lie in"):
            replace(smile, **{name: value})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [[], [math.nan], [0.0, math.inf]])
def test_bad_strikes_are_refused(smile, method, k):
    with pytest.raises(ParameterError, match="log_moneyness must"):
        getattr(smile, method)(k, 1.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("maturity", [0.0, -1.0, math.nan, math.inf])
def test_bad_maturities_are_refused(smile, method, maturity):
    with pytest.raises(ParameterError, match="maturity must lie in"):
        getattr(smile, method)([0.0], maturity)


def test_shapes_are_those_of_the_strikes(smile):
    k = np.linspace(-0.3, 0.3, 6).reshape(2, 3)
    assert smile.implied_volatility(k, 0.5).shape == smile.call_price(k, 0.5).shape == (2, 3)
    assert smile.implied_volatility(0.0, 0.5).shape == smile.call_price(0.0, 0.5).shape == ()
    found = smile.sensitivities(k, 0.5)
    assert found.volatility_gradient.shape == (len(smile.parameters), 6)
    assert np.array_equal(found.implied_volatility, smile.implied_volatility(k, 0.5).ravel())
    assert np.array_equal(found.call_price, smile.call_price(k, 0.5).ravel())


@pytest.mark.parametrize("name", list(SMILES))
@settings(deadline=None)
@given(k=st.floats(-1.5, 0.8), maturity=st.floats(0.01, 2.0))
def test_puts_and_calls_are_in_parity(name, k, maturity):
    smile = SMILES[name]
    call = float(smile.call_price(k, maturity))
    otm = float(black_otm(k, smile.implied_volatility(k, maturity), maturity))
    assert math.isclose(call, otm + max(-math.expm1(k), 0.0), rel_tol=0, abs_tol=4e-16)


def test_price_gradients_are_differences_of_prices(smile):
    k, maturity, h = np.linspace(-0.4, 0.3, 8), 0.5, 1e-5
    found = smile.sensitivities(k, maturity)
    for row, name in zip(found.price_gradient, found.parameters, strict=True):
        if name == "elasticity":
            continue
        middle = getattr(smile, name)
        above, below = (
            replace(smile, **{name: middle * (1 + sign * h)}).call_price(k, maturity)
            for sign in (1, -1)
        )
        # h^2 of the third derivative, and rounding over h
        allowed = 1e-9 * (1 + np.abs(row * middle)) / abs(middle)
        assert np.all(np.abs((above - below) / (2 * h * middle) - row) <= allowed)
