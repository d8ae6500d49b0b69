"""Options on two assets: parity, single assets, lognormal laws, simulation and derivatives."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from rmot.errors import AccuracyError, ParameterError
from rmot.models import JointLaw, RoughFactorModel, VarianceFactor
from rmot.spread import spread_call, spread_claim, spread_digitals, two_asset_call

MATURITY = 0.6
FORWARDS = (1.1, 0.9)
TIGHT = 1e-8
FACTORS = [
    VarianceFactor(
        hurst=0.1,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.5,
        long_run_variance=0.05,
    ),
    VarianceFactor(
        hurst=0.35,
        vol_of_vol=0.5,
        correlation=-0.2,
        initial_variance=0.02,
        mean_reversion=1.5,
        long_run_variance=0.03,
    ),
]
PAIR = RoughFactorModel([[1.0, 0.3], [0.8, -0.4]], FACTORS)


class Lognormal:
    """Two correlated geometric Brownian motions."""

    n_assets = 2
    parameters = ()

    def __init__(self, first, second, correlation):
        both = correlation * first * second
        self.covariance = np.array([[first**2, both], [both, second**2]])

    def deviations(self, maturity):
        return np.sqrt(np.diag(self.covariance) * maturity)

    def has_moment(self, orders, maturity):
        return True

    def estimated_log_transform(self, u, maturity, tolerance, *, differentiate=False):
        drift = 0.5j * u @ np.diag(self.covariance)
        values = -maturity * (0.5 * np.einsum("ni,ij,nj->n", u, self.covariance, u) + drift)
        return values, np.zeros(len(u)), np.empty((0, len(u)), np.complex128)


LOGNORMAL = Lognormal(0.3, 0.2, 0.4)


def black(forward, strike, deviation):
    d = math.log(forward / strike) / deviation + 0.5 * deviation
    return forward * ndtr(d) - strike * ndtr(d - deviation)


def lognormal_call(law, weights, strike, maturity):
    """E (w_1 S_1 + w_2 S_2 - K)^+, forwards 1 and w_1 > 0: Black's formula given S_2."""
    s1, s2 = law.deviations(maturity)
    rho = law.covariance[0, 1] * maturity / (s1 * s2)
    rest = s1 * math.sqrt(1.0 - rho * rho)

    def given(z):
        forward = weights[0] * math.exp(rho * s1 * z - 0.5 * (rho * s1) ** 2)
        left = strike - weights[1] * math.exp(s2 * z - 0.5 * s2**2)
        return norm.pdf(z) * (forward - left if left <= 0.0 else black(forward, left, rest))

    kinks = [(math.log(strike / weights[1]) + 0.5 * s2**2) / s2] if strike * weights[1] > 0 else []
    inside = [kink for kink in kinks if abs(kink) < 10.0] or None
    return quad(given, -10.0, 10.0, points=inside, epsabs=1e-13, epsrel=1e-12, limit=400)[0]


def test_the_laws_are_joint_laws():
    assert isinstance(LOGNORMAL, JointLaw)
    assert isinstance(PAIR, JointLaw)


@pytest.mark.parametrize(
    ("weights", "strike"),
    [
        ((1.1, -0.9), 0.0),
        ((1.1, -0.9), 0.1),
        ((1.1, -0.9), -0.15),
        ((0.6, 0.4), 1.05),
        ((0.6, 0.4), 0.8),
    ],
)
def test_lognormal_prices_are_quadratures_of_blacks_formula(weights, strike):
    found = two_asset_call(
        LOGNORMAL, np.sign(weights), strike, MATURITY, forwards=np.abs(weights), tolerance=1e-10
    )
    wanted = lognormal_call(LOGNORMAL, weights, strike, MATURITY)
    assert abs(found.price - wanted) <= found.error + 1e-12
    assert found.error <= 1e-10


def test_without_vol_of_vol_the_factor_model_is_lognormal():
    flat = [0.04, 0.09]
    loadings = np.array([[1.0, 0.4], [0.7, -0.5]])
    covariance = loadings @ np.diag(flat) @ loadings.T
    deviations = np.sqrt(np.diag(covariance))
    law = Lognormal(deviations[0], deviations[1], covariance[0, 1] / deviations.prod())
    wanted = lognormal_call(law, (1.0, -1.0), 0.05, MATURITY)
    gaps = []
    for nu in (2e-2, 1e-2):
        factors = [
            VarianceFactor(
                hurst=0.2,
                vol_of_vol=nu,
                correlation=-0.5,
                initial_variance=level,
                mean_reversion=1.0,
                long_run_variance=level,
            )
            for level in flat
        ]
        gaps.append(spread_call(RoughFactorModel(loadings, factors), 0, 1, 0.05, MATURITY) - wanted)
    # the gap is of first order in vol-of-vol, but for the second: 2 to 1, and gone at 0
    assert abs(gaps[1] / gaps[0] - 0.5) <= 0.1
    assert abs(2.0 * gaps[1] - gaps[0]) <= 0.1 * abs(gaps[1])


