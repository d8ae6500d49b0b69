import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_history, read_last_prices
from rmot.market.synthetic_last_prices import (
    NAMES,
    RATE,
    VolatilityMoves,
    smile,
    write_last_prices,
)
from rmot.market.synthetic_prices import LEVELS, draw_returns, write_prices
from rmot.market.traded_smiles import LEAST_VOLUME, traded_smile

DAYS = 6


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("last") / "quotes.csv.gz"
    return path, write_last_prices(path, seed=3, days=DAYS)


@pytest.fixture(scope="module")
def table(written):
    return read_last_prices(written[0]).table


def of(table, name, day=-1):
    date = sorted(table["date"].unique())[day]
    return table.loc[(table["underlying"] == name) & (table["date"] == date)]


@pytest.mark.parametrize("name", NAMES)
def test_smiles_are_the_true_ones_within_their_errors(written, table, name):
    scores = []
    for day in range(-4, 0):
        found = traded_smile(of(table, name, day))
        deviation = written[1][name][day] * np.sqrt(found.maturity)
        k = deviation * np.array([-1.0, 0.0, 0.7])
        truth = smile(name, k, written[1][name][day], found.maturity)
        volatility, error = found.at(k)
        # prices are not grown to the expiry, and a line cuts through a curve
        fine = deviation * np.linspace(-2.5, 2.0, 200)
        curve = smile(name, fine, written[1][name][day], found.maturity)
        bend = np.abs(np.gradient(np.gradient(curve, fine), fine)).max()
        allowed = truth * RATE * found.maturity + 0.5 * bend * (1.25 * deviation) ** 2
        assert (np.abs(volatility - truth) <= allowed + 5.0 * error).all()
        scores += list((volatility - truth) / np.hypot(error, allowed))
        grown = of(table, name, day)["spot"].iloc[0] * np.exp(RATE * found.maturity)
        assert abs(found.forward / grown - 1.0) < 6.0 * found.forward_error / grown + 1e-4
    assert np.sqrt(np.mean(np.square(scores))) < 2.0


def test_prices_that_did_not_trade_do_not_count(table):
    quotes = of(table, "SPY")
    stale = quotes.assign(last=np.where(quotes["volume"] < LEAST_VOLUME, 7.77, quotes["last"]))
    assert (stale["last"] != quotes["last"]).any()
    k = np.linspace(-0.04, 0.03, 5)
    for ours, theirs in zip(traded_smile(stale).at(k), traded_smile(quotes).at(k), strict=True):
        assert np.array_equal(ours, theirs)


def test_far_from_all_trades_there_is_no_volatility(table):
    found = traded_smile(of(table, "TLT"))
    beyond = [found.log_moneyness[0] - 0.01, found.log_moneyness[-1] + 0.01]
    assert np.isnan(found.at(beyond)).all()


def test_one_wild_trade_moves_the_smile_by_less_than_its_error(table):
    quotes = of(table, "SPY")
    found = traded_smile(quotes)
    strikes = quotes.loc[~quotes["is_call"] & (quotes["volume"] >= 500), "strike"]
    strike = strikes[strikes < 0.98 * found.forward].iloc[-1]
    wild = (quotes["strike"] == strike) & ~quotes["is_call"]
    moved = traded_smile(quotes.assign(last=quotes["last"].where(~wild, 3 * quotes["last"])))
    at = [np.log(strike / found.forward)]
    assert abs(moved.at(at)[0][0] - found.at(at)[0][0]) < 3 * found.at(at)[1][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda quotes: quotes.assign(volume=0), "pairs near the money"),
        (lambda quotes: quotes.loc[quotes["strike"].between(740, 748)], "trades or more"),
    ],
)
def test_too_few_trades_are_refused(table, change, message):
    with pytest.raises(DataError, match=message) as caught:
        traded_smile(change(of(table, "SPY")))
    assert "SPY 2026" in str(caught.value)


def test_two_days_are_refused(table):
    with pytest.raises(DataError, match="one date"):
        traded_smile(table.loc[table["underlying"] == "SPY"])


def test_the_table_says_what_it_is_and_repeats_holidays(written, tmp_path):
    path, truth = written
    read = read_last_prices(path)
    assert read.source.kind == "synthetic"
    # Memorial Day is the first
    assert len(read.table["date"].unique()) == DAYS - 1 == truth["SPY"].size
    assert sum(read.dropped.values()) > 0
    again = tmp_path / "again.csv.gz"
    write_last_prices(again, seed=3, days=DAYS)
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(ValueError, match="two days"):
        write_last_prices(again, seed=3, days=1)
    with pytest.raises(ValueError, match="shared"):
        VolatilityMoves(shared=1.5)


def test_closes_are_readable_and_have_their_volatility(tmp_path):
    files = write_prices(tmp_path, seed=5)
    history = read_history(files["TLT"])
    assert history.source.kind == "synthetic"
    returns = draw_returns(len(history.table), 5)
    logs = np.diff(np.log(history.table["close"].to_numpy()))
    column = list(LEVELS).index("TLT")
    # four decimals of prices around 100
    assert logs == pytest.approx(returns[1:, column], abs=1e-5)
    with pytest.raises(ValueError, match="a day"):
        draw_returns(0, 1)
