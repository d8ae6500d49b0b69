"""A small training: errors fall, files give the same law, and the command line reads them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rmot.errors import DataError, OutputError
from rmot.models import Simulation
from rmot.neural import TrainingConfig, as_mapping, from_mapping, history_writer, read_config, train
from rmot.neural.audit import coherence, index_rows, price_rows
from rmot.neural.jaxed import jax
from rmot.neural.model_files import load_model, save_model
from rmot.neural.targets import targets_from_surfaces
from rmot.studies.neural.quotes import true_surfaces

SMALL = {
    "quotes": {
        "price_maturities": [0.1, 0.2],
        "index_maturities": [0.08, 0.12],
        "price_test": 0.2,
        "index_test": 0.12,
        "price_strikes": 6,
        "index_strikes": 6,
        "validation_every": 3,
    },
    "descent": {"steps": 12, "learning_rate": 0.05, "warm_up": 2, "measure_every": 3},
    "network": {"width": 4, "depth": 1},
    "sampling": {"paths": 128, "steps": 8, "steps_per_year": 40.0},
}
SIMULATION = Simulation(paths=256, scramblings=2, least_steps=8, steps_per_year=8)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    config = from_mapping(SMALL, TrainingConfig)
    price, index = true_surfaces(config.quotes, 256)
    targets = targets_from_surfaces(price, index, config.quotes)
    found = train(config, targets, history_writer(folder / "law.jsonl"))
    save_model(folder / "law.eqx", found, config, targets)
    return folder / "law.eqx", found, config, targets


def test_the_loss_falls_and_the_law_remains_one(trained):
    _, found, _, targets = trained
    looks = found.found.history
    assert looks[-1].least < 0.5 * looks[0].held_out
    assert found.pieces == (targets.prices[0].maturity,)


def test_single_precision_moves_the_loss_by_rounding_alone(trained):
    _, found, config, targets = trained
    once = replace(
        config,
        sampling=replace(config.sampling, precision="single"),
        descent=replace(config.descent, steps=1, warm_up=0),
    )
    first, exact = train(once, targets).found.history[0], found.found.history[0]
    # a price's 1e-6 is at most some 1e-4 of a loss's unit, in errors of the order of one or more
    assert first.loss == pytest.approx(exact.loss, rel=1e-4)
    assert first.held_out == pytest.approx(exact.held_out, rel=1e-4)
    assert first.loss != exact.loss


def test_files_give_the_same_law(trained):
    path, found, config, targets = trained
    law, about = load_model(path, SIMULATION)
    for one, other in zip(
        jax.tree.leaves(found.coordinates), jax.tree.leaves(law.coordinates), strict=True
    ):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
    assert about.config["training"] == as_mapping(config)
    assert about.data == {"kind": "synthetic", "sha256": targets.sha256}


def test_another_shape_is_refused(trained, tmp_path):
    path, *_ = trained
    for suffix in (".eqx", ".json"):
        (tmp_path / f"law{suffix}").write_bytes(path.with_suffix(suffix).read_bytes())
    beside = tmp_path / "law.json"
    about = json.loads(beside.read_text())
    about["config"]["training"]["network"]["width"] = 5
    beside.write_text(json.dumps(about))
    with pytest.raises(DataError, match=r"to be .*\[5, 2\]"):
        load_model(tmp_path / "law.eqx")


def test_the_audit_says_what_is_known(trained):
    path, _, _, targets = trained
    law, _ = load_model(path, SIMULATION)
    for row in coherence(law, [0.1], n_paths=4096):
        assert abs(row.mean_price - 1.0) < 4.0 * row.price_error
        assert row.index_square == pytest.approx(row.forward_variance, rel=0.02)
    rows = price_rows(law, targets) + index_rows(law, targets, n_paths=1024)
    assert {row["role"] for row in rows} == {"train", "validation", "test"}
    assert len(rows) == 24


def test_the_config_of_the_studies_is_whole():
    config = read_config("rmot/neural/volterra.toml", TrainingConfig)
    assert from_mapping(as_mapping(config), TrainingConfig) == config
    assert replace(config.network, depth=0).depth == 0


def test_history_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(OutputError, match=r"results/history\.jsonl; .*, then run again"):
        history_writer(tmp_path / "results" / "history.jsonl")
