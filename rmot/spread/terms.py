"""Knows the mean of the positive part of up to three signed products of powers of prices.

    E [prod_i S_i^{w_i} (sum_l c_l prod_i S_i^{p_li})^+],

c_l of either sign, cash being a product of no powers; with the power 0 in place of 1 it is the
mean of the weight where the sum is positive.

One or two of three terms have the sign of the payoff; by parity, x^+ = x + (-x)^+, it is always
one, which the others reduce: `rmot.numerics.fourier_two_assets` prices that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models.protocol import JointLaw
from rmot.numerics.fourier_two_assets import DominatedSum, dominated_sum

Vector = NDArray[np.float64]

_MOST_TERMS = 3
_FORWARD_ACCURACY = 1e-12


@dataclass(frozen=True, eq=False)
class Term:
    """c prod_i S_i^{p_i}, with forwards 1.

    Attributes
    ----------
    size : float
        c, of either sign.
    powers : ndarray, shape (n_assets,)
        p.
    """

    size: float
    powers: Vector


def cash(size: float, n_assets: int) -> Term:
    """Return an amount that no price moves."""
    return Term(size, np.zeros(n_assets))


def positive_part(
    assets: JointLaw,
    terms: list[Term],
    maturity: float,
    tolerance: float,
    *,
    weight: Vector | None = None,
    power: int = 1,
    differentiate: bool = False,
) -> DominatedSum:
    """Return the mean of the positive part of a sum of terms at maturity.

    Parameters
    ----------
    assets : JointLaw
    terms : list of Term
        At most three that are not 0.
    maturity : float
        T > 0 in years.
    tolerance : float
        Admissible absolute error.
    weight : ndarray, shape (n_assets,), optional
        Powers of prices that the positive part is multiplied by.
    power : {1, 0}
        Of the positive part; 0 is its sign.
    differentiate : bool
        With power 1 alone.

    Returns
    -------
    DominatedSum
        The gradient, shape (n_assets + parameters,), holds derivatives in logarithms of forwards
        and then in the law's parameters; nan unless asked for.

    Raises
    ------
    ParameterError
        If more than three terms are not 0.
    AccuracyError
        If the tolerance is not reached.
    """
    positive = [term for term in terms if term.size > 0.0]
    negative = [term for term in terms if term.size < 0.0]
    if len(positive) + len(negative) > _MOST_TERMS:
        raise ParameterError(f"expected at most {_MOST_TERMS} terms; got {len(terms)}")
    if differentiate and power == 0:
        raise ParameterError("expected power 1 where derivatives are wanted; got 0")
    n = assets.n_assets + len(assets.parameters)
    claim = _Claim(assets, np.zeros(assets.n_assets) if weight is None else weight, power)
    mirrored = len(positive) > 1 and len(negative) == 1
    leading, others = (negative, positive) if mirrored else (positive, negative)
    if leading and others:
        given = (claim, leading[0], others, maturity, tolerance, differentiate)
        try:
            found = _dominated(*given)
        except AccuracyError:
            far = _nearly_certain(*given)
            if far is None:
                raise
            found = far
    else:
        found = DominatedSum(0.0, 0.0, np.zeros(n))
    value, gradient = found.value, found.gradient if differentiate else np.full(n, np.nan)
    certain = mirrored or not negative
    if power == 0:
        # the sum is positive where its negative is not
        whole = claim.mean(cash(1.0, assets.n_assets), maturity, False)[0] if certain else 0.0
        return DominatedSum(whole - value if mirrored else whole + value, found.error, gradient)
    # all of one sign, or the parity of what was mirrored
    for term in terms if certain else ():
        mean, slopes = claim.mean(term, maturity, differentiate)
        value, gradient = value + mean, gradient + slopes
    return DominatedSum(value, found.error, gradient)


@dataclass(frozen=True, eq=False)
class _Claim:
    """What the positive part is multiplied by, and its power."""

    assets: JointLaw
    weight: Vector
    power: int

    def mean(self, term: Term, maturity: float, differentiate: bool) -> tuple[float, Vector]:
        """Return the mean of a term times the weight, and its derivatives."""
        return _mean(
            self.assets, Term(term.size, term.powers + self.weight), maturity, differentiate
        )


def _mean(
    assets: JointLaw, term: Term, maturity: float, differentiate: bool
) -> tuple[float, Vector]:
    """Return the mean of a term, and its derivatives."""
    values, error, slopes = assets.estimated_log_transform(
        -1j * term.powers[None, :].astype(np.complex128),
        maturity,
        _FORWARD_ACCURACY,
        differentiate=differentiate,
    )
    if not error[0] <= 10.0 * _FORWARD_ACCURACY:
        raise AccuracyError(f"the forward of a basket is known to {error[0]:.1e} only")
    mean = term.size * float(np.exp(values[0].real))
    if not differentiate:
        return mean, np.zeros(assets.n_assets + len(assets.parameters))
    return mean, mean * np.concatenate([term.powers, slopes[:, 0].real])


def _nearly_certain(
    claim: _Claim,
    leading: Term,
    others: list[Term],
    maturity: float,
    tolerance: float,
    differentiate: bool,
) -> DominatedSum | None:
    """Return E (A_0 - sum A_j)^+ as the mean where that is all but sure to be positive, or None.

    E (sum A_j - A_0)^+ is at most sum_j E (A_j - s_j A_0)^+ for any shares s of 1.
    """
    if len(others) == 1 or claim.power == 0:
        return None
    whole = sum(abs(term.size) for term in others)
    apart = [
        _dominated(
            claim,
            term,
            [Term(leading.size * abs(term.size) / whole, leading.powers)],
            maturity,
            0.1 * tolerance,
            False,
        )
        for term in others
    ]
    error = sum(each.value + each.error for each in apart)
    if error > tolerance:
        return None
    value, gradient = claim.mean(leading, maturity, differentiate)
    value, sign = abs(value), float(np.sign(leading.size))
    gradient = sign * gradient
    for term in others:
        mean, slopes = claim.mean(term, maturity, differentiate)
        value, gradient = value - abs(mean), gradient + sign * slopes
    return DominatedSum(value, error, gradient)


def _dominated(
    claim: _Claim,
    leading: Term,
    others: list[Term],
    maturity: float,
    tolerance: float,
    differentiate: bool,
) -> DominatedSum:
    assets, power = claim.assets, claim.power
    terms = [leading, *others]
    logs = np.log([abs(term.size) for term in terms])
    powers = np.array([term.powers for term in terms])

    def exponents(a: NDArray[np.complex128]) -> NDArray[np.complex128]:
        return np.concatenate([power + np.sum(a, axis=1, keepdims=True), -a], axis=1)

    def is_finite(a: Vector) -> bool:
        order = exponents(a[None, :].astype(np.complex128))[0].real @ powers + claim.weight
        try:
            return assets.has_moment(order, maturity)
        except AccuracyError:
            # too close to call is too close to use
            return False

    def log_moments(
        a: NDArray[np.complex128], admissible: Vector | float, slopes: bool
    ) -> tuple[NDArray[np.complex128], Vector, NDArray[np.complex128]]:
        p = exponents(a)
        order = p @ powers + claim.weight
        values, error, gradient = assets.estimated_log_transform(
            -1j * order, maturity, admissible, differentiate=slopes
        )
        if slopes:
            gradient = np.concatenate([order.T, gradient])
        return values + p @ logs, error, gradient

    deviations = np.abs(powers) @ assets.deviations(maturity)
    start = 1.0 / np.maximum(deviations[1:], deviations[0])
    try:
        return dominated_sum(
            log_moments, is_finite, start, tolerance, power=power, differentiate=differentiate
        )
    except AccuracyError as error:
        raise AccuracyError(f"option at maturity {maturity}: {error}") from error
