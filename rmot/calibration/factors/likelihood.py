"""The likelihood of several assets' quotes under one rough factor model.

Each slice belongs to an asset, whose marginal prices it; residuals are those of one asset's quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rmot.calibration.factors.parametrisation import FactorParametrisation
from rmot.calibration.likelihood import Likelihood, Quotes, evenly


class FactorLikelihood(Likelihood[FactorParametrisation]):
    """Standardised residuals of all assets, one after the other, and their derivatives."""

    def __init__(
        self,
        parametrisation: FactorParametrisation,
        assets: Sequence[Sequence[Quotes]],
        noise_floor: float,
        tolerance: float | None = None,
    ) -> None:
        slices = [each for slices in assets for each in slices]
        super().__init__(parametrisation, slices, noise_floor, tolerance)
        self.assets = assets

    def thin(self, slices: int, quotes: int, tolerance: float) -> FactorLikelihood:
        """Return the likelihood of at most so many slices of each asset, and quotes of each."""
        thinned = [
            [asset[row].thin(quotes) for row in evenly(len(asset), slices)] for asset in self.assets
        ]
        return FactorLikelihood(self.parametrisation, thinned, self.noise_floor, tolerance)

    def hold(self, name: str, value: float) -> FactorLikelihood:
        """Return the likelihood with one free number held."""
        held = self.parametrisation.hold(name, value)
        return FactorLikelihood(held, self.assets, self.noise_floor, self.tolerance)

    def _laws(self, model: Any) -> list[tuple[Any, tuple[str, ...]]]:
        return [
            (model.marginal(asset), model.marginal_parameters(asset))
            for asset, slices in enumerate(self.assets)
            for _ in slices
        ]
