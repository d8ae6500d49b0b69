import gzip
from datetime import date

import pytest

from rmot.errors import DataError, MissingData
from rmot.market import read_chain
from rmot.market.clock import NEW_YORK


def one_line(caught):
    return len(str(caught.value).splitlines()) == 1


def test_gzipped_and_plain_files_give_the_same_chain(write_chain):
    plain, packed = read_chain(write_chain("a.csv")), read_chain(write_chain("a.csv.gz"))
    assert plain.quotes.equals(packed.quotes)
    assert (plain.underlying, plain.spot, plain.snapshot) == (
        packed.underlying,
        packed.spot,
        packed.snapshot,
    )


def test_the_columns_are_those_of_the_contract(write_chain):
    chain = read_chain(write_chain())
    assert chain.quotes.columns.tolist() == [
        *("expiry", "root", "settlement", "strike", "is_call", "bid", "ask"),
        *("last", "volume", "open_interest"),
    ]
    assert chain.snapshot.tzinfo is NEW_YORK
    assert set(chain.quotes["expiry"]) == {date(2022, 3, 4), date(2022, 3, 18)}


def test_a_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(MissingData, match=r"absent\.csv") as caught:
        read_chain(tmp_path / "absent.csv")
    assert one_line(caught)


def test_a_folder_is_one_clear_line(tmp_path):
    with pytest.raises(DataError, match="readable file") as caught:
        read_chain(tmp_path)
    assert one_line(caught)


@pytest.mark.parametrize("removed", [1, 8, 200])
def test_a_truncated_gzip_is_one_clear_line(write_chain, removed):
    path = write_chain("a.csv.gz")
    path.write_bytes(path.read_bytes()[:-removed])
    with pytest.raises(DataError, match="cut off") as caught:
        read_chain(path)
    assert one_line(caught)


def test_a_damaged_gzip_is_one_clear_line(write_chain):
    path = write_chain("a.csv.gz")
    raw = bytearray(path.read_bytes())
    raw[-6] ^= 0xFF  # in the check sum
    path.write_bytes(raw)
    with pytest.raises(DataError, match="damaged") as caught:
        read_chain(path)
    assert one_line(caught)


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_one_clear_line(tmp_path, content):
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match="empty") as caught:
        read_chain(path)
    assert one_line(caught)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"{}", b"\xff\xfe\x00binary"])
def test_an_unknown_format_is_one_clear_line(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"known format|UTF-8") as caught:
        read_chain(path)
    assert one_line(caught)
