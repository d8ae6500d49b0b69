"""Basel's formulas at the shell: what they print, and bad files as one line."""

import csv
import io
import json
from datetime import date, timedelta

import pytest


@pytest.fixture
def write(tmp_path):
    def make(text, name="input.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return make


def weekly(first="2025-01-03", count=52):
    start = date.fromisoformat(first)
    return [f"{start + timedelta(days=7 * i)}" for i in range(count)]


def test_eligibility_names_criterion_and_window(rmot, write):
    path = write("\n".join(["date", *weekly()]), "spx.csv")
    status, out, _ = rmot("capital", "eligibility", path, "--period-end", "2025-12-31", "--json")
    assert status == 0
    (row,) = json.loads(out)
    assert (row["risk_factor"], row["modellable"]) == ("spx", "yes")
    assert (row["criterion"], row["observations"]) == ("MAR31.13(1)", 52)
    assert row["period_start"] == "2025-01-01"
    table = rmot("capital", "eligibility", path, "--period-end", "2025-12-31")[1]
    assert "MAR31.13(1)" in table


def test_eligibility_of_several_factors_in_one_file(rmot, write):
    lines = [f"{day},liquid" for day in weekly()] + [f"{day},rare" for day in weekly(count=30)]
    path = write("\n".join(["date,risk_factor", *sorted(lines)]))
    out = rmot("capital", "eligibility", path, "--period-end", "2025-12-31", "--csv")[1]
    rows = {row["risk_factor"]: row for row in csv.DictReader(io.StringIO(out))}
    assert (rows["liquid"]["modellable"], rows["rare"]["modellable"]) == ("yes", "no")
    assert rows["rare"]["failing_window"].startswith("2025-07-")
    assert rows["rare"]["in_window"] == "3"


def test_stress_capital_of_a_file(rmot, write):
    path = write(
        "kind,loss\ncredit,300\ncredit,400\nequity,500\nequity,1200\n"
        "other,100\nother,200\nother,200\n"
    )
    (row,) = json.loads(rmot("capital", "stress", path, "--json")[1])
    assert row["idiosyncratic_credit"] == 500
    assert row["idiosyncratic_equity"] == 1300
    assert round(row["total"], 2) == 2184.19
    assert (row["risk_factors"], row["sum_of_losses"]) == (7, 2900)
    assert "2184.19" in rmot("capital", "stress", path)[1]


def test_traffic_light_and_add_on(rmot):
    (row,) = json.loads(rmot("capital", "traffic-light", 5, "--json")[1])
    assert (row["zone"], row["add_on"], row["amber_from"], row["red_from"]) == ("amber", 0.2, 5, 10)
    (row,) = json.loads(
        rmot("capital", "traffic-light", 1, "--observations", 45, "--coverage", 0.95, "--json")[1]
    )
    assert (row["zone"], row["add_on"]) == ("green", None)
    assert "amber" in rmot("capital", "traffic-light", 5)[1]
    given = ("capital", "add-on", "--exotic", "50e6", "--other", "100e6", "--other", "200e6")
    (row,) = json.loads(rmot(*given, "--json")[1])
    assert row == {"total": 800000.0, "exotic": 500000.0, "other": 300000.0}


def test_coverage_prints_all_tests(rmot, write):
    hits = [0] * 45
    hits[10] = hits[30] = hits[31] = 1
    path = write(
        "\n".join(
            ["date,exception", *map(",".join, zip(weekly(count=45), map(str, hits), strict=True))]
        )
    )
    (row,) = json.loads(rmot("capital", "coverage", path, "--json")[1])
    assert (row["observations"], row["exceptions"], row["zone"]) == (45, 3, "amber")
    assert row["exact_p_value"] == pytest.approx(0.010378, abs=1e-6)
    assert row["rate_lower_95"] > 0.01
    assert 0.39 < row["power_against_true_coverage"] < 0.4
    assert (row["true_coverage"], row["days_for_power_of_95"]) == (0.95, 181)
    (row,) = json.loads(rmot("capital", "coverage", path, "--coverage", "0.75", "--json")[1])
    assert row["power_against_true_coverage"] is None
    given = ("--coverage", "0.9", "--true-coverage", "0.8", "--json")
    (row,) = json.loads(rmot("capital", "coverage", path, *given)[1])
    assert row["power_against_true_coverage"] > 0.4
    assert "kupiec p value" in rmot("capital", "coverage", path)[1]


def test_backtest_counts_what_left_its_interval(rmot, write):
    hits = {10: 1.5, 30: -2.0, 31: 1.01}
    rows = [f"{day},{hits.get(i, 0.5)},-1,1" for i, day in enumerate(weekly(count=45))]
    path = write("\n".join(["date,outcome,lower,upper", *rows]))
    (row,) = json.loads(rmot("capital", "backtest", path, "--json")[1])
    assert (row["exceptions"], row["below"], row["above"], row["mean_width"]) == (3, 1, 2, 2.0)
    told = write("\n".join(["exception", *(str(int(i in hits)) for i in range(45))]), "told.csv")
    (same,) = json.loads(rmot("capital", "coverage", told, "--json")[1])
    assert {name: row[name] for name in same} == same


@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        (
            "eligibility",
            "date\n2025-03-02\n2025-03-01\n",
            "input.csv, input: expected observations",
        ),
        ("eligibility", "date\n2025-03-01\n2025-03-01\n", "2025-03-01 comes twice"),
        ("eligibility", "date\n2026-03-01\n", "up to the end of the period"),
        ("eligibility", "date\nsoon\n", "observation 1; got 'soon'"),
        ("eligibility", "date\n\n2025-03-01\n,\n", "observation 2; got ''"),
        ("eligibility", "day\n2025-03-01\n", "a header with date; got day"),
        ("eligibility", "date,risk_factor\n2025-03-01,\n", "line 2: expected a risk_factor"),
        ("eligibility", "", "an empty file"),
        ("stress", "kind,loss\nbond,3\n", "line 2: expected a kind among credit, equity, other"),
        ("stress", "kind,loss\ncredit,3\nother,-3\n", "line 3: expected a finite loss"),
        ("stress", "kind,loss\ncredit,much\n", "line 2: expected a number; got 'much'"),
        ("stress", "kind,loss\ncredit\n", "line 2: expected a number; got ''"),
        ("coverage", "exception\n0\n2\n", "observation 2 is 2"),
        ("coverage", "exception\n0\n", "two observations or more"),
        ("coverage", "exception\n", "shape"),
        ("coverage", "exception\nyes\n", "line 2: expected a number"),
        ("coverage", "date,exception\n2025-01-02,0\n2025-01-01,0\n", "line 3: expected days in"),
        ("backtest", "outcome,lower\n1,2\n", "a header with outcome, lower, upper"),
        ("backtest", "outcome,lower,upper\n0,1,-1\n0,0,0\n", "lower <= upper"),
        ("backtest", "outcome,lower,upper\nnan,0,1\n0,0,0\n", "expected finite outcomes"),
        ("backtest", "outcome,lower,upper\n0,0,1\n", "two observations or more"),
        (
            "backtest",
            "date,outcome,lower,upper\n2025-01-02,0,0,0\n2025-01-02,0,0,0\n",
            "line 3: expected days in order, each once; 2025-01-02 comes twice",
        ),
    ],
)
def test_bad_files_are_one_line_and_status_two(rmot, write, command, text, said):
    more = ["--period-end", "2025-12-31"] if command == "eligibility" else []
    status, out, err = rmot("capital", command, write(text), *more)
    assert (status, out) == (2, "")
    assert said in err
    assert err.strip().count("\n") == 0


def test_bad_arguments_are_one_line_and_status_two(rmot, tmp_path, write):
    listed = write("date\n2025-03-01\n")
    binary = tmp_path / "chain.xls"
    binary.write_bytes(b"\xd0\xcf\x11\xe0")
    for arguments, said in (
        (["stress", tmp_path / "none.csv"], "does not exist"),
        (["stress", binary], "CSV file in UTF-8"),
        (["eligibility", listed, "--period-end", "soon"], "the end of the period"),
        (["traffic-light", 251], "exceptions from 0 to 250"),
        (["traffic-light", 1, "--coverage", 99], "coverage in (0, 1); got 99"),
        (["add-on", "--exotic", "-5"], "none negative"),
        (["coverage", write("exception\n0\n1\n", "hits.csv"), "--true-coverage", "1"], "(0, 1)"),
    ):
        status, _, err = rmot("capital", *arguments)
        assert status == 2
        assert said in err
        assert err.strip().count("\n") == 0
