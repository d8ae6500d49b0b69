"""The study of one spread's smile: what is matched is met, and correlations give prices back."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares

from rmot.artifact.files import write_csv
from rmot.errors import DataError
from rmot.numerics.bachelier import bachelier_call
from rmot.spread.alpha.bilog import bilog_spread_call
from rmot.studies.spread_smiles import controls, matched, smiles, wishart_fits


@pytest.fixture(scope="module")
def aim():
    return matched.target(1.0)


def test_sabr_smiles_meet_the_assets_volatilities(aim):
    for i, smile in enumerate(matched.sabr_marginals(aim)):
        found = smile.implied_volatility(aim.log_moneyness[i], 1.0)
        assert np.all(np.abs(found / aim.volatilities[i] - 1.0) <= 1e-6)


def test_all_models_meet_the_spread_at_the_money(aim):
    money = np.array([matched.MONEY])
    pair = matched.sabr_marginals(aim)
    laws = matched.marginal_laws(pair, 1.0)
    found = [
        matched.matched_lognormal(aim)(money)[0],
        matched.matched_normal(aim)(money)[0],
        matched.copula_calls(laws, matched.matched_copula(laws, aim), money)[0],
        matched.copula_calls(laws, matched.matched_copula(laws, aim, 4.0), money)[0],
        matched.matched_bisabr(pair, aim).spread_call(money, 1.0)[0],
    ]
    assert np.all(np.abs(np.array(found) - aim.money_call) <= 1e-6)


def test_the_lognormal_competitor_is_the_bilog(aim):
    k = matched.MONEY + aim.level * np.array([-1.0, 0.0, 1.0])
    calls = matched.matched_lognormal(aim)(k)
    volatilities = aim.volatilities[:, 1]
    rho = smiles._lognormal_correlation(float(calls[1]), float(k[1]), volatilities, 1.0)
    exact = bilog_spread_call(matched.FORWARDS, volatilities, rho, k, 1.0).price
    assert np.all(np.abs(calls - exact) <= 1e-6)


def test_a_price_beyond_all_correlations_has_none(aim):
    call = float(bachelier_call(0.0, 3.0))
    found = smiles._lognormal_correlation(call, matched.MONEY, aim.volatilities[:, 1], 1.0)
    assert math.isnan(found)


def test_every_control_has_a_symbol():
    names = {name for name, *_ in controls._alpha()} | set(controls.BISABR_CORRELATIONS)
    assert names <= set(controls.SYMBOLS)


def test_a_wishart_fit_is_read_back_bit_for_bit(tmp_path):
    free = np.array([-1.47, 0.18, -1.7, -1.5, -1.4, -0.45, -0.1]) + 1e-15 / 3.0
    row = dict(zip(wishart_fits.FREE, free.tolist(), strict=True))
    path = tmp_path / "fits.csv"
    write_csv(path, pd.DataFrame([{"maturity": 1.0, **row, "largest_miss": 2e-5}]))
    law, miss = wishart_fits.read(path, 1.0)
    wanted = wishart_fits.wishart(free)
    for name in ("volatility", "correlation", "initial"):
        assert np.array_equal(getattr(law, name), getattr(wanted, name))
    assert miss == 2e-5
    with pytest.raises(DataError, match="maturity 2"):
        wishart_fits.read(path, 2.0)


def test_errors_of_correlations_are_those_of_the_calls_behind_them(aim):
    strikes = matched.MONEY + aim.level * np.array([-1.0, 0.0, 1.0])
    calls = matched.matched_lognormal(aim)(strikes)
    error = np.array([1e-3, 2e-3, np.nan])
    found = smiles._implied(smiles.Priced("drawn", calls, error, 0.0), aim, strikes)
    moved = found["lognormal_correlation"] - found["lognormal_correlation_error"]
    volatilities = aim.volatilities[:, 1]
    for i in range(2):
        more = bilog_spread_call(matched.FORWARDS, volatilities, moved[i], strikes[i], 1.0).price
        # roots are found to 1e-8 in correlation, a call moves by less than 0.1 of that
        assert abs(float(more) - calls[i] - error[i]) <= 1e-9
    assert math.isnan(found["lognormal_correlation_error"][2])


def test_secants_find_a_root_and_stop_once_it_is_met():
    """Two equations of known root: x^2 + y = 3 and y = x + 1 at (1, 2)."""
    asked = []

    def misses(x):
        asked.append(x)
        return np.array([x[0] ** 2 + x[1] - 3.0, x[1] - x[0] - 1.0])

    slopes = wishart_fits._Slopes(misses)
    found = least_squares(
        slopes.values,
        np.array([0.6, 2.2]),
        jac=slopes.at,  # pyright: ignore[reportArgumentType]
        callback=wishart_fits._stop_when_met,
    )
    assert np.max(np.abs(found.fun)) < wishart_fits._MET
    # the rows of the inverse Jacobian sum to 1 at most: so far a miss moves the root
    assert found.x == pytest.approx([1.0, 2.0], abs=3.0 * wishart_fits._MET)
    assert len(asked) < 3 * found.nfev
