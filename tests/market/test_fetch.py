"""Against a server of our own: nothing here asks the network."""

import gzip
import hashlib
import http.server
import sys
import threading
from typing import Any

import pytest

from rmot import cli
from rmot.market import registry
from rmot.market.fetch import fetch
from rmot.market.registry import Dataset, datasets, verify

ORIGINAL = b"strike,bid\n100,1.5\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 19\n"
COMMIT = "0123456789012345678901234567890123456789"


def dataset(name, stored: Any = "gzip"):
    digest = hashlib.sha256(ORIGINAL).hexdigest()
    return Dataset(
        id=f"set/{name}",
        path=f"set/{name}.csv" + (".gz" if stored == "gzip" else ""),
        repository="someone/something",
        source_path=f"a folder/{name}.csv",
        commit=COMMIT,
        licence="none stated",
        description="a table",
        range="2022-02-04",
        stored=stored,
        how="byte-identical",
        sha256=digest if stored == "verbatim" else "0" * 64,
        reader="cboe",
        content_sha256=digest if stored in ("gzip", "verbatim") else None,
    )


class Server(http.server.ThreadingHTTPServer):
    """Serves `pages`, path to bytes; a page that is `cut` promises more than it sends."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        assert isinstance(self.server, Server)
        self.server.asked.append(self.path)
        found = self.server.pages.get(self.path)
        if found is None:
            self.send_error(404)
            return
        self.send_response(200)
        more = 100 if self.path in self.server.cut else 0
        self.send_header("Content-Length", str(len(found) + more))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, format, *args):  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def server():
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def page(name, media=""):
    return f"{media}/someone/something/{COMMIT}/a%20folder/{name}.csv"


def states(found):
    return [(each.id, each.state) for each in found]


@pytest.mark.parametrize("stored", ["gzip", "verbatim"])
def test_a_file_is_stored_as_the_registry_says_and_verified(server, tmp_path, stored):
    server.pages[page("good")] = ORIGINAL
    wanted = dataset("good", stored)
    assert states(fetch([wanted], tmp_path, server.url)) == [("set/good", "fetched")]
    content = (tmp_path / wanted.path).read_bytes()
    assert (gzip.decompress(content) if stored == "gzip" else content) == ORIGINAL
    assert registry.holds(wanted, tmp_path / wanted.path)


def test_the_same_content_makes_the_same_stream(server, tmp_path):
    server.pages[page("good")] = ORIGINAL
    for name in ("one", "two"):
        list(fetch([dataset("good")], tmp_path / name, server.url))
    one, two = ((tmp_path / name / "set/good.csv.gz").read_bytes() for name in ("one", "two"))
    assert one == two


def test_what_is_right_already_is_not_asked_for(server, tmp_path):
    server.pages[page("good")] = ORIGINAL
    path = tmp_path / "set/good.csv.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(ORIGINAL, compresslevel=1, mtime=77))
    before = path.read_bytes()
    assert states(fetch([dataset("good")], tmp_path, server.url)) == [("set/good", "present")]
    assert (server.asked, path.read_bytes()) == ([], before)


def test_a_wrong_file_is_replaced(server, tmp_path):
    server.pages[page("good")] = ORIGINAL
    path = tmp_path / "set/good.csv.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(ORIGINAL)[:-4])
    assert states(fetch([dataset("good")], tmp_path, server.url)) == [("set/good", "fetched")]
    assert gzip.decompress(path.read_bytes()) == ORIGINAL


def test_each_failure_is_named_and_the_others_go_on(server, tmp_path):
    server.pages |= {page("wrong"): b"other", page("cut"): ORIGINAL, page("good"): ORIGINAL}
    server.cut.add(page("cut"))
    wanted = [dataset(name) for name in ("wrong", "absent", "cut", "good")]
    found = list(fetch(wanted, tmp_path, server.url))
    assert [each.state for each in found] == ["failed", "failed", "failed", "fetched"]
    for each, why in zip(found, ("sha256", "404", "cut off after 19 bytes", ""), strict=True):
        assert why in each.detail
        assert "\n" not in each.detail
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["good.csv.gz"]


def test_a_pointer_to_large_file_storage_is_followed(server, tmp_path):
    server.pages |= {page("big"): POINTER, page("big", "/media"): ORIGINAL}
    assert states(fetch([dataset("big")], tmp_path, server.url)) == [("set/big", "fetched")]
    assert server.asked == [page("big"), page("big", "/media")]


@pytest.mark.parametrize("stored", ["converted", "subset"])
def test_what_the_repository_has_otherwise_is_skipped_with_the_reason(server, tmp_path, stored):
    (found,) = fetch([dataset("odd", stored)], tmp_path, server.url)
    assert (found.state, server.asked) == ("skipped", [])
    assert "byte for byte" in found.detail
    assert stored in found.detail


def test_nobody_at_the_address_is_a_failure(tmp_path):
    (found,) = fetch([dataset("good")], tmp_path, "http://127.0.0.1:9")
    assert found.state == "failed"
    assert "127.0.0.1:9" in found.detail


@pytest.fixture
def rmot(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["rmot", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def small_registry(monkeypatch):
    wanted = [dataset("good"), dataset("absent"), dataset("odd", "subset")]
    table = {each.id: each for each in wanted}
    monkeypatch.setattr(registry, "_load", lambda _: table)


def test_the_command_fetches_into_the_data_root(
    small_registry, server, rmot, tmp_path, monkeypatch
):
    server.pages[page("good")] = ORIGINAL
    monkeypatch.setenv("RMOT_DATA", str(tmp_path / "new"))
    monkeypatch.setenv("RMOT_DATA_URL", server.url)
    status, out, _ = rmot("data", "fetch", "set/good", "--csv")
    assert (status, out.splitlines()[1].split(",")[:2]) == (0, ["set/good", "fetched"])
    assert [each.state for each in verify(["set/good"])] == ["ok"]


def test_the_command_ends_with_status_1_if_one_fails(small_registry, server, rmot, tmp_path):
    server.pages[page("good")] = ORIGINAL
    status, _, err = rmot("data", "fetch", "--output", tmp_path / "x", "--url", server.url)
    assert status == 1
    assert "failed: set/absent" in err
    assert "404" in err
    assert "skipped: set/odd" in err
    assert (tmp_path / "x/set/good.csv.gz").is_file()


def test_a_skipped_file_is_no_failure(small_registry, server, rmot, tmp_path):
    assert rmot("data", "fetch", "set/odd", "--output", tmp_path, "--url", server.url)[0] == 0


def test_a_name_that_is_neither_dataset_nor_ticker_is_one_line(small_registry, rmot, tmp_path):
    status, _, err = rmot("data", "fetch", "set/goood", "--output", tmp_path)
    assert (status, len(err.splitlines())) == (2, 1)
    assert "set/goood" in err


def test_a_ticker_without_yfinance_names_the_extra(small_registry, rmot, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    status, _, err = rmot("data", "fetch", "SPY", "--output", tmp_path)
    assert status == 1
    assert "rmot[live]" in err


def test_every_registered_file_can_be_fetched_or_says_why_not():
    for each in datasets().values():
        assert each.repository.count("/") == 1, each.id
        assert not each.source_path.startswith("/"), each.id
        assert not each.path.startswith(("/", "..")), each.id
