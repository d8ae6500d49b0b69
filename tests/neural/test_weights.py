import json

import numpy as np
import pytest

from rmot.errors import DataError, MissingData
from rmot.neural.jaxed import eqx, jax, jnp
from rmot.neural.weights import Provenance, load_weights, save_weights


class Line(eqx.Module):
    slope: jax.Array
    offset: jax.Array


def line(config):
    return Line(jnp.zeros(config["size"]), jnp.zeros(()))


ABOUT = Provenance("line", {"size": 3}, {"draws": 7}, {"kind": "drawn"}, {"error": 0.25})


@pytest.fixture
def saved(tmp_path):
    module = Line(jnp.array([0.1, 1e-310, -np.pi]), jnp.asarray(1 / 3))
    save_weights(tmp_path / "line.eqx", module, ABOUT)
    return tmp_path / "line.eqx", module


def change(path, **values):
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps(json.loads(beside.read_text()) | values))


def test_reloaded_leaves_are_bit_equal(saved):
    path, module = saved
    again, about = load_weights(path, "line", line)
    for one, other in zip(jax.tree.leaves(module), jax.tree.leaves(again), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
    assert (about.seeds, about.metrics, about.data) == (ABOUT.seeds, ABOUT.metrics, ABOUT.data)
    assert about.versions["jax"] == jax.__version__


def test_the_same_weights_make_the_same_bytes(saved, tmp_path):
    path, module = saved
    save_weights(tmp_path / "again.eqx", module, ABOUT)
    for suffix in (".eqx", ".json"):
        other = (tmp_path / "again").with_suffix(suffix)
        assert path.with_suffix(suffix).read_bytes() == other.read_bytes()


def test_other_weights_are_refused(saved):
    path, _ = saved
    with pytest.raises(DataError, match="expected weights of curve"):
        load_weights(path, "curve", line)
    change(path, config={"size": 4})
    with pytest.raises(DataError, match=r"leaf 0 .*to be .*slope.*\[4\].*; got .*\[3\]"):
        load_weights(path, "line", line)
    change(path, format=99, config={"size": 3})
    with pytest.raises(DataError, match=r"format 1 .* got 99"):
        load_weights(path, "line", line)
    change(path, format=1, surplus=0)
    with pytest.raises(DataError, match="expected weights' format"):
        load_weights(path, "line", line)


def test_other_bytes_are_refused(saved):
    path, _ = saved
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"is not what line\.json describes"):
        load_weights(path, "line", line)
    path.unlink()
    with pytest.raises(MissingData, match="do not exist"):
        load_weights(path, "line", line)
