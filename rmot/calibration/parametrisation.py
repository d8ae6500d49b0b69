"""Which numbers of a model are free, and the coordinates in which they are searched.

A parameter without a default is free unless it is held; one with a numeric default is held there
unless it is asked for. A forward-variance curve on given times counts as one free number per piece.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.coordinates import COORDINATES, FACTOR_COORDINATES, Coordinate
from rmot.errors import CalibrationError, ParameterError
from rmot.models import ForwardVariance

_CURVE = "forward_variance"


class FreeNumbers(ABC):
    """Numbers of a model, searched in their coordinates: those whose names are in `free`."""

    free: tuple[str, ...]
    model_class: type[Any]

    @abstractmethod
    def model(self, point: NDArray[np.float64]) -> Any:
        """Return the model at a point of the coordinates."""

    @abstractmethod
    def hold(self, name: str, value: float) -> Self:
        """Return the same with one free number held."""

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """Coordinate of each free number."""
        return tuple(coordinate_of(name) for name in self.free)

    @property
    def box(self) -> NDArray[np.float64]:
        """Search interval of each coordinate, shape (2, free)."""
        return np.transpose([coordinate.box for coordinate in self.coordinates])

    def values(self, point: NDArray[np.float64]) -> dict[str, float]:
        """Return the free numbers at a point of the coordinates."""
        # the ends of a box may fall a rounding error outside after the round trip
        return {
            name: min(max(coordinate.back(value), coordinate.lower), coordinate.upper)
            for name, coordinate, value in zip(self.free, self.coordinates, point, strict=True)
        }

    def point(self, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the point of the coordinates at some values, moved into the box."""
        return np.clip(
            [
                coordinate.to(min(max(values[name], coordinate.lower), coordinate.upper))
                for name, coordinate in zip(self.free, self.coordinates, strict=True)
            ],
            *self.box,
        )

    def slopes(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return derivatives of the free numbers by their coordinates, shape (free,)."""
        values = self.values(point)
        return np.array([coordinate_of(name).slope(values[name]) for name in self.free])


@dataclass(frozen=True)
class Parametrisation(FreeNumbers):
    """A class of models as a function of some free coordinates.

    Attributes
    ----------
    model_class : type
    free : tuple of str
        Names of the free numbers; pieces of a curve are ``"forward_variance_1"`` and so on.
    held : dict of str to float
    curve_times : tuple of float
        Years at which pieces of the forward-variance curve end; empty without a curve.
    """

    model_class: type[Any]
    free: tuple[str, ...]
    held: dict[str, Any]
    curve_times: tuple[float, ...] = ()

    @property
    def curve_names(self) -> tuple[str, ...]:
        """Names of the curve's values."""
        return _flat_curve(self.curve_times).names if self.curve_times else ()

    def model(self, point: NDArray[np.float64]) -> Any:
        """Return the model at a point of the coordinates."""
        values = self.values(point)
        if not self.curve_times:
            return self.model_class(**self.held, **values)
        pieces = tuple(values.pop(name) for name in self.curve_names)
        return self.model_class(
            **self.held, **values, forward_variance=ForwardVariance(self.curve_times, pieces)
        )

    def values_of(self, model: Any) -> dict[str, float]:
        """Return the free numbers of a model of this class."""
        pieces = _curve_of(model, self.curve_times) if self.curve_times else ()
        curve = dict(zip(self.curve_names, pieces, strict=True))
        return {name: curve[name] if name in curve else getattr(model, name) for name in self.free}

    def hold(self, name: str, value: float) -> Parametrisation:
        """Return the parametrisation with one free number held."""
        free = tuple(each for each in self.free if each != name)
        return Parametrisation(self.model_class, free, {**self.held, name: value}, self.curve_times)


def parametrise(
    model_class: type[Any],
    fixed: Mapping[str, float],
    free: Iterable[str] | None,
    curve_times: Iterable[float] | None,
) -> Parametrisation:
    """Decide what is free; see `rmot.calibration.calibrate` for the rules.

    Raises
    ------
    ParameterError
        A name that the model lacks, or that is both free and fixed; curve times for a model
        without a curve, or that do not increase.
    CalibrationError
        Nothing is free, or no coordinate is known for what is.
    """
    times = () if curve_times is None else tuple(float(time) for time in curve_times)
    known = {field.name: field.default for field in fields(model_class)}
    if times:
        if _CURVE not in known:
            raise ParameterError(
                f"expected a model with a forward-variance curve; {model_class.__name__} has none"
            )
        # what may be left out gives the level that the curve gives
        known = {name: default for name, default in known.items() if default is not None}
    # what has a default and no coordinates is no number to be fitted
    names = [name for name in known if name in COORDINATES or known[name] is MISSING]
    names += _flat_curve(times).names if times else ()
    # what cannot be searched can still be held
    holdable = sorted({*names, *known} - {_CURVE})
    for kind, given, allowed in (("fixed", fixed, holdable), ("free", free or (), names)):
        unknown = sorted(set(given) - set(allowed))
        if unknown:
            raise ParameterError(f"expected parameters among {allowed} in {kind}; got {unknown}")
    both = sorted(set(fixed) & set(free or ()))
    if both:
        raise ParameterError(f"expected parameters to be free or fixed; got {both} as both")
    if free is None:
        wanted = [name for name in names if name not in fixed and not is_number(known.get(name))]
    else:
        wanted = [name for name in names if name in set(free)]
    if not wanted:
        raise CalibrationError(
            "expected at least one free parameter; every one of them is in fixed"
        )
    missing = [name for name in wanted if name not in COORDINATES and not _is_piece(name)]
    if missing:
        raise CalibrationError(f"no search coordinates are known for the parameters {missing}")
    return Parametrisation(model_class, tuple(wanted), dict(fixed), times)


def coordinate_of(name: str) -> Coordinate:
    """Return the coordinate of a parameter, numbered or not, or of a value of a curve."""
    if name in COORDINATES:
        return COORDINATES[name]
    if _is_piece(name):
        symbol = f"xi{name.removeprefix(f'{_CURVE}_')}"
        return replace(COORDINATES["initial_variance"], symbol=symbol, label=f"log {symbol}")
    base, number = unnumbered(name)
    plain = FACTOR_COORDINATES[base]
    symbol = f"{plain.symbol}_{number}"
    return replace(plain, symbol=symbol, label=plain.label.replace(plain.symbol, symbol))


def unnumbered(name: str) -> tuple[str, str]:
    """Split off the numbers that a name ends in.

    >>> unnumbered("vol_of_vol_1"), unnumbered("loading_0_2")
    (('vol_of_vol', '1'), ('loading', '0_2'))
    """
    base = name.rstrip("_0123456789")
    return base, name[len(base) + 1 :]


def is_number(value: object) -> bool:
    """Tell numbers from what else a model may hold, such as the size of a simulation."""
    return isinstance(value, int | float)


def _flat_curve(times: tuple[float, ...]) -> ForwardVariance:
    return ForwardVariance(times, (1.0,) * len(times))


def _is_piece(name: str) -> bool:
    return name.startswith(f"{_CURVE}_")


def _curve_of(model: Any, times: tuple[float, ...]) -> tuple[float, ...]:
    """Return the mean variance of a model on each piece, from its expected variance."""
    edges = np.concatenate([[0.0], times])
    middles = 0.5 * (edges[1:] + edges[:-1])
    return tuple(np.asarray(model.expected_variance(middles)).tolist())
