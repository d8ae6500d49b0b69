"""`rmot neural` on weights that are no one's training, on a history, and on bad input."""

import csv
import io
import json

import numpy as np
import pytest

from rmot.neural import (
    Coordinates,
    NeuralVolterra,
    Provenance,
    Shape,
    TrainingConfig,
    as_mapping,
    read_config,
    save_weights,
)
from rmot.neural.model_files import KIND

LOOK = {"step": 0, "loss": 2.5, "held_out": 2.0, "least": 2.0, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "law.eqx"
    config = read_config("rmot/neural/volterra.toml", TrainingConfig)
    shape = Shape.rough_bergomi(1.2, config.network.width, config.network.depth, 0)
    coordinates = Coordinates.at(0.1, -0.7, [0.04], shape)
    about = {"training": as_mapping(config), "pieces": [1.0]}
    save_weights(
        path, coordinates, Provenance(KIND, about, {}, {"kind": "synthetic", "sha256": ""})
    )
    return path, NeuralVolterra(coordinates=coordinates, pieces=(1.0,))


def test_prices_are_the_models(rmot, weights):
    path, law = weights
    status, out, _ = rmot(
        "neural", "price", path, "--maturity", 0.25, "--log-moneyness=-0.1,0", "--csv"
    )
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    prices = [float(row["price"]) for row in rows]
    assert np.allclose(prices, law.call_price([-0.1, 0.0], 0.25), atol=1e-12)
    assert 0.0 < float(rows[1]["delta"]) < 1.0


def test_a_history_is_shown(rmot, tmp_path):
    history = tmp_path / "law.jsonl"
    history.write_text(json.dumps(LOOK) + "\n" + json.dumps(LOOK | {"step": 10}) + "\n")
    status, out, _ = rmot("neural", "watch", history, "--once")
    assert status == 0
    assert "2 looks" in out
    assert "0.01" in out
    rows = json.loads(rmot("neural", "watch", history, "--json")[1])
    assert [row["step"] for row in rows] == [LOOK["step"], 10]


def test_bad_input_is_one_line_and_status_2(rmot, weights, tmp_path):
    odd = tmp_path / "odd.toml"
    odd.write_text("[descent]\nsteps = 10\nlearning_rate = 0.1\nmomentum = 3\n[quotes]\n")
    chains = ["--spx", "none.csv", "--vix", "none.csv", "--output", tmp_path / "law.eqx"]
    path, _ = weights
    for arguments, message in (
        (["train", odd, *chains], "got momentum"),
        (["train", "none.toml", *chains], "expected a config in none.toml"),
        (["price", tmp_path / "none.eqx", "--maturity", 1, "--log-moneyness", 0], "none.json"),
        (["price", path, "--maturity", 1, "--log-moneyness", "x"], "comma-separated numbers"),
        (["watch", tmp_path / "none.jsonl", "--once"], "expected a training history"),
    ):
        status, _, err = rmot("neural", *arguments)
        assert status == 2
        assert err.count("\n") == 1
        assert message in err
