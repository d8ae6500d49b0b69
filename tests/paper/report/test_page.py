"""The referee's page holds all that it is given, needs no network, and takes nothing for code."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from paper.report.floats import Float
from paper.report.overview import overview
from paper.report.page import render
from paper.report.shown import MANY, Link, Shelf
from rmot.errors import DataError


def embedded(page, name):
    text = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)
    assert text is not None
    return json.loads(text[1])


def test_page_is_self_contained(page):
    # but for the reference of the engine, a page beside it that is led to and not loaded
    outside = re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', page)
    assert outside == ["../docs/api/index.html"]
    assert '<a href="../docs/api/index.html">' in page
    assert "default-src 'none'" in page
    # Every link within the page leads somewhere, and to one place.
    places = re.findall(r' id="([^"]+)"', page)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)
    assert len(places) == len(set(places))


def test_policy_allows_the_pages_own_script_and_style_alone(page):
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page


def test_certificates_are_data(page, contents):
    assert "document.title = 'taken'</script>" not in page
    (found,) = embedded(page, "certificates")["C001"]
    assert found["raw"] == contents.certificates["C001"][0]
    assert "Statement &lt;C001&gt; holds." in page


def test_page_shows_what_differs_and_how_it_was_built(page):
    assert re.search(r'id="C002"[^>]*class="differs"', page, re.S)
    assert "accepted: verified" in page
    assert "not run here: no table" in page
    assert "quick profile" in page
    assert "synthetic data" in page
    assert re.search(r"C145.*It is so.*more data", page, re.S)


def test_counts_are_by_verdict_and_source(contents):
    found = overview(contents.ledger["claims"])
    assert found["sources"] == ["001_of.txt", "this project"]
    assert found["rows"] == [("refuted", 2, [2, 0]), ("untestable", 1, [0, 1])]
    assert found["totals"] == [2, 1]


def test_graph_has_a_box_a_claim_and_a_line_a_ground(page):
    boxes = re.findall(r'<a href="#(C\d+)" class="(\w+)"[^>]*><title>', page)
    assert boxes == [("C001", "refuted"), ("C002", "refuted"), ("C003", "untestable")]
    assert len(re.findall(r"<path [^>]*fallen", page)) == 1
    assert len(re.findall(r"<rect [^>]*lost", page)) == 1


def test_tables_are_carried_whole(page, contents):
    packed = embedded(page, "packed")
    found = {name: gzip.decompress(base64.b64decode(text)) for name, text in packed.items()}
    assert found == contents.tables
    assert render(contents) == page


def test_margin_marks_lead_to_the_rule_and_its_cost(page):
    assert '<a href="#rule-figure_wide"><code>figures.<wbr>wide</code></a>' in page
    row = re.search(r'<tr id="rule-figure_wide">.*?</tr>', page, re.S)
    assert row is not None
    for text in ("figures.<wbr>wide", "#figure-wide", "#table-long", "c0de", "1.2", "80.5"):
        assert text in row[0]
    # one job of a rule with wildcards, which its reader leads to
    assert 'href="#rule-fit_spx">fits/<wbr>spx.<wbr>json</a>' in page
    row = re.search(r'<tr id="rule-fit_spx">.*?</tr>', page, re.S)
    assert row is not None
    assert "fits/<wbr>spx.<wbr>json" in row[0]
    assert "30.0" in row[0]


def test_floats_without_a_file_are_told(contents):
    graph = Float("figure", ("claims_graph",), 2, "fig:claims", Markup("All."), "figures.graph")
    page = render(replace(contents, floats=[*contents.floats, graph]))
    assert '<a href="#graph">Figure 2 (claims_<wbr>graph)</a>' in page


def test_hashes_of_known_data_lead_to_provenance(page):
    assert '<a class="hash" href="#data-abababababab">abababababab</a>' in page
    assert re.search(r'<tr id="data-abababababab">.*chain.*synthetic', page, re.S)


def test_counterparts_stand_beside_ours(page):
    assert "Figure 1 (wide)</a>" in page
    assert "Table 1 (long)</a>" in page
    assert "A diagram without numbers." in page
    assert ">0.643281</td>" in page
    assert ">0.2</td>" in page


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"figures": {"wide": b"GIF89a"}}, "PNG file in wide"),
        ({"tables": {"long": b""}}, "line of names in long"),
        ({"tables": {"long": b"name,value\nx\n"}}, "rows as long"),
    ],
)
def test_damaged_inputs_are_named(contents, change, named):
    with pytest.raises(DataError, match=named):
        render(replace(contents, **change))


def test_many_files_of_a_folder_are_told_as_one():
    shelf = Shelf([], [], {}, {}, {"chains/spx.csv": Link("spx", "data-1")})
    few = [f"fits/{number}.json" for number in range(MANY)]
    many = [f"tables/{number}.tex" for number in range(MANY + 1)]
    links = shelf.links(["chains/spx.csv", *few, *many])
    assert [link.text for link in links] == ["spx", *few, f"tables/ ({len(many)} files)"]
