"""Knows how to price options under a law whose log characteristic function has error estimates."""

from abc import ABC, abstractmethod
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.models._cells import discretise
from rmot.models._checks import check_log_moneyness, check_maturity, check_range
from rmot.numerics.discrete import Prior
from rmot.numerics.fourier import otm_prices
from rmot.numerics.implied_volatility import implied_volatility_otm
from rmot.numerics.partial_moments import partial_moments

_PRIOR_TOLERANCE = 1e-13

_WIDEST = 4.0
"""Half-width of the contour in units of 1 / standard deviation; wider ones gain nothing."""


class FourierLaw(ABC):
    """Pricing by Fourier inversion, shared by the models that inherit it."""

    @abstractmethod
    def _log_phi(
        self, u: NDArray[np.complex128], maturity: float, tolerance: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return log E exp(iuX), shape (n,), and its estimated absolute errors."""

    @abstractmethod
    def _guess(self, u: NDArray[np.complex128], maturity: float) -> NDArray[np.complex128]:
        """Return a cheap approximation of log E exp(iuX), for placing contours."""

    @abstractmethod
    def _strip(self, maturity: float) -> tuple[float, float]:
        """Return (p, q): E S^r is taken to be finite for -p < r < q."""

    @abstractmethod
    def _deviation(self, maturity: float) -> float:
        """Return the order of magnitude of the standard deviation of X."""

    def _otm(
        self, k: NDArray[np.float64], maturity: float, tolerance: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        check_range("tolerance", tolerance, 0.0, 1.0)
        below, above = self._strip(maturity)
        widest = _WIDEST / self._deviation(maturity)
        price, error = otm_prices(
            lambda u, admissible: self._log_phi(u, maturity, admissible),
            lambda u: self._guess(u, maturity),
            (min(below, widest), min(above, 1.0 + widest)),
            k,
            0.3 * tolerance,
        )
        if not np.all(error <= tolerance):
            worst = float(np.max(error))
            raise AccuracyError(
                f"option prices of {self} at maturity {maturity} reach an error of {worst:.1e}; "
                f"tolerance was {tolerance:.1e}"
            )
        return price, error

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[False] = False,
        *,
        tolerance: float = 1e-12,
    ) -> NDArray[np.float64]: ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[True],
        *,
        tolerance: float = 1e-12,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: bool = False,
        *,
        tolerance: float = 1e-12,
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return undiscounted calls with forward 1, and their estimated errors if asked.

        Parameters
        ----------
        log_moneyness : array_like
            k = log(strike / forward).
        maturity : float
            T > 0 in years.
        return_error : bool
            Return a pair (prices, estimated absolute errors).
        tolerance : float
            Admissible absolute error of the out-of-the-money price.

        Returns
        -------
        ndarray, shape of log_moneyness, or a pair of them

        Raises
        ------
        ParameterError
            If strikes are empty or not finite, or the maturity is not positive.
        AccuracyError
            If the estimated error exceeds the tolerance; the message says what is reached.
        """
        k = check_log_moneyness(log_moneyness)
        price, error = self._otm(k.ravel(), check_maturity(maturity), tolerance)
        price = (price - np.expm1(np.minimum(k.ravel(), 0.0))).reshape(k.shape)
        return (price, error.reshape(k.shape)) if return_error else price

    def implied_volatility(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float = 1e-12
    ) -> NDArray[np.float64]:
        """Return Black volatilities of out-of-the-money prices; same shape as log_moneyness.

        Errors and tolerance (in price) are those of `call_price`; nan where the price has no
        volatility because it is smaller than its error.
        """
        k = check_log_moneyness(log_moneyness)
        price, error = self._otm(k.ravel(), check_maturity(maturity), tolerance)
        price = np.where(price > error, price, np.nan)
        return implied_volatility_otm(price, k.ravel(), maturity).reshape(k.shape)

    def prior(
        self,
        maturity: float,
        n_points: int = 1000,
        upper: float | None = None,
        kinks: ArrayLike = (),
    ) -> Prior:
        """Return the law of S_T / F as a discrete measure with exact mass, forward and tail.

        Parameters
        ----------
        maturity : float
            T > 0 in years.
        n_points : int
            Number of nodes.
        upper : float, optional
            Price, forward = 1, beyond which the law is kept by its partial moments alone; payoffs
            must be linear there. By default 1e-12 of the mass lies beyond.
        kinks : array_like, shape (m,)
            Prices, forward = 1, at which payoffs bend or jump; what is linear between them is
            priced without error. Others are off by up to the mass of a cell times the jump.

        Raises
        ------
        ParameterError, AccuracyError
            Bad arguments; an infinite variance; or cells that cannot be resolved.
        """
        maturity = check_maturity(maturity)
        deviation = self._deviation(maturity)

        def log_phi(u: NDArray[np.complex128]) -> NDArray[np.complex128]:
            return self._log_phi(u, maturity, _PRIOR_TOLERANCE)[0]

        def moments(k: NDArray[np.float64], order: int, upper: bool) -> NDArray[np.float64]:
            strip = self._strip(maturity)
            return partial_moments(log_phi, strip, deviation, k, order, upper=upper)[0]

        return discretise(moments, deviation, n_points, upper, kinks)
