"""What a design of quotes (strikes, range, maturities, noise) tells about a model's parameters.

Quotes C_k = C(theta; K_k, T_k) + error of standard deviation s_k vega_k have the information
I = sum_k (s_k vega_k)^-2 dC_k dC_k^T (002, Definition 2.2), which is that of implied volatilities
with errors s_k; the inverse bounds the covariance of unbiased estimates (Cramér and Rao).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.coordinates import COORDINATES
from rmot.calibration.information import cramer_rao_errors
from rmot.errors import CalibrationError, ParameterError
from rmot.market.synthetic_surface import TrueSmile
from rmot.models import Sensitivities
from rmot.numerics import black_vega

Vector = NDArray[np.float64]
Noise = Callable[[Vector, Vector], Vector]
"""From out-of-the-money prices (forward 1) and vegas to errors in implied volatility."""

NORMAL_95 = 1.959963984540054
"""Half-width of a 95% interval, in standard errors."""

SMALLEST_PRICE = 2e-8
"""Strikes with a smaller out-of-the-money price (forward 1) are not quoted."""

# gradients are wanted to more digits than volatilities: nearly parallel ones are subtracted
_TOLERANCE = 1e-13
_GUESSES = 6
_FEW = 50
# smiles kept: of 10 000 strikes all of them take 300 MB
_KEPT = 256


def volatility_noise(deviation: float) -> Noise:
    """Quote every implied volatility with the same error; 0.01 is one point."""
    return lambda price, vega: np.full_like(price, deviation)


def price_noise(deviation: float | Callable[[Vector], Vector]) -> Noise:
    """Quote prices (forward 1) with an error that is the same for all, or a function of the price.

    Out-of-the-money prices count, shape (n,) to (n,).
    """
    if callable(deviation):
        return lambda price, vega: deviation(price) / vega
    return lambda price, vega: deviation / vega


@dataclass(frozen=True)
class Design:
    """Which options are quoted, and how well.

    Parameters
    ----------
    strikes : int
        Number in each maturity, evenly spaced in log-moneyness.
    half_width : float
        delta: log-moneyness runs from -delta to delta.
    maturities : tuple of float
        In years.
    noise : callable
        See `volatility_noise` and `price_noise`.
    per_root_year : bool
        Log-moneyness runs from -delta sqrt(T) to delta sqrt(T) instead.

    Raises
    ------
    ParameterError
        No strikes or maturities, or a range or maturity that is not positive.
    """

    strikes: int
    half_width: float
    maturities: tuple[float, ...]
    noise: Noise
    per_root_year: bool = False

    def __post_init__(self) -> None:
        """Refuse a design without quotes."""
        if self.strikes < 1 or not self.half_width > 0:
            raise ParameterError(
                "expected at least one strike and a positive half_width; got "
                f"{self.strikes}, {self.half_width}"
            )
        if not self.maturities or not min(self.maturities) > 0:
            raise ParameterError(f"expected positive maturities; got {self.maturities}")

    def log_moneyness(self, maturity: float) -> Vector:
        """Return the strikes asked for at a maturity, shape (strikes,); a single one is at 0."""
        reach = self.half_width * (maturity**0.5 if self.per_root_year else 1.0)
        return np.linspace(-reach, reach, self.strikes) if self.strikes > 1 else np.zeros(1)


@dataclass(frozen=True, eq=False)
class DesignedSmile(TrueSmile):
    """The quotes of one maturity, before any error is drawn, and what moves them.

    Attributes
    ----------
    gradient : ndarray, shape (n, parameters)
        Of implied volatility, in the model's `parameters`.
    """

    gradient: Vector


def smile_gradient(model: Any, log_moneyness: Vector, maturity: float) -> Sensitivities:
    """Return the model's prices, volatilities and gradients, as exact as they are to be had.

    They depend neither on the noise nor on what is free, in which designs mostly differ: the last
    ones are kept, and their arrays are read-only.

    Parameters
    ----------
    model : object
        Hashable, with `sensitivities`, such as ``RoughHeston``.
    log_moneyness : ndarray, shape (n,)
    maturity : float

    Raises
    ------
    AccuracyError
        As `model.sensitivities`.
    """
    return _smile_gradient(model, np.asarray(log_moneyness, dtype=float).tobytes(), maturity)


@lru_cache(maxsize=_KEPT)
def _smile_gradient(model: Any, log_moneyness: bytes, maturity: float) -> Sensitivities:
    k = np.frombuffer(log_moneyness)
    found = model.sensitivities(k, maturity, tolerance=_TOLERANCE)
    for kept in (found.call_price, found.implied_volatility, found.volatility_gradient):
        kept.flags.writeable = False
    return found


def designed_smile(
    model: Any, log_moneyness: Vector, maturity: float, noise: Noise
) -> DesignedSmile:
    """Price the strikes of one maturity; what is too cheap to be quoted is left out.

    Parameters
    ----------
    model : object
        Hashable, with `sensitivities`, such as ``RoughHeston``.
    log_moneyness : ndarray, shape (n,)
    maturity : float
    noise : callable

    Raises
    ------
    AccuracyError
        As `model.sensitivities`.
    """
    found = smile_gradient(model, log_moneyness, maturity)
    price = found.call_price + np.expm1(np.minimum(log_moneyness, 0.0))
    rows = np.isfinite(found.implied_volatility) & (price > SMALLEST_PRICE)
    k, price, volatility = log_moneyness[rows], price[rows], found.implied_volatility[rows]
    error = noise(price, black_vega(k, volatility, maturity))
    return DesignedSmile(maturity, k, volatility, error, found.volatility_gradient[:, rows].T)


def designed_smiles(model: Any, design: Design) -> tuple[DesignedSmile, ...]:
    """Price all maturities of a design; see `designed_smile`."""
    return tuple(
        designed_smile(model, design.log_moneyness(maturity), maturity, design.noise)
        for maturity in design.maturities
    )


def standardised_jacobian(
    model: Any, smiles: Sequence[DesignedSmile], free: Sequence[str]
) -> Vector:
    """Return derivatives of sigma_k / s_k in the coordinates of the free parameters.

    Returns
    -------
    ndarray, shape (quotes, len(free))
        What `rmot.calibration.information` takes.

    Raises
    ------
    ParameterError
        A free parameter is none of the model's.
    """
    unknown = sorted(set(free) - set(model.parameters))
    if unknown:
        raise ParameterError(f"expected free parameters among {model.parameters}; got {unknown}")
    columns = [model.parameters.index(name) for name in free]
    slopes = np.array([COORDINATES[name].slope(getattr(model, name)) for name in free])
    return np.concatenate(
        [smile.gradient[:, columns] * slopes / smile.noise[:, None] for smile in smiles]
    )


def standard_errors(
    model: Any, smiles: Sequence[DesignedSmile], free: Sequence[str]
) -> dict[str, float]:
    """Return the Cramér-Rao errors of the free parameters, in their own units.

    Raises
    ------
    ParameterError, CalibrationError
        An unknown parameter; or quotes that leave one of them undetermined.
    """
    errors = cramer_rao_errors(standardised_jacobian(model, smiles, free))
    return {
        name: float(error * COORDINATES[name].slope(getattr(model, name)))
        for name, error in zip(free, errors, strict=True)
    }


def required_strikes(
    model: Any,
    design: Design,
    free: Sequence[str],
    precision: float,
    parameter: str = "hurst",
    *,
    most: int = 10_000,
) -> int | None:
    """Return the least number of strikes per maturity for a 95% interval of +-precision.

    Parameters
    ----------
    model : object
        With `sensitivities`, such as ``RoughHeston``.
    design : Design
        Its number of strikes is where the search starts.
    free : sequence of str
        Parameters that are estimated together.
    precision : float
        Admissible 1.96 standard errors of `parameter`.
    most : int
        No more strikes are tried.

    Returns
    -------
    int or None
        None if `most` strikes do not suffice. From 50 on, more strikes in the same range are taken
        to tell more.
    """

    def width(smiles: Sequence[DesignedSmile]) -> float:
        try:
            return NORMAL_95 * standard_errors(model, smiles, free)[parameter]
        except CalibrationError:
            return math.inf

    low, high = 0, most + 1
    strikes = min(design.strikes, most)
    for attempt in range(most):
        found = width(designed_smiles(model, replace(design, strikes=strikes)))
        low, high = (low, strikes) if found <= precision else (strikes, high)
        if high - low == 1:
            break
        # errors fall as m^-1/2, nearly; bisection where that leads nowhere
        guess = strikes * min(found / precision, 1e3) ** 2
        strikes = math.ceil(guess) if attempt < _GUESSES else (low + high) // 2
        strikes = min(max(strikes, low + 1), high - 1)
    if high > most:
        return None
    # of few strikes the places matter, and more can tell less
    fewer = _few_strikes(model, design, high) if high <= _FEW else ()
    return next((strikes for strikes, smiles in fewer if width(smiles) <= precision), high)


def _few_strikes(
    model: Any, design: Design, stop: int
) -> Iterator[tuple[int, tuple[DesignedSmile, ...]]]:
    """Give the smiles of 1, 2, ... strikes below `stop`, all priced at once in each maturity."""
    counts = [replace(design, strikes=count) for count in range(1, _FEW)]
    whole = [
        designed_smile(
            model,
            np.unique(np.concatenate([few.log_moneyness(maturity) for few in counts])),
            maturity,
            design.noise,
        )
        for maturity in design.maturities
    ]
    for few in counts[: stop - 1]:
        yield few.strikes, tuple(_at(smile, few.log_moneyness(smile.maturity)) for smile in whole)


def _at(smile: DesignedSmile, log_moneyness: Vector) -> DesignedSmile:
    """Return the quotes of a smile at some of its places."""
    rows = np.isin(smile.log_moneyness, log_moneyness)
    k, volatility = smile.log_moneyness[rows], smile.implied_volatility[rows]
    return DesignedSmile(smile.maturity, k, volatility, smile.noise[rows], smile.gradient[rows])
