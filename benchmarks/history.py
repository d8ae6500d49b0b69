"""Knows earlier measurements of a machine, and whether a new one is slower than these.

A file of JSON lines a machine, in `benchmarks/measured/` unless told otherwise; a line holds one
measurement of one budget (`Record`). A cost counts as slower where it exceeds the median m of the
machine's earlier costs by more than three times their scatter,

    cost > m + 3 max(1.4826 median|cost_i - m|, m / 50),

the factor making the median absolute deviation that of a normal law (P. Rousseeuw and C. Croux,
Journal of the American Statistical Association 88, 1993). The second term is what no clock
resolves.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from rmot.artifact.files import atomic_write
from rmot.errors import DataError

LEAST_RUNS = 4
"""Fewer earlier runs have no scatter to speak of."""

TIMES_SCATTER = 3.0
RESOLUTION = 0.02
_NORMAL = 1.4826


@dataclass(frozen=True)
class Record:
    """One measurement: when, of what, where, with what, and what it came to.

    Attributes
    ----------
    date : str
        Of the run, UTC, as in ISO 8601.
    commit : str
        With "-dirty" where files differed from it.
    processor, system : str
    cores : int
    python : str
    packages : dict of str to str
        Versions.
    load : float
        How many processes of others wanted to run when it began.
    line : str
        The budget's name.
    unit : str
        Of the costs.
    cost, limit : float
    turns : int
    peer : str
    peer_cost, ratio, error, standard_error : float or None
    gigabytes : float
        Peak memory of the process that measured, peers in it included.
    verdict : str
    """

    date: str
    commit: str
    processor: str
    system: str
    cores: int
    python: str
    packages: dict[str, str]
    load: float
    line: str
    unit: str
    cost: float
    limit: float
    turns: int
    peer: str
    peer_cost: float | None
    ratio: float | None
    error: float | None
    standard_error: float | None
    gigabytes: float
    verdict: str

    @property
    def machine(self) -> tuple[str, str, int]:
        """What has to agree for costs to be compared."""
        return self.processor, self.system, self.cores

    @property
    def busy(self) -> bool:
        """Whether others held half of the machine: then seconds by the clock are not ours alone."""
        return self.load > self.cores / 2


@dataclass(frozen=True)
class Change:
    """A cost beside those before it.

    Attributes
    ----------
    runs : int
        Earlier ones of the machine when it was not busy.
    median, threshold : float or None
        None with fewer than `LEAST_RUNS`.
    slower : bool
    peer_slower : bool
        Whether the peer is slower too by the same rule: then it is the machine.
    """

    runs: int
    median: float | None = None
    threshold: float | None = None
    slower: bool = False
    peer_slower: bool = False


def file_of(folder: Path, processor: str, system: str, cores: int) -> Path:
    """Return the file of a machine."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{system} {processor} {cores} cores".lower()).strip("-")
    return folder / f"{name}.jsonl"


def read(path: Path) -> list[Record]:
    """Read a file of records, none where it does not exist yet.

    Raises
    ------
    DataError
        A line is no record; says which, and what is wrong with it.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [_record(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def _record(line: str, where: str) -> Record:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"expected a JSON object in {where}; {error}") from None
    if not isinstance(found, dict):
        raise DataError(f"expected a JSON object in {where}; got {type(found).__name__}")
    names = {field.name for field in fields(Record)}
    if found.keys() != names:
        differ = ", ".join(sorted(names ^ found.keys()))
        raise DataError(f"expected the fields of a record in {where}; missing or unknown: {differ}")
    for name in (
        "date",
        "commit",
        "processor",
        "system",
        "python",
        "line",
        "unit",
        "peer",
        "verdict",
    ):
        if not isinstance(found[name], str):
            raise DataError(f"expected text as {name} in {where}; got {found[name]!r}")
    for name in ("cost", "limit", "gigabytes", "cores", "turns"):
        if not _positive(found[name]):
            raise DataError(f"expected a positive number as {name} in {where}; got {found[name]!r}")
    for name in ("peer_cost", "ratio"):
        if not (found[name] is None or _positive(found[name])):
            raise DataError(
                f"expected a positive number or null as {name} in {where}; got {found[name]!r}"
            )
    for name in ("error", "standard_error", "load"):
        unknown = found[name] is None and name != "load"
        if not (unknown or found[name] == 0.0 or _positive(found[name])):
            raise DataError(f"expected a number from 0 as {name} in {where}; got {found[name]!r}")
    if not isinstance(found["packages"], dict):
        raise DataError(f"expected versions as packages in {where}; got {found['packages']!r}")
    return Record(**found)


def _positive(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0.0 < value < math.inf


def append(path: Path, earlier: Iterable[Record], new: Iterable[Record]) -> None:
    """Write a file anew with records added; it is whole or as it was."""
    with atomic_write(path) as handle:
        for record in (*earlier, *new):
            text = json.dumps(asdict(record), sort_keys=True, allow_nan=False, ensure_ascii=False)
            handle.write(text + "\n")


def compare(earlier: Sequence[Record], new: Record) -> Change:
    """Hold a record against the earlier ones of its line and machine, but for busy ones."""
    same = [
        each
        for each in earlier
        if (each.line, each.machine) == (new.line, new.machine) and not each.busy
    ]
    threshold = slower_than([each.cost for each in same])
    if threshold is None:
        return Change(len(same))
    peers = [
        each.peer_cost for each in same if each.peer == new.peer and each.peer_cost is not None
    ]
    of_peer = slower_than(peers)
    return Change(
        len(same),
        float(np.median([each.cost for each in same])),
        threshold,
        new.cost > threshold,
        of_peer is not None and new.peer_cost is not None and new.peer_cost > of_peer,
    )


def slower_than(costs: Sequence[float]) -> float | None:
    """Return what a cost must exceed to count as slower than these, None if they are too few."""
    if len(costs) < LEAST_RUNS:
        return None
    each = np.array(costs)
    median = float(np.median(each))
    scatter = _NORMAL * float(np.median(np.abs(each - median)))
    return median + TIMES_SCATTER * max(scatter, RESOLUTION * median)
