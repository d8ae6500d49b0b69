"""Smiles of one known square-root variance give its observables back."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import Heston
from rmot.models.normal_law import NormalHeston
from rmot.spread.alpha import square_root_observables
from rmot.spread.alpha.calibration import fit_spread_smile, fit_vanilla_smile

# volatilities are good to 1e-7; the wings that tell the third number are a thousandth of them
FOUND = 1e-4


def test_a_vanilla_smile_gives_its_own_observables():
    model = Heston(
        vol_of_vol=0.5,
        correlation=-0.6,
        initial_variance=0.04,
        mean_reversion=0.1,
        long_run_variance=0.06,
    )
    k = np.linspace(-0.3, 0.3, 9)
    fit = fit_vanilla_smile(k, model.implied_volatility(k, 0.5), 0.5, 0.1, long_run_ratio=1.5)
    np.testing.assert_allclose(
        fit.observables, square_root_observables(0.04, 0.5, -0.6), rtol=FOUND
    )
    assert fit.root_mean_square_error < 1e-6


def test_a_spread_smile_gives_its_own_observables():
    model = NormalHeston(
        vol_of_vol=0.4,
        correlation=0.3,
        initial_variance=0.09,
        mean_reversion=0.1,
        long_run_variance=0.09,
    )
    strikes = 0.2 + np.linspace(-0.4, 0.4, 9)
    quoted = model.options(strikes, 0.5, forward=0.2).volatility
    fit = fit_spread_smile(strikes, quoted, 0.5, 0.1, forward=0.2)
    np.testing.assert_allclose(fit.observables, square_root_observables(0.09, 0.4, 0.3), rtol=FOUND)


def test_weights_choose_what_is_fitted():
    k = np.linspace(-0.2, 0.2, 7)
    bent = 0.2 + k**2 + np.where(np.abs(k) > 0.15, 0.05, 0.0)
    inner = (np.abs(k) < 0.15).astype(float)
    fit = fit_vanilla_smile(k, bent, 0.5, 0.1, weights=inner)
    assert fit.root_mean_square_error < np.sqrt(np.mean((fit.volatility - bent) ** 2))


@pytest.mark.parametrize(
    ("volatility", "said"),
    [
        ([0.2, 0.2], "of one shape"),
        ([0.2, np.nan, 0.2], "positive volatilities"),
        ([0.2, -0.2, 0.2], "positive volatilities"),
    ],
)
def test_a_smile_is_volatilities_at_strikes(volatility, said):
    with pytest.raises(ParameterError, match=said):
        fit_vanilla_smile([-0.1, 0.0, 0.1], volatility, 0.5, 0.1)


def test_two_quotes_are_no_smile():
    with pytest.raises(ParameterError, match="at least 3"):
        fit_vanilla_smile([-0.1, 0.1], [0.2, 0.2], 0.5, 0.1)
