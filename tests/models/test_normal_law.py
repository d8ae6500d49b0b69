"""Normal square-root prices against mpmath's inversion, Bachelier, parity and simulation."""

import math

import mpmath
import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import NormalHeston, NormalLaw, VarianceFactor
from rmot.numerics.bachelier import bachelier_call, implied_bachelier_deviation

GIVEN = {
    "vol_of_vol": 0.012,
    "correlation": -0.4,
    "initial_variance": 1e-4,
    "mean_reversion": 0.5,
    "long_run_variance": 2e-4,
}
MODEL = NormalHeston(**GIVEN)
SOURCE = NormalHeston(
    vol_of_vol=0.02,
    correlation=-0.5,
    initial_variance=1e-4,
    mean_reversion=0.1,
    long_run_variance=1e-4,
)
K = np.array([-0.03, -0.012, 0.0, 0.004, 0.02])


def log_moment(model, s, maturity):
    """Textbook form of log E exp(s X), in mpmath."""
    nu, rho = mpmath.mpf(model.vol_of_vol), mpmath.mpf(model.correlation)
    kappa = mpmath.mpf(model.mean_reversion)
    drift = kappa - rho * nu * s
    root = mpmath.sqrt(drift**2 - nu**2 * s**2)
    ratio = (drift - root) / (drift + root)
    decay = mpmath.exp(-root * maturity)
    level = (drift - root) / nu**2 * (1 - decay) / (1 - ratio * decay)
    integral = (drift - root) * maturity - 2 * mpmath.log((1 - ratio * decay) / (1 - ratio))
    drift_term = kappa * mpmath.mpf(model.long_run_variance) / nu**2 * integral
    return mpmath.mpf(model.initial_variance) * level + drift_term


def inverted(model, k, maturity, power):
    """E (X - k)^+ for power 2, P(X > k) for power 1."""
    with mpmath.workdps(20):
        line = mpmath.mpf(20)

        def integrand(y):
            s = line + 1j * y
            return mpmath.re(mpmath.exp(log_moment(model, s, maturity) - s * k) / s**power)

        ends = [0, 50, 200, 800, 3000, 12000, 50000, 200000]
        return float(mpmath.quad(integrand, ends) / mpmath.pi)


@pytest.mark.parametrize("model", [MODEL, SOURCE])
@pytest.mark.parametrize("maturity", [1.0, 10.0])
def test_prices_and_digitals_are_the_inversion_at_another_line_and_precision(model, maturity):
    found = model.options(K, maturity)
    for place, k in enumerate(K):
        wanted = inverted(model, k, maturity, 2)
        assert abs(found.call[place] - wanted) <= found.error[place] + 1e-14
        wanted = inverted(model, k, maturity, 1)
        assert abs(found.digital[place] - wanted) <= found.digital_error[place] + 1e-12


def test_the_digital_is_the_slope_of_the_call():
    step = 1e-4
    sides = [MODEL.options(K + shift, 2.0, tolerance=1e-15).call for shift in (-step, step)]
    half = [MODEL.options(K + shift, 2.0, tolerance=1e-15).call for shift in (-step / 2, step / 2)]
    coarse, fine = (sides[0] - sides[1]) / (2 * step), (half[0] - half[1]) / step
    best = (4.0 * fine - coarse) / 3.0
    error = np.abs(best - fine) + 4e-15 / step
    assert np.all(np.abs(MODEL.options(K, 2.0).digital - best) <= error)


@pytest.mark.parametrize("correlation", [-0.99, -0.5, 0.0, 0.9])
def test_calls_less_puts_are_forwards(correlation):
    model = NormalHeston(**{**GIVEN, "correlation": correlation})
    found = model.options(K, 3.0, forward=0.002)
    assert np.all(np.abs(found.call - found.put - (0.002 - K)) <= 1e-16)
    mirrored = NormalHeston(**{**GIVEN, "correlation": -correlation})
    other = mirrored.options(-K, 3.0, forward=-0.002)
    assert np.all(np.abs(found.call - other.put) <= found.error + other.error)
    assert np.all(np.abs(found.digital - (1.0 - other.digital)) <= 1e-9)


