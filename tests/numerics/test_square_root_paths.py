"""Quadratic-exponential steps against the noncentral chi-squared law, and martingales."""

import math

import numpy as np
import pytest
from scipy.stats import ncx2

from rmot.numerics.square_root_paths import quadratic_exponential_paths

_PATHS = 2**16
# what four standard errors are exceeded by once in 16 000 draws
_ERRORS = 4.0


def antithetic(seed, steps):
    half = np.random.default_rng(seed).standard_normal((_PATHS // 2, steps))
    return np.concatenate([half, -half])


def within(sample, wanted):
    """Whether the mean of antithetic samples is the wanted number within standard errors."""
    pairs = 0.5 * (sample[: _PATHS // 2] + sample[_PATHS // 2 :])
    error = pairs.std(ddof=1) / math.sqrt(pairs.size)
    return abs(pairs.mean() - wanted) <= _ERRORS * error + 1e-12


@pytest.mark.parametrize("numbers", [(1.0, 0.5, 1.0, 1.0), (0.04, 1.0, 0.3, 0.02)])
@pytest.mark.parametrize("steps", [1, 8])
def test_the_first_two_moments_are_those_of_the_noncentral_chi_squared_law(numbers, steps):
    initial, vol_of_vol, reversion, drift = numbers
    maturity = 0.7
    scale = vol_of_vol**2 * -math.expm1(-reversion * maturity) / (4.0 * reversion)
    law = ncx2(
        4.0 * drift / vol_of_vol**2, initial * math.exp(-reversion * maturity) / scale, scale=scale
    )
    end = quadratic_exponential_paths(numbers, maturity, antithetic(1, steps), np.empty(0))[0]
    assert np.all(end >= 0.0)
    assert within(end, law.mean())
    assert within((end - law.mean()) ** 2, law.var())


@pytest.mark.parametrize("numbers", [(1.0, 0.8, 0.5, 0.5), (1.0, 2.0, -0.2, 0.1)])
def test_corrected_exponentials_have_mean_one(numbers):
    tilts = np.array([-0.4, 0.1])
    _, total, along, corrections = quadratic_exponential_paths(
        numbers, 2.0, antithetic(2, 8), tilts
    )
    logs = along[:, None] * tilts - 0.5 * total[:, None] * tilts**2 + corrections
    for i in range(tilts.size):
        assert within(np.exp(logs[:, i]), 1.0)
