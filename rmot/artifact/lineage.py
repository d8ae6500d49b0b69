"""Knows which data files each result rests on: those that the DAG's own edges lead back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def data_behind(dag: Any, is_data: Callable[[str], bool]) -> dict[str, list[str]]:
    """Return the data files behind each table, by the table's name; both sorted.

    Parameters
    ----------
    dag : snakemake.dag.DAG
        Its jobs have `input` and `output`; `dependencies` maps each to those it waits for.
    is_data : callable
        Tells whether a file is one of data rather than a result or code.
    """
    behind: dict[Any, frozenset[str]] = {}

    def files(job: Any) -> frozenset[str]:
        if job not in behind:
            own = {str(path) for path in job.input if is_data(str(path))}
            behind[job] = frozenset(own.union(*map(files, dag.dependencies[job])))
        return behind[job]

    found = {
        Path(path).stem: sorted(files(job))
        for job in dag.jobs
        for path in map(str, job.output)
        if path.endswith(".csv") and not is_data(path)
    }
    return dict(sorted(found.items()))


def as_arguments(behind: Mapping[str, list[str]]) -> str:
    """Return the same for a command line: all files, then which of them each table rests on."""
    every = sorted(set().union(*behind.values()))
    place = {path: str(number) for number, path in enumerate(every)}
    rests = [
        f"--rests {table}={','.join(place[path] for path in files)}"
        for table, files in behind.items()
    ]
    return " ".join([*rests, *(["--data", *every] if every else [])])
