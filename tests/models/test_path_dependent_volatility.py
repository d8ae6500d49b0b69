"""The path-dependent law: limits, plain Monte Carlo, a NumPy twin, order of steps, its errors."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.models import BlackScholes, PathDependentVolatility, Simulation
from rmot.numerics.quasi_normals import normal_steps

# betas of Guyon and Lekeufack, section 4
MODEL = PathDependentVolatility(
    base_volatility=0.04,
    trend_loading=-0.13,
    activity_loading=0.65,
    fast_trend=0.1,
    slow_trend=-0.05,
    fast_activity=0.03,
    slow_activity=0.05,
)
T = 0.1
K = np.array([-0.2, -0.1, -0.05, 0.0, 0.04])
FEW = Simulation(paths=2**11, steps_per_year=256, least_steps=32)


def volatility(model, trend, activity):
    """Sigma as the paper writes it, from R_{1,j} and R_{2,j}, shapes (2, paths)."""
    theta = np.array([model.slow_trend_weight, model.slow_activity_weight])
    r1 = (1 - theta[0]) * trend[0] + theta[0] * trend[1]
    r2 = (1 - theta[1]) * activity[0] + theta[1] * activity[1]
    return np.maximum(
        model.base_volatility + model.trend_loading * r1 + model.activity_loading * np.sqrt(r2), 0
    )


def state(model, paths):
    trend = np.array([model.fast_trend, model.slow_trend])
    activity = np.array([model.fast_activity, model.slow_activity])
    return np.tile(trend[:, None], paths), np.tile(activity[:, None], paths)


def speeds(model):
    trend = np.array([model.fast_trend_speed, model.slow_trend_speed])
    return trend[:, None], np.array([model.fast_activity_speed, model.slow_activity_speed])[:, None]


def euler_calls(model, maturity, k, paths, steps, seed):
    """Simulate the equations by Euler's scheme; return prices, their s.e. and the steps' bias."""
    rng = np.random.default_rng(seed)
    h = maturity / steps
    half = paths // 2
    of_trend, of_activity = speeds(model)
    levels = {every: [np.zeros(paths), *state(model, paths)] for every in (1, 2)}
    waiting = np.zeros(paths)
    for n in range(steps):
        drawn = rng.normal(size=half) * np.sqrt(h)
        move = np.concatenate([drawn, -drawn])
        waiting += move
        for every, (x, trend, activity) in levels.items():
            if (n + 1) % every:
                continue
            dw, step = (move, h) if every == 1 else (waiting, 2 * h)
            sigma = volatility(model, trend, activity)
            x += sigma * dw - 0.5 * sigma**2 * step
            trend += of_trend * (sigma * dw - trend * step)
            activity += of_activity * (sigma**2 - activity) * step
        if n % 2:
            waiting[:] = 0.0
    pairs = []
    for x, _, _ in levels.values():
        payoff = np.maximum(np.exp(x)[:, None] - np.exp(k), 0.0)
        pairs.append(0.5 * (payoff[:half] + payoff[half:]))
    fine, coarse = pairs
    error = fine.std(axis=0, ddof=1) / np.sqrt(half)
    return fine.mean(axis=0), error, np.abs((fine - coarse).mean(axis=0))


def ends(model, every=1, steps=64, paths=2**14, maturity=T):
    chunks = []
    for _, normal in normal_steps(steps - 1, 1, paths, 8, 1):
        out = np.empty((2, normal.shape[0]))
        model._paths(maturity, steps, every)(normal, *out)
        chunks.append(out)
    return np.concatenate(chunks, axis=1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"base_volatility": 0.2, "trend_loading": 0.0, "activity_loading": 0.0}, 0.2),
        # variance stays what its own averages are
        (
            {
                "base_volatility": 0.0,
                "trend_loading": 0.0,
                "activity_loading": 1.0,
                "fast_activity": 0.09,
                "slow_activity": 0.09,
            },
            0.3,
        ),
    ],
)
def test_constant_volatilities_are_black_scholes(change, expected):
    model = replace(MODEL, **change)
    price, error = model.call_price(K, T, return_error=True)
    assert np.all(np.abs(price - BlackScholes(volatility=expected).call_price(K, T)) < 4 * error)
    assert np.all(error < 5e-5)
    _, variance = ends(model, steps=64, paths=2**11)
    assert np.allclose(variance, expected**2 * T / 64, rtol=1e-12)


def test_prices_agree_with_plain_monte_carlo_of_the_equations():
    price, error = MODEL.call_price(K, T, return_error=True)
    plain, chance, bias = euler_calls(MODEL, T, K, 2**16, 256, 3)
    assert np.all(np.abs(price - plain) < 4 * np.hypot(error, chance) + 2 * bias)
    # the comparison can fail: it resolves a hundredth of the price at the money
    assert chance[3] < 0.01 * price[3]


def test_volatility_is_long_run_stationary():
    # E R_{2,j} and E sigma^2 have the same long-run mean, whatever the state now; so total
    # variance grows by the same amount a year from two states that are far apart
    calm = replace(MODEL, fast_activity=0.01, slow_activity=0.01, simulation=FEW)
    wild = replace(MODEL, fast_activity=0.09, slow_activity=0.09, simulation=FEW)

    def variance(model, maturity):
        log_forward, rest = ends(model, 1, 256, 2**13, maturity)
        return -2 * np.mean(log_forward - 0.5 * rest), 2 * np.std(log_forward) / 2**6.5

    growth, error = [], []
    for model in (calm, wild):
        (late, a), (early, b) = variance(model, 4.0), variance(model, 3.0)
        growth.append(late - early)
        error.append(a + b)
    first = variance(wild, 0.2)[0] - variance(calm, 0.2)[0]
    assert first > 0.005
    assert abs(growth[1] - growth[0]) < 4 * max(error)


def twin(model, normal, every, step):
    """Repeat the kernel with NumPy, all paths at once, in the paper's own variables."""
    paths, _, steps = normal.shape
    trend, activity = state(model, paths)
    of_trend, of_activity = speeds(model)
    theta = model.slow_trend_weight
    gain = model.trend_loading * float((1 - theta) * of_trend[0, 0] + theta * of_trend[1, 0])
    x = np.zeros(paths)

    def drift(x, trend, activity, h):
        sigma = volatility(model, trend, activity)
        grown = 1 - np.exp(-0.5 * h * of_trend), 1 - np.exp(-0.5 * h * of_activity)
        sigma = volatility(
            model,
            trend + grown[0] * (-0.5 * gain * sigma - trend),
            activity + grown[1] * (sigma**2 - activity),
        )
        grown = 1 - np.exp(-h * of_trend), 1 - np.exp(-h * of_activity)
        return (
            x - 0.5 * h * sigma * (sigma + gain),
            trend + grown[0] * (-0.5 * gain * sigma - trend),
            activity + grown[1] * (sigma**2 - activity),
        )

    count = steps // every
    state_now = drift(x, trend, activity, 0.5 * step)
    for n in range(count):
        x, trend, activity = state_now
        w = normal[:, 0, n * every : (n + 1) * every].sum(axis=1) * np.sqrt(step / every)
        moved = volatility(model, trend, activity) * np.expm1(gain * w) / gain
        last = n == count - 1
        state_now = drift(
            x + moved, trend + of_trend * moved, activity, 0.5 * step if last else step
        )
    x, trend, activity = state_now
    return x, volatility(model, trend, activity) ** 2 * step


