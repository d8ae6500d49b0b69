r"""At-the-money volatility, skew and curvature of smiles, by local polynomial regression.

Mid implied volatilities at |k| < h, with :math:`h = b\,\sigma \sqrt{T}` and :math:`\sigma` the
volatility at the money, are regressed on a polynomial in k, with weights
:math:`(1 - (k/h)^2) / s^2`, s half the bid-ask spread in volatility. The skew is the
coefficient of k.

Reference: J. Fan, I. Gijbels, *Local Polynomial Modelling and Its Applications*, Chapman and Hall
1996, section 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market import OptionSurface, Smile

Vector = NDArray[np.float64]

# A spread of no width would claim a quote without error.
_LEAST_HALF_SPREAD = 1e-4
# Quotes beyond those that the polynomial takes up.
_SPARE = 3


@dataclass(frozen=True)
class AtTheMoney:
    """One smile near the money.

    Attributes
    ----------
    label : str
        Expiry and settlement.
    maturity : float
        In years.
    volatility, slope, curvature : float
        sigma, d sigma / dk and d2 sigma / dk2 at k = 0.
    slope_error : float
        Standard error of the slope, from the residuals (heteroskedastic).
    quotes : int
        Quotes within the bandwidth.
    """

    label: str
    maturity: float
    volatility: float
    slope: float
    curvature: float
    slope_error: float
    quotes: int


def at_the_money(smile: Smile, bandwidth: float = 1.0, degree: int = 3) -> AtTheMoney:
    """Regress a smile near the money.

    Parameters
    ----------
    smile : Smile
    bandwidth : float
        b above, in standard deviations at the money.
    degree : int
        Of the polynomial, at least two.

    Raises
    ------
    ParameterError
        `bandwidth` is not positive or `degree` below two.
    DataError
        Quotes do not lie on both sides of the forward, or too few are within the bandwidth.
    """
    if not (bandwidth > 0 and degree >= 2):
        raise ParameterError(
            f"expected bandwidth > 0 and degree >= 2; got {bandwidth!r}, {degree!r}"
        )
    k, volatility = smile.log_moneyness, smile.implied_volatility
    if not (k[0] < 0 < k[-1]):
        raise DataError(
            f"{smile.label}: expected quotes on both sides of the forward; log-moneyness runs from "
            f"{k[0]:.4g} to {k[-1]:.4g}"
        )
    reach = bandwidth * float(np.interp(0.0, k, volatility)) * np.sqrt(smile.maturity)
    near = np.abs(k) < reach
    if np.sum(near) < degree + 1 + _SPARE or not (np.any(k[near] < 0) and np.any(k[near] > 0)):
        raise DataError(
            f"{smile.label}: expected {degree + 1 + _SPARE} quotes around the money within "
            f"|k| < {reach:.3g}; got {np.sum(near)}"
        )
    half_spread = 0.5 * (smile.ask_volatility - smile.bid_volatility)[near]
    root_weight = np.sqrt(1 - (k[near] / reach) ** 2) / np.maximum(half_spread, _LEAST_HALF_SPREAD)
    powers = np.vander(k[near] / reach, degree + 1, increasing=True)
    design, target = powers * root_weight[:, None], volatility[near] * root_weight
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ target
    residuals = target - design @ coefficients
    spare = residuals.size / (residuals.size - degree - 1)
    error = np.sqrt(spare * np.sum((inverse[1] * residuals) ** 2))
    return AtTheMoney(
        label=smile.label,
        maturity=smile.maturity,
        volatility=float(coefficients[0]),
        slope=float(coefficients[1] / reach),
        curvature=float(2 * coefficients[2] / reach**2),
        slope_error=float(error / reach),
        quotes=int(np.sum(near)),
    )


def skew_term_structure(
    surface: OptionSurface, bandwidth: float = 1.0, degree: int = 3
) -> tuple[tuple[AtTheMoney, ...], tuple[str, ...]]:
    """Regress every smile of a surface near the money.

    Parameters
    ----------
    surface : OptionSurface
    bandwidth, degree
        As in `at_the_money`.

    Returns
    -------
    points : tuple of AtTheMoney
        By maturity.
    left_out : tuple of str
        For each smile that could not be regressed, which and why.
    """
    points, left_out = [], []
    for smile in surface:
        try:
            points.append(at_the_money(smile, bandwidth, degree))
        except DataError as error:
            left_out.append(str(error))
    return tuple(points), tuple(left_out)
