"""Knows how to price options under a law whose log characteristic function has error estimates."""

import math
from abc import ABC, abstractmethod
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.models._cells import discretise
from rmot.models._checks import check_log_moneyness, check_maturity, check_range
from rmot.models.sensitivities import Sensitivities
from rmot.numerics.black import black_vega
from rmot.numerics.contours import fill_guessed_vegas
from rmot.numerics.discrete import Prior
from rmot.numerics.fourier import otm_prices
from rmot.numerics.implied_volatility import fill_price_errors, implied_volatility_otm
from rmot.numerics.partial_moments import partial_moments

_PRIOR_TOLERANCE = 1e-13

_WIDEST = 4.0
"""Half-width of the contour in units of 1 / standard deviation; wider ones gain nothing."""

_VOLATILITY_ERROR = 3e-7
_WORST_VOLATILITY_ERROR = 1e-6
_SMALLEST_PRICE = 2e-8
_ATTEMPTS = 3
_CAUTION = 1.3
"""By default volatilities are as accurate as the first, else refused beyond the second, where the
out-of-the-money price exceeds the third; as many further attempts are made as the fourth says.
The vegas guessed for that are taken to the power of the last, as Chernoff's bound is a bound."""


def _worst_errors(
    price: NDArray[np.float64], k: NDArray[np.float64], maturity: float
) -> NDArray[np.float64]:
    """Return price errors that amount to the worst volatility error."""
    # small prices have no volatility to speak of, and an absolute error that was aimed at
    worst = np.empty(k.size)
    fill_price_errors(
        price, k, math.sqrt(maturity), _WORST_VOLATILITY_ERROR, _SMALLEST_PRICE, worst
    )
    return worst


