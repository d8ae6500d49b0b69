"""A changed number is noticed, whatever the change."""

import json
import sys

import pytest

from paper import accepted
from paper.accepted import DIFFERENT, REPRODUCED, WITHIN, compare, judge

NUMBER = {"value": 0.1234, "text": "0.123(4)", "tolerance": 1e-4, "data": "ab" * 32}


def test_same_number_is_reproduced():
    assert judge(NUMBER, dict(NUMBER))[0] == REPRODUCED


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"value": 0.12345}, WITHIN),
        ({"value": 0.1236}, DIFFERENT),
        ({"value": float("nan")}, DIFFERENT),
        ({"data": "cd" * 32}, DIFFERENT),
        ({"value": 0.1236, "tolerance": 1.0}, DIFFERENT),
    ],
)
def test_each_kind_of_change_gets_its_verdict(change, verdict):
    assert judge(NUMBER, {**NUMBER, **change})[0] == verdict


def test_new_and_vanished_numbers_are_different():
    rows = compare({"Old": NUMBER}, {"New": NUMBER})
    assert {row[0]: row[3] for row in rows} == {"Old": DIFFERENT, "New": DIFFERENT}


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run ``reproduce compare|accept`` on numbers of our own."""
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "results" / "quick" / "paper" / "numbers.json"
    found.parent.mkdir(parents=True)

    def run(name, numbers):
        if numbers is not None:
            content = {"profile": "quick", "data": ["real"], "numbers": numbers}
            found.write_text(json.dumps(content))
        arguments = ["reproduce", name, "--profile", "quick", "--accepted", "accepted.json"]
        monkeypatch.setattr(sys, "argv", arguments)
        try:
            accepted.main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    return run


def test_compare_is_green_after_accept_and_red_after_a_change(command, capsys):
    assert command("accept", {"SpxHurst": NUMBER}) == 0
    assert command("compare", {"SpxHurst": NUMBER}) == 0
    assert command("compare", {"SpxHurst": {**NUMBER, "value": 0.2}}) == 1
    assert "SpxHurst" in capsys.readouterr().out


def test_compare_without_results_says_what_to_do(command, capsys):
    assert command("compare", None) == 2
    assert "run ./reproduce first" in capsys.readouterr().err


def test_numbers_of_a_profile_never_accepted_are_different(command):
    assert command("compare", {"SpxHurst": NUMBER}) == 1
