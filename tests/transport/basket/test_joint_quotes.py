"""Bounds with quotes on other baskets, against linear programs over couplings on grids."""

import numpy as np
import pytest
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics import black_call
from rmot.payoffs import basket_call, basket_forward, basket_put, call
from rmot.transport import Quotes, basket_bounds

STRIKES = np.array([0.9, 1.0, 1.1])
WEIGHTS = np.array([0.4, 0.3, 0.3])


def _calls(deviation, width=1e-3):
    fair = black_call(np.log(STRIKES), deviation, 1.0)
    return Quotes([call(k) for k in STRIKES], fair - width, fair + width)


QUOTES = [_calls(0.1), _calls(0.2), _calls(0.3)]


def _on_grid(payoff, quotes, joint, points, sign):
    quoted = [p.value(points[:, i]) for i, one in enumerate(quotes) for p in one.payoffs]
    quoted = np.array([*quoted, *(p.value(points) for p in joint.payoffs)])
    bid, ask = (
        np.concatenate([getattr(q, side) for q in (*quotes, joint)]) for side in ("bid", "ask")
    )
    n = points.shape[1]
    result = linprog(
        -sign * payoff.value(points),
        A_ub=np.vstack([quoted, -quoted]),
        b_ub=np.concatenate([ask, -bid]),
        A_eq=np.vstack([np.ones(len(points)), points.T]),
        b_eq=np.ones(1 + n),
        method="highs",
    )
    assert result.status == 0
    return -sign * result.fun


@pytest.mark.parametrize(
    ("payoff", "joint"),
    [
        (basket_call([0.5, 0.5], 1.05), Quotes([basket_call([0.5, 0.5], 1.0)], [0.05], [0.052])),
        (basket_call([1, -1], 0.05), Quotes([basket_call([1, -1], 0.0)], [0.06], [0.065])),
        (basket_call([0.5, 0.5], 1.05), Quotes([basket_call([1, -1], 0.0)], [0.06], [0.065])),
        (basket_put([1, -1], 0.1), Quotes([basket_put([2, 1], 3.0)], [0.10], [0.12])),
    ],
)
def test_two_assets_agree_with_all_couplings_on_a_grid(payoff, joint):
    # Weak duality on any grid; strong on one that holds nearly all corners of the pieces.
    quotes = QUOTES[:2]
    axis = np.unique(np.concatenate([np.linspace(0, 2.2, 89), STRIKES, [4.0, 20.0]]))
    points = np.stack([a.ravel() for a in np.meshgrid(axis, axis)], axis=1)
    found = basket_bounds(payoff, quotes, joint=joint)
    upper = _on_grid(payoff, quotes, joint, points, 1)
    lower = _on_grid(payoff, quotes, joint, points, -1)
    assert found.sharp
    assert found.lower <= lower + 1e-8
    assert upper <= found.upper + 1e-8
    assert found.upper == pytest.approx(upper, abs=2e-3)
    assert found.lower == pytest.approx(lower, abs=2e-3)


JOINTS = [
    Quotes([basket_call(WEIGHTS, 1.0)], [0.05], [0.051]),
    Quotes(
        [basket_call([0.5, 0.5, 0], 1.0), basket_call([1, -1, 0], 0.0)], [0.045] * 2, [0.06] * 2
    ),
    Quotes([basket_put(WEIGHTS, 0.95), basket_call([0, 1, -1], 0.1)], [0.025, 0.07], [0.03, 0.08]),
]


