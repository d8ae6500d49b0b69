"""Tries the project on machines that lack something: ``python -m tests.machines [CASE ...]``.

Each case starts from a clean clone of the last commit in a temporary folder, installs anew, and
prints a row for each thing that was run: how it ended, its seconds, and the first line of an error.
Needs root on Debian for most cases, the network for installations, and some 5 GB of disk at a time.
Exit status 1 where something failed.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rmot.artifact.fingerprint import PROJECT
from tests.machines.cases import CASES, Unable, site
from tests.machines.steps import ABSENT, FAILED, Row

HEAD = ("case", "what was run", "result", "seconds", "told")


def line(*cells: str) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def shown(row: Row) -> str:
    """Return a result as a row of the table."""
    return line(row.case, row.what, row.result, f"{row.seconds:.0f}", row.told)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the cases and run them one after the other; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines", description=__doc__)
    parser.add_argument("--cores", type=int, default=1, help="for tests and the DAG")
    parser.add_argument(
        "--keep", type=Path, help="keep each case's folder in this one, with its log"
    )
    parser.add_argument("--whole", action="store_true", help="the whole DAG where a case can")
    parser.add_argument("--project", type=Path, default=PROJECT, help="what is cloned")
    parser.add_argument("cases", nargs="*", help=f"all unless named: {', '.join(CASES)}")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        parser.error(f"expected cases among {', '.join(CASES)}; got {unknown[0]}")
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).date().isoformat()
    print(f"{now}, {platform.system()} {platform.machine()}, {options.cores} processes\n")
    print(line(*HEAD), line(*["---"] * len(HEAD)), sep="\n", flush=True)
    failed = False
    for name in options.cases or CASES:
        try:
            with site(name, options.project, options.cores, options.keep, options.whole) as at:
                for row in CASES[name](at):
                    print(shown(row), flush=True)
                    failed |= row.result == FAILED
        except Unable as reason:
            print(shown(Row(name, "nothing", ABSENT, told=str(reason))), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
