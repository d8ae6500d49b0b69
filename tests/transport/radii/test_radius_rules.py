"""A named radius is the number it stands for, and says so."""

import numpy as np
import pytest

from rmot.calibration import calibrate, draw_model
from rmot.errors import InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.models import BlackScholes
from rmot.payoffs import PiecewiseLinear, call
from rmot.transport import (
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Prior,
    Quotes,
    Unrestricted,
    coarse_divergence,
    held_out_radius,
    least_radius,
    least_that_meets,
    needed_radius,
    price_bounds,
    prior_spread_radius,
    quote_noise_radius,
)
from tests.calibration.surfaces import surface_of

PRIOR = Prior(np.linspace(0.5, 1.5, 41), np.full(41, 1 / 41))
QUOTES = Quotes([call(1.0)], [0.14], [0.141])


def bounds(radius):
    return price_bounds(call(1.2), PRIOR, quotes=QUOTES, divergence=ChiSquared(), radius=radius)


def test_multiple_of_the_least_radius_is_that_radius():
    by_rule = bounds(MultipleOfLeast(2.0))
    by_number = bounds(2.0 * by_rule.minimum_radius)
    assert by_rule.minimum_radius > 0
    assert by_rule.radius is not None
    assert by_rule.radius.value == 2.0 * by_rule.minimum_radius
    assert "2 times the least" in by_rule.radius.rule
    assert (by_rule.lower, by_rule.upper) == (by_number.lower, by_number.upper)


@pytest.mark.parametrize("factor", [0.5, float("nan"), float("inf")])
def test_factors_that_leave_no_law_are_refused(factor):
    with pytest.raises(ParameterError, match="factor >= 1"):
        MultipleOfLeast(factor)


def test_the_number_chosen_is_the_least_that_meets_the_share():
    rng = np.random.default_rng(5)
    for size in (1, 7, 20):
        asked = rng.choice([0.0, 0.1, 0.5, 2.0, np.inf, np.nan], size=size, p=[0.3] + [0.14] * 5)
        for level in (0.05, 0.5, 0.9, 1.0):
            enough = [c for c in asked if np.isfinite(c) and np.mean(asked <= c) >= level - 1e-12]
            number, attained = least_that_meets(asked, level)
            assert attained == bool(enough)
            if enough:
                assert number == min(enough)
            elif np.isfinite(asked).any():
                assert number == max(asked[np.isfinite(asked)])
            else:
                assert np.isnan(number)


@pytest.mark.parametrize(
    ("asked", "level"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1), ([1.0], np.nan)]
)
def test_shares_that_make_no_sense_are_refused(asked, level):
    with pytest.raises(ParameterError, match="expected"):
        least_that_meets(asked, level)


# Three prices: the laws with mean one are (p, 1 - 2p, p), the call at one costs p / 2, and
# chi-squared from p = 1/4 is 16 (p - 1/4)^2.
THREE = Prior([0.5, 1.0, 1.5], [0.25, 0.5, 0.25])
FAIR = 0.125


def chi_squared_at(bid, ask):
    distance = np.maximum(np.maximum(bid - FAIR, FAIR - ask), 0.0)
    return 64.0 * distance**2


def noise_radius(quotes, **options):
    options = {"level": 0.9, "n_draws": 200, "seed": 1, **options}
    return quote_noise_radius(THREE, quotes, divergence=ChiSquared(), **options)


def test_quote_noise_is_the_order_statistic_of_the_closed_form():
    width = 0.02
    quotes = Quotes([call(1.0)], [0.13], [0.13 + width])
    shifts = np.random.default_rng(1).uniform(-0.5, 0.5, 60) * width
    asked = np.sort(chi_squared_at(0.13 + shifts, 0.15 + shifts))
    for level in (0.75, 0.9, 1.0):
        found = noise_radius(quotes, level=level, n_draws=60)
        # the solver stops at gaps of 1e-9
        assert found.value == pytest.approx(asked[int(np.ceil(60 * level)) - 1], abs=1e-9)
        assert f"level {level:g}" in found.rule
        assert "60 draws, seed 1" in found.rule
        assert "met by no law" not in found.rule


def test_quote_noise_gives_the_same_radius_for_the_same_seed_and_grows_with_the_level():
    quotes = Quotes([call(0.8), call(1.0)], [0.27, 0.13], [0.285, 0.15])
    assert noise_radius(quotes, n_draws=30) == noise_radius(quotes, n_draws=30)
    assert noise_radius(quotes, n_draws=30).value != noise_radius(quotes, n_draws=30, seed=2).value
    radii = [noise_radius(quotes, n_draws=30, level=level).value for level in (0.6, 0.7, 0.9, 1.0)]
    assert np.all(np.diff(radii) >= 0)
    assert radii[0] < radii[-1]


