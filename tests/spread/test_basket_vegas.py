"""Derivatives of baskets in their factors' parameters, against those of Fourier inversion."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import basket_vegas, two_asset_call

MATURITY = 0.5
FACTORS = [
    VarianceFactor(
        hurst=0.1,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.5,
        long_run_variance=0.05,
    ),
    VarianceFactor(
        hurst=0.5,
        vol_of_vol=0.5,
        correlation=0.0,
        initial_variance=0.02,
        mean_reversion=1.5,
        long_run_variance=0.03,
    ),
]
PAIR = RoughFactorModel([[1.0, 0.3], [0.8, -0.4]], FACTORS)
WEIGHTS, STRIKES = [0.6, 0.4], [0.9, 1.1]
NAMES = ("hurst_0", "vol_of_vol_0", "initial_variance_0", "long_run_variance_1")


def test_vegas_of_two_assets_are_those_of_fourier_inversion():
    found = basket_vegas(PAIR, WEIGHTS, STRIKES, MATURITY, NAMES)
    assert found.parameters == NAMES
    places = [PAIR.parameters.index(name) for name in NAMES]
    exact = np.array(
        [
            two_asset_call(PAIR, WEIGHTS, strike, MATURITY, differentiate=True).gradient[places]
            for strike in STRIKES
        ]
    )
    assert np.all(np.abs(found.vega - exact) <= 5.0 * found.error)
    # chance is small against the vegas that are not
    assert np.all(found.error[:, 2] <= 1e-2 * np.abs(exact[:, 2]))


def test_copies_of_an_asset_have_its_vega():
    copies = RoughFactorModel(np.tile(PAIR.loadings[0], (3, 1)), FACTORS)
    weights = np.full(3, 1.0 / 3.0)
    found = basket_vegas(
        copies, weights, [1.1], MATURITY, ["initial_variance_0"], n_paths=2**8, steps=8
    )
    law = copies.marginal(0)
    slopes = law.sensitivities(np.log([1.1]), MATURITY)
    wanted = slopes.price_gradient[slopes.parameters.index("initial_variance_0")]
    # nothing is left to chance, and the control is exact to 1e-7 in price
    assert np.all(found.error <= 1e-12)
    assert np.all(np.abs(found.vega[0] - wanted) <= 1e-5 * wanted)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loading_0_0", "parameters of factors"),
        ("hurst", "parameters of factors"),
        ("correlation_1", "not 0"),
        ("hurst_1", "hurst must lie"),
    ],
)
def test_parameters_that_cannot_be_moved_are_refused(name, said):
    with pytest.raises(ParameterError, match=said):
        basket_vegas(PAIR, WEIGHTS, STRIKES, MATURITY, [name], n_paths=2**5, steps=4)
