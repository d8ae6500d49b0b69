"""The datasets: what each file is, where it came from, and what its bytes must hash to.

The table is `data/registry.toml`; the files themselves are never shipped. A file is known by its
content alone, so a copy under any name is recognised, and an edited one is not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rmot.artifact.files import read_toml
from rmot.artifact.systems import named_folder
from rmot.errors import DataError, MissingData
from rmot.market.files import unpacked

SYNTHETIC_MARKER = "Synthetic: rmot.market.synthetic"
"""How the first line of a generated file begins."""

_CHECKOUT = Path(__file__).resolve().parents[2]
_HEAD_BYTES = 512


@dataclass(frozen=True)
class DataSource:
    """Which data a result rests on.

    Attributes
    ----------
    id : str
        The registered id; for any other file its name.
    sha256 : str
        Of the stored bytes, in hexadecimal.
    kind : {"real", "synthetic", "unregistered"}
        `real` if the hash is registered, `synthetic` if our own generator marked the file.
    """

    id: str
    sha256: str
    kind: Literal["real", "synthetic", "unregistered"]

    def __str__(self) -> str:
        return f"{self.id} ({self.kind}, sha256 {self.sha256[:12]})"


@dataclass(frozen=True)
class Dataset:
    """One row of the registry.

    Attributes
    ----------
    id, description, range, licence, how : str
    path : str
        Relative to the data root.
    repository, source_path, commit : str
        The public GitHub repository that holds the original, where in it, and at which commit.
    stored : {"verbatim", "gzip", "converted", "subset"}
        How the stored file relates to the original.
    sha256, content_sha256 : str, str or None
        Of the stored file; of the original, where the stored file is that very file or its gzip.
    reader : str
        The format that `rmot.market` reads it as, or why it reads it as none.
    underlying : str or None
        What it is about, where the file itself does not say so.
    unfinished_day : str or None
        A day (ISO) whose row was taken while the market was open, and is no close.
    """

    id: str
    path: str
    repository: str
    source_path: str
    commit: str
    licence: str
    description: str
    range: str
    stored: Literal["verbatim", "gzip", "converted", "subset"]
    how: str
    sha256: str
    reader: str
    content_sha256: str | None = None
    underlying: str | None = None
    unfinished_day: str | None = None


@dataclass(frozen=True)
class Verification:
    """What became of one dataset: `state` is ``"ok"``, ``"missing"`` or ``"different"``."""

    id: str
    path: Path | None
    state: Literal["ok", "missing", "different"]
    expected: str
    found: str | None


def data_root() -> Path | None:
    """Return the folder that holds the real data, or None where there is none.

    `RMOT_DATA` names it; without that variable a checkout looks at ``../shared/data`` beside the
    repository's root.

    Raises
    ------
    MissingData
        `RMOT_DATA` is set and is not a folder: a typing error must not silently become "no data".
    """
    named = os.environ.get("RMOT_DATA")
    if named:
        root = named_folder("RMOT_DATA", named)
        if not root.is_dir():
            raise MissingData(f"expected RMOT_DATA to name a folder; there is none at {named}")
        return root
    root = _CHECKOUT.parent / "shared" / "data"
    return root if _registry_path().parent == _CHECKOUT / "data" and root.is_dir() else None


def datasets() -> dict[str, Dataset]:
    """Return the registered datasets by id, in the registry's order.

    Raises
    ------
    DataError
        The registry is not TOML, a row lacks a key or has an unknown one, or an id comes twice.
    """
    return dict(_load(_registry_path()))


def locate(dataset_id: str) -> Path | None:
    """Return where a dataset lies on this machine, or None where it is absent.

    Raises
    ------
    DataError
        No dataset has this id.
    MissingData
        `RMOT_DATA` is set and is not a folder.
    """
    dataset = _dataset(dataset_id)
    root = data_root()
    path = None if root is None else root / dataset.path
    return path if path is not None and path.is_file() else None


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal.

    Raises
    ------
    MissingData
        No such file.
    """
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        raise MissingData(f"expected a data file at {path}; there is none") from None


