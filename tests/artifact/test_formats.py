import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.artifact.formats import Column, escape, fixed, latex_table, significant, with_error

magnitudes = st.floats(1e-6, 1e5)


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 10))
def test_value_and_error_read_back_to_the_digits_shown(value, error):
    match = re.fullmatch(r"(-?[\d.]+)\((\d+)\)", with_error(value, error))
    assert match is not None
    shown, digits = match.groups()
    places = len(shown.partition(".")[2])
    unit = 10.0**-places
    # Half a unit of rounding, and a rounding error of the arithmetic here.
    assert abs(float(shown) - value) <= 0.5 * unit * (1 + 1e-9) + 1e-12 * abs(value)
    assert abs(int(digits) * unit - error) <= 0.5 * unit * (1 + 1e-9)
    assert int(digits) < 100


@given(magnitudes, st.integers(2, 8))
def test_significant_digits_bound_the_relative_error(value, digits):
    shown = significant(value, digits).replace(r" \times 10^{", "e").rstrip("}")
    assert abs(float(shown) - value) <= 0.51 * 10.0 ** (1 - digits) * value


def test_no_negative_zero():
    assert fixed(-1e-9, 3) == "0.000"


@pytest.mark.parametrize("error", [float("nan"), 0.0, float("inf"), -1.0])
def test_value_without_usable_error_is_printed_alone(error):
    assert with_error(0.25, error) == "0.250"


def test_table_escapes_text_and_dashes_missing_values():
    table = pd.DataFrame({"name": ["A&B", "C"], "x": [1.25, float("nan")]})
    text = latex_table(table, [Column("name", "Name", align="l"), Column("x", "$x$", significant)])
    assert r"A\&B & $1.25$ \\" in text
    assert r"C & -- \\" in text
    assert text.count(r"\\") == 3


def test_escape_leaves_no_active_character():
    assert escape("a_b%") == r"a\_b\%"
