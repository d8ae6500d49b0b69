"""Operations that compiled kernels need, the floor that they set on this machine, and the time.

Counts come from the calls that the engine makes, at the sizes that it chooses; unit costs from
`benchmarks.unit_costs` in the same run. Counts are equal to the bit from run to run, times not.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from benchmarks import (
    ball_cases,
    bound_operations,
    calibration_operations,
    path_operations,
    smile_operations,
    unit_costs,
)
from benchmarks.operation_counts import WHOLE, Counted, summary, tabulate
from benchmarks.reference_smiles import cases, read
from rmot.artifact.formats import Column, latex_table, significant
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared

SMILES = {"quick": 2, "full": 12, "deep": 60}
ROUNDS = {"quick": 3, "full": 20, "deep": 200}


def _smiles(config: Config) -> Iterable[Counted]:
    known = read(cases(config.profile), config.inputs["reference"])
    easy = [smile for smile in known if smile.family == "drawn" and smile.case.easy]
    chosen = easy[: SMILES[config.profile]]
    return smile_operations.count(chosen, ROUNDS[config.profile])


def _bounds(config: Config) -> Iterable[Counted]:
    rounds = ROUNDS[config.profile]
    yield from bound_operations.count(ball_cases.on_nodes(ChiSquared()), rounds, dense=True)
    if config.profile != "quick":
        yield from bound_operations.count(ball_cases.on_sample(ChiSquared()), rounds // 4)


def _paths(config: Config) -> Iterable[Counted]:
    return path_operations.count(ROUNDS[config.profile])


def _calibrations(config: Config) -> Iterable[Counted]:
    return calibration_operations.count(ROUNDS[config.profile] // 4 + 1)


KERNELS: tuple[Callable[[Config], Iterable[Counted]], ...] = (
    _smiles,
    _bounds,
    _paths,
    _calibrations,
)
"""Each counts a kernel's parts in some cases."""

UNITS: dict[str, Callable[[int], float]] = {
    **unit_costs.UNITS,
    calibration_operations.EVALUATION: calibration_operations.evaluation_seconds,
}
"""Each measures what one operation of its kind takes, in so many rounds."""

_NAMES = {
    unit_costs.FLOP: "flop",
    unit_costs.EXPONENTIAL: "exp.",
    unit_costs.MULTIPLY_ADD: "mult.-add",
    unit_costs.DIVISION: "div.",
    unit_costs.ROOT: "root",
    unit_costs.NORMAL: "normal",
    unit_costs.UNIFORM: "uniform",
    unit_costs.NEAR_MOVE: "moves",
    unit_costs.FAR_MOVE: "far moves",
    calibration_operations.EVALUATION: "surfaces with derivatives",
}
_MOST_KINDS = 3


def run(config: Config) -> pd.DataFrame:
    """Count and time the kernels in the cases of a profile; the input is `reference`."""
    rounds = ROUNDS[config.profile]
    counts = [each for count in KERNELS for each in count(config)]
    return tabulate(counts, {unit: seconds(rounds) for unit, seconds in UNITS.items()})


def printed(table: pd.DataFrame) -> str:
    """Set medians over cases, a kernel and under it its parts; times in microseconds."""
    rows = summary(table).to_dict("records")
    microseconds = {
        f"{name}_seconds": f"{name.title()}, \\textmu s" for name in ("floor", "measured")
    }
    return latex_table(
        pd.DataFrame([{**row, "work": _work(row), "operations": _operations(row)} for row in rows]),
        (
            Column("work", "Work", str, align="l"),
            Column("operations", "Operations", str, align="l"),
            *(Column(*each, _microseconds) for each in microseconds.items()),
            Column("ratio", "Ratio", lambda x: significant(x, 2)),
        ),
    )


def _work(row: Mapping[Hashable, Any]) -> str:
    if row["part"] != WHOLE:
        return rf"\quad\text{{{row['part']}}}"
    cases = f", {row['cases']} cases" if row["cases"] > 1 else ""
    return rf"\text{{{row['kernel']}{cases}}}"


def _operations(row: Mapping[Hashable, Any]) -> str:
    numbers = {name: row.get(f"{unit}s", 0.0) for unit, name in _NAMES.items()}
    said = [_counted(number, name) for name, number in numbers.items() if number]
    return ", ".join(said) if len(said) <= _MOST_KINDS else r"\text{those below}"


def _counted(number: float, name: str) -> str:
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if number >= 0.9995 * unit:
            return rf"{number / unit:.3g}\,\text{{{letter} {name}}}"
    return rf"{number:.3g}\,\text{{{name}}}"


def _microseconds(seconds: float) -> str:
    return significant(1e6 * seconds, 3 if seconds < 1e-3 else 4)


if __name__ == "__main__":
    main(run, printed)
