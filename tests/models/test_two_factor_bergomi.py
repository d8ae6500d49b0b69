"""The two-factor Bergomi law: limits, expansion, plain Monte Carlo, a NumPy twin, its errors."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from rmot.errors import AccuracyError, ParameterError
from rmot.models import BlackScholes, ForwardVariance, Simulation, TwoFactorBergomi
from rmot.numerics.quasi_normals import normal_steps
from rmot.numerics.volatility_paths import bergomi_paths

# Bergomi's "Stochastic Volatility Modeling", set II, with a curve
MODEL = TwoFactorBergomi(
    short_vol_of_vol=1.74,
    slow_weight=0.245,
    fast_reversion=5.35,
    slow_reversion=0.28,
    fast_correlation=-0.759,
    slow_partial_correlation=-0.7,
    factor_correlation=0.2,
    initial_variance=0.03,
    long_run_variance=0.05,
    mean_reversion=2.0,
)
T = 0.3
K = np.array([-0.3, -0.15, -0.05, 0.0, 0.05, 0.12])
CURVE = ForwardVariance((0.1, 1.0), (0.03, 0.06))


def euler_calls(model, maturity, k, paths, steps, seed):
    """Simulate spot and factors by Euler's scheme; return prices, their s.e. and the bias."""
    rng = np.random.default_rng(seed)
    h = maturity / steps
    rho = model.factor_correlation
    correlation = np.array(
        [
            [1.0, model.fast_correlation, model.slow_correlation],
            [model.fast_correlation, 1.0, rho],
            [model.slow_correlation, rho, 1.0],
        ]
    )
    root = np.linalg.cholesky(correlation)
    speeds = np.array([model.fast_reversion, model.slow_reversion])
    theta = model.slow_weight
    alpha = 1.0 / np.sqrt((1 - theta) ** 2 + theta**2 + 2 * rho * theta * (1 - theta))
    weights = alpha * np.array([1 - theta, theta])
    half = paths // 2
    levels = {
        1: [np.zeros(paths), np.zeros((2, paths))],
        2: [np.zeros(paths), np.zeros((2, paths))],
    }

    def variance(x, t):
        spread = sum(
            weights[i]
            * weights[j]
            * (rho if i != j else 1.0)
            * -np.expm1(-(speeds[i] + speeds[j]) * t)
            / (speeds[i] + speeds[j])
            for i in (0, 1)
            for j in (0, 1)
        )
        nu = model.short_vol_of_vol
        return model.expected_variance(t) * np.exp(2 * nu * weights @ x - 2 * nu**2 * spread)

    waiting = np.zeros((3, paths))
    for n in range(steps):
        drawn = root @ rng.normal(size=(3, half)) * np.sqrt(h)
        move = np.concatenate([drawn, -drawn], axis=1)
        waiting += move
        for every, (x, factors) in levels.items():
            if (n + 1) % every:
                continue
            step, dw = every * h, move if every == 1 else waiting
            v = variance(factors, (n + 1 - every) * h)
            x += np.sqrt(v) * dw[0] - 0.5 * v * step
            factors += dw[1:] - speeds[:, None] * factors * step
        if n % 2:
            waiting[:] = 0.0
    prices = {}
    for every, (x, _) in levels.items():
        payoff = np.maximum(np.exp(x)[:, None] - np.exp(k), 0.0)
        pairs = 0.5 * (payoff[:half] + payoff[half:])
        prices[every] = pairs
    fine, coarse = prices[1], prices[2]
    error = fine.std(axis=0, ddof=1) / np.sqrt(half)
    return fine.mean(axis=0), error, np.abs((fine - coarse).mean(axis=0))


def test_without_vol_of_vol_volatility_is_the_mean_of_forward_variance():
    nu = 1e-6
    for model in (
        replace(MODEL, short_vol_of_vol=nu),
        replace(
            MODEL,
            short_vol_of_vol=nu,
            initial_variance=None,
            long_run_variance=None,
            mean_reversion=None,
            forward_variance=CURVE,
        ),
    ):
        times = np.linspace(0.0, T, 200_001)
        mean = np.mean(model.expected_variance(0.5 * (times[1:] + times[:-1])))
        price, error = model.call_price(K, T, return_error=True)
        expected = BlackScholes(volatility=float(np.sqrt(mean))).call_price(K, T)
        # the smile is of first order in nu
        assert np.all(np.abs(price - expected) < 4 * error + nu)
        assert np.all(error < 1e-4)


