"""The alpha models of source 004's sections 2 and 2.1, and two of an equity desk's size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rmot.artifact.data_digest import data_digest
from rmot.models import FactorMarginal, RoughFactorModel, VarianceFactor
from rmot.studies.alpha.published_problem import LAYOUT, Published, solved_forwards

REVERSION = 0.1
"""lambda of Figure 13, with LT = 1; sections 2 and 2.1 print none."""

FIGURE_4_CORRELATIONS = (-0.487131072, -0.05988321, -0.338267131, -0.491737439)
FIGURE_4_VOLS_OF_VOL = (0.969986087, 1.65782433, 6.979499344, 0.782815677)
FIGURE_5_LOADINGS = (0.17857584, -0.056406384, -0.026813545, -0.006500946)


@dataclass(frozen=True)
class Pair:
    """A spread: its assets, their forwards and a name."""

    name: str
    assets: RoughFactorModel
    forwards: tuple[float, float]


def factor(
    vol_of_vol: float, correlation: float, reversion: float = REVERSION, variance: float = 1.0
) -> VarianceFactor:
    """Return a square-root factor that starts at its long-run variance."""
    return VarianceFactor(
        hurst=0.5,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=variance,
        mean_reversion=reversion,
        long_run_variance=variance,
    )


def typical_asset() -> FactorMarginal:
    """Return the asset of Figures 4 and 5; its own residual has no variance."""
    colours = zip(FIGURE_4_VOLS_OF_VOL, FIGURE_4_CORRELATIONS, strict=True)
    factors = [factor(*colour) for colour in colours]
    return RoughFactorModel([FIGURE_5_LOADINGS], factors).marginal(0)


def section_2_1(*, independent: bool = False) -> Pair:
    """Return S_2 - S_1 of section 2.1, residuals opposed as printed, or independent.

    The correlation 0.951456 that is printed beside the former belongs to the latter.
    """
    own, common = math.sqrt(5e-4), [0.07, 0.06, 0.03, 0.02]
    colours = [factor(2.0, -0.5)] * 4
    still = factor(0.0, 0.0)
    if independent:
        loadings, factors = [[*common, 0.0, own], [*common, own, 0.0]], [*colours, still, still]
    else:
        loadings, factors = [[*common, -own], [*common, own]], [*colours, still]
    name = "2.1, independent" if independent else "2.1, as printed"
    return Pair(name, RoughFactorModel(loadings, factors), (0.0505, 0.0507))


def figure_14(published: Published) -> Pair:
    """Return S_1 - S_3 of the calibration in Figures 13 to 16, at its optimum and forwards."""
    state = LAYOUT.state(published.optimum)
    factors = [
        factor(float(nu), float(rho), variance=float(v)) for rho, nu, v in zip(*state, strict=True)
    ]
    assets = RoughFactorModel(LAYOUT.all_loadings(published.optimum), factors).select([0, 2])
    forwards = solved_forwards(published)
    return Pair("Figure 14, 1 and 3", assets, (float(forwards[0]), float(forwards[2])))


def pairs(published: Published) -> list[Pair]:
    """Return the spreads on which projections are judged."""
    loose = RoughFactorModel(
        [[0.2, 0.1, 0.15], [0.15, -0.1, 0.0]],
        [factor(0.8, -0.7, 1.0), factor(0.5, -0.3, 1.0), factor(0.0, 0.0, 1.0)],
    )
    colours = [factor(0.8, correlation, 0.5) for correlation in (-0.6, 0.4)]
    opposed = RoughFactorModel([[0.25, 0.05], [0.05, 0.2]], colours)
    return [
        section_2_1(),
        figure_14(published),
        Pair("loose", loose, (1.0, 0.95)),
        Pair("opposed colours", opposed, (1.0, 1.0)),
    ]


def pair_hash(chosen: list[Pair], *given: object) -> str:
    """Return the hash that stands for spreads as data."""
    laws = [(pair.name, pair.forwards, pair.assets.values.tolist()) for pair in chosen]
    return data_digest(laws, *given)
