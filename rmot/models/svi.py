"""Knows Gatheral's stochastic-volatility-inspired smile of one maturity, and its arbitrage.

J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014);
formulas in `rmot.numerics.total_variance`.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import as_floats, check_log_moneyness, check_range
from rmot.models._parametric_smile import ParametricSmile
from rmot.numerics.total_variance import (
    SliceSVI,
    durrleman_function,
    least_durrleman,
    total_variance,
    total_variance_gradient,
)


@dataclass(frozen=True, kw_only=True)
class SVI(ParametricSmile):
    """Total implied variance of one maturity as a hyperbola in log-moneyness.

    The parameters are those of total variance, and so of one maturity; the maturity that methods
    take turns variances into volatilities. In raw SVI the first is
    a = minimum_total_variance - b s sqrt(1 - rho^2); the minimum is free of the other parameters.

    Parameters
    ----------
    minimum_total_variance : float
        Least total variance over all strikes, > 0.
    wing_slope : float
        b >= 0: the wings rise by b (1 - rho) on the left and b (1 + rho) on the right.
    correlation : float
        rho in (-1, 1).
    translation : float
        m, in log-moneyness.
    smoothness : float
        s > 0 (often sigma), in log-moneyness.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Notes
    -----
    Parameters in this domain may admit arbitrage; see `is_free_of_butterfly_arbitrage`.

    Examples
    --------
    >>> smile = SVI.from_raw(a=0.03, b=0.1, correlation=-0.5, translation=0.0, smoothness=0.1)
    >>> round(float(smile.implied_volatility(0.0, 1.0)), 12)
    0.2
    """

    minimum_total_variance: float
    wing_slope: float
    correlation: float
    translation: float
    smoothness: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("minimum_total_variance", self.minimum_total_variance, 0.0, math.inf)
        check_range("wing_slope", self.wing_slope, 0.0, math.inf, closed_low=True)
        check_range("correlation", self.correlation, -1.0, 1.0)
        check_range("translation", self.translation, -math.inf, math.inf)
        check_range("smoothness", self.smoothness, 0.0, math.inf)
        as_floats(self, self.parameters)

    @classmethod
    def from_raw(
        cls, a: float, b: float, correlation: float, translation: float, smoothness: float
    ) -> Self:
        """Return the smile w = a + b (rho (k - m) + sqrt((k - m)^2 + s^2)).

        Raises
        ------
        ParameterError
            Also where the least variance a + b s sqrt(1 - rho^2) is not positive.
        """
        check_range("a", a, -math.inf, math.inf)
        check_range("b", b, 0.0, math.inf, closed_low=True)
        check_range("correlation", correlation, -1.0, 1.0)
        check_range("smoothness", smoothness, 0.0, math.inf)
        least = a + b * smoothness * math.sqrt(1.0 - correlation**2)
        if not least > 0.0:
            raise ParameterError(f"a + b s sqrt(1 - rho^2) must be positive; got {least!r}")
        return cls(
            minimum_total_variance=least,
            wing_slope=b,
            correlation=correlation,
            translation=translation,
            smoothness=smoothness,
        )

    @property
    def _slice(self) -> SliceSVI:
        return SliceSVI(
            self.minimum_total_variance,
            self.wing_slope,
            self.correlation,
            self.translation,
            self.smoothness,
        )

    def total_variance(self, log_moneyness: ArrayLike) -> NDArray[np.float64]:
        """Return w(k); same shape as log_moneyness."""
        return total_variance(check_log_moneyness(log_moneyness), self._slice)

    def _volatility(
        self, k: NDArray[np.float64], maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        volatility = np.sqrt(total_variance(k, self._slice) / maturity)
        gradient = total_variance_gradient(k, self._slice)
        return volatility, gradient / (2.0 * maturity * volatility)

    def durrleman_function(self, log_moneyness: ArrayLike) -> NDArray[np.float64]:
        """Return g(k), of the sign of the density at k; same shape as log_moneyness."""
        return durrleman_function(check_log_moneyness(log_moneyness), self._slice)

    def least_durrleman(self) -> float:
        """Return the infimum of g over all strikes, the wings' limits included."""
        return least_durrleman(self._slice)

    def is_free_of_butterfly_arbitrage(self) -> bool:
        """Say whether a law on (0, inf) with mean 1 has this smile.

        So it is where g >= 0 everywhere and both wings are less steep than Lee's bound of 2: then
        calls tend to 0 and no mass sits at 0 (Gatheral and Jacquier, Lemma 2.2).
        """
        return max(self.lee_slopes()) < 2.0 and self.least_durrleman() >= 0.0

    def lee_slopes(self, maturity: float = 1.0) -> tuple[float, float]:
        """Return the limits of total variance over |k|, left and right, at any maturity.

        A law has slopes of at most 2 (R. Lee, Mathematical Finance 14, 2004).
        """
        return (
            self.wing_slope * (1.0 - self.correlation),
            self.wing_slope * (1.0 + self.correlation),
        )
