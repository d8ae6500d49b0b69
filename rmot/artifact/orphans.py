"""Knows the jobs that a run left behind when it was killed alone, and ends them.

A job marks itself and what it starts by a variable of the environment that names its folder: its
own shell by the command that sets the variable, what that starts by the environment. It is an
orphan when no Snakemake is above it any more. Left alone it would write its outputs later, over
those of the run that goes on, which may be of newer code.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import psutil

MARK = "RMOT_JOB_OF"
"""The variable, whose value is the folder in which Snakemake runs."""
_PATIENCE = 3.0
_LOOKS = 5


def mark_of(folder: str | os.PathLike[str]) -> str:
    """Return what a shell exports first in a job of `folder`: the variable and its value."""
    return f"{MARK}={shlex.quote(str(Path(folder).resolve()))}"


def end_orphans(folder: str | os.PathLike[str]) -> int:
    """End the jobs of `folder` that have no Snakemake, and return how many processes that were.

    Jobs on other machines are not seen; those of other users are left alone.
    """
    marked = str(Path(folder).resolve())
    count = 0
    # between two looks a shell may have gone on to its next program
    for _ in range(_LOOKS):
        found = [process for process in psutil.process_iter() if _is_orphan(process, marked)]
        if not found:
            break
        for process in found:
            _signal(process, kill=False)
        _, alive = psutil.wait_procs(found, timeout=_PATIENCE)
        for process in alive:
            _signal(process, kill=True)
        psutil.wait_procs(alive, timeout=_PATIENCE)
        count += len(found)
    return count


def _is_orphan(process: psutil.Process, marked: str) -> bool:
    try:
        if process.pid == os.getpid() or not _is_marked(process, marked):
            return False
        return not any(map(_is_snakemake, [process, *process.parents()]))
    except (psutil.Error, OSError):
        return False  # gone meanwhile, or another user's


def _is_snakemake(process: psutil.Process) -> bool:
    # "python .../bin/snakemake" or "python -m snakemake"; a shell's command may hold the word too
    return any(Path(word).name == "snakemake" for word in process.cmdline()[:4])


def _is_marked(process: psutil.Process, marked: str) -> bool:
    # What a shell exports is in its children's environment; its own is that of its start.
    assignment = f"{mark_of(marked)};"
    return process.environ().get(MARK) == marked or any(
        assignment in each for each in process.cmdline()
    )


def _signal(process: psutil.Process, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.Error:
        return  # gone meanwhile
