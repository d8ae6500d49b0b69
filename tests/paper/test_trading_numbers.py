"""The numbers of traded bounds and of the seeds are made, used, and say what the tables say."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from paper.numbers import used_macros
from paper.quantities import trading
from rmot.studies.trading.markets import CHAINS, LAST_PRICES
from rmot.studies.trading.normality_power import LAWS
from rmot.studies.trading.positions import CLASSICAL, EXCESSES
from rmot.studies.trading.summary import ALL_BASKETS, ALL_OPTIONS

DATA = {"data": "synthetic", "data_sha256": "0"}


@pytest.fixture
def traded() -> pd.DataFrame:
    methods = [f"{excess:g}" for excess in EXCESSES] + [CLASSICAL]
    payoffs = (ALL_OPTIONS, ALL_BASKETS, "digital")
    rows = [
        {
            "group": group,
            "payoff": payoff,
            "method": method,
            "markets": 12,
            "trades": 96,
            "met": 0.5,
            "dates": 3,
            "settlements": 4,
            "mean_width": 0.001,
            "mean_profit": 0.0005,
            "losses": 0.25,
            "shortfall": 0.01,
            "worst_profit": -3e-16 if method == CLASSICAL else -0.02,
            "worst_listed_profit": np.nan,
            "delta_trades": 60,
            "same_losses": 0.2,
            "same_shortfall": 0.008,
            "delta_losses": 0.4,
            "delta_shortfall": 0.03,
        }
        for group, payoff, method in itertools.product((CHAINS, LAST_PRICES), payoffs, methods)
    ]
    return pd.DataFrame(rows).assign(**DATA)


def made(numbers) -> dict[str, str]:
    found = list(numbers)
    assert {number.macro for number in found} <= used_macros()
    assert all(number.tolerance >= 0 and np.isfinite(number.value) for number in found)
    assert len({number.macro for number in found}) == len(found)
    return {number.macro: number.text for number in found}


def test_traded_bounds(traded):
    texts = made(trading.traded(traded))
    assert texts["TradedClassicalLeast"] == "-10^{-15}"
    assert texts["TradedListedLeast"] == "0.0"
    assert texts["TradedLargeLosses"] == "25"
    assert texts["TradedLargeShortfall"] == "100"


def test_told_closes():
    table = pd.DataFrame({"close": [100.0, 100.0, 100.0], "file": [100.0, 100.5, 99.0]})
    table = table.assign(implied=[100.01, 99.98, 100.0], **DATA)
    texts = made(trading.told(table))
    assert (texts["ToldFile"], texts["ToldFileMost"]) == ("50", "100")
    assert (texts["ToldImplied"], texts["ToldImpliedMost"]) == ("1", "2")


def test_seeds():
    rows = [
        {"estimator": name, "seeds": 100, "mean": 300.0, "naive_p": 0.9}
        | {"variance_ratio": 0.25, "variance_p": 1e-7 if word == "Ball" else 0.4}
        for name, word in trading._ESTIMATORS.items()
    ]
    texts = made(trading.seeds(pd.DataFrame(rows).assign(**DATA)))
    assert texts["SeedsBallRatio"] == "0.50"
    assert "or less" in texts["SeedsBallVarianceP"]
    assert texts["SeedsFittedVarianceP"] == "0.40"


def test_power():
    row = {"size": 100, "samples": 2000, "critical_distance": 0.0886, "naive_median": 0.84}
    row |= {"naive_rejects": 0.0002, "lilliefors_rejects": 0.05, "naive_beyond_claimed": 0.43}
    table = pd.DataFrame([{"law": law} | row for law in LAWS]).assign(**DATA)
    texts = made(trading.power(table))
    assert texts["NormalityCritical"] == "0.886"
    assert texts["NormalityBeyond"] == "43"
    assert texts["NormalitySize"] == "0.02"


def test_held_out_strikes():
    rows = [
        {"chain": chain, "seed": seed, "held_out_mean_price_error": 0.1 + 0.001 * seed}
        | {"held_out_median_price_error": 0.05, "held_out_volatility_error": 0.008}
        | {"fitted_mean_price_error": 0.1}
        for chain in ("SPX", "NDX")
        for seed in (0, 1)
    ]
    texts = made(trading.held_out(pd.DataFrame(rows).assign(**DATA)))
    assert texts["FoldsDeals"] == "2"
    assert texts["FoldsSpxHeldOut"] == "10.1"
