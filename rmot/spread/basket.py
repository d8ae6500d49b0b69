r"""Knows calls on a weighted sum of many prices, by quasi-Monte Carlo with exact control variates.

Prices with weights of one sign are gathered in a geometric mean, G_+ = c_+ prod S_i^{p_i} with p_i
their shares of the basket, those of the other sign in G_-. Options on G_+ - G_- - K are known
exactly by Fourier inversion (`terms`), as are the means of G_+, G_- and of each price. The payoff
is regressed on these, and their means are put in place of what was sampled: what chance and steps
of time do to the option on the geometric means is undone, and most of what they do to the basket
(A. Kemna and A. Vorst, "A pricing method for options based on average asset values", J. Banking &
Finance 14 (1990)). Each scrambling of the Sobol points gives an estimate of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.numerics.rough_variance_paths import STEPS
from rmot.spread.terms import Term, cash, positive_part
from rmot.spread.two_assets import check_weights, two_asset_call

Vector = NDArray[np.float64]

_CONTROL_TOLERANCE = 1e-7
"""Of the sum of |w_i| F_i."""


@dataclass(frozen=True)
class BasketPrices:
    """Undiscounted prices of one basket at several strikes, arrays of shape (n_strikes,).

    Attributes
    ----------
    strike, price : ndarray
    error : ndarray
        Estimated absolute error: the standard error over scramblings, what halving the number of
        steps changes, and the error of the control's exact price, added up.
    standard_error, step_change : ndarray
        The first two of these; 0 where the price is exact.
    deltas : ndarray, shape (n_strikes, n_assets)
        Derivatives in the forwards, nan unless asked for.
    loading_vegas : ndarray, shape (n_strikes, n_assets, n_factors)
        Derivatives in the loadings, nan unless asked for.
    deltas_error, loading_vegas_error : ndarray
        Their standard errors over scramblings; 0 where they are exact.
    """

    strike: Vector
    price: Vector
    error: Vector
    standard_error: Vector
    step_change: Vector
    deltas: Vector
    loading_vegas: Vector
    deltas_error: Vector
    loading_vegas_error: Vector


def basket_call_price(
    assets: RoughFactorModel,
    weights: ArrayLike,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = 1.0,
    n_paths: int = 2**14,
    scramblings: int = 8,
    steps: int = STEPS,
    seed: int = 0,
    differentiate: bool = False,
) -> BasketPrices:
    """Return E (w.S - K)^+ for weights of any sign: by Fourier inversion for one or two assets.

    Parameters
    ----------
    assets : RoughFactorModel
    weights : array_like, shape (n_assets,)
    strike : array_like, shape (n_strikes,) or ()
        Of any sign.
    maturity : float
        T > 0 in years.
    forwards : float or array_like, shape (n_assets,)
        Positive.
    n_paths, scramblings, steps, seed
        As for `simulated_basket_call`; not used where at most two weights are not 0.
    differentiate : bool
        Whether to return derivatives in forwards and loadings.

    Returns
    -------
    BasketPrices

    Raises
    ------
    ParameterError, AccuracyError
        As `two_asset_call` and `simulated_basket_call`.
    """
    w, f = check_weights(assets, weights, forwards)
    if np.count_nonzero(w) > 2:
        return simulated_basket_call(
            assets,
            w,
            strike,
            maturity,
            forwards=f,
            n_paths=n_paths,
            scramblings=scramblings,
            steps=steps,
            seed=seed,
            differentiate=differentiate,
        )
    k = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    found = [
        two_asset_call(assets, w, each, maturity, forwards=f, differentiate=differentiate)
        for each in k.tolist()
    ]
    shape = assets.loadings.shape
    return BasketPrices(
        k,
        np.array([each.price for each in found]),
        np.array([each.error for each in found]),
        np.zeros(k.size),
        np.zeros(k.size),
        np.array([each.deltas for each in found]),
        np.array([each.gradient[: assets.loadings.size].reshape(shape) for each in found]),
        np.zeros((k.size, w.size)),
        np.zeros((k.size, *shape)),
    )


def simulated_basket_call(
    assets: RoughFactorModel,
    weights: ArrayLike,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = 1.0,
    n_paths: int = 2**14,
    scramblings: int = 8,
    steps: int = STEPS,
    seed: int = 0,
    differentiate: bool = False,
) -> BasketPrices:
    """Return E (w.S - K)^+ by simulation, for any number of assets.

    Parameters
    ----------
    assets, weights, strike, maturity, forwards
        As for `basket_call_price`.
    n_paths : int
        All scramblings together.
    scramblings : int
        From 2; each has n_paths / scramblings Sobol points, a power of two.
    steps : int
        Even.
    seed : int
    differentiate : bool
        Whether to return pathwise derivatives in forwards and loadings, of the same estimate.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If steps are too long for martingales, or the control is not priced to 1e-7.
    """
    w, f = check_weights(assets, weights, forwards)
    k = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    if k.ndim != 1 or not np.all(np.isfinite(k)) or k.size == 0:
        raise ParameterError(f"expected finite strikes, shape (n,); got {strike!r}")
    each = _each(n_paths, scramblings)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 2 or steps % 2:
        raise ParameterError(f"steps must be an even whole number; got {steps!r}")
    controls = _Controls(assets, w, f, k, maturity, differentiate)
    samples = [
        controls.sample(assets, each, _seed(seed, number), steps) for number in range(scramblings)
    ]
    coarse = [
        controls.sample(assets, each, _seed(seed, number), steps // 2)
        for number in range(scramblings)
    ]
    n = k.size
    price, standard, change = np.empty(n), np.empty(n), np.empty(n)
    slopes = np.full((2, n, w.size + assets.loadings.size), np.nan)
    for place in range(n):
        beta = _regress(samples, place)
        estimates = [sample.estimate(place, beta) for sample in samples]
        price[place] = np.mean(estimates)
        standard[place] = np.std(estimates, ddof=1) / math.sqrt(scramblings)
        rougher = np.mean([sample.estimate(place, beta) for sample in coarse])
        change[place] = abs(price[place] - rougher)
        if differentiate:
            own = [sample.slopes(place, beta) for sample in samples]
            slopes[0, place] = np.mean(own, axis=0)
            slopes[1, place] = np.std(own, axis=0, ddof=1) / math.sqrt(scramblings)
    error = standard + change + controls.error
    deltas, vegas = slopes[..., : w.size], slopes[..., w.size :]
    vegas = vegas.reshape(2, n, *assets.loadings.shape)
    return BasketPrices(k, price, error, standard, change, deltas[0], vegas[0], deltas[1], vegas[1])


def _each(n_paths: int, scramblings: int) -> int:
    """Return the paths of a scrambling."""
    for name, value, least in (("n_paths", n_paths, 4), ("scramblings", scramblings, 2)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not (whole and value >= least):
            raise ParameterError(f"{name} must be a whole number from {least}; got {value!r}")
    each, rest = divmod(int(n_paths), int(scramblings))
    if rest or each < 2 or each & (each - 1):
        raise ParameterError(
            f"n_paths must be scramblings times a power of two from 2; got {n_paths} and "
            f"{scramblings}"
        )
    return each


def _seed(seed: int, number: int) -> int:
    """Return a seed of each scrambling's own."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ParameterError(f"seed must be a whole number from 0; got {seed!r}")
    return int(np.random.SeedSequence([int(seed), number]).generate_state(1, np.uint64)[0])


