"""Writing results: whole files or none, and the same bytes for the same values.

A file under `results/` is either complete or absent. Text is UTF-8 with Unix line ends, JSON keys
are sorted, and floats have the fewest digits that read back the same, so that equal numbers make
equal files.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rmot.errors import DataError, MissingData

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary sibling of `path` and rename it over `path` once the block has succeeded.

    Parameters
    ----------
    path : path-like
        Where the finished file is to stand. Missing parent folders are made.
    mode : {"w", "wb"}
        Text (UTF-8, Unix line ends) or bytes.

    Raises
    ------
    OSError
        When the folder cannot be written; `path` is then as it was before.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    encoding, newline = (None, None) if "b" in mode else ("utf-8", "\n")
    descriptor, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part"
    )
    try:
        with os.fdopen(descriptor, mode, encoding=encoding, newline=newline) as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        # mkstemp makes files private; a result is as readable as any file of this user.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write `value` as JSON with sorted keys.

    Raises
    ------
    ValueError
        When `value` holds a NaN or an infinity: JSON has neither, and a result should say `null`
        or give a reason instead.
    """
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    with atomic_write(path) as handle:
        handle.write(text + "\n")


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read JSON, with one clear error for an absent or damaged file.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is not JSON.
    """
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingData(f"expected the file {path}; it does not exist") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"expected JSON in {path}; {error}") from None


def write_csv(path: str | os.PathLike[str], table: pd.DataFrame) -> None:
    """Write a table without its index; floats in the fewest digits that read back bit-equal."""
    with atomic_write(path) as handle:
        table.to_csv(handle, index=False, lineterminator="\n")


def finite_or_none(value: float) -> float | None:
    """Return `value`, or None for NaN and the infinities (which JSON cannot hold)."""
    value = float(value)
    return value if math.isfinite(value) else None