def test_skew_at_the_money_is_that_of_bergomi_and_guyons_expansion():
    # L. Bergomi and J. Guyon, "Stochastic volatility's orderly smiles", Risk (May 2012)
    flat = replace(MODEL, long_run_variance=0.04, initial_variance=0.04)
    theta, rho = flat.slow_weight, flat.factor_correlation
    alpha = 1.0 / np.sqrt((1 - theta) ** 2 + theta**2 + 2 * rho * theta * (1 - theta))
    spot_variance = 0.0
    for weight, speed, correlation in (
        (1 - theta, flat.fast_reversion, flat.fast_correlation),
        (theta, flat.slow_reversion, flat.slow_correlation),
    ):
        kt = speed * T
        spot_variance += alpha * weight * correlation * (kt - 1 + np.exp(-kt)) / speed**2
    spot_variance *= 2 * 0.04**1.5
    total = 0.04 * T
    skew = spot_variance / (2 * total**1.5 * np.sqrt(T))  # per unit of nu
    dk = 0.01

    def slope(model, nu):
        ends = replace(model, short_vol_of_vol=nu).implied_volatility([-dk, dk], T)
        return (ends[1] - ends[0]) / (2 * dk)

    found = []
    for seed in range(6):
        model = replace(flat, simulation=Simulation(seed=seed))
        # the same paths without vol of vol have a slope by chance alone; the next order in nu is
        # removed by extrapolation
        chance = slope(model, 1e-6)
        wide, narrow = ((slope(model, nu) - chance) / nu for nu in (0.1, 0.05))
        found.append(2 * narrow - wide)
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - skew) < 4 * error < 0.01 * abs(skew)


def test_prices_agree_with_plain_monte_carlo_of_spot_and_factors():
    price, error = MODEL.call_price(K, T, return_error=True)
    plain, chance, bias = euler_calls(MODEL, T, K, 2**17, 128, 11)
    assert np.all(np.abs(price - plain) < 4 * np.hypot(error, chance) + 2 * bias)
    # the comparison can fail: it resolves a hundredth of the volatility at the money
    assert chance[3] < 0.01 * price[3]


def ends(model, every=1, steps=32, paths=2**14):
    chunks = []
    for _, normal in normal_steps(steps, 2, paths, 8, 1):
        out = np.empty((2, normal.shape[0]))
        model._paths(T, steps, every)(normal, *out)
        chunks.append(out)
    return np.concatenate(chunks, axis=1)


def test_variance_has_the_mean_of_the_curve_and_the_price_that_of_the_forward():
    uncorrelated = replace(MODEL, fast_correlation=0.0, slow_partial_correlation=0.0)
    _, integral = ends(uncorrelated)
    total = float(uncorrelated._total_variance(np.array([T]))[0])
    # what independent paths would miss by is more than what these do; steps change the mean by
    # what the trapezoid misses on the curve, which is a rounding for cells with exact means
    extra = 4 * integral.std() / 2**7
    # Levy's area adds its variance even here
    area = ends(uncorrelated, every=2)[1].mean() - integral.mean()
    assert abs(integral.mean() - abs(area) - total) < extra + abs(area)
    log_forward, _ = ends(MODEL)
    forward = np.exp(log_forward)
    by_steps = abs(forward.mean() - np.exp(ends(MODEL, every=2)[0]).mean())
    assert abs(forward.mean() - 1.0) < 4 * forward.std() / 2**7 + by_steps


def test_steps_have_order_two():
    model = replace(MODEL, factor_correlation=0.0)
    prices = []
    for every in (4, 2, 1):
        log_forward, variance = ends(model, every, 32, 2**15)
        # puts at the forward by conditional Black, in NumPy
        from scipy.special import ndtr

        s = np.sqrt(variance)
        d = log_forward / s + 0.5 * s
        prices.append(np.mean(np.exp(log_forward) * ndtr(d) - ndtr(d - s)))
    ratio = (prices[0] - prices[1]) / (prices[1] - prices[2])
    assert 2.8 < ratio < 6.0


