"""Knows what is exact beside a basket on simulated paths: its control variates, see `basket`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.terms import Term, cash, positive_part

Vector = NDArray[np.float64]

_CONTROL_TOLERANCE = 1e-7
"""Of the sum of |w_i| F_i."""


def scrambled(n_paths: int, scramblings: int, seed: int) -> tuple[int, list[int]]:
    """Return the paths of each scrambling, and seeds of their own.

    Raises
    ------
    ParameterError
        If a number is none, or the paths of a scrambling are no power of two from 2.
    """
    for name, value, least in (
        ("n_paths", n_paths, 4),
        ("scramblings", scramblings, 2),
        ("seed", seed, 0),
    ):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not (whole and value >= least):
            raise ParameterError(f"{name} must be a whole number from {least}; got {value!r}")
    each, rest = divmod(int(n_paths), int(scramblings))
    if rest or each < 2 or each & (each - 1):
        raise ParameterError(
            f"n_paths must be scramblings times a power of two from 2; got {n_paths} and "
            f"{scramblings}"
        )
    sequences = [np.random.SeedSequence([int(seed), number]) for number in range(scramblings)]
    return each, [int(one.generate_state(1, np.uint64)[0]) for one in sequences]


@dataclass(frozen=True, eq=False)
class Sample:
    """One scrambling: payoffs and controls on its paths, and their derivatives summed.

    payoff (n_paths, n_strikes); controls (n_strikes, n_paths, m), less their exact means; slopes
    (n_strikes, parameters) of the payoff, (n_strikes, m, parameters) of the controls.
    """

    payoff: Vector
    controls: Vector
    payoff_slopes: Vector | None
    control_slopes: Vector | None

    def estimate(self, place: int, beta: Vector) -> float:
        """Return the mean of a payoff less its controls."""
        return float(np.mean(self.payoff[:, place] - self.controls[place] @ beta))

    def slopes(self, place: int, beta: Vector) -> Vector:
        """Return the derivatives of `estimate`."""
        assert self.payoff_slopes is not None
        assert self.control_slopes is not None
        return self.payoff_slopes[place] - beta @ self.control_slopes[place]


def regress(samples: list[Sample], place: int) -> Vector:
    """Return the coefficients of the controls that leave the least variance."""
    controls = np.concatenate([sample.controls[place] for sample in samples])
    payoff = np.concatenate([sample.payoff[:, place] for sample in samples])
    controls = controls - controls.mean(axis=0)
    # controls may be multiples of each other: a single asset is its own geometric mean
    return np.linalg.lstsq(controls, payoff - payoff.mean(), rcond=1e-10)[0]


class Controls:
    """What is known exactly beside the basket: the price of each asset, G_+, G_- and their option.

    Derivatives are in logarithms of forwards, then in loadings, while the powers in G stay as they
    are; the exact ones are in the factors' parameters, too.
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
        self.maturity = maturity
        self.size = float(np.abs(self.amounts).sum())
        n = assets.n_assets
        self.groups = [group for sign in (1.0, -1.0) if (group := self._group(assets, sign))]
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
            self.slopes.append(found.gradient)
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
        self.group_slopes = np.array([each.gradient for each in exact])

    def _group(self, assets: RoughFactorModel, sign: float) -> Term | None:
        """Return the geometric mean of the prices with this sign, its forward that of their sum."""
        own = np.where(sign * self.amounts > 0.0, np.abs(self.amounts), 0.0)
        total = float(own.sum())
        if total == 0.0:
            return None
        powers = own / total
        unit = positive_part(assets, [Term(1.0, powers)], self.maturity, 1.0).value
        return Term(sign * total / unit, powers)

    def sample(
        self,
        assets: RoughFactorModel,
        n_paths: int,
        seed: int,
        steps: int,
        *,
        differentiate: bool = False,
    ) -> Sample:
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
        if not differentiate:
            return Sample(payoff, controls, None, None)
        scale = np.concatenate([1.0 / self.forwards, np.ones(assets.loadings.size)])
        # derivatives of log-prices in loadings; those in logarithms of forwards are 1
        y, u = paths.returns(assets.correlations)[:, 0], paths.integrated[:, 0]
        by_loading = y[:, None, :] - assets.loadings * u[:, None, :]

        def summed(weight: Vector, by_log_price: Vector) -> Vector:
            """Mean over paths of weight times the derivatives of a sum of assets' terms."""
            moved = weight[:, None] * by_log_price
            return np.concatenate(
                [moved.mean(axis=0), np.einsum("pi,pik->ik", moved, by_loading).ravel() / n_paths]
            )

        ones, kept = np.ones(n_paths), slice(0, scale.size)
        powers = np.array([group.powers for group in self.groups])
        by_groups = [
            summed(ones, groups[:, g, None] * powers[g]) - signs[g] * self.group_slopes[g, kept]
            for g in range(len(self.groups))
        ]
        by_values = []
        for asset in np.flatnonzero(self.amounts):
            only = np.zeros_like(values)
            only[:, asset] = values[:, asset]
            exact = np.zeros(by_groups[0].size)
            exact[asset] = self.amounts[asset]
            by_values.append(summed(ones, only) - exact)
        payoff_slopes, control_slopes = [], []
        for place in range(self.strikes.size):
            payoff_slopes.append(scale * summed(1.0 * (basket[:, place] > 0.0), values))
            option_slopes = summed(1.0 * (geometric[:, place] > 0.0), groups @ powers)
            rows = [option_slopes - self.slopes[place][kept], *by_values, *by_groups]
            control_slopes.append(scale * np.array(rows))
        return Sample(payoff, controls, np.array(payoff_slopes), np.array(control_slopes))

    def exact_slopes(self, place: int, parameter: int) -> Vector:
        """Return derivatives of the exact means of all controls, in one of the gradient's order.

        Means of prices are 1 in the law whatever its parameters.
        """
        signs = np.sign([group.size for group in self.groups])
        held = np.zeros(np.count_nonzero(self.amounts))
        groups = signs * self.group_slopes[:, parameter]
        return np.concatenate([[self.slopes[place][parameter]], held, groups])
