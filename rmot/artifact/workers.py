"""Processes that make pieces of a result, and are gone when the run that started them is.

A worker of `concurrent.futures` whose parent is killed outright waits for work for ever: each here
watches its parent, and leaves with it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from rmot.errors import ParameterError


def half_the_cores() -> int:
    """Return how many processes a job of many pieces is worth: others go on beside it.

    On two cores it is one. A second would compile the same kernels once more, and wait at the end.
    """
    return max(1, (os.cpu_count() or 1) // 2)


@contextmanager
def workers(count: int) -> Iterator[Executor | None]:
    """Give an executor of `count` processes; None for one: the work is then done here.

    Raises
    ------
    ParameterError
        Fewer than one.
    """
    if count < 1:
        raise ParameterError(f"expected at least one process; got {count}")
    if count == 1:
        yield None
        return
    # a forked child would inherit locks that threads of the parent may hold
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=leave_with_parent) as executor:
        yield executor


def leave_with_parent() -> None:
    """End this process as soon as the one that started it has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
