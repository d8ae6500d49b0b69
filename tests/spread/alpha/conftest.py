"""Alpha models that several tests share."""

import math

import pytest

from rmot.models import RoughFactorModel, VarianceFactor


def factor(vol_of_vol, correlation, reversion=0.1, variance=1.0):
    return VarianceFactor(
        hurst=0.5,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=variance,
        mean_reversion=reversion,
        long_run_variance=variance,
    )


@pytest.fixture(name="make_factor")
def fixture_make_factor():
    return factor


@pytest.fixture
def example():
    """Section 2.1 of source 004: S_1 and S_2 with opposite residuals."""
    own = math.sqrt(5e-4)
    loadings = [[0.07, 0.06, 0.03, 0.02, own], [0.07, 0.06, 0.03, 0.02, -own]]
    return RoughFactorModel(loadings, [factor(2.0, -0.5)] * 4 + [factor(0.0, 0.0)])
