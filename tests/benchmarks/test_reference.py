"""The reference against mpmath, the closed form of Heston (1993), and QuantLib."""

import math

import mpmath
import numpy as np
import pytest

from benchmarks.black import otm_price, otm_volatility
from benchmarks.methods import CLASSICAL_PEERS
from benchmarks.parameter_sets import Case, drawn
from benchmarks.reference import Parameters, log_characteristic_function, smile


def power_series(parameters, u, maturity, terms=160):
    """log E exp(iuX) by the series of h in t^alpha, 30 digits, and the size of its last term."""
    with mpmath.workdps(30):
        alpha = mpmath.mpf(parameters.hurst) + 0.5
        u = mpmath.mpc(u)
        c0 = -(u * u + 1j * u) / 2
        c1 = 1j * u * parameters.correlation * mpmath.mpf(parameters.vol_of_vol)
        c1 -= parameters.mean_reversion
        c2 = mpmath.mpf(parameters.vol_of_vol) ** 2 / 2
        gamma = [mpmath.gamma(alpha * k + 1) for k in range(terms + 1)]
        h, source = [mpmath.mpc(0)], []
        for k in range(terms):
            square = mpmath.fsum(h[i] * h[k - i] for i in range(k + 1))
            source.append((c0 if k == 0 else 0) + c1 * h[k] + c2 * square)
            h.append(source[k] * gamma[k] / gamma[k + 1])
        level = parameters.mean_reversion * mpmath.mpf(parameters.long_run_variance)
        each = [
            (level * h[k] + parameters.initial_variance * source[k])
            * mpmath.mpf(maturity) ** (alpha * k + 1)
            / (alpha * k + 1)
            for k in range(terms)
        ]
        return complex(mpmath.fsum(each)), float(abs(each[-1]))


@pytest.mark.parametrize("hurst", [0.01, 0.12, 0.4])
@pytest.mark.parametrize(("u", "maturity"), [(0.7 - 0.5j, 0.4), (6.0 - 0.5j, 0.02)])
def test_characteristic_function_is_the_sum_of_its_series(hurst, u, maturity):
    parameters = Parameters(hurst, 0.4, -0.9, 0.04, 1.2, 0.07)
    exact, last = power_series(parameters, u, maturity)
    found = log_characteristic_function(parameters, np.array([u]), maturity)[0]
    assert last < 1e-16 * abs(exact)
    assert abs(found - exact) < 1e-14 * abs(exact)


def heston(parameters, k, maturity):
    """Out-of-the-money price by the closed form of Heston (1993) and mpmath's quadrature."""
    nu, rho, kappa = parameters.vol_of_vol, parameters.correlation, parameters.mean_reversion
    level = kappa * parameters.long_run_variance

    def integrand(v):
        u = mpmath.mpc(v, -0.5)
        beta = kappa - 1j * u * rho * nu
        d = mpmath.sqrt(beta**2 + nu**2 * (u * u + 1j * u))
        g = (beta - d) / (beta + d)
        decay = mpmath.exp(-d * maturity)
        log_phi = parameters.initial_variance * (beta - d) * (1 - decay) / (1 - g * decay)
        log_phi += level * ((beta - d) * maturity - 2 * mpmath.log((1 - g * decay) / (1 - g)))
        return mpmath.re(mpmath.exp(log_phi / nu**2 - 1j * v * k)) / (v * v + 0.25)

    with mpmath.workdps(25):
        edges = [0, 0.5, 1, 2, 4, *range(8, 161, 8)]
        call = 1 - mpmath.exp(mpmath.mpf(k) / 2) / mpmath.pi * mpmath.quad(integrand, edges)
        return float(call if k >= 0 else call - 1 + mpmath.exp(k))


@pytest.mark.parametrize("k", [-0.6, 0.05])
def test_prices_at_one_half_are_those_of_the_closed_form(k):
    parameters = Parameters(0.5, 0.5, -0.7, 0.04, 1.5, 0.06)
    found = smile(parameters, 1.0, np.array([k]))
    assert abs(found.price[0] - heston(parameters, k, 1.0)) < 1e-15


def test_own_strikes_reach_to_the_smallest_price_and_errors_are_small():
    parameters = Parameters(0.5, 1.2, -0.9, 0.02, 0.0, 0.02)
    case = Case("steep", parameters, 10)
    found = smile(parameters, case.maturity)
    ends = found.price[[0, -1]]
    assert np.all((ends > 2e-8) & (ends < 4e-8))
    assert np.max(found.volatility_error) < 1e-9
    peer = CLASSICAL_PEERS[1].prepare(case, found.log_moneyness)(parameters)
    volatility = otm_volatility(peer, found.log_moneyness, case.maturity)
    # rounding of QuantLib's prices, seen through the smallest vega
    assert np.max(np.abs(volatility - found.volatility)) < 1e-9


def test_rough_prices_do_not_depend_on_the_strikes_asked_for():
    parameters = Parameters(0.05, 0.4, -0.9, 0.04, 0.0, 0.04)
    wide = smile(parameters, 0.25, np.array([-0.9, -0.1, 0.0, 0.2]))
    narrow = smile(parameters, 0.25, np.array([-0.1, 0.0]))
    assert np.allclose(wide.price[1:3], narrow.price, rtol=0.0, atol=1e-16)


def test_volatility_inverts_the_black_price():
    k = np.array([-1.0, -0.2, 0.0, 1e-3, 0.7])
    deviation = np.array([0.2, 0.02, 1e-3, 3.0, 0.11])
    found = otm_volatility(otm_price(k, deviation), k, 0.25)
    assert np.allclose(found, 2.0 * deviation, rtol=1e-12)
    assert otm_volatility(np.array([-1e-9]), np.array([0.1]), 1.0)[0] == 0.0
    assert otm_volatility(np.array([1.5]), np.array([0.1]), 1.0)[0] == math.inf


def test_draw_is_seeded_and_inside_its_domain():
    cases = list(drawn(40))
    assert cases == list(drawn(40))
    assert cases[:9] == list(drawn(3))
    assert cases != list(drawn(40, seed=1))
    assert len(cases) == 120
    for case in cases:
        p = case.parameters
        assert 0.01 <= p.hurst <= 0.5
        assert 0.05 <= p.vol_of_vol <= 1.5
        assert -0.98 <= p.correlation <= 0.5
        assert 0.01 <= p.initial_variance <= 0.25
        assert 0.01 <= p.long_run_variance <= 0.25
        assert p.initial_variance != p.long_run_variance
        assert 0.0 <= p.mean_reversion <= 3.0
        assert 1 <= case.days <= 3650
    assert len({(case.name, case.days) for case in cases}) == 120
    without = sum(case.parameters.mean_reversion == 0.0 for case in cases)
    assert 0.15 < without / len(cases) < 0.55
    assert 0.3 < sum(case.easy for case in cases) / len(cases) < 0.7
