"""Tables are carried whole, or as far as the page has room, and say how far."""

import base64
import csv
import gzip
import io

from paper.report.tables import pack

TABLE = "name,value,data,data_sha256\n" + "".join(f'"a, {n}",{n},real,cd ab\n' for n in range(100))


def test_small_tables_are_carried_byte_for_byte():
    packed = pack("t", TABLE.encode())
    assert gzip.decompress(base64.b64decode(packed.content)) == TABLE.encode()
    assert (packed.rows, packed.columns, packed.carried) == (100, 4, 100)
    assert (packed.kinds, packed.hashes) == (("real",), ("ab", "cd"))


def test_large_tables_are_cut_behind_a_row():
    packed = pack("t", TABLE.encode(), largest=len(TABLE) // 4)
    text = gzip.decompress(base64.b64decode(packed.content)).decode()
    assert TABLE.startswith(text)
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert len(rows) == packed.carried == 25
    assert rows[-1][0] == "a, 24"
    assert packed.rows == 100


def test_a_table_may_have_no_rows():
    packed = pack("t", b"name,value\n")
    assert (packed.rows, packed.carried, packed.kinds) == (0, 0, ())
