"""Whatever happens to a file, it is read or refused in one line."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmot.errors import RmotError
from rmot.market import read_chain

JUNK = [
    "",
    "0",
    "-1",
    "nan",
    "null",
    '""',
    "1e999",
    "9" * 400,
    "[]",
    "{}",
    "\n",
    ",",
    "é",
    "20260230",
]


@pytest.fixture(params=["options_desk", "cboe_json", "yfinance", "volatility_table"])
def text(request, make, make_volatility_table, save):
    form = request.param
    return save(make_volatility_table() if form == "volatility_table" else make(form)).read_text()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(text, save, data):
    start = data.draw(st.integers(0, min(len(text), 3000)))
    length = data.draw(st.integers(0, 40))
    damaged = text[:start] + data.draw(st.sampled_from(JUNK)) + text[start + length :]
    assert "\n" not in complaint(save(damaged))


def complaint(path):
    try:
        read_chain(path).surface()
    except RmotError as error:
        return str(error)
    return ""
