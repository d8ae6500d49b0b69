"""Knows how a program of the artifact ends: well, or with one line that says what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rmot.errors import RmotError


@contextmanager
def reported(program: str = "") -> Iterator[None]:
    """Turn what `rmot` raises on purpose into one line on standard error, and exit status 1.

    Parameters
    ----------
    program : str, optional
        What the line begins with; the name of the running file unless given.

    Raises
    ------
    SystemExit
        In place of any `RmotError`.
    """
    try:
        yield
    except RmotError as error:
        sys.exit(f"{program or Path(sys.argv[0]).stem}: {error}")
