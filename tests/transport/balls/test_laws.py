"""The laws behind a ball's bounds attain them, meet what they have to, and lie within the ball."""

import cvxpy as cp
import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import BlackScholes, RoughHeston
from rmot.payoffs import basket_call, call, put
from rmot.transport import (
    Bounds,
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Prior,
    Quotes,
    Unrestricted,
    price_bounds,
)

STRIKES = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
KINKS = np.sort([*STRIKES, 1.15])
FAIR = BlackScholes(volatility=0.21).call_price(np.log(STRIKES), 0.25)
QUOTES = Quotes([call(k) for k in STRIKES], 0.99 * FAIR, 1.01 * FAIR)


def spent(divergence, ratio, weights):
    """The divergence, from its definition."""
    if isinstance(divergence, ChiSquared):
        return float(weights @ (ratio - 1.0) ** 2)
    if isinstance(divergence, KullbackLeibler):
        logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
        return float(weights @ (ratio * logs))
    q = divergence.order
    return float(weights @ (ratio**q - 1.0 - q * (ratio - 1.0))) / (q * (q - 1.0))


def misses(law, quotes):
    """By how much a law misses quotes."""
    found = np.array([law.expectation(payoff) for payoff in quotes.payoffs])
    return float(np.max(np.maximum(quotes.bid - found, found - quotes.ask)))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("divergence", [ChiSquared(), KullbackLeibler(), CressieRead(1.5)])
def test_laws_attain_the_bounds_within_the_ball(random_prior, random_quotes, seed, divergence):
    rng = np.random.default_rng(seed)
    prior = random_prior(rng)
    # an order that is not that of the prices: weights are the prior's own
    shuffle = rng.permutation(prior.weights.size)
    prior = Prior(prior.points[shuffle], prior.weights[shuffle])
    quotes, mean = random_quotes(rng, prior, 5, 0.01)
    found = price_bounds(
        call(1.2), prior, quotes=quotes, forwards=mean, divergence=divergence, radius=0.3
    )
    for which in ("price", "lower", "upper"):
        law = found.law(which)
        # the solvers' gap bounds what their laws are off by
        slack = 1e-8 + found.gap
        assert law.expectation(call(1.2)) == pytest.approx(getattr(found, which), abs=slack)
        assert law.expectation(call(1.2).value(prior.points)) == law.expectation(call(1.2))
        assert law.weights.sum() == pytest.approx(1.0, abs=slack)
        assert law.mean() == pytest.approx(mean, abs=slack)
        assert misses(law, quotes) < slack
        most = found.minimum_radius if which == "price" else 0.3
        assert spent(divergence, law.weights / prior.weights, prior.weights) <= most + slack
        assert law.as_prior().expectation(call(1.2)) == pytest.approx(
            getattr(found, which), abs=slack
        )


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_the_upper_law_is_the_maximiser_that_clarabel_finds(random_prior, random_quotes):
    rng = np.random.default_rng(11)
    prior = random_prior(rng)
    quotes, mean = random_quotes(rng, prior, 4, 0.01)
    found = price_bounds(
        put(0.9),
        prior,
        quotes=quotes,
        forwards=mean,
        divergence=ChiSquared(),
        radius=MultipleOfLeast(3.0),
    )
    assert found.radius is not None
    w, s = prior.weights, prior.points
    z = cp.Variable(w.size)
    q = 1 + z / np.sqrt(w)
    quoted = np.array([payoff.value(s) for payoff in quotes.payoffs])
    rules = [q >= 0, w @ q == 1, (w * s) @ q == mean, cp.norm(z) <= np.sqrt(found.radius.value)]
    rules += [(quoted * w) @ q >= quotes.bid, (quoted * w) @ q <= quotes.ask]
    problem = cp.Problem(cp.Maximize((w * put(0.9).value(s)) @ q), rules)
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    # the ball is strictly convex and binds: one maximiser; a gap leaves its root in the densities
    assert found.upper_hedge.theta > 1e-6
    assert found.law("upper").weights == pytest.approx(w * q.value, abs=1e-5)


