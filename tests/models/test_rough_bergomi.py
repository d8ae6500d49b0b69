"""Rough Bergomi: moments by quadrature, laws by exact Cholesky simulation, prices, refusals."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from rmot.errors import ParameterError
from rmot.models import ForwardVariance, RoughBergomi, Simulation
from rmot.numerics.rough_bergomi_paths import RoughBergomiScheme

PATHS = 2**16
XI = 0.04


def model(**changes: Any) -> RoughBergomi:
    given: dict[str, Any] = {"hurst": 0.1, "vol_of_vol": 1.5, "correlation": -0.8}
    given["initial_variance"] = XI
    return RoughBergomi(**(given | changes))


def covariance(s, t, hurst):
    """E X_s X_t for s <= t, by quadrature in u with s - u = u^(1 / (H + 1/2))."""
    power = hurst + 0.5
    value, _ = quad(lambda u: (t - s + u ** (1 / power)) ** (power - 1) / power, 0, s**power)
    return 2 * hurst * value if s < t else s ** (2 * hurst)


def exact_moments(hurst, vol_of_vol):
    """E U Z and E U^2 at T = 1, Z = ∫ sqrt(V) dW, by quadrature of lognormal moments."""
    node, weight = np.polynomial.legendre.leggauss(30)
    node, weight = 0.5 * (node + 1), 0.5 * weight
    power, along, square = hurst + 0.5, 0.0, 0.0
    for t, w in zip(node, weight, strict=True):
        for x, v in zip(node, weight, strict=True):
            s = t * (1 - x ** (1 / power))
            bracket = 0.5 * covariance(s, t, hurst) - s ** (2 * hurst) / 8
            kernel = np.sqrt(2 * hurst) * t**power / power
            along += w * v * vol_of_vol * kernel * XI**1.5 * np.exp(vol_of_vol**2 * bracket)
            s = t * (1 - x**3)
            moment = XI**2 * np.exp(vol_of_vol**2 * covariance(s, t, hurst))
            square += 2 * w * v * 3 * x**2 * t * moment
    return along, square


@pytest.mark.parametrize(("hurst", "vol_of_vol"), [(0.07, 1.5), (0.3, 1.0)])
def test_moments_of_the_integrals_tend_to_those_by_quadrature(hurst, vol_of_vol):
    along, square = exact_moments(hurst, vol_of_vol)
    generator = np.random.default_rng(8)
    tilt = 1e-6
    errors = []
    for steps in (16, 128):
        grid = np.linspace(0, 1, steps + 1)
        scheme = RoughBergomiScheme(
            grid,
            np.array([steps - 1]),
            hurst=hurst,
            vol_of_vol=vol_of_vol,
            correlation=tilt,
            totals=XI * grid,
        )
        ends = scheme.paths(generator.standard_normal((PATHS, steps)))[:, 0]
        # at a small correlation the log-martingale is that times Z
        z, u = ends[:, 0] / tilt, ends[:, 2]
        assert abs(u.mean() / XI - 1) < 4 * u.std() / XI / np.sqrt(PATHS)
        product = z * u
        chance = 4 * product.std() / np.sqrt(PATHS) / along
        errors.append(product.mean() / along - 1)
        # the weak order is H + 1/2
        assert abs(errors[-1]) < chance + 0.3 * steps ** -(hurst + 0.5)
        squared = u**2
        chance = 4 * squared.std() / np.sqrt(PATHS)
        assert abs(squared.mean() - square) < chance + 0.1 * square / steps
    assert np.all(np.isfinite(errors))


def test_log_variance_is_gaussian_with_the_exact_covariance():
    times = [0.1, 0.15, 0.8]
    given = model(hurst=0.2)
    log_v = np.log(given.simulate_paths(times, PATHS, 4, steps=64).variance / XI)
    eta = given.vol_of_vol
    exact = np.array([[covariance(min(s, t), max(s, t), 0.2) for s in times] for t in times])
    found = np.cov(log_v.T) / eta**2
    # products of correlated normals; averages over steps lose less than a hundredth
    spread = np.sqrt((np.outer(np.diag(exact), np.diag(exact)) + exact**2) / PATHS)
    assert np.all(np.abs(found - exact) < 4 * spread + 0.01 * exact)
    assert np.all(np.abs(log_v.mean(axis=0) + 0.5 * eta**2 * np.diag(exact)) < 0.03)
    variance = np.exp(log_v)
    assert np.all(abs(variance.mean(axis=0) - 1) < 4 * variance.std(axis=0) / np.sqrt(PATHS))


def cholesky_prices(given, strikes, maturity, steps, paths, seed):
    """Means of Black's formula over exact joint paths of X and W, V frozen over each step."""
    t = maturity * np.arange(1, steps) / steps
    hurst, h = given.hurst, maturity / steps
    both = np.zeros((2 * steps - 1, 2 * steps - 1))
    both[: steps - 1, : steps - 1] = [
        [covariance(min(a, b), max(a, b), hurst) for a in t] for b in t
    ]
    ends = np.append(0.0, np.append(t, maturity))
    power = hurst + 0.5
    reach = np.maximum(t[:, None] - ends, 0.0) ** power
    cross = np.sqrt(2 * hurst) / power * (reach[:, :-1] - reach[:, 1:])
    both[: steps - 1, steps - 1 :] = cross
    both[steps - 1 :, : steps - 1] = cross.T
    both[steps - 1 :, steps - 1 :] = h * np.eye(steps)
    root = np.linalg.cholesky(both + 1e-14 * np.eye(both.shape[0]))
    generator = np.random.default_rng(seed)
    drawn = generator.standard_normal((paths, both.shape[0])) @ root.T
    eta, rho = given.vol_of_vol, given.correlation
    v = np.full((paths, steps), XI)
    v[:, 1:] = XI * np.exp(eta * drawn[:, : steps - 1] - 0.5 * eta**2 * t ** (2 * hurst))
    means, errors = [], []
    for every in (1, 2):
        frozen = v[:, ::every]
        moves = drawn[:, steps - 1 :].reshape(paths, -1, every).sum(axis=2)
        u = frozen.sum(axis=1) * h * every
        log_forward = rho * np.sum(np.sqrt(frozen) * moves, axis=1) - 0.5 * rho**2 * u
        s = np.sqrt((1 - rho**2) * u)[:, None]
        d = (log_forward[:, None] - np.log(strikes)) / s + s / 2
        price = np.exp(log_forward)[:, None] * norm.cdf(d) - strikes * norm.cdf(d - s)
        price -= np.exp(log_forward)[:, None] - 1
        means.append(price.mean(axis=0))
        errors.append(price.std(axis=0) / np.sqrt(paths))
    return 2 * means[0] - means[1], np.abs(means[0] - means[1]), 3 * errors[0]


