r"""How large a ball is, and how that was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from rmot.errors import ParameterError


@dataclass(frozen=True)
class Radius:
    """A radius and how it was chosen.

    Attributes
    ----------
    value : float
        The largest divergence allowed, >= 0.
    rule : str
        What chose it.

    Raises
    ------
    ParameterError
        The value is negative or not finite.
    """

    value: float
    rule: str = "given as a number"

    def __post_init__(self) -> None:
        value = float(self.value)
        if not (isfinite(value) and value >= 0):
            raise ParameterError(f"expected a finite radius >= 0; got {self.value}")
        object.__setattr__(self, "value", value)


@dataclass(frozen=True)
class MultipleOfLeast:
    """A rule: `factor` times the least radius at which some law meets the quotes.

    Attributes
    ----------
    factor : float
        One or more.

    Raises
    ------
    ParameterError
        The factor is below one or not finite: no law would meet the quotes.
    """

    factor: float

    def __post_init__(self) -> None:
        if not (isfinite(self.factor) and self.factor >= 1):
            raise ParameterError(f"expected a finite factor >= 1; got {self.factor}")

    def resolve(self, least: float) -> Radius:
        """Return the radius, with the rule on record."""
        return Radius(self.factor * least, f"{self.factor:g} times the least, {least:.6g}")
