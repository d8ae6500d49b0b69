"""Chi-squared balls against Clarabel: weights of many decades, rows of all kinds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.payoffs import call, digital, put, straddle
from rmot.transport import ChiSquared, Prior, Quotes, price_bounds

MAKERS = (call, put, digital, straddle)


@st.composite
def problems(draw):
    """Draw a prior, quotes that a law near it meets with its forward, a payoff, and room."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(8, 60))
    decades = draw(st.floats(0.0, 6.0))
    points = np.sort(np.exp(0.4 * rng.standard_normal(n)))
    weights = 10.0 ** (-decades * rng.random(n))
    prior = Prior(points, weights / weights.sum())
    law = prior.weights * np.exp(draw(st.floats(-0.5, 0.5)) * np.tanh(2 * np.log(points)))
    law /= law.sum()
    payoffs, bid, ask = [], [], []
    for maker, sides in draw(
        st.lists(
            st.tuples(st.sampled_from(MAKERS), st.sampled_from(["both", "equal", "bid", "ask"])),
            max_size=6,
        )
    ):
        payoff = maker(float(rng.uniform(0.7, 1.4)))
        fair, width = law @ payoff.value(points), 10.0 ** rng.uniform(-4, -1.5)
        payoffs.append(payoff)
        bid.append(-np.inf if sides == "ask" else fair - width * (sides != "equal"))
        ask.append(np.inf if sides == "bid" else fair + width * (sides != "equal"))
    payoff = draw(st.sampled_from(MAKERS))(draw(st.floats(0.7, 1.5)))
    room = 10.0 ** draw(st.floats(-3.0, 1.0))
    return prior, Quotes(payoffs, bid, ask), float(law @ points), payoff, room


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@settings(max_examples=60, deadline=None, derandomize=True)
@given(problem=problems())
def test_drawn_balls_agree_with_clarabel(problem, clarabel_bound):
    prior, quotes, forward, payoff, room = problem
    values = payoff.value(prior.points)
    quoted = np.array([one.value(prior.points) for one in quotes.payoffs]).reshape(-1, values.size)
    upper, least, radius = clarabel_bound(
        values, quoted, prior, quotes, forward, lambda least: max(least, 0.0) + room
    )
    b = price_bounds(
        payoff,
        prior,
        quotes=quotes,
        forwards=forward,
        divergence=ChiSquared(),
        radius=radius,
    )
    deviation = float(np.sqrt(prior.weights @ (values - prior.weights @ values) ** 2))
    close = 1e-8 * (deviation + 1e-3)
    assert b.gap <= close
    assert b.upper == pytest.approx(upper, abs=close)
    assert b.minimum_radius == pytest.approx(least, abs=1e-8 * (1 + least))
    lower = clarabel_bound(-values, quoted, prior, quotes, forward, lambda _: radius)[0]
    assert b.lower == pytest.approx(-lower, abs=close)
