"""Portfolio files: what is wrong with one is said in one line, and nothing is repaired."""

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmot.errors import DataError, MissingData, RmotError
from rmot.regulation import Portfolio
from rmot.regulation.method import QuoteNoise
from rmot.transport import CressieRead, MultipleOfLeast, Radius

ROOT = Path(__file__).parents[2]

GOOD = """
name = "Book"
close = 2022-02-04
settlement = "AM"

[[asset]]
name = "SPX"
chain = "spx.csv"
observations = "days.csv"

[[asset]]
name = "NDX"
chain = "ndx.csv"

[[position]]
name = "Call"
payoff = "call"
assets = ["SPX", "NDX"]
shares = [0.6, 0.4]
strike = 1.05
expiry = 2022-03-18
notional = 1e6
side = "short"

[[position]]
name = "Spread"
payoff = "put"
assets = ["SPX", "NDX"]
weights = [1.0, -1.0]
strike = -0.02
expiry = 2022-03-18
settlement = "PM"
notional = 2000000
side = "long"
premium = 12000.0
risk_class = "idiosyncratic equity"
residual = "exotic"

[method]
law = "gaussian copula"
correlation = [[1.0, 0.5], [0.5, 1.0]]
radius_multiple = 2.0
divergence = "cressie-read:1.5"
points = 1024
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("book")
    for name in ("spx.csv", "ndx.csv"):
        (found / name).write_text("quotes\n")
    (found / "days.csv").write_text("date,price\n2022-01-03,1\n2022-01-04,1\n")
    (found / "twice.csv").write_text("date\n2022-01-03\n2022-01-03\n")
    (found / "back.csv").write_text("2022-01-04\n2022-01-03\n")
    (found / "words.csv").write_text("date\nyesterday\n")
    (found / "empty.csv").write_text("\n")
    (found / "binary.csv").write_bytes(b"\xff\xfe\x00")
    (found / "inner").mkdir()
    return found


def load(folder, text, **options):
    path = folder / "book.toml"
    path.write_text(text)
    return Portfolio.load(path, **options)


def test_a_good_file_is_read_as_it_says(folder):
    book = load(folder, GOOD)
    assert (book.name, book.currency, book.close) == ("Book", "USD", date(2022, 2, 4))
    assert book.asset("SPX").observations == (date(2022, 1, 3), date(2022, 1, 4))
    assert book.asset("SPX").chain == (folder / "spx.csv").resolve()
    first, second = book.positions
    assert (first.weights, first.settlement, first.residual) == ((0.6, 0.4), "AM", "other")
    assert (second.strike, second.settlement, second.premium) == (-0.02, "PM", 12000.0)
    assert first.target.value([[1.2, 1.1]])[0] == pytest.approx(0.6 * 1.2 + 0.4 * 1.1 - 1.05)
    assert second.target.value([[1.0, 1.1]])[0] == pytest.approx(-0.02 + 0.1)
    assert book.method.radius == MultipleOfLeast(2.0)
    assert book.method.divergence == CressieRead(1.5)
    assert book.method.correlation == ((1.0, 0.5), (0.5, 1.0))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("radius = 0.01", Radius(0.01)),
        ("quote_noise_level = 0.9", QuoteNoise(0.9)),
    ],
)
def test_a_radius_is_a_number_or_a_rule(folder, line, expected):
    assert load(folder, GOOD.replace("radius_multiple = 2.0", line)).method.radius == expected


@pytest.mark.parametrize("name", ["index_baskets", "fund_baskets"])
def test_the_books_of_the_project_are_good(name):
    book = Portfolio.load(ROOT / "data" / "portfolios" / f"{name}.toml")
    assert sum(position.notional for position in book.positions) == pytest.approx(1e9)


FIRST_EXPIRY = "expiry = 2022-03-18\nnotional = 1e6"

BAD = {
    "unknown asset": ('assets = ["SPX", "NDX"]', 'assets = ["SPX", "DAX"]', "among SPX, NDX"),
    "asset twice in a position": ('"SPX", "NDX"]', '"SPX", "SPX"]', "once; 'SPX' comes twice"),
    "shares": ("[0.6, 0.4]", "[0.6, 0.5]", "sum to 1 .* they sum to 1.1"),
    "negative share": ("[0.6, 0.4]", "[1.4, -0.4]", "shares > 0"),
    "one share": ("[0.6, 0.4]", "[1.0]", "2 finite numbers for shares"),
    "no shares": ("shares = [0.6, 0.4]\n", "", "for shares; got nothing"),
    "both": ("[0.6, 0.4]", "[0.6, 0.4]\nweights = [1, 1]", "shares or weights; got both"),
    "zero weights": ("[1.0, -1.0]", "[0, 0.0]", "not all zero"),
    "negative notional": ("1e6", "-1e6", "finite number > 0 for notional; got -1000000.0"),
    "no number": ("1e6", "nan", "finite number > 0 for notional; got nan"),
    "infinity": ("1e6", "inf", "for notional; got inf"),
    "truth as number": ("1e6", "true", "for notional; got True"),
    "huge integer": ("1e6", "1" + "0" * 400, "for notional; got 1000"),
    "huger integer": ("1e6", "1" + "0" * 5000, "one line|TOML|a int"),
    "negative strike": ("strike = 1.05", "strike = -1", ">= 0 for strike"),
    "past expiry": (FIRST_EXPIRY, FIRST_EXPIRY.replace("03-18", "02-04"), "after the close"),
    "timed expiry": (FIRST_EXPIRY, FIRST_EXPIRY.replace("18", "18T10:00:00"), "a day such as"),
    "expiry no day": (FIRST_EXPIRY, FIRST_EXPIRY.replace("2022-03-18", "'?'"), "expected a day"),
    "side": ('"short"', '"sold"', "one of long, short for side"),
    "payoff of several": ('payoff = "call"', 'payoff = "digital"', "one of call, put for payoff"),
    "unknown key": ("premium", "premum", "got 'premum'"),
    "unknown top key": ('settlement = "AM"', 'valuer = 1', "got 'valuer'"),
    "position twice": ('name = "Spread"', 'name = "Call"', "'Call' comes twice"),
    "asset twice": ('name = "NDX"', 'name = "SPX"', "'SPX' comes twice"),
    "missing chain": ("spx.csv", "dax.csv", "expected a file for chain"),
    "folder as chain": ("spx.csv", "inner", "expected a file for chain"),
    "leaving the folder": ('"spx.csv"', '"../spx.csv"', "leads out of it"),
    "absolute path": ('"spx.csv"', '"/etc/passwd"', "leads out of it"),
    "null in a path": ('"spx.csv"', '"a\\u0000b"', "expected a path"),
    "no chain": ('chain = "ndx.csv"', "", "chain, a path, or dataset"),
    "unknown dataset": ('chain = "ndx.csv"', 'dataset = "chains/none"', "registered dataset"),
    "observations twice": ("days.csv", "twice.csv", "2022-01-03 comes twice"),
    "observations backwards": ("days.csv", "back.csv", "2022-01-03 comes after 2022-01-04"),
    "observations no days": ("days.csv", "words.csv", "got 'yesterday'"),
    "no observations": ("days.csv", "empty.csv", "it is empty"),
    "observations no text": ("days.csv", "binary.csv", "CSV file of days"),
    "radius twice": ("radius_multiple = 2.0", "radius = 1\nradius_multiple = 2.0", "got radius, "),
    "no radius": ("radius_multiple = 2.0\n", "", "has no default.* got none"),
    "small multiple": ("radius_multiple = 2.0", "radius_multiple = 0.5", ">= 1"),
    "divergence": ("cressie-read:1.5", "cressie-read:1", "for divergence"),
    "points": ("1024", "1000", "a power of two"),
    "correlation of three": ("[[1.0, 0.5], [0.5, 1.0]]", "[[1.0]]", "a matrix of 2 x 2"),
    "no correlation": ("[0.5, 1.0]]", "[0.4, 1.0]]", "correlation:"),
    "impossible correlation": ("[[1.0, 0.5], [0.5, 1.0]]", "1.5", "correlation"),
    "line break in a name": ('"Book"', '"Bo\\nok"', "a text of one line"),
    "long name": ('"Book"', '"' + "b" * 81 + '"', "at most 80"),
    "no positions": ("[[position]]", "[[positions]]", "position"),
    "not TOML": ("[method]", "[method", "TOML"),
    "deep tables": ("points = 1024", "points = " + "[" * 3000, "TOML"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_in_one_line(folder, case):
    before, after, said = BAD[case]
    assert before in GOOD
    with pytest.raises(DataError, match=said) as caught:
        load(folder, GOOD.replace(before, after, 1))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_same_position_under_two_names_is_refused(folder):
    again = GOOD.split("[[position]]")[1].replace('"Call"', '"Another call"')
    text = GOOD.replace("[method]", f"[[position]]{again}\n[method]")
    with pytest.raises(DataError, match="booked twice"):
        load(folder, text)


def test_an_asset_without_position_is_refused(folder):
    idle = '[[asset]]\nname = "DAX"\nchain = "ndx.csv"\n\n[[position]]'
    text = GOOD.replace("[[position]]", idle, 1).replace(
        "correlation = [[1.0, 0.5], [0.5, 1.0]]", "correlation = 0.5"
    )
    with pytest.raises(DataError, match="none is on DAX"):
        load(folder, text)


def test_a_link_that_leaves_the_folder_is_refused_and_a_root_allows_it(folder, tmp_path):
    outside = tmp_path / "spx.csv"
    outside.write_text("quotes\n")
    link = folder / "link.csv"
    if not link.exists():
        link.symlink_to(outside)
    text = GOOD.replace('"spx.csv"', '"link.csv"')
    with pytest.raises(DataError, match="leads out of it"):
        load(folder, text)
    book = load(folder, text, root=Path(folder.anchor))
    assert book.asset("SPX").chain == outside.resolve()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingData, match="does not exist"):
        Portfolio.load(tmp_path / "none.toml")
    with pytest.raises(DataError, match="TOML"):
        Portfolio.load(tmp_path)


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(string.printable, max_size=12),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.lists(st.one_of(st.floats(), st.text(max_size=3), st.integers(-9, 9)), max_size=4),
    st.lists(st.lists(st.floats(), max_size=3), max_size=3),
)


def one_line(read):
    """Whether a portfolio is read, or refused in one line."""
    try:
        return isinstance(read(), Portfolio)
    except RmotError as error:
        return "\n" not in str(error)


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 200), value=VALUES.filter(lambda v: v is not None))
def test_any_value_at_any_key_is_read_or_refused(folder, place, value):
    lines: list[str] = list(GOOD.splitlines())
    keys = [at for at, line in enumerate(lines) if " = " in line]
    at = keys[place % len(keys)]
    lines[at] = f"{lines[at].split(' = ')[0]} = {toml(value)}"
    assert one_line(lambda: load(folder, "\n".join(lines)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=60), cut=st.integers(0, len(GOOD)))
def test_any_bytes_are_read_or_refused(folder, junk, cut):
    path = folder / "junk.toml"
    path.write_bytes(GOOD[:cut].encode() + junk + GOOD[cut:].encode())
    assert one_line(lambda: Portfolio.load(path))
