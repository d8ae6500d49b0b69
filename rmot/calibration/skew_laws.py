r"""Laws for the term structure of the at-the-money skew, and tests of the power law.

For :math:`y = \log |\psi|` and maturity T in years:

* power: :math:`y = a + (H - 1/2) \log T`, the small-time law of rough volatility;
* shifted: :math:`y = a + (H - 1/2) \log(T + \delta)`, a power law for :math:`T \gg \delta` that is
  finite at T = 0;
* curved: :math:`y = a + (H - 1/2) \log T + c \log^2 T`.

The power law is nested in both others. Errors are those of the skews, and a scatter around the law
that is Gaussian with covariance :math:`\tau^2 e^{-|x - x'| / \ell}` in :math:`x = \log T`:
neighbouring maturities share what a law lacks. All is fitted by maximum likelihood.

References: E. Alòs, J. A. León, J. Vives, "On the short-time behavior of the implied volatility for
jump-diffusion models with stochastic volatility", *Finance and Stochastics* 11 (2007) 571–589;
J. Guyon, M. El Amrani, "Does the term-structure of equity at-the-money skew really follow a power
law?", SSRN 4174538 (2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import chdtrc, fdtrc, stdtrit

from rmot.errors import DataError

Vector = NDArray[np.float64]
Law = Literal["power", "shifted", "curved"]

LEAST_POINTS = 6
_SCATTER_STARTS = (0.003, 0.03)
_LENGTH_STARTS = (0.05, 0.5)
# Beyond these the scatter is nothing, and its correlation none or entire.
_LOG_SCATTER = (np.log(1e-6), np.log(2.0))
_LOG_LENGTH = (np.log(1e-3), np.log(20.0))
# The least shift, in units of the shortest maturity; the largest is the longest maturity.
_LEAST_SHIFT = 1e-4


@dataclass(frozen=True, eq=False)
class SkewTerms:
    """Skews by maturity.

    Attributes
    ----------
    maturity : ndarray, shape (n,)
        In years.
    skew : ndarray, shape (n,)
        |d sigma / dk| at the money.
    error : ndarray, shape (n,)
        Standard errors of the skews.

    Raises
    ------
    DataError
        Fewer than six points, or a value that is not positive and finite.
    """

    maturity: Vector
    skew: Vector
    error: Vector

    def __post_init__(self) -> None:
        values = np.stack([self.maturity, self.skew, self.error])
        if values.shape[1] < LEAST_POINTS or not (np.isfinite(values).all() and values.min() > 0):
            raise DataError(
                f"expected {LEAST_POINTS} or more maturities, skews and errors, all positive; got "
                f"{values.shape[1]}, the least value {values.min(initial=np.inf):.4g}"
            )


@dataclass(frozen=True, eq=False)
class SkewLaw:
    """A fitted law.

    Attributes
    ----------
    law : {"power", "shifted", "curved"}
    coefficients : ndarray, shape (2,) or (3,)
        a, H - 1/2 and, of the curved law, c.
    covariance : ndarray, shape (2, 2) or (3, 3)
        Of the coefficients, with shift, scatter and length taken as known.
    shift : float
        delta, in years.
    scatter, length : float
        tau (relative) and l (in log T; 0 where none is allowed).
    log_likelihood : float
    points : int
    """

    law: Law
    coefficients: Vector
    covariance: Vector
    shift: float
    scatter: float
    length: float
    log_likelihood: float
    points: int

    @property
    def hurst(self) -> float:
        """1/2 plus the slope; of the curved law, that at one year."""
        return 0.5 + float(self.coefficients[1])

    @property
    def hurst_error(self) -> float:
        """Standard error of `hurst`."""
        return float(np.sqrt(self.covariance[1, 1]))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return Student's interval for `hurst`."""
        reach = stdtrit(self.points - self.coefficients.size, 0.5 + level / 2) * self.hurst_error
        return float(self.hurst - reach), float(self.hurst + reach)

    @property
    def skew_at_zero(self) -> float:
        """|psi| as T tends to zero; NaN of a law without a shift."""
        return float(self.skew(np.zeros(1))[0]) if self.shift > 0 else float("nan")

    def skew(self, maturity: Vector) -> Vector:
        """Return |psi| at maturities in years, shape (n,)."""
        x = np.log(maturity + self.shift)
        return np.exp(np.vander(x, self.coefficients.size, increasing=True) @ self.coefficients)


