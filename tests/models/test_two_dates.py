"""Joint laws of two dates: closed forms, forward transforms, marginals; martingales; refusals."""

import math
from typing import Any

import numpy as np
import pytest
import QuantLib
from scipy.integrate import quad
from scipy.special import ndtr

from rmot.errors import AccuracyError, ParameterError
from rmot.models import SABR, BlackScholes, Heston, RoughBergomi, RoughHeston, TwoFactorBergomi
from rmot.models._fibres import LEAST_MASS
from rmot.models.two_dates import two_date_law
from rmot.numerics.black import black_call
from rmot.payoffs import call
from rmot.payoffs.two_dates import average_call, cliquet, forward_start_call, forward_start_straddle

FIRST, SECOND = 0.1, 0.35
RATIOS = (0.9, 1.0, 1.05)
LEVELS: dict[str, Any] = {
    "initial_variance": 0.04,
    "mean_reversion": 0.7,
    "long_run_variance": 0.06,
}
HESTON = Heston(vol_of_vol=0.5, correlation=-0.7, **LEVELS)
ROUGH = RoughHeston(hurst=0.12, vol_of_vol=0.3, correlation=-0.65, **LEVELS)
BERGOMI = RoughBergomi(hurst=0.1, vol_of_vol=1.5, correlation=-0.8, initial_variance=0.04)
TWO_FACTORS = TwoFactorBergomi(
    short_vol_of_vol=1.5,
    slow_weight=0.25,
    fast_reversion=5.0,
    slow_reversion=0.3,
    fast_correlation=-0.7,
    slow_partial_correlation=-0.6,
    **LEVELS,
)
FLAT = BlackScholes(volatility=0.2)


@pytest.fixture(
    scope="module",
    params=[HESTON, ROUGH, BERGOMI, TWO_FACTORS, FLAT],
    ids=lambda m: type(m).__name__,
)
def case(request):
    return request.param, two_date_law(request.param, FIRST, SECOND, n_paths=2**13)


def fibres(prior):
    """First prices, and each one's second prices and weights."""
    x, y = prior.points[:, 0, 0], prior.points[:, 1, 0]
    for start in np.unique(x):
        own = x == start
        yield start, y[own], prior.weights[own]


def test_the_prior_is_a_martingale_of_mean_one(case):
    _, law = case
    prior = law.prior
    assert prior.points.shape[1:] == (2, 1)
    assert np.allclose(prior.mean(), 1.0, rtol=0.0, atol=1e-12)
    rows = list(fibres(prior))
    assert len(rows) == 80
    for x, y, weight in rows:
        # means of a fibre are sums of 160 products
        assert weight @ y == pytest.approx(x * weight.sum(), rel=1e-12)
        assert np.all(np.diff(y) > 0.0)
    assert prior.weights.min() > 0.99 * LEAST_MASS


def test_joining_light_cells_leaves_prices_where_they_are(case):
    _, law = case
    for payoff in (forward_start_straddle(1.0), average_call(1.05), cliquet(-0.03, 0.03)):
        # 160 cells of either tail of 80 fibres, prices up to 3
        joined = law.prior.weights @ payoff.value(law.prior.points)
        assert joined == pytest.approx(law.expectation(payoff), abs=3 * 320 * 80 * LEAST_MASS)


class CallAt:
    """A call on the price of one of both dates."""

    def __init__(self, date, strike):
        self.date, self.strike = date, strike

    def at(self, first, second):
        price = (first, second)[self.date] + 0.0 * second
        return np.maximum(price - self.strike, 0.0)


# two basis points of volatility, of 32 steps (`docs/paths.md`); vega is below 0.4 sqrt(T)
def bias(model, maturity):
    return 0.0 if model is FLAT else 2e-4 * 0.4 * math.sqrt(maturity)


def test_marginals_price_calls_as_the_model_does(case):
    model, law = case
    for date, maturity in enumerate((FIRST, SECOND)):
        for strike in np.exp([-0.2, -0.05, 0.0, 0.07]):
            exact, error = model.call_price(np.log([strike]), maturity, return_error=True)
            option = CallAt(date, strike)
            found = law.prior.weights @ option.at(*np.moveaxis(law.prior.points[:, :, 0], 1, 0))
            allowed = 4.0 * (law.standard_error(option) + error[0]) + bias(model, maturity)
            allowed += 2.0 * abs(law.cell_error(option)) if date else row_error(law, strike)
            assert abs(found - exact[0]) < allowed


def row_error(law, strike):
    """In the row that holds the strike, of mass m and width w, a mean stands for the law: m w / 4.

    No other row loses anything to a call at the first date.
    """
    x, mass = np.array([(x, weight.sum()) for x, _, weight in fibres(law.prior)]).T
    near = np.searchsorted(x, strike)
    return mass[near - 1 : near + 1].max() * (x[near + 1] - x[near - 2]) / 4.0


