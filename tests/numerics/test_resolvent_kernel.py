"""The kernel that holds the reversion, against Mittag-Leffler's series in many digits."""

import mpmath
import numpy as np
import pytest

from rmot.numerics.resolvent_kernel import resolvent_kernel


@pytest.mark.parametrize("alpha", [0.51, 0.6, 0.999, 1.0])
@pytest.mark.parametrize("reversion", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("integrals", [0, 1, 2])
def test_kernel_is_the_series(alpha, reversion, integrals):
    times = np.array([1e-4, 0.1, 2.0])
    found = resolvent_kernel(times, alpha, reversion, integrals)
    with mpmath.workdps(60):
        for time, value in zip(times, found, strict=True):
            x = -mpmath.mpf(reversion) * mpmath.mpf(time) ** mpmath.mpf(alpha)
            order = mpmath.mpf(alpha) + integrals
            series = sum(x**n / mpmath.gamma(n * mpmath.mpf(alpha) + order) for n in range(300))
            exact = float(series * mpmath.mpf(time) ** (order - 1))
            # of 28 terms as large as exp(28 * 0.171) rounding leaves this share
            scale = time ** (alpha + integrals - 1)
            assert value == pytest.approx(exact, abs=28 * 120 * 2.2e-16 * scale)


def test_integrals_are_zero_at_zero():
    assert np.array_equal(resolvent_kernel([0.0, 0.0], 0.6, 1.0, 2), [0.0, 0.0])
