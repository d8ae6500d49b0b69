"""Budgets, their table and history, with made-up measurements: no time is asserted."""

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from benchmarks import __main__ as command
from benchmarks import budget_lines, history, measured_budgets
from benchmarks.budget_table import cost, said, table
from benchmarks.budgets import BUDGETS, MISSED, UNDECIDED, WITHIN, Budget, Measured, verdict
from rmot.errors import DataError
from rmot.studies.study import Config

BUDGET = Budget("smile", "a smile", 0.5e-3, ratio=10.0, error=1e-6, gigabytes=1.0)
MEASURED = Measured(0.4e-3, 5, "a peer", 5e-3, 12.5, 1e-9)
ABOUT = {
    "date": "2026-07-02T12:00:00+00:00",
    "commit": "0" * 40,
    "processor": "a processor",
    "system": "Linux x86_64",
    "cores": 2,
    "python": "3.11.2",
    "packages": {"numpy": "2.0"},
    "load": 0.5,
}


def run(measured, gigabytes=0.5):
    return command.measure([BUDGET], lambda name: command.Run(measured, gigabytes), ABOUT, [])


def record(seconds=0.4e-3, peer=5e-3):
    _, (found,) = run(replace(MEASURED, cost=seconds, peer_cost=peer))
    return found


def test_every_budget_has_its_measurement_and_no_other_is_there():
    assert [budget.name for budget in BUDGETS] == list(budget_lines.LINES)


@pytest.mark.parametrize(
    ("change", "gigabytes", "expected"),
    [
        ({}, 0.5, (WITHIN, [])),
        ({"cost": 0.6e-3}, 0.5, (MISSED, ["cost"])),
        ({"cost": np.nan}, 0.5, (MISSED, ["cost"])),
        ({"ratio": 9.9}, 0.5, (MISSED, ["ratio"])),
        ({"ratio": None}, 0.5, (MISSED, ["ratio"])),
        ({"error": 2e-6}, 0.5, (MISSED, ["error"])),
        ({"error": np.nan}, 0.5, (MISSED, ["error"])),
        ({"error": 2e-6, "standard_error": 0.4e-6}, 0.5, (MISSED, ["error"])),
        ({"error": 2e-6, "standard_error": 0.6e-6}, 0.5, (UNDECIDED, ["error"])),
        ({"error": 0.5e-6, "standard_error": 0.6e-6}, 0.5, (UNDECIDED, ["error"])),
        ({"error": 0.5e-6, "standard_error": 0.2e-6}, 0.5, (WITHIN, [])),
        ({}, 1.5, (MISSED, ["memory"])),
        ({"cost": 1.0, "ratio": 1.0}, 0.5, (MISSED, ["cost", "ratio"])),
    ],
)
def test_verdict_says_what_of_a_budget_is_missed(change, gigabytes, expected):
    assert verdict(BUDGET, replace(MEASURED, **change), gigabytes) == expected


def test_ratio_and_medians_are_taken_within_turns(monkeypatch):
    # a first round that is not counted, then turns in which the machine slows down threefold
    clock = iter([9.0, 9.0, 2.0, 1.0, 6.0, 3.0, 4.0, 2.0, 2.0, 1.0, 8.0, 4.0])
    monkeypatch.setattr(budget_lines, "_seconds", lambda command: next(clock))
    found = budget_lines._beside(["-c", "pass"], ["-c", "pass"], "peer")
    assert found == Measured(4.0, 5, "peer", 2.0, 0.5)


def test_bound_is_held_against_the_fastest_form_that_was_solved():
    rows = [
        {"method": "rmot", "part": "one side", "median_seconds": 0.005, "turns": 5, "gap": 1e-12},
        {"method": "rmot", "part": "nearest", "median_seconds": 0.002, "median_ratio": 0.4},
        {"method": "rows", "part": "whole", "median_seconds": 0.1, "median_ratio": 20.0},
        {"method": "pieces", "part": "whole", "median_seconds": 0.05, "median_ratio": 10.0},
        {"method": "masses", "part": "whole", "median_seconds": 0.01, "median_ratio": np.nan},
    ]
    found = budget_lines._bound(pd.DataFrame(rows))
    assert found == Measured(0.005, 5, "cvxpy, pieces", 0.05, 10.0, 1e-12)
    alone = budget_lines._bound(pd.DataFrame(rows[:1]).assign(median_ratio=1.0))
    assert alone == Measured(0.005, 5, error=1e-12)


