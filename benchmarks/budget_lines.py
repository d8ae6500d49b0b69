"""Measures one budget, in a process of its own so that its memory is its own.

The work, the clocks and the peers are those of the modules that time engine, calibration, bounds,
portfolios and paths at length; here each is asked for the one size that a budget names.

    python -m benchmarks.budget_lines NAME --output FILE.json
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.budgets import Measured
from rmot.artifact.files import finite_or_none, read_csv, write_json
from rmot.artifact.fingerprint import PROJECT
from rmot.errors import AccuracyError, MissingData, RmotError

# Modules are imported by the measurement that needs them: QuantLib and cvxpy are no part of the
# memory of those that do without.

SMILES = 12
SURFACES = 5
TURNS = 5
SAMPLE_TURNS = 3
SIZES = (8, 12, 20, 30, 50)
PATH_STEPS = 64
PATHS = 2**19

_CASES = 40
_COMMAND_LINE = ("-c", "from rmot.cli import main; main()")
_PEER_SECONDS = 120.0
_PUBLISHED = PROJECT / "proofs_check" / "tables" / "002_table_4_text.csv"


def smile() -> Measured:
    """Measure easy smiles beside QuantLib's default engine."""
    from benchmarks.engine_accuracy import peer_errors
    from benchmarks.engine_timing import measure
    from benchmarks.methods import ADAMS, ENGINE
    from benchmarks.parameter_sets import drawn
    from benchmarks.reference_smiles import join, tabulate

    easy = [("drawn", case) for case in drawn(_CASES) if case.easy][:SMILES]
    smiles = join(easy, tabulate(easy))
    table = measure(smiles, 0, TURNS)
    # a floor of the arithmetic and the start of a process are rows of their own
    by_method = dict(list(table.groupby(["method", "setting"])))
    ours, peer = (by_method[each.name, each.setting] for each in (ENGINE, ADAMS))
    errors = [peer_errors(each, ENGINE).get("largest_error", np.nan) for each in smiles]
    return Measured(
        _median(ours, "seconds"),
        TURNS * len(smiles),
        f"QuantLib {ADAMS.name}",
        _median(peer, "seconds"),
        _median(peer, "ratio"),
        float(np.max(np.array(errors, dtype=float))),
    )


def calibration() -> Measured:
    """Measure whole calibrations beside a local search with QuantLib's prices."""
    from benchmarks.calibration_timing import measure

    table = measure(SURFACES, SURFACES)
    return Measured(
        _median(table, "seconds"),
        len(table),
        "one search with QuantLib Adams, from the truth",
        _median(table, "peer_seconds"),
        _median(table, "ratio"),
        float(np.max(table["distance_to_optimum"].to_numpy(float))),
    )


def bound_nodes() -> Measured:
    """Measure a bound around a law on nodes beside cvxpy with Clarabel."""
    from benchmarks import ball_cases
    from benchmarks.transport_timing import timed_bound
    from rmot.transport import ChiSquared

    return _bound(pd.DataFrame(timed_bound(ball_cases.on_nodes(ChiSquared()), TURNS)))


def bound_sample() -> Measured:
    """Measure a bound around a large sample beside cvxpy with Clarabel."""
    from benchmarks import ball_cases
    from benchmarks.transport_timing import timed_bound, timed_sample
    from rmot.transport import ChiSquared

    # compiles, and is not counted
    list(timed_bound(ball_cases.on_nodes(ChiSquared()), 1, ()))
    sample = ball_cases.on_sample(ChiSquared())
    return _bound(pd.DataFrame(timed_sample(sample, SAMPLE_TURNS, _PEER_SECONDS)))


def _bound(table: pd.DataFrame) -> Measured:
    """Reduce the rows of a bound: one side of ours, and the fastest form that the peer solved."""
    from benchmarks.transport_timing import ONE_SIDE

    ours = table[table["part"] == ONE_SIDE].iloc[0]
    peers = table.query("part == 'whole'").dropna(subset=["median_ratio"])
    found = Measured(
        float(ours["median_seconds"]), int(ours["turns"]), error=float(max(ours["gap"], 0.0))
    )
    if peers.empty:
        return found
    peer = peers.iloc[int(np.argmin(np.array(peers["median_ratio"], float)))]
    return Measured(
        found.cost,
        found.turns,
        f"cvxpy, {peer['method']}",
        float(peer["median_seconds"]),
        float(peer["median_ratio"]),
        found.error,
    )


def portfolio() -> Measured:
    """Measure the largest portfolio for which a source prints its seconds, and hold it to these."""
    from benchmarks import coupling_scaling

    surfaces = [coupling_scaling.asset(number) for number in range(30)]
    coupling_scaling.portfolio(surfaces[:2], 1 << 10)  # compiles, and is not counted
    timed = coupling_scaling.portfolio(surfaces)
    seconds, published = timed.seconds["total"], _printed("seconds_30_assets")
    return Measured(
        seconds,
        1,
        "002, as printed, on its machine",
        published,
        published / seconds,
        timed.sampling_error / (timed.upper - timed.lower),
    )


