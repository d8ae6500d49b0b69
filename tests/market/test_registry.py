import gzip
import hashlib
import subprocess
import sys

import pytest

from rmot.errors import DataError, MissingData
from rmot.market import registry
from rmot.market.registry import data_root, datasets, describe, locate, sha256, verify

ORIGINAL = b"strike,bid\n100,1.5\n"
ROW = """
[[dataset]]
id = "{id}"
path = "{id}.csv.gz"
repository = "someone/something"
source_path = "{id}.csv"
commit = "0123456789012345678901234567890123456789"
licence = "none stated"
description = "a table"
range = "2022-02-04"
stored = "gzip"
how = "byte-identical, gzipped"
sha256 = "{sha256}"
content_sha256 = "{content}"
reader = "cboe"
"""


@pytest.fixture
def small_registry(tmp_path, monkeypatch):
    """Register one gzipped table under a data root of its own; return the stored file."""
    root = tmp_path / "data"
    root.mkdir()
    stored = root / "table.csv.gz"
    stored.write_bytes(gzip.compress(ORIGINAL, mtime=0))
    toml = tmp_path / "registry.toml"
    toml.write_text(
        ROW.format(
            id="table",
            sha256=hashlib.sha256(stored.read_bytes()).hexdigest(),
            content=hashlib.sha256(ORIGINAL).hexdigest(),
        )
    )
    monkeypatch.setattr(registry, "_registry_path", lambda: toml)
    monkeypatch.setenv("RMOT_DATA", str(root))
    return stored


@pytest.fixture
def registry_text(tmp_path, monkeypatch):
    def write(text):
        path = tmp_path / "registry.toml"
        path.write_text(text)
        monkeypatch.setattr(registry, "_registry_path", lambda: path)

    return write


def test_importing_the_room_loads_neither_pandas_nor_numpy():
    code = (
        "import sys, rmot.market, rmot.market.registry; "
        "print(*({'pandas', 'numpy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_every_row_of_the_projects_registry_is_complete_and_consistent():
    table = datasets()
    assert len(table) > 200
    assert len({each.path for each in table.values()}) == len(table)
    for each in table.values():
        assert len(each.sha256) == 64, each.id
        assert len(each.commit) == 40, each.id
        assert each.stored in ("verbatim", "gzip", "converted", "subset"), each.id
        assert (each.content_sha256 is not None) == (each.stored in ("verbatim", "gzip")), each.id
        assert each.stored != "verbatim" or each.content_sha256 == each.sha256, each.id


def test_rmot_data_pointing_nowhere_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setenv("RMOT_DATA", str(tmp_path / "absent"))
    with pytest.raises(MissingData, match="RMOT_DATA") as caught:
        data_root()
    assert "\n" not in str(caught.value)


def test_without_a_data_root_nothing_is_located(monkeypatch, tmp_path):
    monkeypatch.delenv("RMOT_DATA", raising=False)
    monkeypatch.setattr(registry, "_CHECKOUT", tmp_path / "clone")
    assert data_root() is None


def test_a_stored_file_is_real_verified_and_located(small_registry):
    assert locate("table") == small_registry
    assert describe(small_registry) == registry.DataSource("table", sha256(small_registry), "real")
    assert [status.state for status in verify()] == ["ok"]


def test_the_same_original_in_another_gzip_stream_is_still_real(small_registry):
    small_registry.write_bytes(gzip.compress(ORIGINAL, compresslevel=1, mtime=12345))
    assert describe(small_registry).kind == "real"
    assert [status.state for status in verify()] == ["ok"]


def test_an_unpacked_original_under_another_name_is_still_real(small_registry):
    plain = small_registry.with_name("renamed.txt")
    plain.write_bytes(ORIGINAL)
    assert (describe(plain).id, describe(plain).kind) == ("table", "real")


def test_one_changed_byte_is_different_and_unregistered(small_registry):
    small_registry.write_bytes(gzip.compress(ORIGINAL.replace(b"1.5", b"1.6"), mtime=0))
    (status,) = verify(["table"])
    assert (status.state, status.found) == ("different", sha256(small_registry))
    assert status.expected != status.found
    assert describe(small_registry).kind == "unregistered"


def test_a_cut_gzip_is_different_and_not_an_accident(small_registry):
    small_registry.write_bytes(small_registry.read_bytes()[:-6])
    assert [status.state for status in verify()] == ["different"]
    assert describe(small_registry).kind == "unregistered"


def test_an_absent_file_is_missing(small_registry):
    small_registry.unlink()
    (status,) = verify()
    assert (status.state, status.path, status.found) == ("missing", None, None)
    assert locate("table") is None
    with pytest.raises(MissingData, match=r"table\.csv\.gz"):
        describe(small_registry)


def test_an_unknown_id_is_named(small_registry):
    with pytest.raises(DataError, match="'tabel'"):
        locate("tabel")
    with pytest.raises(DataError, match="'tabel'"):
        list(verify(["tabel"]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[dataset", "TOML"),
        ("", "dataset"),
        (ROW.replace('licence = "none stated"\n', ""), "'licence'"),
        (ROW + 'colour = "red"\n', "'colour'"),
        (ROW + ROW, "repeats the id"),
    ],
)
def test_a_bad_registry_is_one_clear_line(registry_text, text, message):
    registry_text(text.format(id="x", sha256="0" * 64, content="0" * 64) if "{" in text else text)
    with pytest.raises(DataError, match=message) as caught:
        datasets()
    assert len(str(caught.value).splitlines()) == 1


def test_real_files_have_their_registered_bytes():
    ids = [f"chains/cboe_20220204/{index}_quotedata" for index in ("spx", "ndx")]
    if any(locate(each) is None for each in ids):
        pytest.skip("the real chains are absent: no data root, or not in it")
    assert [status.state for status in verify(ids)] == ["ok", "ok"]
