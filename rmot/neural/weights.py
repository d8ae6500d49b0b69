"""Knows how trained weights are kept: Equinox' own bytes, and what they are in JSON beside them.

``NAME.eqx`` holds the leaves as arrays of NumPy's format, no pickles; ``NAME.json`` the model's
name, its config, seeds, the hash of its data, versions, metrics, and shape and type of each leaf.
"""

from __future__ import annotations

import hashlib
import io
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import rmot
from rmot.artifact.files import atomic_write, read_json, write_json
from rmot.errors import DataError, MissingData
from rmot.neural.jaxed import eqx, jax

M = TypeVar("M", bound=eqx.Module)

FORMAT = 1
"""Raised by one whenever older files would be misread."""

_PACKAGES = ("jax", "jaxlib", "equinox", "optax", "numpy")
_TABLES = ("config", "seeds", "data", "metrics", "versions")
_KEYS = ("format", "model", "config", "seeds", "data", "metrics", "versions", "leaves", "sha256")


@dataclass(frozen=True)
class Provenance:
    """What weights are.

    Attributes
    ----------
    model : str
        Name of the kind of model, such as ``"neural_volterra"``.
    config : dict
        What the model was made and trained with, as `rmot.neural.config.as_mapping` gives it.
    seeds : dict of str to int
    data : dict of str to str
        sha256 of the files of quotes, or of synthetic ones; and ``"kind"``, real or synthetic.
    metrics : dict of str to float
    versions : dict of str to str
        Packages at the time of training; set by `save_weights`.
    """

    model: str
    config: dict[str, Any]
    seeds: dict[str, int]
    data: dict[str, str]
    metrics: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def save_weights(path: str | Path, module: eqx.Module, provenance: Provenance) -> None:
    """Write ``path`` with suffix .eqx, then the JSON beside it; each file whole or not at all.

    Parameters
    ----------
    path : path-like
    module : Module
        Whose leaves are written.
    provenance : Provenance
        What the JSON says.
    """
    buffer = io.BytesIO()
    eqx.tree_serialise_leaves(buffer, module)
    content = buffer.getvalue()
    versions = {name: metadata.version(name) for name in _PACKAGES}
    path = Path(path)
    with atomic_write(path.with_suffix(".eqx"), "wb") as handle:
        handle.write(content)
    write_json(
        path.with_suffix(".json"),
        {
            "format": FORMAT,
            "model": provenance.model,
            "config": provenance.config,
            "seeds": provenance.seeds,
            "data": provenance.data,
            "metrics": provenance.metrics,
            "versions": versions | {"rmot": rmot.__version__, "python": platform.python_version()},
            "leaves": _leaves(module),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
    )


def load_weights(
    path: str | Path, model: str, build: Callable[[Mapping[str, Any]], M]
) -> tuple[M, Provenance]:
    """Read weights; leaves are bit-equal to those that were saved.

    Parameters
    ----------
    path : path-like
        Of either file.
    model : str
        The kind that is expected.
    build : callable
        Makes a module of the right structure from the saved config; its leaves are replaced.

    Returns
    -------
    module : Module
    about : Provenance

    Raises
    ------
    MissingData
        If one of the two files does not exist.
    DataError
        Another format or model; leaves of other shapes or types than the config's module has;
        bytes that are not those that were saved.
    """
    path = Path(path)
    about = read_json(path.with_suffix(".json"))
    if not isinstance(about, dict) or set(about) != set(_KEYS):
        raise DataError(f"expected weights' {', '.join(_KEYS)} in {path.with_suffix('.json')}")
    if about["format"] != FORMAT:
        raise DataError(f"expected weights of format {FORMAT} in {path}; got {about['format']!r}")
    if about["model"] != model:
        raise DataError(f"expected weights of {model} in {path}; got {about['model']!r}")
    template = build(about["config"])
    expected = _leaves(template)
    if about["leaves"] != expected:
        given = about["leaves"] if isinstance(about["leaves"], list) else [about["leaves"]]
        at, saved, wanted = _first_difference(given, expected)
        raise DataError(f"expected leaf {at} of {path} to be {wanted}; got {saved}")
    try:
        content = path.with_suffix(".eqx").read_bytes()
    except FileNotFoundError:
        raise MissingData(
            f"expected weights in {path.with_suffix('.eqx')}; they do not exist"
        ) from None
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise DataError(
            f"{path.with_suffix('.eqx')} is not what {path.stem}.json describes;"
            " remove both and train again"
        )
    for name in _TABLES:
        if not isinstance(about[name], dict):
            raise DataError(f"expected a table {name} in {path.stem}.json; got {about[name]!r}")
    stream = io.BytesIO(content)
    try:
        module = eqx.tree_deserialise_leaves(stream, template)
    except Exception:
        # Equinox and NumPy's parser of headers raise whatever the bytes lead them to.
        raise DataError(
            f"expected the leaves that {path.stem}.json lists in {path.with_suffix('.eqx')}; its "
            "bytes are others"
        ) from None
    if stream.read(1) or _holds_nan(module):
        raise DataError(
            f"expected {path.with_suffix('.eqx')} to end with its leaves, none of them NaN"
        )
    kept = {name: about[name] for name in _TABLES}
    return module, Provenance(model, **kept)


def _leaves(module: Any) -> list[dict[str, Any]]:
    """Return name, shape and type of all leaves that are saved."""
    found, _ = jax.tree_util.tree_flatten_with_path(module)
    return [
        {
            "name": jax.tree_util.keystr(place),
            "shape": list(np.shape(leaf)),
            "type": str(getattr(leaf, "dtype", type(leaf).__name__)),
        }
        for place, leaf in found
    ]


def _holds_nan(module: Any) -> bool:
    leaves = [np.asarray(leaf) for leaf in jax.tree_util.tree_leaves(module)]
    return any(np.isnan(each).any() for each in leaves if each.dtype.kind == "f")


def _first_difference(saved: list[Any], wanted: list[Any]) -> tuple[int, Any, Any]:
    count = max(len(saved), len(wanted))
    missing = [None]
    for at, pair in enumerate(
        zip(
            saved + missing * (count - len(saved)),
            wanted + missing * (count - len(wanted)),
            strict=True,
        )
    ):
        if pair[0] != pair[1]:
            return at, *pair
    raise AssertionError(saved)
