"""Knows the rough factor model of several assets: joint characteristic function and correlations.

    dS_i / S_i = sum_k a_ik sqrt(V_k) dW_k,   V_k independent rough square-root variances,
    log E e^{iu.X} = sum_k log E exp(A_k Y_k - B_k U_k / 2),
    Y_k = ∫ sqrt(V_k) dW_k,   U_k = ∫ V_k dt,   A_k = i sum_i u_i a_ik,   B_k = i sum_i u_i a_ik^2,

exact for every u; `variance_factor` knows the terms. With all H_k = 1/2 the factors are square-root
diffusions. Marginals alone do not determine a joint law: independent copies of the factors for each
asset have the same marginals and no correlation. That assets share factors is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import check_frequency, check_maturity
from rmot.models._heston_family import check_solved
from rmot.models._shared_factors import SharedFactors
from rmot.models.factor_marginal import FactorMarginal
from rmot.models.factor_paths import FactorPaths, factor_paths
from rmot.numerics.discrete import Prior
from rmot.numerics.path_draws import Sampling
from rmot.numerics.rough_variance_paths import STEPS
from rmot.numerics.square_root_riccati import square_root_log_transforms

_PER_FACTOR = 6
"""Numbers of a factor."""


@dataclass(frozen=True, eq=False, init=False)
class RoughFactorModel(SharedFactors):
    """Several assets, forwards 1, that share rough variance factors.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
        a_ik, of either sign; each asset has one that is not 0.
    factors : sequence of VarianceFactor or DriftedFactor

    Raises
    ------
    ParameterError
        If loadings are no matrix with a column for each factor, hold a number that is not finite
        or a row of zeros; or if factors are none or something else.

    Examples
    --------
    >>> from rmot.models.variance_factor import VarianceFactor
    >>> factor = VarianceFactor(hurst=0.1, vol_of_vol=0.3, correlation=-0.7,
    ...     initial_variance=0.04, mean_reversion=0.5, long_run_variance=0.04)
    >>> assets = RoughFactorModel([[1.0, 0.0], [0.6, 0.8]], [factor, factor])
    >>> assets.correlation(0.5).round(12).tolist()
    [[1.0, 0.6], [0.6, 1.0]]
    """

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all numbers: ``loading_i_k`` asset by asset, then ``hurst_k`` and so on."""
        loadings = [f"loading_{i}_{k}" for i in range(self.n_assets) for k in range(self.n_factors)]
        names = [
            f"{name}_{k}" for k, factor in enumerate(self.factors) for name in factor.parameters
        ]
        return (*loadings, *names)

    @property
    def values(self) -> NDArray[np.float64]:
        """The numbers that `parameters` names."""
        own = [getattr(factor, name) for factor in self.factors for name in factor.parameters]
        return np.array([*self.loadings.ravel(), *own])

    def with_values(self, values: ArrayLike) -> RoughFactorModel:
        """Return the model of the same shape with other numbers, in the order of `parameters`."""
        numbers = np.asarray(values, dtype=np.float64)
        if numbers.shape != (len(self.parameters),):
            raise ParameterError(
                f"expected {len(self.parameters)} values; got shape {numbers.shape}"
            )
        own = numbers[self.loadings.size :].reshape(self.n_factors, -1)
        factors = [
            replace(factor, **dict(zip(factor.parameters, row.tolist(), strict=True)))
            for factor, row in zip(self.factors, own, strict=True)
        ]
        return RoughFactorModel(numbers[: self.loadings.size].reshape(self.loadings.shape), factors)

    def marginal(self, asset: int) -> FactorMarginal:
        """Return the law of one asset, numbered from 0."""
        return FactorMarginal(tuple(self.loadings[self._number(asset)]), self.factors)

    def marginal_parameters(self, asset: int) -> tuple[str, ...]:
        """Return this model's names of the parameters of a marginal, in the marginal's order."""
        names = self.marginal(asset).parameters
        return tuple(name.replace("loading_", f"loading_{asset}_") for name in names)

    def select(self, assets: ArrayLike) -> RoughFactorModel:
        """Return the joint law of some assets, in the order given."""
        numbers = [self._number(asset) for asset in np.atleast_1d(np.asarray(assets)).tolist()]
        return RoughFactorModel(self.loadings[numbers], self.factors)

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(i u.X), X_i = log(S_i(T) / F_i).

        Parameters
        ----------
        u : array_like of complex, shape (..., n_assets)
            Frequencies with E exp(-Im(u).X) finite.
        maturity : float
            T > 0 in years.

        Returns
        -------
        complex ndarray, shape (...)

        Raises
        ------
        ParameterError
            If u is empty, not finite or of another shape, maturity is not positive, or the
            expectation is infinite.
        AccuracyError
            If the fractional Riccati equations are not solved to 1e-10.
        """
        frequency, maturity = check_frequency(u), check_maturity(maturity)
        if frequency.ndim == 0 or frequency.shape[-1] != self.n_assets:
            raise ParameterError(
                f"expected u of shape (..., {self.n_assets}); got {frequency.shape}"
            )
        rows = frequency.reshape(-1, self.n_assets)
        for moments in np.unique(-rows.imag, axis=0):
            if not self.has_moment(moments, maturity):
                raise ParameterError(
                    f"E exp(iu.X) is infinite where -Im u = {moments.tolist()}, at maturity "
                    f"{maturity}"
                )
        values, error, _ = self.estimated_log_transform(rows, maturity, 1e-11)
        check_solved(rows, values, error)
        return values.reshape(frequency.shape[:-1])

    def has_moment(self, orders: ArrayLike, maturity: float) -> bool:
        """Tell whether E prod_i S_i(T)^{p_i} is finite, for real orders p, shape (n_assets,).

        Raises
        ------
        AccuracyError
            If that is too close to call.
        """
        p = np.asarray(orders, dtype=np.float64)
        pairs = zip(p @ self.loadings, p @ self.loadings**2, self.factors, strict=True)
        return all(factor.is_finite(first, second, maturity) for first, second, factor in pairs)

    def deviations(self, maturity: float) -> NDArray[np.float64]:
        """Return the standard deviations of the returns ∫ dS_i/S_i over [0, T]."""
        mean = [factor.integrated_moments(maturity).mean for factor in self.factors]
        return np.sqrt(self.loadings**2 @ mean)

    def estimated_log_transform(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        """Return log E exp(i u.X) as accurately as asked, for numerical integration.

        Parameters
        ----------
        u : complex ndarray, shape (n, n_assets)
            Not checked: see `has_moment`.
        maturity : float
            T > 0 in years.
        tolerance : float or ndarray, shape (n,)
            Admissible absolute errors.
        differentiate : bool

        Returns
        -------
        values, error : ndarray, shape (n,)
            The errors are estimates, and may exceed the tolerance.
        gradient : complex ndarray, shape (parameters, n)
            Exact derivatives in `parameters`, from the differentiated equation; (0, n) unless
            asked for.
        """
        first = 1j * (u @ self.loadings)
        second = 1j * (u @ self.loadings**2)
        values, error = np.zeros(u.shape[0], np.complex128), np.zeros(u.shape[0])
        by_loading = np.zeros((*self.loadings.shape, u.shape[0]), np.complex128)
        by_factor = np.zeros((self.n_factors, _PER_FACTOR, u.shape[0]), np.complex128)
        used = np.flatnonzero(np.any(self.loadings != 0.0, axis=0))
        smooth = [k for k in used if self.factors[k].hurst == 0.5 and not differentiate]
        if smooth:
            numbers = np.array([self.factors[k].diffusion for k in smooth])
            values, error = square_root_log_transforms(
                first[:, smooth], second[:, smooth], numbers, maturity
            )
        for k in np.setdiff1d(used, smooth):
            own, own_error, slopes = self.factors[k].log_transform(
                first[:, k],
                second[:, k],
                maturity,
                tolerance / used.size,
                differentiate=differentiate,
            )
            values += own
            error += own_error
            if differentiate:
                by_loading[:, k] = (
                    1j * u.T * (slopes[0] + 2.0 * self.loadings[:, k, None] * slopes[1])
                )
                by_factor[k] = slopes[2:]
        if not differentiate:
            return values, error, np.empty((0, u.shape[0]), np.complex128)
        rows = (by_loading, by_factor)
        return values, error, np.concatenate([each.reshape(-1, u.shape[0]) for each in rows])

    def correlation(self, maturity: ArrayLike) -> NDArray[np.float64]:
        """Return the correlations of returns over [0, T], which integrated covariances give.

        sum_k a_ik a_jk E U_k / (sum_k a_ik^2 E U_k sum_k a_jk^2 E U_k)^{1/2}, U_k = ∫_0^T V_k: the
        correlation of ∫ dS_i/S_i and ∫ dS_j/S_j, and what realised covariances tend to. The
        correlation of log-prices is `log_price_correlation`.

        Parameters
        ----------
        maturity : array_like, shape (...)
            T > 0 in years; several make a term structure.

        Returns
        -------
        ndarray, shape (..., n_assets, n_assets)
        """
        moments = self._integrated(maturity)
        return self.instantaneous_correlation(moments[..., 0])

    def correlation_sensitivities(self, maturity: float) -> NDArray[np.float64]:
        """Return the exact derivatives of `correlation` at T > 0 in `parameters`.

        With a covariance of estimated parameters they give that of implied correlations.

        Returns
        -------
        ndarray, shape (parameters, n_assets, n_assets)
        """
        a = self.loadings
        mean = np.array([factor.integrated_moments(maturity).mean for factor in self.factors])
        covariance = (a * mean) @ a.T
        units = np.eye(self.n_assets)
        # d C = e_i (a_jk m_k) + its transpose, by a_ik
        one_side = np.einsum("il,jk,k->iklj", units, a, mean)
        by_loading = one_side + np.swapaxes(one_side, -1, -2)
        slopes = np.array([factor.integrated_mean_gradient(maturity) for factor in self.factors])
        by_factor = np.einsum("kp,ik,jk->kpij", slopes, a, a)
        n = self.n_assets
        change = np.concatenate([by_loading.reshape(-1, n, n), by_factor.reshape(-1, n, n)])
        variance = np.diag(covariance)
        relative = np.diagonal(change, axis1=1, axis2=2) / variance
        correlation = covariance / np.sqrt(np.outer(variance, variance))
        mixed = relative[:, :, None] + relative[:, None, :]
        return change / np.sqrt(np.outer(variance, variance)) - 0.5 * correlation * mixed

    def log_price_correlation(self, maturity: ArrayLike) -> NDArray[np.float64]:
        """Return the correlations of log S_i(T); parameters and shape are those of `correlation`.

        log S_i = sum_k a_ik Y_k - a_ik^2 U_k / 2, so that the variance of U_k and its covariance
        with Y_k enter as well.
        """
        moments = self._integrated(maturity)
        a, square = self.loadings, self.loadings**2
        mean, variance, covariance = np.moveaxis(moments, -1, 0)[..., None, :]
        mixed = (a * covariance) @ square.T
        total = (a * mean) @ a.T + 0.25 * (square * variance) @ square.T
        total -= 0.5 * (mixed + np.swapaxes(mixed, -1, -2))
        return _normalised(total)

    def forward_correlation(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return the correlation of returns at times t >= 0 as expected now: E V_k(t) in place.

        Shape (..., n_assets, n_assets) for times of shape (...).
        """
        expected = np.stack([factor.expected_variance(times) for factor in self.factors], axis=-1)
        return self.instantaneous_correlation(expected)

    def instantaneous_correlation(self, variances: ArrayLike) -> NDArray[np.float64]:
        """Return d<log S_i, log S_j>/dt, normalised, at given V_k: it moves with the factors.

        Parameters
        ----------
        variances : array_like, shape (..., n_factors)
            V_k >= 0.

        Returns
        -------
        ndarray, shape (..., n_assets, n_assets)
            nan where an asset has no variance.

        Raises
        ------
        ParameterError
            If the shape is another, or a variance is negative or not a number.
        """
        v = np.asarray(variances, dtype=np.float64)
        if v.ndim == 0 or v.shape[-1] != self.n_factors:
            raise ParameterError(
                f"expected variances of shape (..., {self.n_factors}); got {v.shape}"
            )
        if not np.all(v >= 0.0):
            raise ParameterError(f"expected variances >= 0; got {v[~(v >= 0.0)].flat[0]}")
        return _normalised((self.loadings * v[..., None, :]) @ self.loadings.T)

    def simulate_factors(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int = STEPS,
    ) -> FactorPaths:
        """Simulate the factors, from which `log_prices` follow.

        Parameters
        ----------
        times : array_like, shape (n_times,)
            Years, increasing from above 0.
        n_paths : int
            Even for antithetic paths, a power of two for Sobol points.
        seed : int
            Same seed, same numbers.
        sampling : {"random", "antithetic", "sobol"}
        steps : int
            Each time is reached in at least so many.

        Raises
        ------
        ParameterError
            Times, numbers of paths or steps, or a seed that make no simulation.
        AccuracyError
            If steps are so long that prices would not be martingales.
        """
        return factor_paths(self.factors, self.loadings, times, n_paths, seed, sampling, steps)

    def simulate(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int = STEPS,
    ) -> NDArray[np.float64]:
        """Return prices with forwards 1, shape (n_paths, n_times, n_assets).

        Parameters and errors are those of `simulate_factors`.
        """
        paths = self.simulate_factors(times, n_paths, seed, sampling=sampling, steps=steps)
        return np.exp(paths.log_prices(self.loadings, self.correlations))

    @property
    def correlations(self) -> NDArray[np.float64]:
        """The factors' rho_k, shape (n_factors,)."""
        return np.array([factor.correlation for factor in self.factors])

    def prior(
        self, maturity: float, n_points: int = 2**14, seed: int = 0, *, steps: int = STEPS
    ) -> Prior:
        """Return the joint law of prices at T as equally weighted samples, forwards matched.

        They are the first of scrambled Sobol points; each asset's prices are divided by their mean,
        which makes its forward exactly 1 and moves prices by the error that the mean had.

        Parameters
        ----------
        maturity : float
            T > 0 in years.
        n_points : int
        seed : int
        steps : int
            Of the simulation.

        Returns
        -------
        Prior
            Points of shape (n_points, n_assets).
        """
        maturity = check_maturity(maturity)
        whole = isinstance(n_points, (int, np.integer)) and not isinstance(n_points, bool)
        if not (whole and n_points >= 2):
            raise ParameterError(f"n_points must be a whole number from 2; got {n_points!r}")
        paths = 1 << (int(n_points) - 1).bit_length()
        prices = self.simulate([maturity], paths, seed, sampling="sobol", steps=steps)
        points = prices[:n_points, 0]
        return Prior(points / points.mean(axis=0), np.full(n_points, 1.0 / n_points))

    def _integrated(self, maturity: ArrayLike) -> NDArray[np.float64]:
        """Return mean, variance and covariance with Y of each U_k; shape (..., n_factors, 3)."""
        times = np.asarray(maturity, dtype=np.float64)
        rows = [
            [factor.integrated_moments(time) for factor in self.factors]
            for time in times.ravel().tolist()
        ]
        return np.array(rows).reshape(*times.shape, self.n_factors, 3)


def _normalised(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return correlations of covariances, shape (..., n, n), with ones on the diagonal."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(variance)
        result = covariance / deviation[..., :, None] / deviation[..., None, :]
    n = covariance.shape[-1]
    result[..., np.arange(n), np.arange(n)] = np.where(variance > 0.0, 1.0, np.nan)
    return np.clip(result, -1.0, 1.0)
