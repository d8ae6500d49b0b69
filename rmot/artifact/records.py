"""Results kept piece by piece under the hash of their code and data, so that a killed run goes on.

A piece is one JSON file, written whole or not at all. The pieces of another state of code or data
are never read, and are removed once a run is complete.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rmot.artifact.files import read_json, write_json
from rmot.errors import ParameterError

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Records:
    """A folder of pieces that belong together.

    Attributes
    ----------
    folder : Path
        Holds a folder for each key.
    key : str
        Names the state of code and data, such as a hash: letters, digits and hyphens.
    """

    folder: Path
    key: str

    def __post_init__(self) -> None:
        if not self.key.replace("-", "").isalnum():
            raise ParameterError(f"expected letters, digits and hyphens as key; got {self.key!r}")

    def path(self, name: str) -> Path:
        """Return where a piece lies, or would."""
        return self.folder / self.key / f"{name}.json"

    def has(self, name: str) -> bool:
        """Tell whether a piece is there."""
        return self.path(name).exists()

    def read(self, name: str) -> Any:
        """Return a piece.

        Raises
        ------
        MissingData, DataError
            It is not there, or is damaged.
        """
        return read_json(self.path(name))

    def write(self, name: str, value: Any) -> None:
        """Keep a piece, of whatever JSON can hold."""
        write_json(self.path(name), value)

    def remove_others(self) -> None:
        """Remove the pieces of all other keys."""
        for other in self.folder.iterdir() if self.folder.exists() else ():
            if other.is_dir() and other.name != self.key:
                shutil.rmtree(other)


def complete(
    records: Records,
    tasks: Mapping[str, Callable[[], Any]],
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return all pieces in the order of the tasks, making and keeping those that are missing.

    Parameters
    ----------
    records : Records
    tasks : mapping of str to a function of no arguments
        What makes each piece; picklable where there is an executor.
    executor : Executor, optional
        Makes pieces in parallel; without it they are made here, one after the other.
    progress : callable, optional
        Called as ``progress(name, done, total)`` for each piece made.

    Raises
    ------
    Exception
        Whatever a task raises; the pieces that were finished before stay.
    """
    missing = [name for name in tasks if not records.has(name)]
    done = len(tasks) - len(missing)

    def keep(name: str, value: Any) -> None:
        nonlocal done
        records.write(name, value)
        done += 1
        if progress is not None:
            progress(name, done, len(tasks))

    if executor is None:
        for name in missing:
            keep(name, tasks[name]())
    else:
        waiting = {executor.submit(tasks[name]): name for name in missing}
        for future in as_completed(waiting):
            keep(waiting[future], future.result())
    return {name: records.read(name) for name in tasks}
