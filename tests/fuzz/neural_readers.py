"""Readers of trained weights and of what trainings are told."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from rmot.neural.config import as_mapping, read_config
from rmot.neural.coordinates import Coordinates
from rmot.neural.descent import Descent, Look
from rmot.neural.history import history_writer, read_history
from rmot.neural.jaxed import jax
from rmot.neural.model_files import KIND, load_model
from rmot.neural.shape import Shape
from rmot.neural.training import Network, TrainingConfig
from rmot.neural.weights import Provenance, save_weights
from tests.fuzz.harness import Reader

_CONFIG = """
[quotes]
price_maturities = [0.1, 0.5]
index_maturities = [0.1, 0.2]
price_test = 0.5
index_test = 0.1
[descent]
steps = 100
learning_rate = 1e-2
[network]
width = 4
depth = 1
[sampling]
paths = 64
"""


def _config(folder: Path) -> None:
    (folder / "config.toml").write_text(_CONFIG)


def _weights(folder: Path) -> None:
    _config(folder)
    config = read_config(folder / "config.toml", TrainingConfig)
    (folder / "config.toml").unlink()
    network = config.network
    shape = Shape.rough_bergomi(1.0, network.width, network.depth, network.seed)
    coordinates = Coordinates.at(0.1, -0.7, [0.04, 0.05], shape)
    about = {"training": as_mapping(config), "pieces": [0.25, 1.0]}
    save_weights(
        folder / "law.eqx",
        coordinates,
        Provenance(KIND, about, {"network": 0}, {"kind": "synthetic", "sha256": "0"}, {"step": 1}),
    )


def _rehash(folder: Path) -> None:
    """State the hash of the bytes that are there, where the JSON still is an object."""
    try:
        about = json.loads((folder / "law.json").read_text())
        about["sha256"] = hashlib.sha256((folder / "law.eqx").read_bytes()).hexdigest()
    except (ValueError, TypeError, RecursionError):
        return
    (folder / "law.json").write_text(json.dumps(about))


def _check_model(found) -> None:
    model, about = found
    for leaf in jax.tree.leaves(model.coordinates):
        assert not np.any(np.isnan(np.asarray(leaf))), "weights of NaN"
    for name in ("config", "seeds", "data", "metrics", "versions"):
        assert isinstance(getattr(about, name), dict), f"{name} is {getattr(about, name)!r}"


def _looks(folder: Path) -> None:
    write = history_writer(folder / "looks.jsonl")
    for step in range(5):
        write(Look(step, 1.0 / (step + 1), 2.0, 1.0, 1e-2))


def _check_looks(looks) -> None:
    for look in looks:
        assert isinstance(look.step, int), f"a step {look.step!r}"
        assert not isinstance(look.step, bool), f"a step {look.step!r}"
        for name, value in asdict(look).items():
            assert isinstance(value, int | float), f"{name} is {value!r}"
            assert not isinstance(value, bool), f"{name} is {value!r}"


def _check_config(config) -> None:
    assert isinstance(config.descent, Descent)
    assert isinstance(config.network, Network)
    for part in vars(config).values():
        for name, value in vars(part).items():
            assert not (isinstance(value, float) and np.isnan(value)), f"{name} is NaN"


READERS = (
    Reader(
        "weights",
        _weights,
        {"law.eqx": "bytes", "law.json": "json"},
        lambda folder: load_model(folder / "law.eqx"),
        _check_model,
        _rehash,
    ),
    Reader(
        "neural_config",
        _config,
        {"config.toml": "toml"},
        lambda folder: read_config(folder / "config.toml", TrainingConfig),
        _check_config,
    ),
    Reader(
        "training_history",
        _looks,
        {"looks.jsonl": "json"},
        lambda folder: read_history(folder / "looks.jsonl"),
        _check_looks,
    ),
)