def test_without_vol_of_vol_prices_are_bacheliers():
    flat = NormalHeston(**{**GIVEN, "vol_of_vol": 0.0, "long_run_variance": 1e-4})
    found = flat.options(K, 4.0)
    assert np.all(np.abs(found.call - bachelier_call(K, 0.02)) <= found.error + 1e-17)
    assert np.all(np.abs(found.volatility - 0.01) <= 1e-9)


def test_spreads_of_normal_prices_are_normal_prices():
    """Two loadings on the same factor add up; independent factors add variances."""
    one = VarianceFactor(hurst=0.5, **GIVEN)
    whole = NormalLaw((0.5,), (one,)).options(K, 1.0)
    scaled = {**GIVEN, "vol_of_vol": 0.006, "initial_variance": 2.5e-5, "long_run_variance": 5e-5}
    direct = NormalHeston(**scaled).options(K, 1.0)
    assert np.all(np.abs(whole.call - direct.call) <= whole.error + direct.error)
    law = NormalLaw((1.0, -0.7), (one, one))
    u = np.array([30.0, 100.0 - 5j])
    alone = NormalLaw((1.0,), (one,)), NormalLaw((-0.7,), (one,))
    wanted = sum(each.log_characteristic_function(u, 1.0) for each in alone)
    assert np.allclose(law.log_characteristic_function(u, 1.0), wanted, rtol=1e-13, atol=1e-13)
    assert law.variance(1.0) == pytest.approx(1.49 * alone[0].variance(1.0), rel=1e-13)


def test_rough_factors_have_prices_too():
    rough = VarianceFactor(hurst=0.12, **GIVEN)
    law = NormalLaw((1.0,), (rough,))
    found = law.options(K, 1.0)
    assert np.all(np.diff(found.call) < 0.0)
    # E X^2 is twice the integral of all out-of-the-money options by strike
    z, weight = np.polynomial.legendre.leggauss(60)
    ends = np.array([-0.5, -0.1, -0.02, 0.0, 0.02, 0.1, 0.5])
    half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    strikes = (middle[:, None] + half[:, None] * z).ravel()
    options = law.options(strikes, 1.0)
    total = 2.0 * float(np.outer(half, weight).ravel() @ np.minimum(options.call, options.put))
    assert abs(total - law.variance(1.0)) <= 2.0 * np.max(options.error) + 1e-10


def test_implied_deviations_invert_prices():
    k = np.array([-0.05, -1e-9, 0.0, 1e-3, 0.02, 0.1])
    for deviation in (1e-3, 0.01, 0.3):
        price = bachelier_call(np.abs(k), deviation)
        found = implied_bachelier_deviation(k, price)
        known = price > 1e-290
        assert np.all(np.abs(found[known] / deviation - 1.0) <= 1e-10)
    assert np.all(np.isnan(implied_bachelier_deviation([0.1, 0.1], [0.0, -1.0])))


def test_bad_questions_are_refused():
    with pytest.raises(ParameterError, match="correlation"):
        NormalHeston(**{**GIVEN, "correlation": 1.2})
    with pytest.raises(ParameterError, match="maturity"):
        MODEL.options(K, 0.0)
    with pytest.raises(ParameterError, match="finite"):
        MODEL.options([math.nan], 1.0)
    with pytest.raises(ParameterError, match="infinite"):
        SOURCE.law.log_characteristic_function(-200j, 10.0)
    nothing = NormalHeston(**{**GIVEN, "initial_variance": 0.0, "long_run_variance": 0.0})
    with pytest.raises(ParameterError, match="no option"):
        nothing.options(K, 1.0)
