import math
from datetime import date

import numpy as np
import pytest
import QuantLib

from rmot.errors import DataError, ParameterError
from rmot.market import Smile
from rmot.neural.published.initial_variance import (
    calibrate_initial_variance,
    flat_error,
    flat_volatility,
    model_volatilities,
)
from rmot.neural.published.model import Architecture, make_model
from rmot.neural.published.pricing import (
    Grid,
    Simulated,
    barrier_call,
    call_prices,
    martingale_gap,
    simulate_prices,
)
from rmot.numerics import black_call

VOLATILITY, MATURITY = 0.2, 0.5
GRID = Grid(maturity=MATURITY, steps=25, paths=20000, seed=3)


@pytest.fixture(scope="module")
def flat():
    """Constant variance: Black's model."""
    normals, across = GRID.normals()
    log_variance = np.full((GRID.paths, GRID.steps + 1), 2 * math.log(VOLATILITY))
    return Simulated(log_variance, normals, across, GRID.step, -0.7)


@pytest.fixture(scope="module")
def wild():
    about = Architecture(width=4, depth=1, diffusion_floor=2.0, seed=1)
    return simulate_prices(
        make_model(about), 0.04, -0.8, Grid(maturity=0.25, steps=20, paths=20000, seed=1)
    )


def test_calls_under_constant_variance_are_black_s(flat):
    k = np.array([-0.2, 0.0, 0.15])
    found = call_prices(flat, k)
    exact = black_call(k, VOLATILITY, MATURITY)
    assert np.all(np.abs(found.price - exact) < 4 * found.error)
    gain = np.maximum(np.exp(flat.log_price()[:, -1])[:, None] - np.exp(k), 0).mean(axis=0)
    assert np.all(np.abs(gain - exact) < 4 * np.sqrt(0.02 / GRID.paths))


@pytest.mark.parametrize(("kind", "log_barrier"), [("down-and-out", -0.12), ("up-and-out", 0.25)])
def test_the_bridge_gives_quantlib_s_continuous_barrier(flat, kind, log_barrier):
    exact = _continuous(kind, math.exp(log_barrier), 1.0)
    bridged = barrier_call(flat, 0.0, log_barrier, kind, bridge=True)
    # the bridge between the ends of a step is exact where variance is constant
    assert abs(bridged.price[0] - exact) < 4 * bridged.error[0]
    looked_at = barrier_call(flat, 0.0, log_barrier, kind)
    assert looked_at.price[0] > bridged.price[0]
    # looks at 25 times: a continuous barrier moved by 0.5826 sigma sqrt(dt), Broadie et al. (1997)
    shift = math.copysign(0.5826 * VOLATILITY * math.sqrt(GRID.step), log_barrier)
    discrete = _continuous(kind, math.exp(log_barrier + shift), 1.0)
    # a correction whose own error is of higher order than sqrt(dt)
    allowed = 4 * looked_at.error[0] + 0.15 * abs(discrete - exact)
    assert abs(looked_at.price[0] - discrete) < allowed


def _continuous(kind, barrier, strike):
    today = QuantLib.Date(1, 1, 2020)
    QuantLib.Settings.instance().evaluationDate = today
    day = QuantLib.Actual365Fixed()
    rate = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, day))
    volatility = QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), VOLATILITY, day)
    process = QuantLib.BlackScholesProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0)),
        rate,
        QuantLib.BlackVolTermStructureHandle(volatility),
    )
    side = QuantLib.Barrier.DownOut if kind == "down-and-out" else QuantLib.Barrier.UpOut
    # half a year of 365 days is no whole number of them
    days = 182
    option = QuantLib.BarrierOption(
        side,
        barrier,
        0.0,
        QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike),
        QuantLib.EuropeanExercise(today + days),
    )
    option.setPricingEngine(QuantLib.AnalyticBarrierEngine(process))
    near = option.NPV()
    # in the maturity the price is linear to far below the sample's error over half a day
    later = QuantLib.BarrierOption(
        side,
        barrier,
        0.0,
        QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike),
        QuantLib.EuropeanExercise(today + days + 1),
    )
    later.setPricingEngine(QuantLib.AnalyticBarrierEngine(process))
    return 0.5 * (near + later.NPV())


def test_left_points_make_a_martingale_and_right_points_none(wild):
    left, right = martingale_gap(wild), martingale_gap(wild, right_point=True)
    assert abs(left.price[0]) < 4 * left.error[0]
    assert right.price[0] < -10 * right.error[0]


def test_prices_given_the_variance_agree_with_plain_ones_at_less_error(wild):
    k = np.array([-0.1, 0.0, 0.1])
    given = call_prices(wild, k)
    gain = np.maximum(np.exp(wild.log_price()[:, -1])[:, None] - np.exp(k), 0.0)
    half = len(gain) // 2
    pairs = 0.5 * (gain[:half] + gain[half:])
    error = pairs.std(axis=0) / math.sqrt(half)
    assert np.all(np.abs(pairs.mean(axis=0) - given.price) < 4 * np.hypot(error, given.error))


def test_faulty_requests_are_refused(flat):
    with pytest.raises(ParameterError, match="barrier below the spot"):
        barrier_call(flat, 0.0, 0.1, "down-and-out")
    with pytest.raises(ParameterError, match="even number of paths"):
        Grid(maturity=1.0, paths=101)
    with pytest.raises(ParameterError, match="correlation in"):
        simulate_prices(make_model(Architecture(width=2, depth=1)), 0.04, -1.2, GRID)


def test_initial_variance_of_a_model_s_own_smile_is_found():
    model, grid = make_model(Architecture(width=2, depth=1)), Grid(maturity=0.1, steps=8, paths=256)
    k = np.linspace(-0.1, 0.1, 5)
    smile = _smile(k, np.zeros(5), grid.maturity)
    quoted = model_volatilities(model, 0.05, -0.5, smile.log_moneyness, grid)
    found = calibrate_initial_variance(model, -0.5, [_smile(k, quoted, grid.maturity)], grid)
    assert not found.at_end
    # the search's tolerance is in log-variance; volatility moves by half of it
    assert found.initial_variance == pytest.approx(0.05, rel=1e-3)
    assert found.error < 1e-4
    flat = _smile(k, np.full(5, 0.3), grid.maturity)
    assert flat_error(flat_volatility([flat]), [flat]) == 0.0
    with pytest.raises(DataError, match="one smile or more"):
        calibrate_initial_variance(model, -0.5, [], grid)


def _smile(k, volatility, maturity):
    # three columns of prices, which no one reads here, and three of volatilities
    columns = [volatility] * 6
    return Smile(date(2020, 1, 1), "PM", maturity, 1.0, 1.0, np.exp(k), k, *columns, parity=None)
