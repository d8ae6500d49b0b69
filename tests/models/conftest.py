"""A smile's formula at 40 digits, and its derivatives: the oracle of smiles that are formulas."""

from dataclasses import asdict
from functools import partial

import mpmath
import numpy as np
import pytest


@pytest.fixture
def check_against():
    """Hold volatilities and gradient against ``formula(k, maturity, **parameters)`` in mpmath."""

    def check(model, formula, k, maturity, relative):
        found = model.sensitivities(k, maturity)
        assert found.parameters == model.parameters == tuple(asdict(model))
        with mpmath.workdps(40):
            exact = {name: mpmath.mpf(value) for name, value in asdict(model).items()}
            maturity = mpmath.mpf(maturity)
            strikes = [mpmath.mpf(float(x)) for x in k]
            volatility = [formula(x, maturity, **exact) for x in strikes]

            def changed(name, x, value):
                return formula(x, maturity, **{**exact, name: value})

            gradient = [
                [mpmath.diff(partial(changed, name, x), value) for x in strikes]
                for name, value in exact.items()
            ]
        volatility, gradient = np.array(volatility, float), np.array(gradient, float)
        assert np.all(np.abs(found.implied_volatility - volatility) <= relative * volatility)
        size = np.abs(gradient).max(axis=1, keepdims=True)
        assert np.all(np.abs(found.volatility_gradient - gradient) <= relative * size)

    return check