def describe(path: str | os.PathLike[str]) -> DataSource:
    """Say which data a file is, from its bytes.

    The same original under another gzip stream (another compressor, another time stamp) is still
    that original: the hash of the unpacked content is looked up too.

    Raises
    ------
    MissingData
        No such file.
    """
    stored = sha256(path)
    content = _unpacked(Path(path))
    digests = {stored} if content is None else {stored, hashlib.sha256(content).hexdigest()}
    for dataset in datasets().values():
        if digests & {dataset.sha256, dataset.content_sha256}:
            return DataSource(dataset.id, stored, "real")
    head = (content or b"")[:_HEAD_BYTES].decode("utf-8", errors="replace")
    synthetic = head.startswith(SYNTHETIC_MARKER)
    return DataSource(Path(path).name, stored, "synthetic" if synthetic else "unregistered")


def without_marker(text: str) -> str:
    """Return a file's text without the line by which our own generators mark it."""
    return text.split("\n", 1)[-1] if text.startswith(SYNTHETIC_MARKER) else text


def verify(ids: Iterable[str] | None = None) -> Iterator[Verification]:
    """Compare every named dataset (all, by default) with its registered hash, one at a time.

    A stored gzip passes when what it unpacks to is the original, whatever made the stream.

    Raises
    ------
    DataError
        No dataset has one of these ids.
    MissingData
        `RMOT_DATA` is set and is not a folder.
    """
    chosen = list(datasets()) if ids is None else list(ids)
    for dataset in [_dataset(dataset_id) for dataset_id in chosen]:
        path = locate(dataset.id)
        if path is None:
            yield Verification(dataset.id, None, "missing", dataset.sha256, None)
            continue
        state = "ok" if holds(dataset, path) else "different"
        yield Verification(dataset.id, path, state, dataset.sha256, sha256(path))


def holds(dataset: Dataset, path: Path) -> bool:
    """Return whether a file is the dataset: the stored bytes, or the original in some gzip."""
    if sha256(path) == dataset.sha256:
        return True
    content = _unpacked(path) if dataset.content_sha256 is not None else None
    return content is not None and hashlib.sha256(content).hexdigest() == dataset.content_sha256


def _registry_path() -> Path:
    installed = Path(__file__).with_name("registry.toml")
    return installed if installed.is_file() else _CHECKOUT / "data" / "registry.toml"


@cache
def _load(path: Path) -> dict[str, Dataset]:
    rows = read_toml(path, "the registry of datasets").get("dataset")
    if not isinstance(rows, list):
        raise DataError(f"expected [[dataset]] tables in {path}; there are none")
    table: dict[str, Dataset] = {}
    for number, row in enumerate(rows, start=1):
        try:
            dataset = Dataset(**row)
        except TypeError as error:
            problem = str(error).partition("__init__() ")[2]
            name = row.get("id", "without an id") if isinstance(row, dict) else "not a table"
            raise DataError(f"dataset {number} ({name}) of {path}: {problem}") from None
        for key, value in vars(dataset).items():
            if not isinstance(value, str | None):
                raise DataError(
                    f"dataset {number} of {path}: expected a text for {key}; got {value!r}"
                )
        if dataset.id in table:
            raise DataError(f"dataset {number} of {path} repeats the id {dataset.id}")
        table[dataset.id] = dataset
    return table


def _dataset(dataset_id: str) -> Dataset:
    try:
        return _load(_registry_path())[dataset_id]
    except KeyError:
        raise DataError(
            f"expected the id of a registered dataset; {dataset_id!r} is none"
        ) from None


def _unpacked(path: Path) -> bytes | None:
    """Return the content, unpacked where it is gzip; None where the gzip stream is broken."""
    try:
        return unpacked(path.read_bytes(), path.name)
    except DataError:
        return None
