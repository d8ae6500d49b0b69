r"""Counts what a step of a rough Heston path takes: random numbers, the past, an inverse Gaussian.

Of s steps the average one has :math:`(s - 1)/2` before it, each with a multiply-add to the mean
that it leaves; the step's integral takes three divisions and a root. Comparisons, clipping and
moves have no floor here.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.operation_counts import WHOLE, Counted
from benchmarks.path_errors import CASES
from benchmarks.unit_costs import DIVISION, MULTIPLY_ADD, NORMAL, ROOT, ROUNDS, UNIFORM, least
from rmot.numerics.path_draws import CHUNK, PathDraws
from rmot.studies.paths.path_biases import law

DRAWS, ARITHMETIC = "random numbers", "arithmetic"
STEPS = 64


def count(rounds: int = ROUNDS, steps: int = STEPS, paths: int = CHUNK) -> Iterator[Counted]:
    """Count and time one step and its parts, as means over a chunk of paths."""
    hurst, vol_of_vol, correlation, mean_reversion, maturity = CASES[0]
    model = law(hurst, vol_of_vol, correlation, mean_reversion)
    scheme = model.variance_scheme([maturity], steps)
    draws = PathDraws(scheme.normals, scheme.uniforms, paths, 0)
    numbers = draws.draw(0)
    of_draws = {NORMAL: scheme.normals / steps, UNIFORM: scheme.uniforms / steps}
    arithmetic = {MULTIPLY_ADD: (steps - 1) / 2, DIVISION: 3.0, ROOT: 1.0}
    drawn = least(lambda: draws.draw(0), rounds) / (paths * steps)
    stepped = least(lambda: scheme.paths(*numbers), rounds) / (paths * steps)
    kernel, case = f"rough Heston path, one step of {steps}", f"H = {hurst}"
    yield Counted(kernel, WHOLE, case, {**of_draws, **arithmetic}, drawn + stepped)
    yield Counted(kernel, DRAWS, case, of_draws, drawn)
    yield Counted(kernel, ARITHMETIC, case, arithmetic, stepped)
