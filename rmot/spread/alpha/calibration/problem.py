"""Knows the objective of calibrating an alpha model to observables, with exact derivatives.

    sum_q C_q (observable_q(P) - target_q)^2  over Var, CoVar, VarVar of assets and of spreads:

(140)-(146) of source 004. Observables of assets are those of logarithms. Of spreads Var is that of
the price; CoVar and VarVar are so too, or relative to the tangent bilog.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.spread.alpha.calibration.parameters import ParameterLayout
from rmot.spread.alpha.observable_gradients import Convention, observable_gradient
from rmot.spread.alpha.observables import (
    Observables,
    logarithmic_observables,
    price_observables,
    relative_observables,
    spread_holdings,
)

Array = NDArray[np.float64]
KINDS = ("Var", "CoVar", "VarVar")


@dataclass(frozen=True)
class Box:
    """Where a search starts, what it may move, and how far.

    Attributes
    ----------
    start, lower, upper : ndarray, shape (size,)
    free : ndarray of bool, shape (size,)
        What is not free keeps its start.
    """

    start: Array
    lower: Array
    upper: Array
    free: NDArray[np.bool_]


@dataclass(frozen=True)
class ObservableProblem:
    """Targets, weights and box of a calibration.

    Parameters
    ----------
    layout : ParameterLayout
    forwards : ndarray, shape (n_assets,)
    pairs : sequence of (int, int)
        Spreads S_i - S_j, assets numbered from 0.
    assets, spreads : Observables
        Targets, of shapes (n_assets,) and (n_pairs,).
    asset_weights, spread_weights : Observables
        C >= 0 of the same shapes.
    box : Box
    convention : {"price", "relative", "logarithmic"}
        How CoVar and VarVar of spreads are meant. "logarithmic" is for normal models, whose spreads
        load a_i - a_j: forwards are then not used.

    Raises
    ------
    ParameterError
        If shapes do not fit, weights are negative or all 0, a lower bound is above its upper, a
        start is outside, a colour is not one, or an asset loads on nothing.
    """

    layout: ParameterLayout
    forwards: Array
    pairs: tuple[tuple[int, int], ...]
    assets: Observables
    spreads: Observables
    asset_weights: Observables
    spread_weights: Observables
    box: Box
    convention: Convention = "price"

    def __post_init__(self) -> None:
        """Refuse what is no calibration."""
        if self.convention not in ("price", "relative", "logarithmic"):
            raise ParameterError(
                f"convention must be price, relative or logarithmic; got {self.convention!r}"
            )
        n = self.layout.n_assets
        if self.forwards.shape != (n,):
            raise ParameterError(f"expected {n} forwards; got shape {self.forwards.shape}")
        spread_holdings(self.forwards, self.pairs)
        for name, given, size in (
            ("asset targets", self.assets, n),
            ("asset weights", self.asset_weights, n),
            ("spread targets", self.spreads, len(self.pairs)),
            ("spread weights", self.spread_weights, len(self.pairs)),
        ):
            for kind, row in zip(KINDS, given, strict=True):
                if row.shape != (size,) or not np.all(np.isfinite(row)):
                    raise ParameterError(
                        f"expected {size} finite {name} of {kind}; got {np.asarray(row).tolist()}"
                    )
        if not np.all(self.weights >= 0.0) or not np.any(self.weights > 0.0):
            raise ParameterError("expected weights that are not negative, and not all 0")
        _check_box(self.layout, self.box)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the observables, in the order of residuals: assets first, numbered from 1."""
        assets = [f"{kind} {i + 1}" for i in range(self.layout.n_assets) for kind in KINDS]
        spreads = [f"{kind} {i + 1}-{j + 1}" for i, j in self.pairs for kind in KINDS]
        return (*assets, *spreads)

    @cached_property
    def targets(self) -> Array:
        """Shape (n_observables,)."""
        return _in_order(self.assets, self.spreads)

    @cached_property
    def weights(self) -> Array:
        """C, shape (n_observables,)."""
        return _in_order(self.asset_weights, self.spread_weights)

    @cached_property
    def _roots(self) -> Array:
        return np.sqrt(self.weights)

    @cached_property
    def holdings(self) -> Array:
        """Amounts in each spread, shape (n_pairs, n_assets)."""
        unit = np.ones_like(self.forwards)
        amounts = unit if self.convention == "logarithmic" else self.forwards
        return spread_holdings(amounts, self.pairs)

    def observables(self, numbers: Array) -> Array:
        """Return the model's, shape (n_observables,)."""
        loadings, state = self.layout.all_loadings(numbers), self.layout.state(numbers)
        assets = logarithmic_observables(loadings, state)
        if self.convention == "logarithmic":
            return _in_order(assets, logarithmic_observables(self.holdings @ loadings, state))
        spreads = price_observables(loadings, state, self.holdings)
        if self.convention == "relative":
            rest = relative_observables(loadings, state, self.holdings)
            spreads = rest._replace(variance=spreads.variance)
        return _in_order(assets, spreads)

    def residuals(self, numbers: Array) -> Array:
        """Return sqrt(C) (observable - target), whose squares add up to the objective."""
        return self._roots * (self.observables(numbers) - self.targets)

    def objective(self, numbers: Array) -> float:
        """Return (146)."""
        return float(np.sum(self.residuals(numbers) ** 2))

    def jacobian(self, numbers: Array) -> Array:
        """Return the exact derivatives of `residuals`, shape (n_observables, size)."""
        layout = self.layout
        loadings, state = layout.all_loadings(numbers), layout.state(numbers)
        own = observable_gradient(loadings, state, np.eye(layout.n_assets), "logarithmic")
        held = observable_gradient(loadings, state, self.holdings, self.convention)
        spreads = layout.gradient(held)
        if self.convention == "relative":
            price = observable_gradient(loadings, state, self.holdings, "price")
            spreads[:, 0] = layout.gradient(price)[:, 0]
        rows = np.concatenate([layout.gradient(own), spreads]).reshape(-1, layout.size)
        return self._roots[:, None] * rows

    def gradient(self, numbers: Array) -> Array:
        """Return the exact derivatives of the objective in all numbers, free or not."""
        return 2.0 * self.jacobian(numbers).T @ self.residuals(numbers)


