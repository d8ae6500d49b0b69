"""Describes an archive for those who keep it: what Zenodo and DataCite ask of a deposit.

Title, authors, version, licence and date come from ``CITATION.cff`` (Citation File Format 1.2),
what it is about from ``pyproject.toml``. A DOI is not among them: whoever keeps the archive gives
it. Data are named by repository, commit and hash, as ``data/registry.toml`` has them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmot.errors import DataError, MissingData

_LINE = re.compile(r"(?P<indent> *)(?P<item>- )?(?P<key>[a-z-]+):(?: +(?P<value>.*))?")


def read_citation(path: Path) -> dict[str, Any]:
    """Read the part of YAML that a citation file of one project needs.

    Returns
    -------
    dict
        Keys with text, and lists of such (``authors``).

    Raises
    ------
    MissingData
        No such file.
    DataError
        A line is of no such form, or title, authors, version, license or date-released are absent.
    """
    found: dict[str, Any] = {}
    entries: list[dict[str, str]] | None = None
    for line in _text_of(path).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None or (match["indent"] and entries is None):
            raise DataError(f"expected lines 'key: value' in {path.name}; got {line!r}")
        value = match["value"]
        if not match["indent"] and not match["item"]:
            entries = [] if value is None else None
            found[match["key"]] = entries if value is None else _text(value)
        elif entries is None or (not match["item"] and not entries):
            raise DataError(f"expected a list above the line {line!r} of {path.name}")
        else:
            if match["item"]:
                entries.append({})
            entries[-1][match["key"]] = _text(value or "")
    for key in ("title", "authors", "version", "license", "date-released"):
        if not found.get(key):
            raise DataError(f"expected {key!r} in {path.name}; it is not there")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found["date-released"]):
        raise DataError(f"expected date-released as YYYY-MM-DD; got {found['date-released']!r}")
    if not re.fullmatch(r"[0-9A-Za-z.+-]+", found["version"]):
        raise DataError(f"expected a version of letters, digits and dots; got {found['version']!r}")
    return found


def _text(value: str) -> str:
    if value.startswith('"') and value.endswith('"'):
        return json.loads(value)
    if value[:1] in ("'", "[", "{", "|", ">", "&", "*", "!"):
        raise DataError(f"expected plain text or text in double quotes; got {value!r}")
    return value


def _names(citation: Mapping[str, Any]) -> list[str]:
    """Return authors as both deposits write them: family name first."""
    names = []
    for author in citation["authors"]:
        person = ", ".join(filter(None, map(author.get, ("family-names", "given-names"))))
        names.append(author.get("name") or person)
    if not all(names):
        raise DataError("expected a name of each author of CITATION.cff; one has none")
    return names


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise MissingData(f"expected the file {path}; it does not exist") from None
    except UnicodeDecodeError as error:
        raise DataError(f"expected text in UTF-8 in {path}; {error}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"expected TOML in {path}; {error}") from None


def _about(project: Path) -> tuple[str, list[str]]:
    table = _toml(project / "pyproject.toml").get("project", {})
    if not isinstance(table, dict):
        raise DataError(f"expected a table 'project' in pyproject.toml; got {table!r}")
    return table.get("description", ""), table.get("keywords", [])


def deposits(project: Path, citation: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``.zenodo.json`` and ``datacite.json`` (schema 4.5) as what JSON holds."""
    description, keywords = _about(project)
    names, date = _names(citation), citation["date-released"]
    zenodo = {
        "title": citation["title"],
        "upload_type": "software",
        "description": description,
        "creators": [{"name": name} for name in names],
        "version": citation["version"],
        "license": citation["license"],
        "access_right": "open",
        "publication_date": date,
        "keywords": keywords,
    }
    datacite = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Software", "resourceType": "Research artifact"},
        "titles": [{"title": citation["title"]}],
        "creators": [{"name": name} for name in names],
        "publicationYear": date[:4],
        "dates": [{"date": date, "dateType": "Issued"}],
        "version": citation["version"],
        "subjects": [{"subject": keyword} for keyword in keywords],
        "descriptions": [{"description": description, "descriptionType": "Abstract"}],
        "rightsList": [{"rightsIdentifier": citation["license"], "rightsIdentifierScheme": "SPDX"}],
        "formats": ["application/gzip"],
    }
    return {".zenodo.json": zenodo, "datacite.json": datacite}


def needed_data(provenance: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what has to be had to make the results anew: each file's origin and hash."""
    keys = ("id", "kind", "repository", "commit", "path", "stored", "sha256")
    files = provenance.get("data", {}).values()
    return [{key: each[key] for key in keys if key in each} for each in files]


def registered_hashes(project: Path) -> dict[str, str]:
    """Return the id of each registered file by its hash, as stored and as in its repository."""
    datasets = _toml(project / "data" / "registry.toml").get("dataset", [])
    keys = ("sha256", "content_sha256")
    return {each[key]: each["id"] for each in datasets for key in keys if key in each}
