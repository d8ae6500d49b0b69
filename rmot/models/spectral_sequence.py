r"""Knows spectral sequences of source 004, (36)-(54), and how they change with the numeraire.

.. math:: \frac{dX}{X} = \sum_k \gamma_k V_k\,dt + \sum_k \alpha_k \sqrt{V_k}\,dW_k, \qquad
          dV_k = (\lambda_k\theta_k - \lambda_k V_k)\,dt + \nu_k \sqrt{V_k}\,dB_k,

written {gamma_k, alpha_k, C_k}, the colour C_k = nu_k (rho_k + i (1 - rho_k^2)^{1/2}) holding both
numbers of the noise. Under the numeraire X with gamma = 0 each W_k gains alpha_k V_k^{1/2} dt: an
asset with loadings a_k has the drift a_k alpha_k, and V_k's reversion becomes lambda_k - rho_k nu_k
alpha_k while lambda_k theta_k stays, which the published operation (52) leaves out. So a sequence
carries both. The published (49) divides gamma_k by alpha_k less the asset's own loading, so that
its measure is another for each asset where gamma is not 0: that is refused, and the published
operation stands beside for comparison.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import check_maturity
from rmot.models.factor_marginal import check_factors
from rmot.models.rough_factor import RoughFactorModel
from rmot.models.variance_factor import SquareRootFactor

Vector = NDArray[np.float64]


def colour(vol_of_vol: float, correlation: float) -> complex:
    """Return nu (rho + i (1 - rho^2)^{1/2}): nu and rho again as its modulus and cosine.

    Raises
    ------
    ParameterError
        If nu is negative or rho not a correlation.
    """
    _check_noise(vol_of_vol, correlation)
    return vol_of_vol * complex(correlation, math.sqrt(1.0 - correlation**2))


def noise(value: complex) -> tuple[float, float]:
    """Return (nu, rho) of a colour; the colour 0 is the residual, with rho = 0.

    Raises
    ------
    ParameterError
        If the colour is in the lower half plane, or not finite: no noise has it.
    """
    if not cmath.isfinite(value) or value.imag < 0.0:
        raise ParameterError(f"a colour is a finite number of the upper half plane; got {value!r}")
    size = abs(value)
    return size, (value.real / size if size > 0.0 else 0.0)


def published_colour(vol_of_vol: float, correlation: float) -> complex:
    """Return nu e^{i pi rho} as source 004 prints it, (32): rho = -1 and 1 have the same."""
    _check_noise(vol_of_vol, correlation)
    return vol_of_vol * cmath.exp(1j * math.pi * correlation)


def _check_noise(vol_of_vol: float, correlation: float) -> None:
    if not (vol_of_vol >= 0.0 and math.isfinite(vol_of_vol)):
        raise ParameterError(f"vol_of_vol must be >= 0 and finite; got {vol_of_vol!r}")
    if not -1.0 <= correlation <= 1.0:
        raise ParameterError(f"correlation must lie in [-1, 1]; got {correlation!r}")


def published_drift(loadings: ArrayLike, drift: ArrayLike, numeraire: ArrayLike) -> Vector:
    """Return a_ik (alpha_k - gamma_k / (alpha_k - a_ik)) as printed in (52), with 0/0 = 0.

    Parameters
    ----------
    loadings : array_like, shape (..., n_factors)
        a_ik of assets.
    drift, numeraire : array_like, shape (n_factors,)
        gamma_k and alpha_k of the numeraire.

    Raises
    ------
    ParameterError
        Where alpha_k = a_ik and gamma_k is not 0, which has no solution.
    """
    a, gamma, alpha = np.broadcast_arrays(
        np.asarray(loadings, dtype=np.float64),
        np.asarray(drift, dtype=np.float64),
        np.asarray(numeraire, dtype=np.float64),
    )
    gap = alpha - a
    if np.any((gap == 0.0) & (gamma != 0.0)):
        raise ParameterError("a loading equals the numeraire's where that drifts: no solution")
    ratio = np.where(gamma == 0.0, 0.0, gamma / np.where(gap == 0.0, 1.0, gap))
    return a * (alpha - ratio)


@dataclass(frozen=True, eq=False)
class SpectralSequence:
    """An asset {gamma_k, alpha_k, C_k} on factors that carry (lambda_k, lambda_k theta_k).

    Parameters
    ----------
    drift : array_like, shape (n_factors,)
        gamma_k, per unit of V_k.
    loadings : array_like, shape (n_factors,)
        alpha_k.
    factors : sequence of VarianceFactor or DriftedFactor
        Their colours are `colours`; one without vol-of-vol is a residual.

    Raises
    ------
    ParameterError
        If shapes differ or a number is not finite.

    Examples
    --------
    Under its own numeraire a lognormal asset drifts by its variance, (53):

    >>> from rmot.models import VarianceFactor
    >>> flat = VarianceFactor(hurst=0.5, vol_of_vol=0.0, correlation=0.0, initial_variance=1.0,
    ...     mean_reversion=0.0, long_run_variance=0.0)
    >>> asset = SpectralSequence([0.0], [0.2], [flat])
    >>> asset.under(asset).drift.round(12).tolist()
    [0.04]
    """

    drift: Vector
    loadings: Vector
    factors: tuple[SquareRootFactor, ...]

    def __init__(self, drift: ArrayLike, loadings: ArrayLike, factors: object) -> None:
        given = check_factors(factors)
        for name, numbers in (("drift", drift), ("loadings", loadings)):
            row = np.array(numbers, dtype=np.float64)
            if row.shape != (len(given),) or not np.all(np.isfinite(row)):
                raise ParameterError(
                    f"expected {len(given)} finite numbers in {name}; got {row.tolist()}"
                )
            row.flags.writeable = False
            object.__setattr__(self, name, row)
        object.__setattr__(self, "factors", given)

    @property
    def colours(self) -> NDArray[np.complex128]:
        """C_k, shape (n_factors,)."""
        return np.array([colour(each.vol_of_vol, each.correlation) for each in self.factors])

    def under(self, numeraire: SpectralSequence) -> SpectralSequence:
        """Return the sequence under a numeraire that is a martingale here, (52) corrected.

        The numeraire's own drift is then alpha_k^2.

        Raises
        ------
        ParameterError
            If the factors are others, or the numeraire drifts: no one measure then serves all
            assets, and (49) names one for each.
        """
        if numeraire.factors != self.factors:
            raise ParameterError("expected a numeraire on the same factors")
        if np.any(numeraire.drift != 0.0):
            raise ParameterError(
                "expected a numeraire without drift; with "
                f"{numeraire.drift.tolist()} the change of measure depends on the asset"
            )
        factors = [
            factor.under(alpha)
            for factor, alpha in zip(self.factors, numeraire.loadings.tolist(), strict=True)
        ]
        return SpectralSequence(
            self.drift + self.loadings * numeraire.loadings, self.loadings, factors
        )

    def log_transform(self, s: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E (X_T / X_0)^s, shape of s.

        Raises
        ------
        ParameterError
            If the moment is infinite, as it may become under a numeraire.
        """
        power = np.asarray(s, dtype=np.complex128)
        maturity, flat = check_maturity(maturity), power.ravel()
        total = np.zeros(flat.size, np.complex128)
        for gamma, alpha, factor in zip(self.drift, self.loadings, self.factors, strict=True):
            second = flat * (alpha * alpha - 2.0 * gamma)
            for order in np.unique(flat.real):
                real = float(order * (alpha * alpha - 2.0 * gamma))
                if not factor.is_finite(float(order * alpha), real, maturity):
                    raise ParameterError(
                        f"the moment of order {order:.6g} is infinite at maturity {maturity}"
                    )
            total += factor.log_transform(flat * alpha, second, maturity, 1e-12)[0]
        return total.reshape(power.shape)


def sequences_of(assets: RoughFactorModel) -> list[SpectralSequence]:
    """Return the assets of a factor model, all martingales, as sequences."""
    nothing = np.zeros(assets.n_factors)
    return [SpectralSequence(nothing, row, assets.factors) for row in assets.loadings]
