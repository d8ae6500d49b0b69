"""Classical bounds at two dates against closed forms, grids, one-date bounds and random points."""

import numpy as np
import pytest
from scipy.optimize import linprog

from proofs_check import verify_two_dates
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics import black_call
from rmot.payoffs import (
    TwoDatePayoff,
    average_call,
    basket_call,
    call,
    cliquet,
    digital,
    forward_start_call,
    forward_start_put,
    forward_start_straddle,
    put,
    straddle,
)
from rmot.transport import Quotes, Unrestricted, price_bounds
from rmot.transport.two_dates.certificate import two_date_certificate
from rmot.transport.two_dates.classical import classical_two_dates

STRIKES = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
NONE = Quotes([], [], [])
TOLERANCE = 1e-7
PAYOFFS = [
    forward_start_call(1.0),
    forward_start_put(0.95),
    forward_start_straddle(1.05),
    cliquet(-0.05, 0.08),
    average_call(1.02),
]


def _calls(deviation, spread=1e-3, strikes=STRIKES):
    fair = black_call(np.log(strikes), deviation, 1.0)
    return Quotes([call(k) for k in strikes], fair - spread, fair + spread)


NEAR, FAR = _calls(0.1), _calls(0.2)


@pytest.fixture(scope="module", params=PAYOFFS, ids=lambda payoff: payoff.label)
def bounded(request):
    return request.param, classical_two_dates(request.param, NEAR, FAR, tolerance=TOLERANCE)


def test_hedge_and_law_enclose_the_bound(bounded):
    _, sides = bounded
    for side, sign in zip(sides, (-1, 1), strict=True):
        assert sign * (side.value - side.attained) >= -1e-9
        # The last round leaves one tolerance, deltas two more.
        assert side.gap <= 4 * TOLERANCE
    assert sides[0].value < sides[1].value


def test_laws_and_what_escapes_are_martingales_that_meet_all_quotes(bounded):
    payoff, sides = bounded
    for side in sides:
        law, (start, gone) = side.law, side.escaping.T
        x, y = law.points[:, 0, 0], law.points[:, 1, 0]
        for own in np.unique(x):
            at = x == own
            moved = law.weights[at] @ (y[at] - own) + gone[start == own].sum()
            assert abs(moved) <= 1e-9
        far = gone[np.isinf(start)].sum()
        assert law.weights @ x + far == pytest.approx(1.0, abs=1e-9)
        for date, quotes, beyond in ((0, NEAR, far), (1, FAR, gone.sum())):
            for j, quoted in enumerate(quotes.payoffs):
                # Calls have slope one at infinity.
                price = law.weights @ quoted.value(law.points[:, date, 0]) + beyond
                assert quotes.bid[j] - 1e-9 <= price <= quotes.ask[j] + 1e-9
        if not start.size:
            assert law.expectation(payoff) == pytest.approx(side.attained, abs=1e-8)


def _size(hedge, points):
    """The terms that a hedge's worth is a sum of, and a payoff of returns."""
    x, y = points.T
    held = np.abs(hedge.first).sum() * x + np.abs(hedge.second).sum() * y
    grown = np.abs(hedge.deltas.at(x)) * (x + y) + y / np.where(x > 0, x, 1.0)
    return 8 * (abs(hedge.cash) + abs(hedge.forward) * x + held + grown)


def test_hedges_dominate_at_random_and_far_prices(bounded):
    payoff, sides = bounded
    generator = np.random.default_rng(7)
    near = generator.lognormal(0.0, 0.25, (20_000, 2))
    wide = np.exp(generator.uniform(-12, 12, (20_000, 2)))
    on_nodes = generator.choice(np.append(STRIKES, 0.0), (2_000, 2))
    for side, sign in zip(sides, (-1, 1), strict=True):
        assert side.hedge.dominates
        for points in (near, wide, on_nodes[on_nodes[:, 0] > 0]):
            over = sign * (side.hedge.value(points, (NEAR, FAR)) - payoff.value(points))
            # Rounding of terms as large as the prices.
            assert np.all(over >= -1e-13 * (1 + points.max(axis=1)) * (1 + 1 / points.max(axis=1)))


def test_hedge_costs_what_its_positions_cost(bounded):
    _, sides = bounded
    for side, sign in zip(sides, (-1, 1), strict=True):
        hedge = side.hedge
        cost = hedge.cash + hedge.forward
        for held, quotes in ((hedge.first, NEAR), (hedge.second, FAR)):
            longs = sign * held > 0
            cost += held @ np.where(longs, quotes.ask, quotes.bid)
        assert hedge.cost == pytest.approx(cost, abs=1e-12)
        assert side.value == hedge.cost


