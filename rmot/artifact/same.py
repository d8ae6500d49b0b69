"""Knows whether two folders of results hold the same bytes, apart from what says how long it took.

``python -m rmot.artifact.same results elsewhere/results`` compares all outputs, or those whose
names begin as asked (``tables/``); status 1 where any differ. Of a table it says in which columns;
of a table of benchmarks the columns of times do not count.
"""

from __future__ import annotations

import argparse
import filecmp
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rmot.artifact.files import read_csv
from rmot.artifact.programs import reported
from rmot.errors import DataError, MissingData

TIMED = (
    "timings/",
    "benchmarks/calibration_race",
    "benchmarks/source_times",
    "figures/bound_scaling",
    "figures/calibration_race",
    "figures/engine_timing",
    "figures/work_precision",
    "report/",
    "paper/",
    "provenance.json",
    # the sources' own tables of times, beside ours
    "tables/source_lines.csv",
    "tables/source_items.tex",
)
"""How the names of outputs begin that say how long something took, or when it was made."""
BENCHMARKS = "benchmarks/"
"""Where tables have columns of times beside others; the pages made of them are not compared."""
TIMED_COLUMNS = (
    *("seconds", "per_second", "ratio", "ratio_of_least", "exponent", "exponent_error"),
    *("gigabytes", "least", "median"),
)
"""How the names of such columns end."""
UNFINISHED = (".part",)
"""How the names of files end that nobody reads."""


@dataclass(frozen=True)
class Comparison:
    """What two folders have in common.

    Attributes
    ----------
    same : tuple of str
        Names of files with the same bytes.
    different : dict of str to str
        Names of the others, and where they differ.
    first, second : tuple of str
        Names that only one of them has.
    """

    same: tuple[str, ...]
    different: dict[str, str]
    first: tuple[str, ...]
    second: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs and nothing is missing."""
        return not (self.different or self.first or self.second)


def outputs(folder: Path) -> dict[str, Path]:
    """Return the finished outputs below a folder whose bytes are to be the same in every run.

    Raises
    ------
    MissingData
        No such folder.
    """
    if not folder.is_dir():
        raise MissingData(f"expected a folder of results; there is none at {folder}")
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {
        name: path
        for name, path in found.items()
        if not name.startswith(TIMED)
        and not name.endswith(UNFINISHED)
        and not (name.startswith(BENCHMARKS) and not name.endswith(".csv"))
    }


def compare(first: Path, second: Path, beginnings: Sequence[str] = ("",)) -> Comparison:
    """Compare two folders of results byte by byte.

    Parameters
    ----------
    first, second : Path
        Such as ``results`` of two clones.
    beginnings : sequence of str
        Only outputs whose names begin with one of these are compared.

    Raises
    ------
    MissingData
        One of the folders does not exist.
    DataError
        Neither holds such an output: that would compare nothing.
    """
    one, other = (
        {name: path for name, path in outputs(folder).items() if name.startswith(tuple(beginnings))}
        for folder in (first, second)
    )
    if not one and not other:
        raise DataError(f"expected outputs to compare in {first} and {second}; there are none")
    both = [name for name in one if name in other]
    where = {name: _where(name, one[name], other[name]) for name in both}
    return Comparison(
        tuple(name for name in both if not where[name]),
        {name: place for name, place in where.items() if place},
        tuple(name for name in one if name not in other),
        tuple(name for name in other if name not in one),
    )


def _where(name: str, one: Path, other: Path) -> str:
    """Return where two outputs differ; nothing where they do not."""
    if filecmp.cmp(one, other, shallow=False):
        return ""
    if one.suffix != ".csv":
        return "other bytes"
    tables = [read_csv(path, dtype=str, keep_default_na=False) for path in (one, other)]
    if tables[0].shape != tables[1].shape or list(tables[0]) != list(tables[1]):
        return f"{tables[0].shape} and {tables[1].shape} rows and columns, or other names"
    differ = tables[0].to_numpy() != tables[1].to_numpy()
    apart = dict(zip(tables[0], differ.sum(axis=0).tolist(), strict=True))
    timed = TIMED_COLUMNS if name.startswith(BENCHMARKS) else ()
    found = {column: count for column, count in apart.items() if count}
    told = [f"{each} in {count} rows" for each, count in found.items() if not each.endswith(timed)]
    return ", ".join(told) if found else "other bytes"


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Compare two folders and say what differs; status 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m rmot.artifact.same")
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("beginnings", nargs="*", default=[""], help="such as tables/")
    options = parser.parse_args(arguments)
    found = compare(options.first, options.second, options.beginnings or [""])
    for name, where in found.different.items():
        print(f"different: {name}: {where}")
    for folder, names in ((options.first, found.first), (options.second, found.second)):
        for name in names:
            print(f"only in {folder}: {name}")
    print(
        f"{len(found.same)} outputs are the same, {len(found.different)} differ,"
        f" {len(found.first) + len(found.second)} are in one alone"
    )
    sys.exit(not found.equal)


if __name__ == "__main__":
    main()
