"""Knows one rough variance factor: what an asset that loads on it alone obeys, and its moments.

    V_t = V_0 + 1/Gamma(alpha) ∫_0^t (t - s)^{alpha-1} [kappa (theta - V_s) ds + nu sqrt(V_s) dB_s],
    alpha = H + 1/2,   Y_t = ∫_0^t sqrt(V) dW,   d<W, B> = rho dt,   U_t = ∫_0^t V ds.

An asset with dS = S a dY is a rough Heston model whose variance is a^2 V. Its characteristic
function is theorem 4.1 of O. El Euch and M. Rosenbaum, "The characteristic function of rough Heston
models", Mathematical Finance 29 (2019); with A, B in place of iu for exp(A Y - B U / 2) it reads

    log E exp(A Y_T - B U_T / 2) = kappa theta I^1 h(T) + V_0 I^{1-alpha} h(T),
    D^alpha h = (A^2 - B)/2 + (A rho nu - kappa) h + nu^2/2 h^2.

The drift is a pair, kappa and kappa theta: under the numeraire N with dN/N = a dY motions move,
dB = dB' + rho a sqrt(V) dt, and the pair becomes kappa - rho nu a and kappa theta. The first may
then be 0 or less, where no theta makes the second: `DriftedFactor` is given by the pair.
"""

import math
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import as_floats, check_maturity, check_range
from rmot.models._heston_family import heston_gradient
from rmot.models.rough_heston import RoughHeston
from rmot.numerics.explosion import explosion_time
from rmot.numerics.explosion_bound import explosion_rate_bound
from rmot.numerics.fractional_riccati import riccati_means, riccati_sensitivities
from rmot.numerics.rough_variance_paths import level_curves
from rmot.numerics.square_root_riccati import square_root_explosion, square_root_log_transforms

FACTOR_PARAMETERS = (
    "hurst",
    "vol_of_vol",
    "correlation",
    "initial_variance",
    "mean_reversion",
    "long_run_variance",
)
_MOMENT_TOLERANCE = 1e-14
_MOMENT_ERROR = 1e-11
# below it (A^2 - B)/2 stands for 0, where the solution is linear in it
_TINY = 1e-200
_SURELY_INFINITE = 1.05


class IntegratedMoments(NamedTuple):
    """E U_T, Var U_T and Cov(Y_T, U_T); the variance of Y_T is E U_T."""

    mean: float
    variance: float
    covariance: float


