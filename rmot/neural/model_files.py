"""Knows how a trained neural Volterra law is kept in files, and taken from them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmot.errors import DataError, ParameterError
from rmot.models import ForwardVariance, Simulation
from rmot.neural.config import as_mapping, from_mapping
from rmot.neural.coordinates import Coordinates
from rmot.neural.neural_volterra import NeuralVolterra
from rmot.neural.shape import Shape
from rmot.neural.targets import Targets
from rmot.neural.training import Training, TrainingConfig
from rmot.neural.weights import Provenance, load_weights, save_weights

KIND = "neural_volterra"


def save_model(
    path: str | Path,
    training: Training,
    config: TrainingConfig,
    targets: Targets,
    metrics: Mapping[str, float] | None = None,
) -> None:
    """Write ``path`` with suffix .eqx and .json; see `rmot.neural.weights`.

    Parameters
    ----------
    path : path-like
    training : Training
    config : TrainingConfig
    targets : Targets
        What was fitted, for its hash.
    metrics : mapping of str to float, optional
        Numbers to keep beside the weights.
    """
    found = training.found
    provenance = Provenance(
        KIND,
        {"training": as_mapping(config), "pieces": list(training.pieces)},
        {"network": config.network.seed, "sampling": config.sampling.seed},
        {"kind": targets.data, "sha256": targets.sha256},
        {
            "step": found.step,
            "validation_loss": min(look.held_out for look in found.history),
            **(metrics or {}),
        },
    )
    save_weights(path, training.coordinates, provenance)


def load_model(
    path: str | Path, simulation: Simulation | None = None
) -> tuple[NeuralVolterra, Provenance]:
    """Read a law.

    Parameters
    ----------
    path : path-like
        The .eqx or the .json of a training.
    simulation : Simulation, optional
        How to price; that of the defaults unless given.

    Returns
    -------
    model : NeuralVolterra
    about : Provenance

    Raises
    ------
    MissingData, DataError
        As `rmot.neural.weights.load_weights`.
    """
    coordinates, provenance = load_weights(path, KIND, _template)
    pieces = tuple(provenance.config["pieces"])
    model = NeuralVolterra(
        coordinates=coordinates, pieces=pieces, simulation=simulation or Simulation()
    )
    return model, provenance


def _template(config: Mapping[str, Any]) -> Coordinates:
    try:
        training = from_mapping(config["training"], TrainingConfig)
        pieces = ForwardVariance(config["pieces"], (1.0,) * len(config["pieces"])).times
    except (KeyError, TypeError, ParameterError) as error:
        raise DataError(f"expected the config of a training in the weights; {error}") from None
    network = training.network
    shape = Shape.rough_bergomi(1.0, network.width, network.depth, network.seed)
    return Coordinates.at(0.25, -0.5, [1.0] * len(pieces), shape)