def fit_skew_law(terms: SkewTerms, law: Law = "power", correlated: bool = True) -> SkewLaw:
    """Fit one of the module's laws.

    Parameters
    ----------
    terms : SkewTerms
    law : {"power", "shifted", "curved"}
    correlated : bool
        Whether the scatter may be correlated between maturities.
    """
    x, y = np.log(terms.maturity), np.log(terms.skew)
    noise = np.diag((terms.error / terms.skew) ** 2)
    distance = np.abs(x[:, None] - x)
    size = 3 if law == "curved" else 2

    def solve(z: Vector) -> tuple[float, Vector, Vector]:
        same = np.exp(-distance / np.exp(z[1])) if correlated else np.eye(x.size)
        factor = np.linalg.cholesky(noise + np.exp(2 * z[0]) * same)
        shift = np.exp(z[2]) if law == "shifted" else 0.0
        design = np.vander(np.log(terms.maturity + shift), size, increasing=True)
        white = np.linalg.solve(factor, np.column_stack([design, y]))
        triangle = np.asarray(np.linalg.qr(white, mode="r"))
        root = np.linalg.inv(triangle[:size, :size])
        likelihood = (
            -0.5 * triangle[size, size] ** 2
            - np.log(np.diag(factor)).sum()
            - 0.5 * x.size * np.log(2 * np.pi)
        )
        return float(likelihood), root @ triangle[:size, size], root @ root.T

    ends = np.log([terms.maturity.min(), terms.maturity.max()])
    shifts = (ends[0] + np.log(_LEAST_SHIFT), ends[1])
    choices = (
        (np.log(_SCATTER_STARTS), _LOG_SCATTER),
        (np.log(_LENGTH_STARTS), _LOG_LENGTH) if correlated else ((0.0,), (0.0, 0.0)),
        ((ends[0], ends.mean()), shifts) if law == "shifted" else ((0.0,), (0.0, 0.0)),
    )
    starts = product(*(values for values, _ in choices))
    searches = [
        minimize(lambda z: -solve(z)[0], start, bounds=[box for _, box in choices])
        for start in starts
    ]
    best = min(searches, key=lambda found: found.fun)
    likelihood, coefficients, covariance = solve(best.x)
    scatter, length, shift = np.exp(best.x).tolist()
    return SkewLaw(
        law,
        coefficients,
        covariance,
        shift if law == "shifted" else 0.0,
        scatter,
        length if correlated else 0.0,
        likelihood,
        x.size,
    )


def curvature_test(terms: SkewTerms, curved: SkewLaw) -> float:
    """Return the p-value of one power law against the fitted curved one, by the F-test.

    Points are weighted by their errors and the scatter that the curved law leaves, independent
    between maturities; where neighbours err together the value is too small.
    """
    weight = 1 / np.hypot(terms.error / terms.skew, curved.scatter)
    y = np.log(terms.skew) * weight
    rest = []
    for size in (2, 3):
        design = np.vander(np.log(terms.maturity), size, increasing=True) * weight[:, None]
        rest.append(np.sum((y - design @ np.linalg.lstsq(design, y)[0]) ** 2))
    spare = y.size - 3
    return float(fdtrc(1, spare, (rest[0] - rest[1]) / (rest[1] / spare)))


def likelihood_ratio_test(narrow: SkewLaw, wide: SkewLaw) -> float:
    """Return the p-value of a power law against a fitted law in which it is nested.

    Twice the gain in likelihood is taken as chi-squared with one degree of freedom, which holds for
    many maturities; a shift may not be negative, and halves the value.
    """
    gain = 2 * (wide.log_likelihood - narrow.log_likelihood)
    return float(chdtrc(1, max(gain, 0.0))) * (0.5 if wide.law == "shifted" else 1.0)
