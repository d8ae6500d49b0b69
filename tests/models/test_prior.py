"""A discretised law keeps mass, forward and tail exactly, and prices calls as its model does."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from rmot.errors import AccuracyError, ParameterError
from rmot.models import BlackScholes, Heston, RoughHeston
from rmot.numerics.partial_moments import partial_moments
from rmot.payoffs import call, digital

LAWS = {
    "Black-Scholes": (BlackScholes(volatility=0.2), 0.5),
    "Heston": (
        Heston(
            vol_of_vol=0.5,
            correlation=-0.6,
            initial_variance=0.04,
            mean_reversion=1.0,
            long_run_variance=0.05,
        ),
        0.5,
    ),
    "rough Heston": (
        RoughHeston(
            hurst=0.1,
            vol_of_vol=0.4,
            correlation=-0.7,
            initial_variance=0.04,
            mean_reversion=0.3,
            long_run_variance=0.06,
        ),
        0.1,
    ),
}


@pytest.fixture(scope="module", params=LAWS)
def law(request):
    model, maturity = LAWS[request.param]
    return model, maturity, model.prior(maturity, n_points=400)


def test_mass_and_forward_are_exact(law):
    _, _, prior = law
    assert prior.weights.sum() + prior.tail.mass == pytest.approx(1, abs=4e-16 * 400)
    assert prior.mean() == pytest.approx(1, abs=4e-16 * 400)


def test_calls_agree_to_what_a_cell_can_hide(law):
    # Within the cell that holds the strike, of mass m and width w, a mean stands for the law:
    # the error of a call is at most m w / 4, and none comes from other cells (Jensen).
    model, maturity, prior = law
    for k in (-0.2, -0.05, 0.0, 0.08):
        strike = np.exp(k)
        error = (
            prior.expectation(call(strike)) - model.call_price([k], maturity, tolerance=1e-13)[0]
        )
        near = np.searchsorted(prior.points, strike)
        width = prior.points[near + 1] - prior.points[near - 2]
        mass = prior.weights[near - 1 : near + 1].max()
        assert -mass * width / 4 <= error <= 1e-12


def test_tail_moments_are_those_of_the_calls_beyond(law):
    # E[S; S > s] - s P(S > s) is the call struck at s.
    model, maturity, prior = law
    prior = model.prior(maturity, n_points=50, upper=1.15)
    tail = prior.tail
    assert tail.start == pytest.approx(1.15, rel=1e-14)
    price, error = model.call_price([np.log(1.15)], maturity, return_error=True, tolerance=1e-13)
    gap = tail.first_moment - tail.start * tail.mass - price[0]
    assert abs(gap) <= 10 * error[0] + 1e-13
    # E[(S - s)^2; S > s] = 2 ∫_s^inf C(K) dK.
    second = tail.second_moment - 2 * tail.start * tail.first_moment + tail.start**2 * tail.mass
    value, quadrature_error = quad(
        lambda x: 2 * np.exp(x) * model.call_price([x], maturity, tolerance=1e-13)[0],
        np.log(1.15),
        2.0,
        epsabs=1e-11,
    )
    assert second == pytest.approx(value, abs=10 * quadrature_error + 1e-10)


def test_payoffs_that_bend_on_cell_boundaries_are_priced_without_error(law):
    model, maturity, _ = law
    kinks = np.array([0.9, 1.0, 1.1])
    prior = model.prior(maturity, n_points=60, kinks=kinks)
    exact = model.call_price(np.log(kinks), maturity, tolerance=1e-13)
    for strike, price in zip(kinks, exact, strict=True):
        # Cells carry 1e-9 of relative error in mass and mean; sixty of them add up.
        assert prior.expectation(call(strike)) == pytest.approx(price, abs=1e-9)
    # A digital is minus the call's slope in the strike: a central difference, off by order h^2.
    h = 1e-4
    around = model.call_price(np.log([1.0 - h, 1.0 + h]), maturity, tolerance=1e-13)
    again = model.call_price(np.log([1.0 - 2 * h, 1.0 + 2 * h]), maturity, tolerance=1e-13)
    slope, wider = (around[0] - around[1]) / (2 * h), (again[0] - again[1]) / (4 * h)
    assert prior.expectation(digital(1.0)) == pytest.approx(slope, abs=abs(wider - slope) + 1e-8)


@pytest.mark.parametrize("kinks", [[0.0], [-1.0], [1.1, 0.9], [1.0, 1.0 + 1e-9], [1e9]])
def test_kinks_that_no_boundary_can_meet_are_refused(kinks):
    with pytest.raises(ParameterError, match="kinks"):
        BlackScholes(volatility=0.2).prior(1.0, kinks=kinks)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("upper", [False, True])
def test_partial_moments_of_a_normal_law_are_the_closed_form(order, upper):
    deviation = 0.3
    k = np.linspace(0.01, 1.5, 20) * (1 if upper else -1)

    def log_phi(u):
        return -0.5 * deviation**2 * (u * u + 1j * u)

    value, error = partial_moments(log_phi, (1e3, 1e3), deviation, k, order, upper=upper)
    centred = ((order - 0.5) * deviation**2 - k) / deviation
    exact = np.exp(0.5 * order * (order - 1) * deviation**2) * norm.cdf(
        centred if upper else -centred
    )
    assert np.all(np.abs(value - exact) <= error + 1e-14 * exact)
    assert np.all(error <= 1e-8 * exact)


def test_an_infinite_variance_is_refused():
    model = RoughHeston(
        hurst=0.1,
        vol_of_vol=1.5,
        correlation=0.4,
        initial_variance=0.1,
        mean_reversion=0.0,
        long_run_variance=0.1,
    )
    with pytest.raises(AccuracyError, match="finite moment of order"):
        model.prior(5.0)


@pytest.mark.parametrize("arguments", [{"n_points": 3}, {"upper": 0.9}, {"upper": float("nan")}])
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ParameterError):
        BlackScholes(volatility=0.2).prior(1.0, **arguments)
