"""Knows the forward-variance curve xi(t) = E V_t that a market gives and a model takes as it is.

Variance swaps of maturities T_i fix the integrals of xi between them and nothing more; the curve is
therefore constant there. J. Gatheral and M. Keller-Ressel, "Affine forward variance models",
Finance and Stochastics 23 (2019).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

_POINTS = 61
_FIRST, _LAST = -3.2, 3.2


@dataclass(frozen=True)
class ForwardVariance:
    """A piecewise constant curve of forward variance.

    Parameters
    ----------
    times : tuple of float
        Years at which pieces end, 0 < T_1 < ... < T_n; the last value holds ever after.
    variances : tuple of float
        Annualised, positive: the value on (T_{i-1}, T_i), with T_0 = 0.

    Raises
    ------
    ParameterError
        If times do not increase from above 0, variances are not positive, or their numbers differ.

    Examples
    --------
    >>> curve = ForwardVariance((0.25, 1.0), (0.04, 0.06))
    >>> float(curve(0.5)), round(float(curve.total(1.0)), 4)
    (0.06, 0.055)
    """

    times: tuple[float, ...]
    variances: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse curves that are not positive functions of time, and freeze the values."""
        try:
            times = np.atleast_1d(np.asarray(self.times, dtype=np.float64))
            variances = np.atleast_1d(np.asarray(self.variances, dtype=np.float64))
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(
                f"expected numbers as times and variances; got {self.times!r} and "
                f"{self.variances!r}"
            ) from None
        if times.ndim != 1 or times.shape != variances.shape or not times.size:
            raise ParameterError(
                "expected as many variances as times, at least one; got "
                f"{times.shape} times and {variances.shape} variances"
            )
        if not (np.all(np.isfinite(times)) and times[0] > 0.0 and np.all(np.diff(times) > 0.0)):
            raise ParameterError(f"expected increasing positive times; got {self.times}")
        if not np.all((variances > 0.0) & np.isfinite(variances)):
            raise ParameterError(f"expected positive variances; got {self.variances}")
        object.__setattr__(self, "times", tuple(times.tolist()))
        object.__setattr__(self, "variances", tuple(variances.tolist()))

    @classmethod
    def from_total_variances(cls, times: ArrayLike, totals: ArrayLike) -> Self:
        """Build the curve from integrated variances (0, T_i), as variance swaps quote them."""
        t = np.atleast_1d(np.asarray(times, dtype=np.float64))
        total = np.atleast_1d(np.asarray(totals, dtype=np.float64))
        if t.shape != total.shape:
            raise ParameterError(f"expected one total per time; got {total.size} for {t.size}")
        with np.errstate(divide="ignore", invalid="ignore"):
            pieces = np.diff(total, prepend=0.0) / np.diff(t, prepend=0.0)
        return cls(tuple(t), tuple(pieces))

    @property
    def names(self) -> tuple[str, ...]:
        """What its values are called among a model's parameters, first to last."""
        return tuple(f"forward_variance_{piece}" for piece in range(1, len(self.times) + 1))

    def __call__(self, t: ArrayLike) -> NDArray[np.float64]:
        """Return xi(t), same shape as t, t >= 0 in years."""
        after = np.asarray(t, dtype=np.float64)
        if not np.all(after >= 0.0):
            raise ParameterError(f"expected times of at least 0; got {t}")
        return np.asarray(self.variances)[self._piece(after)]

    def _piece(self, t: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return which value holds at each time."""
        place = np.searchsorted(self.times, t, side="right")
        return np.minimum(place, len(self.times) - 1)

    def total(self, maturity: float) -> float:
        """Return the integral of xi over (0, maturity)."""
        edges = self._edges(maturity)
        return float(np.sum(np.diff(edges) * self(0.5 * (edges[1:] + edges[:-1]))))

    def totals(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return the integrals of xi over (0, t), same shape as times, t >= 0."""
        knots = np.array([0.0, *self.times])
        at_knots = np.cumsum([0.0, *(np.diff(knots) * np.asarray(self.variances))])
        t = np.asarray(times, dtype=np.float64)
        beyond = np.maximum(t - knots[-1], 0.0) * self.variances[-1]
        return np.interp(t, knots, at_knots) + beyond

    def _edges(self, maturity: float) -> NDArray[np.float64]:
        inner = [t for t in self.times if t < maturity]
        return np.array([0.0, *inner, maturity])

    def quadrature(
        self, maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return x, w, xi with sum_iq xi_i w_iq f(x_q) = ∫_0^1 xi(T (1 - x)) f(x) dx.

        Weights of piece i integrate over the x where T (1 - x) lies between T_{i-1} and T_i. A
        double-exponential rule on each piece, for f that may be singular at its ends; shapes (q,),
        (n, q) and (n,).
        """
        ends = 1.0 - self._edges(maturity)[::-1] / maturity
        t = np.linspace(_FIRST, _LAST, _POINTS)
        bent = 0.5 * np.pi * np.sinh(t)
        share = 1.0 / (1.0 + np.exp(-2.0 * bent))
        weight = (t[1] - t[0]) * np.pi * np.cosh(t) * share / (1.0 + np.exp(2.0 * bent))
        width = np.diff(ends)
        # the first piece begins at x = 0, where the share itself is exact
        x = ends[:-1, None] + width[:, None] * share
        weights = np.zeros((len(self.times), *x.shape))
        piece = self._piece(maturity * (1.0 - 0.5 * (ends[1:] + ends[:-1])))
        weights[piece, np.arange(width.size)] = width[:, None] * weight
        return x.ravel(), weights.reshape(len(self.times), -1), np.array(self.variances)
