"""Knows how a search's looks are kept while it runs: a line of JSON each, for another to watch."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from rmot.artifact.files import explained
from rmot.errors import DataError, MissingData
from rmot.neural.descent import Look

_NAMES = tuple(field.name for field in fields(Look))


def history_writer(path: str | Path) -> Callable[[Look], None]:
    """Return what appends a look to a file, which is begun anew; for `descend`'s report.

    Parameters
    ----------
    path : path-like
        A .jsonl file.

    Returns
    -------
    callable
        ``write(look)``.

    Raises
    ------
    OutputError
        When the file cannot be written; so does what is returned.
    """
    path = Path(path)
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # another run may still write to the old file: it keeps that one, under no name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o666)

    def write(look: Look) -> None:
        with explained(path), os.fdopen(os.dup(descriptor), "a", encoding="utf-8") as handle:
            handle.write(json.dumps(asdict(look)) + "\n")

    weakref.finalize(write, os.close, descriptor)
    return write


def read_history(path: str | Path) -> tuple[Look, ...]:
    """Read the looks written so far; a last line that is still being written is left out.

    Parameters
    ----------
    path : path-like
        As `history_writer` makes it.

    Returns
    -------
    tuple of Look
        In order of steps.

    Raises
    ------
    MissingData
        No such file.
    DataError
        A whole line that is no look; names its number.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingData(f"expected a training history in {path}; it does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"expected a training history in {path}; {error}") from None
    looks = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            values = json.loads(line)
            looks.append(Look(*(_number(values[name], name) for name in _NAMES)))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DataError(
                f"expected {', '.join(_NAMES)} in line {number} of {path}; got {line!r}"
            ) from None
    return tuple(looks)


def _number(value: Any, name: str) -> Any:
    """Return a number; a loss that was not finite is one, which the search says itself."""
    kinds = int if name == "step" else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise TypeError(f"expected a number for {name}; got {value!r}")
    return value
