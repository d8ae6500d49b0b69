"""Makes an archive: sources, results, what describes them, and the hash of each file.

Files are read twice, once to hash and once to pack, so that one that changes meanwhile is found.
What comes out depends on their bytes, the commit and its time alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from rmot.artifact.archive.bundle import LARGEST, MOST, manifest, sha256_of, write_bundle
from rmot.artifact.archive.metadata import (
    deposits,
    needed_data,
    read_citation,
    registered_hashes,
)
from rmot.artifact.archive.results import require_complete, result_files
from rmot.artifact.archive.sources import (
    DESCRIPTION,
    MADE,
    MANIFEST,
    Sources,
    is_inside,
    project_sources,
)
from rmot.artifact.files import atomic_write
from rmot.artifact.profiles import results_folder
from rmot.errors import DataError, RmotError


@dataclass(frozen=True)
class Archive:
    """What was written.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the whole file: what a reader compares with the record of the deposit.
    files, size : int
        How many files are in it, and its bytes.
    commit, results_commit : str
        Of the sources, and of the sources that the results were made with.
    profile : str
    data : int
        Files of data that its results rest on, none of which is in it.
    """

    path: Path
    sha256: str
    files: int
    size: int
    commit: str
    results_commit: str
    profile: str
    data: int


def make_archive(project: Path, results: Path, output: Path) -> Archive:
    """Write sources and results of a project as one ``.tar.gz``.

    Parameters
    ----------
    project : Path
        A checkout, or an unpacked archive.
    results : Path
        What ``./reproduce`` made there, of one profile.
    output : Path
        Written whole or not at all.

    Raises
    ------
    MissingData
        Results or sources are absent or incomplete; the message names what is not there.
    DataError
        A file is no plain file, changes while it is read, or holds registered market data; the
        results are of another lock file or version; `output` lies in what is packed, or cannot be
        written.
    """
    try:
        return _make(project, results, output)
    except RmotError:
        raise
    except OSError as error:
        raise DataError(f"expected to read all files and write {output}; {error}") from None


def _make(project: Path, results: Path, output: Path) -> Archive:
    sources = project_sources(project)
    provenance = require_complete(project, sources.files, results)
    citation = read_citation(project / "CITATION.cff")
    if provenance.get("rmot") != citation["version"]:
        made = provenance.get("rmot")
        raise DataError(f"expected results of version {citation['version']}; got {made}")
    files = _files(project, results, sources, str(provenance.get("profile")))
    _require_outside(output, results, files)
    hashes = _hashes(files, registered_hashes(project))
    described = {
        "archive": 1,
        "name": "rmot",
        "version": citation["version"],
        "commit": sources.commit,
        "time": sources.time,
        "profile": provenance["profile"],
        "results_commit": str(provenance.get("commit")),
        "data": needed_data(provenance),
        "absent_data": provenance.get("absent_data", []),
    }
    made = {DESCRIPTION: described, **deposits(project, citation)}
    texts = {name: _json(value) for name, value in made.items()}
    hashes |= {name: sha256(text).hexdigest() for name, text in texts.items()}
    texts[MANIFEST] = manifest(hashes)
    contents = _contents(files, hashes, texts)
    with atomic_write(output, "wb") as handle:
        write_bundle(handle, f"rmot-{citation['version']}", contents, sources.time)
        if _files(project, results, project_sources(project), provenance["profile"]) != files:
            raise DataError("expected files to stay as they are; some came or went meanwhile")
    return Archive(
        output,
        sha256_of(output),
        len(hashes) + 1,
        output.stat().st_size,
        sources.commit,
        described["results_commit"],
        described["profile"],
        len(described["data"]),
    )


def _files(project: Path, results: Path, sources: Sources, profile: str) -> dict[str, Path]:
    """Return where each file lies, by its name in the archive."""
    folder = results_folder(profile).as_posix()
    files = {name: project / name for name in sources.files}
    files |= {f"{folder}/{name}": results / name for name in result_files(results)}
    for name, path in files.items():
        if not is_inside(name) or name in (*MADE, MANIFEST):
            raise DataError(f"expected a name that can be unpacked anywhere; got {name!r}")
        if path.is_symlink() or not path.is_file():
            raise DataError(f"expected {path} to be a plain file; it is none, or gone")
    if len(files) >= MOST:
        raise DataError(f"expected fewer than {MOST} files; got {len(files)}")
    return files


def _require_outside(output: Path, results: Path, files: Mapping[str, Path]) -> None:
    target = output.resolve()
    if target.is_dir():
        raise DataError(f"expected the name of a file as output; {output} is a folder")
    packed = {path.resolve() for path in files.values()}
    if target in packed or results.resolve() in target.parents:
        raise DataError(f"expected an output beside what is packed; {output} lies in it")


def _hashes(files: Mapping[str, Path], registered: Mapping[str, str]) -> dict[str, str]:
    hashes, total = {}, 0
    for name, path in files.items():
        hashes[name], total = sha256_of(path), total + path.stat().st_size
        if hashes[name] in registered:
            raise DataError(
                f"expected no market data in an archive; {path} is {registered[hashes[name]]}"
            )
    # Headers and padding take up to two blocks a file.
    if total + 1024 * (len(files) + 8) > LARGEST:
        raise DataError(f"expected at most {LARGEST} bytes of files; got {total}")
    return hashes


def _contents(
    files: Mapping[str, Path], hashes: Mapping[str, str], texts: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    for name in sorted({*files, *texts}):
        content = texts[name] if name in texts else files[name].read_bytes()
        if name in files and sha256(content).hexdigest() != hashes[name]:
            raise DataError(f"expected {files[name]} to stay as it is; it changed while read")
        yield name, content


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return f"{text}\n".encode()