@pytest.mark.parametrize("strike", [-0.2, 0.0, 0.1])
def test_calls_and_puts_differ_by_the_forward(strike):
    call = two_asset_call(PAIR, [1.0, -1.0], strike, MATURITY, forwards=FORWARDS)
    put = two_asset_call(PAIR, [-1.0, 1.0], -strike, MATURITY, forwards=FORWARDS)
    forward = FORWARDS[0] - FORWARDS[1] - strike
    assert abs(call.price - put.price - forward) <= call.error + put.error + 1e-15
    assert put.price > 0.0


@pytest.mark.parametrize("asset", [0, 1])
@pytest.mark.parametrize("moneyness", [0.8, 1.0, 1.25])
def test_one_weight_is_a_call_on_the_asset(asset, moneyness):
    weights = np.zeros(2)
    weights[asset] = 2.0
    size = 2.0 * FORWARDS[asset]
    found = two_asset_call(PAIR, weights, moneyness * size, MATURITY, forwards=FORWARDS)
    price, error = PAIR.marginal(asset).call_price(math.log(moneyness), MATURITY, True)
    assert abs(found.price - size * price) <= found.error + size * error


def heavy():
    """Ten years of the source's four strong factors, whose high moments are infinite."""
    given = {"hurst": 0.5, "initial_variance": 1.0, "mean_reversion": 0.1, "long_run_variance": 1.0}
    strong = VarianceFactor(vol_of_vol=2.0, correlation=-0.5, **given)
    still = VarianceFactor(vol_of_vol=0.0, correlation=0.0, **given)
    common, own = [0.07, 0.06, 0.03, 0.02], 0.0005**0.5
    rows = [[*common, own], [*common, -own]]
    return RoughFactorModel(rows, [strong] * 4 + [still])


@pytest.mark.parametrize("share", [1e-6, 1e-4, 4e-3])
def test_small_strikes_are_the_exchange_less_the_digital(share):
    """E (S_1 - S_2 - K)^+ is convex in K, its slope minus the digital: bounds on both sides."""
    law, forwards = heavy(), (0.0507, 0.0505)
    strike, size = share * forwards[0], sum(forwards)
    call, error = spread_claim(law, 0, 1, strike, 10.0, forwards=forwards, tolerance=1e-9 * size)
    exchange, other = spread_claim(law, 0, 1, 0.0, 10.0, forwards=forwards, tolerance=1e-11 * size)
    digitals = spread_digitals(law, 0, 1, [0.0, strike], 10.0, forwards=forwards)
    slopes = digitals.digital
    room = error + other + strike * digitals.error.max()
    assert error <= 1e-9 * size
    assert strike * slopes[1] - room <= exchange - call <= strike * slopes[0] + room


def test_assets_with_the_same_loadings_are_one():
    model = RoughFactorModel([[1.0, 0.3], [1.0, 0.3]], FACTORS)
    found = two_asset_call(model, [0.3, 0.7], 1.05, MATURITY)
    price, error = model.marginal(0).call_price(math.log(1.05), MATURITY, True)
    assert abs(found.price - price) <= found.error + error
    assert spread_call(model, 0, 1, 0.1, MATURITY) <= 1e-8


def test_spreads_do_not_depend_on_what_else_is_in_the_model():
    strikes = np.array([[-0.05, 0.1]])
    more = RoughFactorModel([[0.5, 0.5], *PAIR.loadings[::-1]], FACTORS)
    found = spread_call(more, 2, 1, strikes, MATURITY, forwards=FORWARDS)
    assert found.shape == strikes.shape
    wanted = spread_call(PAIR, 0, 1, strikes, MATURITY, forwards=FORWARDS)
    assert np.allclose(found, wanted, rtol=0, atol=4e-8)


def test_prices_are_those_of_simulated_paths():
    """Plain averages, against which nothing is controlled."""
    prices = np.concatenate(
        [PAIR.simulate([MATURITY], 2**16, seed, steps=48)[:, 0] for seed in (1, 2)]
    )
    for weights, strike in (((1.0, -1.0), 0.1), ((1.0, -1.0), -0.1), ((0.5, 0.5), 1.0)):
        payoff = np.maximum(prices @ weights - strike, 0.0)
        chance = payoff.std() / math.sqrt(payoff.size)
        found = two_asset_call(PAIR, weights, strike, MATURITY)
        # what steps leave, of the order of 2 bp in volatility, is below chance
        assert abs(found.price - payoff.mean()) <= 4.0 * chance + found.error