def twin(
    normal,
    every,
    step,
    decay,
    speed,
    noise,
    weight,
    log_drift,
    root_variance,
    loading,
    parallel,
    mixed,
    looks,
):
    """Repeat the kernel for one path with NumPy's cumulative sums and trapezoids."""
    steps = normal.shape[1]
    x = np.zeros((2, steps + 1))
    one, mixed_noise, own = np.repeat(noise, every, axis=0).T
    moves = np.array([one * normal[0], mixed_noise * normal[0] + own * normal[1]])
    for n in range(steps):
        x[:, n + 1] = np.exp(-speed * step[n // every] / every) * x[:, n] + moves[:, n]
    x = x[:, ::every]
    level = weight @ x + log_drift
    g = np.exp(level)
    squares, along, length = parallel
    line = np.array(
        [
            np.mean(np.exp(np.polynomial.legendre.leggauss(12)[0] * d / 2 + m) * w * 6)
            for m, d, w in zip(
                0.5 * (level[1:] + level[:-1]),
                np.diff(level),
                [np.polynomial.legendre.leggauss(12)[1]] * (len(level) - 1),
                strict=True,
            )
        ]
    )
    dx = np.diff(x, axis=1)
    stratonovich = line * (loading @ dx + length * step / 12 * (mixed @ dx))
    drift = g * ((loading * speed) @ x - 0.5 * along)
    martingale = np.cumsum(root_variance * (stratonovich + 0.5 * step * (drift[1:] + drift[:-1])))
    integral = root_variance**2 * 0.5 * step * (g[1:] ** 2 + g[:-1] ** 2)
    area = np.cumsum(0.25 * step * (squares * length - along**2) * integral)
    integral = np.cumsum(integral)
    log_forward = martingale - 0.5 * squares * integral + 0.5 * area
    ends = log_forward, (1 - squares) * integral + area, integral, level[1:]
    return np.array(ends).T[looks]


@pytest.mark.parametrize("every", [1, 2])
def test_kernel_agrees_with_its_twin_path_by_path(every, monkeypatch):
    from rmot.models import two_factor_bergomi

    given = {}

    def spy(normal, *rest):
        given["arguments"] = rest[:-1]
        bergomi_paths(normal, *rest)

    monkeypatch.setattr(two_factor_bergomi, "bergomi_paths", spy)
    normal = np.random.default_rng(2).normal(size=(50, 2, 16))
    times = T * np.array([0.0, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9])
    if every == 1:
        times = np.linspace(0.0, T, 17) ** 1.2
    found = MODEL._scheme(times, np.array([2, times.size - 2]), every)(normal)
    expected = [twin(path, *given["arguments"]) for path in normal]
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_puts_and_calls_meet_at_the_forward():
    below, at = MODEL.call_price([-1e-9, 0.0], T)
    assert abs(below - at) < 2e-9
    assert MODEL.call_price(-5.0, T) == pytest.approx(1.0 - np.exp(-5.0), abs=1e-12)


def test_errors_hold_against_sixteen_times_the_paths():
    many = replace(MODEL, simulation=Simulation(paths=2**17, steps_per_year=256, seed=9))
    few = replace(MODEL, simulation=Simulation(paths=2**13))
    scores = []
    for maturity in (0.02, 0.1, 0.5):
        k = K * np.sqrt(maturity / T)
        price, error = few.call_price(k, maturity, return_error=True)
        best, rest = many.call_price(k, maturity, return_error=True)
        scores.extend(np.abs(price - best) / np.hypot(error, rest))
    scores = np.array(scores)
    assert np.mean(scores <= 4.0) >= 0.9
    # nor are they much too large
    assert np.median(scores) > 0.1


@pytest.mark.parametrize("name", MODEL.parameters)
def test_sensitivities_are_slopes_of_the_prices(name):
    small = replace(MODEL, simulation=Simulation(paths=2**11))
    found = small.sensitivities(K, T, parameters=[name])
    value = getattr(small, name)
    h = 1e-3 * abs(value)
    up, down = (replace(small, **{name: value + side * h}) for side in (1, -1))
    wide_up, wide_down = (replace(small, **{name: value + 2 * side * h}) for side in (1, -1))

    def slopes(price):
        near = (price(up) - price(down)) / (2 * h)
        return near, np.abs(near - (price(wide_up) - price(wide_down)) / (4 * h))

    for gradient, price in (
        (found.price_gradient[0], lambda model: model.call_price(K, T)),
        (found.volatility_gradient[0], lambda model: model.implied_volatility(K, T)),
    ):
        slope, error = slopes(price)
        # one-sided differences of the paths' ends leave a relative error of about 1e-6
        assert np.all(np.abs(gradient - slope) < error + 1e-5 * np.max(np.abs(gradient)))
    assert np.array_equal(found.call_price, small.call_price(K, T))


def test_it_survives_json_and_forgets_nothing():
    curve = replace(
        MODEL,
        initial_variance=None,
        long_run_variance=None,
        mean_reversion=None,
        forward_variance=CURVE,
        simulation=Simulation(paths=2**12, seed=4),
    )
    for model in (MODEL, curve):
        again = TwoFactorBergomi(**json.loads(json.dumps(asdict(model))))
        assert again == model
    assert curve.parameters == MODEL.parameters[:-3]


def test_a_tolerance_is_kept_or_refused():
    assert MODEL.call_price(0.0, T, tolerance=1e-3) > 0.0
    with pytest.raises(AccuracyError, match="asked for"):
        MODEL.call_price(0.0, T, tolerance=1e-9)


@pytest.mark.parametrize(
    "change",
    [
        {"short_vol_of_vol": 0.0},
        {"slow_weight": 1.1},
        {"fast_reversion": -1.0},
        {"fast_correlation": -1.01},
        {"factor_correlation": 1.0},
        {"initial_variance": None},
        {"long_run_variance": 0.0},
        {"mean_reversion": float("nan")},
        {"forward_variance": CURVE},
        {"simulation": 3},
        {"simulation": {"paths": 1000}},
        {"simulation": {"scramblings": 1}},
        {"simulation": {"seed": -1}},
        {"simulation": {"paths": 64, "scramblings": 8}},
    ],
)
def test_bad_parameters_are_refused(change):
    with pytest.raises(ParameterError):
        replace(MODEL, **change)


def test_the_correlations_are_admissible_whatever_their_values():
    model = replace(MODEL, fast_correlation=-0.9, slow_partial_correlation=-1.0)
    rho, slow = model.factor_correlation, model.slow_correlation
    matrix = np.array([[1, -0.9, slow], [-0.9, 1, rho], [slow, rho, 1]])
    assert abs(np.linalg.eigvalsh(matrix)[0]) < 1e-12
    assert np.all(np.isfinite(model.implied_volatility(K, T)))
