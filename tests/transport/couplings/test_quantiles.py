"""Quantiles from calls against closed forms and against a law made otherwise."""

import numpy as np
import pytest
from scipy.special import ndtri

from rmot.errors import AccuracyError, ParameterError
from rmot.models import BlackScholes, Heston
from rmot.numerics.quantiles import quantiles
from rmot.transport.couplings.quantiles import smile_quantile

LEVELS = np.array([1e-5, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-5])


def test_lognormal_quantiles_in_closed_form():
    s = 0.2 * np.sqrt(0.25)
    found = smile_quantile(BlackScholes(volatility=0.2), 0.25)(LEVELS)
    # a cell is 0.04 deviations wide, its middle off by the square of that over 24
    assert np.log(found) == pytest.approx(s * ndtri(LEVELS) - s**2 / 2, abs=s * 0.04**2)


def test_skewed_quantiles_are_those_of_the_models_cells():
    model = Heston(
        vol_of_vol=0.5,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=1.0,
        long_run_variance=0.05,
    )
    cells = model.prior(0.5, n_points=4000)
    ours = smile_quantile(model, 0.5)(LEVELS[1:-1])
    theirs = quantiles(cells, LEVELS[1:-1])
    # nodes of the cells are apart by some 1/500 of the range of log-prices
    assert np.log(ours) == pytest.approx(np.log(theirs), abs=4e-3)


def test_quantiles_rise_far_beyond_the_strikes():
    found = smile_quantile(BlackScholes(volatility=0.4), 1.0)(np.array([1e-300, 1e-12, 0.5]))
    assert np.all(np.diff(found) > 0)
    assert found[0] > 0


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="maturity > 0"):
        smile_quantile(BlackScholes(volatility=0.2), 0.0)

    class Wrong:
        def implied_volatility(self, log_moneyness, maturity):
            return np.full(np.shape(log_moneyness), 0.2)

        def call_price(self, log_moneyness, maturity):
            return np.linspace(0.0, 1.0, np.size(log_moneyness))

    with pytest.raises(AccuracyError, match="slopes"):
        smile_quantile(Wrong(), 0.25)