def _on_a_grid(payoff, sign, x, y):
    """Solve over laws on a grid: inside the bound."""
    paid = sign * payoff.at(x[:, None], y)
    rows, right = [], []
    for quotes, table in ((NEAR, x[:, None] + 0 * y), (FAR, y + 0 * x[:, None])):
        for j, quoted in enumerate(quotes.payoffs):
            worth = quoted.value(table.ravel())
            rows += [worth, -worth]
            right += [quotes.ask[j], -quotes.bid[j]]
    equal = [np.ones(paid.size), (x[:, None] + 0 * y).ravel()]
    for i in range(x.size):
        move = np.zeros(paid.shape)
        move[i] = y - x[i]
        equal.append(move.ravel())
    found = linprog(
        -paid.ravel(),
        A_ub=np.array(rows),
        b_ub=right,
        A_eq=np.array(equal),
        b_eq=[1.0, 1.0] + [0.0] * x.size,
        method="highs",
    )
    return -sign * found.fun


@pytest.mark.parametrize("payoff", [forward_start_straddle(1.0), average_call(1.0)])
def test_grids_approach_from_inside(payoff):
    lower, upper = classical_two_dates(payoff, NEAR, FAR)
    seen = []
    for count in (21, 41):
        x = np.union1d(np.linspace(0.5, 1.5, count), STRIKES)
        y = np.concatenate([[0.0], np.union1d(x, STRIKES), [3.0, 40.0]])
        low, high = _on_a_grid(payoff, -1, x, y), _on_a_grid(payoff, 1, x, y)
        assert lower.value - 1e-9 <= low
        assert high <= upper.value + 1e-9
        seen.append(upper.value - high + low - lower.value)
    assert seen[1] <= seen[0] + 1e-12
    assert seen[1] <= 0.03 * (upper.value - lower.value)


def test_one_call_a_date_has_a_least_straddle_in_closed_form():
    # Jensen: E|Y - X| >= 2 (E (Y - 1)^+ - E (X - 1)^+), and two points that part attain it.
    near, far = (Quotes([call(1.0)], [price], [price]) for price in (0.04, 0.05))
    lower, _ = classical_two_dates(forward_start_straddle(1.0), near, far)
    assert lower.value == pytest.approx(0.02, abs=4 * TOLERANCE)


@pytest.mark.parametrize(
    ("payoff", "low", "high"),
    [
        (forward_start_straddle(1.0), 0.0, 2.0),
        (forward_start_call(0.7), 0.3, 1.0),
        # the envelope at one: a chord from t = 0 to the cap
        (cliquet(-0.05, 0.05), -0.05, -0.05 + 0.1 / 1.05),
        (average_call(1.0), 0.0, 1.0),
    ],
)
def test_without_quotes_scale_alone_decides(payoff, low, high):
    lower, upper = classical_two_dates(payoff, NONE, NONE)
    assert lower.value == pytest.approx(low, abs=4 * TOLERANCE)
    assert upper.value == pytest.approx(high, abs=4 * TOLERANCE)


@pytest.mark.parametrize("strike", [0.85, 1.05, 1.4])
def test_a_payoff_of_one_date_has_that_date_s_bounds(strike):
    at_second = TwoDatePayoff(
        np.zeros(3), np.array([strike]), np.zeros(1), np.ones(1), label="second"
    )
    found = classical_two_dates(at_second, NONE, FAR)
    known = price_bounds(call(strike), None, quotes=FAR, divergence=Unrestricted())
    assert [side.value for side in found] == pytest.approx(
        [known.lower, known.upper], abs=4 * TOLERANCE
    )


def test_equal_smiles_allow_a_straddle_of_nothing():
    # A price that stays meets both dates; quotes with more variance leave more room above.
    exact = _calls(0.1, spread=0.0)
    lower, upper = classical_two_dates(forward_start_straddle(1.0), exact, exact)
    own = classical_two_dates(forward_start_straddle(1.0), exact, FAR)
    assert lower.value == pytest.approx(0.0, abs=4 * TOLERANCE)
    assert upper.value < own[1].value


def test_more_quotes_tighten():
    few = Quotes([call(1.0)], NEAR.bid[2:3], NEAR.ask[2:3])
    loose = classical_two_dates(forward_start_call(1.0), few, FAR)
    tight = classical_two_dates(forward_start_call(1.0), NEAR, FAR)
    assert loose[0].value <= tight[0].value + 4 * TOLERANCE
    assert tight[1].value <= loose[1].value + 4 * TOLERANCE


def test_puts_and_calls_of_equal_worth_give_equal_bounds():
    puts = Quotes([put(k) for k in STRIKES], NEAR.bid + STRIKES - 1, NEAR.ask + STRIKES - 1)
    one = classical_two_dates(cliquet(-0.1, 0.1), puts, FAR)
    other = classical_two_dates(cliquet(-0.1, 0.1), NEAR, FAR)
    for a, b in zip(one, other, strict=True):
        assert a.value == pytest.approx(b.value, abs=8 * TOLERANCE)


