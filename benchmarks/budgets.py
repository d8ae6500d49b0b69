"""Knows what each piece of work may take, and whether a measurement stays within it.

A budget bounds a cost (seconds, or the exponent of their growth), and where it says so the ratio of
a peer's cost to ours within one run, an error, and memory. An error that lies within two standard
errors of its bound decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = "s"
EXPONENT = "exponent"

WITHIN = "within"
UNDECIDED = "undecided"
MISSED = "missed"

_DEVIATIONS = 2.0


@dataclass(frozen=True)
class Budget:
    """What a piece of work may take.

    Attributes
    ----------
    name : str
        Of its measurement in `benchmarks.budget_lines`.
    work : str
    cost : float
        Largest admissible, in `unit`.
    unit : {"s", "exponent"}
    ratio : float, optional
        Least admissible, of the peer's cost to ours.
    error : float, optional
        Largest admissible; without it the error is told and not judged.
    error_of : str
        What the error is of, and in which unit.
    gigabytes : float, optional
        Largest admissible memory.
    long : bool
        Whether it takes more than a few seconds, and is measured on request alone.
    """

    name: str
    work: str
    cost: float
    unit: str = SECONDS
    ratio: float | None = None
    error: float | None = None
    error_of: str = ""
    gigabytes: float | None = None
    long: bool = False


@dataclass(frozen=True)
class Measured:
    """What a piece of work took.

    Attributes
    ----------
    cost : float
        Median over turns or cases, in the budget's unit.
    turns : int
        How many that were.
    peer : str
        Beside whom it was measured; empty without one.
    peer_cost, ratio : float, optional
        The peer's median, and the median ratio of its cost to ours.
    error, standard_error : float, optional
    """

    cost: float
    turns: int
    peer: str = ""
    peer_cost: float | None = None
    ratio: float | None = None
    error: float | None = None
    standard_error: float | None = None


def verdict(budget: Budget, measured: Measured, gigabytes: float) -> tuple[str, list[str]]:
    """Return `WITHIN`, `UNDECIDED` or `MISSED`, and what of the budget was missed or is open."""
    missed, undecided = list[str](), list[str]()
    if not measured.cost <= budget.cost:
        missed.append("cost")
    if budget.ratio is not None and not (measured.ratio or 0.0) >= budget.ratio:
        missed.append("ratio")
    if budget.error is not None:
        unsure = _DEVIATIONS * (measured.standard_error or 0.0)
        error = float("inf") if measured.error is None else measured.error
        if not error - unsure <= budget.error:
            missed.append("error")
        elif error + unsure > budget.error:
            undecided.append("error")
    if budget.gigabytes is not None and not gigabytes <= budget.gigabytes:
        missed.append("memory")
    if missed:
        return MISSED, missed
    return (UNDECIDED, undecided) if undecided else (WITHIN, [])


BUDGETS = (
    Budget(
        "smile",
        "rough Heston, 50 strikes, easy domain",
        0.5e-3,
        ratio=10.0,
        error=1e-6,
        error_of="implied volatility",
    ),
    Budget(
        "calibration",
        "3 maturities x 50 strikes, 5 parameters",
        0.3,
        error_of="distance to the optimum, standard errors",
    ),
    Budget(
        "bound_nodes",
        "chi-squared bound, 2 000 points, 50 quotes",
        5e-3,
        ratio=30.0,
        error_of="duality gap, relative to the bound",
    ),
    Budget(
        "bound_sample",
        "chi-squared bound, 30 000 samples, 300 quotes",
        3.0,
        error_of="duality gap, relative to the bound",
    ),
    Budget(
        "portfolio",
        "30 assets, 40 quotes each, 32 768 samples",
        20.0,
        error=0.01,
        error_of="sampling error over width",
    ),
    Budget(
        "growth",
        "growth of that in the number of assets, 8 to 50",
        2.0,
        unit=EXPONENT,
        long=True,
    ),
    Budget(
        "path_step",
        "one step of a rough Heston path",
        1e-7,
        error=2.0,
        error_of="bias, basis points of implied volatility",
    ),
    Budget("neural", "neural prior, one seed, compiled anew", 150.0, gigabytes=1.5, long=True),
    Budget("help", "rmot --help", 0.3),
    Budget("import", "from rmot.models import RoughHeston", 1.0),
    Budget("demo", "rmot demo, once installed", 60.0),
    Budget("nothing_to_do", "the DAG with nothing to do", 3.0, long=True),
)
