"""Writing results: whole files or none, and the same bytes for the same values; reading them back.

A file under `results/` is either complete or absent. Text is UTF-8 with Unix line ends, JSON keys
are sorted, and floats have the fewest digits that read back the same, so that equal numbers make
equal files.
"""

from __future__ import annotations

import errno
import io
import json
import math
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from rmot.errors import DataError, MissingData, OutputError, RmotError

if TYPE_CHECKING:
    import pandas as pd

_ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "make its folder writable",
    errno.EACCES: "make its folder writable",
    errno.EPERM: "make its folder writable",
    errno.ENOTDIR: "give it a folder that exists",
    errno.EEXIST: "give it a folder that exists",
    errno.EISDIR: "remove the folder of this name",
}
_AGAIN = "if a run made this file, remove it and run again"


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
    OutputError
        When the file cannot be written, as on a full disk; `path` is then as it was before.
    """
    path = Path(path)
    with explained(path), _renamed(path, mode) as handle:
        yield handle


@contextmanager
def explained(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say of which file, and what helps, when the system refuses to write `path`.

    Raises
    ------
    OutputError
        In place of the `OSError` of a full disk, a folder that is not writable, and the like.
    """
    try:
        yield
    except RmotError:
        raise
    except OSError as error:
        # what the block itself could not read is not for us to explain
        if error.errno not in _ADVICE:
            raise
        advice = _ADVICE[error.errno]
        raise OutputError(
            f"expected to write {path}; {error.strerror}: {advice}, then run again"
        ) from error


@contextmanager
def _renamed(path: Path, mode: str) -> Iterator[IO[Any]]:
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
        The file cannot be read or is not JSON, which has no NaN and no infinities, or goes too
        deep.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except FileNotFoundError:
        raise MissingData(f"expected the file {path}; it does not exist") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"expected JSON in {path}; {_line(error)}; {_AGAIN}") from None


def read_csv(path: str | os.PathLike[str], **options: Any) -> pd.DataFrame:
    """Read a table of ours, with one clear error for an absent or damaged file.

    A table ends with a line end; one that does not has been cut off. A cut exactly behind a line
    cannot be seen.

    Parameters
    ----------
    path : path-like
    **options
        As `pandas.read_csv` takes them.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty, cut off, or no CSV.
    """
    import pandas as pd

    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise MissingData(f"expected the file {path}; it does not exist") from None
    if not content.endswith(b"\n"):
        what = "it breaks off within a line" if content else "it is empty"
        raise DataError(f"expected a table in {path}; {what}; {_AGAIN}")
    if b"\0" in content:
        raise DataError(f"expected a table in {path}; it holds zero bytes; {_AGAIN}")
    try:
        return pd.read_csv(io.BytesIO(content), **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"expected a table in {path}; {_line(error)}; {_AGAIN}") from None


def read_toml(
    path: str | os.PathLike[str], what: str, refused: type[RmotError] = DataError
) -> dict[str, Any]:
    """Read TOML, with one clear error of one line for an absent or damaged file.

    Parameters
    ----------
    path : path-like
    what : str
        What was expected there, with its article, for the errors.
    refused : type of error, optional
        Raised for what is no TOML.

    Raises
    ------
    MissingData
        No such file.
    DataError, or `refused`
        The file cannot be read or is not TOML, or goes too deep.
    """
    path = Path(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingData(f"expected {what} in {path}; it does not exist") from None
    except (OSError, ValueError, RecursionError) as error:
        raise refused(f"expected TOML in {path}, {what}; {_line(error)}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is none of its numbers")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def write_csv(path: str | os.PathLike[str], table: pd.DataFrame) -> None:
    """Write a table without its index; floats in the fewest digits that read back bit-equal."""
    with atomic_write(path) as handle:
        table.to_csv(handle, index=False, lineterminator="\n")


def finite_or_none(value: float) -> float | None:
    """Return `value`, or None for NaN and the infinities (which JSON cannot hold)."""
    value = float(value)
    return value if math.isfinite(value) else None