@dataclass(frozen=True, eq=False)
class _Sample:
    """One scrambling: payoffs and controls on its paths, and their derivatives summed.

    payoff (n_paths, n_strikes); controls (n_strikes, n_paths, m), less their exact means; slopes
    (n_strikes, parameters) of the payoff, (n_strikes, m, parameters) of the controls.
    """

    payoff: Vector
    controls: Vector
    payoff_slopes: Vector | None
    control_slopes: Vector | None

    def estimate(self, place: int, beta: Vector) -> float:
        return float(np.mean(self.payoff[:, place] - self.controls[place] @ beta))

    def slopes(self, place: int, beta: Vector) -> Vector:
        assert self.payoff_slopes is not None
        assert self.control_slopes is not None
        return self.payoff_slopes[place] - beta @ self.control_slopes[place]


def _regress(samples: list[_Sample], place: int) -> Vector:
    """Return the coefficients of the controls that leave the least variance."""
    controls = np.concatenate([sample.controls[place] for sample in samples])
    payoff = np.concatenate([sample.payoff[:, place] for sample in samples])
    controls = controls - controls.mean(axis=0)
    # controls may be multiples of each other: a single asset is its own geometric mean
    return np.linalg.lstsq(controls, payoff - payoff.mean(), rcond=1e-10)[0]


