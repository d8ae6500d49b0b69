"""Balls of every divergence against Clarabel, closed forms, limits and symmetries."""

from itertools import pairwise

import cvxpy as cp
import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from rmot.errors import InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.numerics.pareto import pareto
from rmot.payoffs import call, digital, put, straddle
from rmot.transport import (
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Prior,
    Quotes,
    Unrestricted,
    price_bounds,
)

DIVERGENCES = (
    ChiSquared(),
    KullbackLeibler(),
    CressieRead(1.2),
    CressieRead(1.5),
    CressieRead(2.0),
    CressieRead(3.0),
)


def divergence(x, q):
    if q == 1:
        return x * mpmath.log(x) - x + 1 if x > 0 else mpmath.mpf(1)
    return (x**q - q * (x - 1) - 1) / (q * (q - 1))


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("seed", range(6))
def test_kullback_leibler_agrees_with_clarabels_exponential_cone(seed, random_prior, random_quotes):
    rng = np.random.default_rng(50 + seed)
    prior = random_prior(rng)
    quotes, forward = random_quotes(rng, prior, 3, 1e-2)
    payoff = (call, put, straddle)[seed % 3](rng.uniform(0.9, 1.2))
    given = {"quotes": quotes, "forwards": forward, "divergence": KullbackLeibler()}
    ours = price_bounds(payoff, prior, radius=MultipleOfLeast(3.0), **given)
    assert ours.radius is not None
    w, values = prior.weights, payoff.value(prior.points)
    quoted = np.array([p.value(prior.points) for p in quotes.payoffs])
    q = cp.Variable(w.size)
    rules = [w @ q == 1, (w * prior.points) @ q == forward]
    rules += [(quoted * w) @ q >= quotes.bid, (quoted * w) @ q <= quotes.ask]
    spent = cp.sum(cp.multiply(w, cp.kl_div(q, 1)))
    tight = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
    least = cp.Problem(cp.Minimize(spent), rules)
    least.solve(cp.CLARABEL, **tight)
    assert ours.minimum_radius == pytest.approx(least.value, abs=1e-8)
    for bound, sense in ((ours.upper, cp.Maximize), (ours.lower, cp.Minimize)):
        inside = [*rules, spent <= ours.radius.value]
        problem = cp.Problem(sense((w * values) @ q), inside)
        problem.solve(cp.CLARABEL, **tight)
        # A radius off by 1e-10 moves the bound by theta times that, and theta is below one here.
        assert bound == pytest.approx(problem.value, abs=1e-8)