@pytest.mark.parametrize(("weights", "strike"), [((1.0, -1.0), 0.1), ((0.5, 0.5), 1.05)])
def test_derivatives_are_those_of_the_price(weights, strike):
    def price(model, forwards):
        return two_asset_call(
            model, weights, strike, MATURITY, forwards=forwards, tolerance=TIGHT
        ).price

    found = two_asset_call(
        PAIR, weights, strike, MATURITY, forwards=FORWARDS, tolerance=TIGHT, differentiate=True
    )
    assert found.parameters == PAIR.parameters
    values = np.array([*FORWARDS, *PAIR.values])
    gradient = np.array([*found.deltas, *found.gradient])
    chosen = ["loading_0_1", "hurst_0", "initial_variance_1"]
    names = ["forward_0", "forward_1", *PAIR.parameters]
    for name in ["forward_1", *chosen]:
        j = names.index(name)
        step = 0.01 * max(abs(values[j]), 0.05)
        slopes = []
        for size in (step, 0.5 * step):
            ends = []
            for sign in (1.0, -1.0):
                moved = values.copy()
                moved[j] += sign * size
                ends.append(price(PAIR.with_values(moved[2:]), moved[:2]))
            slopes.append((ends[0] - ends[1]) / (2.0 * size))
        best = (4.0 * slopes[1] - slopes[0]) / 3.0
        error = abs(best - slopes[1]) + 8.0 / 3.0 * TIGHT / step
        assert abs(gradient[j] - best) <= error, name


def test_derivatives_not_asked_for_are_nan():
    found = two_asset_call(PAIR, [1.0, -1.0], 0.0, MATURITY)
    assert np.all(np.isnan(found.deltas))
    assert np.all(np.isnan(found.gradient))


def test_what_is_always_or_never_exercised_is_exact():
    always = two_asset_call(PAIR, [1.0, 2.0], -0.5, MATURITY, differentiate=True)
    assert abs(always.price - 3.5) <= 1e-11
    assert np.allclose(always.deltas, [1.0, 2.0], rtol=0, atol=1e-11)
    never = two_asset_call(PAIR, [-1.0, -2.0], 0.5, MATURITY)
    assert never.price == never.error == 0.0


@pytest.mark.parametrize(("weights", "strike"), [((0.5, 0.5), 3.5), ((-0.5, -0.5), -3.5)])
def test_far_strikes_are_priced_by_their_bounds(weights, strike):
    """The call is worth less than the tolerance, and the put its forward."""
    wild = RoughFactorModel([[1.3, -0.5], [-0.2, -0.4]], FACTORS)
    found = two_asset_call(wild, weights, strike, MATURITY, differentiate=True)
    put = weights[0] < 0.0
    apart = sum(0.5 * wild.marginal(i).call_price(math.log(3.5), MATURITY).item() for i in range(2))
    assert apart <= found.error <= 1e-8
    assert abs(found.price - (2.5 if put else 0.0)) <= found.error + apart
    wanted = np.array(weights) if put else np.zeros(2)
    assert np.all(np.abs(found.deltas - wanted) <= 1e-5)


def test_what_cannot_be_priced_is_refused():
    # perfectly opposed assets leave one direction in which nothing decays
    opposed = RoughFactorModel([[1.0], [-1.5]], FACTORS[:1])
    with pytest.raises(AccuracyError, match="wanted"):
        two_asset_call(opposed, [0.5, 0.5], 1.1, MATURITY)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weights": [1.0]}, "2 weights"),
        ({"weights": [0.0, 0.0]}, "not all 0"),
        ({"weights": [1.0, math.nan]}, "finite weights"),
        ({"strike": math.inf}, "strike"),
        ({"maturity": 0.0}, "maturity"),
        ({"forwards": [1.0, -1.0]}, "positive forwards"),
        ({"forwards": [1.0, 1.0, 1.0]}, "forward"),
        ({"tolerance": -1.0}, "tolerance"),
    ],
)
def test_bad_questions_are_refused(given, said):
    arguments = {"weights": [1.0, -1.0], "strike": 0.1, "maturity": MATURITY, **given}
    with pytest.raises(ParameterError, match=said):
        two_asset_call(PAIR, **arguments)


def test_bad_assets_are_refused():
    with pytest.raises(ParameterError, match="twice"):
        spread_call(PAIR, 1, 1, 0.0, MATURITY)
    with pytest.raises(ParameterError, match="j must be"):
        spread_call(PAIR, 0, 2, 0.0, MATURITY)
    with pytest.raises(ParameterError, match="shape"):
        spread_call(PAIR, 0, 1, 0.0, MATURITY, forwards=(1.0, 1.0, 1.0))
    three = RoughFactorModel([*PAIR.loadings, [1.0, 1.0]], FACTORS)
    with pytest.raises(ParameterError, match="at most two"):
        two_asset_call(three, [1.0, 1.0, 1.0], 1.0, MATURITY)
