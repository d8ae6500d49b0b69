"""Counts what a rough Heston smile takes, in the very calls that the engine makes for it.

The Riccati solutions tell their own linear algebra (`fractional_riccati.WORK`): with s steps that
factorise and t substitutions at n nodes, four frequencies take 4 (s (8/3 n^3 + 2 n^2) + 12 t n^2)
operations. A sum over m nodes and k strikes takes m k exponentials. All else has no floor here:
contours, error estimates, volatilities from prices, the interpreter.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.operation_counts import WHOLE, Counted
from benchmarks.reference_smiles import ReferenceSmile
from benchmarks.unit_costs import EXPONENTIAL, FLOP, ROUNDS, least
from rmot.models import RoughHeston, rough_heston
from rmot.numerics import fourier
from rmot.numerics.fractional_riccati import WORK, riccati_means

KERNEL = "rough Heston smile"
SOLUTIONS, SUMS = "Riccati solutions", "sums over strikes"


@dataclass
class _Calls:
    """Calls of the solver and of the sums during one smile, to be made again."""

    solutions: list[tuple[Any, ...]] = field(default_factory=list)
    sums: list[tuple[Any, ...]] = field(default_factory=list)
    work: np.ndarray = field(default_factory=lambda: np.zeros(len(WORK)))

    def solve(self, *given: Any) -> Any:
        self.solutions.append(given)
        return riccati_means(*given, work=self.work)

    def add_up(self, *given: Any) -> Any:
        self.sums.append(given)
        return _wing_prices(*given)


_wing_prices = fourier.wing_prices


def count(smiles: Iterable[ReferenceSmile], rounds: int = ROUNDS) -> Iterator[Counted]:
    """Count and time each smile and its parts."""
    for smile in smiles:
        model = asdict(smile.case.parameters)
        k, maturity = smile.smile.log_moneyness, smile.case.maturity

        def price(model: Any = model, k: Any = k, maturity: float = maturity) -> None:
            RoughHeston(**model).call_price(k, maturity)

        price()  # makes the operators of its order
        calls = _Calls()
        with ExitStack() as patches:
            patches.enter_context(patch.object(rough_heston, "riccati_means", calls.solve))
            patches.enter_context(patch.object(fourier, "wing_prices", calls.add_up))
            price()
        flops = float(calls.work[WORK.index("flops")])
        # frequencies are the third argument of a sum, strikes the last but two
        exponentials = float(sum(given[2].size * given[-3].size for given in calls.sums))
        case = f"{smile.case.name}, {smile.case.days} days"

        def solve(calls: _Calls = calls) -> None:
            for given in calls.solutions:
                riccati_means(*given)

        def add_up(calls: _Calls = calls) -> None:
            for given in calls.sums:
                _wing_prices(*given)

        both = {FLOP: flops, EXPONENTIAL: exponentials}
        yield Counted(KERNEL, WHOLE, case, both, least(price, rounds))
        yield Counted(KERNEL, SOLUTIONS, case, {FLOP: flops}, least(solve, rounds))
        yield Counted(KERNEL, SUMS, case, {EXPONENTIAL: exponentials}, least(add_up, rounds))
