"""What a profile likelihood is: the least chi-squared at values of one parameter, and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Profile:
    """A profile likelihood.

    Attributes
    ----------
    parameter : str
    values : ndarray, shape (n,)
        Increasing values of the parameter.
    chi_squared : ndarray, shape (n,)
        Least sum of squared standardised residuals at each; nan where no fit was found.
    interval, misfit_interval : tuple of float
        95% intervals: were the quote noise all there is, and with the misfit that was found. An end
        that the profile does not reach within the search interval is infinite.
    """

    parameter: str
    values: NDArray[np.float64]
    chi_squared: NDArray[np.float64]
    interval: tuple[float, float]
    misfit_interval: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain Python values."""
        return {
            "parameter": self.parameter,
            "values": self.values.tolist(),
            "chi_squared": [finite_or_none(value) for value in self.chi_squared.tolist()],
            "interval": [finite_or_none(end) for end in self.interval],
            "misfit_interval": [finite_or_none(end) for end in self.misfit_interval],
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Profile:
        """Undo `to_dict`."""

        def interval(ends: list[float | None]) -> tuple[float, float]:
            low, high = ends
            return (-np.inf if low is None else low, np.inf if high is None else high)

        return cls(
            content["parameter"],
            np.array(content["values"], dtype=np.float64),
            np.array(content["chi_squared"], dtype=np.float64),
            interval(content["interval"]),
            interval(content["misfit_interval"]),
        )


def finite_or_none(value: float) -> float | None:
    """Return what JSON can hold."""
    return value if np.isfinite(value) else None
