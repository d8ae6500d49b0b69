"""Critical moments, small-time rates and far strikes against closed forms, scaling and prices."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr, ndtr

from rmot.errors import AccuracyError, ParameterError
from rmot.models import Heston, RoughHeston, tails
from rmot.models.far_strikes import Quantity, saddle_approximation
from rmot.models.small_time import SmallTimeRate
from rmot.models.tails import critical_moments, lee_slopes, log_moment
from rmot.numerics.explosion import explosion_time

Dynamics = tuple[float, float, float]
DYNAMICS = (0.35, -0.65, 0.8)
LEVELS = (0.04, DYNAMICS[2] * 0.06)


def coefficients(p, vol_of_vol, correlation, reversion):
    return (p * p - p) / 2, p * correlation * vol_of_vol - reversion, vol_of_vol**2 / 2


def classical_time(p, dynamics):
    """Andersen and Piterbarg (2007), proposition 3.1."""
    c0, c1, c2 = coefficients(p, *dynamics)
    square = c1 * c1 - 4 * c0 * c2
    if square >= 0:
        root = math.sqrt(square)
        return math.log((c1 + root) / (c1 - root)) / root if c1 > root > 0 else math.inf
    root = math.sqrt(-square)
    return 2 / root * (math.pi / 2 - math.atan(c1 / root))


def classical_critical_moment(side, dynamics, maturity):
    low, high = 0.0, 1.0
    first = 1.0 if side > 0 else 0.0
    while classical_time(first + side * high, dynamics) > maturity:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if classical_time(first + side * middle, dynamics) > maturity:
            low = middle
        else:
            high = middle
    return first + side * low


classical_cases = pytest.mark.parametrize(
    ("dynamics", "maturity"),
    [
        ((0.35, -0.65, 0.8), 1.0),
        ((1.5, 0.5, 0.0), 10.0),
        ((0.05, -0.98, 5.0), 10.0),
        ((0.4, -0.98, 0.0), 1 / 365),
        ((1.0, 1.0, 0.1), 0.5),
        ((0.3, 0.0, 2.0), 0.1),
    ],
)


def distance_to_andersen_piterbarg(dynamics: Dynamics, maturity):
    found = critical_moments(0.5, *dynamics, maturity)
    exact = [classical_critical_moment(side, dynamics, maturity) for side in (-1, 1)]
    return np.max(np.abs(np.array(found) / exact - 1))


@classical_cases
def test_critical_moments_of_order_one_are_andersen_piterbarg(dynamics, maturity):
    assert distance_to_andersen_piterbarg(dynamics, maturity) < 1e-8


def test_a_wrong_sign_of_the_correlation_is_noticed(monkeypatch):
    right, border = tails._linear_coefficient, tails._first_explosive
    monkeypatch.setattr(
        tails, "_linear_coefficient", lambda p, nu, rho, kappa: right(p, nu, -rho, kappa)
    )
    monkeypatch.setattr(
        tails, "_first_explosive", lambda side, nu, rho, kappa: border(side, nu, -rho, kappa)
    )
    assert distance_to_andersen_piterbarg(DYNAMICS, 1.0) > 0.1


hursts = st.floats(0.01, 0.5)
dynamics_of_the_domain = st.tuples(
    st.floats(0.05, 1.5), st.floats(-0.98, 0.5), st.sampled_from([0.0, 0.3, 2.0, 5.0])
)


@settings(max_examples=25, deadline=None)
@given(hursts, dynamics_of_the_domain, st.floats(1 / 365, 10.0))
def test_critical_moments_explode_at_maturity(hurst, dynamics: Dynamics, maturity):
    p_minus, p_plus = critical_moments(hurst, *dynamics, maturity)
    assert p_minus < 0
    assert p_plus > 1
    for p, outwards in ((p_minus, -1), (p_plus, 1)):
        step = outwards * 1e-6 * max(abs(p), 1e-3)
        if 1 < p + step < p + abs(step) or p < 0:
            after, _ = explosion_time(*coefficients(p + step, *dynamics), hurst + 0.5)
            before, _ = explosion_time(*coefficients(p - step, *dynamics), hurst + 0.5)
            assert after < maturity < before


@settings(max_examples=15, deadline=None)
@given(hursts, dynamics_of_the_domain, st.floats(1 / 365, 5.0), st.floats(1.05, 2.0))
def test_moments_explode_sooner_at_longer_maturities(hurst, dynamics: Dynamics, maturity, factor):
    assume(dynamics[2] * maturity < 10)
    near = critical_moments(hurst, *dynamics, maturity)
    far = critical_moments(hurst, *dynamics, factor * maturity)
    assert near[0] < far[0]
    assert far[1] < near[1]


def test_mean_reversion_slows_explosions():
    moments = np.array([critical_moments(0.1, 0.4, -0.7, kappa, 1.0) for kappa in (0, 1, 2, 4)])
    assert np.all(np.diff(moments[:, 0]) < 0)
    assert np.all(np.diff(moments[:, 1]) > 0)


def test_a_bounded_price_has_all_positive_moments():
    assert critical_moments(0.1, 0.4, -1.0, 0.3, 1.0)[1] == math.inf
    assert critical_moments(0.5, 0.4, -1.0, 0.0, 1.0)[1] == math.inf


def test_uncorrelated_moments_are_symmetric_around_one_half():
    p_minus, p_plus = critical_moments(0.1, 0.4, 0.0, 0.0, 1.0)
    assert abs(p_minus + p_plus - 1) < 1e-8 * p_plus


def test_a_price_bounded_below_has_all_negative_moments_until_a_time():
    hurst, vol_of_vol, reversion = 0.2, 0.8, 0.1
    # nu/2 - kappa <= (T - s)^{-alpha} / Gamma(1 - alpha) for all s
    until = (math.gamma(0.5 - hurst) * (vol_of_vol / 2 - reversion)) ** (-1 / (hurst + 0.5))
    assert critical_moments(hurst, vol_of_vol, 1.0, reversion, 0.999 * until)[0] == -math.inf
    later = [
        critical_moments(hurst, vol_of_vol, 1.0, reversion, factor * until)[0]
        for factor in (1.4, 2.0, 4.0)
    ]
    assert later[0] < later[1] < later[2] < 0
    assert later[0] < -20
    # with enough mean reversion at all times
    assert critical_moments(hurst, vol_of_vol, 1.0, 0.4, 50.0)[0] == -math.inf


@pytest.mark.parametrize("hurst", [0.03, 0.2, 0.5])
def test_critical_moments_tend_to_those_of_the_small_time_equation(hurst):
    alpha = hurst + 0.5
    vol_of_vol, correlation, _ = DYNAMICS
    limit = SmallTimeRate(
        hurst=hurst, vol_of_vol=vol_of_vol, correlation=correlation, initial_variance=0.04
    ).critical_moments
    maturities = 1e-4 * 2.0 ** -np.arange(3)
    gaps = np.array(
        [
            np.array(critical_moments(hurst, *DYNAMICS, maturity)) * maturity**alpha - limit
            for maturity in maturities
        ]
    )
    # coefficients change by 1/p ~ T^alpha relatively, and so do the moments
    order = np.log2(gaps[:-1] / gaps[1:])
    # and the next power is another T^alpha
    np.testing.assert_allclose(order, alpha, atol=3 * maturities[0] ** alpha * 10)
    assert np.all(np.abs(gaps[-1] / limit) < 0.05)


def test_lee_slopes_invert_to_the_critical_moments():
    p_minus, p_plus = critical_moments(0.1, *DYNAMICS, 1.0)
    left, right = lee_slopes(p_minus, p_plus)
    # Lee (2004), theorems 3.2 and 3.4: q = 1/(2 beta) + beta/8 - 1/2
    assert abs(1 / (2 * right) + right / 8 - 0.5 - (p_plus - 1)) < 1e-12 * p_plus
    assert abs(1 / (2 * left) + left / 8 - 0.5 + p_minus) < 1e-12 * abs(p_minus)
    assert lee_slopes(-math.inf, 1.0) == (0.0, 2.0)
    with pytest.raises(ParameterError, match="p_plus >= 1"):
        lee_slopes(-1.0, 0.5)


@pytest.mark.parametrize("hurst", [0.05, 0.3])
def test_log_moment_agrees_with_the_characteristic_function(hurst):
    model = RoughHeston(
        hurst=hurst,
        vol_of_vol=0.35,
        correlation=-0.65,
        mean_reversion=0.8,
        initial_variance=0.04,
        long_run_variance=0.06,
    )
    p_minus, p_plus = critical_moments(hurst, *DYNAMICS, 0.5)
    for p in (0.5 * p_plus, 0.6 * p_plus + 1j, 0.5 * p_minus, 0.3 + 2j, 0.0):
        value = log_moment(p, hurst, *DYNAMICS, *LEVELS, 0.5)
        exact = model.log_characteristic_function(-1j * np.atleast_1d(p), 0.5)[0]
        assert abs(value - exact) <= 1e-8 * abs(exact) + 1e-10


@pytest.mark.parametrize("side", [0, 1])
def test_log_moment_is_exact_close_to_a_critical_moment(side):
    reversion = DYNAMICS[2]
    critical = critical_moments(0.5, *DYNAMICS, 1.0)[side]
    for distance in (0.1, 1e-2, 1e-3, 1e-4):
        p = critical * (1 - distance)
        c0, c1, c2 = coefficients(p, *DYNAMICS)
        root = np.sqrt(complex(c1 * c1 - 4 * c0 * c2))
        ratio = (-c1 - root) / (-c1 + root)
        decay = np.exp(-root)
        h = (-c1 - root) / (2 * c2) * (1 - decay) / (1 - ratio * decay)
        mean = (-c1 - root) / (2 * c2) - np.log((1 - ratio * decay) / (1 - ratio)) / c2
        exact = reversion * 0.06 * mean + 0.04 * h
        value = log_moment(p, 0.5, *DYNAMICS, *LEVELS, 1.0)
        # the critical moment is known to 1e-8 and the closed form loses 1e-14 / distance
        assert abs(value - exact) <= (1e-8 + 1e-14 / distance) * abs(exact)


def test_log_moment_beyond_a_critical_moment_is_refused():
    p_plus = critical_moments(0.1, *DYNAMICS, 1.0)[1]
    for p in (1.0001 * p_plus, np.array([0.5, 1.01]) * p_plus):
        with pytest.raises(ParameterError, match="infinite"):
            log_moment(p, 0.1, *DYNAMICS, *LEVELS, 1.0)


CLASSICAL_RATE = SmallTimeRate(hurst=0.5, vol_of_vol=0.4, correlation=-0.7, initial_variance=0.04)
ROUGH_RATE = SmallTimeRate(hurst=0.08, vol_of_vol=0.4, correlation=-0.7, initial_variance=0.04)


def forde_jacquier(p, vol_of_vol=0.4, correlation=-0.7, initial_variance=0.04):
    """M. Forde and A. Jacquier, "Small-time asymptotics for implied volatility under the Heston
    model", International Journal of Theoretical and Applied Finance 12 (2009).
    """
    root = math.sqrt(1 - correlation**2)
    slope = root / np.tan(vol_of_vol * p * root / 2) - correlation
    return initial_variance * p / (vol_of_vol * slope)


def test_small_time_log_moment_of_order_one_is_forde_jacquier():
    share = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.99, 0.999])
    for critical in CLASSICAL_RATE.critical_moments:
        exact = forde_jacquier(share * critical)
        # the pole is known to 1e-9
        assert np.all(
            np.abs(CLASSICAL_RATE.log_moment(share * critical) / exact - 1) < 1e-9 / (1 - share)
        )
        assert CLASSICAL_RATE.log_moment(1.0001 * critical) == np.inf
    assert CLASSICAL_RATE.log_moment(0.0) == 0.0


@pytest.mark.parametrize("x", [-5.0, -0.3, -1e-3, 1e-5, 0.2, 1.0, 50.0])
def test_rate_of_order_one_is_the_legendre_transform(x):
    ends = sorted((0.0, CLASSICAL_RATE.critical_moments[int(x > 0)]))
    best = minimize_scalar(
        lambda p: forde_jacquier(p) - p * x, bounds=ends, method="bounded", options={"xatol": 1e-12}
    )
    least = best.fun  # pyright: ignore[reportAttributeAccessIssue]
    assert abs(CLASSICAL_RATE.rate(x) / -least - 1) < 1e-8


def test_rate_is_dual_to_the_log_moment():
    x = np.array([-0.6, -0.2, -0.05, 0.05, 0.2, 0.5])
    rate = ROUGH_RATE.rate(x)
    p_minus, p_plus = ROUGH_RATE.critical_moments
    p = np.linspace(0.999 * p_minus, 0.999 * p_plus, 4001)
    # Fenchel-Young with equality at the supremum, to second order in the spacing
    excess = rate[:, None] - p * x[:, None] + ROUGH_RATE.log_moment(p)
    assert np.min(excess) > -1e-9
    assert np.all(np.min(excess, axis=1) < 1e-4 * rate)
    assert ROUGH_RATE.rate(0.0) == 0.0


def test_rate_is_mirrored_by_the_sign_of_the_correlation():
    mirrored = SmallTimeRate(hurst=0.08, vol_of_vol=0.4, correlation=0.7, initial_variance=0.04)
    x = np.linspace(-0.5, 0.5, 11)
    np.testing.assert_allclose(mirrored.rate(x), ROUGH_RATE.rate(-x), rtol=1e-9)


@pytest.mark.parametrize("p", [-2.0, 4.0])
def test_log_moments_tend_to_the_small_time_limit(p):
    hurst, reversion = 0.08, 0.5
    limit = ROUGH_RATE.log_moment(p)
    maturities = 1e-3 * 4.0 ** -np.arange(4)
    values = np.array(
        [
            maturity ** (2 * hurst)
            * log_moment(
                p * maturity ** -(hurst + 0.5), hurst, 0.4, -0.7, reversion, 0.04, 0.05, maturity
            ).real
            for maturity in maturities
        ]
    )
    gap = np.abs(values / limit - 1)
    # drift and mean reversion are smaller by T^alpha
    assert np.all(np.diff(gap) < 0)
    np.testing.assert_allclose(np.log(gap[-2] / gap[-1]) / math.log(4), hurst + 0.5, atol=0.05)


def test_rate_beyond_its_reach_is_refused():
    with pytest.raises(AccuracyError, match="known up to"):
        ROUGH_RATE.rate(1e30)
    with pytest.raises(ParameterError, match="finite"):
        ROUGH_RATE.rate(np.nan)
    with pytest.raises(ParameterError, match="correlation"):
        SmallTimeRate(hurst=0.1, vol_of_vol=0.4, correlation=1.0, initial_variance=0.04)


@pytest.mark.parametrize("quantity", list(Quantity))
def test_saddle_of_black_scholes_is_within_its_error(quantity):
    deviation = 0.2
    k = np.array([-2.0, -1.0, -0.2, 0.2, 1.0, 2.0])
    d = (k + deviation**2 / 2) / deviation
    exact = {
        Quantity.DENSITY: -(d**2) / 2 - math.log(2 * math.pi * deviation**2) / 2,
        Quantity.TAIL_PROBABILITY: log_ndtr(-np.abs(d)),
        Quantity.OPTION_PRICE: np.log(
            np.where(
                k > 0,
                ndtr(deviation - d) - np.exp(k) * ndtr(-d),
                np.exp(k) * ndtr(d) - ndtr(d - deviation),
            )
        ),
    }[quantity]
    value, error = saddle_approximation(
        quantity,
        lambda p: (deviation**2 / 2 * (p * p - p)).astype(np.complex128),
        (-math.inf, math.inf),
        k,
    )
    # the closed form of far prices is a difference of close numbers
    assert np.all(np.abs(np.expm1(value - exact)) <= error + 1e-10)
    assert np.all(error < 0.05)


def test_saddle_of_a_gamma_density_carries_stirlings_corrections():
    shape = 5.0
    value, _ = saddle_approximation(
        Quantity.DENSITY,
        lambda p: (-shape * np.log(1 - p / 3)).astype(np.complex128),
        (-1e4, 3.0),
        np.array([0.5, 4.0]),
    )
    k = np.array([0.5, 4.0])
    exact = shape * math.log(3) + (shape - 1) * np.log(k) - 3 * k - math.lgamma(shape)
    ratio = (
        math.gamma(shape) * math.exp(shape) / shape**shape * math.sqrt(shape / (2 * math.pi))
    ) * (1 - 1 / (12 * shape) + 1 / (288 * shape**2))
    np.testing.assert_allclose(value - exact, math.log(ratio), atol=1e-9)


@pytest.mark.parametrize("hurst", [0.05, 0.12, 0.3, 0.5])
@pytest.mark.parametrize("maturity", [0.05, 1.0])
def test_far_strikes_of_rough_heston_meet_fourier_prices_within_the_error(hurst, maturity):
    model = RoughHeston(
        hurst=hurst,
        vol_of_vol=0.35,
        correlation=-0.65,
        mean_reversion=0.8,
        initial_variance=0.04,
        long_run_variance=0.06,
    )
    critical = critical_moments(hurst, *DYNAMICS, maturity)
    scale = math.sqrt(0.05 * maturity)
    k = scale * np.array([-7.0, -5.0, 3.5, 5.0])
    call = model.call_price(k, maturity)
    price = np.where(k > 0, call, call - 1 + np.exp(k))
    value, error = saddle_approximation(
        Quantity.OPTION_PRICE,
        lambda p: log_moment(p, hurst, *DYNAMICS, *LEVELS, maturity),
        critical,
        k,
    )
    assert np.all((price > 1e-15) & (price < 2e-4))
    # parity leaves 1e-15 of a put
    assert np.all(np.abs(np.exp(value) - price) <= error * price + 1e-15)
    assert np.all(error < 0.09)


def test_far_tail_probability_falls_like_the_critical_moment():
    model = Heston(
        vol_of_vol=0.35,
        correlation=-0.65,
        mean_reversion=0.8,
        initial_variance=0.04,
        long_run_variance=0.06,
    )
    assert model.vol_of_vol == DYNAMICS[0]
    critical = critical_moments(0.5, *DYNAMICS, 1.0)
    k = np.array([2.0, 4.0, 8.0])
    value, _ = saddle_approximation(
        Quantity.TAIL_PROBABILITY,
        lambda p: log_moment(p, 0.5, *DYNAMICS, *LEVELS, 1.0),
        critical,
        k,
    )
    slope = -np.diff(value) / np.diff(k)
    assert np.all(slope < critical[1])
    assert slope[0] < slope[1]
    assert slope[1] > 0.9 * critical[1]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ((0.0, 0.4, -0.7, 0.0, 1.0), "hurst"),
        ((0.1, 0.0, -0.7, 0.0, 1.0), "vol_of_vol"),
        ((0.1, 0.4, -1.1, 0.0, 1.0), "correlation"),
        ((0.1, 0.4, -0.7, math.inf, 1.0), "mean_reversion"),
        ((0.1, 0.4, -0.7, 0.0, 0.0), "maturity"),
    ],
)
def test_parameters_out_of_domain_are_refused(values, name):
    with pytest.raises(ParameterError, match=name):
        critical_moments(*values)
