"""Seconds of one bound of a ball, and of cvxpy with Clarabel on the same program, as ratios.

Either finds the upper bound of a far call, cold: `rmot` puts the program together, finds the
nearest law and then the bound; the peer is handed the program and solves it once. Both run in turn,
and a ratio is taken within a turn. Of ours, which take milliseconds, a turn holds several in a row
and their mean counts; the first, whose code and data fifty milliseconds of another program have
driven out of the processor's caches, is told beside it. What they return is judged alike by
`benchmarks.ball_worth`.
A path of radii is held against single calls in the same way. Times are not reproducible to the
bit; values, gaps and counts are, and the article takes numbers of these alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import ball_cases
from benchmarks.ball_cases import BallCase
from benchmarks.ball_peer import (
    ENTROPY_FORMS,
    FORMS,
    PeerAnswer,
    PeerProgram,
    peer_program,
    solve,
    solve_apart,
)
from benchmarks.ball_worth import judge
from rmot.artifact.formats import Column, latex_table, significant
from rmot.errors import AccuracyError
from rmot.studies.study import Config, main
from rmot.transport import (
    Bounds,
    BoundsPath,
    ChiSquared,
    KullbackLeibler,
    bounds_path,
    price_bounds,
)
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import BallProblem, assemble
from rmot.transport.balls.sides import Side, upper_side

Vector = NDArray[np.float64]
Result = TypeVar("Result")

TURNS = {"quick": 3, "full": 3, "deep": 30}
ENTROPY_TURNS = {"quick": 1, "full": 2, "deep": 15}
SAMPLE_TURNS = {"quick": 1, "full": 1, "deep": 3}
PATH_TURNS = {"quick": 1, "full": 2, "deep": 10}
RADII = np.geomspace(1e-4, 1.0, 40)

# in a smaller ball of relative entropy the radius binds before the quotes do
BINDING_RADIUS = 1e-3

# How many bounds of ours a turn holds, and after how many seconds none more begins.
IN_A_ROW, ENOUGH = 16, 0.05

OURS = "rmot"
ONE_SIDE = "one side"
FIRST = "one side, first of a turn"
SOLVED = "solved"
SKIPPED = "skipped: left to a longer profile"
PEER_SECONDS = 120.0


def run(config: Config) -> pd.DataFrame:
    """Time the cases of a profile."""
    profile = config.profile
    rows: list[dict[str, object]] = []
    for own in (True, False):
        rows += timed_bound(ball_cases.on_nodes(ChiSquared(), own=own), TURNS[profile])
    entropy = ball_cases.on_nodes(KullbackLeibler())
    for radius in (ball_cases.RADIUS, BINDING_RADIUS):
        smaller = replace(entropy, radius=radius)
        rows += timed_bound(smaller, ENTROPY_TURNS[profile], ENTROPY_FORMS)
    limit = None if profile == "quick" else PEER_SECONDS
    rows += timed_sample(ball_cases.on_sample(ChiSquared()), SAMPLE_TURNS[profile], limit)
    entropy = ball_cases.on_sample(KullbackLeibler())
    if profile == "quick":
        rows += skipped(entropy, (OURS, ONE_SIDE), (_peer("pieces"), "whole"))
    else:
        # of the forms without dense rows, the one that has found an answer
        forms = ENTROPY_FORMS[1 if profile == "deep" else 2 :]
        rows += timed_sample(entropy, 1, limit, forms)
        rows += skipped(
            entropy, *((_peer(form), "whole") for form in ENTROPY_FORMS[1:] if form not in forms)
        )
    rows += timed_path(ball_cases.on_nodes(ChiSquared()), RADII, PATH_TURNS[profile])
    return pd.DataFrame(rows).assign(data_sha256=ball_cases.digest())


@dataclass(frozen=True, eq=False)
class _OneSide:
    """One cold bound of ours and the seconds of its three steps."""

    problem: BallProblem
    side: Side
    steps: dict[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.steps.values())


def _one_side(case: BallCase) -> _OneSide:
    begin = time.perf_counter()
    problem = assemble(
        case.payoff, case.prior, case.quotes, np.array([case.forward]), case.divergence
    )
    assembled = time.perf_counter()
    law = nearest(problem)
    calibrated = time.perf_counter()
    side = upper_side(problem, problem.payoff, case.radius, law)
    steps = np.diff([begin, assembled, calibrated, time.perf_counter()]).tolist()
    return _OneSide(
        problem, side, dict(zip(("assemble", "nearest", "upper_side"), steps, strict=True))
    )


def _in_a_row(case: BallCase) -> tuple[_OneSide, float]:
    """Return a bound with its mean seconds over as many as a turn holds, and those of the first."""
    found = [_one_side(case)]
    while len(found) < IN_A_ROW and sum(each.seconds for each in found) < ENOUGH:
        found.append(_one_side(case))
    steps = {step: float(np.mean([each.steps[step] for each in found])) for step in found[0].steps}
    return replace(found[0], steps=steps), found[0].seconds


def _price_bounds(case: BallCase) -> Bounds:
    return price_bounds(
        case.payoff,
        case.prior,
        quotes=case.quotes,
        forwards=case.forward,
        divergence=case.divergence,
        radius=case.radius,
    )


def _timed(action: Callable[[], Result]) -> tuple[Result, float]:
    begin = time.perf_counter()
    found = action()
    return found, time.perf_counter() - begin


def timed_bound(
    case: BallCase, turns: int, forms: Sequence[str] = FORMS
) -> Iterator[dict[str, object]]:
    """Time a bound by all methods in turn, after one round that compiles and is not counted.

    Yields
    ------
    dict
        One row a method and part: seconds, ratios, and what its answer is worth.
    """
    spare = _one_side(case)
    _price_bounds(case)
    programs = {form: peer_program(case, spare.problem, form) for form in forms}
    answers = {form: solve(program, PEER_SECONDS) for form, program in programs.items()}
    clock = _Clock()
    for _ in range(turns):
        ours, first = _in_a_row(case)
        clock.add_ours(ours, _timed(partial(_price_bounds, case))[1])
        clock.add(OURS, FIRST, first)
        clock.add_peers({form: solve(stated, PEER_SECONDS) for form, stated in programs.items()})
    yield from clock.rows(case, spare, programs, answers)


def timed_sample(
    case: BallCase, turns: int, limit: float | None, forms: Sequence[str] = FORMS[1:]
) -> Iterator[dict[str, object]]:
    """Time a bound around a large sample; the peer, its rows not dense, in a process of its own.

    The peer is ended after `limit` seconds; with None it is left out, and its row says so. What was
    compiled for other cases serves here.
    """
    clock = _Clock()
    ours = _one_side(case)
    clock.add_ours(ours, None)
    programs, answers = dict[str, PeerProgram](), dict[str, PeerAnswer]()
    if limit is not None:
        programs = {form: peer_program(case, ours.problem, form) for form in forms}
        answers = {form: solve_apart(stated, limit) for form, stated in programs.items()}
        clock.add_peers(answers)
        for _ in range(turns - 1):
            clock.add_ours(_one_side(case), None)
            clock.add_peers({form: solve_apart(each, limit) for form, each in programs.items()})
    yield from clock.rows(case, ours, programs, answers)
    if limit is None:
        yield from skipped(case, (_peer("pieces"), "whole"))


def skipped(case: BallCase, *parts: tuple[str, str]) -> Iterator[dict[str, object]]:
    """Give rows of methods and parts that this profile has no time for."""
    for method, part in parts:
        yield {**_about(case), "method": method, "part": part, "status": SKIPPED}


def timed_path(case: BallCase, radii: Vector, turns: int) -> Iterator[dict[str, object]]:
    """Time a path of radii against a call for each.

    The path's distance from the calls, and the error it states as its gap, are relative to the
    bounds' width.
    """
    whole = partial(_path, case, radii)
    path, singles = whole(), _singles(case, radii)
    clock = _Clock()
    for _ in range(turns):
        clock.add(OURS, "bounds_path", _timed(whole)[1])
        clock.add(OURS, "price_bounds each", _timed(partial(_singles, case, radii))[1])
    each = np.array([[one.lower, one.upper] for one in singles])
    width = np.ptp(each, axis=1)
    away = np.abs(np.stack([path.lower, path.upper], axis=1) - each).max(axis=1)
    stated = np.maximum(path.lower_error, path.upper_error)
    counts: dict[str, dict[str, object]] = {
        "bounds_path": {
            "solves": path.solves,
            "distance": float(np.max(away / width)),
            "gap": float(np.max(stated / width)),
        },
        # a call solves for the nearest law and for both sides
        "price_bounds each": {"solves": 3 * radii.size, "distance": 0.0},
    }
    about = {**_about(case), "study": "path", "radius": float(radii[-1]), "status": SOLVED}
    for part, count in counts.items():
        yield {**about, **clock.row(OURS, part, "bounds_path"), **count}


def _path(case: BallCase, radii: Vector) -> BoundsPath:
    return bounds_path(
        case.payoff,
        case.prior,
        radii,
        quotes=case.quotes,
        forwards=case.forward,
        divergence=case.divergence,
    )


def _singles(case: BallCase, radii: Vector) -> list[Bounds]:
    return [_price_bounds(replace(case, radius=float(radius))) for radius in radii]


class _Clock:
    """Seconds by method and part, one a turn."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str], list[float]] = {}

    def add(self, method: str, part: str, seconds: float) -> None:
        self._seconds.setdefault((method, part), []).append(seconds)

    def add_ours(self, ours: _OneSide, both_sides: float | None) -> None:
        self.add(OURS, ONE_SIDE, ours.seconds)
        for step, seconds in ours.steps.items():
            self.add(OURS, step, seconds)
        if both_sides is not None:
            self.add(OURS, "price_bounds", both_sides)

    def add_peers(self, answers: Mapping[str, PeerAnswer]) -> None:
        for form, answer in answers.items():
            self.add(_peer(form), "whole", answer.seconds)
            self.add(_peer(form), "solver", answer.solver_seconds)

    def row(self, method: str, part: str, base: str = ONE_SIDE) -> dict[str, object]:
        """Return the times of one part, and their ratios to a part of ours within the turns."""
        seconds, of_base = (np.array(self._seconds[key]) for key in ((method, part), (OURS, base)))
        return {
            "method": method,
            "part": part,
            "turns": seconds.size,
            "median_seconds": float(np.median(seconds)),
            "least_seconds": float(seconds.min()),
            "median_ratio": float(np.median(seconds / of_base)),
            "ratio_of_least": float(seconds.min() / of_base.min()),
        }

    def rows(
        self,
        case: BallCase,
        ours: _OneSide,
        programs: Mapping[str, PeerProgram],
        answers: Mapping[str, PeerAnswer],
    ) -> Iterator[dict[str, object]]:
        about = _about(case)
        for method, part in self._seconds:
            if method == OURS:
                worth = _worth_of_ours(case, ours) if part == ONE_SIDE else {}
                yield {**about, **self.row(method, part), **worth}
        for form, answer in answers.items():
            whole, alone = self.row(_peer(form), "whole"), self.row(_peer(form), "solver")
            if not answer.density.size:
                # the time it took to fail is no time to compare with
                whole |= {"median_ratio": math.nan, "ratio_of_least": math.nan}
            yield {
                **about,
                **whole,
                "solver_seconds": alone["median_seconds"],
                "solver_ratio": alone["median_ratio"],
                **_worth_of_peer(ours, programs[form], answer),
            }