class _Controls:
    """What is known exactly beside the basket: the price of each asset, G_+, G_- and their option.

    Parameters moved are logarithms of forwards, then loadings; the powers in G stay as they are.
    """

    def __init__(
        self,
        assets: RoughFactorModel,
        weights: Vector,
        forwards: Vector,
        strikes: Vector,
        maturity: float,
        differentiate: bool,
    ) -> None:
        self.amounts, self.forwards, self.strikes = weights * forwards, forwards, strikes
        self.maturity, self.differentiate = maturity, differentiate
        self.size = float(np.abs(self.amounts).sum())
        n = assets.n_assets
        self.groups = [group for sign in (1.0, -1.0) if (group := self._group(assets, sign))]
        loadings = assets.loadings.size
        kept = slice(0, n + loadings)
        self.means, self.slopes, self.error = [], [], 0.0
        for strike in strikes.tolist():
            found = positive_part(
                assets,
                [*self.groups, cash(-strike, n)],
                maturity,
                _CONTROL_TOLERANCE * self.size,
                differentiate=differentiate,
            )
            self.means.append(found.value)
            self.slopes.append(found.gradient[kept])
            self.error = max(self.error, found.error)
        # forwards are exact, and so are those of the geometric means
        exact = [
            positive_part(
                assets,
                [Term(abs(group.size), group.powers)],
                maturity,
                self.size,
                differentiate=differentiate,
            )
            for group in self.groups
        ]
        self.group_means = np.array([each.value for each in exact])
        self.group_slopes = np.array([each.gradient[kept] for each in exact])

    def _group(self, assets: RoughFactorModel, sign: float) -> Term | None:
        """Return the geometric mean of the prices with this sign, its forward that of their sum."""
        own = np.where(sign * self.amounts > 0.0, np.abs(self.amounts), 0.0)
        total = float(own.sum())
        if total == 0.0:
            return None
        powers = own / total
        unit = positive_part(assets, [Term(1.0, powers)], self.maturity, 1.0).value
        return Term(sign * total / unit, powers)

    def sample(self, assets: RoughFactorModel, n_paths: int, seed: int, steps: int) -> _Sample:
        """Simulate a scrambling."""
        paths = assets.simulate_factors(
            [self.maturity], n_paths, seed, sampling="sobol", steps=steps
        )
        log_price = paths.log_prices(assets.loadings, assets.correlations)[:, 0]
        values = np.exp(log_price) * self.amounts
        groups = np.stack(
            [group.size * np.exp(log_price @ group.powers) for group in self.groups], axis=-1
        )
        signs = np.sign([group.size for group in self.groups])
        basket = values.sum(axis=1, keepdims=True) - self.strikes
        geometric = groups.sum(axis=1, keepdims=True) - self.strikes
        payoff = np.maximum(basket, 0.0)
        held = values[:, self.amounts != 0.0]
        always = np.concatenate(
            [held - self.amounts[self.amounts != 0.0], groups - signs * self.group_means], axis=1
        )
        option = np.maximum(geometric, 0.0) - np.array(self.means)
        controls = np.stack(
            [np.column_stack([option[:, place], always]) for place in range(self.strikes.size)]
        )
        if not self.differentiate:
            return _Sample(payoff, controls, None, None)
        # derivatives of log-prices in loadings; those in logarithms of forwards are 1
        y, u = paths.returns(assets.correlations)[:, 0], paths.integrated[:, 0]
        by_loading = y[:, None, :] - assets.loadings * u[:, None, :]

        def summed(weight: Vector, by_log_price: Vector) -> Vector:
            """Mean over paths of weight times the derivatives of a sum of assets' terms."""
            moved = weight[:, None] * by_log_price
            return np.concatenate(
                [moved.mean(axis=0), np.einsum("pi,pik->ik", moved, by_loading).ravel() / n_paths]
            )

        ones = np.ones(n_paths)
        powers = np.array([group.powers for group in self.groups])
        by_groups = [
            summed(ones, groups[:, g, None] * powers[g]) - signs[g] * self.group_slopes[g]
            for g in range(len(self.groups))
        ]
        by_values = []
        for asset in np.flatnonzero(self.amounts):
            only = np.zeros_like(values)
            only[:, asset] = values[:, asset]
            exact = np.zeros(by_groups[0].size)
            exact[asset] = self.amounts[asset]
            by_values.append(summed(ones, only) - exact)
        scale = np.concatenate([1.0 / self.forwards, np.ones(assets.loadings.size)])
        payoff_slopes, control_slopes = [], []
        for place in range(self.strikes.size):
            payoff_slopes.append(scale * summed(1.0 * (basket[:, place] > 0.0), values))
            option_slopes = summed(1.0 * (geometric[:, place] > 0.0), groups @ powers)
            rows = [option_slopes - self.slopes[place], *by_values, *by_groups]
            control_slopes.append(scale * np.array(rows))
        return _Sample(payoff, controls, np.array(payoff_slopes), np.array(control_slopes))
