"""The study of one spread's smile: what is matched is met, and correlations give prices back."""

import math

import numpy as np
import pytest

from rmot.numerics.bachelier import bachelier_call
from rmot.spread.alpha.bilog import bilog_spread_call
from rmot.studies.spread_smiles import controls, matched, smiles


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
