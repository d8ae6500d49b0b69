"""One case: damage one file of a good example, read it, and judge what comes of that.

What is read has to be a value that its reader promises, without a silent NaN, or else one
`RmotError` of one line. Any other exception, a case that takes too long and one that takes too
much memory are faults.
"""

import resource
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rmot.artifact.systems import peak_bytes
from rmot.errors import RmotError
from tests.fuzz.damage import damaged

SECONDS = 20
"""A case that takes longer hangs: good examples take some milliseconds."""

LONGEST_MESSAGE = 4000


class TooLong(BaseException):
    """A case passed its time; no `except Exception` of a reader may swallow that."""


@dataclass(frozen=True)
class Reader:
    """A reader, and how to try it.

    Attributes
    ----------
    name : str
    write : callable
        ``write(folder)`` makes a good example there.
    files : dict of str to str
        What may be damaged, by name relative to the folder, and of which form it is.
    read : callable
        ``read(folder)`` returns the value; ``check(value)`` asserts that it is what is promised.
    mend : callable or None
        Makes a damaged example consistent again (a hash, say), so that damage gets past the door.
    """

    name: str
    write: Callable[[Path], None]
    files: dict[str, str]
    read: Callable[[Path], object]
    check: Callable[[object], None]
    mend: Callable[[Path], None] | None = None


@dataclass
class Outcome:
    """What cases came to: how many were read, refused (by class), and at fault (by what)."""

    cases: int = 0
    read: int = 0
    refused: Counter = field(default_factory=Counter)
    faults: dict[str, int] = field(default_factory=dict)
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)


@contextmanager
def limited(seconds: int):
    """Raise `TooLong` when a block takes more of the processor's seconds."""

    def late(*_):
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(reader: Reader, good: Path, at: Path, cases: range, seed: int) -> Outcome:
    """Try a reader; each case depends on the seed and its own number alone.

    Parameters
    ----------
    reader : Reader
    good, at : Path
        Where its good example stands, and a folder to damage copies in.
    cases : range
        Numbers of the cases.
    seed : int
    """
    outcome = Outcome()
    names = list(reader.files)
    originals = {name: (good / name).read_bytes() for name in names}
    shutil.copytree(good, at, dirs_exist_ok=True)
    for case in cases:
        random = Random(f"{reader.name} {seed} {case}")
        name = random.choice(names)
        (at / name).write_bytes(damaged(originals[name], reader.files[name], random))
        if reader.mend is not None and random.random() < 0.7:
            reader.mend(at)
        kind, what = judged(reader, at)
        outcome.cases += 1
        if kind == "fault":
            outcome.faults[what] = outcome.faults.get(what, 0) + 1
            outcome.examples.setdefault(what, (case, name))
        elif kind == "refused":
            outcome.refused[what] += 1
        else:
            outcome.read += 1
        for each, content in originals.items():
            if each == name or reader.mend is not None:
                (at / each).write_bytes(content)
    return outcome


def judged(reader: Reader, folder: Path) -> tuple[str, str]:
    """Return ``"read"``, ``"refused"`` or ``"fault"`` of the example in a folder, and why."""
    try:
        with limited(SECONDS):
            value = reader.read(folder)
    except RmotError as error:
        message = str(error)
        if len(message.splitlines()) > 1 or "\n" in message:
            return "fault", f"more than one line: {message[:200]!r}"
        if len(message) > LONGEST_MESSAGE:
            return "fault", f"a message of thousands of letters: {message[:100]!r}"
        return "refused", type(error).__name__
    except TooLong:
        return "fault", f"more than {SECONDS} s"
    except Exception as error:  # whatever escapes is the finding
        place = traceback.extract_tb(error.__traceback__)[-1]
        own = [
            each
            for each in traceback.extract_tb(error.__traceback__)
            if "/rmot/" in each.filename or "/proofs_check/" in each.filename
        ]
        nearest = own[-1] if own else place
        at = f"{Path(nearest.filename).name}:{nearest.lineno}"
        return "fault", f"{type(error).__name__} at {at}: {str(error)[:120]!r}"
    try:
        reader.check(value)
    except AssertionError as error:
        return "fault", f"not what is promised: {str(error).partition(' is ')[0][:200]}"
    return "read", ""


def peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    return peak_bytes(resource.getrusage(resource.RUSAGE_SELF))
