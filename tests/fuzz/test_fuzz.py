"""Damaged files of every reader: a promised value or one error of one line; `docs/referees.md`."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.harness import judged, peak_memory, run
from tests.fuzz.registered import readers

READERS = readers()
CASES = 2000 if os.environ.get("CI") else 90
SEED = 20
LARGEST_GROWTH = 1 << 29


@pytest.fixture(scope="module", params=list(READERS))
def tried(request, tmp_path_factory):
    reader = READERS[request.param]
    good = tmp_path_factory.mktemp(f"{reader.name}_good")
    reader.write(good)
    return reader, good, tmp_path_factory.mktemp(f"{reader.name}_damaged")


def test_the_good_example_is_read(tried):
    reader, good, _ = tried
    assert judged(reader, good) == ("read", "")


def test_damage_ends_in_a_promised_value_or_one_line(tried):
    reader, good, at = tried
    before = peak_memory()
    found = run(reader, good, at, range(CASES), SEED)
    assert found.faults == {}, found.examples
    assert found.read + sum(found.refused.values()) == CASES
    assert sum(found.refused.values()) > CASES // 4
    assert peak_memory() - before < LARGEST_GROWTH


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
ANYTHING = st.binary(max_size=200) | st.text(max_size=200).map(
    lambda text: text.encode("utf-8", errors="replace")
)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=ANYTHING, numbers=st.data())
def test_what_is_no_file_of_a_reader_ends_likewise(tried, content, numbers):
    reader, good, at = tried
    name = numbers.draw(st.sampled_from(list(reader.files)))
    for each in good.iterdir():
        if each.is_file():
            (at / each.name).write_bytes(each.read_bytes())
    if reader.files[name] == "json":
        content = _text(numbers.draw(JSON))
    (at / name).write_bytes(content)
    assert judged(reader, at)[0] != "fault", judged(reader, at)


def _text(value) -> bytes:
    return json.dumps(value).encode()
