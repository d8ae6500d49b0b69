"""Which quotes are seen by whom."""

from dataclasses import replace

import numpy as np
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.neural.loss import Units, quotes_of
from rmot.neural.targets import QuoteChoice, targets_from_surfaces
from rmot.numerics import black_otm

CHOICE = QuoteChoice(
    price_maturities=(0.1, 0.2, 0.3),
    index_maturities=(0.1, 0.2),
    price_test=0.2,
    index_test=0.2,
    price_strikes=8,
    index_strikes=8,
)


def surface(maturities, low, high, name):
    k = np.linspace(low, high, 40)
    return synthetic_surface(
        [TrueSmile(t, k, 0.3 - 0.2 * k, np.full(k.size, 0.01)) for t in maturities], None, name
    )


@pytest.fixture(scope="module")
def targets():
    index = surface((0.1, 0.2), -0.2, 0.5, "VIX")
    slices = tuple(replace(smile, forward=20.0) for smile in index.slices)
    return targets_from_surfaces(
        surface((0.1, 0.2, 0.3), -0.4, 0.2, "SPX"), replace(index, slices=slices), CHOICE
    )


def test_every_quote_has_one_role_and_tests_are_whole_smiles(targets):
    assert [smile.is_test for smile in targets.prices] == [False, True, False]
    assert [smile.forward for smile in targets.index] == [0.2, 0.2]
    for smile in targets.prices:
        if not smile.is_test:
            assert set(smile.role) == {"train", "validation"}
            assert np.sum(smile.role == "validation") == smile.role.size // 4
    counts = [
        len(quotes_of(targets, role, Units()).prices.price)
        for role in ("train", "validation", "test")
    ]
    assert counts == [12, 4, 8]
    assert set(np.asarray(quotes_of(targets, "train", Units()).prices.date)) == {0, 2}


def test_prices_are_blacks_and_units_are_volatilities(targets):
    """Moving a quote by the unit of volatility moves its price by 1, to first order."""
    units = Units(price=1e-6)
    quotes = quotes_of(targets, "train", units).prices
    smile = targets.prices[0]
    own = smile.role == "train"
    k, volatility = smile.log_moneyness[own], smile.implied_volatility[own]
    up = black_otm(k, volatility + 1e-6, smile.maturity)
    count = int(own.sum())
    assert np.allclose(quotes.price[:count], black_otm(k, volatility, smile.maturity))
    moved = (up - quotes.price[:count]) / quotes.scale[:count]
    assert np.all(moved <= 1.0 + 1e-4)
    assert np.max(moved) == pytest.approx(1.0, rel=1e-4)


def test_strikes_lie_within_the_deviations(targets):
    for smile in targets.prices:
        at_money = np.interp(0.0, smile.log_moneyness, smile.implied_volatility)
        deviations = smile.log_moneyness / (at_money * np.sqrt(smile.maturity))
        assert np.all((deviations >= -4.0) & (deviations <= 2.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price_test": 0.25}, "expected price_test among"),
        ({"price_maturities": (0.2,)}, "expected two price_maturities"),
        ({"index_strikes": 2}, "expected index_strikes >= 4"),
        ({"price_deviations": (1.0, 2.0)}, "expected price_deviations around 0"),
        ({"validation_every": 1}, "expected validation_every >= 2"),
    ],
)
def test_choices_that_choose_nothing_are_named(change, message):
    with pytest.raises(ParameterError, match=message):
        replace(CHOICE, **change)


def test_quotes_that_are_not_there_are_missed():
    thin = surface((0.1, 0.2), -0.01, 0.01, "SPX")
    with pytest.raises(DataError, match="expected an expiry of its own"):
        targets_from_surfaces(thin, thin, CHOICE)
    short = replace(CHOICE, price_maturities=(0.1, 0.2), price_strikes=50)
    with pytest.raises(DataError, match="expected 50 quotes of"):
        targets_from_surfaces(thin, thin, short)
