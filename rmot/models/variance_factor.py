"""Knows one rough variance factor: what an asset that loads on it alone obeys, and its moments.

    V_t = V_0 + 1/Gamma(alpha) ∫_0^t (t - s)^{alpha-1} [kappa (theta - V_s) ds + nu sqrt(V_s) dB_s],
    alpha = H + 1/2,   Y_t = ∫_0^t sqrt(V) dW,   d<W, B> = rho dt,   U_t = ∫_0^t V ds.

An asset with dS = S a dY is a rough Heston model whose variance is a^2 V. Its characteristic
function is theorem 4.1 of O. El Euch and M. Rosenbaum, "The characteristic function of rough Heston
models", Mathematical Finance 29 (2019); with A, B in place of iu for exp(A Y - B U / 2) it reads

    log E exp(A Y_T - B U_T / 2) = kappa theta I^1 h(T) + V_0 I^{1-alpha} h(T),
    D^alpha h = (A^2 - B)/2 + (A rho nu - kappa) h + nu^2/2 h^2.
"""

import math
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.models._checks import as_floats, check_maturity
from rmot.models._heston_family import heston_gradient
from rmot.models.rough_heston import RoughHeston
from rmot.numerics.explosion import explosion_time
from rmot.numerics.explosion_bound import explosion_rate_bound
from rmot.numerics.fractional_riccati import riccati_means, riccati_sensitivities

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
class VarianceFactor:
    """A rough square-root variance and its correlation with the return that it drives.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2]; 1/2 is the square-root diffusion.
    vol_of_vol : float
        nu > 0, absolute: the factor of sqrt(V) dB.
    correlation : float
        rho in [-1, 1].
    initial_variance : float
        V_0 > 0, annualised, of an asset with loading 1.
    mean_reversion : float
        kappa >= 0.
    long_run_variance : float
        theta >= 0, annualised.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.
    """

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float
    long_run_variance: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain, which is that of rough Heston."""
        RoughHeston(**asdict(self))
        as_floats(self, FACTOR_PARAMETERS)

    @property
    def alpha(self) -> float:
        """H + 1/2, the order of the kernel."""
        return self.hurst + 0.5

    def loaded(self, loading: float) -> RoughHeston:
        """Return the law of an asset with dS = S a dY; the loading a is not 0."""
        square = loading * loading
        return RoughHeston(
            hurst=self.hurst,
            vol_of_vol=abs(loading) * self.vol_of_vol,
            correlation=math.copysign(1.0, loading) * self.correlation,
            initial_variance=square * self.initial_variance,
            mean_reversion=self.mean_reversion,
            long_run_variance=square * self.long_run_variance,
        )

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E V_t, same shape as times, t >= 0 in years."""
        return self.loaded(1.0).expected_variance(times)

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
        """Return the exact derivatives of E U_T in `FACTOR_PARAMETERS`, shape (6,)."""
        mean, slopes = self._linear_response(check_maturity(maturity))
        by_drift, _, by_alpha = slopes @ self._levels
        by_reversion = self.long_run_variance * mean[0] - by_drift
        by_long_run = self.mean_reversion * mean[0]
        return np.array([by_alpha, 0.0, 0.0, mean[1], by_reversion, by_long_run])

    @property
    def _levels(self) -> tuple[float, float]:
        """Weights of the integrals of h and of D^alpha h."""
        return self.mean_reversion * self.long_run_variance, self.initial_variance

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
        if source <= 0.0:
            return True
        drift = first * self.correlation * self.vol_of_vol - self.mean_reversion
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
        h_weight = maturity * kappa * self.long_run_variance
        source_weight = maturity * self.initial_variance
        scale = h_weight + source_weight
        given = (c0, c1, c2, self.alpha, maturity, tolerance / scale)
        if not differentiate:
            mean_h, mean_source, error = riccati_means(*given)
            values = h_weight * mean_h + source_weight * mean_source
            return values, scale * error, np.empty((0, first.size), dtype=np.complex128)
        mean_h, mean_source, error, slopes, _ = riccati_sensitivities(*given)
        values = h_weight * mean_h + source_weight * mean_source
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
            gradient[3] + maturity * self.long_run_variance * mean_h,
            maturity * kappa * mean_h,
        ]
        return values, scale * error, np.array(rows)