@pytest.mark.parametrize("radius", [1e-6, 1e-2, 0.3, 2.0])
def test_without_quotes_kullback_leibler_is_exponential_tilting(radius, random_prior):
    prior = random_prior(np.random.default_rng(12))
    c, w = call(1.05).value(prior.points), prior.weights
    # Under a forward that any law has, prices all one, nothing but the tilt is left.
    flat = Prior(np.ones((60, 1)), w)
    b = price_bounds(c, flat, forwards=1.0, divergence=KullbackLeibler(), radius=radius)

    def worth(log_theta, sign):
        theta = np.exp(log_theta)
        x = sign * c / theta
        return theta * (radius + x.max() + np.log(w @ np.exp(x - x.max())))

    for bound, sign in ((b.upper, 1), (-b.lower, -1)):
        # unimodal in log theta; below the least theta the largest payoff is what is left
        found = minimize_scalar(
            worth, bounds=(-25, 15), args=(sign,), method="bounded", options={"xatol": 1e-9}
        )
        least = found.fun  # pyright: ignore[reportAttributeAccessIssue]
        assert bound == pytest.approx(
            min(least, (sign * c).max()), abs=1e-8 * float(np.std(c)) + b.gap
        )


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
@pytest.mark.parametrize("radius", [1e-8, 1e-3, 0.1])
def test_two_points_have_two_laws_at_the_radius(ball, radius):
    points, w = np.array([0.5, 2.0]), np.array([0.7, 0.3])
    quotes = Quotes([call(1.0)], [0.0], [1.0])
    # All else free, the up-weight p solves w_1 phi(p / w_1) + w_0 phi((1 - p) / w_0) = radius.
    flat = Prior(np.ones((2, 1)), w)
    b = price_bounds(call(1.0).value(points), flat, divergence=ball, radius=radius)
    with mpmath.workdps(30):
        q, eta = mpmath.mpf(ball.order), mpmath.mpf(radius) / ball.multiple
        up = mpmath.mpf(w[1]) / (mpmath.mpf(w[0]) + mpmath.mpf(w[1]))

        def over(p):
            return up * divergence(p / up, q) + (1 - up) * divergence((1 - p) / (1 - up), q) - eta

        for bound, end in ((b.upper, mpmath.mpf(1)), (b.lower, mpmath.mpf(0))):
            if over(end) <= 0:
                exact = end
            else:
                exact = mpmath.findroot(
                    over, (up, end), solver="bisect", maxsteps=120, tol=1e-25, verify=False
                )
            assert abs(bound - exact) <= b.gap + 1e-9 * mpmath.sqrt(radius)
    # with the forward held there is one law alone
    held = price_bounds(
        digital(1.0), Prior(points, w), quotes=quotes, forwards=0.95, divergence=ball, radius=1.0
    )
    assert held.lower == pytest.approx(0.3, abs=1e-9)
    assert held.upper == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_one_point_has_one_law(ball):
    b = price_bounds(call(0.5), Prior([1.0], [1.0]), divergence=ball, radius=0.1)
    assert (b.lower, b.upper) == (pytest.approx(0.5, abs=1e-10), pytest.approx(0.5, abs=1e-10))
    with pytest.raises(InfeasibleQuotes):
        price_bounds(call(0.5), Prior([1.0], [1.0]), forwards=1.1, divergence=ball, radius=0.1)


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_bounds_grow_concavely_with_the_radius_up_to_the_linear_program(
    ball, random_prior, random_quotes
):
    rng = np.random.default_rng(3)
    prior = random_prior(rng, 50)
    quotes, forward = random_quotes(rng, prior, 4, 1e-2)
    given = {"quotes": quotes, "forwards": forward}
    values = call(1.1).value(prior.points)
    deviation = values.std()
    first = price_bounds(values, prior, divergence=ball, radius=MultipleOfLeast(1.0), **given)
    least = first.minimum_radius
    radii = least + np.array([1e-3, 1e-2, 0.1, 0.3, 1.0, 3.0, 1e3])
    found = [
        price_bounds(values, prior, divergence=ball, radius=float(radius), **given)
        for radius in radii
    ]
    slack = 2e-8 * deviation
    for inner, outer in pairwise(found):
        assert outer.lower <= inner.lower + slack
        assert inner.upper <= outer.upper + slack
    slopes = np.diff([b.upper for b in found]) / np.diff(radii)
    assert np.all(np.diff(slopes) <= 4 * slack / np.diff(radii)[:-1])
    slopes = np.diff([b.lower for b in found]) / np.diff(radii)
    assert np.all(np.diff(slopes) >= -4 * slack / np.diff(radii)[:-1])
    classical = price_bounds(values, prior, divergence=Unrestricted(), **given)
    last = found[-1]
    # the distance from the linear program's value is part of the gap reported
    assert abs(last.upper - classical.upper) <= last.gap + 1e-9
    assert abs(last.lower - classical.lower) <= last.gap + 1e-9


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_sign_units_order_and_repetition_do_not_matter(ball, random_prior, random_quotes):
    rng = np.random.default_rng(21)
    prior = random_prior(rng, 40)
    quotes, forward = random_quotes(rng, prior, 4, 1e-2)
    payoff, radius = straddle(1.05), MultipleOfLeast(2.0)
    values = payoff.value(prior.points)
    quoted = np.array([one.value(prior.points) for one in quotes.payoffs])
    given = {"divergence": ball, "radius": radius}
    b = price_bounds(payoff, prior, quotes=quotes, forwards=forward, **given)
    slack = 2e-8 * values.std()
    sold = price_bounds(
        -values, prior, quotes=Quotes(quoted, quotes.bid, quotes.ask), forwards=forward, **given
    )
    assert sold.upper == pytest.approx(-b.lower, abs=slack)
    assert sold.lower == pytest.approx(-b.upper, abs=slack)
    # prices in units 5000 times smaller; digitals stay as they are
    units = 5000.0
    rescaled = Prior(units * prior.points, prior.weights)
    factor = np.array([1.0 if "digital" in one.label else units for one in quotes.payoffs])
    big = Quotes(quoted * factor[:, None], quotes.bid * factor, quotes.ask * factor)
    c = price_bounds(units * values, rescaled, quotes=big, forwards=units * forward, **given)
    assert c.upper == pytest.approx(units * b.upper, abs=units * slack)
    assert c.lower == pytest.approx(units * b.lower, abs=units * slack)
    assert c.minimum_radius == pytest.approx(b.minimum_radius, abs=1e-9)
    # each point split in two in shuffled order is the same law
    share = rng.uniform(0.1, 0.9, 40)
    order = rng.permutation(80)
    twice = Prior(
        np.tile(prior.points, 2)[order],
        np.concatenate([share * prior.weights, (1 - share) * prior.weights])[order],
    )
    d = price_bounds(payoff, twice, quotes=quotes, forwards=forward, **given)
    assert d.upper == pytest.approx(b.upper, abs=slack)
    assert d.lower == pytest.approx(b.lower, abs=slack)


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_points_of_weight_1e_280_are_harmless(ball):
    rng = np.random.default_rng(31)
    points = np.linspace(0.05, 8.0, 120)
    weights = np.exp(-0.5 * (np.log(points) / 0.083) ** 2)
    weights = np.maximum(weights / weights.sum(), 1e-280)
    weights /= weights.sum()
    assert weights.min() < 1e-279
    prior = Prior(points, weights)
    law = weights * np.exp(0.3 * np.tanh(2 * np.log(points)))
    law /= law.sum()
    payoffs = [call(k) for k in (0.9, 1.0, 1.1)]
    fair = np.array([law @ one.value(points) for one in payoffs])
    quotes = Quotes(payoffs, fair - 1e-3 * rng.random(3), fair + 1e-3 * rng.random(3))
    b = price_bounds(
        call(1.05),
        prior,
        quotes=quotes,
        forwards=law @ points,
        divergence=ball,
        radius=MultipleOfLeast(2.0),
    )
    deviation = np.sqrt(
        weights @ (call(1.05).value(points) - weights @ call(1.05).value(points)) ** 2
    )
    assert b.gap <= 1e-8 * deviation
    assert b.lower <= b.price <= b.upper
    if ball.order > 1:
        # What 1e-200 weighs costs at least its mass to the order over its weight to the order - 1:
        # without those points the bounds are the same.
        kept = weights > 1e-40
        short = Prior(points[kept], weights[kept] / weights[kept].sum())
        c = price_bounds(
            call(1.05),
            short,
            quotes=quotes,
            forwards=law @ points,
            divergence=ball,
            radius=b.radius,
        )
        assert c.upper == pytest.approx(b.upper, abs=2e-8 * deviation)
        assert c.lower == pytest.approx(b.lower, abs=2e-8 * deviation)


