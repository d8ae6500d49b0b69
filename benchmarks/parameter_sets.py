"""Knows which models and maturities the engine is measured on: a seeded draw and textbook sets.

    H ~ U(0.01, 0.5),  log nu ~ U(log 0.05, log 1.5),  rho ~ U(-0.98, 0.5),
    log T ~ U(log 1/365, log 10),  log V_0, log theta ~ U(log 0.01, log 0.25),
    kappa = 0 with probability 1/3, else kappa ~ U(0, 3).

Maturities are rounded to whole days, because QuantLib prices by dates. Each set has three, no two
alike.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.reference import Parameters

SEED = 20220204
SETS = 20
MATURITIES = 3
DAYS = 365


@dataclass(frozen=True)
class Case:
    """One smile to price."""

    name: str
    parameters: Parameters
    days: int

    @property
    def maturity(self) -> float:
        """T in years."""
        return self.days / DAYS

    @property
    def easy(self) -> bool:
        """Whether the case lies in the easy domain."""
        p = self.parameters
        return (
            p.hurst >= 0.05
            and abs(p.correlation) <= 0.9
            and self.days >= DAYS / 52
            and p.vol_of_vol <= 0.6
        )


def _log_uniform(generator: np.random.Generator, low: float, high: float) -> float:
    return math.exp(generator.uniform(math.log(low), math.log(high)))


def drawn(sets: int = SETS, seed: int = SEED, *, hurst: float | None = None) -> Iterator[Case]:
    """Draw parameter sets with three maturities each; the first do not depend on how many.

    Parameters
    ----------
    sets, seed : int
    hurst : float, optional
        Held fixed instead of drawn; the other parameters stay the same.

    Yields
    ------
    Case
    """
    generator = np.random.default_rng(seed)
    for index in range(sets):
        roughness = generator.uniform(0.01, 0.5)
        parameters = Parameters(
            hurst=roughness if hurst is None else hurst,
            vol_of_vol=_log_uniform(generator, 0.05, 1.5),
            correlation=generator.uniform(-0.98, 0.5),
            initial_variance=_log_uniform(generator, 0.01, 0.25),
            mean_reversion=max(0.0, generator.uniform(-1.5, 3.0)),
            long_run_variance=_log_uniform(generator, 0.01, 0.25),
        )
        days: set[int] = set()
        while len(days) < MATURITIES:
            days.add(round(DAYS * _log_uniform(generator, 1.0 / DAYS, 10.0)))
        for maturity in sorted(days):
            yield Case(f"drawn {index:03d}", parameters, maturity)


TEXTBOOK = {
    # the unified paper's index set
    "unified": Parameters(0.12, 0.28, -0.65, 0.04, 0.3, 0.04),
    # El Euch and Rosenbaum (2019), section 5: 0.331 there is relative to the mean reversion 0.1
    "El Euch-Rosenbaum": Parameters(0.12, 0.1 * 0.331, -0.681, 0.0392, 0.1, 0.3156),
    # E. Abi Jaber, "Lifting the Heston model", Quantitative Finance 19 (2019)
    "lifted": Parameters(0.1, 0.3, -0.7, 0.02, 0.3, 0.02),
    # QuantLib's tests of its rough Heston engine
    "QuantLib": Parameters(0.1, 0.4, -0.7, 0.04, 0.3, 0.04),
    # J. Gatheral and R. Radoicic, "Rational approximation of the rough Heston solution",
    # International Journal of Theoretical and Applied Finance 22 (2019)
    "Gatheral-Radoicic": Parameters(0.05, 0.4, -0.65, 0.025, 0.0, 0.025),
    "hard end": Parameters(0.05, 0.4, -0.9, 0.04, 0.0, 0.04),
}
TEXTBOOK_DAYS = (7, 91, 365, 1825)


def textbook(maturities: Sequence[int] = TEXTBOOK_DAYS) -> Iterator[Case]:
    """Give the textbook sets, each at all maturities (in days)."""
    for name, parameters in TEXTBOOK.items():
        for days in maturities:
            yield Case(name, parameters, days)
