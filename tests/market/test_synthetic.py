"""Oracles: Black's formula by `scipy.stats.norm`, and the inequalities of static arbitrage."""

import numpy as np
import pytest
from scipy.stats import norm

from rmot.errors import ParameterError
from rmot.market import read_chain
from rmot.market.registry import describe
from rmot.market.synthetic import (
    SurfaceSVI,
    SyntheticSlice,
    index_slices,
    index_smile,
    main,
    synthetic_index_chain,
)

INDICES = ["SPX", "NDX"]


def black(log_moneyness, maturity, volatility):
    deviation = volatility * np.sqrt(maturity)
    d1 = -log_moneyness / deviation + 0.5 * deviation
    return norm.cdf(d1) - np.exp(log_moneyness) * norm.cdf(d1 - deviation)


def test_equal_arguments_give_equal_bytes_and_other_seeds_other_ones(tmp_path):
    paths = [tmp_path / f"{i}.csv.gz" for i in range(3)]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        synthetic_index_chain(path, seed)
    first, second, third = (path.read_bytes() for path in paths)
    assert first == second
    assert first != third


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_the_file_says_that_it_is_synthetic(tmp_path, name):
    synthetic_index_chain(tmp_path / name, seed=1)
    assert describe(tmp_path / name).kind == "synthetic"


@pytest.mark.parametrize("underlying", INDICES)
def test_truth_lies_within_bid_and_ask_and_half_a_tick_plus_noise_from_the_mid(
    write_chain, underlying
):
    noise, tick = 0.25, 0.05
    slices = index_slices(underlying)
    smile = index_smile(underlying)
    path = write_chain(
        underlying=underlying,
        slices=slices,
        call_price=smile.call_price,
        spread_noise=noise,
        tick_size=tick,
        half_spread=lambda price: 0.1 + 0.01 * price,
    )
    chain = read_chain(path)
    truth = {(part.expiry, part.settlement): part for part in slices}
    maturity = {
        (smile.expiry, smile.settlement): smile.maturity for smile in chain.surface().slices
    }
    for key, part in truth.items():
        own = (chain.quotes["expiry"] == key[0]) & (chain.quotes["settlement"] == key[1])
        quotes = chain.quotes.loc[own]
        strike = quotes["strike"].to_numpy()
        k = np.log(strike / part.forward)
        price = black(k, maturity[key], smile.implied_volatility(k, maturity[key]))
        price = np.where(quotes["is_call"], price, price - 1 + np.exp(k))
        price *= part.discount_factor * part.forward
        bid, ask = quotes["bid"].to_numpy(), quotes["ask"].to_numpy()
        # Prices of 1e4 by a cancelling formula: 1e-9 is their rounding.
        assert np.all((bid <= price + 1e-9) & (price <= ask + 1e-9))
        off = np.abs(0.5 * (bid + ask) - price)[bid > 0]
        allowed = 0.5 * tick + noise * (0.1 + 0.01 * price)[bid > 0]
        assert np.all(off <= allowed + 1e-9)
        assert np.allclose(np.r_[bid, ask] / tick, np.rint(np.r_[bid, ask] / tick), atol=1e-6)


@pytest.mark.parametrize("underlying", INDICES)
def test_the_default_smile_has_no_butterfly_and_no_calendar_arbitrage(underlying):
    smile = index_smile(underlying)
    k = np.linspace(-1.5, 1.0, 2001)
    strike, variances = np.exp(k), []
    for maturity in (0.01, 0.05, 0.1, 0.5, 1.0, 3.0):
        volatility = smile.implied_volatility(k, maturity)
        call = black(k, maturity, volatility)
        slopes = np.diff(call) / np.diff(strike)
        assert np.all(np.diff(slopes) >= -1e-10)
        variances.append(volatility**2 * maturity)
    assert np.all(np.diff(variances, axis=0) > 0)


def test_the_skew_decays_as_the_exponent_says():
    smile = SurfaceSVI(0.2, -0.7, 1.0, 0.4)
    maturities = np.array([1e-4, 1e-3])
    steep = [
        np.subtract(*smile.implied_volatility([1e-6, -1e-6], maturity)) / 2e-6
        for maturity in maturities
    ]
    rate = np.log(steep[1] / steep[0]) / np.log(10)
    assert rate == pytest.approx(-0.4, abs=1e-4)  # the factor (1 + theta)^-0.6 is all that is left


@pytest.mark.parametrize(
    "parameters",
    [(0.2, -0.7, 1.3, 0.4), (0.2, -1.0, 0.5, 0.4), (0.2, 0.0, 1.0, 0.6), (-0.2, 0.0, 1.0, 0.4)],
)
def test_smiles_that_may_hold_arbitrage_are_refused(parameters):
    with pytest.raises(ParameterError, match="expected"):
        SurfaceSVI(*parameters)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"underlying": "DAX"}, "SPX or NDX"),
        ({"tick_size": 0.0}, "tick_size"),
        ({"spread_noise": 1.0}, "spread_noise"),
    ],
)
def test_bad_arguments_are_refused_and_leave_no_file(write_chain, tmp_path, changes, message):
    with pytest.raises(ParameterError, match=message):
        write_chain("bad.csv", **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_strike_finer_than_the_symbols_thousandths_is_refused(write_chain):
    part = index_slices("SPX")[0]
    fine = SyntheticSlice(part.expiry, part.settlement, 4500.0, 1.0, [4500.00005])
    with pytest.raises(ParameterError, match=r"multiples of 0\.001"):
        write_chain(slices=[fine])


def test_the_command_line_writes_the_same_file(tmp_path):
    main(["--out", str(tmp_path / "a.csv.gz"), "--underlying", "NDX", "--seed", "4"])
    synthetic_index_chain(tmp_path / "b.csv.gz", seed=4, underlying="NDX")
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