@pytest.mark.parametrize("payoff", [forward_start_call(1.0), cliquet(-0.05, 0.05)])
def test_digitals_are_met_from_below(payoff):
    near = Quotes([call(1.0), digital(1.1)], [0.04, 0.2], [0.05, 0.25])
    far = Quotes([call(1.0), digital(1.1)], [0.06, 0.2], [0.07, 0.25])
    for side, sign in zip(classical_two_dates(payoff, near, far), (-1, 1), strict=True):
        assert side.gap <= 4 * TOLERANCE
        points = np.random.default_rng(3).choice(
            [0.1, 0.5, 1.0, np.nextafter(1.1, 0), 1.1, 2.0], (500, 2)
        )
        over = sign * (side.hedge.value(points, (near, far)) - payoff.value(points))
        assert np.all(over >= -1e-13)


def test_open_sides_are_not_traded():
    bid, ask = NEAR.bid.copy(), NEAR.ask.copy()
    bid[::2], ask[1::2] = -np.inf, np.inf
    opened = Quotes(NEAR.payoffs, bid, ask)
    wide = classical_two_dates(forward_start_call(1.0), opened, FAR)
    tight = classical_two_dates(forward_start_call(1.0), NEAR, FAR)
    for side, own, sign in zip(wide, tight, (-1, 1), strict=True):
        assert np.all(sign * side.hedge.first[::2] >= 0)
        assert np.all(sign * side.hedge.first[1::2] <= 0)
        assert side.gap <= 4 * TOLERANCE
        assert sign * (side.value - own.value) >= -4 * TOLERANCE


def test_a_calendar_violation_names_both_dates():
    with pytest.raises(InfeasibleQuotes, match=r"of the first date.*of the second date") as caught:
        classical_two_dates(forward_start_call(1.0), FAR, NEAR)
    assert {name.split(" of the ")[1] for name in caught.value.conflict} == {
        "first date",
        "second date",
    }


def test_a_clash_within_one_date_names_that_date_alone():
    wrong = Quotes([call(0.9), call(1.1)], [0.05, 0.06], [0.05, 0.06])
    with pytest.raises(InfeasibleQuotes) as caught:
        classical_two_dates(forward_start_call(1.0), NEAR, wrong)
    assert all(name.endswith("second date") for name in caught.value.conflict)


@pytest.mark.parametrize(
    ("payoff", "near", "far", "message"),
    [
        (call(1.0), NEAR, FAR, "payoff of two dates"),
        (basket_call([0.5, 0.5], 1.0), NEAR, FAR, "payoff of two dates"),
        (np.zeros((3, 3)), NEAR, FAR, "payoff of two dates"),
        (
            forward_start_call(1.0),
            NEAR,
            Quotes([basket_call([1, 1], 1.0)], [0], [1]),
            "second date",
        ),
        (forward_start_call(1.0), Quotes(np.ones((1, 4)), [0], [1]), FAR, "first date"),
        (forward_start_call(1.0), None, FAR, "Quotes of the first date"),
    ],
)
def test_bad_input_raises_one_clear_error(payoff, near, far, message):
    with pytest.raises(ParameterError, match=message):
        classical_two_dates(payoff, near, far)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, np.nan])
def test_a_tolerance_is_positive(tolerance):
    with pytest.raises(ParameterError, match="positive tolerance"):
        classical_two_dates(forward_start_call(1.0), NEAR, FAR, tolerance=tolerance)


@pytest.mark.parametrize("seed", range(6))
def test_any_law_s_price_lies_between_the_bounds_of_its_own_quotes(seed):
    generator = np.random.default_rng(seed)
    x = generator.uniform(0.7, 1.3, 6)
    weights = generator.dirichlet(np.ones(6))
    x /= weights @ x
    moves = generator.uniform(0.05, 0.4, (6, 2))
    y = np.column_stack([x - moves[:, 0], x + moves[:, 1]])
    up = moves[:, 0] / moves.sum(axis=1)
    joint = weights[:, None] * np.column_stack([1 - up, up])
    dates = []
    for prices, masses in ((x, weights), (y.ravel(), joint.ravel())):
        strikes = np.sort(generator.uniform(0.7, 1.3, generator.integers(1, 8)))
        makers = [(call, put, digital, straddle)[i] for i in generator.integers(0, 4, strikes.size)]
        payoffs = [make(k) for make, k in zip(makers, strikes, strict=True)]
        fair = np.array([masses @ payoff.value(prices) for payoff in payoffs])
        below, above = generator.uniform(0, 0.01, (2, strikes.size))
        dates.append(Quotes(payoffs, fair - below, fair + above))
    for payoff in PAYOFFS[::2]:
        lower, upper = classical_two_dates(payoff, *dates)
        price = float((joint * payoff.at(x[:, None], y)).sum())
        assert lower.value <= price <= upper.value
        assert max(lower.gap, upper.gap) <= 4 * TOLERANCE
        quotes = dates[0], dates[1]
        assert verify_two_dates.holds(two_date_certificate(lower, payoff, quotes, "lower"))
        assert verify_two_dates.holds(two_date_certificate(upper, payoff, quotes, "upper"))
