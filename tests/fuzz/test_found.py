"""What the fuzz found, one small case each."""

import gzip
import tomllib

import numpy as np
import pytest

from rmot.artifact.files import read_json, read_toml
from rmot.calibration.saved import require_numbers
from rmot.errors import LONGEST_MESSAGE, DataError, ParameterError
from rmot.market import read_history
from rmot.market.readers.contracts import thousandths_of
from rmot.models import ForwardVariance
from rmot.neural.config import from_mapping
from rmot.neural.shape import MOST_WEIGHTS
from rmot.neural.training import Network
from rmot.spread.alpha.calibration.config import parse_problem
from rmot.transport._json import hedge_of, number_of
from tests.fuzz.artifact_readers import PROBLEM


@pytest.mark.parametrize(
    "text", ["[NaN]", "[-Infinity]", "[1e999]", "9" * 5000, "[" * 100_000, "[", "\x00"]
)
def test_json_of_any_text_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match="expected JSON"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 3000, "a = ", "\x00"])
def test_toml_of_any_text_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(DataError, match="expected TOML"):
        read_toml(tmp_path / "a.toml", "something")


def test_a_bomb_is_refused_before_it_unpacks(tmp_path):
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(bytes(1 << 25), mtime=0))
    with pytest.raises(DataError, match="unpack to more than"):
        read_history(tmp_path / "bomb.csv.gz")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x85", "\u2028", "\x0c"])
def test_a_message_stays_on_its_line_whatever_it_quotes(end):
    assert str(DataError(f"expected a; got {end}b")) == "expected a; got  b"


@pytest.mark.parametrize("value", [1e308, -1, True, "3", None])
def test_a_fit_counts_in_whole_numbers(value):
    with pytest.raises(ValueError, match="expected a count for evaluations"):
        require_numbers({"evaluations": value}, (), ("evaluations",), (), ())


def test_a_message_stays_short_whatever_it_quotes():
    assert len(str(DataError("x" * 10**6))) < LONGEST_MESSAGE + 10


def test_a_strike_without_symbol_contradicts_all():
    found = thousandths_of(np.array([np.nan, np.inf, 1e308, 1e5, 12.5]))
    assert found.tolist() == [-1, -1, -1, -1, 12500]


@pytest.mark.parametrize("value", [None, True, "a", [], {}])
def test_what_is_no_number_of_a_saved_bound_is_refused(value):
    with pytest.raises(TypeError, match="expected a number"):
        number_of(value)
    with pytest.raises((TypeError, KeyError)):
        hedge_of(value)


@pytest.mark.parametrize(
    ("name", "value"), [("shortfall", "nan"), ("shortfall", -1.0), ("cost", "inf"), ("cash", "nan")]
)
def test_a_saved_hedge_holds_numbers_where_a_hedge_does(name, value):
    held = {"cash": 0.0, "forwards": [0.5], "positions": [], "cost": 1.0, "shortfall": "inf"}
    assert hedge_of(held).shortfall == np.inf
    with pytest.raises(ValueError, match="expected a"):
        hedge_of({**held, name: value})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("pairs = [[2, 1]]", "pairs = [[2, inf]]", "pairs of numbers"),
        ("pairs = [[2, 1]]", f"pairs = [[2, {10**30}]]", "pairs of numbers"),
        ("heston = [[-0.3, 0.2,", "heston = [[-0.3, 1e300,", "expected finite"),
        ("1.1]", f"1{'0' * 400}]", "a list of numbers"),
        ("weights = [[1, 1, 1], [1, 1, 1]]", "", "all to have squares"),
    ],
)
def test_a_problem_has_numbers_that_a_computer_has(old, new, told):
    text = PROBLEM.replace("[[0.04, -0.006", "[[1e308, -0.006")
    assert old in text
    with pytest.raises(ParameterError, match=told):
        parse_problem(tomllib.loads(text.replace(old, new)))


def test_a_curve_of_words_is_refused():
    with pytest.raises(ParameterError, match="expected numbers"):
        ForwardVariance(("a",), (0.04,))  # pyright: ignore[reportArgumentType]


def test_a_config_cannot_ask_for_more_than_there_is_memory():
    with pytest.raises(ParameterError, match=f"at most {MOST_WEIGHTS} weights"):
        Network(width=10**9)


@pytest.mark.parametrize("given", [{"width": 10**3000}, {"depth": -(10**400)}])
def test_a_config_has_numbers_that_a_computer_has(given):
    with pytest.raises(ParameterError, match="at most 18 digits"):
        from_mapping(given, Network)
