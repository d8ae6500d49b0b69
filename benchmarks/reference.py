"""Knows rough Heston prices by a method of its own, and how far they can be trusted.

    C(k) = BS(k, w) - e^{k/2}/pi ∫_0^∞ Re[e^{-iuk} (phi - phi_BS)(u - i/2)] du / (u^2 + 1/4)

log phi is found at Chebyshev points of panels that double in u, by series and collocation on graded
elements (`volterra_elements`); its interpolant is integrated by Gauss panels short enough for the
oscillation, on a straight line, to where phi is negligible. Everything is done at two resolutions,
whose difference is the error stated. A. L. Lewis, "Option Valuation under Stochastic Volatility",
Finance Press (2000), chapter 2; O. El Euch and M. Rosenbaum, Mathematical Finance 29 (2019),
theorem 4.1. Nothing here comes from the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev

from benchmarks.black import otm_price, otm_volatility
from benchmarks.volterra_elements import Complex, Real, VolterraElements

SMALLEST_PRICE = 2e-8
"""Quotes below it are not asked for."""

_NEGLIGIBLE = np.log(1e-19)
_PANELS = 26
_PHASE = 12.0


@dataclass(frozen=True)
class Parameters:
    """Rough Heston with absolute vol-of-vol, field names as in `rmot.models.RoughHeston`."""

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float
    long_run_variance: float


@dataclass(frozen=True)
class _Resolution:
    nodes: int
    terms: int
    frequencies: int
    quadrature: int


_COARSE = _Resolution(nodes=16, terms=32, frequencies=14, quadrature=20)
_FINE = _Resolution(nodes=20, terms=38, frequencies=18, quadrature=26)


@dataclass(frozen=True)
class Smile:
    """Prices and volatilities at `log_moneyness`, with the differences of two resolutions.

    Attributes
    ----------
    log_moneyness, price, price_error, volatility, volatility_error : ndarray, shape (n,)
        Prices are out of the money, undiscounted, forward 1; volatilities are annual.
    """

    log_moneyness: Real
    price: Real
    price_error: Real
    volatility: Real
    volatility_error: Real


@lru_cache(maxsize=8)
def _solver(alpha: float, nodes: int, terms: int) -> VolterraElements:
    return VolterraElements(alpha, nodes, terms)


@lru_cache
def _gauss(count: int) -> tuple[Real, Real]:
    return np.polynomial.legendre.leggauss(count)


def log_characteristic_function(
    parameters: Parameters, u: Complex, maturity: float, *, nodes: int = 20, terms: int = 38
) -> Complex:
    """Return log E exp(iuX), X = log(S_T / F), at frequencies in the strip -1 <= Im u <= 0.

    Parameters
    ----------
    parameters : Parameters
    u : complex ndarray, shape (n,)
    maturity : float
        In years.
    nodes, terms : int
        Resolution: Gauss nodes on an element, terms of the series.

    Returns
    -------
    complex ndarray, shape (n,)
    """
    mean_h, mean_source = _solver(parameters.hurst + 0.5, nodes, terms).means(
        -0.5 * (u * u + 1j * u),
        1j * u * (parameters.correlation * parameters.vol_of_vol) - parameters.mean_reversion,
        0.5 * parameters.vol_of_vol**2,
        maturity,
    )
    level = parameters.mean_reversion * parameters.long_run_variance
    return maturity * (level * mean_h + parameters.initial_variance * mean_source)


def _panel_edges(log_phi: Callable[[Complex], Complex]) -> Real:
    """Edges 0, 1/4, 1/2, 1, ... up to where what is left out of the integral is negligible."""
    edges = 0.25 * 2.0 ** np.arange(_PANELS)
    at = log_phi(np.append(0.0, edges) - 0.5j).real
    heavier = np.maximum(at[1:], 4.0 * at[0] * (edges**2 + 0.25))
    last = int(np.argmax(heavier - np.log(edges) < _NEGLIGIBLE))
    if last == 0:
        raise ValueError("characteristic function does not decay within the largest frequency")
    return np.append(0.0, edges[: last + 1])


class Pricer:
    """Prices at one maturity and one resolution."""

    def __init__(self, parameters: Parameters, maturity: float, resolution: _Resolution) -> None:
        self._resolution = resolution

        def log_phi(u: Complex) -> Complex:
            return log_characteristic_function(
                parameters, u, maturity, nodes=resolution.nodes, terms=resolution.terms
            )

        self._edges = _panel_edges(log_phi)
        self.total_variance = float(-8.0 * log_phi(np.array([-0.5j])).real[0])
        points = chebyshev.chebpts1(resolution.frequencies)
        lower, width = self._edges[:-1], np.diff(self._edges)
        u = lower[:, None] + 0.5 * width[:, None] * (1.0 + points)
        values = log_phi(u.ravel().astype(complex) - 0.5j).reshape(u.shape)
        self._coefficients = np.linalg.solve(
            chebyshev.chebvander(points, resolution.frequencies - 1), values.T
        )

    def otm(self, k: Real) -> Real:
        """Return out-of-the-money prices at log-moneyness k, shape (n,)."""
        largest = float(np.max(np.abs(k)))
        price = otm_price(k, np.sqrt(self.total_variance))
        for panel in range(len(self._edges) - 1):
            u, weight = self._quadrature(panel, largest)
            # one block at a time keeps the matrix of exponentials small
            for block in range(0, len(u), 1 << 14):
                part = slice(block, block + (1 << 14))
                waves = np.exp(np.outer(k, -1j * u[part]))
                price -= np.exp(0.5 * k) / np.pi * (waves @ weight[part]).real
        return price

    def _quadrature(self, panel: int, largest: float) -> tuple[Real, Complex]:
        """Nodes in u, and weights times (phi - phi_BS) / (u^2 + 1/4)."""
        lower, upper = self._edges[panel : panel + 2]
        ends = chebyshev.chebval(np.array([-1.0, 1.0]), self._coefficients[:, panel])
        change = (upper - lower) * largest + abs(ends[1] - ends[0])
        pieces = int(np.ceil(change / _PHASE))
        x, w = _gauss(self._resolution.quadrature)
        centres = (2.0 * np.arange(pieces) + 1.0) / pieces - 1.0
        x = (centres[:, None] + x / pieces).ravel()
        u = 0.5 * (upper + lower) + 0.5 * (upper - lower) * x
        log_phi = chebyshev.chebval(x, self._coefficients[:, panel])
        log_black = -0.5 * self.total_variance * (u * u + 0.25)
        gap = log_phi - log_black
        # expm1 keeps digits where the two laws agree, and must not overflow where they do not
        above = gap.real > 0.0
        difference = np.where(
            above,
            -np.exp(log_phi) * np.expm1(np.where(above, -gap, 0.0)),
            np.exp(log_black) * np.expm1(np.where(above, 0.0, gap)),
        )
        weights = np.tile(w, pieces) * 0.5 * (upper - lower) / pieces
        return u, weights * difference / (u * u + 0.25)


def _last_quote(pricer: Pricer, side: float, tolerance: float = 1e-3) -> float:
    """About the largest |k| <= 1 at which a price exceeds the smallest one asked for."""
    if pricer.otm(np.array([side]))[0] > SMALLEST_PRICE:
        return 1.0
    low, high = 1e-4, 1.0
    while high > (1.0 + tolerance) * low:
        middle = float(np.sqrt(low * high))
        inside = pricer.otm(np.array([side * middle]))[0] > SMALLEST_PRICE
        low, high = (middle, high) if inside else (low, middle)
    return float(f"{0.99 * low:.3g}")  # two digits survive rounding elsewhere


def smile(
    parameters: Parameters, maturity: float, log_moneyness: Real | None = None, count: int = 50
) -> Smile:
    """Return a smile with the reference's own errors.

    Parameters
    ----------
    parameters : Parameters
    maturity : float
        In years.
    log_moneyness : ndarray, shape (n,), optional
        By default `count` points from end to end of the range, within [-1, 1], where the price of
        the out-of-the-money option exceeds 2e-8.
    count : int

    Returns
    -------
    Smile

    Raises
    ------
    NotConverged, ValueError
        The Riccati equation was not solved, or the characteristic function decays too slowly.
    """
    coarse = Pricer(parameters, maturity, _COARSE)
    if log_moneyness is None:
        low, high = (_last_quote(coarse, side) for side in (-1.0, 1.0))
        log_moneyness = np.linspace(-low, high, count)
    k = np.asarray(log_moneyness, dtype=float)
    price, rough = Pricer(parameters, maturity, _FINE).otm(k), coarse.otm(k)
    volatility = otm_volatility(price, k, maturity)
    return Smile(
        log_moneyness=k,
        price=price,
        price_error=np.abs(price - rough),
        volatility=volatility,
        volatility_error=np.abs(volatility - otm_volatility(rough, k, maturity)),
    )