@pytest.mark.parametrize("ball", DIVERGENCES[:4], ids=str)
def test_three_hundred_quotes_are_met(ball):
    rng = np.random.default_rng(41)
    points = np.sort(np.exp(0.2 * rng.standard_normal(3000) - 0.02))
    prior = Prior(points, np.full(3000, 1 / 3000))
    law = np.exp(0.2 * np.tanh(3 * (points - 1)))
    law /= law.sum()
    payoffs = [call(k) for k in np.linspace(0.6, 1.6, 300)]
    fair = np.array([law @ one.value(points) for one in payoffs])
    quotes = Quotes(payoffs, fair - 1e-3, fair + 1e-3)
    b = price_bounds(
        digital(1.1),
        prior,
        quotes=quotes,
        forwards=law @ points,
        divergence=ball,
        radius=MultipleOfLeast(2.0),
    )
    assert b.gap <= 1e-8
    # strikes on either side bound the digital by calls' slopes
    inside = law @ digital(1.1).value(points)
    assert b.lower <= inside + b.gap or b.minimum_radius > 0
    assert b.lower - b.gap <= b.price <= b.upper + b.gap


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_zero_quotes_and_one_sided_ones(ball, random_prior):
    prior = random_prior(np.random.default_rng(51))
    given = {"forwards": prior.mean(), "divergence": ball, "radius": 0.05}
    none = price_bounds(call(1.1), prior, **given)
    empty = price_bounds(call(1.1), prior, quotes=Quotes([], [], []), **given)
    # sides far away say nothing; a side at the upper bound neither
    far = Quotes([call(1.1), put(0.9)], [-np.inf, -5.0], [none.upper, np.inf])
    open_ended = price_bounds(call(1.1), prior, quotes=far, **given)
    for other in (empty, open_ended):
        assert other.upper == pytest.approx(none.upper, abs=2e-8)
        assert other.lower == pytest.approx(none.lower, abs=2e-8)
    capped = Quotes([call(1.1)], [-np.inf], [0.5 * (none.price + none.upper)])
    b = price_bounds(call(1.1), prior, quotes=capped, **given)
    assert b.upper == pytest.approx(capped.ask[0], abs=1e-8)


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_a_radius_below_the_least_is_refused_with_the_least(ball, random_prior, random_quotes):
    rng = np.random.default_rng(61)
    prior = random_prior(rng)
    quotes, forward = random_quotes(rng, prior, 3, 1e-4)
    given = {"quotes": quotes, "forwards": forward, "divergence": ball}
    least = price_bounds(call(1.0), prior, radius=MultipleOfLeast(1.5), **given).minimum_radius
    assert least > 0
    with pytest.raises(InfeasibleRadius, match=f">= {least:.6g}"[:8]):
        price_bounds(call(1.0), prior, radius=0.9 * least, **given)


