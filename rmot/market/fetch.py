"""Fetching the registered files from the public repositories that hold them, at their commits.

A file is asked for by repository, commit and path, so it is the same for everyone; it is kept only
if its content hashes to what the registry says. Files that a repository stores in Git LFS come as
a pointer first, and are then asked for at the media address.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

from rmot.artifact.files import atomic_write
from rmot.errors import DataError
from rmot.market.registry import Dataset, holds

RAW_URL: Final = "https://raw.githubusercontent.com"
MEDIA_URL: Final = "https://media.githubusercontent.com/media"

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_SECONDS = 60.0


@dataclass(frozen=True)
class Fetched:
    """What became of one dataset.

    Attributes
    ----------
    id : str
    state : {"fetched", "present", "skipped", "failed"}
        `present` if the right file was there already; `skipped` if the stored file is not the
        repository's own and so cannot be fetched.
    detail : str
        Why it was skipped or failed; otherwise the path.
    """

    id: str
    state: Literal["fetched", "present", "skipped", "failed"]
    detail: str


def fetch(
    chosen: Sequence[Dataset], root: str | os.PathLike[str], base_url: str | None = None
) -> Iterator[Fetched]:
    """Fetch datasets into the folder `root`, one at a time; a failure does not stop the others.

    What is already there and right is left alone, so an interrupted run can be taken up again. A
    file appears whole and verified, or not at all.

    Parameters
    ----------
    chosen : sequence of Dataset
    root : path-like
        Made where it is missing.
    base_url : str, optional
        A mirror of GitHub: it has a file at ``{base_url}/{repository}/{commit}/{path}``, and one
        in LFS under ``{base_url}/media/`` too.
    """
    base = base_url.rstrip("/") if base_url else None
    raw, media = (base, f"{base}/media") if base else (RAW_URL, MEDIA_URL)
    for dataset in chosen:
        path = Path(root) / dataset.path
        if path.is_file() and holds(dataset, path):
            yield Fetched(dataset.id, "present", str(path))
        elif dataset.content_sha256 is None:
            yield Fetched(
                dataset.id,
                "skipped",
                f"stored {dataset.stored} ({dataset.how}), not as {dataset.repository} has "
                f"{dataset.source_path}: cannot be fetched byte for byte",
            )
        else:
            try:
                _store(_content(dataset, raw, media), dataset, path)
            except (DataError, OSError) as error:
                yield Fetched(dataset.id, "failed", str(error))
            else:
                yield Fetched(dataset.id, "fetched", str(path))


def _content(dataset: Dataset, raw: str, media: str) -> bytes:
    content = _get(_address(raw, dataset))
    if content.startswith(_LFS_POINTER):
        content = _get(_address(media, dataset))
    found = hashlib.sha256(content).hexdigest()
    if found != dataset.content_sha256:
        raise DataError(
            f"{_address(raw, dataset)}: expected content with sha256 {dataset.content_sha256}; "
            f"got {found} ({len(content)} bytes)"
        )
    return content


def _address(base: str, dataset: Dataset) -> str:
    return f"{base}/{dataset.repository}/{dataset.commit}/{quote(dataset.source_path)}"


def _get(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise DataError(f"{address}: {error.code} {error.reason}") from None
    except http.client.IncompleteRead as error:
        raise DataError(
            f"{address}: the answer was cut off after {len(error.partial)} bytes"
        ) from None
    except (http.client.HTTPException, urllib.error.URLError, OSError, ValueError) as error:
        raise DataError(f"{address}: {getattr(error, 'reason', None) or error!r}") from None


def _store(content: bytes, dataset: Dataset, path: Path) -> None:
    # Without a time stamp in it, the same content makes the same stream.
    stored = gzip.compress(content, mtime=0) if dataset.stored == "gzip" else content
    with atomic_write(path, "wb") as handle:
        handle.write(stored)
