"""Every numbered passage of the sources comes to claims or to a stated reason for none."""

import csv
import re
from pathlib import Path

import pytest

from proofs_check.ledger import Entry
from proofs_check.passages import Passages, labels, load_passages
from rmot.errors import DataError

PASSAGES = load_passages()
SHARED = Path(__file__).resolve().parents[3] / "shared"


def placed():
    return {(passage.source, passage.at.split(",")[0]) for passage in PASSAGES.passages}


def test_every_label_of_the_ledger_is_mapped(ledger):
    wanted = {
        label
        for entry in ledger.entries
        if entry.source[:3] in PASSAGES.files
        for label in labels(entry.location, entry.source[:3])
    }
    assert wanted <= placed()


def test_every_claim_of_a_source_is_named_where_it_is_made(ledger):
    for entry in ledger.entries:
        source = entry.source[:3]
        if source in PASSAGES.files:
            assert PASSAGES.files[source] == entry.source
            assert any(
                entry.id in passage.claims
                for passage in PASSAGES.passages
                if passage.source == source
            ), entry.id


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sources are not here")
@pytest.mark.parametrize("source", ["001", "002"])
def test_every_equation_table_theorem_and_section_of_the_sources_is_mapped(source):
    text = (SHARED / "sources" / PASSAGES.files[source]).read_text(encoding="utf-8")
    # One file is rich text of LaTeX, the other plain text with the numbers as printed.
    equations = re.findall(r"\\\\tag\\?\{(\d\.\d+)", text) or re.findall(r" \((\d+)\)$", text, re.M)
    headings = re.findall(r"^[#* ]*([A-H1-8]\.\d(?:\.\d)?) [A-Z]", text, re.MULTILINE)
    kinds = "Theorem|Lemma|Definition|Proposition|Remark|Assumption"
    numbered = re.findall(rf"^[* ]*((?:{kinds}) (?:B\.)?\d(?:\.\d+)?) ?\(", text, re.MULTILINE)
    tables = re.findall(r"^[* ]*(Table \d+):", text, re.MULTILINE)
    assert len(tables) >= 3
    assert len(equations) >= 10
    assert len(headings) >= 20
    assert len(numbered) >= 10
    wanted = {*(f"({number})" for number in equations), *headings, *numbered, *tables}
    assert {label for label in wanted if (source, label) not in placed()} == set()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sources are not here")
def test_every_equation_figure_and_section_of_the_alpha_models_is_mapped():
    text = (SHARED / "sources" / PASSAGES.files["004"]).read_text(encoding="utf-8")
    tagged = re.findall(r"\\tag\{(\d+)\}", text)
    # Others stand at the end of a line, some within brackets that the scan left open.
    equations = {*tagged, *re.findall(r"\((\d{1,3})\)+(?:\$\$)?(?: with)?\s*$", text, re.MULTILINE)}
    headings = re.findall(r"^#+ ?-? ?(\d(?:\.\d)+)", text, re.MULTILINE)
    figures = re.findall(r"^(Figure \d+):", text, re.MULTILINE)
    assert len(equations) >= 165
    assert len(headings) >= 15
    assert len(figures) >= 15
    wanted = {*(f"({number})" for number in equations), *headings, *figures}
    assert {label for label in wanted if ("004", label) not in placed()} == set()
    assert {("004", f"({number})") for number in range(1, 174)} <= placed()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the list of claims is not here")
def test_every_claim_of_the_first_list_is_named_and_all_others_stand_in_the_ledger(entries):
    with (SHARED / "claims.csv").open(encoding="utf-8") as handle:
        listed = {row["id"] for row in csv.DictReader(handle)}
    assert listed <= PASSAGES.named()
    assert PASSAGES.named() - listed <= set(entries)


def test_claims_not_in_the_ledger_are_open_and_say_what_they_wait_for(ledger):
    known = {entry.id for entry in ledger.entries}
    waiting = PASSAGES.open(known)
    assert {item.claim for item in waiting} == PASSAGES.named() - known
    assert all(item.waits_for and item.location for item in waiting)
    assert set(PASSAGES.statements) <= PASSAGES.named()
    assert set(PASSAGES.waits_for) == PASSAGES.named() - known, "decided claims no longer wait"
    decided = PASSAGES.named() - {"C999"}
    assert PASSAGES.open(decided) == []
    first = PASSAGES.passages[1]
    more = Passages(PASSAGES.files, (first,), {}, {})
    with pytest.raises(DataError, match=first.claims[0]):
        more.open([])


def test_entries_stand_in_the_order_of_the_sources(ledger):
    order = [entry.id for entry in PASSAGES.order(ledger.entries)]
    assert sorted(order) == sorted(entry.id for entry in ledger.entries)
    assert order[0] in PASSAGES.passages[2].claims
    for earlier, later in [("C003", "C014"), ("C014", "C045"), ("C053", "C093"), ("C124", "C074")]:
        assert order.index(earlier) < order.index(later)
    ours = [claim.startswith("T") for claim in order]
    assert ours == sorted(ours)
    other = Entry("C900", PASSAGES.files["000"], "nowhere", "", "", "", "")
    assert [entry.id for entry in PASSAGES.order([other, *ledger.entries])].index("C900") < 20


@pytest.mark.parametrize("line", ['{ at = "1" }', '{ at = "1", claims = ["C1"], excluded = "no" }'])
def test_a_passage_has_claims_or_a_reason_for_none(tmp_path, line):
    path = tmp_path / "exclusions.toml"
    path.write_text(f'[sources.000]\nfile = "a.txt"\npassages = [{line}]\n')
    with pytest.raises(DataError, match="claims or a reason for none"):
        load_passages(path)
    path.write_text("[sources.000]\nfile = 'a.txt'\n")
    with pytest.raises(DataError, match="passages"):
        load_passages(path)
