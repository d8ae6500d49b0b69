"""Seconds of a whole calibration, and of one local search that prices with QuantLib, as ratios.

Surfaces of 3 maturities with 50 strikes each are drawn with errors of 0.2 volatility points around
easy models of the benchmark's draw. `rmot.calibration.calibrate` fits five parameters to each, from
no start of ours to the Fisher matrix. The peer is QuantLib's default Adams engine under
`scipy.optimize.least_squares` in the same coordinates with derivatives by forward differences; it
starts from the truth and searches once. Both run in turn on each surface. Nothing here is
reproducible to the bit but the surfaces.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby, islice
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from benchmarks.methods import ADAMS
from benchmarks.parameter_sets import DAYS, SEED, Case, drawn
from benchmarks.reference import Parameters
from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration import Fit, calibrate
from rmot.calibration.design import Design, designed_smiles, volatility_noise
from rmot.calibration.likelihood import Quotes
from rmot.calibration.parametrisation import parametrise
from rmot.errors import IdentificationWarning
from rmot.market import OptionSurface
from rmot.market.synthetic_surface import synthetic_surface
from rmot.models import RoughHeston
from rmot.numerics import implied_volatility_otm
from rmot.studies.study import Config, main

SURFACES = {"quick": 2, "full": 12, "deep": 40}
PEERS = {"quick": 1, "full": 2, "deep": 10}

MATURITIES = (30, 91, 365)
STRIKES = 50
NOISE = 0.002
DEVIATIONS = 2.0
"""Strikes reach this many standard deviations at the money to either side."""

# of the peer, each with a gradient of five more evaluations
MOST_STEPS = 30
_SETS = 400

Result = TypeVar("Result")


@dataclass(frozen=True)
class Drawn:
    """A surface, and the model around which it was drawn."""

    name: str
    truth: Parameters
    surface: OptionSurface

    @property
    def fixed(self) -> dict[str, float]:
        """What is held: the speed of mean reversion, at the truth."""
        return {"mean_reversion": self.truth.mean_reversion}


@dataclass(frozen=True)
class PeerSearch:
    """What one local search with the peer's prices came to."""

    steps: int
    evaluations: int
    reduced_chi_squared: float


def surfaces(strikes: int = STRIKES, seed: int = SEED) -> Iterator[Drawn]:
    """Draw surfaces around easy models; the first do not depend on how many are taken.

    Models without mean reversion are left out, for there the long-run variance says nothing.
    """
    sets = groupby(drawn(_SETS, seed), key=lambda case: (case.name, case.parameters))
    for number, ((name, truth), _) in enumerate(sets):
        easy = all(Case(name, truth, days).easy for days in MATURITIES)
        if not easy or truth.mean_reversion == 0.0:
            continue
        model = RoughHeston(**asdict(truth))
        at_the_money = float(model.implied_volatility([0.0], MATURITIES[0] / DAYS)[0])
        design = Design(
            strikes,
            DEVIATIONS * at_the_money,
            tuple(days / DAYS for days in MATURITIES),
            volatility_noise(NOISE),
            per_root_year=True,
        )
        smiles = designed_smiles(model, design)
        if all(len(smile.log_moneyness) == strikes for smile in smiles):
            generator = np.random.default_rng([seed, number])
            yield Drawn(name, truth, synthetic_surface(smiles, generator))


def run(config: Config) -> pd.DataFrame:
    """Time the surfaces of a profile."""
    return measure(SURFACES[config.profile], PEERS[config.profile])


