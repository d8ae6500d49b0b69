"""Balls within sharp bounds, radii by rules, ranges of correlation, and refused markets."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError
from rmot.market import OptionChain
from rmot.market.registry import DataSource
from rmot.payoffs import basket_call
from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES, Book
from rmot.studies.capital.markets import common_expiries, fund_market
from rmot.studies.study import Config
from rmot.transport import (
    MultipleOfLeast,
    Quotes,
    basket_bounds,
    gaussian_copula,
)


def test_balls_lie_within_sharp_bounds_and_these_within_any_call_at_the_money(small):
    prior = small.reference(Config("quick"))
    quotes = small.within_reach(prior)
    radii = [MultipleOfLeast(factor) for factor in (1.5, 3.0)]
    near, far = (methods.ball(INDICES, prior, quotes, r, "copula", "rule") for r in radii)
    sharp = methods.sharp(INDICES, small, near.price)
    slack = 1e-8
    assert np.all(sharp.lower - slack <= far.lower)
    assert np.all(far.upper <= sharp.upper + slack)
    assert np.all(far.lower <= near.lower + slack)
    assert np.all(near.upper <= far.upper + slack)
    # charges are at most what a call at the money on each asset costs
    most = sum(w * quotes.ask[2] for w, quotes in zip(INDICES.weights, small.quotes, strict=True))
    assert np.all(sharp.upper - sharp.lower <= most + slack)
    put_like = basket_bounds(basket_call(INDICES.weights, 0.6), small.quotes)
    assert put_like.upper - put_like.lower <= most + slack


def test_forwards_alone_leave_all_between_jensen_and_the_forward():
    nothing = [Quotes([], [], [])] * 2
    held = Book("two", ("A", "B"), (0.5, 0.5), (0.9, 1.1), (0.5, 0.5))
    found = methods.forwards_alone(held, np.array([0.12, 0.02]))
    for rank, payoff in enumerate(held.payoffs()):
        exact = basket_bounds(payoff, nothing)
        assert found.lower[rank] == pytest.approx(exact.lower, abs=1e-9)
        assert found.upper[rank] == pytest.approx(exact.upper, abs=1e-9)


def test_radii_by_rules_meet_the_quotes(small):
    prior = small.reference(Config("quick"))
    other = gaussian_copula(small.marginals(), 0.5, 1 << 11, seed=3)
    quotes = small.within_reach(prior)
    spread = methods.spread_radius(INDICES, prior, other, quotes)
    found = methods.ball(INDICES, prior, quotes, spread, "copula", "spread")
    assert "spread between priors" in spread.rule
    assert np.all(found.upper > found.lower)
    noise = methods.noise_radius(prior, quotes, 3, seed=1)
    least = methods.least_radius
    assert noise.value >= least(
        prior,
        methods.on_assets(quotes),
        divergence=methods.ChiSquared(),
        forwards=np.ones(2),
    )


def test_correlation_ranges_are_ordered_and_name_their_assumptions(small):
    found = {each.method: each for each in methods.correlation_ranges(INDICES, small, 1 << 11, 3)}
    for past, anything in (
        (methods.BLACK_PAST, methods.BLACK_ANY),
        (methods.SMILES_PAST, methods.SMILES_ANY),
    ):
        inner, outer = found[past], found[anything]
        slack = 4 * (inner.error + outer.error)
        assert np.all(outer.lower <= inner.lower + slack)
        assert np.all(inner.upper <= outer.upper + slack)
        assert np.all(inner.lower <= inner.price)
        assert np.all(inner.price <= inner.upper)
        assert "252 days" in inner.assumptions
        assert "any matrix" in outer.assumptions


def test_too_few_funds_and_expiries_are_refused():
    with pytest.raises(DataError, match="two funds"):
        fund_market(Config("quick"))

    quotes = pd.DataFrame({"expiry": [date(2026, 8, 21)]})
    seen = datetime(2026, 7, 10, tzinfo=UTC)
    source = DataSource("", "", "synthetic")
    chain = OptionChain("A", 1.0, seen, "european", quotes, source)
    with pytest.raises(DataError, match="two expiries"):
        common_expiries([chain, chain])