def _in_order(assets: Observables, spreads: Observables) -> Array:
    return np.concatenate([np.stack(each, axis=-1).ravel() for each in (assets, spreads)])


def _check_box(layout: ParameterLayout, box: Box) -> None:
    for name in ("start", "lower", "upper", "free"):
        row = getattr(box, name)
        if row.shape != (layout.size,):
            raise ParameterError(
                f"expected {layout.size} numbers in {name}, for {layout.n_assets} assets and "
                f"{layout.n_common} common factors; got {row.size}"
            )
    for number, name in enumerate(layout.names):
        low, start, high = box.lower[number], box.start[number], box.upper[number]
        if not low <= high:
            raise ParameterError(f"{name}: expected lower <= upper; got {low} and {high}")
        if not low <= start <= high and box.free[number]:
            raise ParameterError(f"{name}: expected a start in [{low}, {high}]; got {start}")
        reach = (low, high, start) if box.free[number] else (start,)
        if name.startswith("rho") and not all(-1.0 <= each <= 1.0 for each in reach):
            raise ParameterError(f"{name}: a colour's correlation is in [-1, 1]; got {reach}")
        if name[0] in "nv" and not all(0.0 <= each < np.inf for each in reach):
            raise ParameterError(f"{name}: expected numbers from 0 on; got {reach}")
        if not all(np.isfinite(each) for each in reach):
            raise ParameterError(f"{name}: expected finite numbers; got {reach}")
    variance = layout.all_loadings(box.start) ** 2 @ box.start[layout.variances]
    for asset in np.flatnonzero(~(variance > 0.0)).tolist():
        raise ParameterError(
            f"asset {asset + 1} starts without variance: its loadings and its residual's V are 0"
        )