@pytest.mark.parametrize("joint", JOINTS)
@pytest.mark.parametrize("payoff", [basket_call(WEIGHTS, 1.05), basket_put([1, -0.5, -0.5], 0.0)])
def test_joint_quotes_only_narrow_and_hedges_stay_on_their_side(payoff, joint):
    plain, found = basket_bounds(payoff, QUOTES), basket_bounds(payoff, QUOTES, joint=joint)
    assert found.upper <= plain.upper + 1e-9
    assert found.lower >= plain.lower - plain.gap - 1e-9
    assert found.lower <= found.upper + 1e-9
    generator = np.random.default_rng(1)
    prices = np.vstack(
        [generator.lognormal(0, 0.5, (20_000, 3)), generator.choice(STRIKES, (500, 3))]
    )
    quoted = [p.value(prices[:, i]) for i, q in enumerate(QUOTES) for p in q.payoffs]
    quoted = np.array([*quoted, *(p.value(prices) for p in joint.payoffs)])
    room = 1e-8 * (1 + prices.sum(axis=1))
    for hedge, sign in ((found.upper_hedge, 1), (found.lower_hedge, -1)):
        held = hedge.cash + prices @ hedge.forwards + hedge.positions @ quoted
        assert np.all(sign * (held - payoff.value(prices)) >= -room)


def test_a_quote_of_the_target_itself_is_its_bound():
    joint = Quotes([basket_call(WEIGHTS, 1.0)], [0.05], [0.051])
    for scale in (1.0, 2.0):
        found = basket_bounds(basket_call(scale * WEIGHTS, scale), QUOTES, joint=joint)
        assert (found.lower, found.upper) == pytest.approx((0.05 * scale, 0.051 * scale), abs=1e-6)


def test_a_quoted_forward_contract_adds_nothing():
    joint = Quotes([basket_forward(WEIGHTS, 1.0)], [-0.01], [0.01])
    payoff = basket_call(WEIGHTS, 1.02)
    plain, found = basket_bounds(payoff, QUOTES), basket_bounds(payoff, QUOTES, joint=joint)
    assert found.upper == pytest.approx(plain.upper, abs=2e-6)


def test_joint_quotes_that_no_coupling_meets_are_named():
    dear = Quotes([basket_call(WEIGHTS, 1.0)], [0.2], [0.21])
    fine = Quotes([basket_call(WEIGHTS, 1.0)], [0.05], [0.06])
    with pytest.raises(InfeasibleQuotes, match="joint quote 0") as caught:
        basket_bounds(basket_call(WEIGHTS, 1.05), QUOTES, joint=dear)
    assert caught.value.conflict == ("joint quote 0 (basket_call(strike=1))",)
    both = fine.along(basket_call(WEIGHTS, 1.1), 0.19, 0.2)
    with pytest.raises(InfeasibleQuotes) as caught:
        basket_bounds(basket_call(WEIGHTS, 1.05), QUOTES, joint=both)
    assert caught.value.conflict == ("joint quote 1 (basket_call(strike=1.1))",)


def test_a_basket_and_a_spread_that_clash_are_named_together():
    # Each is possible alone: little of the basket and little of the spread are not, together.
    joint = Quotes(
        [basket_call([0.5, 0.5, 0], 1.0), basket_call([1, -1, 0], 0.0), basket_put(WEIGHTS, 1.0)],
        [0.04, 0.05, 0.05],
        [0.045, 0.055, 0.06],
    )
    with pytest.raises(InfeasibleQuotes) as caught:
        basket_bounds(basket_call(WEIGHTS, 1.05), QUOTES, joint=joint)
    named = ("joint quote 0 (basket_call(strike=1))", "joint quote 1 (basket_call(strike=0))")
    assert caught.value.conflict == named


def test_joint_quotes_of_the_wrong_form_are_refused():
    payoff = basket_call(WEIGHTS, 1.0)
    with pytest.raises(ParameterError, match="3 weights in joint quote 0"):
        basket_bounds(payoff, QUOTES, joint=Quotes([basket_call([1, 1], 2.0)], [0], [1]))
    with pytest.raises(ParameterError, match=r"joint quote 0 .* is none"):
        basket_bounds(payoff, QUOTES, joint=Quotes([call(1.0)], [0], [1]))
    many = [basket_call(np.eye(3)[0] + k * np.eye(3)[1], 1.0) for k in range(1, 90)]
    with pytest.raises(ParameterError, match="few different baskets"):
        basket_bounds(payoff, QUOTES, joint=Quotes(many, np.zeros(89), np.full(89, 9.0)))
