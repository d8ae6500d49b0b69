"""`rmot bounds` and `rmot basket` say what the engine finds, and hedge it in listed contracts."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from proofs_check import verify
from rmot.calibration import Fit
from rmot.market import read_chain
from rmot.payoffs import call
from rmot.transport import (
    Bounds,
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Quotes,
    price_bounds,
)

ROOT = Path(__file__).parents[2]
BASKET = ["basket", "CHAIN", "--expiry", "2022-03-04", "--thin", "6", "--strike", "1"]
BOUNDS = ("bounds", "CHAIN", "--expiry", "2022-03-04", "--strike", "1.05", "--thin", "12")


def test_bounds_around_a_saved_fit_lie_within_the_classical_ones(rmot, chain, saved_fit):
    common = ["bounds", chain, "--expiry", "2022-03-04", "--strike", 1.05, "--thin", 12, "--json"]

    def values(*more):
        status, out, err = rmot(*common, *more)
        assert status == 0, err
        return {row["quantity"]: row["value"] for row in json.loads(out)}

    ball = values("--fit", saved_fit, "--radius-multiple", 2)
    classical = values("--classical")
    assert classical["lower"] <= ball["lower"] + ball["gap"]
    assert ball["lower"] <= ball["price"] <= ball["upper"]
    assert ball["upper"] <= classical["upper"] + ball["gap"]


@pytest.mark.parametrize(
    ("name", "divergence"),
    [("chi2", ChiSquared()), ("kl", KullbackLeibler()), ("cressie-read:1.5", CressieRead(1.5))],
)
def test_saved_bounds_are_those_of_the_library(rmot, chain, saved_fit, tmp_path, name, divergence):
    path = tmp_path / "folder" / "bounds.json"
    given = [chain if word == "CHAIN" else word for word in BOUNDS]
    status, _, err = rmot(
        *given, "--fit", saved_fit, "--radius-multiple", 2, "--divergence", name, "--save", path
    )
    assert status == 0, err
    assert "2 times the least" in err
    saved = Bounds.load(path)
    surface = read_chain(chain).surface(maturities=["2022-03-04"])
    (smile,) = surface.select(settlement="PM").thin(12).slices
    prior = Fit.load(saved_fit).model.prior(smile.maturity, kinks=[1.05])
    expected = price_bounds(
        call(1.05),
        prior.closed() if name.startswith("cressie") else prior,
        quotes=Quotes.from_smile(smile),
        divergence=divergence,
        radius=MultipleOfLeast(2.0),
    )
    assert (saved.lower, saved.upper) == (expected.lower, expected.upper)
    assert saved.radius == expected.radius
    np.testing.assert_array_equal(saved.upper_hedge.positions, expected.upper_hedge.positions)


def test_order_two_of_cressie_and_read_is_chi_squared_at_half_the_radius(rmot, chain, saved_fit):
    """One keeps the prior's tail and one closes it, which carries 1e-12 of the mass."""
    given = [chain if word == "CHAIN" else word for word in BOUNDS]

    def values(name):
        more = ("--fit", saved_fit, "--radius-multiple", 2, "--divergence", name, "--json")
        return {row["quantity"]: row["value"] for row in json.loads(rmot(*given, *more)[1])}

    one, two = values("chi2"), values("cressie-read:2")
    assert two["minimum_radius"] == pytest.approx(one["minimum_radius"] / 2, rel=1e-3)
    for side in ("lower", "price", "upper"):
        assert two[side] == pytest.approx(one[side], abs=1e-7)


@pytest.mark.parametrize("ball", [["--classical"], ["--radius-multiple", "2", "--fit", "FIT"]])
def test_hedges_in_contracts_cost_what_the_bounds_say(rmot, chain, saved_fit, ball):
    files = {"CHAIN": chain, "FIT": saved_fit}
    given = [files.get(word, word) for word in (*BOUNDS, *ball)]
    more = ("--hedge", "--contracts", "5", "--multiplier", "50")
    content = json.loads(rmot(*given, *more, "--json")[1])
    values = {row["quantity"]: row["value"] for row in content["bounds"]}
    quotes = read_chain(chain).quotes
    for ticket in content["hedges"]:
        unit = 5 * 50 * ticket["forward"] * ticket["discount_factor"]
        sign = 1 if ticket["side"] == "upper" else -1
        cost = math.fsum(order["cost"] for order in ticket["orders"])
        slack = (values["gap"] + 1e-12) * unit
        assert sign * cost + ticket["charge"] == pytest.approx(
            unit * values[ticket["side"]], abs=slack
        )
        # the prices crossed are those of the file: calls and puts at bid or ask
        listed = quotes[(quotes.expiry.astype(str) == "2022-03-04") & (quotes.settlement == "PM")]
        for order in ticket["orders"]:
            if order["instrument"] in ("put", "call"):
                is_call = order["instrument"] == "call"
                rows = listed[(listed.strike == order["strike"]) & (listed.is_call == is_call)]
                side = "ask" if order["contracts"] > 0 else "bid"
                assert rows[side].tolist() == pytest.approx([order["price"]], rel=1e-9)
    status, out, _ = rmot(*given, *more)
    assert status == 0
    assert "upper hedge of 5 x 50" in out
    assert "worst shortfall" in out


def test_whole_contracts_are_whole(rmot, chain):
    given = [chain if word == "CHAIN" else word for word in BOUNDS]
    more = ("--classical", "--hedge", "--contracts", "7", "--whole", "--json")
    for ticket in json.loads(rmot(*given, *more)[1])["hedges"]:
        options = [o["contracts"] for o in ticket["orders"] if o["instrument"] in ("put", "call")]
        assert options
        assert all(count == round(count) for count in options)
        assert ticket["rounding"] > 0


