r"""One discount curve for all options of one close, pooled from the slices' own parity lines.

With continuously compounded rates :math:`D(T) = e^{-r(T)\,T}` and r piecewise linear between
knots and flat before the first, :math:`-\log D_i = T_i\,r(T_i) + u_i` is a linear regression over
slices. A slice's standard error :math:`s_i` sees the scatter about its line, but not a tilt that
all its strikes share: mids lean within the bid–ask width. So

.. math:: \operatorname{var} u_i = s_i^2 + \gamma^2 h_i^2,

where :math:`h_i` tilts the line by half the median width at its ends. The disagreement
:math:`\gamma` is estimated between slices by the generalised Q statistic of Paule and Mandel [1]
[2], bounded by Huber's function as in his Proposal 2 [3], with which the rates are fitted as well.
Slices of one underlying and settlement lean alike: their errors' correlation is estimated from
pairs of residuals and enters the rates' covariance.

References
----------
.. [1] R. C. Paule, J. Mandel, "Consensus values and weighting factors", *J. Res. Natl. Bur.
   Stand.* 87 (1982) 377–385.
.. [2] R. DerSimonian, R. Kacker, "Random-effects model for meta-analysis of clinical trials: an
   update", *Contemp. Clin. Trials* 28 (2007) 105–114.
.. [3] P. J. Huber, E. M. Ronchetti, *Robust Statistics*, 2nd ed., Wiley 2009, sections 6.4, 7.8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.parity import ParityFit

if TYPE_CHECKING:
    import pandas as pd

    from rmot.market.surface import OptionSurface, Smile

Vector = NDArray[np.float64]

TENORS: Final = (1 / 12, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Years at which the curve may have a knot."""
SLICES_PER_KNOT: Final = 3

_HUBER = 1.345
_ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class DiscountCurve:
    """A pooled discount curve and how well it is known.

    Attributes
    ----------
    valuation : datetime
    knot, knot_rate : ndarray, shape (p,)
        Years, and continuously compounded rates per year.
    covariance : ndarray, shape (p, p)
        Of the rates.
    disagreement : float
        The gamma above: the between-slice deviation as a part of what the bid–ask width resolves.
    shared : float
        Correlation of the errors of two slices of one underlying and settlement, in [0, 1).
    cochran_q, degrees_of_freedom : float, int
        Sum of squared residuals over the slices' own variances alone, at the rates that minimise
        it; of the size of the degrees of freedom if those variances told all.
    slices : DataFrame
        One row a slice: `underlying`, `label`, `maturity`, `discount_factor`, `standard_error`
        (its own), `lower`, `upper` (what its bid and ask allow), `pooled`, `pooled_error`,
        `left_out` (the curve without this slice) and `left_out_score` (the slice's distance from
        it in standard deviations).
    """

    valuation: datetime
    knot: Vector
    knot_rate: Vector
    covariance: Vector = field(repr=False)
    disagreement: float
    shared: float
    cochran_q: float
    degrees_of_freedom: int
    slices: pd.DataFrame = field(repr=False)

    def rate(self, maturity: ArrayLike) -> Vector:
        """Return the continuously compounded rate per year, of the shape of `maturity`."""
        return _basis(maturity, self.knot) @ self.knot_rate

    def rate_error(self, maturity: ArrayLike) -> Vector:
        """Return the rate's standard error."""
        basis = _basis(maturity, self.knot)
        return np.sqrt(np.einsum("...i,ij,...j->...", basis, self.covariance, basis))

    def discount_factor(self, maturity: ArrayLike) -> Vector:
        """Return D, of the shape of `maturity` (in years)."""
        return np.exp(-np.asarray(maturity, dtype=float) * self.rate(maturity))

    def discount_factor_error(self, maturity: ArrayLike) -> Vector:
        """Return the standard error of D."""
        years = np.asarray(maturity, dtype=float)
        return self.discount_factor(years) * years * self.rate_error(years)


