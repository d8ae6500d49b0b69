"""The list of the sources' tables and figures: complete, and pointing at what there is."""

import re
from pathlib import Path

import pandas as pd
import pytest

from paper.counterparts import Counterpart, load
from paper.source_items import longtable
from rmot.errors import DataError
from rmot.studies.sources.lines import COLUMNS, Line, table_of

ROOT = Path(__file__).parents[2]
EXPECTED = {
    "001": [f"Table {number}" for number in range(1, 4)],
    "002": [
        *(f"Table {number}" for number in range(1, 9)),
        *(f"Figure {number}" for number in range(1, 16)),
    ],
    # its tables have no numbers: they are named by where they stand
    "003": [
        *(f"Key results, {name}" for name in ("fit", "prices", "parameters", "ablation")),
        *("Phase 3", "Phase 4, correlations", "Phase 4, roughness"),
        *(f"Phase {number}" for number in (6, 8, 9)),
        *("Market insights", "Data sources"),
    ],
    "004": [f"Figure {number}" for number in range(1, 17)],
}


@pytest.fixture(scope="module")
def entries():
    return load()


@pytest.fixture(scope="module")
def made():
    """Names of figures, and of tables that some rule makes."""
    rules = "\n".join(path.read_text() for path in ROOT.rglob("*.smk") if "/." not in str(path))
    tables = set(re.findall(r"/(?:tables|benchmarks)/(\w+)\.csv", rules))
    figures = set(re.findall(r'^    "(\w+)": \[', (ROOT / "figures/rules.smk").read_text(), re.M))
    algorithms = {"far_strikes", "tilting", "extrapolation", "algorithm"}
    return tables | figures | {f"as_published_{name}" for name in algorithms}


@pytest.mark.parametrize("source", EXPECTED)
def test_every_item_of_a_source_has_an_entry(entries, source):
    assert [entry.item for entry in entries if entry.source == source] == EXPECTED[source]


def test_counterparts_are_outputs_and_stand_where_they_are_said_to(entries, made):
    sections = "\n".join(path.read_text() for path in (ROOT / "paper/sections").glob("*.tex"))
    labels = set(re.findall(r"\\label\{([^}]*)\}", sections))
    assert {name for entry in entries for name in entry.ours} <= made
    assert {label for entry in entries for label in entry.label} <= labels


def test_an_item_is_set_with_its_lines_and_says_a_remark_once():
    entries = [
        Counterpart("002", "Table 3", "Errors & bounds", ("a_b",), ("tab:a",), "They differ."),
        Counterpart("002", "Figure 1", "A diagram", absent="It shows no numbers."),
    ]
    table = table_of(
        "002",
        [
            Line(
                "Table 3", "5 days", "bound", "0.0320", 0.0451, 0.0021, "%", "real", "at 50% noise"
            ),
            Line("Table 3", "5 days", "error", "inf", float("nan"), remark="none"),
            Line("Table 3", "9 days", "error", "", 1e-7),
        ],
    )
    text = longtable(entries, table)
    assert r"\textbf{002, Table 3.} Errors \& bounds. Here \cref{tab:a} (\texttt{a\_b})." in text
    assert r"They differ. \textit{a}~real, \%: at 50\% noise; \textit{b}~none." in text
    assert r"5 days & bound & $0.0320$ & $0.045(2)$ & \textit{a} \\" in text
    assert r" & error & $\infty$ & -- & \textit{b} \\" in text
    assert r"9 days & error & -- & $1.00 \times 10^{-7}$ &  \\" in text
    assert "A diagram. It shows no numbers." in text
    assert text.count("5 days") == 1


def test_ours_has_as_many_digits_as_what_it_is_close_to():
    entries = [Counterpart("002", "Table 3", "Errors", ("a",))]
    table = table_of(
        "002",
        [
            Line("Table 3", "a", "close", "0.951456", 0.95145631),
            Line("Table 3", "a", "not close", "0.951456", 0.90291263),
            Line("Table 3", "a", "with an exponent", "2.82181E-07", 2.8218134e-7),
            Line("Table 3", "a", "no number", "n.a.", 0.90291263),
        ],
    )
    text = longtable(entries, table)
    for shown in ("$0.951456$ & $0.951456$", "& $0.903$", r"$2.82181 \times 10^{-7}$"):
        assert shown in text


def test_lines_of_an_item_without_entry_are_refused():
    table = table_of("002", [Line("Table 99", "a", "b", "1", 1.0)])
    with pytest.raises(DataError, match="Table 99"):
        longtable([], table)


@pytest.mark.parametrize(
    "text",
    [
        'source = "002"\nitem = "Table 1"\ntitle = "a"',
        'source = "002"\nitem = "Table 1"\ntitle = "a"\nours = "b"\nabsent = "None."',
        'source = "002"\nitem = "Table 1"\ntitle = "a"\nlabel = "tab:b"\nabsent = "None."',
        'source = "002"\nitem = "Table 1"\ntitle = "a"\nours = "b"\nremark = "no full stop"',
        'source = "002"\nitem = "Table 1"\ntitle = "a"\nours = "b"\nelse = 1',
    ],
)
def test_malformed_entries_are_refused(tmp_path, text):
    path = tmp_path / "counterparts.toml"
    path.write_text(f"[[item]]\n{text}\n")
    with pytest.raises(DataError):
        load(path)


def test_an_item_that_stands_twice_is_refused(tmp_path):
    entry = '[[item]]\nsource = "002"\nitem = "Table 1"\ntitle = "a"\nours = "b"\n'
    path = tmp_path / "counterparts.toml"
    path.write_text(entry * 2)
    with pytest.raises(DataError, match="twice"):
        load(path)


def test_lines_have_a_number_or_say_why_not():
    with pytest.raises(DataError, match="reason"):
        Line("Table 1", "a", "b", "0.1", float("nan"))
    assert list(table_of("002", []).columns) == list(COLUMNS)
    assert isinstance(table_of("002", []), pd.DataFrame)
