"""Writes files as one ``.tar.gz`` whose bytes follow from names and contents alone.

Names are sorted, times are one, owners are none, and neither gzip nor tar says when or by whom it
was written (POSIX.1-1988 "ustar" headers; RFC 1951 and 1952). Gzip's comment is the SHA-256 of all
bytes after it: its own checksum is of what is unpacked, and the same can be packed in many ways.
The compressed bytes are zlib's, and may differ where another version compresses otherwise; what
they unpack to does not.
"""

from __future__ import annotations

import hashlib
import struct
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from rmot.errors import DataError

LARGEST = 2**29
"""Bytes of a whole archive, unpacked: more than this no verifier unpacks."""

MOST = 20_000
"""Files of an archive."""

BLOCK = 512
# Deflate, with a comment, no time, best compression, no system.
_HEAD = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x02\xff"


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_bundle(
    handle: IO[bytes], root: str, contents: Iterable[tuple[str, bytes]], time: int
) -> None:
    """Write files under one folder.

    Parameters
    ----------
    handle : binary file
        One that can go back: the head is written last.
    root : str
        The folder that all files lie in.
    contents : iterable of (str, bytes)
        Names relative to it, in order, and what is in them.
    time : int
        Seconds since 1970, of all files.

    Raises
    ------
    DataError
        A name is too long for the format.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    digest, check, size = hashlib.sha256(), 0, 0

    def keep(part: bytes) -> None:
        digest.update(part)
        handle.write(part)

    start = handle.tell()
    handle.write(_head(digest.hexdigest()))
    for block in _blocks(root, contents, time):
        check, size = zlib.crc32(block, check), size + len(block)
        keep(packer.compress(block))
    keep(packer.flush())
    keep(struct.pack("<II", check, size % 2**32))
    handle.seek(start)
    handle.write(_head(digest.hexdigest()))


def _head(digest: str) -> bytes:
    return _HEAD + digest.encode() + b"\0"


def _blocks(root: str, contents: Iterable[tuple[str, bytes]], time: int) -> Iterable[bytes]:
    for name, content in contents:
        info = tarfile.TarInfo(f"{root}/{name}")
        info.size, info.mtime = len(content), time
        # What begins as a script can be run once unpacked.
        info.mode = 0o755 if content.startswith(b"#!") else 0o644
        try:
            yield info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
        except ValueError as error:
            raise DataError(f"expected a name that tar can hold; {name!r}: {error}") from None
        yield content + bytes(-len(content) % BLOCK)
    yield bytes(2 * BLOCK)


def manifest(hashes: Mapping[str, str]) -> bytes:
    """Return the lines that ``sha256sum --check`` reads, sorted by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()
