"""`rmot capital report` on synthetic chains: page, figures, scenarios, and bad files."""

import csv
import io
import json

import pytest

from rmot.market.synthetic import synthetic_index_chain

BOOK = """
name = "One option"
close = 2022-02-04

[[asset]]
name = "SPX"
chain = "spx.csv.gz"

[[position]]
name = "Call"
payoff = "call"
assets = ["SPX"]
strike = 1.04
expiry = 2022-03-04
notional = 1e6
side = "short"

[method]
radius_multiple = 2.0
quotes = 9
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("book")
    synthetic_index_chain(found / "spx.csv.gz", seed=1)
    (found / "book.toml").write_text(BOOK)
    return found


def test_a_report_is_written_printed_and_saved(rmot, folder):
    page, figures, scenarios = folder / "a" / "page.html", folder / "r.json", folder / "stress"
    status, out, err = rmot(
        "capital", "report", folder / "book.toml", "--output", page, "--save", figures,
        "--scenarios", scenarios, "--scenario-count", 10, "--json",
    )  # fmt: skip
    assert status == 0, err
    printed, saved = json.loads(out), json.loads(figures.read_text())
    assert printed == saved
    _, out, _ = rmot("capital", "report", folder / "book.toml", "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert float(row["charge"]) == saved["positions"][0]["charge"]
    assert (row["side"], row["currency"], row["data"]) == ("short", "USD", "synthetic")
    assert page.read_text().startswith("<!DOCTYPE html>")
    (listed,) = scenarios.glob("01_call.csv")
    with listed.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert 0 < len(rows) <= 10
    loss = sum(float(row["stressed_weight"]) * float(row["loss"]) for row in rows)
    assert loss == pytest.approx(saved["positions"][0]["charge"], abs=1e-3)
    assert (scenarios / "01_call_shocks.csv").is_file()


def test_a_position_that_fails_makes_status_one(rmot, folder):
    (folder / "far.toml").write_text(BOOK.replace("strike = 1.04", "strike = 9.0"))
    status, out, err = rmot("capital", "report", folder / "far.toml")
    assert status == 1
    assert "Call: in no total" in err
    assert "Stress capital of 0 positions" in out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("1e6", "-1e6", "finite number > 0 for notional; got -1000000.0"),
        ('"spx.csv.gz"', '"../spx.csv.gz"', "leads out of it"),
        ("radius_multiple = 2.0", "", "a radius has no default"),
        ("2022-03-04", "2022-03-05", "2022-03-05"),
    ],
)
def test_bad_files_end_with_one_line_and_status_two(rmot, folder, before, after, said):
    (folder / "bad.toml").write_text(BOOK.replace(before, after))
    status, out, err = rmot("capital", "report", folder / "bad.toml")
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