def test_masses_of_black_scholes_are_products_of_normals():
    law = two_date_law(
        FLAT, FIRST, SECOND, n_first=12, n_second=16, kinks=[1.0], ratio_kinks=[1.02]
    )
    prior = law.prior
    x, y = prior.points[:, 0, 0], prior.points[:, 1, 0]
    below = prior.weights[(x < 1.0) & (y < 1.02 * x)].sum()
    first, second = (0.2 * math.sqrt(t) for t in (FIRST, SECOND - FIRST))
    exact = ndtr(0.5 * first) * ndtr(math.log(1.02) / second + 0.5 * second)
    assert below == pytest.approx(exact, abs=1e-13)
    assert law.largest_correction < 1e-13


def test_forward_starts_that_bend_on_boundaries_are_black_s():
    law = two_date_law(FLAT, FIRST, SECOND, ratio_kinks=RATIOS)
    for ratio in RATIOS:
        exact = black_call(np.log([ratio]), 0.2, SECOND - FIRST)[0]
        assert law.expectation(forward_start_call(ratio)) == pytest.approx(exact, abs=1e-13)
        assert law.standard_error(forward_start_call(ratio)) == 0.0


def test_an_average_call_converges_to_the_integral_as_its_error_says():
    def inner(z):
        first = math.exp(0.2 * math.sqrt(FIRST) * z - 0.02 * FIRST)
        # E (x + x R - 2)^+ / 2 with R lognormal
        if first >= 2.0:
            return (first - 1.0) * math.exp(-0.5 * z * z)
        strike = 2.0 / first - 1.0
        value = black_call(np.log([strike]), 0.2, SECOND - FIRST)[0]
        return 0.5 * first * value * math.exp(-0.5 * z * z)

    exact = quad(inner, -9.0, 9.0, epsabs=1e-13)[0] / math.sqrt(2.0 * math.pi)
    errors = []
    for scale in (1, 2, 4):
        law = two_date_law(FLAT, FIRST, SECOND, n_first=20 * scale, n_second=40 * scale)
        errors.append(exact - law.expectation(average_call(1.0)))
        # an estimate: it holds to a half
        assert law.cell_error(average_call(1.0)) == pytest.approx(errors[-1], rel=0.5)
    assert 0.0 < errors[2] < errors[1] / 3.0 < errors[0] / 9.0


def unhedged_deviation(law, payoff):
    """What delta and calls at both dates leave of a payoff, in the mean square of the law.

    Bounds in small chi-squared balls are the price and multiples of this.
    """
    x, y = law.prior.points[:, :, 0].T
    weight, fibre = law.prior.weights, np.unique(law.prior.points[:, 0, 0], return_inverse=True)[1]
    gain = y - x
    square = np.bincount(fibre, weight * gain**2)

    def without_delta(values):
        return values - (np.bincount(fibre, weight * gain * values) / square)[fibre] * gain

    calls = [np.maximum(price - k, 0.0) for price in (x, y) for k in (0.85, 0.92, 1.0, 1.06)]
    columns = np.array([without_delta(values) for values in (np.ones(x.size), *calls)]).T
    target, root = without_delta(payoff.at(x, y)), np.sqrt(weight)
    held = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)[0]
    return math.sqrt(weight @ (target - columns @ held) ** 2)


@pytest.mark.parametrize("payoff", [forward_start_straddle(1.0), average_call(1.0)])
@pytest.mark.parametrize("model", [ROUGH, FLAT])
def test_few_cells_tell_what_hedges_leave(model, payoff):
    fine, coarse = (
        unhedged_deviation(
            two_date_law(model, FIRST, SECOND, n_first=n, n_second=2 * n, n_paths=2**12), payoff
        )
        for n in (160, 40)
    )
    # cells sixteen times as large in area, of an error of second order
    assert coarse == pytest.approx(fine, rel=1e-2)


def lewis_calls(log_phi):
    """E (R - k)^+ at the ratios k under a law with E R = 1, from log E exp(iuX) at u - i/2."""
    u, weight = np.polynomial.legendre.leggauss(250)
    u, weight = 60.0 * (u + 1.0), 60.0 * weight
    phi, k = np.exp(log_phi(u - 0.5j)), np.log(RATIOS)[:, None]
    integral = (np.exp(-1j * u * k) * phi).real @ (weight / (u * u + 0.25))
    return 1.0 - np.sqrt(RATIOS) / math.pi * integral


