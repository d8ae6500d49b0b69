"""Knows the rough Heston law of S_T.

    dS = S sqrt(V) dW,   d<W, B> = rho dt,   alpha = H + 1/2,
    V_t = V_0 + 1/Gamma(alpha) ∫_0^t (t - s)^{alpha-1} [kappa (theta - V_s) ds + nu sqrt(V_s) dB_s],
    log E e^{iuX} = kappa theta I^1 h(T) + V_0 I^{1-alpha} h(T)
                  = ∫_0^T xi(T - s) [F(h(s)) + kappa h(s)] ds,   xi(t) = E V_t,
    D^alpha h = F(h) = c0 + c1 h + c2 h^2,
    c0 = -(u^2 + iu)/2,   c1 = i u rho nu - kappa,   c2 = nu^2/2.

The first form is theorem 4.1 of O. El Euch and M. Rosenbaum, "The characteristic function of rough
Heston models", Mathematical Finance 29 (2019), with their lambda nu written nu; the second, for any
forward-variance curve xi, is in M. Keller-Ressel and A. Majid, "A comparison principle between
rough and non-rough Heston models", Quantitative Finance 20 (2020).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import as_floats, check_frequency, check_maturity, check_range
from rmot.models._fourier_law import FourierLaw
from rmot.models._heston_family import check_solved, check_strip, heston_gradient, mean_variance
from rmot.models._riccati_coefficients import fill_coefficients
from rmot.models._rough_strip import rough_moment_strip
from rmot.models.forward_variance import ForwardVariance
from rmot.models.price_paths import SquareRootPaths
from rmot.models.tails import critical_moments, lee_slopes, log_moment
from rmot.numerics.fractional_operators import FractionalOperators
from rmot.numerics.fractional_riccati import riccati_means, riccati_sensitivities
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, level_curves

_CURVE_PARAMETERS = ("hurst", "vol_of_vol", "correlation", "mean_reversion")
_LEVEL_PARAMETERS = (
    "hurst",
    "vol_of_vol",
    "correlation",
    "initial_variance",
    "mean_reversion",
    "long_run_variance",
)


@dataclass(frozen=True, kw_only=True)
class RoughHeston(FourierLaw, SquareRootPaths):
    """Rough Heston model with absolute vol-of-vol, forward 1.

    The variance is given either by V_0 and theta or by a forward-variance curve, never by both.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2]; 1/2 is the classical Heston model.
    vol_of_vol : float
        nu > 0, absolute: the factor of sqrt(V) dB.
    correlation : float
        rho in [-1, 1].
    initial_variance : float
        V_0 > 0, annualised.
    mean_reversion : float
        kappa >= 0.
    long_run_variance : float
        theta >= 0, annualised.
    forward_variance : ForwardVariance
        xi(t) = E V_t.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Examples
    --------
    >>> model = RoughHeston(hurst=0.12, vol_of_vol=0.28, correlation=-0.65, initial_variance=0.04,
    ...                     mean_reversion=0.3, long_run_variance=0.04)
    >>> model.implied_volatility([-0.1, 0.0, 0.1], 0.25).round(6).tolist()
    [0.227075, 0.181511, 0.148488]
    """

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float | None = None
    mean_reversion: float
    long_run_variance: float | None = None
    forward_variance: ForwardVariance | None = None

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("hurst", self.hurst, 0.0, 0.5, closed_high=True)
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf)
        check_range("correlation", self.correlation, -1.0, 1.0, closed_low=True, closed_high=True)
        check_range("mean_reversion", self.mean_reversion, 0.0, math.inf, closed_low=True)
        levels = (self.initial_variance, self.long_run_variance)
        if self.forward_variance is not None:
            if any(level is not None for level in levels):
                raise ParameterError(
                    "expected forward_variance or initial_variance and long_run_variance; got both"
                )
            if not isinstance(self.forward_variance, ForwardVariance):
                raise ParameterError(
                    f"forward_variance must be a ForwardVariance; got {self.forward_variance!r}"
                )
            as_floats(self, _CURVE_PARAMETERS)
            return
        if any(level is None for level in levels):
            raise ParameterError(
                "expected initial_variance and long_run_variance, or forward_variance; got "
                f"initial_variance={levels[0]!r}, long_run_variance={levels[1]!r}"
            )
        check_range("initial_variance", self._level[0], 0.0, math.inf)
        check_range("long_run_variance", self._level[1], 0.0, math.inf, closed_low=True)
        as_floats(self, _LEVEL_PARAMETERS)

    @classmethod
    def from_relative_vol_of_vol(
        cls,
        *,
        hurst: float,
        relative_vol_of_vol: float,
        correlation: float,
        initial_variance: float,
        mean_reversion: float,
        long_run_variance: float,
    ) -> Self:
        """Build the model from a vol-of-vol that is relative to mean reversion (source 002, (2)).

        The factor of sqrt(V) dB is then mean_reversion * relative_vol_of_vol, as in El Euch and
        Rosenbaum, so mean_reversion must be positive.
        """
        check_range("mean_reversion", mean_reversion, 0.0, math.inf)
        check_range("relative_vol_of_vol", relative_vol_of_vol, 0.0, math.inf)
        return cls(
            hurst=hurst,
            vol_of_vol=mean_reversion * relative_vol_of_vol,
            correlation=correlation,
            initial_variance=initial_variance,
            mean_reversion=mean_reversion,
            long_run_variance=long_run_variance,
        )

    @classmethod
    def from_eta(
        cls,
        *,
        hurst: float,
        eta: float,
        correlation: float,
        xi_0: float | ForwardVariance,
        mean_reversion: float,
        long_run_variance: float | None = None,
    ) -> Self:
        """Build the model from the convention of source 001, (2.1): eta is absolute.

        xi_0 stands where V_0 does. It is the forward variance only without mean reversion: a curve
        is then taken as such. With mean reversion it must be a number.

        Raises
        ------
        ParameterError
            A curve with mean reversion; else as the class.
        """
        if isinstance(xi_0, ForwardVariance):
            if mean_reversion != 0.0:
                raise ParameterError(
                    "expected a number xi_0, which is not the forward variance when mean_reversion "
                    f"is {mean_reversion!r}; got a curve"
                )
            return cls(
                hurst=hurst,
                vol_of_vol=eta,
                correlation=correlation,
                mean_reversion=0.0,
                forward_variance=xi_0,
            )
        return cls(
            hurst=hurst,
            vol_of_vol=eta,
            correlation=correlation,
            initial_variance=xi_0,
            mean_reversion=mean_reversion,
            long_run_variance=xi_0 if long_run_variance is None else long_run_variance,
        )

    @property
    def relative_vol_of_vol(self) -> float:
        """vol_of_vol / mean_reversion; inf at mean_reversion = 0."""
        return self.vol_of_vol / self.mean_reversion if self.mean_reversion > 0.0 else math.inf

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, a curve's values among them."""
        if self.forward_variance is None:
            return _LEVEL_PARAMETERS
        return (*_CURVE_PARAMETERS, *self.forward_variance.names)

    @property
    def _level(self) -> tuple[float, float]:
        """V_0 and theta, where the model has them."""
        assert self.initial_variance is not None
        assert self.long_run_variance is not None
        return self.initial_variance, self.long_run_variance

    @property
    def _alpha(self) -> float:
        return float(self.hurst) + 0.5

    def _log_phi(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        nu, kappa = self.vol_of_vol, self.mean_reversion
        c0, c1 = np.empty_like(u), np.empty_like(u)
        fill_coefficients(u, self.correlation * nu, kappa, c0, c1)
        curve = self.forward_variance
        if curve is None:
            operators: float | FractionalOperators = self._alpha
            source_weight = maturity * self._level[0]
            h_weight = maturity * kappa * self._level[1]
        else:
            operators = _curve_operators(self._alpha, curve, maturity)
            source_weight, h_weight = maturity, maturity * kappa
        # the weights of a curve hold its values
        scale = source_weight + h_weight if curve is None else maturity * (1.0 + kappa)
        given = (c0, c1, 0.5 * nu * nu, operators, maturity, tolerance / scale)
        if not differentiate:
            mean_h, mean_source, error = riccati_means(*given)
            values = h_weight * mean_h + source_weight * mean_source
            return values, scale * error, np.empty((0, u.size), dtype=np.complex128)
        mean_h, mean_source, error, slopes, pieces = riccati_sensitivities(*given)
        values = h_weight * mean_h + source_weight * mean_source
        gradient = heston_gradient(u, nu, self.correlation, h_weight, source_weight, slopes)
        if curve is None:
            rows = [
                *gradient[:3],
                maturity * mean_source,
                gradient[3] + maturity * self._level[1] * mean_h,
                maturity * kappa * mean_h,
            ]
        else:
            own = maturity * (pieces[:, 1] + kappa * pieces[:, 0])
            rows = [*gradient[:3], gradient[3] + maturity * mean_h, *own]
        return values, scale * error, np.array(rows)

    def _growth(self, maturity: float) -> NDArray[np.float64]:
        nu, alpha = self.vol_of_vol, self._alpha
        if self.forward_variance is None:
            source, level = self._level[0], self.mean_reversion * self._level[1]
        else:
            source = self.forward_variance.total(maturity) / maturity
            level = self.mean_reversion * source
        weight = source * maturity ** (1.0 - alpha) / math.gamma(2.0 - alpha) + level * maturity
        drift = -self.mean_reversion
        return np.array([[self.correlation * nu, drift, 0.5 * nu * nu, maturity**alpha, weight]])

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX), X = log(S_T / F).

        Parameters
        ----------
        u : array_like of complex
            Frequencies with E exp(-Im(u) X) finite.
        maturity : float
            T > 0 in years.

        Returns
        -------
        complex ndarray, shape of u

        Raises
        ------
        ParameterError
            If u is empty or not finite, maturity is not positive, or -Im u is not between the
            critical moments.
        AccuracyError
            If the fractional Riccati equation is not solved to 1e-10.
        """
        frequency = check_frequency(u)
        maturity = check_maturity(maturity)
        check_strip(frequency, self._strip(maturity), self.critical_moments, maturity)
        values, error, _ = self._log_phi(frequency.ravel(), maturity, 1e-11)
        check_solved(frequency.ravel(), values, error)
        return values.reshape(frequency.shape)

    def critical_moments(self, maturity: float) -> tuple[float, float]:
        """Return (p_minus, p_plus): E S_T^p is finite for p between them, infinite beyond.

        See `rmot.models.tails.critical_moments`; they do not depend on the level of variance.
        """
        return critical_moments(
            self.hurst, self.vol_of_vol, self.correlation, self.mean_reversion, maturity
        )

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order, forward 1; inf at and beyond the critical moments.

        Raises
        ------
        ParameterError
            If the order is not finite or the maturity not positive.
        AccuracyError
            If it is not found to 1e-8 in its logarithm.
        """
        check_range("order", order, -math.inf, math.inf)
        low, high = self.critical_moments(maturity)
        if not low < order < high:
            return math.inf
        if self.forward_variance is None:
            given = (self.hurst, self.vol_of_vol, self.correlation, self.mean_reversion)
            first, last = self._level
            value = log_moment(order, *given, first, self.mean_reversion * last, maturity).item()
        else:
            value = self.log_characteristic_function(-1j * order, maturity).item()
        return math.exp(value.real) if value.real < 709.0 else math.inf

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return the limits of implied variance times maturity over |k|, left and right."""
        return lee_slopes(*self.critical_moments(maturity))

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E V_t, same shape as times, t >= 0 in years.

        With V_0 and theta it solves E V = V_0 + kappa I^alpha (theta - E V), a Mittag-Leffler
        function of -kappa t^alpha.
        """
        t = np.asarray(times, dtype=np.float64)
        if self.forward_variance is not None:
            return self.forward_variance(t)
        return mean_variance(t, self._alpha, self.mean_reversion, *self._level)

    def variance_scheme(self, times: ArrayLike, steps: int | None = None) -> RoughVarianceScheme:
        """Return the scheme of the variance alone; see `SquareRootPaths`.

        Examples
        --------
        >>> model = RoughHeston(hurst=0.12, vol_of_vol=0.28, correlation=-0.65, mean_reversion=0.3,
        ...                     initial_variance=0.04, long_run_variance=0.04)
        >>> paths = model.variance_scheme([0.25, 1.0]).simulate(2**14, seed=1)
        >>> paths.integrated.shape, bool(abs(paths.integrated[:, 1].mean() - 0.04) < 0.002)
        ((16384, 2), True)
        """
        curve = self.forward_variance
        if curve is None:
            first, last = self._level
            mean, total = level_curves(
                self.hurst, first, self.mean_reversion, self.mean_reversion * last
            )
        else:
            mean, total = curve, curve.totals
        return RoughVarianceScheme(
            times,
            hurst=self.hurst,
            vol_of_vol=self.vol_of_vol,
            mean_reversion=self.mean_reversion,
            mean_variance=mean,
            total_variance=total,
            steps=self.least_steps if steps is None else steps,
        )

    def _strip(self, maturity: float) -> tuple[float, float]:
        return rough_moment_strip(
            self.hurst, self.vol_of_vol, self.correlation, self.mean_reversion, maturity
        )

    def _deviation(self, maturity: float) -> float:
        if self.forward_variance is not None:
            return math.sqrt(self.forward_variance.total(maturity))
        first, last = self._level
        # the mean of the Mittag-Leffler decay, roughly
        pull = self.mean_reversion * maturity**self._alpha / math.gamma(2.0 + self._alpha)
        return math.sqrt((last + (first - last) / (1.0 + pull)) * maturity)


@lru_cache(maxsize=128)
def _curve_operators(alpha: float, curve: ForwardVariance, maturity: float) -> FractionalOperators:
    return FractionalOperators(alpha, curve.quadrature(maturity))
