"""Knows how a calibration to observables is written in TOML.

forwards = [1.0, 1.1]
common_factors = 1
convention = "price"                            # or "relative", "logarithmic"
[assets]                                        # a row an asset: Var, CoVar, VarVar
observables = [[0.04, -0.006, 0.01], [0.05, -0.008, 0.015]]
weights = [[1, 1, 1], [1, 1, 1]]                # without it (147)-(149), mended
[spreads]                                       # a row a spread S_i - S_j, from 1
pairs = [[2, 1]]
heston = [[-0.3, 0.2, 0.02]]                    # or observables: (rho, xi, V_0) of each smile
[start]                                         # [lower], [upper], [free] likewise
correlation = [-0.3, 0.0, 0.0]                  # common factors, then residuals
vol_of_vol = [1.0, 0.5, 0.5]
initial_variance = [1.0, 0.01, 0.01]
loadings = [[0.2], [0.2]]                       # a row an asset
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.files import read_toml
from rmot.errors import ParameterError
from rmot.spread.alpha.calibration.parameters import ParameterLayout
from rmot.spread.alpha.calibration.problem import Box, ObservableProblem
from rmot.spread.alpha.calibration.weights import default_weights
from rmot.spread.alpha.observables import FactorState, Observables, square_root_observables

Array = NDArray[np.float64]
_TOP = ("forwards", "common_factors", "convention", "assets", "spreads")
_BOX = ("start", "lower", "upper", "free")
_MOST = 1e9
_PARTS = ("correlation", "vol_of_vol", "initial_variance", "loadings")


def read_problem(path: Path) -> ObservableProblem:
    """Read a calibration.

    Parameters
    ----------
    path : Path
        TOML; docs/spread_options.md has the keys.

    Raises
    ------
    MissingData
        If the file does not exist.
    ParameterError
        If it is no TOML, has unknown keys or lacks some, or is no calibration; names the key.
    """
    return parse_problem(read_toml(path, "a calibration", ParameterError))


def parse_problem(given: Mapping[str, Any]) -> ObservableProblem:
    """Make a calibration of what such a file holds; raises as `read_problem`.

    Parameters
    ----------
    given : mapping
        What the file's TOML says.

    Raises
    ------
    ParameterError
        As `read_problem`.
    """
    _only(given, (*_TOP, *_BOX), "the file")
    forwards = _numbers(_get(given, "forwards", "the file"), "forwards", 1)
    layout = ParameterLayout(forwards.size, _whole(_get(given, "common_factors", "the file")))
    assets, asset_weights = _targets(given, "assets", forwards.size, ())
    pairs: tuple[tuple[int, int], ...] = ()
    nothing = Observables(*np.empty((3, 0)))
    spreads, spread_weights = nothing, nothing
    if "spreads" in given:
        rows = _numbers(_get(_table(given, "spreads"), "pairs", "[spreads]"), "pairs", 2)
        if rows.shape[1] != 2 or not all(
            each.is_integer() and abs(each) < _MOST for each in rows.ravel().tolist()
        ):
            raise ParameterError("[spreads] pairs: expected pairs of numbers of assets, from 1")
        pairs = tuple((int(i) - 1, int(j) - 1) for i, j in rows.tolist())
        spreads, spread_weights = _targets(given, "spreads", len(pairs), ("pairs",))
    box = {name: _box(given, name, layout) for name in _BOX}
    if not np.all(np.isin(box["free"], (0.0, 1.0))):
        raise ParameterError("[free]: expected true or false, or 1 or 0, for each number")
    return ObservableProblem(
        layout,
        forwards,
        pairs,
        assets,
        spreads,
        asset_weights,
        spread_weights,
        Box(box["start"], box["lower"], box["upper"], box["free"] == 1.0),
        given.get("convention", "price"),
    )


def _targets(
    given: Mapping[str, Any], name: str, size: int, others: tuple[str, ...]
) -> tuple[Observables, Observables]:
    table = _table(given, name)
    _only(table, ("observables", "heston", "weights", *others), f"[{name}]")
    if ("observables" in table) == ("heston" in table):
        raise ParameterError(f"[{name}]: expected either observables or heston")
    if "observables" in table:
        targets = Observables(*_triples(table["observables"], f"[{name}] observables", size))
    else:
        rho, xi, variance = _triples(table["heston"], f"[{name}] heston", size)
        if np.any(np.abs(rho) > 1.0) or np.any(xi < 0.0) or np.any(variance <= 0.0):
            raise ParameterError(
                f"[{name}] heston: expected rows (rho, xi, V_0) with rho in [-1, 1], xi >= 0 and "
                f"V_0 > 0; got {table['heston']}"
            )
        with np.errstate(over="ignore"):
            targets = square_root_observables(variance, xi, rho)
        if not all(np.isfinite(each).all() for each in targets):
            raise ParameterError(f"[{name}] heston: expected finite rho xi V_0 and xi^2 V_0")
    if "weights" not in table:
        return targets, default_weights(targets)
    return targets, Observables(*_triples(table["weights"], f"[{name}] weights", size))


def _box(given: Mapping[str, Any], name: str, layout: ParameterLayout) -> Array:
    table = _table(given, name)
    _only(table, _PARTS, f"[{name}]")
    rows = {part: _get(table, part, f"[{name}]") for part in _PARTS}
    own = []
    for part in _PARTS[:3]:
        row = _numbers(rows[part], f"[{name}] {part}", 1)
        if row.size != layout.n_factors:
            raise ParameterError(
                f"[{name}] {part}: expected {layout.n_factors} numbers, {layout.n_common} of "
                f"common factors and {layout.n_assets} of residuals; got {row.size}"
            )
        own.append(row)
    loadings = _numbers(rows["loadings"], f"[{name}] loadings", 2)
    if loadings.shape != (layout.n_assets, layout.n_common):
        raise ParameterError(
            f"[{name}] loadings: expected {layout.n_assets} rows of {layout.n_common}; got shape "
            f"{loadings.shape}"
        )
    return layout.pack(loadings, FactorState(*own))


def _triples(value: Any, name: str, size: int) -> Array:
    rows = _numbers(value, name, 2)
    if rows.shape != (size, 3):
        raise ParameterError(f"{name}: expected {size} rows of three; got shape {rows.shape}")
    return rows.T.copy()


def _numbers(value: Any, name: str, dimensions: int) -> Array:
    try:
        numbers = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = np.empty(())
    if numbers.ndim != dimensions or numbers.size == 0:
        form = "a list of numbers" if dimensions == 1 else "rows of numbers of one length"
        raise ParameterError(f"{name}: expected {form}; got {value!r}")
    return numbers


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(f"common_factors: expected a whole number; got {value!r}")
    return value


def _table(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = _get(given, name, "the file")
    if not isinstance(table, Mapping):
        raise ParameterError(f"expected [{name}] to be a table; got {table!r}")
    return table


def _get(table: Mapping[str, Any], key: str, place: str) -> Any:
    if key not in table:
        raise ParameterError(f"expected {key} in {place}; it is not there")
    return table[key]


def _only(table: Mapping[str, Any], keys: tuple[str, ...], place: str) -> None:
    if unknown := [key for key in table if key not in keys]:
        raise ParameterError(
            f"{place} has the unknown {', '.join(unknown)}; expected {', '.join(keys)}"
        )