def _peer(form: str) -> str:
    return f"Clarabel, {form}"


def _about(case: BallCase) -> dict[str, object]:
    return {
        "study": case.study,
        "quoted": case.quoted,
        "divergence": "chi-squared" if isinstance(case.divergence, ChiSquared) else "entropy",
        "radius": case.radius,
        "nodes": case.prior.weights.size,
        "quotes": len(case.quotes),
    }


def _worth_of_ours(case: BallCase, ours: _OneSide) -> dict[str, Any]:
    side = ours.side
    at = side.bound_at
    if at is None:
        raise AccuracyError("expected a ball with room around its nearest law")
    room = case.radius / ours.problem.multiple
    point = at.point
    worth = judge(at.program, at.payoff, room, side.density, point.multipliers, point.theta)
    return {**worth.row(at.level, at.spread, side.value), "status": SOLVED}


def _worth_of_peer(ours: _OneSide, stated: PeerProgram, answer: PeerAnswer) -> dict[str, object]:
    if not answer.density.size:
        return {"status": answer.status}
    program = ours.problem.program
    worth = judge(
        program, stated.payoff, stated.room, answer.density, answer.multipliers, answer.theta
    )
    return {**worth.row(0.0, stated.spread, ours.side.value), "status": answer.status}


_DIVERGENCES = {"chi-squared": r"\chi^2", "entropy": r"\mathrm{KL}"}
_PARTS = {
    ONE_SIDE: "",
    FIRST: ", first of a turn",
    "price_bounds": ", both sides",
    "whole": "",
    "bounds_path": ", path",
    "price_bounds each": ", calls",
}


