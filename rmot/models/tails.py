"""Knows which moments of a rough Heston price are finite, and the wings they imply.

E S_T^p is finite exactly if T < T*(p), where D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0, explodes,

    c0 = (p^2 - p)/2,   c1 = p rho nu - kappa,   c2 = nu^2/2,   alpha = H + 1/2:

S. Gerhold, C. Gerstenecker and A. Pinter, "Moment explosions in the rough Heston model", Decisions
in Economics and Finance 42 (2019). The wings follow from R. Lee, "The moment formula for implied
volatility at extreme strikes", Mathematical Finance 14 (2004).
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import check_maturity, check_range
from rmot.numerics.explosion import unit_explosion
from rmot.numerics.explosive_means import explosive_means
from rmot.numerics.fractional_riccati import riccati_means

_ACCEPTED = 1e-8
_WANTED = 1e-9
_NEAR = 0.3
_LARGEST_STEP = 3.0
_LARGEST_LOG = 80.0


def _first_explosive(side: int, vol_of_vol: float, correlation: float, reversion: float) -> float:
    """Return the p beyond which T*(p) is finite, inf times `side` where there is none.

    T*(p) = inf on the side's moments with c1 < 0 and c1^2 >= 4 c0 c2. That discriminant is concave
    in p and not negative at 0 and 1, so these moments end at its root, or c1 > 0 all along.
    """
    ratio = reversion / vol_of_vol
    if side > 0 and correlation >= ratio:
        return 1.0
    if side < 0 and reversion < 0.0:
        return 0.0
    square = (1.0 - correlation) * (1.0 + correlation)
    slope = 1.0 - 2.0 * correlation * ratio
    root = math.sqrt(slope * slope + 4.0 * square * ratio * ratio)
    if side > 0:
        if slope > 0.0:
            return (slope + root) / (2.0 * square) if square > 0.0 else math.inf
        return 2.0 * ratio * ratio / (root - slope)
    if slope > 0.0:
        return -2.0 * ratio * ratio / (slope + root)
    return -(root - slope) / (2.0 * square) if square > 0.0 else -math.inf


def _limiting_rate(hurst: float, vol_of_vol: float, reversion: float) -> float:
    """Return T*(p)^{-alpha} as p tends to infinity on the side where rho p -> -|p|.

    With rho = -1, S stays below a constant, and with rho = 1 above one, up to that time: nu
    (log S_T - log S_0) = -+ [I^{1-alpha} (V - V0) + kappa ∫ (V - theta)] - nu/2 ∫ V.
    """
    rate = 0.5 * vol_of_vol - reversion
    if rate <= 0.0:
        return 0.0
    return math.inf if hurst == 0.5 else rate * math.gamma(0.5 - hurst)


def _linear_coefficient(p: float, vol_of_vol: float, correlation: float, reversion: float) -> float:
    """Return b = c1 (c0 c2)^{-1/2} for p below 0 or above 1."""
    mean = 0.5 * vol_of_vol * math.sqrt(abs(p)) * math.sqrt(abs(p - 1.0))
    return (p * correlation * vol_of_vol - reversion) / mean


def _explosion_rate(
    p: float, hurst: float, vol_of_vol: float, correlation: float, reversion: float
) -> tuple[float, float]:
    """Return T*(p)^{-alpha} and its relative error for p below 0 or above 1."""
    mean = 0.5 * vol_of_vol * math.sqrt(abs(p)) * math.sqrt(abs(p - 1.0))
    b = _linear_coefficient(p, vol_of_vol, correlation, reversion)
    if b <= -2.0:
        return 0.0, 0.0
    solution = unit_explosion(b, hurst + 0.5, 1e-3)
    return mean / solution.power, (hurst + 0.5) * solution.error


def _known_rate(
    p: float, hurst: float, vol_of_vol: float, correlation: float, reversion: float
) -> float:
    """Return T*(p)^{-alpha}, 0 where it is too small to be known."""
    if 0.0 <= p <= 1.0:
        return 0.0
    try:
        return _explosion_rate(p, hurst, vol_of_vol, correlation, reversion)[0]
    except AccuracyError:
        return 0.0


def _critical_moment(
    side: int,
    hurst: float,
    vol_of_vol: float,
    correlation: float,
    reversion: float,
    maturity: float,
) -> float:
    first = _first_explosive(side, vol_of_vol, correlation, reversion)
    target = maturity ** -(hurst + 0.5)
    if math.isinf(first):
        return first
    if correlation * side == -1.0 and target >= _limiting_rate(hurst, vol_of_vol, reversion):
        return side * math.inf

    def excess(x: float) -> float:
        # T*^{-alpha} is nearly proportional to the distance from the first explosive moment
        try:
            rate, _ = _explosion_rate(
                first + side * math.exp(x), hurst, vol_of_vol, correlation, reversion
            )
        except AccuracyError:
            return -math.inf
        return math.log(rate / target) if rate > 0.0 else -math.inf

    def refuse() -> AccuracyError:
        return AccuracyError(
            f"critical moment on side {side:+d} was wanted to {_ACCEPTED:.0e}: T*(p) = {maturity!r}"
            f" years is too close to where moments stop exploding, p = {first!r} or infinity"
        )

    x = math.log(max(1.0, abs(first)))
    low, high = (-math.inf, -math.inf), (math.inf, math.inf)
    while not (math.isfinite(low[1]) and math.isfinite(high[1])):
        value = excess(x)
        if value > 0.0:
            high = (x, value)
        else:
            low = (x, value)
        step = min(_LARGEST_STEP, max(0.1, 1.2 * abs(value)))
        if math.isinf(high[0]):
            x += step
        elif math.isinf(low[0]) or math.isfinite(low[1]):
            x -= step
        else:
            x = 0.5 * (low[0] + high[0])
        if abs(x) > _LARGEST_LOG or high[0] - low[0] < 1e-6:
            raise refuse()
    # a quarter of a second to import, and prices do without
    from scipy.optimize import root_scalar

    x = root_scalar(excess, bracket=(low[0], high[0]), method="brentq", xtol=1e-12).root
    p = first + side * math.exp(x)
    _, error = _explosion_rate(p, hurst, vol_of_vol, correlation, reversion)
    slope = (high[1] - low[1]) / (high[0] - low[0])
    if error / slope * math.exp(x) > _ACCEPTED * abs(p):
        raise refuse()
    return p


def critical_moments(
    hurst: float,
    vol_of_vol: float,
    correlation: float,
    mean_reversion: float,
    maturity: float,
) -> tuple[float, float]:
    """Return the ends of the interval of p with E S_T^p finite in the rough Heston model.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2].
    vol_of_vol : float
        nu > 0, absolute.
    correlation : float
        rho in [-1, 1].
    mean_reversion : float
        kappa; below 0 under a numeraire alone.
    maturity : float
        T > 0 in years.

    Returns
    -------
    p_minus, p_plus : float
        p_minus < 0 and p_plus > 1, to a relative accuracy of 1e-8. p_plus = inf if rho = -1, since
        S_T is then bounded. p_minus = -inf if rho = 1 and T^{-alpha} >= Gamma(1/2 - H) (nu/2 -
        kappa), since S_T is then bounded away from 0; in the other case of H = 1/2 that is
        nu <= 2 kappa.

    Raises
    ------
    ParameterError
        If a parameter is outside its domain.
    AccuracyError
        If 1e-8 is not reached.
    """
    check_range("hurst", hurst, 0.0, 0.5, closed_high=True)
    check_range("vol_of_vol", vol_of_vol, 0.0, math.inf)
    check_range("correlation", correlation, -1.0, 1.0, closed_low=True, closed_high=True)
    check_range("mean_reversion", mean_reversion, -math.inf, math.inf)
    maturity = check_maturity(maturity)
    given = (hurst, vol_of_vol, correlation, mean_reversion, maturity)
    return _critical_moment(-1, *given), _critical_moment(1, *given)


def log_moment(
    p: ArrayLike,
    hurst: float,
    vol_of_vol: float,
    correlation: float,
    mean_reversion: float,
    initial_variance: float,
    variance_drift: float,
    maturity: float,
) -> NDArray[np.complex128]:
    """Return log E S_T^p in the rough Heston model, up to the critical moments.

    Parameters
    ----------
    p : array_like of complex
        Real parts between the critical moments. Those nearest to one are best given together,
        alone: all are solved on a grid that suits the mean of the extreme real parts.
    hurst, vol_of_vol, correlation, mean_reversion : float
        H in (0, 1/2], nu > 0, rho in [-1, 1], kappa.
    initial_variance, variance_drift : float
        V_0 and kappa theta.
    maturity : float
        T > 0 in years.

    Returns
    -------
    complex ndarray, shape of p
        To a relative accuracy of 1e-8.

    Raises
    ------
    ParameterError
        If a real part is beyond the critical moments.
    AccuracyError
        If 1e-8 is not reached.
    """
    moments = np.asarray(p, dtype=np.complex128)
    # at 0 and 1 the log moment is 0
    flat = moments[moments * (moments - 1.0) != 0.0]
    out = np.zeros(moments.shape, dtype=np.complex128)
    if flat.size == 0:
        return out
    alpha = hurst + 0.5
    c0 = 0.5 * flat * (flat - 1.0)
    c1 = flat * correlation * vol_of_vol - mean_reversion
    c2 = 0.5 * vol_of_vol**2
    middle = 0.5 * (float(flat.real.min()) + float(flat.real.max()))
    given = (hurst, vol_of_vol, correlation, mean_reversion)
    for end in (float(flat.real.min()), float(flat.real.max())):
        if _known_rate(end, *given) * maturity**alpha >= 1.0:
            raise ParameterError(f"the moment p = {end!r} is infinite at {maturity!r} years")
    rate = _known_rate(middle, *given)
    if rate * maturity**alpha > _NEAR:
        solution = unit_explosion(_linear_coefficient(middle, *given[1:]), alpha)
        step = 1e-4 * max(1.0, abs(middle))
        slope = (_explosion_rate(middle + step, *given)[0] - rate) / step
        mean_h, mean_source, error = explosive_means(
            c0,
            c1,
            c2,
            maturity,
            solution,
            rate ** (-1.0 / alpha),
            1.0 + slope / rate * (flat - middle),
            _WANTED,
        )
    else:
        mean_h, mean_source, error = riccati_means(
            c0, c1, c2, alpha, maturity, _WANTED * np.abs(c0).astype(float)
        )
        error = error / np.maximum(np.abs(mean_source), 1e-300)
    if not np.all(error <= _ACCEPTED):
        raise AccuracyError(
            f"log moment reaches {np.max(error):.1e} around p = {middle!r}; {_ACCEPTED:.0e} was "
            "wanted: is the moment finite?"
        )
    values = maturity * (variance_drift * mean_h + initial_variance * mean_source)
    out[moments * (moments - 1.0) != 0.0] = values
    return out


def lee_slopes(p_minus: float, p_plus: float) -> tuple[float, float]:
    """Return the limits of implied variance times maturity over |k| as k -> -inf and k -> inf.

    With psi(q) = 2 - 4 ((q^2 + q)^{1/2} - q) they are psi(-p_minus) and psi(p_plus - 1); q is the
    highest order with E S^{-q}, or E S^{1+q}, finite.

    Parameters
    ----------
    p_minus, p_plus : float
        Critical moments, p_minus <= 0 and p_plus >= 1; infinite ones are allowed.

    Returns
    -------
    left, right : float
        In [0, 2].

    Raises
    ------
    ParameterError
        If a critical moment is out of its range.
    """
    if not (p_minus <= 0.0 and p_plus >= 1.0):
        raise ParameterError(f"expected p_minus <= 0 and p_plus >= 1; got {p_minus!r}, {p_plus!r}")
    return _lee_slope(-p_minus), _lee_slope(p_plus - 1.0)


def _lee_slope(q: float) -> float:
    # 2 - 4 (sqrt(q^2 + q) - q) = 2 / (sqrt(q + 1) + sqrt(q))^2 without cancellation
    return 2.0 / (math.sqrt(q + 1.0) + math.sqrt(q)) ** 2
