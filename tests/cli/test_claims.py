"""The ledger at the shell: lists, one certificate for a person or a machine, and checks anew."""

import json
import shutil
from pathlib import Path

import pytest
import sympy

import proofs_check
from proofs_check.collect import collect, linked
from proofs_check.ledger import load
from proofs_check.registry import Context
from proofs_check.run import run
from rmot.cli.certificates import infix

ROOT = Path(proofs_check.__file__).parents[1]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of two topics: the others are not run, and keep the verdicts accepted."""
    folder = tmp_path_factory.mktemp("results")
    ledger, documents = load(), []
    (folder / "claims").mkdir()
    for topic in ("kernels", "regulation"):
        documents.append(run(topic, Context("quick"), ledger))
        (folder / "claims" / f"{topic}.json").write_text(json.dumps(documents[-1]))
    made = {item["claim"] for document in documents for item in document["certificates"]}
    absent = [{"claim": e.id, "reason": "no data"} for e in ledger.entries if e.id not in made]
    rows, _ = collect(ledger, [*documents, {"certificates": [], "not_run": absent}], "quick")
    content = {"claims": linked(ledger, rows), "open": []}
    (folder / "claims" / "ledger.json").write_text(json.dumps(content))
    return folder


def test_the_list_is_in_the_order_of_the_sources_and_can_be_narrowed(rmot, results):
    status, out, _ = rmot("claims", "--results", results, "--json")
    every = json.loads(out)
    assert status == 0
    assert [row["source"][:3] for row in every][:1] == ["000"]
    _, out, _ = rmot("claims", "--results", results, "--status", "untestable", "--json")
    some = json.loads(out)
    assert some == [row for row in every if row["status"] == "untestable"]
    assert some
    _, out, _ = rmot("claims", "--results", results, "--source", "002", "--json")
    assert json.loads(out) == [row for row in every if row["source"].startswith("002")]
    _, out, _ = rmot("claims", "--results", results, "--source", "001")
    assert "C007" in out
    assert "C107" not in out


def test_one_claim_is_told_in_sections(rmot, results):
    status, out, _ = rmot("claims", "C007", "--results", results)
    assert status == 0
    sections = [line for line in out.splitlines() if line and not line.startswith(" ")][1:]
    assert sections == [
        "Statement",
        "Verdict",
        "Method",
        "Reading defeated",
        "Evidence",
        "Statements that can be re-checked",
        "Otherwise",
        "Rests on",
        "What rests on it, through others as well",
        "All that it rests on and that is false as written",
    ]
    assert "  true   kernel is negative" in out
    assert "C006  refuted: " in out.split("Rests on")[1]
    assert max(map(len, out.splitlines())) < 100


def test_a_claim_that_was_not_run_shows_the_accepted_verdict_and_why(rmot, results):
    _, out, _ = rmot("claims", "C045", "--results", results)
    assert "not run; accepted: refuted (no data)" in out


def test_a_machine_gets_row_and_certificates(rmot, results):
    _, out, _ = rmot("claims", "C007", "--results", results, "--json")
    content = json.loads(out)
    assert content["claim"]["claim"] == "C007"
    assert [item["verdict"] for item in content["certificates"]] == ["refuted"]


@pytest.mark.parametrize("arguments", [["C999"], ["--status", "C999"], ["C999", "--verify"]])
def test_what_no_claim_has_is_one_line(rmot, results, arguments):
    status, out, err = rmot("claims", *arguments, "--results", results)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "C999" in err


def test_checks_are_run_anew_and_their_certificates_re_checked(rmot, tmp_path):
    status, out, err = rmot("claims", "C114", "--verify", "--profile", "quick", "--json")
    assert (status, err) == (0, "")
    (row,) = json.loads(out)
    assert (row["accepted"], row["status"], row["differences"]) == ("corrected", "corrected", [])
    assert row["statements"] == 3


def test_another_verdict_than_the_ledgers_exits_with_one(rmot, monkeypatch, tmp_path):
    shutil.copytree(ROOT / "proofs_check", tmp_path / "proofs_check")
    path = tmp_path / "proofs_check" / "claims" / "regulation.toml"
    head, tail = path.read_text().split('id = "C114"')
    path.write_text(head + 'id = "C114"' + tail.replace('"corrected"', '"verified"', 1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    status, out, err = rmot("claims", "C114", "--verify", "--profile", "quick")
    assert status == 1
    assert "corrected" in out
    assert "C114: ledger says verified, the check says corrected" in err


@pytest.mark.parametrize(
    "tree",
    [
        ["sub", "1", ["sub", ["datum", "x"], ["variable", "y"]]],
        ["div", ["div", "3", "7/2"], ["mul", ["datum", "x"], ["neg", ["variable", "y"]]]],
        ["pow", ["pow", "2", "1/2"], ["add", ["datum", "x"], "-1"]],
        ["mul", ["add", "1", ["neg", ["neg", ["datum", "x"]]]], ["pow", "-3", "2"]],
        ["sub", ["neg", ["pow", ["datum", "x"], "2"]], ["add", "-1", ["variable", "y"]]],
        ["abs", ["sub", ["exp", ["datum", "x"]], ["max", "1", ["variable", "y"]]]],
    ],
)
def test_infix_means_what_the_expression_means(tree):
    x, y = sympy.symbols("x y", positive=True)
    names = {"abs": sympy.Abs, "max": sympy.Max, "exp": sympy.exp}

    def value(part):
        if isinstance(part, str):
            return sympy.Rational(part)
        head, *rest = part
        if head in ("datum", "variable"):
            return {"x": x, "y": y}[rest[0]]
        values = [value(one) for one in rest]
        if head in names:
            return names[head](*values)
        if head == "neg":
            return -values[0]
        if head == "add":
            return sum(values)
        if head == "mul":
            return sympy.prod(values)
        first, second = values
        return {"sub": first - second, "div": first / second, "pow": first**second}[head]

    read = sympy.parse_expr(infix(tree), {"x": x, "y": y, **names})
    at = {x: sympy.Rational(13, 10), y: sympy.Rational(17, 7)}
    assert abs(sympy.N((read - value(tree)).subs(at), 30)) < 1e-25