def _ball(row: dict[Any, Any]) -> str:
    radius = rf"{RADII.size}\ \eta" if row["study"] == "path" else rf"\eta={row['radius']:g}"
    return rf"{_DIVERGENCES[row['divergence']]}\ {row['nodes']}\times{row['quotes']}\ {radius}"


def _method(row: dict[Any, Any]) -> str:
    told = {"optimal_inaccurate": " (inaccurate)", "solver failed": " (failed)"}
    said = told.get(row["status"], "")
    return f"{row['method']}{_PARTS[row['part']]}{said}"


def printed(table: pd.DataFrame) -> str:
    """Set whole bounds by either method, quoted at the prior's own prices."""
    shown = table.query("quoted == 'own' and part in @_PARTS")
    rows = shown.to_dict("records")
    names = [_ball(row) for row in rows]
    again = [name == before for name, before in zip(names, ["", *names], strict=False)]
    shown = shown.assign(
        ball=["{}" if same else name for name, same in zip(names, again, strict=True)],
        method=[_method(row) for row in rows],
    )

    def milliseconds(name: str, head: str) -> Column:
        return Column(name, head, lambda x: significant(1e3 * x, 2))

    def power(name: str, head: str) -> Column:
        return Column(name, head, lambda x: significant(x, 1))

    return latex_table(
        shown,
        (
            Column("ball", "Ball", str, align="l"),
            Column("method", "Method", align="l"),
            milliseconds("median_seconds", "Median"),
            milliseconds("least_seconds", "Least"),
            Column("median_ratio", "Ratio", lambda x: significant(x, 2)),
            Column("solver_ratio", "Solver", lambda x: significant(x, 2)),
            power("distance", "Distance"),
            power("gap", "Gap"),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