def test_rule_of_slowness_is_median_and_scatter():
    costs = [1.0, 1.1, 0.9, 1.2, 0.8]
    # median 1, absolute deviations 0, .1, .1, .2, .2
    assert history.slower_than(costs) == pytest.approx(1.0 + 3 * 1.4826 * 0.1)
    assert history.slower_than([2.0] * 4) == pytest.approx(2.0 * 1.06)
    assert history.slower_than([1.0] * 3) is None


def test_a_regression_shows_and_a_slow_machine_is_told_from_it():
    earlier = [record(seconds) for seconds in (1e-3, 1.1e-3, 0.9e-3, 1.2e-3, 0.8e-3)]
    assert not history.compare(earlier, record(1.4e-3)).slower
    found = history.compare(earlier, record(1.5e-3))
    assert found.slower
    assert not found.peer_slower
    assert found.median == pytest.approx(1e-3)
    assert history.compare(earlier, record(1.5e-3, peer=6e-3)).peer_slower
    elsewhere = [replace(each, processor="another") for each in earlier]
    of_others = [replace(each, line="calibration") for each in earlier]
    assert history.compare(elsewhere + of_others, record(1.5e-3)) == history.Change(0)


def test_runs_on_a_busy_machine_are_told_and_not_compared_with():
    busy = [replace(record(), load=1.5) for _ in range(4)]
    assert history.compare(busy, record()) == history.Change(0)
    rows, _ = command.measure(
        [BUDGET], lambda name: command.Run(MEASURED, 0.5), ABOUT | {"load": 1.5}, []
    )
    assert "the machine was busy (load 1.5 on 2 cores)" in said(rows)
    rows, _ = run(MEASURED)
    assert "busy" not in said(rows)


def test_history_reads_what_it_wrote(tmp_path):
    path = history.file_of(tmp_path / "new", "A (R) CPU @ 2.0GHz", "Linux x86_64", 2)
    assert path.name == "linux-x86-64-a-r-cpu-2-0ghz-2-cores.jsonl"
    assert history.read(path) == []
    first, second = record(1.0), record(2.0)
    history.append(path, [], [first])
    history.append(path, history.read(path), [second])
    assert history.read(path) == [first, second]
    assert len(path.read_text().splitlines()) == 2


BAD = {
    "": "expected a JSON object",
    '{"date": "2026': "expected a JSON object",
    "[1, 2]": "got list",
    '{"cost": 1.0}': "missing or unknown: commit",
    "[" * 100_000: "expected a JSON object",
}


@pytest.mark.parametrize(("line", "said"), BAD.items(), ids=range(len(BAD)))
def test_a_line_that_is_no_record_is_named(tmp_path, line, said):
    path = tmp_path / "machine.jsonl"
    history.append(path, [], [record()])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(DataError, match="line 2") as caught:
        history.read(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cost", "fast"),
        ("cost", -1.0),
        ("cost", True),
        ("cost", float("nan")),
        ("ratio", 0.0),
        ("peer_cost", float("inf")),
        ("line", 3),
        ("cores", None),
        ("error", "small"),
        ("load", None),
        ("packages", []),
    ],
)
def test_a_value_that_no_run_writes_is_named(tmp_path, name, value):
    path = tmp_path / "machine.jsonl"
    path.write_text(json.dumps(asdict(record()) | {name: value}) + "\n")
    with pytest.raises(DataError, match=f"as {name} in .*line 1"):
        history.read(path)


