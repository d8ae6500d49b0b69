"""Knows which files are the project's sources, of which commit they are, and of which time.

In a checkout that is what git tracks; in an unpacked archive what its manifest lists.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rmot.artifact.archive.bundle import sha256_of
from rmot.artifact.files import read_json
from rmot.errors import DataError, MissingData

MANIFEST = "MANIFEST.sha256"
"""A line ``HASH  NAME`` for every other file, as ``sha256sum --check`` reads it."""

DESCRIPTION = "ARCHIVE.json"
MADE = (DESCRIPTION, ".zenodo.json", "datacite.json")
"""What an archive has beside sources and results."""


@dataclass(frozen=True)
class Sources:
    """The sources of a project.

    Attributes
    ----------
    files : tuple of str
        Relative to the project, with slashes.
    commit : str
        Forty hexadecimal digits, and ``-dirty`` where files differ from it.
    time : int
        Of the commit, or SOURCE_DATE_EPOCH; seconds since 1970.
    """

    files: tuple[str, ...]
    commit: str
    time: int


def project_sources(project: Path) -> Sources:
    """List the sources of a checkout or of an unpacked archive.

    Raises
    ------
    MissingData
        The folder is neither.
    DataError
        The manifest is damaged or leads out of the folder, or SOURCE_DATE_EPOCH is no time.
    """
    if (project / ".git").exists():
        files = tuple(_git(project, "ls-files", "-z").rstrip("\0").split("\0"))
        commit, time = commit_of(project), int(_git(project, "log", "-1", "--format=%ct"))
    elif (project / MANIFEST).is_file():
        files = tuple(n for n in read_manifest(project) if not n.startswith("results/"))
        files = tuple(name for name in files if name not in MADE)
        commit, time = commit_of(project), _described(project)["time"]
    else:
        raise MissingData(
            f"expected a checkout or an unpacked archive; {project} has neither .git nor {MANIFEST}"
        )
    given = os.environ.get("SOURCE_DATE_EPOCH", str(time))
    # What a header of eleven octal digits holds.
    if not given.isascii() or not given.isdigit() or int(given) >= 8**11:
        raise DataError(f"expected seconds since 1970 as time or SOURCE_DATE_EPOCH; got {given!r}")
    return Sources(files, commit or "unknown", int(given))


def commit_of(project: Path) -> str | None:
    """Return the commit of the files here, with a mark where they differ; None where unknown."""
    if (project / ".git").exists():
        try:
            return _git(project, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
        except DataError:
            return None
    if not (project / MANIFEST).is_file():
        return None
    commit = _described(project)["commit"].removesuffix("-dirty")
    return commit if _as_listed(project, read_manifest(project)) else f"{commit}-dirty"


def read_manifest(project: Path) -> dict[str, str]:
    """Return the hash of each file that a manifest lists.

    Raises
    ------
    DataError
        A line is not of its form, or a name leads out of the folder.
    """
    hashes = {}
    for line in (project / MANIFEST).read_text("utf-8").removesuffix("\n").split("\n"):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not is_inside(name):
            raise DataError(f"expected lines 'HASH  NAME' in {MANIFEST}; got {line!r}")
        hashes[name] = digest
    return hashes


def is_inside(name: str) -> bool:
    """Tell whether a name is that of a file within a folder, however it is unpacked."""
    plain = name.isprintable() and "\\" not in name and ":" not in name
    parts = PurePosixPath(name).parts
    return plain and name == "/".join(parts) and parts != () and not {"/", ".."} & set(parts)


def _described(project: Path) -> dict[str, Any]:
    found = read_json(project / DESCRIPTION)
    if not isinstance(found, dict) or not isinstance(found.get("commit"), str):
        raise DataError(f"expected the commit and time of the archive in {DESCRIPTION}")
    return {"time": None, **found}


def _as_listed(project: Path, listed: Mapping[str, str]) -> bool:
    files = {name: project / name for name in listed if not name.startswith("results/")}
    return all(p.is_file() and sha256_of(p) == listed[name] for name, p in files.items())


def _git(project: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        lines = said.decode(errors="replace").strip().splitlines() or ["no answer"]
        raise DataError(f"expected git to answer in {project}; {lines[-1]}") from None
    return done.stdout.decode().strip("\n")