def heston_share_transform(model, u):
    """log E[S_1 exp(iu log(S_2 / S_1))]: affine in V_1, whose law under S_1 is again CIR."""
    tau = SECOND - FIRST
    nu, kappa, theta = model.vol_of_vol, model.mean_reversion, model.long_run_variance
    drift = kappa - 1j * u * model.correlation * nu
    root = np.sqrt(drift**2 + nu**2 * (u * u + 1j * u))
    g, decay = (drift - root) / (drift + root), np.exp(-root * tau)
    level = (drift - root) / nu**2 * (1 - decay) / (1 - g * decay)
    constant = (
        kappa * theta / nu**2 * ((drift - root) * tau - 2 * np.log((1 - g * decay) / (1 - g)))
    )
    # E exp(w V_1) of a square-root process with reversion kappa - rho nu
    pull = kappa - model.correlation * nu
    gone = math.exp(-pull * FIRST)
    c = nu**2 * (1 - gone) / (2 * pull)
    laplace = level * gone * model.initial_variance / (1 - c * level)
    return constant + laplace - 2 * kappa * theta / nu**2 * np.log(1 - c * level)


def rough_share_transform(model, u, steps):
    """The same from the fractional Riccati equation, whose source changes at the first date.

    Back from the second date by the Adams scheme of K. Diethelm, N. Ford and A. Freed.
    """
    alpha, nu, kappa = model.hurst + 0.5, model.vol_of_vol, model.mean_reversion
    h = SECOND / steps
    turn = round((SECOND - FIRST) / h)
    assert turn * h == pytest.approx(SECOND - FIRST)

    def slope(psi, late):
        power = 1j * u if late else 1.0
        quadratic = 0.5 * (power * power - power) + 0.5 * nu**2 * psi * psi
        return quadratic + (power * model.correlation * nu - kappa) * psi

    # of steps m back the weights of the earlier and the later end, f linear between them
    m = np.arange(1.0, steps + 1.0)
    power = (m**alpha - (m - 1.0) ** alpha) / alpha
    higher = (m ** (alpha + 1.0) - (m - 1.0) ** (alpha + 1.0)) / (alpha + 1.0)
    scale = h**alpha / math.gamma(alpha)
    earlier, later = scale * (higher - (m - 1.0) * power), scale * (m * power - higher)
    psi = np.zeros((steps + 1, u.size), complex)
    begins, ends = np.empty_like(psi), np.empty_like(psi)
    begins[0] = slope(psi[0], True)
    for n in range(1, steps + 1):
        known = earlier[n - 1 :: -1] @ begins[:n] + later[n - 1 : 0 : -1] @ ends[1:n]
        ends[n] = ends[n - 1] if n > 1 else begins[0]
        for _ in range(6):
            psi[n] = known + later[0] * ends[n]
            ends[n] = slope(psi[n], n <= turn)
        begins[n] = slope(psi[n], n < turn)
    whole = 0.5 * h * np.sum(begins[:-1] + ends[1:], axis=0)
    level = h * (psi[1:-1].sum(axis=0) + 0.5 * psi[-1])
    return model.initial_variance * whole + kappa * model.long_run_variance * level


def check_forward_starts(model, exact, error):
    law = two_date_law(model, FIRST, SECOND, ratio_kinks=RATIOS, n_paths=2**13)
    for ratio, price in zip(RATIOS, exact, strict=True):
        payoff = forward_start_call(ratio)
        allowed = 4.0 * law.standard_error(payoff) + abs(law.cell_error(payoff)) + error
        assert abs(law.expectation(payoff) - price) < allowed + bias(model, SECOND - FIRST)


def test_forward_starts_of_heston_are_those_of_its_forward_transform():
    exact = lewis_calls(lambda u: heston_share_transform(HESTON, u))
    check_forward_starts(HESTON, exact, 1e-9)


def test_forward_starts_of_rough_heston_are_those_of_the_riccati_equation():
    coarse, fine = (
        lewis_calls(lambda u, n=n: rough_share_transform(ROUGH, u, n)) for n in (105, 210)
    )
    change = float(np.abs(fine - coarse).max())
    assert change < 2e-5
    check_forward_starts(ROUGH, fine, change)


def test_the_riccati_oracle_at_hurst_one_half_is_the_closed_form():
    smooth = RoughHeston(hurst=0.5, vol_of_vol=0.5, correlation=-0.7, **LEVELS)
    u = np.array([0.5, 3.0, 10.0]) - 0.5j
    exact = heston_share_transform(HESTON, u)
    coarse, fine = (rough_share_transform(smooth, u, n) for n in (350, 700))
    assert np.all(np.abs(fine - exact) < np.abs(fine - coarse))