def test_table_and_text_say_cost_budget_and_change():
    earlier = [record(0.3e-3) for _ in range(4)]
    rows, (new,) = command.measure(
        [BUDGET], lambda name: command.Run(MEASURED, 0.5), ABOUT, earlier
    )
    found = table(rows, ABOUT).iloc[0]
    assert (found["line"], found["cost"], found["limit"]) == ("smile", 0.4e-3, 0.5e-3)
    assert (found["earlier_runs"], found["slower"]) == (4, True)
    assert found["commit"] == new.commit
    text = said(rows)
    assert "400 us" in text
    assert "12 (>= 10)" in text
    assert "smile is slower: 400 us, where 4 earlier runs have the median 300 us" in text


def test_a_line_that_fails_is_told_and_not_recorded():
    failed = command.Run(None, 0.1, "No module named 'QuantLib'")
    rows, records = command.measure([BUDGET], lambda name: failed, ABOUT, [])
    assert records == []
    assert "No module named 'QuantLib'" in said(rows)
    assert table(rows, ABOUT).loc[0, "verdict"] == "failed"


def test_costs_are_set_in_the_unit_that_fits():
    assert [cost(each, "s") for each in (187.5, 0.02, 3e-5, 2.5e-8, 1e-10)] == [
        *("188 s", "20 ms", "30 us", "25 ns", "0.1 ns")
    ]
    assert cost(1.98, "exponent") == "1.98"


def test_command_writes_table_and_history_and_its_status_shows_a_regression(
    tmp_path, monkeypatch, capsys
):
    seconds = iter([0.4e-3] * 4 + [0.49e-3])

    def measured(name):
        return command.Run(replace(MEASURED, cost=next(seconds)), 0.5)

    monkeypatch.setattr(command, "in_a_process", measured)
    monkeypatch.setattr(command, "surroundings", lambda: dict(ABOUT))
    output = tmp_path / "budgets.csv"
    arguments = ["--line", "smile", "--check", "--output", str(output)]
    arguments += ["--history", str(tmp_path / "history")]
    for expected in (0, 0, 0, 0, 1):
        with pytest.raises(SystemExit) as ended:
            command.main(arguments)
        assert ended.value.code == expected
    assert "smile is slower" in capsys.readouterr().out
    assert pd.read_csv(output).loc[0, "earlier_runs"] == 4
    (path,) = (tmp_path / "history").iterdir()
    assert len(history.read(path)) == 5

    path.write_text("nonsense\n")
    with pytest.raises(SystemExit, match=r"benchmarks: expected a JSON object in .*line 1"):
        command.main(arguments)
    assert path.read_text() == "nonsense\n"


def test_a_process_of_its_own_reports_its_memory_and_its_last_words(monkeypatch):
    # neither takes time: what fails says why
    found = command.in_a_process("no such line")
    assert found.measured is None
    assert "no such line" in found.failure
    assert found.gigabytes > 0.0


def test_surroundings_are_what_a_record_wants():
    about = command.surroundings()
    assert set(about) == set(ABOUT)
    assert about["processor"]
    assert about["packages"]["numpy"] == np.__version__


def test_a_table_of_the_last_quiet_commit(tmp_path):
    def at(commit, seconds, load=0.1):
        return replace(record(seconds), commit=commit, load=load)

    kept = [at("a", 9.0), at("b", 3e-6), at("b", 1e-6), at("b", 2e-6), at("b", 8.0, load=2.0)]
    kept.append(at("c", 7.0, load=1.5))
    history.append(tmp_path / "one.jsonl", [], kept)
    (row,) = measured_budgets.run(Config(inputs={"one": tmp_path / "one.jsonl"})).to_dict("records")
    assert (row["commit"], row["runs"], row["line"]) == ("b", 3, "smile")
    assert (row["cost"], row["least"], row["largest"]) == (2e-6, 1e-6, 3e-6)
    text = measured_budgets.printed(pd.DataFrame([row, {**row, "ratio": None, "error": None}]))
    assert r"$2\,\mu\mathrm{s}$ & $500\,\mu\mathrm{s}$" in text
    assert r"$12\;(\ge10)$" in text
    assert text.count("-- & --") == 1
    with pytest.raises(DataError, match="got none"):
        measured_budgets.run(Config())
