"""What a set of results was made with: code, data, versions, machine, seconds per rule.

Timings and versions stand here alone, so that tables and certificates can be equal bit for bit.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from rmot import __version__
from rmot.artifact.files import finite_or_none, write_json
from rmot.artifact.profiles import PROFILES
from rmot.market.registry import describe

PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "pandas", "matplotlib", "snakemake")


def collect(
    profile: str, lock: Path, timings: Path, data: dict[str, Path], seeds: dict[str, int]
) -> dict[str, Any]:
    """Gather the provenance of one profile's results.

    Parameters
    ----------
    profile : str
    lock : Path
        The lock file that the environment was made from.
    timings : Path
        Folder of Snakemake's benchmark files.
    data : dict of str to Path
        Data files by name.
    seeds : dict of str to int
        Seeds of random numbers by the rule that draws them.
    """
    sources = {name: describe(path) for name, path in data.items()}
    return {
        "rmot": __version__,
        "commit": _commit(),
        "profile": profile,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
        },
        "data": {
            name: {"id": source.id, "sha256": source.sha256, "kind": source.kind}
            for name, source in sources.items()
        },
        "seeds": seeds,
        "rules": {path.stem: _timing(path) for path in sorted(timings.glob("*.tsv"))},
    }


def _timing(path: Path) -> dict[str, float | None]:
    with path.open(encoding="utf-8", newline="") as handle:
        row = next(csv.DictReader(handle, delimiter="\t"))
    return {
        "seconds": _number(row["s"]),
        "peak_memory_mb": _number(row["max_rss"]),
    }


def _number(text: str) -> float | None:
    # A job shorter than the sampling interval has no memory figure: "-" or "NA".
    try:
        return finite_or_none(float(text))
    except ValueError:
        return None


def _commit() -> str | None:
    """Commit that is checked out, with a mark when files differ from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--timings", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", action="append", default=[], metavar="RULE=SEED")
    parser.add_argument("data", nargs="*", metavar="NAME=PATH")
    options = parser.parse_args()
    named = dict(entry.split("=", 1) for entry in options.data)
    seeds = dict(entry.split("=", 1) for entry in options.seed)
    write_json(
        options.output,
        collect(
            options.profile,
            options.lock,
            options.timings,
            {name: Path(path) for name, path in named.items()},
            {rule: int(seed) for rule, seed in seeds.items()},
        ),
    )