def growth() -> Measured:
    """Measure the slope of log seconds on the log of the number of assets."""
    from benchmarks import coupling_scaling

    surfaces = [coupling_scaling.asset(number) for number in range(max(SIZES))]
    coupling_scaling.portfolio(surfaces[:2], 1 << 10)  # compiles, and is not counted
    seconds = [coupling_scaling.portfolio(surfaces[:size]).seconds["total"] for size in SIZES]
    slope, error = coupling_scaling.exponent(np.array(SIZES, float), np.array(seconds))
    published = _printed("exponent")
    return Measured(
        slope, len(SIZES), "002, as printed", published, published / slope, standard_error=error
    )


def _printed(quantity: str) -> float:
    """Return a number that the source's text prints."""
    table = read_csv(_PUBLISHED)
    values = dict(zip(table["quantity"], table["value"].to_numpy(float), strict=True))
    return float(values[quantity])


def path_step() -> Measured:
    """Measure a step of a path beside a published scheme's, and the bias of the prices."""
    from benchmarks.path_errors import CASES, SEED
    from benchmarks.path_schemes import MARKOVIAN, OURS
    from benchmarks.path_timing import seconds_per_step
    from rmot.studies.paths.estimates import volatility_biases
    from rmot.studies.paths.path_biases import law

    peer = MARKOVIAN[3]
    ours, theirs = (seconds_per_step(scheme, PATH_STEPS, TURNS, 2**20) for scheme in (OURS, peer))
    found = []
    for hurst, vol_of_vol, correlation, mean_reversion, maturity in CASES:
        model = law(hurst, vol_of_vol, correlation, mean_reversion)
        paths = OURS.simulate(model, maturity, PATH_STEPS, PATHS, SEED)
        found.append(volatility_biases(model, maturity, *paths))
    bias, error = (1e4 * np.array(each).ravel() for each in zip(*found, strict=True))
    worst = int(np.argmax(np.abs(bias)))
    return Measured(
        ours, TURNS, peer.name, theirs, theirs / ours, float(abs(bias[worst])), float(error[worst])
    )


def neural() -> Measured:
    """Measure the training of one law on quotes of a known truth, in a new process."""
    config = PROJECT / "rmot" / "neural" / "volterra.toml"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "rmot.studies.neural.training", "--case", "truth"),
            *("--profile", "full", "--input", f"config={config}"),
            *("--output", str(Path(folder) / "truth_0.csv")),
        ]
        return Measured(*_median_of(command, 1))


def help_page() -> Measured:
    """Measure the command line's help beside a bare interpreter."""
    return _beside([*_COMMAND_LINE, "--help"], ["-c", "pass"], "a bare interpreter")


def first_import() -> Measured:
    """Measure the import of a model beside that of QuantLib."""
    from importlib.util import find_spec

    ours = ["-c", "from rmot.models import RoughHeston"]
    if find_spec("QuantLib") is None:
        return Measured(*_median_of([sys.executable, *ours], TURNS))
    return _beside(ours, ["-c", "import QuantLib"], "import QuantLib")


def demo() -> Measured:
    """Measure the demonstration in an empty folder."""
    return Measured(*_median_of([sys.executable, *_COMMAND_LINE, "demo"], 1))


def nothing_to_do() -> Measured:
    """Measure what Snakemake takes to find that all results are there.

    Raises
    ------
    MissingData
        Something is to be done.
    """
    command = [
        *(sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/default"),
        "--dry-run",
    ]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if "Nothing to be done" not in said.stdout + said.stderr:
        raise MissingData("expected finished results of the full profile; something is to be done")
    return Measured(*_median_of(command, SAMPLE_TURNS, PROJECT))


LINES: dict[str, Callable[[], Measured]] = {
    "smile": smile,
    "calibration": calibration,
    "bound_nodes": bound_nodes,
    "bound_sample": bound_sample,
    "portfolio": portfolio,
    "growth": growth,
    "path_step": path_step,
    "neural": neural,
    "help": help_page,
    "import": first_import,
    "demo": demo,
    "nothing_to_do": nothing_to_do,
}


def _beside(ours: Sequence[str], theirs: Sequence[str], peer: str) -> Measured:
    """Time two programs of this interpreter in turn, after a round that fills caches."""
    commands = [[sys.executable, *each] for each in (ours, theirs)]
    seconds = np.array([[_seconds(command) for command in commands] for _ in range(TURNS + 1)][1:])
    own, other = np.median(seconds, axis=0).tolist()
    ratio = float(np.median(seconds[:, 1] / seconds[:, 0]))
    return Measured(own, TURNS, peer, other, ratio)


def _median(table: pd.DataFrame, column: str) -> float:
    return float(np.nanmedian(table[column].to_numpy(float)))


def _median_of(command: Sequence[str], turns: int, folder: Path | None = None) -> tuple[float, int]:
    return float(np.median([_seconds(command, folder) for _ in range(turns)])), turns


def _seconds(command: Sequence[str], folder: Path | None = None) -> float:
    with tempfile.TemporaryDirectory() as empty:
        start = time.perf_counter()
        subprocess.run(command, cwd=folder or empty, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one line and write what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("line", choices=LINES)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        measured = LINES[options.line]()
        if not 0.0 < measured.cost < math.inf:
            raise AccuracyError(f"expected a cost of {options.line}; got {measured.cost}")
    except (RmotError, ImportError) as error:
        sys.exit(str(error))
    # JSON has no NaN: an error that is unknown is null, and then no budget is kept
    write_json(options.output, {name: _known(value) for name, value in asdict(measured).items()})


def _known(value: object) -> object:
    return finite_or_none(value) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
