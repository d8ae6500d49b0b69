r"""Knows where a neural surrogate of the smile wins against a calibration that prices exactly.

A surrogate's cost comes first: exact smiles, training, compilation. After n calibrations it has
taken C + n t, the engine n T, so that it is ahead from n* = C / (T - t) on. What both find is
judged by the exact likelihood: the distance of an optimum is

.. math:: \sqrt{\chi^2(\hat\theta) - \min \chi^2},

in standard errors, the least being that of the best found by any method. Surfaces have three
expiries of 50 strikes and five free parameters. Seconds are the processor's and differ from run to
run; what was found does not.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.surrogate.box import (
    CENTRE,
    FREE,
    MEAN_REVERSION,
    SCALE,
    inside,
    near_faces,
    point_at,
)
from benchmarks.surrogate.contestants import (
    EFFORTS,
    NETWORK,
    POLYNOMIAL,
    Contestant,
    held_out_errors,
    trained,
)
from benchmarks.surrogate.search import QuoteGrid, calibrate_batch, calibrate_surrogate
from benchmarks.surrogate.surfaces import (
    HALF_SPREAD,
    STRIKES,
    drawn_surface,
    index_surface,
    true_smiles,
)
from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration import Fit, calibrate
from rmot.calibration.likelihood import Likelihood, Quotes
from rmot.calibration.parametrisation import parametrise
from rmot.calibration.portfolio import calibrate_portfolio
from rmot.errors import IdentificationWarning
from rmot.market import OptionSurface
from rmot.models import RoughHeston
from rmot.studies.study import Config, main

SURFACES = {"quick": 2, "full": 10, "deep": 60}
HELD_OUT = {"quick": 12, "full": 64, "deep": 512}
TURNS = {"quick": 1, "full": 2, "deep": 5}
BATCH = {"quick": 20, "full": 500, "deep": 500}

ENGINE, ONE_START, POLISHED = "engine", "engine, one start", f"{NETWORK}, then engine"
EXTRAPOLATING = f"{NETWORK}, extrapolating"
EXACT, NOISY, BEYOND, INDEX = "without errors", "with errors", "beyond the box", "index"

COMPARED = (ENGINE, NETWORK, POLYNOMIAL, POLISHED)
TOTALS = (10, 100, 1000, 10_000)
ALIKE = 0.1

SEED = 7
WALL = 1.2
"""How far beyond the faces a search may extrapolate, where it is let."""
FIXED = {"mean_reversion": MEAN_REVERSION}
_NOISE_FREE = 1e-4
"""Half a spread where nothing is drawn: the least that a calibration takes a quote to have."""

_SHORT = {ENGINE: "engine", NETWORK: "network", POLYNOMIAL: "polynomial", POLISHED: "both"}
_TOGETHER = "the same, many at once"
_LABELS = {
    "seconds a calibration, many at once": _TOGETHER,
    **{f"seconds in all, {n} calibrations": f"seconds for {n}" for n in TOTALS},
}
_NOTHING = 1e-3
"""Smaller distances are the rounding of chi-squared."""

Array = NDArray[np.float64]
Found = tuple[Array, Array | None, int]
"""An optimum in coordinates, its standard errors where there are any, evaluations or steps."""


def run(config: Config) -> pd.DataFrame:
    """Race on the chain ``SPX`` and on surfaces drawn with its maturities."""
    index, profile = index_surface(config.inputs["SPX"]), config.profile
    contestants = trained(EFFORTS[profile], maturities_of(index), QuoteGrid.of(index, STRIKES))
    sizes = (SURFACES[profile], TURNS[profile], BATCH[profile], HELD_OUT[profile])
    # in a batch each is compiled anew, which takes longer than all else
    batched = (NETWORK,) if profile == "quick" else (NETWORK, POLYNOMIAL)
    return race(contestants, index, *sizes, batched)


def race(
    contestants: Sequence[Contestant],
    index: OptionSurface,
    surfaces: int,
    turns: int,
    batch: int,
    held_out: int,
    batched: Sequence[str],
) -> pd.DataFrame:
    """Calibrate and count.

    Returns
    -------
    DataFrame
        Rows of the studies ``training``, ``error``, ``fit``, ``batch``, ``break-even`` and
        ``verdict``.
    """
    maturities, source = maturities_of(index), index.source
    in_batch = [each for each in contestants if each.effort.name in batched]
    parts = {
        "training": _costs(contestants),
        "error": held_out_errors(contestants, held_out, maturities),
        "fit": _fits(contestants, index, surfaces, turns),
        "batch": _batches(in_batch, maturities, batch, surfaces),
    }
    parts["break-even"] = break_evens(parts["training"], parts["fit"], parts["batch"])
    so_far = pd.concat([part.assign(study=study) for study, part in parts.items()])
    whole = pd.concat([so_far, verdicts(so_far).assign(study="verdict")])
    return whole.assign(data=source.kind, data_sha256=source.sha256).reset_index(drop=True)


def maturities_of(surface: OptionSurface) -> Array:
    """Return the maturities of a surface, in years."""
    return np.array([smile.maturity for smile in surface.slices])


def _costs(contestants: Sequence[Contestant]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "method": each.effort.name,
                "smiles": each.effort.smiles,
                "data_seconds": each.data_seconds,
                "training_seconds": each.training_seconds,
                "compiling_seconds": each.compiling_seconds,
                "cost": each.cost,
            }
            for each in contestants
        ]
    )


def _cases(
    maturities: Array, index: OptionSurface, count: int
) -> list[tuple[str, int, OptionSurface, Array | None]]:
    """Give kind, number, surface and true coordinates of all surfaces to be calibrated."""
    cases: list[tuple[str, int, OptionSurface, Array | None]] = []
    within, beyond = inside(count, SEED), near_faces(count, SEED + 1, 1.05, 1.2)
    for kind, points, spread in (
        (EXACT, within, _NOISE_FREE),
        (NOISY, within, HALF_SPREAD),
        (BEYOND, beyond, HALF_SPREAD),
    ):
        for number, point in enumerate(points):
            seed = None if kind == EXACT else (SEED, number)
            surface = drawn_surface(true_smiles(point, maturities, spread), seed)
            cases.append((kind, number, surface, CENTRE + SCALE * point))
    cases.append((INDEX, 0, index, None))
    return cases


def _fits(
    contestants: Sequence[Contestant], index: OptionSurface, count: int, turns: int
) -> pd.DataFrame:
    """Calibrate each surface by all methods in turn, the least of `turns` times."""
    maturities = maturities_of(index)
    neural = next(each for each in contestants if each.effort.name == NETWORK)
    rows = []
    for kind, number, surface, truth in _cases(maturities, index, count):
        methods: dict[str, Callable[[], Found]] = {
            ENGINE: lambda surface=surface: _engine(surface),
            ONE_START: lambda surface=surface: _engine(surface, starts=1),
            **{
                each.effort.name: lambda surface=surface, each=each: _surrogate(each, surface)
                for each in contestants
            },
            POLISHED: lambda surface=surface: _polished(neural, surface),
        }
        if kind == BEYOND:
            methods[EXTRAPOLATING] = lambda surface=surface: _surrogate(neural, surface, WALL)
        seconds = dict.fromkeys(methods, math.inf)
        found: dict[str, Found] = {}
        for _ in range(turns):
            for name, method in methods.items():
                begin = time.process_time()
                found[name] = method()
                seconds[name] = min(seconds[name], time.process_time() - begin)
        likelihood = _likelihood(surface)
        costs = {name: likelihood.cost(point) for name, (point, _, _) in found.items()}
        errors = found[ENGINE][1]
        assert errors is not None
        for name, (point, own, steps) in found.items():
            gaps = np.full(len(FREE), np.nan) if truth is None else (point - truth)
            ratio = np.nan if own is None else float(np.max(np.abs(np.log(own / errors))))
            rows.append(
                {
                    "quotes_kind": kind,
                    "surface": number,
                    "method": name,
                    "seconds": seconds[name],
                    "steps": steps,
                    "distance": math.sqrt(max(costs[name] - min(costs.values()), 0.0)),
                    "reduced_chi_squared": costs[name] / (likelihood.size - len(FREE)),
                    "hurst": float(point[0]),
                    "hurst_error": float(gaps[0]),
                    "largest_error_deviations": float(np.max(np.abs(gaps / errors))),
                    "standard_error_ratio": math.exp(ratio),
                    "at_face": bool((np.abs((point - CENTRE) / SCALE) > 1.0 - 1e-6).any()),
                }
            )
    return pd.DataFrame(rows)


def _likelihood(surface: OptionSurface) -> Likelihood:
    coordinates = parametrise(RoughHeston, FIXED, None, None)
    return Likelihood(coordinates, map(Quotes.of, surface.slices), _NOISE_FREE)


def _coordinates(fit: Fit) -> Array:
    return CENTRE + SCALE * point_at(asdict(fit.model))


def _engine(surface: OptionSurface, **options: object) -> Found:
    with warnings.catch_warnings():
        # what is timed is the search, whatever the quotes determine
        warnings.simplefilter("ignore", IdentificationWarning)
        fit = calibrate(RoughHeston, surface, fixed=FIXED, require_convergence=False, **options)
    errors = np.sqrt(np.diag(np.linalg.inv(fit.fisher_information)))
    return _coordinates(fit), errors, fit.evaluations


def _surrogate(contestant: Contestant, surface: OptionSurface, wall: float = 1.0) -> Found:
    found = calibrate_surrogate(contestant.surrogate, QuoteGrid.of(surface, STRIKES), wall)
    return CENTRE + SCALE * found.point, found.standard_errors, found.steps


def _polished(contestant: Contestant, surface: OptionSurface) -> Found:
    start = calibrate_surrogate(contestant.surrogate, QuoteGrid.of(surface, STRIKES)).model
    return _engine(surface, start=start)


def _batches(
    contestants: Sequence[Contestant], maturities: Array, count: int, ours: int
) -> pd.DataFrame:
    """Calibrate many surfaces at once on one core; of the engine's portfolio the first few.

    The engine takes names one after another, so that its seconds a surface do not depend on how
    many there are.
    """
    truths = [true_smiles(point, maturities, HALF_SPREAD) for point in inside(ours, SEED)]
    surfaces = {
        str(number): drawn_surface(truths[number % ours], (SEED, number)) for number in range(count)
    }
    first = dict(list(surfaces.items())[:ours])
    begin = time.process_time()
    calibrate_portfolio(RoughHeston, first, processes=1, fixed=FIXED, require_convergence=False)
    rows = [_batch_row(ENGINE, len(first), time.process_time() - begin, 0.0)]
    compiled: dict[object, float] = {}
    for each in contestants:
        spent = []
        for _ in range(2):
            begin = time.process_time()
            quotes = [QuoteGrid.of(surface, STRIKES) for surface in surfaces.values()]
            calibrate_batch(each.surrogate, quotes)
            spent.append(time.process_time() - begin)
        compiling = compiled.setdefault(each.effort.program, max(spent[0] - spent[1], 0.0))
        rows.append(_batch_row(each.effort.name, count, spent[1], compiling))
    return pd.DataFrame(rows)


def _batch_row(method: str, surfaces: int, seconds: float, compiling: float) -> dict[str, object]:
    return {
        "method": method,
        "surfaces": surfaces,
        "seconds": seconds / surfaces,
        "compiling_seconds": compiling,
    }


def break_evens(costs: pd.DataFrame, fits: pd.DataFrame, batches: pd.DataFrame) -> pd.DataFrame:
    """Find from how many calibrations on each surrogate is ahead of the engine.

    Returns
    -------
    DataFrame
        One row a method, alone and in a batch: `cost`, `saved` seconds a calibration,
        `calibrations` n* (inf where nothing is saved) and its error, from that of the mean of what
        is saved.
    """
    seconds = fits[fits["quotes_kind"] == NOISY].pivot_table(
        index="surface", columns="method", values="seconds"
    )
    in_batch = batches.set_index("method")
    rows = []
    for row in costs.to_dict("records"):
        name, cost = str(row["method"]), float(row["cost"])
        saved = (seconds[ENGINE] - seconds[name]).to_numpy(float)
        rows.append({"method": name, "way": "alone", **break_even(cost, saved)})
        if name == NETWORK:
            both = (seconds[ENGINE] - seconds[POLISHED]).to_numpy(float)
            rows.append({"method": POLISHED, "way": "alone", **break_even(cost, both)})
        if name not in in_batch.index:
            continue
        # compiled for the batch instead
        batch_cost = cost - row["compiling_seconds"] + in_batch.loc[name, "compiling_seconds"]
        gain = seconds[ENGINE].to_numpy(float) - float(in_batch.loc[name, "seconds"])
        rows.append({"method": name, "way": "batch", **break_even(batch_cost, gain)})
    return pd.DataFrame(rows)


def break_even(cost: float, saved: Array) -> dict[str, float]:
    """Return n* = cost / mean(saved) with its error; inf where nothing is saved."""
    mean = float(np.mean(saved))
    error = float(np.std(saved, ddof=1) / math.sqrt(saved.size)) if saved.size > 1 else math.nan
    if mean <= 0.0:
        return {"cost": cost, "saved": mean, "calibrations": math.inf, "error": math.inf}
    number = cost / mean
    return {"cost": cost, "saved": mean, "calibrations": number, "error": number * error / mean}


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Hold methods against each other, criterion by criterion; less is better in each.

    Returns
    -------
    DataFrame
        Rows of `criterion`, `method`, `value` and `wins`. Several win where they differ by less
        than a tenth: of the least time, of a standard error, or of the ratio of standard errors.
    """
    rows = table.to_dict("records")
    costs, batches = (_rows(rows, study=study) for study in ("training", "batch"))
    cost = {ENGINE: 0.0, **{str(row["method"]): float(row["cost"]) for row in costs}}
    cost[POLISHED] = cost[NETWORK]
    noisy = _rows(rows, study="fit", quotes_kind=NOISY)
    each = _by_method(noisy, "seconds", np.mean)
    together = {str(row["method"]): float(row["seconds"]) for row in batches}
    ratios = _by_method(noisy, "standard_error_ratio", np.max)
    distances = {
        kind: _by_method(_rows(rows, study="fit", quotes_kind=kind), "distance", np.median)
        for kind in (EXACT, NOISY, INDEX, BEYOND)
    }
    criteria: dict[str, tuple[dict[str, float], bool]] = {
        "seconds before the first": (cost, True),
        "seconds a calibration": (each, True),
        "seconds a calibration, many at once": (together, True),
        **{
            f"seconds in all, {n} calibrations": (
                {name: cost[name] + n * each[name] for name in COMPARED if name in cost},
                True,
            )
            for n in TOTALS
        },
        **{f"distance, {kind}": (found, False) for kind, found in distances.items()},
        "ratio of standard errors": (ratios, False),
    }
    found = []
    for criterion, (values, relative) in criteria.items():
        here = {name: values[name] for name in COMPARED if name in values}
        least = min(here.values())
        reach = least + ALIKE * (least if relative else 1.0)
        for name, value in here.items():
            won = bool(value <= reach)
            found.append({"criterion": criterion, "method": name, "value": value, "wins": won})
    return pd.DataFrame(found)


