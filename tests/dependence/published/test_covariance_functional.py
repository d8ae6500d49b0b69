"""The functional against closed forms and adaptive quadrature."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import beta, gamma

from rmot.dependence.published.covariance_functional import (
    covariance_functional,
    log_price_covariance,
    published_log_characteristic_function,
)
from rmot.errors import ParameterError


@pytest.mark.parametrize(
    ("a", "b", "maturity"), [(0.1, 0.25, 0.5), (0.05, 0.5, 2.0), (0.2, 0.2, 1)]
)
def test_flat_curves_in_closed_form(a, b, maturity):
    """Beta functions: with x = T - s the powers of x, T - x and |x - y| integrate one by one."""
    eta, xi = (0.2, 0.3), (0.04, 0.05)
    c = a + b
    t = maturity
    alone = t ** (2 * a) * beta(a + 0.5, 2 * a + 1) / (b + 0.5)
    alone += t ** (2 * b) * beta(b + 0.5, 2 * b + 1) / (a + 0.5)
    kinked = t**c / (2 * c + 1) * (beta(b + 0.5, c + 1) + beta(a + 0.5, c + 1))
    inner = 0.5 * t ** (c + 1) * (alone - kinked) * np.sqrt(xi[0] * xi[1])
    wanted = eta[0] * eta[1] / (4 * gamma(a + 0.5) * gamma(b + 0.5)) * inner
    assert covariance_functional((a, b), eta, xi, maturity) == pytest.approx(wanted, rel=1e-12)


def test_curves_agree_with_adaptive_quadrature():
    a, b, t = 0.5, 0.4, 0.7
    curves = (lambda s: 0.04 * np.exp(-2 * s), lambda s: 0.03 + 0.02 * s)

    def integrand(v, u):
        kernel = 0.5 * (u ** (2 * a) + v ** (2 * b) - abs(u - v) ** (a + b))
        power = (t - u) ** (a - 0.5) * (t - v) ** (b - 0.5)
        return power * np.sqrt(curves[0](u) * curves[1](v)) * kernel

    wanted, error = dblquad(integrand, 0, t, 0, t, epsabs=1e-9)[:2]
    scale = 0.06 / (4 * gamma(a + 0.5) * gamma(b + 0.5))
    found = covariance_functional((a, b), (0.2, 0.3), curves, t)
    assert found == pytest.approx(scale * wanted, abs=scale * error + 1e-12)
    fewer = covariance_functional((a, b), (0.2, 0.3), curves, t, n_nodes=30)
    assert found == pytest.approx(fewer, rel=1e-12)


def test_printed_joint_law_is_not_one_at_the_origin():
    functional = covariance_functional((0.1, 0.2), (0.2, 0.2), (0.04, 0.04), 1.0)
    assert functional > 0
    at_zero = published_log_characteristic_function(np.zeros((1, 2)), 0.5, functional)
    assert at_zero[0] == 0.5 * functional
    with pytest.raises(ParameterError, match="shape"):
        published_log_characteristic_function(np.zeros(2), 0.5, functional)


def test_covariance_is_linear_in_the_correlation():
    def curve(s):
        return 0.04 * np.exp(-s)

    found = log_price_covariance(-0.6, (curve, 0.09), 0.5)
    wanted = -0.6 * quad(lambda s: np.sqrt(curve(s) * 0.09), 0, 0.5, epsabs=1e-14)[0]
    assert found == pytest.approx(wanted, rel=1e-13)


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="H in"):
        covariance_functional((0.0, 0.2), (0.2, 0.2), (0.04, 0.04), 1.0)
    with pytest.raises(ParameterError, match="forward variance > 0"):
        covariance_functional((0.1, 0.2), (0.2, 0.2), (0.0, 0.04), 1.0)
