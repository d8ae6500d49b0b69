"""Knows how one step on a fresh machine is run, and how it ended: a row of the table."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WELL, FAILED, ABSENT = "well", "failed", "absent"
# What a program says when it gives up, in the words of those that are run here.
_COMPLAINT = re.compile(
    r"^(E |E: |ERROR\b|FAILED\b|Error\b|error\b|[\w.]+(Error|Exception|Warning)\b|.{0,60}\berror:)"
)


@dataclass(frozen=True)
class Row:
    """What was run in a case, how it ended, its seconds, and the first line of an error."""

    case: str
    what: str
    result: str
    seconds: float = 0.0
    told: str = ""


@dataclass(frozen=True)
class Step:
    """A command, and what it has to end with.

    Parameters
    ----------
    what : str
        As the table names it.
    command : sequence of str
    status : int
        Its exit status.
    says : str
        What has to stand in its output.
    silent_on : str
        What must not stand there; nothing when empty.
    makes : sequence of str
        Files below its folder which have to be there afterwards.
    environment : mapping
        Beside that of the case.
    seconds : float
        At most.
    """

    what: str
    command: Sequence[str]
    status: int = 0
    says: str = ""
    silent_on: str = ""
    makes: Sequence[str] = ()
    environment: Mapping[str, str] | None = None
    seconds: float = 3600.0


def complaint(output: str) -> str:
    """Return the first line of `output` that is an error; its last line if none looks like one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    found = [line for line in lines if _COMPLAINT.match(line)]
    return (found or lines[-1:] or ["nothing was said"])[0][:160]


def fault(step: Step, status: int, output: str, folder: Path) -> str:
    """Return what is wrong with how `step` ended; nothing if it ended well."""
    if status != step.status:
        return f"status {status}: {complaint(output)}"
    if step.says not in output:
        return f"expected {step.says!r}: {complaint(output)}"
    if step.silent_on and step.silent_on in output:
        line = next(line for line in output.splitlines() if step.silent_on in line)
        return line.strip()[:160]
    missing = [name for name in step.makes if not (folder / name).is_file()]
    return f"not made: {', '.join(missing)}" if missing else ""


def run(
    case: str,
    step: Step,
    prefix: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    seen_at: Path | None = None,
) -> Row:
    """Run `step` in `folder` behind `prefix`; what it says is kept at the end of `log`.

    Parameters
    ----------
    seen_at : Path, optional
        Where `folder` is seen from here, should the prefix change the root.
    """
    begun = time.monotonic()
    told = ""
    with log.open("a") as kept:
        kept.write(f"\n== {case}: {step.what}\n")
        kept.flush()
        start = kept.tell()
        process = subprocess.Popen(
            [*prefix, *step.command],
            cwd=seen_at or folder,
            env={**environment, **(step.environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=step.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status, told = -signal.SIGKILL, f"not done after {step.seconds:.0f} s"
    seconds = time.monotonic() - begun
    output = log.read_bytes()[start:].decode(errors="replace")
    told = told or fault(step, status, output, seen_at or folder)
    return Row(case, step.what, FAILED if told else WELL, seconds, told)