def _rows(rows: list[dict[Any, Any]], **where: str) -> list[dict[Any, Any]]:
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def _by_method(
    rows: list[dict[Any, Any]], column: str, reduce: Callable[[list[float]], Any]
) -> dict[str, float]:
    methods = {str(row["method"]): list[float]() for row in rows}
    for row in rows:
        methods[str(row["method"])].append(float(row[column]))
    return {name: float(reduce(values)) for name, values in methods.items()}


def printed(table: pd.DataFrame) -> str:
    """Set the verdicts and the break-even, a row a criterion."""
    rows = table.to_dict("records")
    lines = []
    for criterion in {str(row["criterion"]): None for row in _rows(rows, study="verdict")}:
        part = _rows(rows, study="verdict", criterion=criterion)
        values = {str(row["method"]): float(row["value"]) for row in part}
        won = [_SHORT[str(row["method"])] for row in part if bool(row["wins"])]
        told = "all" if len(won) == len(part) else ", ".join(won)
        cells = {name: _cell(criterion, values.get(name)) for name in COMPARED}
        lines.append({"criterion": _LABELS.get(criterion, criterion), **cells, "wins": told})
    for way, label in (("alone", "break even at"), ("batch", _TOGETHER)):
        part = _rows(rows, study="break-even", way=way)
        cells = {str(row["method"]): _number(row) for row in part}
        lines.append({"criterion": label, **{n: cells.get(n) for n in COMPARED}, "wins": None})
    return latex_table(
        pd.DataFrame(lines),
        (
            Column("criterion", "", align="l"),
            *(Column(name, _SHORT[name], str) for name in COMPARED),
            Column("wins", "Least", align="l"),
        ),
    )


def _cell(criterion: str, value: float | None) -> str | None:
    if value is None:
        return None
    if criterion.startswith("distance") and value < _NOTHING:
        return f"<{_NOTHING:g}"
    return significant(value, 3 if criterion.startswith("ratio") else 2)


def _number(row: dict[Any, Any]) -> str:
    number, error = row["calibrations"], row["error"]
    if not math.isfinite(number):
        return r"\infty"
    return f"{number:.0f}" + (rf" \pm {error:.0f}" if math.isfinite(error) else "")


if __name__ == "__main__":
    main(run, printed)
