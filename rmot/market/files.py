"""Text of a data file, gzipped or plain, with one clear error for whatever is wrong with it."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

from rmot.errors import DataError, MissingData

GZIP_MAGIC = b"\x1f\x8b"


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
        content = gzip.decompress(raw) if raw.startswith(GZIP_MAGIC) else raw
        text = content.decode("utf-8-sig")
    except EOFError:
        raise DataError(f"{path.name}: the gzip stream is cut off") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path.name}: the gzip stream is damaged; {error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: expected UTF-8 text; {error.reason}") from None
    if not text.strip():
        raise DataError(f"{path.name}: the file is empty")
    return text
