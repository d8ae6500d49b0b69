"""What a set of results was made with: code, data, versions, machine, seconds per rule.

Each table names the data files that its jobs, and those before them, read; each number of the
article names its table. Timings and versions stand here alone, so that tables and certificates can
be equal bit for bit.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rmot import __version__
from rmot.artifact.archive.sources import commit_of
from rmot.artifact.files import finite_or_none, read_json, write_json
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import DataError
from rmot.market.registry import datasets, describe

PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "pandas", "matplotlib", "snakemake")


@dataclass(frozen=True)
class Data:
    """The data of a set of results.

    Attributes
    ----------
    files : tuple of Path
        All that were read.
    rests : dict of str to tuple of int
        Which of them each table rests on.
    absent : tuple of str
        Registered ids that were asked for and are not here.
    tables : dict of str to str
        The table that each number of the article comes from, by macro.
    """

    files: tuple[Path, ...]
    rests: dict[str, tuple[int, ...]]
    absent: tuple[str, ...]
    tables: dict[str, str]


def collect(
    profile: str, lock: Path, timings: Path, data: Data, seeds: dict[str, int]
) -> dict[str, Any]:
    """Gather the provenance of one profile's results.

    Parameters
    ----------
    profile : str
    lock : Path
        The lock file that the environment was made from.
    timings : Path
        Folder of Snakemake's benchmark files.
    data : Data
    seeds : dict of str to int
        Seeds of random numbers by the rule that draws them.

    Raises
    ------
    DataError
        A number comes from a table of which nothing is known.
    """
    if unknown := sorted(set(data.tables.values()) - set(data.rests)):
        raise DataError(f"expected the data behind each table of numbers; none of {unknown}")
    described = [_described(path) for path in data.files]
    ids = [each["id"] for each in described]
    return {
        "rmot": __version__,
        "commit": commit_of(Path.cwd()),
        "profile": profile,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
        },
        "data": dict(zip(ids, described, strict=True)),
        "absent_data": sorted(data.absent),
        "data_of_tables": {
            table: [ids[place] for place in places] for table, places in data.rests.items()
        },
        "tables_of_numbers": data.tables,
        "seeds": seeds,
        "rules": {path.stem: _timing(path) for path in sorted(timings.glob("*.tsv"))},
    }


def _described(path: Path) -> dict[str, str]:
    """Say what a file is, and of a registered one where its original is."""
    source = describe(path)
    said = {"id": source.id, "sha256": source.sha256, "kind": source.kind}
    if source.kind == "real":
        registered = datasets()[source.id]
        said |= {
            "repository": registered.repository,
            "commit": registered.commit,
            "path": registered.source_path,
            "stored": registered.stored,
        }
    return said


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


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write what the DAG says of itself to ``--output``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, required=True)
    for name in ("lock", "timings", "numbers", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seed", action="append", default=[], metavar="RULE=SEED")
    parser.add_argument("--rests", action="append", default=[], metavar="TABLE=PLACE,PLACE")
    parser.add_argument("--absent", action="append", default=[], metavar="ID")
    parser.add_argument("--data", type=Path, nargs="*", default=[], metavar="FILE")
    options = parser.parse_args(arguments)
    rests = dict(entry.split("=", 1) for entry in options.rests)
    data = Data(
        tuple(options.data),
        {table: tuple(map(int, filter(None, each.split(",")))) for table, each in rests.items()},
        tuple(options.absent),
        read_json(options.numbers)["tables"],
    )
    seeds = dict(entry.split("=", 1) for entry in options.seed)
    found = collect(
        options.profile,
        options.lock,
        options.timings,
        data,
        {rule: int(seed) for rule, seed in seeds.items()},
    )
    write_json(options.output, found)


if __name__ == "__main__":
    main()
