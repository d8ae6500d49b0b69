"""Seconds of one chi-squared bound against the number of points and of quotes, beside cvxpy.

At each size `rmot` puts the program together, finds the nearest law and the upper bound of a far
call; cvxpy with Clarabel is handed the same program, its rows as they are or as sums over pieces
(`benchmarks.ball_peer`). Seconds are the processor's own, on one thread: what runs beside does not
count. They are not reproducible to the bit; counts and gaps are, and no number of the article is a
time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks import ball_cases
from benchmarks.ball_cases import NODES, STRIKES, BallCase
from benchmarks.ball_peer import FORMS, peer_program, solve
from benchmarks.transport_timing import OURS, PEER_SECONDS, SOLVED
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.sides import Side, upper_side

POINTS = {
    "quick": (500, 1000, 2000),
    "full": (500, 1000, 2000, 4000, 8000, 15000, 30000),
    "deep": (500, 1000, 2000, 4000, 8000, 15000, 30000),
}
QUOTES = {
    "quick": (10, 25, 50),
    "full": (10, 25, 50, 100, 200, 300),
    "deep": (10, 25, 50, 100, 200, 300),
}
TURNS = {"quick": 3, "full": 5, "deep": 15}

# numbers of a matrix beyond which the peer is not asked for its dense form
_DENSE = {"quick": 100_000, "full": 1_600_000, "deep": 1_600_000}
_SKIPPED = "skipped: too many numbers in a dense matrix"


def run(config: Config) -> pd.DataFrame:
    """Time the sizes of a profile: the budget's quotes on points, and quotes on its points."""
    profile = config.profile
    sizes = [(points, STRIKES) for points in POINTS[profile]]
    sizes += [(NODES, quotes) for quotes in QUOTES[profile] if quotes != STRIKES]
    rows = list[dict[str, object]]()
    # compiles and imports, and is not counted
    list(timed(*sizes[0], 1, _DENSE[profile]))
    for points, quotes in sizes:
        rows += timed(points, quotes, TURNS[profile], _DENSE[profile])
    return pd.DataFrame(rows).assign(data_sha256=ball_cases.digest())


def timed(points: int, quotes: int, turns: int, dense: int) -> Iterator[dict[str, object]]:
    """Time one size: ours the median of some turns after one that is not counted, the peer once.

    Yields
    ------
    dict
        One row a method: `points`, `quotes`, `method`, `status`, `seconds`, and `ratio` to ours.
    """
    case = ball_cases.on_nodes(ChiSquared(), nodes=points, strikes=quotes)
    about: dict[str, object] = {"points": points, "quotes": quotes}
    side, seconds = _bound(case)
    spent = [_bound(case)[1] for _ in range(turns)]
    seconds = float(np.median(spent))
    yield {
        **about,
        "method": OURS,
        "status": SOLVED,
        "seconds": seconds,
        "ratio": 1.0,
        "gap": side.gap,
    }
    problem = assemble(
        case.payoff, case.prior, case.quotes, np.array([case.forward]), case.divergence
    )
    for form in FORMS:
        row = {**about, "method": f"Clarabel, {form}"}
        if form == "rows" and points * quotes > dense:
            yield {**row, "status": _SKIPPED}
            continue
        program = peer_program(case, problem, form)
        start = time.process_time()
        answer = solve(program, PEER_SECONDS)
        taken = time.process_time() - start
        yield {**row, "status": answer.status, "seconds": taken, "ratio": taken / seconds}


def _bound(case: BallCase) -> tuple[Side, float]:
    start = time.process_time()
    forwards = np.array([case.forward])
    problem = assemble(case.payoff, case.prior, case.quotes, forwards, case.divergence)
    side = upper_side(problem, problem.payoff, case.radius, nearest(problem))
    return side, time.process_time() - start


if __name__ == "__main__":
    main(run)
