r"""Knows digital spread options that pay one of the assets, by source 004's arbitrage fit: 2.1.

With D = S_i - S_j and the measure Q_l of numeraire S_l,

    E[S_l 1(D > K)] = F_l Q_l(D > K),   E^{Q_i} D = E S_i^2 / F_i - E S_i S_j / F_i,
                                        E^{Q_j} D = E S_i S_j / F_j - E S_j^2 / F_j.

Under either measure D is given a normal Heston law about that mean, which is exact here, from the
joint characteristic function; (157) and (161) print its lognormal approximation. One triplet (V_0H,
nu_H, rho_H) for both measures, or two, minimise the squared breach of

    F_i Q_i(D > K) - F_j Q_j(D > K) - K Q(D > K) = E (D - K)^+

at strikes K, (164)-(169) with signs corrected, each weighted by its normal vega. The relation sees
only the difference of the two digitals: what is common to both it leaves to the law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from rmot.errors import CalibrationError, ParameterError
from rmot.models.normal_law import NormalHeston
from rmot.models.rough_factor import RoughFactorModel
from rmot.numerics.bachelier import bachelier_vega
from rmot.spread.alpha.bilog import check_spread_option
from rmot.spread.alpha.effective import LARGEST_CORRELATION, SquareRootParameters
from rmot.spread.alpha.projection import Mode, SpreadProjection, project_spread

Vector = NDArray[np.float64]
Triplets = Literal[1, 2]

STRIKES, WIDTH = 9, 1.5
_NEARNESS = 1e-2
"""How much two triplets that differ by e cost, in root mean squared breaches of a deviation."""
_BOUNDS = np.array([1.5, 3.0, 3.0])
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class ArbitrageDigitals:
    """Digitals on D = S_i - S_j that pay S_i, S_j or 1.

    Attributes
    ----------
    forwards : tuple of float
        F_i and F_j.
    means : tuple of float
        Of D under Q_i and Q_j.
    laws : tuple of SquareRootParameters
        Of D about them; the same twice with one triplet.
    projection : SpreadProjection
        What prices the spread option and the digital that pays 1.
    strikes : ndarray
        Of the fit.
    breach : float
        Root mean squared breach of the arbitrage relation at these.
    """

    forwards: tuple[float, float]
    means: tuple[float, float]
    laws: tuple[SquareRootParameters, SquareRootParameters]
    projection: SpreadProjection
    strikes: Vector
    breach: float

    def pays_first(self, strikes: ArrayLike) -> Vector:
        """Return E[S_i 1(S_i - S_j > K)], of the strikes' shape."""
        return self._pays(0, strikes)

    def pays_second(self, strikes: ArrayLike) -> Vector:
        """Return E[S_j 1(S_i - S_j > K)], of the strikes' shape."""
        return self._pays(1, strikes)

    def pays_one(self, strikes: ArrayLike) -> Vector:
        """Return the probability of S_i - S_j > K by the projection, of the strikes' shape."""
        return self.projection.options(strikes).digital

    def arbitrage(self, strikes: ArrayLike) -> Vector:
        """Return what the four prices lack of their relation, (173)."""
        k, _ = check_spread_option(strikes, self.projection.maturity)
        own = self.projection.options(k)
        return self.pays_first(k) - self.pays_second(k) - k * own.digital - own.call

    def _pays(self, which: int, strikes: ArrayLike) -> Vector:
        maturity = self.projection.maturity
        k, _ = check_spread_option(strikes, maturity)
        law = NormalHeston(**self.laws[which].law)
        digital = law.options(k, maturity, forward=self.means[which]).digital
        return self.forwards[which] * digital