def test_prices_are_those_of_exact_cholesky_simulation():
    given = model(hurst=0.3, vol_of_vol=1.0, simulation=Simulation(paths=2**15))
    strikes = np.exp([-0.1, 0.0, 0.1])
    exact, moved, chance = cholesky_prices(given, strikes, 0.5, 64, 40_000, 3)
    price, error = given.call_price(np.log(strikes), 0.5, return_error=True)
    assert np.all(np.abs(price - exact) < 4 * chance + moved + error)


def test_extrapolated_prices_agree_between_numbers_of_steps():
    k = np.array([-0.2, 0.0, 0.1])
    coarse, fine = (
        model(
            hurst=0.07,
            vol_of_vol=1.9,
            simulation=Simulation(paths=2**14, least_steps=steps, steps_per_year=1),
        )
        for steps in (16, 64)
    )
    one, one_error = coarse.call_price(k, 0.25, return_error=True)
    two, two_error = fine.call_price(k, 0.25, return_error=True)
    assert np.all(np.abs(one - two) < one_error + two_error)
    assert np.all(two_error < one_error)


def test_paths_and_law_price_alike():
    given = model(vol_of_vol=1.0)
    price = given.simulate([0.1, 0.5], PATHS, 2)
    strikes = np.exp([-0.1, 0.0, 0.1])
    for column, time in enumerate((0.1, 0.5)):
        payoff = np.maximum(price[:, [column]] - strikes, 0.0)
        chance = 4 * payoff.std(axis=0) / np.sqrt(PATHS)
        exact, error = given.call_price(np.log(strikes), time, return_error=True)
        assert np.all(np.abs(payoff.mean(axis=0) - exact) < chance + error)


def test_a_flat_curve_is_a_number():
    curve = model(initial_variance=None, forward_variance=ForwardVariance((1.0,), (XI,)))
    k = [-0.1, 0.1]
    assert np.allclose(curve.call_price(k, 0.3), model().call_price(k, 0.3), rtol=1e-12)
    assert np.allclose(curve.simulate([0.3], 10, 0), model().simulate([0.3], 10, 0), rtol=1e-12)


@pytest.mark.parametrize("name", ["hurst", "vol_of_vol", "correlation", "initial_variance"])
def test_sensitivities_are_slopes_of_prices(name):
    given = model(simulation=Simulation(paths=2**12))
    k = np.array([-0.1, 0.1])
    found = given.sensitivities(k, 0.25)
    value = getattr(given, name)
    step = 1e-3 * abs(value)
    up, down = (
        model(simulation=Simulation(paths=2**12), **{name: value + move}).call_price(k, 0.25)
        for move in (step, -step)
    )
    slope = found.price_gradient[found.parameters.index(name)]
    # the third derivative is not larger than the first over the parameter squared, tenfold
    assert np.allclose((up - down) / (2 * step), slope, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"hurst": 0.0}, "hurst"),
        ({"hurst": 0.6}, "hurst"),
        ({"vol_of_vol": -1.0}, "vol_of_vol"),
        ({"correlation": 0.1}, "correlation"),
        ({"initial_variance": 0.0}, "initial_variance"),
        ({"initial_variance": None}, "neither"),
        ({"forward_variance": ForwardVariance((1.0,), (0.04,))}, "both"),
        ({"initial_variance": None, "forward_variance": 0.04}, "forward_variance"),
    ],
)
def test_refuses_parameters_outside_their_domain(changes, named):
    with pytest.raises(ParameterError, match=named):
        model(**changes)
