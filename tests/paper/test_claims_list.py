"""The table of all claims holds each once, in the order given, under its source."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import paper
from paper.claims_list import longtable, summary, verdicts
from paper.quantities import checks
from proofs_check.graph import FALSE_AS_WRITTEN
from proofs_check.ledger import load


@pytest.fixture
def rows():
    columns = ["claim", "source", "location", "statement", "verdict", "status", "method", "fallen"]
    told = [
        ("C140", "000_a.txt", "4.1", "rho_ij is 50%.", "verified", "verified", "reading", np.nan),
        ("C003", "001_b.txt", "(2.2)", "x^2/3 & y", "refuted", "not run", "symbolic", np.nan),
        ("C001", "001_b.txt", "(2.3)", "So.", "verified", "verified", "symbolic", "C003"),
        ("A001", "004_c.txt", "(1)", "So.", "corrected", "corrected", "symbolic", np.nan),
        ("A002", "004_c.txt", "(2)", "So.", "verified", "verified", "symbolic", np.nan),
        ("T001", "this project", "A", "So.", "verified", "verified", "numeric", np.nan),
    ]
    table = pd.DataFrame(told, columns=columns)
    table["ledger_sha256"] = "0"
    return table


def test_claims_stand_once_in_order_under_their_sources(rows):
    text = longtable(rows)
    assert re.findall(r"^([ACT]\d+) &", text, re.MULTILINE) == list(rows["claim"])
    heads = re.findall(r"multicolumn.*\{(?:\\texttt\{)?([^{}]+)\}+ \\\\\*", text)
    assert heads == [r"000\_a.txt", r"001\_b.txt", r"004\_c.txt", "This project"]
    assert text.index("000\\_a") < text.index("C140") < text.index("001\\_b") < text.index("C003")


def test_what_latex_would_read_as_markup_is_escaped(rows):
    text = longtable(rows)
    assert r"rho\_ij is 50\%." in text
    assert r"x\textasciicircum{}2/\allowbreak{}3 \& y" in text
    assert all(line.count(" & ") == 4 for line in text.splitlines() if line[0] in "ACT")


def test_marks_say_what_did_not_run_and_what_lost_its_ground(rows):
    lines = {line[:4]: line for line in longtable(rows).splitlines() if line[0] in "ACT"}
    assert [name for name in lines if r"\dagger" in lines[name]] == ["C001"]
    assert [name for name in lines if "$^*$" in lines[name]] == ["C003"]


def test_claims_without_ground_are_counted(rows):
    found = {number.macro: number.value for number in checks.claims(rows)}
    assert (found["ClaimsGroundless"], found["ClaimsGroundlessVerified"]) == (1, 1)
    assert (found["ClaimsVerified"], found["ClaimsRefuted"]) == (4, 1)
    assert (found["ClaimsAlpha"], found["ClaimsAlphaFalse"]) == (2, 1)
    assert (found["ClaimsNeural"], found["ClaimsNeuralFalse"]) == (0, 0)


def test_counts_add_up(rows):
    lines = [line.split(" & ") for line in summary(rows).splitlines() if line.endswith(r"\\")]
    counts = {
        line[0]: [int(cell.rstrip("\\ ").replace("--", "0")) for cell in line[1:]]
        for line in lines[1:]
    }
    assert counts["004"] == [2, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0]
    assert counts["all"] == [sum(each) for each in zip(*list(counts.values())[:-1], strict=True)]
    assert sum(counts["all"][1:6]) == sum(counts["all"][6:]) == counts["all"][0] == len(rows)


def test_macros_tell_place_and_verdict_of_each_claim(rows):
    lines = verdicts(rows).splitlines()
    for kind in ("place", "told"):
        found = [re.findall(rf"{kind}@([ACT]\d+)", line) for line in lines]
        assert [name for names in found for name in names] == list(rows["claim"])
    text = "\n".join(lines)
    assert r"place@C140\endcsname{000, 4.1}" in text
    assert r"told@C003\endcsname{refuted$^*$, symbolic}" in text
    assert r"place@T001\endcsname{here, A}" in text
    assert r"told@T001\endcsname{verified, numeric}" in text


def test_the_text_discusses_twenty_claims_of_the_ledger():
    text = Path(paper.__file__).parent.joinpath("sections", "twenty_claims.tex").read_text("utf-8")
    discussed = re.findall(r"\\discussed\{(\w+)\}", text)
    assert len(discussed) == len(set(discussed)) == 20


def test_what_the_introduction_says_does_not_stand_is_false_as_written():
    text = Path(paper.__file__).parent.joinpath("sections", "introduction.tex").read_text("utf-8")
    named = set(re.findall(r"\\decided\{(\w+)\}", text[: text.index("None of these four stands")]))
    assert len(named) >= 4
    accepted = {entry.id: entry.verdict for entry in load().entries}
    assert {accepted[name] for name in named} <= set(FALSE_AS_WRITTEN)


@pytest.mark.parametrize(("section", "source"), [("alpha", "004"), ("neural", "003")])
def test_the_text_discusses_claims_of_one_source_that_stand_in_the_ledger(section, source):
    name = f"{section}_claims.tex"
    text = Path(paper.__file__).parent.joinpath("sections", name).read_text("utf-8")
    discussed = re.findall(r"\\discussed\{(\w+)\}", text)
    assert set(discussed) <= {entry.id for entry in load().entries if entry.source[:3] == source}
    assert len(discussed) == len(set(discussed)) >= 10
    assert set(discussed) <= {entry.id for entry in load().entries}
