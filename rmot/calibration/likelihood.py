"""The likelihood of quoted volatilities: r_k = (sigma_model,k - sigma_k) / s_k, Gaussian.

The noise s_k of a quote is half its bid-ask spread in volatility, and never below a floor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.parametrisation import FreeNumbers
from rmot.errors import CalibrationError, RmotError
from rmot.models import TerminalLaw

if TYPE_CHECKING:
    from rmot.market import Smile

Vector = NDArray[np.float64]
Numbers = TypeVar("Numbers", bound=FreeNumbers)


@dataclass(frozen=True, eq=False)
class Quotes:
    """One slice: arrays of log-moneyness and of middle, bid and ask volatility."""

    maturity: float
    log_moneyness: Vector
    middle: Vector
    bid: Vector
    ask: Vector

    @classmethod
    def of(cls, smile: Smile) -> Quotes:
        """Take what the likelihood needs from a smile."""
        volatilities = (smile.implied_volatility, smile.bid_volatility, smile.ask_volatility)
        return cls(smile.maturity, smile.log_moneyness, *volatilities)

    def thin(self, count: int) -> Quotes:
        """Return at most `count` quotes, evenly spaced by rank."""
        rows = evenly(len(self.log_moneyness), count)
        arrays = (self.log_moneyness, self.middle, self.bid, self.ask)
        return Quotes(self.maturity, *(array[rows] for array in arrays))

    @property
    def at_the_money(self) -> float:
        """Volatility of the quotes nearest the forward."""
        return float(np.interp(0.0, self.log_moneyness, self.middle))


def evenly(size: int, count: int) -> NDArray[np.intp]:
    """Return at most `count` of `size` ranks, first and last among them."""
    return np.unique(np.linspace(0, size - 1, min(count, size)).astype(np.intp))


class Likelihood(Generic[Numbers]):
    """Standardised residuals of some quotes, and their exact derivatives in free coordinates.

    A `tolerance` is the admissible error of prices, by default that of the model.

    Raises
    ------
    CalibrationError
        Quotes that are not finite.
    """

    def __init__(
        self,
        parametrisation: Numbers,
        slices: Iterable[Quotes],
        noise_floor: float,
        tolerance: float | None = None,
    ) -> None:
        self.parametrisation = parametrisation
        self.slices = tuple(slices)
        self.noise_floor = noise_floor
        self.tolerance = tolerance
        self.evaluations = 0
        self._last: tuple[bytes, Vector, Vector] | None = None
        if not np.isfinite([self.middle, self.bid, self.ask]).all():
            raise CalibrationError("expected finite implied volatilities; some quotes have none")

    @cached_property
    def middle(self) -> Vector:
        """Quoted volatilities, slice by slice, shape (quotes,)."""
        return np.concatenate([quotes.middle for quotes in self.slices])

    @cached_property
    def bid(self) -> Vector:
        """Bid volatilities, shape (quotes,)."""
        return np.concatenate([quotes.bid for quotes in self.slices])

    @cached_property
    def ask(self) -> Vector:
        """Ask volatilities, shape (quotes,)."""
        return np.concatenate([quotes.ask for quotes in self.slices])

    @cached_property
    def noise(self) -> Vector:
        """Standard deviations, shape (quotes,)."""
        return np.maximum((self.ask - self.bid) / 2, self.noise_floor)

    @property
    def size(self) -> int:
        """Number of quotes."""
        return len(self.middle)

    def thin(self, slices: int, quotes: int, tolerance: float) -> Likelihood[Numbers]:
        """Return the likelihood of at most `slices` slices of at most `quotes` quotes each."""
        chosen = evenly(len(self.slices), slices)
        thinned = [self.slices[row].thin(quotes) for row in chosen]
        return Likelihood(self.parametrisation, thinned, self.noise_floor, tolerance)

    def hold(self, name: str, value: float) -> Likelihood[Numbers]:
        """Return the likelihood with one free number held."""
        held = self.parametrisation.hold(name, value)
        return Likelihood(held, self.slices, self.noise_floor, self.tolerance)

    def cost(self, point: Vector) -> float:
        """Return the sum of squared residuals, from prices alone; inf where there are none."""
        self.evaluations += 1
        try:
            laws = self._laws(self.parametrisation.model(point))
            options = self._accuracy(laws[0][0])
            found = [
                law.implied_volatility(each.log_moneyness, each.maturity, **options)
                for each, (law, _) in zip(self.slices, laws, strict=True)
            ]
        except RmotError:
            return np.inf
        found = np.nan_to_num(np.concatenate(found))
        return float(np.sum(((found - self.middle) / self.noise) ** 2))

    def residuals(self, point: Vector) -> Vector:
        """Return the residuals, shape (quotes,); infinities where the model refuses to price.

        A search then steps shorter. What is below the model's own error has no volatility: there
        it counts as zero.
        """
        return self._at(point)[0]

    def jacobian(self, point: Vector) -> Vector:
        """Return derivatives of the residuals in the coordinates, shape (quotes, free)."""
        return self._at(point)[1]

    def _at(self, point: Vector) -> tuple[Vector, Vector]:
        key = point.tobytes()
        if self._last is None or self._last[0] != key:
            self._last = (key, *self._evaluate(point))
        return self._last[1:]

    def _evaluate(self, point: Vector) -> tuple[Vector, Vector]:
        self.evaluations += 1
        free = self.parametrisation.free
        try:
            laws = self._laws(self.parametrisation.model(point))
            law = laws[0][0]
            options = self._accuracy(law)
            # each parameter takes a simulation of its own, where there are simulations
            options |= {"parameters": free} if hasattr(law, "simulation") else {}
            found = [
                law.sensitivities(each.log_moneyness, each.maturity, **options)
                for each, (law, _) in zip(self.slices, laws, strict=True)
            ]
        except RmotError:
            return np.full(self.size, np.inf), np.full((self.size, len(free)), np.nan)
        volatility = np.concatenate([each.implied_volatility for each in found])
        gradient = np.zeros((len(free), self.size))
        first = 0
        for each, (_, names) in zip(found, laws, strict=True):
            columns = slice(first, first + each.implied_volatility.size)
            known = names or each.parameters
            for row, name in enumerate(free):
                # of several assets one does not depend on another's loadings
                if not names or name in known:
                    gradient[row, columns] = each.volatility_gradient[known.index(name)]
            first = columns.stop
        gradient = np.nan_to_num(gradient) * self.parametrisation.slopes(point)[:, None]
        return (np.nan_to_num(volatility) - self.middle) / self.noise, (gradient / self.noise).T

    def _accuracy(self, law: Any) -> dict[str, Any]:
        """Return the price error that is asked for, where a law can be asked."""
        takes = self.tolerance is not None and isinstance(law, TerminalLaw)
        return {"tolerance": self.tolerance} if takes else {}

    def _laws(self, model: Any) -> list[tuple[Any, tuple[str, ...]]]:
        """Return what each slice is priced by, and its parameters' names; its own where none."""
        return [(model, ())] * len(self.slices)
