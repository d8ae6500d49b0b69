"""Which loadings and factor parameters are free, and the coordinates in which they are searched.

A factor's initial variance is 1: c times a column of loadings with both variances over c^2 and
vol-of-vol over c is the same law. So is the other sign of a column with that of its correlation;
a column has the sign that makes its sum positive, and factors stand in the order of their H.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.parametrisation import FreeNumbers, unnumbered
from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor

_SCALE = "initial_variance"
_FACTOR = {
    "hurst": 0.1,
    "vol_of_vol": 1.0,
    "correlation": 0.0,
    _SCALE: 1.0,
    "mean_reversion": 0.5,
    "long_run_variance": 1.0,
}
"""Any admissible values: each number is free or held in the end."""


@dataclass(frozen=True)
class FactorParametrisation(FreeNumbers):
    """Rough factor models of one shape as a function of some free coordinates.

    Attributes
    ----------
    n_assets, n_factors : int
    free : tuple of str
        Such as ``"loading_0_1"`` (asset 0, factor 1) and ``"hurst_1"``.
    held : dict of str to float
        The other numbers.
    """

    n_assets: int
    n_factors: int
    free: tuple[str, ...]
    held: dict[str, float]

    model_class: type[RoughFactorModel] = field(default=RoughFactorModel, init=False)

    def model(self, point: NDArray[np.float64]) -> RoughFactorModel:
        """Return the model at a point of the coordinates."""
        values = {**self.held, **self.values(point)}
        pattern = _pattern(self.n_assets, self.n_factors)
        return pattern.with_values([values[name] for name in pattern.parameters])

    def values_of(self, model: RoughFactorModel) -> dict[str, float]:
        """Return the free numbers of a model of this shape."""
        known = dict(zip(model.parameters, model.values.tolist(), strict=True))
        return {name: known[name] for name in self.free}

    @property
    def is_symmetric(self) -> bool:
        """Whether what is held leaves factors and signs interchangeable."""
        values: dict[str, set[tuple[str, float]]] = {}
        for name, value in self.held.items():
            values.setdefault(unnumbered(name)[0], set()).add((name, value))
        return all(
            name != "loading" and len(held) == self.n_factors and len({v for _, v in held}) == 1
            for name, held in values.items()
        )

    def hold(self, name: str, value: float) -> FactorParametrisation:
        """Return the parametrisation with one free number held."""
        free = tuple(each for each in self.free if each != name)
        return replace(self, free=free, held={**self.held, name: value})


def parametrise_factors(
    n_assets: int, n_factors: int, fixed: Mapping[str, float]
) -> FactorParametrisation:
    """Decide what is free: all but initial variances and what is in `fixed`.

    Parameters
    ----------
    n_assets, n_factors : int
    fixed : mapping of str to float
        A number's name, or without its factor (``"mean_reversion"``) for all factors at once.

    Raises
    ------
    ParameterError
        A name that the model lacks, or fewer than one factor.
    """
    if n_factors < 1:
        raise ParameterError(f"expected at least one factor; got {n_factors}")
    names = _pattern(n_assets, n_factors).parameters
    held: dict[str, Any] = {}
    for given, value in {_SCALE: 1.0, **fixed}.items():
        meant = [name for name in names if given in (name, unnumbered(name)[0])]
        if not meant:
            known = sorted({unnumbered(name)[0] for name in names})
            raise ParameterError(
                f"expected names among {known} in fixed, numbered from 0 or not; got {given!r}"
            )
        held |= dict.fromkeys(meant, float(value))
    free = tuple(name for name in names if name not in held)
    if not free:
        raise ParameterError("expected at least one free parameter; every one of them is in fixed")
    return FactorParametrisation(n_assets, n_factors, free, held)


def canonical(model: RoughFactorModel) -> RoughFactorModel:
    """Return the same law with factors by increasing H and columns of positive sum."""
    order = np.argsort([factor.hurst for factor in model.factors], kind="stable")
    signs = np.where(model.loadings.sum(axis=0) < 0.0, -1.0, 1.0)
    factors = [
        replace(model.factors[k], correlation=signs[k] * model.factors[k].correlation)
        for k in order
    ]
    return RoughFactorModel((model.loadings * signs)[:, order], factors)


def _pattern(n_assets: int, n_factors: int) -> RoughFactorModel:
    factor = VarianceFactor(**_FACTOR)
    return RoughFactorModel(np.ones((n_assets, n_factors)), (factor,) * n_factors)
