"""Knows which results belong into an archive, and which of them are not there yet.

What has to be there, the sources and the results themselves say: the article names its figures and
tables, the ledger its topics, provenance the tables behind the article's numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rmot.artifact.archive.bundle import sha256_of
from rmot.artifact.files import read_json
from rmot.errors import DataError, MissingData

FOLDERS = (
    "benchmarks",
    "bounds",
    "capital",
    "claims",
    "docs",
    "figures",
    "paper",
    "report",
    "tables",
)
FIXED = (
    "provenance.json",
    "verified.json",
    "verified_two_dates.json",
    "bounds/balls.json",
    "bounds/basket.json",
    "bounds/dow.json",
    "bounds/price.json",
    "bounds/two_dates.json",
    "claims/ledger.csv",
    "claims/ledger.json",
    "docs/api/index.html",
    "paper/numbers.json",
    "paper/rmot.pdf",
    "report/index.html",
)
_LOCK = "requirements.lock"
_SHOWN = 5
_GRAPHIC = re.compile(r"\\includegraphics(?:\[[^]]*\])?\{([a-z0-9_]+)\}")


def result_files(results: Path) -> tuple[str, ...]:
    """List what is packed of a folder of results, relative to it.

    Pieces of unfinished or hidden files are left out, and so is what the DAG keeps on the way from
    data to tables.
    """
    found = [results / name for name in FIXED if "/" not in name]
    for folder in FOLDERS:
        found += (results / folder).rglob("*")
    names = (path.relative_to(results) for path in found if path.is_symlink() or path.is_file())
    return tuple(
        sorted(
            name.as_posix()
            for name in names
            if name.suffix != ".part" and not any(part.startswith(".") for part in name.parts)
        )
    )


def require_complete(project: Path, sources: Sequence[str], results: Path) -> dict[str, Any]:
    """Return the provenance of results that are whole.

    Parameters
    ----------
    project : Path
    sources : sequence of str
        As `sources.project_sources` lists them.
    results : Path

    Raises
    ------
    MissingData
        There are none, or some are not there; the message names them.
    DataError
        They were made with another lock file, or are damaged.
    """
    if not (results / "provenance.json").is_file():
        raise MissingData(
            f"expected results in {results}; provenance.json is not there. ./reproduce makes them"
        )
    provenance = _mapping(results / "provenance.json")
    for key in ("data", "tables_of_numbers"):
        if not isinstance(provenance.get(key), dict):
            raise DataError(f"expected {key!r} in {results / 'provenance.json'}; it is not there")
    here = set(result_files(results))
    absent = [each for each in FIXED if each not in here]
    if not absent:
        needed = {*_of_article(project, sources), *_of_claims(results), *_of_portfolios(sources)}
        absent = sorted(needed - here)
        behind = set(provenance["tables_of_numbers"].values())
        stems = {Path(name).stem for name in here if name.endswith(".csv")}
        absent += [f"{table}.csv" for table in sorted(behind - stems)]
    if absent:
        more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
        raise MissingData(
            f"expected whole results in {results}; not there: {', '.join(absent[:_SHOWN])}{more}."
            " ./reproduce makes them"
        )
    if not (project / _LOCK).is_file():
        raise MissingData(f"expected the lock file {_LOCK} in {project}; it does not exist")
    made, lock = provenance.get("lock_sha256"), sha256_of(project / _LOCK)
    if made != lock:
        raise DataError(
            f"expected results made with this {_LOCK}, {lock[:12]}; got {str(made)[:12]}"
        )
    return provenance


def _mapping(path: Path) -> dict[str, Any]:
    found = read_json(path)
    if not isinstance(found, dict):
        raise DataError(f"expected a JSON object in {path}; got {type(found).__name__}")
    return found


def _of_article(project: Path, sources: Sequence[str]) -> Iterator[str]:
    for name in sources:
        if name.startswith("paper/") and name.endswith(".tex") and (project / name).is_file():
            try:
                text = (project / name).read_text("utf-8")
            except UnicodeDecodeError as error:
                raise DataError(f"expected text in UTF-8 in {name}; {error}") from None
            for figure in _GRAPHIC.findall(text):
                yield from (f"figures/{figure}.pdf", f"figures/{figure}.png")


def _of_claims(results: Path) -> Iterator[str]:
    path = results / "claims" / "ledger.json"
    try:
        yield from [f"claims/{row['topic']}.json" for row in _mapping(path)["claims"]]
    except (KeyError, TypeError):
        raise DataError(f"expected claims with their topics in {path}; there are none") from None


def _of_portfolios(sources: Sequence[str]) -> Iterator[str]:
    for name in sources:
        if name.startswith("data/portfolios/"):
            yield from (f"capital/{Path(name).stem}.{form}" for form in ("html", "json"))