def pool_discounts(
    surfaces: Iterable[OptionSurface], knots: Sequence[float] | None = None
) -> DiscountCurve:
    """Fit one curve to the discount factors of all slices.

    Parameters
    ----------
    surfaces : iterable of OptionSurface
        Of one valuation, with discount factors from each slice's own regression; smiles whose
        discount factor was given, or that have none, are left out.
    knots : sequence of float, optional
        Years, increasing. By default those of `TENORS` that have three slices or more since the
        previous knot, the last moved to the longest maturity.

    Returns
    -------
    DiscountCurve

    Raises
    ------
    DataError
        The surfaces were seen at different instants, or there are too few slices for the knots.
    ParameterError
        Knots that are not positive and increasing.
    """
    surfaces = tuple(surfaces)
    instants = {surface.valuation for surface in surfaces}
    if len(instants) != 1:
        seen = ", ".join(f"{instant:%Y-%m-%d %H:%M}" for instant in sorted(instants)) or "none"
        raise DataError(f"expected surfaces of one valuation; got {seen}")
    found = [
        (surface.underlying, smile)
        for surface in surfaces
        for smile in surface
        if isinstance(smile.parity, ParityFit) and not smile.parity.discount_factor_given
    ]
    maturity = np.array([smile.maturity for _, smile in found])
    knot = _default_knots(maturity) if knots is None else np.array(knots, dtype=float)
    if knot.ndim != 1 or not (knot.size and knot[0] > 0 and np.all(np.diff(knot) > 0)):
        raise ParameterError(f"expected knots that are positive and increasing; got {knots!r}")
    if maturity.size <= knot.size + 1:
        raise DataError(
            f"expected at least {knot.size + 2} slices with a discount factor of their own for "
            f"{knot.size} knots; got {maturity.size}"
        )
    data = _regression(found, maturity, knot)
    disagreement = _paule_mandel(data)
    variance = data.variance(disagreement)
    fit = _huber_fit(data.design, data.y, variance)
    shared, covariance = _covariance(data, fit, variance, disagreement)
    own = data.variance(0.0)
    plain = _weighted(data.design, data.y, 1.0 / own)
    return DiscountCurve(
        valuation=instants.pop(),
        knot=knot,
        knot_rate=fit.coefficients,
        covariance=covariance,
        disagreement=disagreement,
        shared=shared,
        cochran_q=float(np.sum((data.y - data.design @ plain) ** 2 / own)),
        degrees_of_freedom=maturity.size - knot.size,
        slices=_described(found, data, fit, variance, covariance),
    )


@dataclass(frozen=True, eq=False)
class _Regression:
    design: Vector
    y: Vector
    own_error: Vector
    resolution: Vector
    group: NDArray[np.intp]

    def variance(self, disagreement: float) -> Vector:
        return self.own_error**2 + (disagreement * self.resolution) ** 2


@dataclass(frozen=True, eq=False)
class _Fit:
    coefficients: Vector
    score: Vector
    weight: Vector


def _regression(found: list[tuple[str, Smile]], maturity: Vector, knot: Vector) -> _Regression:
    fits = [smile.require_parity() for _, smile in found]
    discount = np.array([fit.discount_factor for fit in fits])
    resolution = np.array([fit.slope_resolution for fit in fits]) / discount
    # Noiseless quotes have no error; a floor at rounding keeps their weights finite.
    floor = np.finfo(float).eps
    own_error = np.array([fit.discount_factor_error for fit in fits]) / discount
    groups = [f"{underlying} {smile.settlement}" for underlying, smile in found]
    return _Regression(
        design=maturity[:, None] * _basis(maturity, knot),
        y=-np.log(discount),
        own_error=np.maximum(own_error, floor),
        resolution=np.maximum(resolution, floor),
        group=np.unique(groups, return_inverse=True)[1],
    )


def _default_knots(maturity: Vector) -> Vector:
    knots: list[float] = []
    longest = float(np.max(maturity, initial=0.0))
    counted = 0
    for tenor in TENORS:
        within = int(np.count_nonzero(maturity <= tenor))
        if within - counted >= SLICES_PER_KNOT:
            knots.append(min(tenor, longest))
            counted = within
    return np.array([*knots[:-1], longest]) if longest > 0 else np.ones(1)


def _basis(maturity: ArrayLike, knot: Vector) -> Vector:
    """Return, shape (..., p), the hat functions of the knots, flat beyond both ends."""
    years = np.asarray(maturity, dtype=float)
    return np.stack([np.interp(years, knot, hat) for hat in np.eye(knot.size)], axis=-1)


def _weighted(design: Vector, y: Vector, weight: Vector) -> Vector:
    root = np.sqrt(weight)
    return np.asarray(np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0], dtype=float)