def test_quote_noise_covers_fresh_quotes_of_the_same_law_at_its_level():
    level, n_draws, n_fresh, width = 0.8, 250, 50_000, 0.02
    quotes = Quotes([call(1.0)], [0.13], [0.13 + width])
    radius = noise_radius(quotes, level=level, n_draws=n_draws, seed=3)
    shifts = np.random.default_rng(4).uniform(-0.5, 0.5, n_fresh) * width
    met = np.mean(chi_squared_at(0.13 + shifts, 0.15 + shifts) <= radius.value)
    # binomial, of the quantile's draws and of the fresh ones
    deviation = np.sqrt(level * (1 - level) * (1 / n_draws + 1 / n_fresh))
    assert abs(met - level) <= 4 * deviation


def test_draws_that_no_law_meets_are_counted_and_left_out():
    # two quotes of one call, whose intervals part when the second moves away from the first
    bid, ask = np.array([0.105, 0.125]), np.array([0.135, 0.155])
    quotes = Quotes([call(1.0), call(1.0)], bid, ask)
    rng = np.random.default_rng(1)
    shifts = np.array([rng.uniform(-0.5, 0.5, 2) for _ in range(60)]) * 0.03
    low, high = (bid + shifts).max(axis=1), (ask + shifts).min(axis=1)
    parted = low > high
    asked = np.sort(chi_squared_at(low, high)[~parted])
    found = noise_radius(quotes, n_draws=60)
    assert 0 < parted.sum() < 60
    assert f"{parted.sum()} of them met by no law" in found.rule
    assert found.value == pytest.approx(asked[int(np.ceil(0.9 * asked.size)) - 1], abs=1e-9)


def test_a_clash_that_is_not_explained_is_refused_all_the_same():
    quotes = Quotes([call(1.0), call(1.0), call(1.1)], [0.1, 0.2, 0.05], [0.12, 0.22, 0.06])
    with pytest.raises(InfeasibleQuotes) as explained:
        least_radius(THREE, quotes, divergence=ChiSquared())
    with pytest.raises(InfeasibleQuotes, match="the nearest misses") as told:
        least_radius(THREE, quotes, divergence=ChiSquared(), explained=False)
    assert len(explained.value.conflict) >= 2
    assert not told.value.conflict
    met = Quotes([call(1.0)], [0.13], [0.15])
    assert least_radius(THREE, met, divergence=ChiSquared()) == least_radius(
        THREE, met, divergence=ChiSquared(), explained=False
    )


def test_quote_noise_never_falls_below_what_meets_the_quotes_as_given():
    quotes = Quotes([call(1.0)], [0.13], [0.15])
    found = noise_radius(quotes, level=0.1)
    assert found.value == least_radius(THREE, quotes, divergence=ChiSquared())
    assert "raised to the least" in found.rule
    open_side = Quotes([call(1.0)], [0.13], [np.inf])
    assert noise_radius(open_side, n_draws=5).value == pytest.approx(
        chi_squared_at(0.13, np.inf), abs=1e-9
    )
    with pytest.raises(InfeasibleQuotes):
        noise_radius(Quotes([call(1.0)], [0.3], [0.31]))
    with pytest.raises(ParameterError, match="n_draws"):
        noise_radius(quotes, n_draws=0)
    with pytest.raises(ParameterError, match="ChiSquared, KullbackLeibler or CressieRead"):
        quote_noise_radius(
            THREE,
            quotes,
            divergence=Unrestricted(),  # pyright: ignore[reportArgumentType]
            level=0.9,
            n_draws=1,
            seed=1,
        )


def test_quotes_that_meet_at_their_ends_alone_leave_no_draw_to_choose_from():
    # met where one quote's ask is the other's bid: draws part them half the time
    quotes = Quotes([call(1.0), call(1.0)], [0.11, 0.13], [0.13, 0.15])
    seed = next(
        s for s in range(100) if np.diff(np.random.default_rng(s).uniform(-0.5, 0.5, 2))[0] > 0
    )
    with pytest.raises(InfeasibleRadius, match="met by no law"):
        noise_radius(quotes, n_draws=1, seed=seed)


