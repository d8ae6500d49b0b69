"""The normal factor model against simulation, its parts and one dimension."""

import math

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import NormalFactorModel, VarianceFactor

FACTOR = VarianceFactor(
    hurst=0.5,
    vol_of_vol=1.5,
    correlation=-0.5,
    initial_variance=1.0,
    mean_reversion=0.1,
    long_run_variance=1.0,
)
OTHER = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 0.8, "correlation": 0.3})
RESIDUAL = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 0.0})
RATES = NormalFactorModel(
    [[0.004, 0.001, 0.0005], [0.003, -0.001, 0.0], [0.001, 0.001, 0.002]],
    [FACTOR, OTHER, RESIDUAL],
)


def test_spreads_are_priced_as_simulated():
    maturity, strikes = 2.0, np.array([-0.003, 0.0, 0.004])
    prices = RATES.simulate([maturity], 2**16, seed=9, sampling="antithetic", steps=48)[:, 0]
    spread = prices[:, 0] - prices[:, 1] + 0.001
    found = RATES.spread(0, 1).options(strikes, maturity, forward=0.001)
    for k, call, digital in zip(strikes, found.call, found.digital, strict=True):
        for sample, wanted in ((np.maximum(spread - k, 0.0), call), (spread > k, digital)):
            pairs = sample.astype(float).reshape(-1, 2).mean(axis=1)
            assert abs(pairs.mean() - wanted) <= 4.0 * pairs.std() / math.sqrt(pairs.size)


def test_variances_of_combinations_are_those_of_the_loadings():
    mean = np.array([f.integrated_moments(1.5).mean for f in RATES.factors])
    covariance = (RATES.loadings * mean) @ RATES.loadings.T
    weights = np.array([1.0, -2.0, 0.5])
    assert RATES.combination(weights).variance(1.5) == pytest.approx(weights @ covariance @ weights)
    assert RATES.marginal(2).variance(1.5) == pytest.approx(covariance[2, 2])


def test_bad_combinations_are_refused():
    with pytest.raises(ParameterError, match="from 0 to 2"):
        RATES.marginal(3)
    with pytest.raises(ParameterError, match="3 weights"):
        RATES.combination([1.0, 2.0])
    with pytest.raises(ParameterError, match="all 0"):
        RATES.spread(1, 1)
    with pytest.raises(ParameterError, match="shape"):
        NormalFactorModel([[1.0, 2.0]], [FACTOR])
