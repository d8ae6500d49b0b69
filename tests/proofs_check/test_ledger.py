"""The ledger is read whole, its tables are held to their hashes, and verdicts are compared."""

import json
import re
import shutil
from pathlib import Path

import pytest

from proofs_check.collect import collect
from proofs_check.ledger import CLAIMS, FOLDER, load
from rmot.errors import DataError, MissingData


@pytest.fixture
def document(ledger, certificate):
    certificates, absent = [], []
    for entry in ledger.entries:
        try:
            certificates.append(certificate(entry.id))
        except pytest.skip.Exception as reason:
            absent.append({"claim": entry.id, "reason": str(reason)})
    return {"profile": "quick", "certificates": certificates, "not_run": absent}


def test_certificates_agree_with_the_ledger(ledger, document):
    rows, differences = collect(ledger, [document], "quick")
    assert differences == []
    assert [row["claim"] for row in rows] == [entry.id for entry in ledger.entries]


def test_a_changed_verdict_exits_with_both_verdicts(tmp_path, run_module, document):
    changed = tmp_path / "claims"
    shutil.copytree(CLAIMS, changed)
    head, tail = (changed / "complexity.toml").read_text(encoding="utf-8").split('id = "C093"')
    tail = tail.replace("refuted", "verified", 1)
    (changed / "complexity.toml").write_text(head + 'id = "C093"' + tail)
    (tmp_path / "all.json").write_text(json.dumps(document))
    arguments = ["--profile", "quick", "--output", tmp_path / "ledger.json", tmp_path / "all.json"]
    assert run_module("collect", *arguments).returncode == 0
    assert len((tmp_path / "ledger.csv").read_text().splitlines()) > 50
    done = run_module("collect", "--ledger", changed, *arguments)
    assert done.returncode == 1
    assert "C093: ledger says verified, the check says refuted" in done.stderr


def test_another_method_or_a_missing_certificate_is_a_difference(ledger, document):
    document["certificates"][0]["method"] = "numeric"
    missing = document["certificates"].pop()
    _, differences = collect(ledger, [document], "quick")
    assert len(differences) == 2
    assert missing["claim"] in differences[1]


def test_undecided_is_allowed_in_the_quick_profile_alone(ledger, document):
    document["certificates"][0]["verdict"] = "undecided"
    assert collect(ledger, [document], "quick")[1] == []
    assert len(collect(ledger, [document], "full")[1]) == 1


def test_a_claim_without_data_is_not_run_and_keeps_its_accepted_verdict(ledger, document):
    absent = document["certificates"].pop()["claim"]
    document["not_run"].append({"claim": absent, "reason": "no table"})
    rows, differences = collect(ledger, [document], "full")
    assert differences == []
    row = next(row for row in rows if row["claim"] == absent)
    assert row["status"] == "not run"
    assert row["accepted"] != "not run"


def test_an_edited_table_is_an_error_that_names_it(ledger, entries, tmp_path):
    shutil.copytree(FOLDER / "tables", tmp_path / "tables")
    path = tmp_path / "tables" / "002_table_4.csv"
    path.write_text(path.read_text().replace("12.23", "12.32"))
    with pytest.raises(DataError, match=r"002_table_4\.csv"):
        ledger.claim(entries["C093"], tmp_path / "tables")
    path.unlink()
    with pytest.raises(MissingData, match=r"002_table_4\.csv"):
        ledger.claim(entries["C093"], tmp_path / "tables")


def test_an_id_that_stands_twice_is_an_error(tmp_path):
    text = (CLAIMS / "complexity.toml").read_text(encoding="utf-8")
    (tmp_path / "complexity.toml").write_text(text.replace('id = "C094"', 'id = "C093"'))
    with pytest.raises(DataError, match="C093"):
        load(tmp_path)
    with pytest.raises(MissingData, match="claims"):
        load(tmp_path / "nowhere")


def test_a_topic_runs_from_the_command_line(tmp_path, run_module, ledger):
    output = tmp_path / "regulation.json"
    done = run_module("run", "--topic", "regulation", "--profile", "quick", "--output", output)
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text())
    wanted = [entry.id for entry in ledger.entries if entry.topic == "regulation"]
    assert [item["claim"] for item in found["certificates"]] == wanted


def test_all_recorded_tables_are_used(ledger):
    by_claims = {file for entry in ledger.entries for file in entry.tables.values()}
    # what no claim rests on is set beside ours all the same
    rules = Path("rmot/studies/sources/rules.smk").read_text()
    by_lines = {f"{name}.csv" for name in re.findall(r"\b00\d_\w+", rules)}
    assert by_claims <= set(ledger.hashes)
    assert set(ledger.hashes) - by_claims <= by_lines
