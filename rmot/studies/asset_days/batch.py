"""One job's share of the asset-days: a row for each, and apart from the rows the seconds they took.

``python -m rmot.studies.asset_days.batch --case BATCH/JOBS --input days=LIST --output fits.csv
--seconds seconds.json``. A row does not depend on the others of its job: neither on how many there
are nor on their order. An asset-day that fails has a row that says why, and the others go on.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rmot.artifact.files import read_csv, write_csv, write_json
from rmot.artifact.programs import reported
from rmot.errors import DataError, ParameterError, RmotError
from rmot.market.traded_smiles import TradedSmile
from rmot.studies.asset_days.chains import LAST_PRICES, AssetDay, batch_of
from rmot.studies.asset_days.listing import DRAWN
from rmot.studies.asset_days.quotes import TRADED, WHOLE, Quotes, fit
from rmot.studies.study import Config, parse
from rmot.studies.surfaces.portfolio import FIT_COLUMNS, fit_row

COLUMNS = (
    *(*AssetDay._fields, "kind", "failure", "expiries"),
    *FIT_COLUMNS,
    *("drawn_hurst", "data", "data_sha256"),
)
"""Of every job's table, whatever became of its asset-days."""
FAULT = "fault: "
"""How the reason begins of what should not have happened: no refusal of the engine's, but an error
in it."""


def run(config: Config) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Fit the asset-days of one job, in the order of the list.

    Parameters
    ----------
    config : Config
        Input ``days`` is the list; `case` is ``BATCH/JOBS``, counted from 0.

    Returns
    -------
    rows : DataFrame
        One a asset-day; `failure` is empty where there is a fit.
    seconds : list of dict
        For each: how long the processor read, and how long it fitted; and the bytes of its file
        that are its own.

    Raises
    ------
    ParameterError
        The case is no such pair.
    """
    quotes = Quotes(config.profile, config.seed)
    rows, seconds = [], []
    for day in share(days_of(config.inputs["days"]), config.case):
        begun = time.process_time()
        read = begun
        row: dict[str, object] = {"failure": ""}
        try:
            found = quotes.read(day)
            read = time.process_time()
            row |= _expiries(found)
            row |= fit_row(fit(found, day.asset))
        except RmotError as error:
            row["failure"] = " ".join(str(error).split())
        except Exception as error:  # the others of this job would be lost with it
            row["failure"] = f"{FAULT}{type(error).__name__}: {' '.join(str(error).split())}"
        drawn = quotes.truth(day).hurst if day.dataset == DRAWN else float("nan")
        kind, digest = quotes.source(day)
        ended = time.process_time()
        rows.append(
            {
                **day._asdict(),
                "kind": TRADED if day.dataset == LAST_PRICES else WHOLE,
                **row,
                "drawn_hurst": drawn,
                "data": kind,
                "data_sha256": digest,
            }
        )
        seconds.append(
            {
                **day._asdict(),
                "kind": rows[-1]["kind"],
                "data": kind,
                "bytes": quotes.size(day),
                "read": max(read, begun) - begun,
                "fit": ended - max(read, begun),
            }
        )
        print(f"{len(rows)} {day.asset} {day.day} {row['failure']}", file=sys.stderr)
    return pd.DataFrame(rows, columns=list(COLUMNS)), seconds


def days_of(path: Path) -> list[AssetDay]:
    """Read a list of asset-days.

    Raises
    ------
    DataError
        Other columns, or none listed.
    """
    table = read_csv(path, dtype=str, keep_default_na=False)
    if not set(AssetDay._fields) <= set(table.columns) or table.empty:
        raise DataError(f"expected asset-days with {AssetDay._fields} in {path}")
    return [AssetDay(*each) for each in table[list(AssetDay._fields)].itertuples(index=False)]


def share(days: Sequence[AssetDay], case: str) -> list[AssetDay]:
    """Return the asset-days of batch ``BATCH/JOBS``.

    Raises
    ------
    ParameterError
        No such pair of numbers.
    """
    batch, slash, jobs = case.partition("/")
    if not (slash and batch.isdecimal() and jobs.isdecimal() and int(batch) < int(jobs)):
        raise ParameterError(f"expected a batch and the number of jobs, as 0/4; got {case!r}")
    return [day for place, day in enumerate(days) if batch_of(place, int(jobs)) == int(batch)]


def _expiries(quotes: Any) -> dict[str, object]:
    return {"expiries": 1 if isinstance(quotes, TradedSmile) else len(quotes)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit a job's share and write rows and seconds."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--seconds", type=Path, required=True)
    options, others = parser.parse_known_args(arguments)
    config, output = parse(others)
    with reported():
        rows, seconds = run(config)
        write_csv(output, rows.assign(profile=config.profile))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        write_json(
            options.seconds,
            {
                "whole": time.process_time(),
                "megabytes": peak,
                "bytes": output.stat().st_size,
                "days": seconds,
            },
        )


if __name__ == "__main__":
    main()
