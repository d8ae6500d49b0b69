r"""What fifty thousand asset-days would take on a cluster, by the measured cost of one.

With a mean cost c of an asset-day and o of a job beside its asset-days, a job of b of them spends
the share :math:`o / (o + b c)` on itself. The least b that keeps this within `OVERHEAD` is

.. math:: b = \lceil (1 - a)\, o / (a\, c) \rceil,

then :math:`J = \lfloor N / b \rfloor` jobs take :math:`N c + J o`, known to :math:`N s`, s the
standard error of c. No job should take longer than its mean, five deviations and the worst
asset-day once more; the limit that a job is given is twice that. Jobs that start as soon as one of
m cores is free, in whatever order, end by

.. math:: \frac{N c + J o}{m} + \Bigl(1 - \frac{1}{m}\Bigr) \ell,

with the longest job's seconds l [1]. The measurement is a table that `rmot.studies.asset_days.cost`
wrote.

References
----------
.. [1] R. L. Graham, "Bounds on multiprocessing timing anomalies", *SIAM J. Appl. Math.* 17 (1969)
   416-429, Theorem 2.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.errors import DataError
from rmot.market.registry import sha256
from rmot.studies.study import Config, main

ASSET_DAYS = 50_000
OVERHEAD = 0.1
"""Share of a job's time that may go into the job itself."""
CORES = (2, 64, 512)
_DEVIATIONS = 5.0
_MEASURED = ("mean_seconds", "standard_error", "deviation", "worst", "start_seconds")


def run(config: Config) -> pd.DataFrame:
    """Plan for each kind of asset-day of the input ``cost``, a row for each number of cores.

    Raises
    ------
    DataError
        The cost of a submission was not measured, or a column is missing.
    """
    cost = read_csv(config.inputs["cost"])
    missing = [name for name in (*_MEASURED, "submission_seconds") if name not in cost]
    if missing or np.isnan(cost["submission_seconds"].to_numpy(float)).any():
        raise DataError(f"expected measured costs with their submission; missing {missing}")
    rows = []
    for row in cost.to_dict("records"):
        beside = row["start_seconds"] + row["submission_seconds"]
        # none has fewer than it needs: the rest of a division goes to the others
        jobs = max(1, ASSET_DAYS // asset_days_a_job(row["mean_seconds"], beside))
        batch = ceil(ASSET_DAYS / jobs)
        seconds = ASSET_DAYS * row["mean_seconds"] + jobs * beside
        longest = batch * row["mean_seconds"] + _DEVIATIONS * sqrt(batch) * row["deviation"]
        longest += row["worst"] + beside
        for cores in CORES:
            rows.append(
                {
                    "kind": row["kind"],
                    "asset_days": ASSET_DAYS,
                    "cores": cores,
                    "asset_days_a_job": batch,
                    "jobs": jobs,
                    "overhead": jobs * beside / seconds,
                    "core_hours": seconds / 3600,
                    "core_hours_standard_error": ASSET_DAYS * row["standard_error"] / 3600,
                    "hours": (seconds / cores + (1 - 1 / cores) * longest) / 3600,
                    "job_limit_minutes": ceil(2 * longest / 60),
                    "quotes_gigabytes": ASSET_DAYS * row["quote_kilobytes"] / 1e6,
                    "rows_megabytes": ASSET_DAYS * row["row_kilobytes"] / 1e3,
                    "memory_megabytes": row["megabytes"],
                    "data": row["data"],
                }
            )
    return pd.DataFrame(rows).assign(data_sha256=sha256(config.inputs["cost"]))


def asset_days_a_job(mean: float, beside: float, overhead: float = OVERHEAD) -> int:
    """Return the fewest asset-days that keep a job's cost beside them within its share.

    Parameters
    ----------
    mean, beside : float
        Seconds of an asset-day, and of a job beside its asset-days.
    overhead : float
        In (0, 1).

    Examples
    --------
    >>> asset_days_a_job(0.5, 10.0)
    180
    """
    return max(1, ceil((1.0 - overhead) * beside / (overhead * mean)))


def printed(table: pd.DataFrame) -> str:
    """Set a row for each kind and number of cores."""
    columns = [
        Column("kind", "Quotes", align="l"),
        Column("data", "data", align="l"),
        Column("cores", "Cores", lambda n: str(int(n))),
        Column("asset_days_a_job", "a job", lambda n: str(int(n))),
        Column("jobs", "Jobs", lambda n: str(int(n))),
        Column("core_hours", "Core hours", significant, error="core_hours_standard_error"),
        Column("hours", "Hours", lambda x: fixed(x, 2)),
        Column("quotes_gigabytes", "Quotes, GB", lambda x: fixed(x, 1)),
    ]
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
