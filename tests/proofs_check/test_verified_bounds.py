"""Certificates of price bounds: accepted as made, rejected once anything in them is changed."""

import copy
import json
import subprocess
import sys
from fractions import Fraction

import pytest

from proofs_check import verify
from rmot.payoffs import basket_call, call, digital
from rmot.transport.exact.hedges import exact_hedge, save_hedges
from rmot.transport.exact.listed import ListedAsset, ListedQuote

REJECTIONS = (verify.Rejected, ArithmeticError, LookupError, TypeError, ValueError)


def _asset(name, forward, discount, rows):
    return ListedAsset(name, "made", forward, discount, tuple(ListedQuote(*row) for row in rows))


ONE = _asset(
    "A",
    "100.5",
    "0.98",
    [
        ("put", "80", "1.05", "1.15"),
        ("put", "90", "3.1", "3.25"),
        ("call", "100.5", "8.2", "8.4"),
        ("call", "110", "4.6", "4.75"),
        ("call", "130", "1.1", "1.2"),
        ("digital", "105", "0.41", "0.45"),
    ],
)
TWO = _asset("B", "50", "0.99", [("put", "45", "1.2", "1.3"), ("call", "55", "1.4", "1.5")])
CASES = {
    "call upper": lambda: exact_hedge(call(121.0), ONE),
    "call lower": lambda: exact_hedge(call(97.0), ONE, "lower"),
    "digital upper": lambda: exact_hedge(digital(104.0), ONE),
    "digital lower": lambda: exact_hedge(digital(107.0), ONE, "lower"),
    "basket": lambda: exact_hedge(basket_call([0.5, 1.0], 102.0), [ONE, TWO]),
}


@pytest.fixture(params=CASES)
def statement(request):
    return CASES[request.param]().to_json()


def rejected(changed):
    try:
        return not verify._superhedge_holds(changed, {})
    except REJECTIONS:
        return True


def changed(statement, path, change):
    other = copy.deepcopy(statement)
    place = other
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return other


def nudge(by):
    return lambda text: str(Fraction(text) + by)


def test_accepted_as_made_with_and_without_its_law(statement):
    assert not rejected(statement)
    assert "law" in statement
    assert not rejected({key: value for key, value in statement.items() if key != "law"})


def move(kind):
    # A digital keeps its bound while its strike stays where the hedge is flat.
    return 30 if kind == "digital" else Fraction(1, 100)


@pytest.mark.parametrize("by", [Fraction(-1, 10**30), Fraction(1, 10**30), Fraction(-1)])
def test_another_cost_is_rejected(statement, by):
    assert rejected(changed(statement, ["cost"], nudge(by)))


@pytest.mark.parametrize("by", [Fraction(-1, 10**30), Fraction(1, 10**30)])
def test_cheaper_cash_with_its_honest_cost_is_rejected(statement, by):
    # Cost and cash agree; on one side the hedge then falls short, by 1e-30.
    other = changed(statement, ["hedge", "cash"], nudge(by))
    other["cost"] = str(Fraction(other["cost"]) + by)
    wrong = by < 0 if statement["side"] == "upper" else by > 0
    assert rejected(other) is wrong


@pytest.mark.parametrize("change", [nudge(Fraction(1, 10**9)), lambda text: str(-Fraction(text))])
def test_a_changed_position_is_rejected(statement, change):
    for i, own in enumerate(statement["hedge"]["positions"]):
        for j in range(len(own)):
            assert rejected(changed(statement, ["hedge", "positions", i, j, 1], change))
    for i, units in enumerate(statement["hedge"]["units"]):
        if Fraction(units) or change("1") != "-1":
            assert rejected(changed(statement, ["hedge", "units", i], change))


def test_a_changed_price_or_strike_of_what_is_held_is_rejected(statement):
    for i, own in enumerate(statement["hedge"]["positions"]):
        for index, held in own:
            long = (Fraction(held) > 0) == (statement["side"] == "upper")
            kind = statement["assets"][i]["quotes"][index][0]
            for field, by in ((3 if long else 2, Fraction(1, 100)), (1, move(kind))):
                path = ["assets", i, "quotes", index, field]
                for sign in (1, -1):
                    assert rejected(changed(statement, path, nudge(sign * by))), path


@pytest.mark.parametrize("field", ["forward", "discount_factor"])
def test_another_forward_or_discount_factor_is_rejected(statement, field):
    for i in range(len(statement["assets"])):
        assert rejected(changed(statement, ["assets", i, field], nudge(Fraction(1, 10**6))))


def test_a_quote_that_the_law_misses_is_rejected(statement):
    for i, asset in enumerate(statement["assets"]):
        for j in range(len(asset["quotes"])):
            for field, by in ((2, 5), (3, -5)):
                assert rejected(changed(statement, ["assets", i, "quotes", j, field], nudge(by)))


def test_a_moved_kink_or_scaled_payoff_is_rejected(statement):
    for b, branch in enumerate(statement["payoff"]):
        assert rejected(changed(statement, ["payoff", b, "cash"], nudge(Fraction(1, 100))))
        for i, leg in enumerate(branch["legs"]):
            for j, (_, kind, _) in enumerate(leg):
                path = ["payoff", b, "legs", i, j]
                for sign in (1, -1):
                    assert rejected(changed(statement, [*path, 0], nudge(Fraction(sign, 100))))
                    if kind != "price":
                        assert rejected(changed(statement, [*path, 2], nudge(sign * move(kind))))


def test_the_other_side_is_rejected(statement):
    other = {"upper": "lower", "lower": "upper"}[statement["side"]]
    assert rejected({**statement, "side": other})


def test_another_atom_or_mass_is_rejected(statement):
    for b, legs in enumerate(statement["law"]):
        for i, atoms in enumerate(legs):
            for j in range(len(atoms)):
                for field in (0, 1):
                    path = ["law", b, i, j, field]
                    assert rejected(changed(statement, path, nudge(Fraction(1, 10**20))))
    assert rejected(changed(statement, ["attained"], nudge(Fraction(1, 10**20))))


def test_a_missing_branch_is_rejected():
    statement = CASES["basket"]().to_json()
    assert rejected({**statement, "payoff": [], "law": []})
    assert rejected({**statement, "payoff": statement["payoff"][:1]})


def test_an_open_side_cannot_be_traded(statement):
    for i, own in enumerate(statement["hedge"]["positions"]):
        for index, _ in own:
            other = changed(statement, ["assets", i, "quotes", index, 2], lambda _: None)
            assert rejected(changed(other, ["assets", i, "quotes", index, 3], lambda _: None))


def test_program_verifies_files_of_bounds_and_names_a_faulty_one(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    hedges = [make() for make in CASES.values()]
    save_hedges(good, hedges)
    whole = json.loads(good.read_text())
    whole["bounds"][1] = changed(whole["bounds"][1], ["cost"], nudge(-1))
    bad.write_text(json.dumps(whole))

    def run(*files):
        return subprocess.run(
            [sys.executable, "-I", verify.__file__, *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )

    done = run(good)
    assert done.returncode == 0
    assert json.loads(done.stdout)["bounds"] == len(CASES)
    done = run(good, bad)
    assert done.returncode == 1
    assert whole["bounds"][1]["name"] in done.stderr
