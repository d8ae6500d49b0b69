"""Seconds a smile of the engine and of QuantLib's engines, as ratios within one run.

Every smile is priced by all methods in turn, several times over; a ratio is the median of the
ratios within a turn, so that a machine that slows down slows all alike. Two uses of the engine are
told apart: at a Hurst exponent seen before, as in a surface of many maturities, and at one never
seen, as in each step of a calibration. Nothing here is reproducible to the bit, and no number of
the article rests on it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.engine_accuracy import operations, peer_errors
from benchmarks.methods import ADAMS, CLASSICAL_PEERS, ENGINE, LADDERS, Method, Price
from benchmarks.reference import Parameters
from benchmarks.reference_smiles import ReferenceSmile, cases, read
from benchmarks.unit_costs import flop_seconds
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.errors import RmotError
from rmot.studies.study import Config, main

LADDER_SMILES = {"quick": 2, "full": 6, "deep": 60}
TURNS = {"quick": 2, "full": 3, "deep": 9}
# a single short call is mostly the caches that the method before it has filled
CALLS, SHORT = 3, 5e-3

NEW_HURST = "new H"
FRESH = "fresh process"
FLOOR = "floor of the solver"
_FIRST_PRICE = """
from rmot.models import RoughHeston
RoughHeston(hurst=0.12, vol_of_vol=0.28, correlation=-0.65, initial_variance=0.04,
            mean_reversion=0.3, long_run_variance=0.04).call_price([-0.1, 0.0, 0.1], 0.5)
"""

_unseen = count(1)


def run(config: Config) -> pd.DataFrame:
    """Time the cases of a profile; the input is `reference`."""
    smiles = read(cases(config.profile), config.inputs["reference"])
    return measure(smiles, LADDER_SMILES[config.profile], TURNS[config.profile])


def measure(smiles: Sequence[ReferenceSmile], ladder_smiles: int, turns: int) -> pd.DataFrame:
    """Time defaults on all smiles, and all settings on the first drawn ones of either domain.

    Returns
    -------
    DataFrame
        One row a smile, method and setting: `seconds` and `ratio` (to the engine's default at a
        repeated Hurst exponent) are medians over turns; `study` is "default", "ladder" or "start".
        Errors stand beside the ladder alone: those of the defaults are the accuracy's table.
    """
    rows: list[dict[str, object]] = []
    flop = flop_seconds()
    for smile in smiles:
        peers = CLASSICAL_PEERS if smile.family == "classical" else (ADAMS,)
        timed = _turns(smile, (ENGINE, _at_new_hurst(ENGINE), *peers), turns, "default")
        rows += [*timed, _floor(timed[0], operations(smile), flop)]
    ladder = [method for methods in LADDERS.values() for method in methods]
    drawn = [smile for smile in smiles if smile.family == "drawn"]
    for easy in (True, False):
        for smile in [smile for smile in drawn if smile.case.easy is easy][:ladder_smiles]:
            rows += _turns(smile, (ENGINE, *ladder), turns, "ladder")
    return pd.DataFrame([*rows, _fresh_process()])


def _floor(timed: dict[str, Any], work: float, flop: float) -> dict[str, object]:
    """Return the row of what the Riccati solutions alone would take at the processor's rate."""
    seconds = work * flop
    return {
        **timed,
        "method": FLOOR,
        "setting": "arithmetic",
        "seconds": seconds,
        "ratio": seconds / timed["seconds"],
    }


def _at_new_hurst(method: Method) -> Method:
    def prepare(*arguments: Any) -> Price:
        price = method.prepare(*arguments)

        def at_new(parameters: Parameters) -> np.ndarray:
            # a step far below any error, but another number
            return price(
                replace(parameters, hurst=parameters.hurst * (1.0 - 1e-10 * next(_unseen)))
            )

        return at_new

    return Method(method.name, NEW_HURST, prepare)


def _turns(
    smile: ReferenceSmile, methods: Sequence[Method], turns: int, study: str
) -> list[dict[str, object]]:
    parameters, k = smile.case.parameters, smile.smile.log_moneyness
    prices = [method.prepare(smile.case, k) for method in methods]
    # what compiles and fills caches is not counted
    if study == "ladder":
        errors = [peer_errors(smile, method) for method in methods]
    else:
        errors = [dict[str, object]() for _ in methods]
        for price in prices:
            _seconds(price, parameters)
    seconds = np.array([[_seconds(price, parameters) for price in prices] for _ in range(turns)])
    ratios = seconds / seconds[:, :1]
    about = {
        "study": study,
        "family": smile.family,
        "name": smile.case.name,
        "days": smile.case.days,
        "easy": smile.case.easy,
        "reference_error": float(np.max(smile.smile.volatility_error)),
    }
    return [
        {
            **about,
            "method": method.name,
            "setting": method.setting,
            "seconds": float(np.median(seconds[:, place])),
            "ratio": float(np.median(ratios[:, place])),
            **errors[place],
        }
        for place, method in enumerate(methods)
    ]


def _seconds(price: Price, parameters: Parameters) -> float:
    """Time a call, the mean of a few where it is short; nan if it raises."""
    start = time.perf_counter()
    try:
        price(parameters)
        calls = CALLS if time.perf_counter() - start < SHORT else 1
        for _ in range(calls - 1):
            price(parameters)
    except (RuntimeError, RmotError):
        return float("nan")
    return (time.perf_counter() - start) / calls


def _fresh_process() -> dict[str, object]:
    """Time a process that imports the engine and prices three options, compiled code on disk."""

    def start() -> None:
        subprocess.run([sys.executable, "-c", _FIRST_PRICE], check=True)

    return {"study": "start", "method": "rmot", "setting": FRESH, "seconds": _median_of(start, 1)}


def _median_of(action: Callable[[], None], turns: int) -> float:
    taken = []
    for _ in range(turns):
        begin = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise the defaults by domain, method and setting: medians over smiles."""
    defaults = table.query("study == 'default'")
    drawn = defaults.query("family == 'drawn'")
    domains = {
        "easy": drawn[drawn["easy"].astype(bool)],
        "whole": drawn,
        "textbook": defaults.query("family == 'textbook'"),
        "H = 1/2": defaults.query("family == 'classical'"),
    }
    rows = [
        {
            "domain": domain,
            "method": method,
            "setting": setting,
            "smiles": len(group),
            "median_seconds": group["seconds"].median(),
            "late_seconds": group["seconds"].quantile(0.95),
            "median_ratio": group["ratio"].median(),
            "smallest_ratio": group["ratio"].min(),
        }
        for domain, part in domains.items()
        for (method, setting), group in part.groupby(["method", "setting"], sort=False)
    ]
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set the summary, times in milliseconds."""
    shown = summary(table)
    methods = [
        f"{row['method']}, {NEW_HURST}" if row["setting"] == NEW_HURST else str(row["method"])
        for row in shown.to_dict("records")
    ]
    again = shown["domain"].duplicated()
    milliseconds = Column("median_seconds", "Median ms", lambda x: fixed(1e3 * x, 2))
    return latex_table(
        shown.assign(
            domain=shown["domain"].replace({"H = 1/2": "Heston"}).where(~again, ""),
            method=methods,
        ),
        (
            Column("domain", "Domain", align="l"),
            Column("method", "Engine", align="l"),
            milliseconds,
            Column("late_seconds", r"95\,\% ms", lambda x: fixed(1e3 * x, 2)),
            Column("median_ratio", "Ratio", lambda x: significant(x, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