@dataclass(frozen=True, kw_only=True)
class SquareRootFactor(ABC):
    """What all rough square-root factors share, however their drift is given.

    With vol_of_vol = 0 the variance moves by its drift alone, the residual of source 004; with
    initial variance and drift 0 it is 0.
    """

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("hurst", self.hurst, 0.0, 0.5, closed_high=True)
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf, closed_low=True)
        check_range("correlation", self.correlation, -1.0, 1.0, closed_low=True, closed_high=True)
        check_range("initial_variance", self.initial_variance, 0.0, math.inf, closed_low=True)
        least, last = self._least_reversion, self.parameters[-1]
        check_range("mean_reversion", self.mean_reversion, least, math.inf, closed_low=True)
        check_range(last, getattr(self, last), 0.0, math.inf, closed_low=True)
        as_floats(self, self.parameters)

    @property
    @abstractmethod
    def parameters(self) -> tuple[str, ...]:
        """Names of the six numbers, which derivatives are ordered by."""

    @property
    @abstractmethod
    def drift(self) -> float:
        """Kappa theta, the drift of V at 0."""

    @property
    @abstractmethod
    def _least_reversion(self) -> float:
        """The least kappa."""

    @abstractmethod
    def _by_drift(
        self, by_reversion: NDArray[np.complex128], by_drift: NDArray[np.complex128]
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Turn derivatives in kappa and kappa theta into those in the last two parameters."""

    @property
    def alpha(self) -> float:
        """H + 1/2, the order of the kernel."""
        return self.hurst + 0.5

    @property
    def is_zero(self) -> bool:
        """Whether V is 0 for good."""
        return self.initial_variance == 0.0 and self.drift == 0.0

    @property
    def is_deterministic(self) -> bool:
        """Whether V does not move by chance."""
        return self.vol_of_vol == 0.0 or self.is_zero

    def loaded(self, loading: float) -> RoughHeston:
        """Return the law of an asset with dS = S a dY; the loading a is not 0.

        Raises
        ------
        ParameterError
            If that is no rough Heston law: vol-of-vol or initial variance 0, reversion below 0.
        """
        square = loading * loading
        reversion = self.mean_reversion
        return RoughHeston(
            hurst=self.hurst,
            vol_of_vol=abs(loading) * self.vol_of_vol,
            correlation=math.copysign(1.0, loading) * self.correlation,
            initial_variance=square * self.initial_variance,
            mean_reversion=reversion,
            long_run_variance=square * (self.drift / reversion if reversion else 0.0),
        )

    def under(self, loading: float) -> "DriftedFactor":
        """Return the factor under the numeraire N with dN/N = a dY, a the loading."""
        return DriftedFactor(
            hurst=self.hurst,
            vol_of_vol=self.vol_of_vol,
            correlation=self.correlation,
            initial_variance=self.initial_variance,
            mean_reversion=self.mean_reversion - loading * self.correlation * self.vol_of_vol,
            variance_drift=self.drift,
        )

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E V_t, same shape as times, t >= 0 in years."""
        t = np.asarray(times, dtype=np.float64)
        if np.any(~(t >= 0.0)):
            raise ParameterError(f"expected times of at least 0; got {t[~(t >= 0.0)].flat[0]}")
        return level_curves(self.hurst, self.initial_variance, self.mean_reversion, self.drift)[0](
            t
        )

    def integrated_moments(self, maturity: float) -> IntegratedMoments:
        """Return mean, variance and covariance with Y of the integrated variance U at T > 0.

        They are the terms of first and second order in A and B: with D g = 1 - kappa g, h is
        (A^2 - B)/2 times g plus the responses of g to A rho nu g and to nu^2/2 g^2.

        Raises
        ------
        AccuracyError
            If they are not found to 1e-11.
        """
        mean, slopes = self._linear_response(check_maturity(maturity))
        return IntegratedMoments(
            float(np.dot(self._levels, mean)),
            self.vol_of_vol**2 * float(np.dot(self._levels, slopes[1])),
            self.correlation * self.vol_of_vol * float(np.dot(self._levels, slopes[0])),
        )

    def integrated_mean_gradient(self, maturity: float) -> NDArray[np.float64]:
        """Return the exact derivatives of E U_T in `parameters`, shape (6,)."""
        mean, slopes = self._linear_response(check_maturity(maturity))
        by_reversion, _, by_alpha = slopes @ self._levels
        last = self._by_drift(np.array([-by_reversion]), np.array([mean[0]]))
        return np.array([by_alpha, 0.0, 0.0, mean[1], last[0][0], last[1][0]])

    @property
    def _levels(self) -> tuple[float, float]:
        """Weights of the integrals of h and of D^alpha h."""
        return self.drift, self.initial_variance

    def _linear_response(self, maturity: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the integrals of g and D^alpha g with D^alpha g = 1 - kappa g, and derivatives.

        Shapes (2,) and (3, 2): derivatives in the coefficients of g and of g^2, and in alpha.
        """
        one, drift = np.ones(1, np.complex128), np.full(1, -self.mean_reversion, np.complex128)
        mean_h, mean_source, error, slopes, _ = riccati_sensitivities(
            one, drift, 0.0, self.alpha, maturity, _MOMENT_TOLERANCE
        )
        if not error[0] <= _MOMENT_ERROR:
            raise AccuracyError(
                f"moments of the variance integrated over {maturity} years reach {error[0]:.1e}; "
                f"{_MOMENT_ERROR:.0e} was wanted"
            )
        mean = np.array([mean_h[0].real, mean_source[0].real])
        return maturity * mean, maturity * slopes[:, :, 0].real

    def is_finite(self, first: float, second: float, maturity: float) -> bool:
        """Tell whether E exp(A Y_T - B U_T / 2) is finite, for real A and B.

        It is a moment of S_T under a change of measure where A^2 <= B; else it is finite until the
        Riccati equation explodes (S. Gerhold, C. Gerstenecker and A. Pinter, "Moment explosions in
        the rough Heston model", Decisions in Economics and Finance 42 (2019), whose proof needs the
        sign of its constant term and not its form).
        """
        source = 0.5 * (first * first - second)
        if source <= 0.0 or self.is_deterministic:
            return True
        drift = first * self.correlation * self.vol_of_vol - self.mean_reversion
        if self.hurst == 0.5:
            return maturity < square_root_explosion(source, drift, 0.5 * self.vol_of_vol**2)
        mean = self.vol_of_vol * math.sqrt(0.5 * source)
        rate = mean * explosion_rate_bound(drift / mean, self.alpha) * maturity**self.alpha
        # the bound is from above, and close
        if rate < 1.0 or (rate > _SURELY_INFINITE and drift > -1.9 * mean):
            return rate < 1.0
        time, error = explosion_time(source, drift, 0.5 * self.vol_of_vol**2, self.alpha)
        return maturity < time * (1.0 - error)

    def log_transform(
        self,
        first: NDArray[np.complex128],
        second: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        """Return log E exp(A Y_T - B U_T / 2), its estimated errors, and derivatives if asked.

        Parameters
        ----------
        first, second : complex ndarray, shape (n,)
            A and B.
        maturity : float
            T > 0 in years.
        tolerance : float or ndarray, shape (n,)
            Admissible absolute errors; estimates may exceed them.
        differentiate : bool
            Return derivatives in A, B and the factor's parameters, shape (8, n), else (0, n).
        """
        nu, kappa = self.vol_of_vol, self.mean_reversion
        c0 = 0.5 * (first * first - second)
        c0 = np.where(np.abs(c0) < _TINY, _TINY, c0) if differentiate else c0
        c1 = first * (self.correlation * nu) - kappa
        c2 = 0.5 * nu * nu
        h_weight, source_weight = maturity * self.drift, maturity * self.initial_variance
        scale = h_weight + source_weight
        none = np.empty((0, first.size), dtype=np.complex128)
        if not differentiate:
            if self.is_zero:
                return np.zeros(first.size, np.complex128), np.zeros(first.size), none
            if self.hurst == 0.5:
                return *self._closed_form(first, second, maturity), none
            mean_h, mean_source, error = riccati_means(
                c0, c1, c2, self.alpha, maturity, tolerance / scale
            )
            return h_weight * mean_h + source_weight * mean_source, scale * error, none
        mean_h, mean_source, error, slopes, _ = riccati_sensitivities(
            c0, c1, c2, self.alpha, maturity, tolerance / (maturity if self.is_zero else scale)
        )
        values, error = h_weight * mean_h + source_weight * mean_source, scale * error
        by_c1, by_c2, _ = h_weight * slopes[:, 0] + source_weight * slopes[:, 1]
        # h(c0, c1, c2) = x h(c0 / x, c1, c2 x) for all x
        by_c0 = (values + c2 * by_c2) / c0
        gradient = heston_gradient(
            -1j * first, nu, self.correlation, h_weight, source_weight, slopes
        )
        rows = [
            first * by_c0 + self.correlation * nu * by_c1,
            -0.5 * by_c0,
            *gradient[:3],
            maturity * mean_source,
            *self._by_drift(gradient[3], maturity * mean_h),
        ]
        if self.hurst == 0.5:
            values, error = self._closed_form(first, second, maturity)
        return values, error, np.array(rows)

    @property
    def diffusion(self) -> tuple[float, float, float, float, float]:
        """The numbers of the square-root diffusion at H = 1/2: nu, rho, V_0, kappa, kappa theta."""
        given = (self.vol_of_vol, self.correlation, self.initial_variance, self.mean_reversion)
        return (*given, self.drift)

    def _closed_form(
        self, first: NDArray[np.complex128], second: NDArray[np.complex128], maturity: float
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return values and errors of the transform at H = 1/2."""
        numbers = np.array([self.diffusion])
        return square_root_log_transforms(first[:, None], second[:, None], numbers, maturity)


@dataclass(frozen=True, kw_only=True)
class VarianceFactor(SquareRootFactor):
    """A rough square-root variance and its correlation with the return that it drives.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2]; 1/2 is the square-root diffusion, in closed form.
    vol_of_vol : float
        nu >= 0, absolute: the factor of sqrt(V) dB. At 0 the variance is deterministic.
    correlation : float
        rho in [-1, 1].
    initial_variance : float
        V_0 >= 0, annualised, of an asset with loading 1.
    mean_reversion : float
        kappa >= 0.
    long_run_variance : float
        theta >= 0, annualised.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Examples
    --------
    >>> factor = VarianceFactor(hurst=0.5, vol_of_vol=2.0, correlation=-0.5, initial_variance=1.0,
    ...                         mean_reversion=0.1, long_run_variance=1.0)
    >>> under = factor.under(-0.3)
    >>> round(under.mean_reversion, 12), under.drift
    (-0.2, 0.1)
    """

    long_run_variance: float

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the six numbers."""
        return FACTOR_PARAMETERS

    @property
    def drift(self) -> float:
        """Kappa theta."""
        return self.mean_reversion * self.long_run_variance

    @property
    def _least_reversion(self) -> float:
        return 0.0

    def _by_drift(
        self, by_reversion: NDArray[np.complex128], by_drift: NDArray[np.complex128]
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        return by_reversion + self.long_run_variance * by_drift, self.mean_reversion * by_drift


@dataclass(frozen=True, kw_only=True)
class DriftedFactor(SquareRootFactor):
    """A rough square-root variance given by kappa, of either sign, and kappa theta.

    Parameters
    ----------
    hurst, vol_of_vol, correlation, initial_variance : float
        As for `VarianceFactor`.
    mean_reversion : float
        kappa, finite.
    variance_drift : float
        kappa theta >= 0, the drift of V at 0.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.
    """

    variance_drift: float

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the six numbers."""
        return (*FACTOR_PARAMETERS[:-1], "variance_drift")

    @property
    def drift(self) -> float:
        """Kappa theta."""
        return self.variance_drift

    @property
    def _least_reversion(self) -> float:
        return -sys.float_info.max

    def _by_drift(
        self, by_reversion: NDArray[np.complex128], by_drift: NDArray[np.complex128]
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        return by_reversion, by_drift
