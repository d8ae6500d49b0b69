"""`rmot martingale` says what the engine finds, and refuses what makes no problem of two dates."""

import json

import pytest

from rmot.market import read_chain
from rmot.payoffs import cliquet, forward_start_straddle
from rmot.transport import Quotes, Unrestricted, martingale_bounds

DATES = ["--first", "2022-03-04", "--second", "2022-03-18"]
FEW = ["--thin", "8", "--json"]


def values(rmot, *arguments):
    status, out, err = rmot("martingale", *arguments)
    assert status == 0, err
    return {row["quantity"]: row["value"] for row in json.loads(out)}


@pytest.mark.parametrize(
    ("words", "payoff"),
    [([], forward_start_straddle(1.0)), (["--payoff", "cliquet"], cliquet(-0.02, 0.02))],
)
def test_classical_bounds_are_those_of_the_library(rmot, chain, words, payoff):
    found = values(rmot, chain, *DATES, *FEW, "--classical", *words)
    surface = read_chain(chain).surface(maturities=["2022-03-04", "2022-03-18"])
    surface = surface.select(settlement="PM").within_deviations(-4, 4).thin(8)
    first, second = map(Quotes.from_smile, surface.slices)
    expected = martingale_bounds(payoff, None, (first, second), divergence=Unrestricted())
    assert found["lower"] == pytest.approx(expected.lower, abs=1e-12)
    assert found["upper"] == pytest.approx(expected.upper, abs=1e-12)
    assert found["price"] is None


def test_a_ball_lies_within_the_classical_bounds(rmot, chain):
    classical = values(rmot, chain, *DATES, *FEW, "--classical")
    more = ["--prior", "heston", "--radius-multiple", "2"]
    ball = values(rmot, chain, *DATES, *FEW, *more)
    assert classical["lower"] <= ball["lower"] + ball["gap"]
    assert ball["lower"] <= ball["price"] <= ball["upper"]
    assert ball["upper"] <= classical["upper"] + ball["gap"]
    assert ball["residual"] <= 1e-8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*DATES], "one of --radius"),
        (["--first", "2022-03-18", "--second", "2022-03-04", "--classical"], "--first before"),
        ([*DATES, "--classical", "--payoff", "lookback"], "a payoff among"),
        ([*DATES, "--radius", "0.1", "--prior", "sabr"], "--prior"),
        ([*DATES, "--classical", "--payoff", "cliquet", "--limit", "-0.1"], "floor < cap"),
        (["--first", "2022-03-04", "--second", "2031-01-01", "--classical"], "2031-01-01"),
        ([*DATES, "--classical", "--settlement", "NOON"], "AM or PM"),
    ],
)
def test_bad_input_gets_one_clear_line(rmot, chain, arguments, message):
    status, _, err = rmot("martingale", chain, *arguments)
    assert status == 2
    assert message in " ".join(err.split())
