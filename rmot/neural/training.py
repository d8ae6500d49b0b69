"""Knows how a neural Volterra law is trained: from a config and quotes to weights and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.neural.coordinates import Coordinates
from rmot.neural.descent import Descent, Look, Trained, descend
from rmot.neural.grid import Grid, make_grid
from rmot.neural.jaxed import jnp
from rmot.neural.loss import Units, quote_loss, quotes_of
from rmot.neural.shape import Shape, require_feasible
from rmot.neural.targets import QuoteChoice, Targets
from rmot.numerics.quasi_normals import normal_steps

Vector = NDArray[np.float64]
Precision = Literal["double", "single"]

_DTYPES = {"double": jnp.float64, "single": jnp.float32}
_APART = 9 / 365
"""Years between ends of pieces, at least."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """The perceptron in log f.

    Parameters
    ----------
    width, depth : int
        Units of a hidden layer, and how many hidden layers; with none the law is rough Bergomi's.
    seed : int
        Of the hidden weights.
    """

    width: int = 16
    depth: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        for name, least in (("width", 1), ("depth", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise ParameterError(f"expected {name} >= {least}; got {getattr(self, name)}")
        require_feasible(self.width, self.depth)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """The paths that prices are means over while weights are searched.

    Parameters
    ----------
    paths : int
        A power of two; half of them are the others' mirror images.
    steps : int
        At least so many to each date.
    steps_per_year : float
        At least.
    seed : int
    precision : {"double", "single"}
        Of the paths; in single precision prices carry some 1e-6 of themselves as an error, in half
        the time.
    """

    paths: int = 4096
    steps: int = 16
    steps_per_year: float = 100.0
    seed: int = 0
    precision: Precision = "double"

    def __post_init__(self) -> None:
        """Refuse what draws no paths."""
        if self.paths < 32 or self.paths & (self.paths - 1):
            raise ParameterError(f"expected paths to be a power of two from 32; got {self.paths}")
        if self.steps < 1 or not self.steps_per_year > 0.0 or self.seed < 0:
            raise ParameterError(
                "expected steps from 1, steps_per_year above 0 and a seed from 0; got "
                f"{self.steps}, {self.steps_per_year}, {self.seed}"
            )


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where the search starts: rough Bergomi with these values.

    Attributes
    ----------
    hurst, vol_of_vol, correlation : float
        As in `RoughBergomi`.
    """

    hurst: float = 0.15
    vol_of_vol: float = 1.5
    correlation: float = -0.7


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """All that a training is told, as a TOML file holds it.

    Attributes
    ----------
    quotes : QuoteChoice
    descent : Descent
    network : Network
        The perceptron in log f.
    sampling : Sampling
        The paths that prices are means over.
    start : Start
        Where the search starts.
    units : Units
        What counts as 1 in the loss.
    """

    quotes: QuoteChoice
    descent: Descent
    network: Network = field(default_factory=Network)
    sampling: Sampling = field(default_factory=Sampling)
    start: Start = field(default_factory=Start)
    units: Units = field(default_factory=Units)


@dataclass(frozen=True, eq=False)
class Training:
    """What a training found.

    Attributes
    ----------
    coordinates : Coordinates
        Those with the least validation loss.
    pieces : tuple of float
        Years at which pieces of forward variance end.
    found : Trained
        Its history, and why it ended.
    """

    coordinates: Coordinates
    pieces: tuple[float, ...]
    found: Trained[Coordinates]


def train(
    config: TrainingConfig, targets: Targets, report: Callable[[Look], None] | None = None
) -> Training:
    """Fit a law to the quotes whose role is train, and stop it by those for validation.

    Parameters
    ----------
    config : TrainingConfig
    targets : Targets
    report : callable, optional
        Is given every look.

    Raises
    ------
    CalibrationError
        If the loss of the first weights is no number.
    """
    pieces = forward_variance_times(targets)
    grid = training_grid(config.sampling, targets, pieces)
    normals = jnp.asarray(
        antithetic_normals(grid.times.size - 1, config.sampling), _DTYPES[config.sampling.precision]
    )
    data, held_out = (
        (grid, normals, quotes_of(targets, role, config.units)) for role in ("train", "validation")
    )
    found = descend(
        first_coordinates(config, targets, pieces),
        quote_loss,
        data,
        quote_loss,
        held_out,
        config.descent,
        report,
    )
    return Training(found.module, pieces, found)


def forward_variance_times(targets: Targets) -> tuple[float, ...]:
    """Return where pieces of forward variance end.

    At smiles of the price, and where windows of the index begin that begin at none; tests are left
    out.
    """
    times = [smile.maturity for smile in targets.prices if not smile.is_test]
    for smile in targets.index:
        apart = min(abs(smile.maturity - time) for time in times)
        if not smile.is_test and apart > _APART and smile.maturity < max(times):
            times.append(smile.maturity)
    return tuple(sorted(times))


def first_coordinates(
    config: TrainingConfig, targets: Targets, pieces: tuple[float, ...]
) -> Coordinates:
    """Return where the search starts; forward variance is that of strips of the train smiles."""
    seen = [smile for smile in targets.prices if not smile.is_test]
    strips = [
        2.0 * float(np.trapezoid(smile.price * np.exp(-smile.log_moneyness), smile.log_moneyness))
        for smile in seen
    ]
    swaps = np.interp([0.0, *pieces], [0.0, *(smile.maturity for smile in seen)], [0.0, *strips])
    variances = np.diff(swaps) / np.diff([0.0, *pieces])
    start, network = config.start, config.network
    return Coordinates.at(
        start.hurst,
        start.correlation,
        np.maximum(variances, 0.1 * swaps[-1] / pieces[-1]),
        Shape.rough_bergomi(start.vol_of_vol, network.width, network.depth, network.seed),
    )


def training_grid(sampling: Sampling, targets: Targets, pieces: tuple[float, ...]) -> Grid:
    """Return the grid of all dates of the targets."""
    return make_grid(
        targets.price_dates,
        targets.index_dates,
        pieces,
        steps=sampling.steps,
        steps_per_year=sampling.steps_per_year,
    )


def antithetic_normals(steps: int, sampling: Sampling) -> Vector:
    """Return increments of W, shape (paths, steps): scrambled Sobol points, and minus these."""
    drawn = normal_steps(steps, 1, sampling.paths // 2, 1, sampling.seed)
    half = np.concatenate([normals[:, 0] for _, normals in drawn])
    return np.concatenate([half, -half])
