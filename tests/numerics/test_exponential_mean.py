"""The mean of an exponential and its slope against quadrature at 30 digits."""

import mpmath
import numpy as np

from rmot.numerics.exponential_mean import exponential_mean, exponential_mean_slope


def test_mean_and_slope_are_those_of_quadrature_on_both_sides_of_the_series():
    x = np.array([-30.0, -3.0, -0.5, -0.4999, -0.1, -1e-8, 0.0, 1e-12, 0.3, 0.4999, 0.5, 2.0, 20.0])
    with mpmath.workdps(30):
        mean = [mpmath.quad(lambda t, v=v: mpmath.exp(v * t), [0, 1]) for v in map(mpmath.mpf, x)]
        slope = [
            mpmath.quad(lambda t, v=v: t * mpmath.exp(v * t), [0, 1]) for v in map(mpmath.mpf, x)
        ]
    assert np.allclose(exponential_mean(x), np.array(mean, float), rtol=4e-16, atol=0)
    # 1 + (x - 1) e^x loses a factor of 8 at 1/2
    assert np.allclose(exponential_mean_slope(x), np.array(slope, float), rtol=4e-15, atol=0)