@pytest.mark.parametrize("divergence", [ChiSquared(), KullbackLeibler(), CressieRead(1.5)])
def test_on_common_nodes_the_coarse_divergence_is_the_divergence(divergence):
    rng = np.random.default_rng(2)
    w, v = rng.dirichlet(np.full(30, 2.0), size=2)
    points = rng.permutation(np.linspace(0.5, 1.5, 30))
    ratio = v / w
    by_hand = {
        "ChiSquared": w @ (ratio - 1) ** 2,
        "KullbackLeibler": v @ np.log(ratio),
        "CressieRead": w @ (ratio**1.5 - 1) / (1.5 * 0.5),
    }[type(divergence).__name__]
    found = coarse_divergence(Prior(points, v), Prior(points, w), divergence)
    assert found == pytest.approx(by_hand, rel=1e-10)


def chi_squared_of_lognormals(a, b):
    """Of N(-a^2/2, a^2) from N(-b^2/2, b^2): the integral of q^2 / p, less one."""
    left = 2 * b**2 - a**2
    shift = 0.5 * (a**2 - b**2)
    return b**2 / (a * np.sqrt(left)) * np.exp(shift**2 / left) - 1


@pytest.mark.parametrize("volatility", [0.17, 0.21, 0.24])
def test_coarse_divergence_of_lognormal_laws_tends_to_the_closed_form(volatility):
    maturity = 0.25

    def at(n_points):
        law, prior = (
            BlackScholes(volatility=v).prior(maturity, n_points=n_points) for v in (volatility, 0.2)
        )
        return coarse_divergence(law, prior, ChiSquared())

    expected = chi_squared_of_lognormals(volatility * 0.5, 0.2 * 0.5)
    coarse, fine = at(400), at(800)
    # second order in the cells: the error of the finer is a third of the difference
    assert abs(fine - expected) <= abs(fine - coarse)
    assert abs(fine - coarse) <= 0.01 * expected


def test_joining_cells_lowers_the_divergence():
    law, prior = (BlackScholes(volatility=v).prior(0.5, n_points=400) for v in (0.23, 0.2))
    found = [coarse_divergence(law, prior, ChiSquared(), n) for n in (1, 4, 8, 16, 64)]
    found.append(coarse_divergence(law, prior, ChiSquared()))
    assert found[0] == pytest.approx(0.0, abs=1e-15)
    assert np.all(np.diff(found) > 0)
    early = BlackScholes(volatility=0.23).prior(0.5, n_points=400, upper=1.2)
    assert 0 < coarse_divergence(early, prior, ChiSquared()) < found[-1]
    with pytest.raises(ParameterError, match="n_cells"):
        coarse_divergence(law, prior, ChiSquared(), 0)
    with pytest.raises(ParameterError, match="one asset"):
        coarse_divergence(Prior([[1.0, 1.0]], [1.0]), prior, ChiSquared())


def test_samples_of_the_prior_lie_at_pearsons_distance():
    """m chi-squared of m samples in K cells has mean K - 1 and variance about 2 (K - 1)."""
    prior = BlackScholes(volatility=0.2).prior(0.25)
    rng = np.random.default_rng(8)
    m, n_cells, n_draws = 2000, 10, 200
    found = []
    for _ in range(n_draws):
        s = np.exp(0.1 * rng.standard_normal(m) - 0.005)
        sample = Prior(s, np.full(m, 1 / m))
        found.append(m * coarse_divergence(sample, prior, ChiSquared(), n_cells))
    error = np.sqrt(2 * (n_cells - 1) / n_draws)
    assert abs(np.mean(found) - (n_cells - 1)) <= 4 * error


def test_spread_between_priors_is_an_order_statistic_of_their_divergences():
    prior = BlackScholes(volatility=0.2).prior(0.25, n_points=200)

    def draw(rng):
        volatility = 0.2 * np.exp(0.05 * rng.standard_normal())
        return BlackScholes(volatility=volatility).prior(0.25, n_points=200)

    rng = np.random.default_rng(5)
    priors = [draw(rng) for _ in range(12)]
    asked = np.sort([coarse_divergence(other, prior, ChiSquared()) for other in priors])
    radii = []
    for level in (0.25, 0.5, 0.9, 1.0):
        given = prior_spread_radius(prior, priors, divergence=ChiSquared(), level=level)
        drawn = prior_spread_radius(
            prior, draw, divergence=ChiSquared(), level=level, n_draws=12, seed=5
        )
        assert given.value == drawn.value == asked[int(np.ceil(12 * level)) - 1]
        assert "12 given priors" in given.rule
        assert "12 drawn priors, seed 5" in drawn.rule
        radii.append(given.value)
    assert radii[-1] == asked[-1]
    assert np.all(np.diff(radii) > 0)


