"""A table of results as the page carries it: the CSV file, gzipped, and which data it is of."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import struct
from dataclasses import dataclass

from rmot.errors import DataError

# Bytes of a CSV file beyond which the page carries its first rows alone.
LARGEST = 4_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Packed:
    """A CSV file, gzipped and in base64.

    Attributes
    ----------
    content : str
    rows, columns : int
        Of the file.
    carried : int
        Rows that the page has: all, unless the file is very large.
    kinds : tuple of str
        All values of the column ``data``: real, synthetic, drawn or printed.
    hashes : tuple of str
        All hashes of data.
    """

    content: str
    rows: int
    columns: int
    carried: int
    kinds: tuple[str, ...]
    hashes: tuple[str, ...]


def pack(name: str, content: bytes, largest: int = LARGEST) -> Packed:
    """Pack a CSV file; the same bytes for the same table.

    Raises
    ------
    DataError
        It is not a table with a line of names.
    """
    names, *lines = list(csv.reader(io.StringIO(content.decode("utf-8")))) or [[]]
    if not any(names) or any(len(line) != len(names) for line in lines):
        raise DataError(f"expected a line of names in {name}, and rows as long; got other lines")
    columns = {each: sorted({line[place] for line in lines}) for place, each in enumerate(names)}
    carried = len(lines)
    if len(content) > largest:
        carried = len(lines) * largest // len(content)
        shorter = io.StringIO()
        csv.writer(shorter, lineterminator="\n").writerows([names, *lines[:carried]])
        content = shorter.getvalue().encode("utf-8")
    return Packed(
        base64.b64encode(gzip.compress(content, mtime=0)).decode("ascii"),
        len(lines),
        len(names),
        carried,
        tuple(columns.get("data", ())),
        tuple(sorted({each for words in columns.get("data_sha256", ()) for each in words.split()})),
    )


def png_size(name: str, content: bytes) -> tuple[int, int]:
    """Read width and height of a PNG file, in pixels.

    Raises
    ------
    DataError
        It is not a PNG file.
    """
    if not content.startswith(_PNG) or len(content) < 24:
        raise DataError(f"expected a PNG file in {name}; it begins with {content[:8]!r}")
    width, height = struct.unpack(">II", content[16:24])
    return width, height
