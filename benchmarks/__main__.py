"""Measures every budget beside its peer, and holds each cost against the machine's earlier ones.

    python -m benchmarks [--long] [--line NAME ...] [--output TABLE.csv] [--history FOLDER]

The budgets are in `benchmarks.budgets`, what is measured in `benchmarks.budget_lines`, the rule by
which a cost is slower in `benchmarks.history`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import history
from benchmarks.budget_table import Row, said, table
from benchmarks.budgets import BUDGETS, Budget, Measured, verdict
from rmot.artifact.archive.sources import commit_of
from rmot.artifact.files import write_csv
from rmot.artifact.fingerprint import PROJECT
from rmot.artifact.systems import ONE_THREAD, peak_bytes
from rmot.errors import DataError

HISTORY = PROJECT / "benchmarks" / "measured"
OUTPUT = PROJECT / "results" / "benchmarks" / "budgets.csv"

_PACKAGES = ("numpy", "scipy", "numba", "quantlib", "cvxpy", "clarabel", "jax")


@dataclass(frozen=True)
class Run:
    """One line's process: what was measured, its peak memory, or why it failed."""

    measured: Measured | None
    gigabytes: float
    failure: str = ""


def in_a_process(name: str) -> Run:
    """Measure a line in a process of its own; peak memory is that of it and of those it starts."""
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        output = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "benchmarks.budget_lines", name, "--output", str(output)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": path},
        )
        # what is waited for here and not by `Popen` tells the memory of this process alone
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        gigabytes = peak_bytes(usage) / 2**30
        if process.returncode != 0:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip().splitlines()
            return Run(None, gigabytes, told[-1] if told else f"status {process.returncode}")
        return Run(Measured(**json.loads(output.read_text())), gigabytes)


def surroundings() -> dict[str, Any]:
    """Return when, where and with what is measured, as `history.Record` holds it."""
    installed = {name: _version(name) for name in _PACKAGES}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit_of(PROJECT) or "unknown",
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "packages": {name: version for name, version in installed.items() if version},
        "load": os.getloadavg()[0],
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def measure(
    budgets: Sequence[Budget],
    measured: Callable[[str], Run],
    about: dict[str, Any],
    earlier: Sequence[history.Record],
) -> tuple[list[Row], list[history.Record]]:
    """Measure budgets one after the other, and compare each with the earlier records.

    Parameters
    ----------
    budgets : sequence of Budget
    measured : callable
        From a budget's name to its `Run`.
    about : dict
        As `surroundings` returns it.
    earlier : sequence of Record

    Returns
    -------
    list of Row
    list of Record
        Of those that did not fail.
    """
    rows, records = list[Row](), list[history.Record]()
    for budget in budgets:
        run = measured(budget.name)
        if run.measured is None:
            rows.append(Row(budget, failure=run.failure))
            continue
        judged, because = verdict(budget, run.measured, run.gigabytes)
        record = history.Record(
            **about,
            line=budget.name,
            unit=budget.unit,
            limit=budget.cost,
            **asdict(run.measured),
            gigabytes=run.gigabytes,
            verdict=judged,
        )
        records.append(record)
        rows.append(Row(budget, record, tuple(because), history.compare(earlier, record)))
    return rows, records


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line; status 1 where a line failed, or as ``--check`` says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    names = [budget.name for budget in BUDGETS]
    parser.add_argument("--long", action="store_true", help="those that take minutes too")
    parser.add_argument("--line", action="append", choices=names, help="this one alone; repeatable")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="CSV (%(default)s)")
    parser.add_argument("--history", type=Path, default=HISTORY, help="folder (%(default)s)")
    parser.add_argument("--check", action="store_true", help="status 1 if one is slower or missed")
    options = parser.parse_args(arguments)
    chosen = [
        budget
        for budget in BUDGETS
        if (budget.name in options.line if options.line else options.long or not budget.long)
    ]
    about = surroundings()
    path = history.file_of(
        options.history, *(about[key] for key in ("processor", "system", "cores"))
    )
    try:
        # before anything is measured: a damaged file is not to cost a run
        earlier = history.read(path)
    except DataError as error:
        sys.exit(f"benchmarks: {error}")

    def told(name: str) -> Run:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        return in_a_process(name)

    rows, records = measure(chosen, told, about, earlier)
    write_csv(options.output, table(rows, about))
    history.append(path, earlier, records)
    print(said(rows))
    bad = any(row.failure for row in rows)
    if options.check:
        bad |= any(row.missed or (row.change is not None and row.change.slower) for row in rows)
    sys.exit(int(bad))


if __name__ == "__main__":
    main()