@pytest.mark.parametrize("ball", DIVERGENCES, ids=str)
def test_quotes_that_no_law_meets_are_named(ball, random_prior):
    prior = random_prior(np.random.default_rng(71))
    butterfly = Quotes([call(0.9), call(1.0), call(1.1)], [0.16, 0.15, 0.08], [0.16, 0.15, 0.08])
    with pytest.raises(InfeasibleQuotes, match=r"quote \d \(call\(strike="):
        price_bounds(call(1.2), prior, quotes=butterfly, divergence=ball, radius=1.0)


@pytest.mark.parametrize(
    ("points", "weights", "says"),
    [
        ([1.0, 2.0], [0.5, 0.6], "sum to 1"),
        ([1.0, 2.0], [1.0, 0.0], "positive weights"),
        ([1.0, 2.0], [np.nan, 0.5], "finite"),
        ([1.0, np.inf], [0.5, 0.5], "finite"),
        ([], [], "expected"),
    ],
)
def test_priors_that_are_no_laws_are_refused(points, weights, says):
    with pytest.raises(ParameterError, match=says):
        Prior(points, weights)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("ball", DIVERGENCES[:3], ids=str)
def test_payoffs_that_are_not_numbers_are_refused(ball, wrong):
    prior = Prior([0.5, 1.0, 1.5], [0.3, 0.4, 0.3])
    with pytest.raises(ParameterError, match="finite"):
        price_bounds([0.0, wrong, 1.0], prior, divergence=ball, radius=0.1)
    with pytest.raises(ParameterError, match="finite"):
        Quotes([[0.0, wrong, 1.0]], [0.0], [1.0])


@pytest.mark.parametrize("last", [1e2, 1e3, 1e5])
def test_quotes_met_exactly_by_a_heavy_tailed_prior_are_no_trap(last):
    """Priors whose last node has weights of 1e-16 and less once led Newton's method astray."""
    prior = pareto(8.0, last, kinks=(0.95, 1.0, 1.1, 1.5), ratio=1.01, has_tail=False)
    x, w = prior.points, prior.weights / prior.weights.sum()
    strikes = (0.95, 1.0, 1.1)
    fair = [float(w @ np.maximum(x - strike, 0.0)) for strike in strikes]
    quotes = Quotes([call(strike) for strike in strikes], fair, fair)
    bounds = price_bounds(
        call(1.5),
        prior,
        quotes=quotes,
        forwards=float(w @ x),
        divergence=KullbackLeibler(),
        radius=0.01,
    )
    price = float(w @ np.maximum(x - 1.5, 0.0))
    assert bounds.lower < price < bounds.upper
    assert bounds.gap <= 1e-8 * price