def arbitrage_digitals(
    assets: RoughFactorModel,
    i: int,
    j: int,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    mode: Mode = 1,
    triplets: Triplets = 1,
    nearness: float = _NEARNESS,
) -> ArbitrageDigitals:
    """Return digitals on S_i - S_j that are free of arbitrage with its projected spread options.

    Parameters
    ----------
    assets : RoughFactorModel
        With H = 1/2.
    i, j : int
        Assets, numbered from 0.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    mode : {0, 1, 2}
        Of the projection.
    triplets : {1, 2}
        One law about both means, or one each, held near the former and to each other.
    nearness : float
        How strongly, > 0: the cost of parameters that differ by one.

    Raises
    ------
    ParameterError
        If an argument is outside its domain, a factor is rough, all exposures cancel, or a second
        moment of the assets is infinite.
    CalibrationError
        If a search does not end.
    """
    if triplets not in (1, 2):
        raise ParameterError(f"triplets must be 1 or 2; got {triplets!r}")
    if not (nearness > 0.0 and math.isfinite(nearness)):
        raise ParameterError(f"nearness must be positive and finite; got {nearness!r}")
    projection = project_spread(assets, i, j, maturity, forwards=forwards, mode=mode)
    f = (float(np.asarray(forwards)[0]), float(np.asarray(forwards)[1]))
    means = numeraire_means(assets.select([i, j]), f, maturity)
    deviation = projection.parameters.normal_volatility * math.sqrt(maturity)
    moneyness = deviation * np.linspace(-WIDTH, WIDTH, STRIKES)
    strikes = projection.forward + moneyness
    vega = bachelier_vega(moneyness, projection.parameters.normal_volatility, maturity)
    weights = np.sqrt(vega / vega.mean())
    start = projection.parameters
    found = ArbitrageDigitals(f, means, (start, start), projection, strikes, math.nan)
    own = projection.options(strikes)
    known = strikes * own.digital + own.call

    def moved(x: Vector) -> ArbitrageDigitals:
        laws = [_moved(start, each) for each in x.reshape(-1, 3)]
        return replace(found, laws=(laws[0], laws[-1]))

    def breaches(x: Vector) -> Vector:
        digitals = moved(x)
        parts = digitals.pays_first(strikes) - digitals.pays_second(strikes)
        return weights * (parts - known) / deviation / math.sqrt(STRIKES)

    best = _search(breaches, np.zeros(3))
    if triplets == 2:
        one = best

        def held(x: Vector) -> Vector:
            apart = np.concatenate([x - np.tile(one, 2), x[:3] - x[3:]])
            return np.concatenate([breaches(x), nearness * apart / math.sqrt(apart.size)])

        best = _search(held, np.tile(one, 2))
    found = moved(best)
    return replace(found, breach=float(np.sqrt(np.mean(found.arbitrage(strikes) ** 2))))


def numeraire_means(
    pair: RoughFactorModel, forwards: tuple[float, float], maturity: float
) -> tuple[float, float]:
    """Return the mean of S_1 - S_2 with S_1 and with S_2 as numeraire, exactly.

    Raises
    ------
    ParameterError
        If a second moment is infinite.
    """
    orders = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    logs = pair.log_characteristic_function(-1j * orders, maturity)
    first, both, second = np.exp(logs.real).tolist()
    return forwards[0] * first - forwards[1] * both, forwards[0] * both - forwards[1] * second


def _moved(start: SquareRootParameters, x: Vector) -> SquareRootParameters:
    """Return parameters moved by logarithms of V_0H and nu_H, and by the angle of rho_H."""
    level, nu = math.exp(2.0 * x[0]), math.exp(x[1])
    angle = math.atanh(start.correlation / LARGEST_CORRELATION * (1.0 - 1e-9))
    return replace(
        start,
        initial_variance=start.initial_variance * level,
        long_run_variance=start.long_run_variance * level,
        vol_of_vol=start.vol_of_vol * nu * math.sqrt(level),
        correlation=LARGEST_CORRELATION * math.tanh(angle + x[2]),
    )


def _search(residuals, start: Vector) -> Vector:
    bounds = np.tile(_BOUNDS, start.size // 3)
    found = least_squares(
        residuals,
        start,
        bounds=(-bounds, bounds),
        xtol=_TOLERANCE,
        ftol=_TOLERANCE,
        gtol=_TOLERANCE,
    )
    if not found.success:
        raise CalibrationError(f"the arbitrage fit does not end: {found.message}")
    return found.x
