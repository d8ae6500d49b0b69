"""Knows what differs between operating systems: threads of linear algebra, units of memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rmot.errors import MissingData

if TYPE_CHECKING:
    import resource

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables by which OpenMP, OpenBLAS, MKL and Apple's Accelerate are told their threads."""

ONE_THREAD: dict[str, str] = dict.fromkeys(THREADS, "1")


def peak_bytes(usage: resource.struct_rusage) -> int:
    """Return the most memory that `usage` tells of, in bytes.

    ``ru_maxrss`` counts bytes on macOS and KiB on Linux (the manual pages of getrusage).
    """
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def named_folder(variable: str, named: str) -> Path:
    """Return the path that the environment's `variable` names, with ``~`` for the home.

    Raises
    ------
    MissingData
        It begins with ``~``, and this user has no home.
    """
    try:
        return Path(named).expanduser()
    except RuntimeError:
        raise MissingData(
            f"expected a path in {variable} that needs no home folder, as this user has none;"
            f" got {named}"
        ) from None
