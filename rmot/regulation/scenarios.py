r"""Stress scenarios from transport: the least favourable law of a bound, as weighted prices.

A position bought at the calibrated price p loses :math:`D N (p - c(S))`, one sold
:math:`D N (c(S) - p)`, so that under the law that attains its bound

.. math:: E^{Q_-}[\text{loss of a long}] = D N (p - \text{lower}), \qquad
          E^{Q_+}[\text{loss of a short}] = D N (\text{upper} - p)

is the position's charge (001, Algorithm 1, step 5, by side). Each scenario carries its weight under
the calibrated law and under the least favourable one; `reduced` keeps few of them and multiplies
both weights of each by one factor, which leaves its likelihood ratio as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.artifact.files import atomic_write
from rmot.errors import ParameterError
from rmot.numerics.recombination import recombine
from rmot.payoffs import Payoff
from rmot.regulation.shocks import Shock, shocks_between, write_shocks
from rmot.transport.bounds import Bounds
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]
Holding = Literal["long", "short"]

TAIL = -1
"""The identifier of a scenario that is no point of the prior: the mean of a law's tail."""


@dataclass(frozen=True, eq=False)
class StressScenarios:
    """Terminal prices or paths with two weights each, and what they cost a position.

    Attributes
    ----------
    names : tuple of str
        Of the assets.
    side : {"long", "short"}
        Of the position: which of the two least favourable laws it is.
    identifiers : ndarray of int, shape (n,)
        Which point or path of the prior a scenario is; `TAIL` for the mean of a law's tail.
    prices : ndarray, shape (n, n_assets) or (n, n_dates, n_assets)
        In units of the forwards.
    forwards : ndarray, shape (n_assets,)
        In currency.
    calibrated, stressed : ndarray, shape (n,)
        Weights under the law nearest to the prior and under the least favourable one; both sum to
        one.
    payoff : ndarray, shape (n,)
        In units of the forward.
    loss : ndarray, shape (n,)
        Of the position, discounted, in currency; positive is lost.
    conditions : ndarray, shape (n, k)
        What a reduction keeps under both laws: mass, prices, the payoff, then quoted payoffs by the
        size of the hedge's position in them.
    quoted : int
        How many of the conditions are quoted payoffs.
    shocks : tuple of Shock
        How risk factors differ between the two laws, of the whole laws.
    """

    names: tuple[str, ...]
    side: Holding
    identifiers: NDArray[np.intp]
    prices: Vector
    forwards: Vector
    calibrated: Vector
    stressed: Vector
    payoff: Vector
    loss: Vector
    conditions: Vector
    quoted: int
    shocks: tuple[Shock, ...]

    @property
    def charge(self) -> float:
        """The mean loss under the least favourable law, in currency."""
        return float(self.stressed @ self.loss)

    @property
    def likelihood_ratio(self) -> Vector:
        """Stressed over calibrated weight, shape (n,); inf where only the stressed law is."""
        with np.errstate(divide="ignore"):
            return np.where(self.stressed > 0, self.stressed / self.calibrated, 0.0)

    @property
    def fewest(self) -> int:
        """How many scenarios `reduced` may need at least, quoted prices left out."""
        return 2 * (self.conditions.shape[1] - self.quoted)

    def reduced(self, at_most: int) -> StressScenarios:
        """Return at most so many of the scenarios with the same mass, forwards and payoff value.

        Both laws keep them, and quoted prices too, those of the hedge's largest positions first,
        as far as two scenarios for each condition allow (Carathéodory).

        Raises
        ------
        ParameterError
            `at_most` is below `fewest`.
        """
        if at_most < self.fewest:
            raise ParameterError(
                f"expected at least {self.fewest} scenarios, which keep mass, forwards and the "
                f"payoff's value under both laws; got {at_most}"
            )
        kept = self.conditions[:, : at_most // 2]
        order = np.argsort(self.loss, kind="stable")
        both = np.hstack([kept * self.calibrated[:, None], kept * self.stressed[:, None]])[order]
        rows, times = recombine(both)
        chosen = order[rows]
        back = np.argsort(chosen)
        chosen, times = chosen[back], times[back]
        return replace(
            self,
            identifiers=self.identifiers[chosen],
            prices=self.prices[chosen],
            calibrated=self.calibrated[chosen] * times,
            stressed=self.stressed[chosen] * times,
            payoff=self.payoff[chosen],
            loss=self.loss[chosen],
            conditions=self.conditions[chosen],
        )

    def save(self, path: str | Path) -> None:
        """Write the scenarios as CSV, and the shocks beside them as ``NAME_shocks.csv``.

        Columns: the scenario's number, the prior's point, both weights, each asset's price in
        currency (of paths at each date, ``NAME@DATE``) and over its forward, payoff and loss.
        """
        path = Path(path)
        columns = ["scenario", "point", "calibrated_weight", "stressed_weight"]
        flat = self.prices.reshape(len(self), -1)
        labels = self._labels()
        units = np.tile(self.forwards, flat.shape[1] // self.forwards.size)
        columns += labels + [f"{label} over forward" for label in labels] + ["payoff", "loss"]
        numbers = np.column_stack(
            [self.calibrated, self.stressed, flat * units, flat, self.payoff, self.loss]
        )
        with atomic_write(path) as handle:
            handle.write(",".join(_cell(name) for name in columns) + "\n")
            for number, (point, row) in enumerate(zip(self.identifiers, numbers, strict=True), 1):
                cells = [str(number), str(point), *(repr(float(value)) for value in row)]
                handle.write(",".join(cells) + "\n")
        write_shocks(path.with_name(f"{path.stem}_shocks.csv"), self.shocks)

    def _labels(self) -> list[str]:
        if self.prices.ndim == 2:
            return list(self.names)
        dates = range(1, self.prices.shape[1] + 1)
        return [f"{name}@{date}" for date in dates for name in self.names]

    def __len__(self) -> int:
        return self.identifiers.size


def stress_scenarios(
    bounds: Bounds,
    payoff: Payoff | ArrayLike,
    *,
    side: Holding,
    maturity: float,
    names: Sequence[str],
    forwards: ArrayLike,
    quotes: Quotes | None = None,
    notional: float = 1.0,
    discount_factor: float = 1.0,
) -> StressScenarios:
    """Return the least favourable law of a position as scenarios, beside the calibrated law.

    Parameters
    ----------
    bounds : Bounds
        Of a divergence ball, in units of the forward, as `price_bounds` returns them.
    payoff : Payoff or array_like, shape (n,)
        What was bounded; values on the prior's points for paths.
    side : {"long", "short"}
        Whether the payoff is held or owed.
    maturity : float
        In years, for implied volatilities.
    names : sequence of str
        Of the assets.
    forwards : array_like, shape (n_assets,)
        In currency.
    quotes : Quotes, optional
        Those that the bounds met; a reduction keeps their prices where it can.
    notional : float
        In currency, > 0: what one unit of the payoff is worth.
    discount_factor : float
        In (0, inf).

    Raises
    ------
    ParameterError
        Shapes or numbers do not fit, or the bounds have no laws.

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> from rmot.transport import ChiSquared, Prior, price_bounds
    >>> prior = Prior([0.6, 0.9, 1.0, 1.1, 1.4], [0.1, 0.2, 0.4, 0.2, 0.1])
    >>> bounds = price_bounds(call(1.0), prior, divergence=ChiSquared(), radius=0.1)
    >>> found = stress_scenarios(
    ...     bounds, call(1.0), side="short", maturity=1.0, names=["A"], forwards=[100.0]
    ... )
    >>> bool(abs(found.charge - (bounds.upper - bounds.price)) < 1e-9)
    True
    """
    if side not in ("long", "short"):
        raise ParameterError(f"expected side 'long' or 'short'; got {side!r}")
    levels = np.atleast_1d(np.array(forwards, dtype=float))
    numbers = {"notional": notional, "discount_factor": discount_factor, "maturity": maturity}
    for name, number in numbers.items():
        if not (np.isfinite(number) and number > 0):
            raise ParameterError(f"expected a finite {name} > 0; got {number}")
    calibrated, stressed = bounds.law("price"), bounds.law("upper" if side == "short" else "lower")
    prior = calibrated.prior
    if levels.shape != (prior.n_assets,) or len(names) != prior.n_assets:
        raise ParameterError(
            f"expected names and forwards of {prior.n_assets} assets; got {len(names)} names and "
            f"forwards of shape {levels.shape}"
        )
    if not (np.all(np.isfinite(levels)) and np.all(levels > 0)):
        raise ParameterError(f"expected finite forwards > 0; got {levels.tolist()}")
    # a law's tail stands at its own mean, which differs from law to law
    (points, first), (others, second) = calibrated.on_points(), stressed.on_points()
    n = prior.weights.size
    tails = [first.size - n, second.size - n]
    points = np.concatenate([points, others[n:]])
    identifiers = np.concatenate([np.arange(n), np.full(sum(tails), TAIL)])
    first = np.concatenate([first, np.zeros(tails[1])])
    second = np.concatenate([second[:n], np.zeros(tails[0]), second[n:]])
    values, quoted = _values(payoff, points), _quoted(quotes, bounds, side, points)
    prices = points[:, None] if points.ndim == 1 else points
    sign = 1.0 if side == "short" else -1.0
    conditions = np.column_stack(
        [np.ones(values.size), prices.reshape(values.size, -1), values, *quoted]
    )
    held = (first > 0) | (second > 0)
    last = prices if prices.ndim == 2 else prices[:, -1]
    return StressScenarios(
        tuple(names),
        side,
        identifiers[held],
        prices[held],
        levels,
        np.maximum(first[held], 0.0),
        np.maximum(second[held], 0.0),
        values[held],
        sign * notional * discount_factor * (values[held] - bounds.price),
        conditions[held],
        len(quoted),
        shocks_between(names, last, first, second, maturity),
    )


def _values(payoff: Payoff | ArrayLike, points: Vector) -> Vector:
    if isinstance(payoff, Payoff):
        return payoff.value(points)
    values = np.array(payoff, dtype=float)
    if values.shape != points.shape[:1]:
        raise ParameterError(
            f"expected the payoff's values of shape {points.shape[:1]}, or an object; got shape "
            f"{values.shape}"
        )
    return values


def _quoted(quotes: Quotes | None, bounds: Bounds, side: Holding, points: Vector) -> list[Vector]:
    """Return values of quoted payoffs on the points, those the hedge holds most of first."""
    if quotes is None:
        return []
    hedge = bounds.upper_hedge if side == "short" else bounds.lower_hedge
    if hedge.positions.size != len(quotes):
        raise ParameterError(
            f"expected the {hedge.positions.size} quotes that the bounds met; got {len(quotes)}"
        )
    order = np.argsort(-np.abs(hedge.positions), kind="stable")
    return [_values(quotes.payoffs[j], points) for j in order]


def _cell(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'"{quoted}"' if any(mark in name for mark in ',"\n') else name
