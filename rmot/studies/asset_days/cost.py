"""What an asset-day costs, and what a job costs beside its asset-days, in seconds of the processor.

``python -m rmot.studies.asset_days.cost --input 0=seconds_0.json ... --output cost.csv``, with
``--case SECONDS`` where a cluster's node counted all that its jobs took: what is over the jobs' own
processes is their submission. The first asset-day of each kind in a job loads, or compiles, what
the others find: it is left out, and what it took over the others' mean is the job's start, as is
all that the process did beside its asset-days.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.files import read_json
from rmot.errors import DataError, ParameterError
from rmot.studies.study import Config, main

QUANTILE = 0.9
_KIND = ["kind", "data"]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each kind of quotes and data, with the jobs' figures in all of them.

    Raises
    ------
    DataError
        A file is not what a job writes, or of no kind there are two asset-days beside the first.
    ParameterError
        `config.case` is neither empty nor a number of seconds that the jobs can have taken.
    """
    jobs = [_job(path) for path in config.inputs.values()]
    days = pd.concat([job["days"].assign(job=row) for row, job in enumerate(jobs)])
    seconds = days["seconds"].to_numpy(float)
    first = days.duplicated(["job", *_KIND]).to_numpy() == 0
    own = sum(job["whole"] for job in jobs)
    rows, excess = [], 0.0
    for (kind, data), place in _places(days).items():
        kept, begun = seconds[place][~first[place]], seconds[place][first[place]]
        if len(kept) < 2:
            continue
        excess += float(np.sum(begun - kept.mean()))
        rows.append(
            {
                "kind": kind,
                "data": data,
                "asset_days": len(place),
                "mean_seconds": kept.mean(),
                "standard_error": kept.std(ddof=1) / np.sqrt(len(kept)),
                "deviation": kept.std(ddof=1),
                "ninetieth": np.quantile(kept, QUANTILE),
                "worst": kept.max(),
                "quote_kilobytes": days["bytes"].to_numpy(float)[place].mean() / 1000,
            }
        )
    if not rows:
        raise DataError("expected three asset-days of one kind in some job; there are none")
    return pd.DataFrame(rows).assign(
        row_kilobytes=sum(job["bytes"] for job in jobs) / len(days) / 1000,
        jobs=len(jobs),
        start_seconds=(own - float(seconds.sum()) + excess) / len(jobs),
        submission_seconds=_submission(config.case, own) / len(jobs),
        megabytes=max(job["megabytes"] for job in jobs),
    )


def _places(days: pd.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Return the rows of each kind of quotes and data, by kind."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, (kind, data) in enumerate(zip(days["kind"], days["data"], strict=True)):
        found.setdefault((kind, data), []).append(place)
    return dict(sorted(found.items()))


def _job(path: Path) -> dict[str, Any]:
    found = read_json(path)
    try:
        days = pd.DataFrame(found["days"])
        days["seconds"] = days["read"] + days["fit"]
        numbers = {name: float(found[name]) for name in ("whole", "megabytes", "bytes")}
        return numbers | {"days": days[["seconds", "bytes", *_KIND]]}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"expected the seconds of a job in {path}; {error!r}") from None


def _submission(counted: str, own: float) -> float:
    try:
        seconds = float(counted) if counted else float("nan")
    except ValueError:
        raise ParameterError(f"expected seconds as the case; got {counted!r}") from None
    if seconds < own:
        raise ParameterError(f"expected at least the {own:.1f} s of the jobs; got {seconds:g}")
    return seconds - own


if __name__ == "__main__":
    main(run)