def test_quantlib_prices_forward_starts_alike():
    today = QuantLib.Date(1, 1, 2025)
    QuantLib.Settings.instance().evaluationDate = today
    day = QuantLib.Actual365Fixed()
    flat = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, day))
    start, expiry = today + 73, today + 219
    # without Feller's condition its quadrature over V_1 is off in the second digit
    process = QuantLib.HestonProcess(
        flat, flat, QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0)), 0.04, 0.7, 0.06, 0.2, -0.7
    )
    model = Heston(vol_of_vol=0.2, correlation=-0.7, **LEVELS)
    law = two_date_law(model, 0.2, 0.6, ratio_kinks=RATIOS, n_paths=2**13)
    for ratio in RATIOS:
        option = QuantLib.ForwardVanillaOption(
            ratio,
            start,
            QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, 0.0),
            QuantLib.EuropeanExercise(expiry),
        )
        option.setPricingEngine(QuantLib.AnalyticHestonForwardEuropeanEngine(process))
        payoff = forward_start_call(ratio)
        allowed = 4.0 * law.standard_error(payoff) + abs(law.cell_error(payoff))
        assert abs(law.expectation(payoff) - option.NPV()) < allowed + bias(model, 0.4) + 1e-7


def test_other_seeds_differ_by_what_the_standard_error_says():
    laws = [two_date_law(ROUGH, FIRST, SECOND, n_paths=2**12, seed=seed) for seed in range(6)]
    payoff = forward_start_straddle(1.0)
    prices = np.array([law.expectation(payoff) for law in laws])
    error = math.sqrt(np.mean([law.standard_error(payoff) ** 2 for law in laws]))
    # chi-squared of 5 degrees, beyond 25 or below 0.16 in one of 5000
    assert 0.16 < 5 * np.var(prices, ddof=1) / error**2 < 25.0


def test_corrections_fall_with_the_number_of_paths():
    def size(n_paths):
        law = two_date_law(ROUGH, FIRST, SECOND, n_paths=n_paths)
        held = law.mass.mean(axis=0).sum(axis=1)
        return math.sqrt(held @ law.corrections**2)

    # 16 times the paths: four times less of independent ones, more of Sobol points
    assert size(2**13) < size(2**9) / 3.0


def test_same_seed_gives_the_same_law():
    first, again, other = (
        two_date_law(HESTON, FIRST, SECOND, n_paths=2**10, seed=seed).prior for seed in (3, 3, 4)
    )
    assert np.array_equal(first.points, again.points)
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)


@pytest.mark.parametrize("correlation", [-1.0, 0.0])
def test_extreme_correlations_leave_a_martingale(correlation):
    model = Heston(vol_of_vol=0.5, correlation=correlation, **LEVELS)
    law = two_date_law(model, FIRST, SECOND, n_paths=2**13)
    assert np.allclose(law.prior.mean(), 1.0, rtol=0.0, atol=1e-12)
    option = CallAt(1, 1.0)
    exact = model.call_price([0.0], SECOND)[0]
    allowed = 4.0 * (law.standard_error(option) + abs(law.cell_error(option)))
    assert abs(law.expectation(option) - exact) < allowed + bias(model, SECOND)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"first": 0.5, "second": 0.1}, "increasing"),
        ({"first": 0.0}, "increasing"),
        ({"second": math.nan}, "increasing"),
        ({"n_first": 2}, "n_first"),
        ({"n_second": 7.5}, "n_second"),
        ({"n_paths": 100}, "power of two"),
        ({"n_paths": 8}, "n_paths"),
        ({"seed": -1}, "seed"),
        ({"kinks": [1e9]}, "kinks"),
        ({"ratio_kinks": [1.0, 1.0]}, "kinks"),
    ],
)
def test_bad_arguments_are_refused(changes, named):
    given = {"first": FIRST, "second": SECOND, "n_paths": 64} | changes
    with pytest.raises(ParameterError, match=named):
        two_date_law(HESTON, **given)


def test_models_without_paths_are_refused():
    smile = SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.5, correlation=-0.3)
    with pytest.raises(ParameterError, match="simulates paths"):
        two_date_law(smile, FIRST, SECOND)  # pyright: ignore[reportArgumentType]


def test_payoffs_of_one_date_are_refused():
    law = two_date_law(FLAT, FIRST, SECOND, n_first=8, n_second=8)
    with pytest.raises(ParameterError, match="two dates"):
        law.expectation(call(1.0))  # pyright: ignore[reportArgumentType]


def test_steps_so_long_that_prices_are_no_martingales_are_refused():
    model = RoughHeston(hurst=0.4, vol_of_vol=3.0, correlation=0.95, **LEVELS)
    with pytest.raises(AccuracyError, match="more steps"):
        two_date_law(model, 2.0, 4.0, n_paths=64, steps=2)