@pytest.mark.parametrize("every", [1, 2])
def test_kernel_agrees_with_its_twin_path_by_path(every):
    normal = np.random.default_rng(2).normal(size=(300, 1, 31))
    out = np.empty((2, 300))
    MODEL._paths(T, 32, every)(normal, *out)
    assert np.allclose(out, twin(MODEL, normal, every, T / 32 * every), rtol=1e-10, atol=1e-12)


def test_a_volatility_that_would_be_negative_is_zero():
    # a trend that soon turns up, with no activity to carry the volatility
    model = replace(MODEL, base_volatility=0.0, activity_loading=0.01, fast_trend=-0.1)
    normal = np.full((1, 1, 31), 3.0)
    normal[0, 0, :8] = -3.0
    out = np.empty((2, 1))
    model._paths(3.0, 32, 1)(normal, *out)
    expected = twin(model, normal, 1, 3.0 / 32)
    assert np.all(np.isfinite(out))
    assert out[1, 0] == pytest.approx(float(expected[1][0]), abs=1e-12)


def test_steps_have_order_two():
    # steps of the same Brownian paths; the last step is lognormal at every level
    prices = []
    for steps in (32, 64, 128):
        log_forward, variance = ends(MODEL, 128 // steps, 128, 2**15)
        s = np.sqrt(variance)
        d = log_forward / s + 0.5 * s
        prices.append(np.mean(np.exp(log_forward) * ndtr(d) - ndtr(d - s)))
    changes = np.abs(np.diff(prices))
    assert changes[1] < 0.5 * changes[0]


def test_puts_and_calls_meet_at_the_forward():
    below, at = MODEL.call_price([-1e-9, 0.0], T)
    assert abs(below - at) < 2e-9
    assert MODEL.call_price(-5.0, T) == pytest.approx(1.0 - np.exp(-5.0), abs=1e-12)


def test_strikes_that_no_path_reaches_have_volatility_zero():
    assert MODEL.implied_volatility(2.0, 0.02) == 0.0
    found = MODEL.sensitivities([2.0], 0.02, parameters=["fast_trend"])
    assert found.volatility_gradient[0, 0] == 0.0


def test_errors_hold_against_sixteen_times_the_paths():
    many = replace(MODEL, simulation=Simulation(paths=2**17, steps_per_year=512, seed=9))
    few = replace(MODEL, simulation=Simulation(paths=2**13, steps_per_year=256, least_steps=32))
    scores = []
    for maturity in (0.02, 0.1, 0.3):
        k = K * np.sqrt(maturity / T)
        price, error = few.call_price(k, maturity, return_error=True)
        best, rest = many.call_price(k, maturity, return_error=True)
        scores.extend(np.abs(price - best) / np.hypot(error, rest))
    assert np.mean(np.array(scores) <= 4.0) >= 0.9
    assert np.median(scores) > 0.1


@pytest.mark.parametrize("name", MODEL.parameters)
def test_sensitivities_are_slopes_of_the_prices(name):
    small = replace(MODEL, simulation=FEW)
    found = small.sensitivities(K, T, parameters=[name])
    value = getattr(small, name)
    h = 1e-4 * abs(value)

    def slope(width):
        ends = [replace(small, **{name: value + side * width}) for side in (1, -1)]
        prices = [model.call_price(K, T) for model in ends]
        return (prices[0] - prices[1]) / (2 * width)

    error = np.abs(slope(h) - slope(2 * h)) + 1e-15 / h
    # one-sided differences of the paths' ends leave a relative error of about 1e-6; the floor
    # below the volatility bends some paths
    limit = error + 1e-4 * np.max(np.abs(found.price_gradient))
    assert np.all(np.abs(found.price_gradient[0] - slope(h)) < limit)


def test_derivatives_exist_where_a_loading_is_zero():
    model = replace(MODEL, base_volatility=0.0, trend_loading=0.0, slow_trend=0.0, simulation=FEW)
    found = model.sensitivities(K, T)
    assert found.parameters == model.parameters
    assert np.all(np.isfinite(found.price_gradient))


def test_it_survives_json():
    model = replace(MODEL, simulation=FEW)
    assert PathDependentVolatility(**json.loads(json.dumps(asdict(model)))) == model


@pytest.mark.parametrize(
    "change",
    [
        {"base_volatility": -0.1},
        {"trend_loading": 0.1},
        {"activity_loading": float("inf")},
        {"fast_trend_speed": 0.0},
        {"slow_trend_weight": 1.5},
        {"fast_activity": 0.0},
        {"fast_trend": float("nan")},
        {"fast_trend": 50.0},
        {"simulation": None},
        {"simulation": {"steps_per_year": 0}},
    ],
)
def test_bad_parameters_are_refused(change):
    with pytest.raises(ParameterError):
        replace(MODEL, **change)


def test_unknown_parameters_have_no_derivative():
    with pytest.raises(ParameterError, match="hurst"):
        MODEL.sensitivities(K, T, parameters=["hurst"])