def _huber_fit(design: Vector, y: Vector, variance: Vector) -> _Fit:
    def weighted(weight: Vector) -> _Fit:
        coefficients = _weighted(design, y, weight / variance)
        score = (y - design @ coefficients) / np.sqrt(variance)
        return _Fit(coefficients, score, _HUBER / np.maximum(np.abs(score), _HUBER))

    fit = weighted(np.ones_like(y))
    for _ in range(_ITERATIONS):
        previous, fit = fit, weighted(fit.weight)
        if np.max(np.abs(fit.weight - previous.weight)) <= 1e-10:
            break
    return fit


def _paule_mandel(data: _Regression) -> float:
    """Return the gamma at which the bounded squared scores are as large as they should be."""
    from scipy.optimize import root_scalar

    n, n_coefficients = data.design.shape
    density = math.exp(-0.5 * _HUBER**2) / math.sqrt(2 * math.pi)
    outside = math.erfc(_HUBER / math.sqrt(2))
    expected = 1 - outside - 2 * _HUBER * density + _HUBER**2 * outside

    def excess(disagreement: float) -> float:
        score = _huber_fit(data.design, data.y, data.variance(disagreement)).score
        return float(np.sum(np.minimum(score**2, _HUBER**2)) - (n - n_coefficients) * expected)

    if excess(0.0) <= 0:
        return 0.0
    most = 1.0
    while excess(most) > 0:
        most *= 4
    found = root_scalar(excess, bracket=(0.0, most), method="brentq", xtol=1e-9 * most)
    return float(found.root)


def _covariance(
    data: _Regression, fit: _Fit, variance: Vector, disagreement: float
) -> tuple[float, Vector]:
    n, n_coefficients = data.design.shape
    bounded = fit.weight * fit.score
    same = (data.group[:, None] == data.group) & ~np.eye(n, dtype=bool)
    square = float(np.sum(bounded**2)) / (n - n_coefficients)
    pairs = np.count_nonzero(same)
    mean_product = float(np.sum(np.outer(bounded, bounded)[same])) / pairs if pairs else 0.0
    shared = min(max(mean_product / square, 0.0), 0.99) if square > 0 else 0.0
    lean = disagreement * data.resolution
    # The fit moves by A X' psi / sqrt(V) with A^-1 = m X' X / V; psi scatters less than a score.
    inside = max(float(np.mean(np.abs(fit.score) <= _HUBER)), 1.0 / n)
    scaled = data.design / variance[:, None]
    bread = np.linalg.pinv(data.design.T @ scaled, hermitian=True) / inside
    errors = np.diag(variance) + shared * same * np.outer(lean, lean)
    return shared, bread @ scaled.T @ errors @ scaled @ bread * square


def _described(
    found: list[tuple[str, Smile]],
    data: _Regression,
    fit: _Fit,
    variance: Vector,
    covariance: Vector,
) -> pd.DataFrame:
    import pandas as pd

    pooled = np.exp(-data.design @ fit.coefficients)
    pooled_variance = np.einsum("ij,jk,ik->i", data.design, covariance, data.design)
    # Without slice i the fit there is y_i - e_i / (1 - h_i), the others' weights as they are.
    scaled = data.design * (fit.weight / variance)[:, None]
    inverse = np.linalg.pinv(data.design.T @ scaled, hermitian=True)
    leverage = np.einsum("ij,jk,ik->i", scaled, inverse, data.design)
    error = fit.score * np.sqrt(variance)
    left_out = data.y - error / np.maximum(1.0 - leverage, np.finfo(float).eps)
    fits = [smile.require_parity() for _, smile in found]
    return pd.DataFrame(
        {
            "underlying": [underlying for underlying, _ in found],
            "label": [smile.label for _, smile in found],
            "maturity": [smile.maturity for _, smile in found],
            "discount_factor": [each.discount_factor for each in fits],
            "standard_error": [each.discount_factor_error for each in fits],
            "lower": [each.discount_factor_interval[0] for each in fits],
            "upper": [each.discount_factor_interval[1] for each in fits],
            "pooled": pooled,
            "pooled_error": pooled * np.sqrt(pooled_variance),
            "left_out": np.exp(-left_out),
            "left_out_score": (left_out - data.y) / np.sqrt(variance + pooled_variance),
        }
    )