@pytest.mark.parametrize("which", ["price", "lower", "upper"])
def test_a_tail_keeps_its_mass_and_its_mean(which):
    model = RoughHeston(
        hurst=0.12, vol_of_vol=0.28, correlation=-0.65, initial_variance=0.04,
        mean_reversion=0.3, long_run_variance=0.04,
    )  # fmt: skip
    # a tail that starts near, so that it holds something
    prior = model.prior(0.25, upper=1.35, kinks=KINKS)
    assert prior.tail is not None
    assert prior.tail.mass > 1e-5
    found = price_bounds(
        call(1.15), prior, quotes=QUOTES, divergence=ChiSquared(), radius=MultipleOfLeast(4.0)
    )
    law, slack = found.law(which), 1e-9 + found.gap
    assert law.expectation(call(1.15)) == pytest.approx(getattr(found, which), abs=slack)
    assert law.weights.sum() + law.tail_mass == pytest.approx(1.0, abs=slack)
    assert law.mean() == pytest.approx(1.0, abs=slack)
    assert misses(law, QUOTES) < slack
    assert law.tail_moment >= prior.tail.start * law.tail_mass - slack
    points, weights = law.on_points()
    assert weights @ points == pytest.approx(1.0, abs=slack)
    with pytest.raises(ParameterError, match="payoff object"):
        law.expectation(call(1.15).value(prior.points))


def test_a_forward_that_escapes_is_no_finite_law():
    model = RoughHeston(
        hurst=0.12, vol_of_vol=0.28, correlation=-0.65, initial_variance=0.04,
        mean_reversion=0.3, long_run_variance=0.04,
    )  # fmt: skip
    prior = model.prior(0.25, kinks=KINKS)
    found = price_bounds(
        call(1.15), prior, quotes=QUOTES, divergence=KullbackLeibler(), radius=MultipleOfLeast(2.0)
    )
    law = found.law("lower")
    assert law.tail_moment > 1e-4 > law.tail_mass
    assert law.expectation(call(1.15)) == pytest.approx(found.lower, abs=1e-9 + found.gap)
    with pytest.raises(ParameterError, match="escapes"):
        law.as_prior()


def test_paths_have_weights_of_their_own():
    rng = np.random.default_rng(5)
    steps = 0.1 * rng.standard_normal((400, 3, 2)) - 0.005
    paths = np.exp(np.cumsum(steps, axis=1))
    paths /= paths.mean(axis=0)
    prior = Prior(paths, np.full(400, 1 / 400))
    worst = np.maximum(1.0 - paths.min(axis=(1, 2)), 0.0)
    found = price_bounds(
        worst, prior, forwards=np.ones((3, 2)), divergence=ChiSquared(), radius=0.1
    )
    law = found.law("upper")
    assert law.weights.shape == (400,)
    assert law.expectation(worst) == pytest.approx(found.upper, abs=1e-9 + found.gap)
    assert law.mean() == pytest.approx(np.ones((3, 2)), abs=1e-9)


def test_laws_are_not_saved_and_classical_bounds_have_none(tmp_path):
    prior = BlackScholes(volatility=0.2).prior(0.25, kinks=KINKS)
    found = price_bounds(
        call(1.15), prior, quotes=QUOTES, divergence=ChiSquared(), radius=MultipleOfLeast(2.0)
    )
    found.save(tmp_path / "bounds.json")
    read = Bounds.load(tmp_path / "bounds.json")
    assert read.upper == found.upper
    classical = price_bounds(call(1.15), None, quotes=QUOTES, divergence=Unrestricted())
    for bounds in (read, classical):
        with pytest.raises(ParameterError, match="saved ones no laws"):
            bounds.law("upper")
    with pytest.raises(ParameterError, match="price, lower, upper"):
        found.law("middle")  # pyright: ignore[reportArgumentType]


def test_weights_of_a_joint_sample_are_those_of_its_points():
    rng = np.random.default_rng(9)
    points = np.exp(0.2 * rng.standard_normal((300, 2)) - 0.02)
    prior = Prior(points / points.mean(axis=0), np.full(300, 1 / 300))
    payoff = basket_call([0.5, 0.5], 1.0)
    found = price_bounds(payoff, prior, forwards=(1.0, 1.0), divergence=ChiSquared(), radius=0.2)
    values = payoff.value(prior.points)
    for which in ("lower", "upper"):
        law = found.law(which)
        assert law.weights @ values == pytest.approx(getattr(found, which), abs=1e-9 + found.gap)
