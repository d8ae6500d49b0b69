"""Read an archive with the standard library alone, and take each byte at its checksum.

    python proofs_check/verify.py rmot-archive.tar.gz

The whole is taken into memory, within limits, and nothing is written. Its head has the SHA-256 of
the rest. Tar's headers and padding are those that names, contents and one time give; names stay in
one folder and are sorted. Each file has the SHA-256 that `MANIFEST.sha256` says, which lists all
others and no more. Who packs anew can make all of these agree: compare the hash of the whole with
that of the deposit.
"""

import hashlib
import json
import sys
import tarfile
import tomllib
import zlib
from pathlib import Path, PurePosixPath
from runpy import run_path

HEAD = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x02\xff"
LARGEST, MOST, BLOCK = 2**29, 20_000, 512
MANIFEST, DESCRIPTION = "MANIFEST.sha256", "ARCHIVE.json"

FAULTS = (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError)


class Rejected(ArithmeticError):
    """An archive is not as it was made."""


def _require(condition, message):
    if not condition:
        raise Rejected(message)


def _unpacked(packed):
    """Undo gzip (RFC 1951 and 1952), whose comment is the SHA-256 of all that follows it."""
    _require(packed[: len(HEAD)] == HEAD, "not an archive, or its first bytes are damaged")
    start = len(HEAD) + 65
    rest = packed[start:]
    digest = hashlib.sha256(rest).hexdigest().encode()
    _require(
        packed[len(HEAD) : start] == digest + b"\0", "damaged or cut short: its sha256 differs"
    )
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = unpack.decompress(rest, LARGEST + 1)
    except zlib.error as fault:
        raise Rejected(f"damaged: {fault}") from None
    _require(len(whole) <= LARGEST, f"more than {LARGEST} bytes unpacked")
    checks = zlib.crc32(whole).to_bytes(4, "little") + len(whole).to_bytes(4, "little")
    _require(unpack.eof and unpack.unused_data == checks, "gzip's checksum or length differs")
    return whole


def _is_inside(name):
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and ":" not in name
    return plain and len(parts) > 1 and not {"", ".", ".."} & set(parts)


def _members(whole):
    """Yield name, time and content of each file; a header must be the one that these three give."""
    place = 0
    while any(header := whole[place : place + BLOCK]):
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        except (tarfile.TarError, ValueError) as fault:
            raise Rejected(f"a damaged header at byte {place}: {fault}") from None
        _require(_is_inside(info.name), f"{info.name!r} leads out of the archive's folder")
        _require(info.type == tarfile.REGTYPE, f"{info.name} is no plain file")
        end = place + BLOCK + info.size
        _require(info.size >= 0 and end <= len(whole), f"{info.name} is cut short")
        content = whole[place + BLOCK : end]
        plain = tarfile.TarInfo(info.name)
        plain.size, plain.mtime = info.size, info.mtime
        plain.mode = 0o755 if content.startswith(b"#!") else 0o644
        try:
            wanted = plain.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
        except ValueError as fault:
            raise Rejected(f"{info.name}: {fault}") from None
        _require(header == wanted, f"{info.name} has another header than a plain file of its name")
        place = end + -end % BLOCK
        _require(not any(whole[end:place]), f"bytes after the end of {info.name}")
        yield info.name, info.mtime, content
    _require(len(whole) == place + 2 * BLOCK and not any(whole[place:]), "the archive ends badly")


def _listed(text):
    hashes = {}
    *lines, end = text.decode("utf-8").split("\n")
    _require(not end, f"{MANIFEST} does not end with a line")
    for line in lines:
        digest, space, name = line.partition("  ")
        _require(space and len(digest) == 64 and name not in hashes, f"{MANIFEST}: {line!r}")
        hashes[name] = digest
    return hashes


def read(path):
    """Return the content of each file of an archive, by its name in the archive's folder."""
    _require(path.stat().st_size <= LARGEST, f"more than {LARGEST} bytes")
    return contents(path.read_bytes())


def contents(packed):
    """Return what `read` does, of bytes; raise Rejected with what is wrong."""
    files, times, last = {}, set(), ("", "")
    for whole_name, time, content in _members(_unpacked(packed)):
        root, _, name = whole_name.partition("/")
        _require(not files or root == last[0], f"{whole_name} is in another folder than {last[0]}")
        _require(not files or name > last[1], f"{whole_name} is not in its order, or there twice")
        files[name], last = content, (root, name)
        times.add(time)
        _require(len(files) <= MOST, f"more than {MOST} files")
    _require(MANIFEST in files, f"{MANIFEST} is missing")
    listed = _listed(files[MANIFEST])
    for name, digest in listed.items():
        _require(name in files, f"{name} is missing")
        _require(hashlib.sha256(files[name]).hexdigest() == digest, f"{name} is not of its sha256")
    for name in files:
        _require(name in listed or name == MANIFEST, f"{name} is not in {MANIFEST}")
    _require(DESCRIPTION in listed, f"{DESCRIPTION} is missing")
    _require(times == {json.loads(files[DESCRIPTION])["time"]}, "times differ from the archive's")
    return files


class Member:
    """A file of an archive, as what reads files on disk takes it."""

    def __init__(self, name, content):
        self.name, self.content = name, content

    def __str__(self):
        return self.name

    def read_text(self, encoding):
        """Return what is in it."""
        return self.content.decode(encoding)


def opened(paths, counts):
    """Return the ledger and the certificates of an archive whose checksums and JSON are right.

    Hedges at two dates are verified here. Exit 1 names what is faulty.
    """
    place = paths[0]
    of_two_dates = run_path(str(Path(__file__).with_name("verify_two_dates.py")))["holds"]
    counts |= {"two_dates": 0, "files": 0, "sha256": ""}
    try:
        _require(len(paths) == 1, "expected one archive alone")
        files = read(place)
        counts["files"] = len(files)
        counts["sha256"] = hashlib.sha256(place.read_bytes()).hexdigest()
        own = ("proofs_check/claims/", "proofs_check/tables/hashes.toml")
        told = [tomllib.loads(files[name].decode()) for name in files if name.startswith(own)]
        claims = [item for each in told for item in each.pop("claims", [])]
        ledger = {"claims": claims, "tables": {key: each[key] for each in told for key in each}}
        members = []
        for name in filter(lambda name: name.startswith("results/"), files):
            if any(map(PurePosixPath(name).match, ("claims/*.json", "bounds/*.json"))):
                place = f"{paths[0]}: {name}"
                members.append(Member(place, files[name]))
                whole = json.loads(files[name])
                _require(isinstance(whole, dict), "not of the form of certificates")
                for item in whole.get("two_dates", []):
                    _require(of_two_dates(item), f"{item.get('name')}: the bound does not hold")
                    counts["two_dates"] += 1
    except FAULTS as fault:
        sys.exit(f"{place}: {fault}")
    return ledger, members
