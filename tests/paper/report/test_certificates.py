"""A certificate's tables say what the certificate says."""

import copy
from fractions import Fraction

import pytest

from paper.report.certificates import number, text, view
from proofs_check.ledger import load
from proofs_check.registry import Context, check_of
from tests.paper.report.conftest import CERTIFICATE


def test_evidence_and_statement_are_rows():
    found = view(CERTIFICATE)
    assert found["evidence"][:2] == [["slope", "0.64328", "1e-9"], ["repaired", "1/2", ""]]
    name, value, relation, limit, holds, formula, ground = found["statements"][0]
    assert (name, relation, holds, ground) == ("slope as printed", "<=", False, "floating point")
    assert float(value) == float(Fraction(1, 2) - Fraction(1, 5))
    assert float(limit) == 0.05
    assert formula == "abs(errors[0][error] - exponent) <= tolerance"
    assert found["data"] == [["exponent", "1/5"], ["tolerance", "0.05"]]
    assert found["tables"] == [["001.csv", "ab" * 32]]
    assert found["raw"] is CERTIFICATE


def test_an_error_belongs_to_the_floats_beside_it():
    changed = copy.deepcopy(CERTIFICATE)
    changed["evidence"] = {
        "by_year": {"2020": 1.5, "2021": 2.5},
        "arithmetic_error": 1e-12,
        "windows": 7,
        "bound": "[0.84 +/- 3e-60]",
    }
    assert view(changed)["evidence"] == [
        ["by year, 2020", "1.5", "1e-12"],
        ["by year, 2021", "2.5", "1e-12"],
        ["windows", "7", ""],
        ["bound", "0.84", "3e-60"],
    ]


def test_an_error_alone_is_what_was_found():
    changed = copy.deepcopy(CERTIFICATE)
    changed["evidence"] = {"error": "99/10000", "p": "1/2"}
    assert view(changed)["evidence"] == [["error", "99/10000", ""], ["p", "1/2", ""]]


def test_values_that_need_variables_are_left_blank():
    changed = copy.deepcopy(CERTIFICATE)
    changed["exact"][0]["left"] = ["variable", "x"]
    assert view(changed)["statements"][0][1] == ""


def test_sides_of_real_checks_bear_out_their_truth():
    ledger = load()
    entry = next(each for each in ledger.entries if each.id == "T018")
    claim = ledger.claim(entry)
    found = view(check_of(claim)(claim, Context("quick")).to_json())
    compare = {"<=": float.__le__, ">=": float.__ge__, "<": float.__lt__, ">": float.__gt__}
    checked = [row for row in found["statements"] if row[2] in compare]
    assert checked
    for _, value, relation, limit, holds, *_ in checked:
        assert compare[relation](float(value), float(limit)) is holds


@pytest.mark.parametrize(
    ("value", "said"),
    [(True, "yes"), (None, "none"), (["a", 1e-9], "a, 1e-9"), ({"a": 1}, '{"a": 1}')],
)
def test_values_in_cells(value, said):
    assert text(value) == said


def test_numbers_are_rounded_to_eight_digits():
    assert [number(x) for x in (1 / 3, 1e10, 2e-9)] == ["0.33333333", "1e10", "2e-9"]
