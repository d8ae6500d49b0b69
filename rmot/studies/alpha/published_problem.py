"""The calibration that source 004 prints in Figures 13 to 16: four assets and forty numbers.

The forwards are not printed. They are solved from the six spread variances of Figure 15, which with
the loadings of Figure 16 (those of Figure 14 to nine digits) determine them four times over.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from rmot.spread.alpha import (
    Observables,
    observable_gradient,
    price_observables,
    spread_holdings,
)
from rmot.spread.alpha.calibration import Box, ObservableProblem, ParameterLayout

Array = NDArray[np.float64]
TABLES = ("parameters", "variables", "optimum", "observables", "derivatives")
LAYOUT = ParameterLayout(4, 4)
# the document's spread ij pays S_j - S_i, (172)
NAMED_PAIRS = ("12", "13", "14", "23", "24", "34")
PAIRS = tuple((int(name[1]) - 1, int(name[0]) - 1) for name in NAMED_PAIRS)
ASSETS = range(1, 5)
_START = 0.05


@dataclass(frozen=True)
class Published:
    """What the figures print.

    Attributes
    ----------
    box : Box
        Figure 13, in the order of ``LAYOUT.names``.
    asset_weights, spread_weights : Observables
        Figure 13.
    optimum : ndarray, shape (40,)
        Figure 16's numbers, which are Figure 14's with more digits.
    derivatives_repeat : int
        In how many of 40 rows Figure 16 repeats Figure 14 to its digits.
    assets, spreads : Observables
        Figure 15.
    asset_digits, spread_digits : Observables
        Half a unit of the last digit printed.
    sha256 : str
    """

    box: Box
    asset_weights: Observables
    spread_weights: Observables
    optimum: Array
    derivatives_repeat: int
    assets: Observables
    spreads: Observables
    asset_digits: Observables
    spread_digits: Observables
    sha256: str

    def problem(
        self, forwards: Array, weights: tuple[Observables, Observables] | None = None
    ) -> ObservableProblem:
        """Return the calibration to Figure 15, with the printed weights or others."""
        own = (self.asset_weights, self.spread_weights)
        return ObservableProblem(
            LAYOUT,
            forwards,
            PAIRS,
            self.assets,
            self.spreads,
            *(own if weights is None else weights),
            self.box,
            "relative",
        )


def read(inputs: dict[str, Path]) -> Published:
    """Read the transcribed tables, named as in ``TABLES``."""
    raw = {name: inputs[name].read_bytes() for name in TABLES}
    rows = {name: _read(inputs[name])[: LAYOUT.size] for name in TABLES[1:]}
    settings = {row["name"]: row["value"] for row in _read(inputs["parameters"])}
    printed = {row["name"]: row["value"] for row in rows["observables"]}
    half_units = {name: half_unit(value) for name, value in printed.items()}
    start, lowest, highest, free = (
        np.array([float(row[column]) for row in rows["variables"]])
        for column in ("initial", "lowest", "highest", "free")
    )
    box = Box(start, lowest, highest, free == 1.0)
    full, short = ([row["value"] for row in rows[name]] for name in ("derivatives", "optimum"))
    repeats = sum(_agrees(long, brief) for long, brief in zip(full, short, strict=True))
    kinds = {"assets": ("U", "CovU", "VarU"), "weights": ("VU", "CovVU", "VarVU")}
    spreads = [("Spread{}", "Sp{}Cov", "Sp{}Var"), ("Spread{}", "CovSpread{}", "VarSpread{}")]
    spread_names = [[form.format(p) for p in NAMED_PAIRS] for form in spreads[0]]
    asset_names = [[f"{kind}{i}" for i in ASSETS] for kind in kinds["assets"]]
    return Published(
        box=box,
        asset_weights=_rows(settings, [[f"{k}{i}" for i in ASSETS] for k in kinds["weights"]]),
        spread_weights=_rows(settings, [[f.format(p) for p in NAMED_PAIRS] for f in spreads[1]]),
        optimum=np.array([float(value) for value in full]),
        derivatives_repeat=repeats,
        assets=_rows(printed, asset_names),
        spreads=_rows(printed, spread_names),
        asset_digits=_rows(half_units, asset_names),
        spread_digits=_rows(half_units, spread_names),
        sha256=hashlib.sha256(b"".join(raw[name] for name in TABLES)).hexdigest(),
    )


def solved_forwards(published: Published) -> Array:
    """Return the forwards whose spread variances are nearest to the printed ones, relatively."""
    loadings, state = LAYOUT.all_loadings(published.optimum), LAYOUT.state(published.optimum)
    wanted = published.spreads.variance

    def misses(forwards: Array) -> Array:
        held = spread_holdings(forwards, PAIRS)
        return price_observables(loadings, state, held).variance / wanted - 1.0

    start = np.full(LAYOUT.n_assets, _START)
    return least_squares(misses, start, xtol=1e-15, ftol=1e-15, gtol=1e-15).x


def admissible(published: Published, problem: ObservableProblem) -> Array:
    """Return how far observables may be from print by the digits printed of all that enter.

    Half units of Figure 15's and 16's last digits, and what these leave open in the forwards, to
    first order; shape (30,).
    """
    numbers = published.optimum
    loadings, state = LAYOUT.all_loadings(numbers), LAYOUT.state(numbers)
    digits = np.concatenate(
        [
            np.stack(each, axis=-1).ravel()
            for each in (published.asset_digits, published.spread_digits)
        ]
    )
    scale = np.sqrt(problem.weights)
    by_number = np.abs(problem.jacobian(numbers) / scale[:, None])
    # nine digits behind the point
    own = by_number @ np.where(problem.box.free, 0.5e-9, 0.0)
    signs = np.sign(problem.holdings)
    by_forward = {
        convention: observable_gradient(loadings, state, problem.holdings, convention).holdings
        * signs[:, None, :]
        for convention in ("price", "relative")
    }
    slopes = by_forward["relative"]
    slopes[:, 0] = by_forward["price"][:, 0]
    variances = slice(3 * LAYOUT.n_assets, None, 3)
    relative = slopes[:, 0] / published.spreads.variance[:, None]
    inverse = np.abs(np.linalg.pinv(relative)) / published.spreads.variance
    open_forwards = inverse @ (digits[variances] + own[variances])
    through = np.abs(slopes).reshape(-1, LAYOUT.n_assets) @ open_forwards
    return digits + own + np.concatenate([np.zeros(3 * LAYOUT.n_assets), through])


def half_unit(number: str) -> str:
    """Return half a unit of the last digit of a number as printed."""
    mantissa, _, exponent = number.upper().partition("E")
    decimals = len(mantissa.partition(".")[2])
    return repr(0.5 * 10.0 ** (int(exponent or 0) - decimals))


def _agrees(long: str, brief: str) -> bool:
    return abs(float(long) - float(brief)) <= 1.000001 * float(half_unit(brief))


def _rows(values: Mapping[str, str], names: list[list[str]]) -> Observables:
    return Observables(*(np.array([float(values[name]) for name in row]) for row in names))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