def measure(count: int, peers: int, strikes: int = STRIKES) -> pd.DataFrame:
    """Time `count` surfaces, the first `peers` of them with the peer too.

    Returns
    -------
    DataFrame
        One row a surface: seconds by the wall and of the processor, evaluations, reduced
        chi-squared, `distance_to_optimum` of ours in standard errors, and `ratio` of the peer's
        seconds to ours; the peer's are missing beyond `peers`.
    """
    # one more, which compiles and is not counted
    spare, *chosen = islice(surfaces(strikes), count + 1)
    calibrated(spare)
    rows = []
    for number, each in enumerate(chosen):
        fit, seconds, cpu_seconds = _timed(partial(calibrated, each))
        row: dict[str, object] = {
            "case": each.name,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "evaluations": fit.evaluations,
            "reduced_chi_squared": fit.reduced_chi_squared,
            "distance_to_optimum": fit.distance_to_optimum,
        }
        if number < peers:
            found, peer_seconds, peer_cpu_seconds = _timed(partial(peer_search, each))
            row |= {
                "peer_seconds": peer_seconds,
                "peer_cpu_seconds": peer_cpu_seconds,
                "peer_steps": found.steps,
                "peer_evaluations": found.evaluations,
                "peer_reduced_chi_squared": found.reduced_chi_squared,
                "ratio": peer_seconds / seconds,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _timed(action: Callable[[], Result]) -> tuple[Result, float, float]:
    """Return what an action gives, and its seconds by the wall and of the processor."""
    begin, cpu_begin = time.perf_counter(), time.process_time()
    found = action()
    return found, time.perf_counter() - begin, time.process_time() - cpu_begin


def calibrated(drawn: Drawn) -> Fit:
    """Fit all that is not held, whatever the quotes determine."""
    with warnings.catch_warnings():
        # what is timed is the search, whatever the quotes determine
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(RoughHeston, drawn.surface, fixed=drawn.fixed, require_convergence=False)


def peer_search(drawn: Drawn) -> PeerSearch:
    """Fit with the peer's prices from the truth, in the box and coordinates of `calibrate`."""
    coordinates = parametrise(RoughHeston, drawn.fixed, None, None)
    slices = [Quotes.of(smile) for smile in drawn.surface.slices]
    prices = [
        ADAMS.prepare(Case(drawn.name, drawn.truth, days), quotes.log_moneyness)
        for days, quotes in zip(MATURITIES, slices, strict=True)
    ]
    middle = np.concatenate([quotes.middle for quotes in slices])
    noise = np.concatenate([(quotes.ask - quotes.bid) / 2 for quotes in slices])
    evaluations = 0

    def residuals(point: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal evaluations
        evaluations += 1
        parameters = Parameters(**coordinates.values(point), **drawn.fixed)
        try:
            found = [price(parameters) for price in prices]
        except RuntimeError:  # what QuantLib raises has no class of its own
            return np.full(middle.size, np.inf)
        volatility = np.concatenate(
            [
                implied_volatility_otm(each, quotes.log_moneyness, quotes.maturity)
                for each, quotes in zip(found, slices, strict=True)
            ]
        )
        # as in `calibrate`: what has no volatility counts as zero
        return (np.nan_to_num(volatility) - middle) / noise

    found = least_squares(
        residuals,
        coordinates.point(asdict(drawn.truth)),
        bounds=tuple(coordinates.box),
        x_scale="jac",
        max_nfev=MOST_STEPS,
    )
    degrees = middle.size - len(coordinates.free)
    return PeerSearch(int(found.nfev), evaluations, float(2 * found.cost / degrees))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise either method: medians over its surfaces, and the smallest ratio."""
    both = table.dropna(subset=["ratio"])
    return pd.DataFrame(
        [
            {
                "method": method,
                "surfaces": len(part),
                "median_seconds": part[f"{prefix}seconds"].median(),
                "largest_seconds": part[f"{prefix}seconds"].max(),
                "median_evaluations": part[f"{prefix}evaluations"].median(),
                "median_reduced_chi_squared": part[f"{prefix}reduced_chi_squared"].median(),
                "median_ratio": part["ratio"].median() if prefix else 1.0,
                "smallest_ratio": part["ratio"].min() if prefix else 1.0,
            }
            for method, prefix, part in (
                ("rmot, from no start", "", table),
                ("QuantLib Adams, from the truth", "peer_", both),
            )
        ]
    )


def printed(table: pd.DataFrame) -> str:
    """Set the summary, one row a method."""
    return latex_table(
        summary(table),
        (
            Column("method", "Calibration", align="l"),
            Column("surfaces", "Surfaces", str),
            Column("median_seconds", "Median s", lambda x: significant(x, 2)),
            Column("largest_seconds", "Largest s", lambda x: significant(x, 2)),
            Column("median_evaluations", "Evaluations", lambda n: str(round(n))),
            Column("median_reduced_chi_squared", r"$\chi^2/\nu$", significant),
            Column("median_ratio", "Ratio", lambda x: significant(x, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
