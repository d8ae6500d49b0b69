"""Text of a data file, gzipped or plain, with one clear error for whatever is wrong with it."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from pathlib import Path

from rmot.errors import DataError, MissingData

GZIP_MAGIC = b"\x1f\x8b"
LARGEST_EXPANSION = 100
"""Tables of quotes and prices are about three to ten times the size of their gzip."""
UNSUSPICIOUS = 1 << 24
"""Bytes that any gzip stream may unpack to."""


def read_text(path: str | os.PathLike[str], what: str) -> str:
    """Return the text of a file, unpacked where it is gzip.

    Parameters
    ----------
    path : path-like
    what : str
        What was expected there, with its article, for the errors.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file cannot be read, is empty, cut off, damaged or not UTF-8.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise MissingData(f"expected {what} at {path}; there is no such file") from None
    except OSError as error:
        raise DataError(f"{path}: expected a readable file; {error.strerror}") from None
    try:
        text = unpacked(raw, path.name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: expected UTF-8 text; {error.reason}") from None
    if not text.strip():
        raise DataError(f"{path.name}: the file is empty")
    return text


def unpacked(raw: bytes, where: str) -> bytes:
    """Return the content of a file's bytes: what they unpack to where they are gzip.

    Never more than `LARGEST_EXPANSION` times their size, or `UNSUSPICIOUS` bytes if that is more:
    a few kilobytes can unpack to more than there is memory.

    Raises
    ------
    DataError
        The gzip stream is cut off or damaged, or unpacks to more; `where` names the file.
    """
    if not raw.startswith(GZIP_MAGIC):
        return raw
    most = max(UNSUSPICIOUS, LARGEST_EXPANSION * len(raw))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            content = stream.read(most + 1)
    except EOFError:
        raise DataError(f"{where}: the gzip stream is cut off") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{where}: the gzip stream is damaged; {error}") from None
    if len(content) > most:
        raise DataError(
            f"{where}: expected a gzip stream of a text; {len(raw)} bytes unpack to more than "
            f"{most}"
        )
    return content