class FourierLaw(ABC):
    """Pricing by Fourier inversion, shared by the models that inherit it."""

    @property
    @abstractmethod
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, as `sensitivities` orders them."""

    @abstractmethod
    def _log_phi(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        """Return log E exp(iuX), its estimated absolute errors, and derivatives in parameters.

        Shapes (n,), (n,) and (parameters, n), the last (0, n) unless asked for.
        """

    @abstractmethod
    def _growth(self, maturity: float) -> NDArray[np.float64]:
        """Return what `rmot.numerics.contours.log_growth` needs, shape (factors, 5)."""

    @abstractmethod
    def _strip(self, maturity: float) -> tuple[float, float]:
        """Return (p, q): E S^r is taken to be finite for -p < r < q."""

    @abstractmethod
    def _deviation(self, maturity: float) -> float:
        """Return the order of magnitude of the standard deviation of X."""

    def _otm(
        self,
        k: NDArray[np.float64],
        maturity: float,
        tolerance: float | None,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return out-of-the-money prices, errors and derivatives, to the tolerance or default."""
        strip, growth = self._strip(maturity), self._growth(maturity)
        if tolerance is not None:
            check_range("tolerance", tolerance, 0.0, 1.0)
            admissible = np.full(k.size, 0.8 * tolerance)
            result = self._invert(k, maturity, admissible, strip, growth, differentiate)
            bad = ~(result[1] <= tolerance)
            self._refuse_if(bad, result[1], maturity, f"{tolerance:.1e}")
            return result
        admissible = self._price_errors(k, maturity, strip, growth)
        price, error, gradient = self._invert(k, maturity, admissible, strip, growth, differentiate)
        bad = ~(error <= _worst_errors(price, k, maturity))
        least = np.nan
        for _ in range(_ATTEMPTS):
            if not bad.any():
                return price, error, gradient
            # the vegas that turn volatility errors into price errors were only guessed; strikes
            # by themselves have a contour that suits them better
            least = 0.1 * least if least > 0.0 else _VOLATILITY_ERROR * self._least_vega(maturity)
            known = error[bad] < 0.1 * price[bad]
            limit = _worst_errors(price[bad], k[bad], maturity)
            admissible[bad] = np.minimum(admissible[bad], np.where(known, 0.3 * limit, least))
            again = self._invert(k[bad], maturity, admissible[bad], strip, growth, differentiate)
            better = again[1] < error[bad]
            rows = np.flatnonzero(bad)[better]
            price[rows], error[rows] = again[0][better], again[1][better]
            gradient[:, rows] = again[2][:, better]
            bad = ~(error <= _worst_errors(price, k, maturity))
        wanted = f"{_WORST_VOLATILITY_ERROR:.0e} in implied volatility"
        self._refuse_if(bad, error, maturity, wanted)
        return price, error, gradient

    def _price_errors(
        self,
        k: NDArray[np.float64],
        maturity: float,
        strip: tuple[float, float],
        growth: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return price errors that amount to the default volatility error, by guessed vegas."""
        root = math.sqrt(maturity / (2.0 * math.pi))
        least = self._least_vega(maturity)
        vega = np.empty(k.size)
        fill_guessed_vegas(-strip[1], strip[0], k, growth, _CAUTION, root, least, vega)
        vega *= _VOLATILITY_ERROR
        return vega

    def _least_vega(self, maturity: float) -> float:
        """Return the vega of an option of the smallest price: price d^2 / volatility, d about 5."""
        return 20.0 * _SMALLEST_PRICE * math.sqrt(maturity) / self._deviation(maturity)

    def _invert(
        self,
        k: NDArray[np.float64],
        maturity: float,
        tolerance: NDArray[np.float64],
        strip: tuple[float, float],
        growth: NDArray[np.float64],
        differentiate: bool,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        widest = _WIDEST / self._deviation(maturity)
        return otm_prices(
            lambda u, admissible: self._log_phi(
                u, maturity, admissible, differentiate=differentiate
            ),
            growth,
            (min(strip[0], widest), min(strip[1], 1.0 + widest)),
            k,
            tolerance,
        )

    def _refuse_if(
        self, bad: NDArray[np.bool_], error: NDArray[np.float64], maturity: float, wanted: str
    ) -> None:
        if np.any(bad):
            raise AccuracyError(
                f"option prices of {self} at maturity {maturity} reach an error of "
                f"{float(np.max(error[bad])):.1e}; wanted was {wanted}"
            )

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[False] = False,
        *,
        tolerance: float | None = None,
    ) -> NDArray[np.float64]: ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[True],
        *,
        tolerance: float | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: bool = False,
        *,
        tolerance: float | None = None,
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
        tolerance : float, optional
            Admissible absolute error of the out-of-the-money price. By default about 1e-7 in
            implied volatility, for all strikes whose out-of-the-money price exceeds 2e-8.

        Returns
        -------
        ndarray, shape of log_moneyness, or a pair of them

        Raises
        ------
        ParameterError
            If strikes are empty or not finite, or the maturity is not positive.
        AccuracyError
            If the estimated error exceeds the tolerance, by default 1e-6 in implied volatility;
            the message says what is reached.
        """
        k = check_log_moneyness(log_moneyness)
        price, error, _ = self._otm(k.ravel(), check_maturity(maturity), tolerance)
        price = (price - np.expm1(np.minimum(k.ravel(), 0.0))).reshape(k.shape)
        return (price, error.reshape(k.shape)) if return_error else price

    def implied_volatility(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float | None = None
    ) -> NDArray[np.float64]:
        """Return Black volatilities of out-of-the-money prices; same shape as log_moneyness.

        Errors and tolerance (in price) are those of `call_price`; nan where the price has no
        volatility because it is smaller than its error.
        """
        k = check_log_moneyness(log_moneyness)
        price, error, _ = self._otm(k.ravel(), check_maturity(maturity), tolerance)
        price = np.where(price > error, price, np.nan)
        return implied_volatility_otm(price, k.ravel(), maturity).reshape(k.shape)

    def sensitivities(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float | None = None
    ) -> Sensitivities:
        """Return prices and volatilities with exact derivatives in all `parameters`.

        They come from the differentiated equation, at about twice the work of the prices.

        Parameters
        ----------
        log_moneyness : array_like, shape (m,)
        maturity : float
            T > 0 in years.
        tolerance : float, optional
            As for `call_price`.

        Raises
        ------
        ParameterError, AccuracyError
            As `call_price`.
        """
        k = check_log_moneyness(log_moneyness).ravel()
        maturity = check_maturity(maturity)
        price, error, gradient = self._otm(k, maturity, tolerance, differentiate=True)
        volatility = implied_volatility_otm(np.where(price > error, price, np.nan), k, maturity)
        vega = black_vega(k, np.nan_to_num(volatility), maturity)
        vega[np.isnan(volatility)] = np.nan
        return Sensitivities(
            self.parameters,
            price - np.expm1(np.minimum(k, 0.0)),
            volatility,
            gradient,
            gradient / vega,
        )

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
        strip = self._strip(maturity)
        known: dict[complex, complex] = {}

        def log_phi(u: NDArray[np.complex128]) -> NDArray[np.complex128]:
            # moments of one side are asked for again and again, on the same contour
            nodes = u.tolist()
            fresh = np.array([node for node in nodes if node not in known], dtype=np.complex128)
            if fresh.size:
                found = self._log_phi(fresh, maturity, _PRIOR_TOLERANCE)[0]
                known.update(zip(fresh.tolist(), found.tolist(), strict=True))
            return np.array([known[node] for node in nodes])

        def moments(k: NDArray[np.float64], order: int, upper: bool) -> NDArray[np.float64]:
            along = max(order, 1) if upper else 0
            return partial_moments(log_phi, strip, deviation, k, order, upper=upper, along=along)[0]

        return discretise(moments, deviation, n_points, upper, kinks)