def test_classical_bounds_are_certified_in_listed_quotes(rmot, chain, tmp_path):
    path = tmp_path / "folder" / "bounds.json"
    common = ["bounds", chain, "--expiry", "2022-03-04", "--strike", 1.05, "--thin", 12, "--json"]
    status, out, err = rmot(*common, "--classical", "--certificate", path)
    assert status == 0, err
    assert "verify.py" in err
    found = {row["quantity"]: row["value"] for row in json.loads(out)}
    for statement in json.loads(path.read_text())["bounds"]:
        assert verify._superhedge_holds(statement, {})
        forward = float(statement["assets"][0]["forward"])
        cost = float(Fraction(statement["cost"])) / forward
        assert cost == pytest.approx(found[statement["side"]], abs=1e-12)


def test_basket_of_one_chain_with_itself_is_bounded_by_its_own_call(rmot, chain):
    common = ["--expiry", "2022-03-04", "--thin", 12, "--strike", 1.0, "--json"]
    _, out, _ = rmot("basket", chain, chain, *common)
    upper = {row["quantity"]: row["value"] for row in json.loads(out)}["upper"]
    _, out, _ = rmot("bounds", chain, *common, "--classical")
    own = {row["quantity"]: row["value"] for row in json.loads(out)}["upper"]
    # Two equal marginals: the comonotone basket is the asset itself.
    assert upper == pytest.approx(own, abs=1e-9)


def test_a_quote_on_the_basket_is_its_own_bound_at_the_shell(rmot, chain):
    common = ["--expiry", "2022-03-04", "--thin", 6, "--payoff", "put", "--strike", 1.0, "--json"]
    _, out, _ = rmot("basket", chain, chain, chain, *common)
    alone = {row["quantity"]: row["value"] for row in json.loads(out)}
    bid, ask = 0.6 * alone["upper"], 0.7 * alone["upper"]
    _, out, _ = rmot("basket", chain, chain, chain, *common, "--joint", f"put:1:{bid}:{ask}")
    given = {row["quantity"]: row["value"] for row in json.loads(out)}
    assert (given["lower"], given["upper"]) == pytest.approx((bid, ask), abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bounds", "CHAIN", "--expiry", "2022-03-04", "--strike", "1"], "one of --radius"),
        (
            ["bounds", "CHAIN", "--expiry", "2022-03-04", "--strike", "-1", "--classical"],
            "strike",
        ),
        (
            [*BASKET, "--weights", "0.5,0.5"],
            "expected 1 weights for 1 chains; got 2",
        ),
        ([*BASKET, "--weights", "half"], "numbers for --weights; got 'half'"),
        ([*BASKET, "--payoff", "straddle"], "call or put for --payoff; got 'straddle'"),
        ([*BASKET, "--joint", "call:1:0.02"], "KIND:STRIKE:BID:ASK"),
        ([*BASKET, "--joint", "call:1:0.5:0.6"], "no law of all assets"),
        (
            [
                *("bounds", "CHAIN", "--expiry", "2022-03-04", "--strike", "1", "--radius", "1"),
                *("--certificate", "x.json"),
            ],
            "--classical with --certificate",
        ),
        ([*BOUNDS, "--classical", "--divergence", "kl"], "no --divergence or --fit"),
        ([*BOUNDS, "--radius", "1", "--radius-multiple", "2"], "one of --radius"),
        ([*BOUNDS, "--radius", "1", "--whole"], "--hedge with --whole"),
        ([*BOUNDS, "--radius", "1", "--hedge", "--csv"], "--json with --hedge"),
        ([*BOUNDS, "--radius", "1", "--payoff", "swap"], "call, put, digital, straddle"),
        ([*BOUNDS, "--radius", "1", "--divergence", "chi3"], "cressie-read:ORDER; got 'chi3'"),
        ([*BOUNDS, "--radius", "1", "--divergence", "cressie-read"], "cressie-read:ORDER"),
        ([*BOUNDS, "--radius", "1", "--divergence", "cressie-read:x"], "cressie-read:ORDER"),
        ([*BOUNDS, "--radius", "1", "--divergence", "cressie-read:0.5"], "finite order > 1"),
        ([*BOUNDS, "--radius", "-1", "--fit", "FIT"], "finite radius >= 0"),
        ([*BOUNDS, "--radius-multiple", "0.5", "--fit", "FIT"], "finite factor >= 1"),
        ([*BOUNDS, "--radius", "1e-12", "--fit", "FIT"], "the least that meets the quotes"),
        ([*BOUNDS, "--classical", "--hedge", "--contracts", "0"], "contracts > 0"),
        ([*BOUNDS, "--classical", "--hedge", "--multiplier", "nan"], "multiplier > 0"),
    ],
)
def test_impossible_bounds_are_one_line(rmot, chain, saved_fit, arguments, words):
    files = {"CHAIN": chain, "FIT": saved_fit}
    status, _, err = rmot(*(files.get(word, word) for word in arguments))
    assert status == 2
    assert words in err.strip().splitlines()[-1]


def test_the_commands_that_the_documentation_shows_run(rmot, chain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chain.csv.gz").write_bytes(chain.read_bytes())
    page = (ROOT / "docs" / "bounds.md").read_text()
    commands = [
        line.split()[1:] for line in page.splitlines() if line.startswith("    rmot bounds")
    ]
    assert len(commands) >= 5
    for words in commands:
        status, out, err = rmot(*words)
        assert (status, "upper" in out) == (0, True), err
    assert Bounds.load(tmp_path / "bounds.json").lower_hedge.positions.size == 12