def test_a_fits_errors_give_the_quantile_of_the_closed_form_over_them():
    """One parameter: chi-squared of lognormal laws, its volatility normal about the optimum."""
    surface = surface_of(BlackScholes(volatility=0.2), noise=np.random.default_rng(4), spread=0.02)
    fit = calibrate(BlackScholes, surface)
    maturity, n_draws, level = 0.25, 60, 0.8
    best, generator = fit.model.volatility, np.random.default_rng(9)
    drawn = best * np.exp(
        fit.standard_errors["volatility"] / best * generator.standard_normal((n_draws, 1))[:, 0]
    )
    scale = np.sqrt(maturity)
    exact = np.sort([chi_squared_of_lognormals(v * scale, best * scale) for v in drawn])
    found = [
        prior_spread_radius(
            fit.model.prior(maturity, n_points=n_points),
            lambda generator, n=n_points: draw_model(fit, generator).prior(maturity, n_points=n),
            divergence=ChiSquared(),
            level=level,
            n_draws=n_draws,
            seed=9,
        ).value
        for n_points in (200, 400)
    ]
    expected = exact[int(np.ceil(level * n_draws)) - 1]
    # second order in the cells: the error of the finer is a third of the difference
    assert abs(found[1] - expected) <= abs(found[1] - found[0])
    assert abs(found[1] - found[0]) <= 0.05 * expected


def test_draws_and_seeds_go_with_a_callable_and_with_nothing_else():
    with pytest.raises(ParameterError, match="n_draws and seed with a callable"):
        prior_spread_radius(THREE, lambda rng: THREE, divergence=ChiSquared(), level=0.9)
    with pytest.raises(ParameterError, match="no n_draws or seed"):
        prior_spread_radius(THREE, [THREE], divergence=ChiSquared(), level=0.9, seed=1)
    with pytest.raises(ParameterError, match="at least one"):
        prior_spread_radius(THREE, [], divergence=ChiSquared(), level=0.9)


def test_a_held_out_quote_is_met_from_the_radius_it_needs_and_not_below():
    payoffs = [call(0.9), call(1.0)]
    bid = np.array([PRIOR.expectation(payoff) for payoff in payoffs]) * 1.005
    quotes = Quotes(payoffs, bid, bid + 1e-3)
    held = call(1.25)
    low = PRIOR.expectation(held) * 1.2
    needed = needed_radius(held, low, low + 1e-3, PRIOR, quotes, divergence=ChiSquared())
    for share, meets in ((0.99, False), (1.01, True)):
        b = price_bounds(held, PRIOR, quotes=quotes, divergence=ChiSquared(), radius=share * needed)
        assert (b.upper >= low) == meets
    everything = needed_radius(held, 0.0, 1.0, PRIOR, quotes, divergence=ChiSquared())
    assert everything == pytest.approx(
        least_radius(PRIOR, quotes, divergence=ChiSquared()), abs=1e-9
    )
    assert needed_radius(held, 0.5, 0.6, PRIOR, quotes, divergence=ChiSquared()) == np.inf


def test_what_a_held_out_quote_needs_is_the_closed_form():
    kept = Quotes([call(1.0)], [0.10], [0.15])
    # the butterfly about one pays (1 - 2p) / 2 and is held out
    butterfly = PiecewiseLinear(
        np.array([0.5, 1.0, 1.5]), np.array([0, -0.5, 1.5, 0]), np.array([0, 1, -1, 0]), "butterfly"
    )
    for bid, ask in ((0.30, 0.32), (0.2, 0.24), (0.24, 0.26), (0.15, 0.19)):
        p = np.clip(0.25, 0.5 - ask, 0.5 - bid)
        possible = 0.2 <= p <= 0.3
        found = needed_radius(butterfly, bid, ask, THREE, kept, divergence=ChiSquared())
        expected = 16 * (p - 0.25) ** 2 if possible else np.inf
        assert found == pytest.approx(expected, abs=1e-9)


def test_held_out_radius_meets_the_share_or_says_that_none_does():
    needed = [0.03, np.inf, 0.01, 0.02, np.nan]
    for level, value in ((0.2, 0.01), (0.4, 0.02), (0.6, 0.03)):
        assert held_out_radius(needed, level).value == value
    assert "0.6 of 5 held-out quotes" in held_out_radius(needed, 0.6).rule
    with pytest.raises(InfeasibleRadius, match="3 of 5 can be met"):
        held_out_radius(needed, 0.8)
