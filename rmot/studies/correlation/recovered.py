"""The estimate of 002, (8), with a historical correlation that is right, wrong or absent.

Pairs of rough Heston marginals are drawn as in 002, section 5.5, and the three assets of 001,
Table 1, are taken as printed. The quotes are those of each asset alone, and no correlation enters
them. The prior has either the market's own marginals ("calibrated"), or marginals fitted with
errors as large as 002, Table 5, prints ("fitted"). Historical correlations are the truth, the truth
with its sign changed, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import ndtr

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.dependence.published.tikhonov import Divergence, tikhonov_estimate
from rmot.errors import InfeasibleQuotes
from rmot.market.registry import sha256
from rmot.models import RoughHeston
from rmot.numerics.discrete import Prior
from rmot.numerics.gaussian_copula import independent_normals
from rmot.payoffs import call
from rmot.studies.study import Config, main
from rmot.transport import Quotes
from rmot.transport.couplings.nearest import nearest_coupling
from rmot.transport.couplings.quantiles import smile_quantile
from rmot.transport.couplings.tables import gaussian_table

Vector = NDArray[np.float64]

PAIRS = {"quick": 4, "full": 20, "deep": 60}
SAMPLES = {"quick": 1 << 11, "full": 1 << 13, "deep": 1 << 15}
MATURITY = 1 / 12
STRIKES = 15
RANGE = 0.1
NODES, REACH = 60, 5.0
GRID = np.linspace(-0.95, 0.95, 15)
MOST = 0.8
"""Truths are drawn from [-0.8, 0.8], the range that 002 names."""

ERRORS = {"hurst": 0.018, "vol_of_vol": 0.005, "correlation": 0.030}
"""Standard errors that 002 prints in Table 5; beside them 1% of the initial variance."""

THREE_HURST = (0.10, 0.15, 0.25)
THREE_TRUTH = (-0.6, 0.2, 0.1)
HISTORIES = ("right", "wrong", "absent")


@dataclass(frozen=True, eq=False)
class _Market:
    """Some assets: their laws, the laws that were fitted, and the true correlations of pairs."""

    name: str
    laws: tuple[RoughHeston, ...]
    fitted: tuple[RoughHeston, ...]
    truth: tuple[float, ...]

    @property
    def hurst(self) -> list[float]:
        return [law.hurst for law in self.laws]

    def quotes(self) -> list[Quotes]:
        """Return each asset's calls at the prices of its law, which knows no correlation."""
        k = np.log(_strikes())
        payoffs = [call(strike) for strike in np.exp(k)]
        prices = [law.call_price(k, MATURITY) for law in self.laws]
        return [Quotes(payoffs, column, column) for column in prices]


def run(config: Config) -> pd.DataFrame:
    """Tabulate estimates; the input ``published`` is 001's Table 1."""
    published = read_csv(config.inputs["published"])
    rows: list[dict[str, object]] = []
    for market in _pairs(PAIRS[config.profile], config.seed):
        for marginals in ("calibrated", "fitted"):
            rows += _estimates(market, marginals, _on_table(market, marginals))
    rows += _estimates(
        (three := _three(config.seed)), "fitted", _on_sample(three, SAMPLES[config.profile])
    )
    table = pd.DataFrame(rows)
    printed_rmse = float(published.set_index("method").loc["rmot", "rmse"])  # pyright: ignore[reportArgumentType]
    return table.assign(
        published_rmse=printed_rmse, published_sha256=sha256(config.inputs["published"])
    )


def _estimates(
    market: _Market, marginals: str, divergence: tuple[Divergence, float]
) -> Iterator[dict[str, object]]:
    term, variation = divergence
    for history in HISTORIES:
        given = {"right": 1.0, "wrong": -1.0, "absent": None}[history]
        believed = None if given is None else _matrix(given * np.array(market.truth))
        found = tikhonov_estimate(term, market.hurst, believed)
        pairs = list(combinations(range(len(market.laws)), 2))
        for (i, j), truth in zip(pairs, market.truth, strict=True):
            yield {
                "market": market.name,
                "pair": f"{i + 1}{j + 1}",
                "marginals": marginals,
                "history": history,
                "truth": truth,
                "historical": np.nan if believed is None else believed[i, j],
                "estimate": found.correlation[i, j],
                "error": found.correlation[i, j] - truth,
                "from_historical": np.nan
                if believed is None
                else found.correlation[i, j] - believed[i, j],
                "divergence_variation": variation,
            }


def _on_table(market: _Market, marginals: str) -> tuple[Divergence, float]:
    """Return the first term of (8) for a pair, from a table whose margins are exact."""
    if marginals == "calibrated":
        # The margins are the market's, so the prior itself meets what is quoted: on its own nodes.
        laws = [_cells(law) for law in market.laws]
        payoffs = [call(strike) for strike in _strikes()]
        quotes = []
        for law in laws:
            prices = [law.expectation(payoff) for payoff in payoffs]
            quotes.append(Quotes(payoffs, prices, prices))
        means = np.array([law.mean() for law in laws])
    else:
        laws, quotes = [_cells(law) for law in market.fitted], market.quotes()
        means = np.ones(2)
    values = np.array(
        [
            nearest_coupling(
                gaussian_table(laws[0], laws[1], float(rho)), quotes, forwards=means
            ).divergence
            for rho in GRID
        ]
    )
    spline = CubicSpline(GRID, values)
    return lambda matrix: float(spline(matrix[0, 1])), float(np.ptp(values))


def _on_sample(market: _Market, n_points: int) -> tuple[Divergence, float]:
    """Return the first term of (8) for three assets, from a sample of the fitted laws.

    Each asset has the same prices at all correlations, evenly spaced in probability, and the order
    alone is sampled. Otherwise the term would be least where the points happen to be the most even,
    which is at no correlation.
    """
    even = (np.arange(n_points) + 0.5) / n_points
    prices = [smile_quantile(law, MATURITY)(even) for law in market.fitted]
    independent = independent_normals(len(prices), n_points, 2, seed=1)
    weights = np.full(n_points, 1.0 / n_points)
    quotes = market.quotes()

    def term(matrix: Vector) -> float:
        normals = independent @ np.linalg.cholesky(matrix).T
        ranks = normals.argsort(axis=0).argsort(axis=0)
        points = [column[rank] for column, rank in zip(prices, ranks.T, strict=True)]
        try:
            return nearest_coupling(Prior(np.column_stack(points), weights), quotes).divergence
        except InfeasibleQuotes:
            return float("inf")  # no law on these points has the prices

    ends = [term(np.eye(3)), *(term(_matrix(s * np.array(market.truth))) for s in (1.0, -1.0))]
    return term, float(np.ptp(ends))


def _cells(law: RoughHeston) -> Prior:
    """Return a law on nodes spread evenly over its scores, and on the strikes.

    With the strikes among its nodes a table can meet whatever quotes some law meets.
    """
    scores = np.linspace(-REACH, REACH, 100 * NODES + 1)
    prices = smile_quantile(law, MATURITY)(ndtr(scores))
    points = np.union1d(prices[50::100], _strikes())
    middle = 0.5 * (points[1:] + points[:-1])
    below = ndtr(np.interp(middle, prices, scores))
    return Prior(points, np.diff(np.concatenate([[0.0], below, [1.0]])))


def _strikes() -> Vector:
    return np.exp(np.linspace(np.log(1 - RANGE), np.log(1 + RANGE), STRIKES))


def _pairs(count: int, seed: int) -> Iterator[_Market]:
    for number in range(count):
        generator = np.random.default_rng([seed, number])
        laws = tuple(_law(h, generator) for h in generator.uniform(0.05, 0.25, 2))
        truth = (float(generator.uniform(-MOST, MOST)),)
        yield _Market(f"pair {number + 1}", laws, _fitted(laws, generator), truth)


def _three(seed: int) -> _Market:
    generator = np.random.default_rng([seed, 1000])
    laws = tuple(_law(h, generator) for h in THREE_HURST)
    return _Market("001 Table 1", laws, _fitted(laws, generator), THREE_TRUTH)


def _law(hurst: float, generator: np.random.Generator) -> RoughHeston:
    variance = float(generator.uniform(0.03, 0.08))
    return RoughHeston(
        hurst=float(hurst),
        vol_of_vol=float(generator.uniform(0.2, 0.4)),
        correlation=float(generator.uniform(-0.8, -0.5)),
        initial_variance=variance,
        mean_reversion=0.3,
        long_run_variance=variance,
    )


def _fitted(laws: Sequence[RoughHeston], generator: np.random.Generator) -> tuple[RoughHeston, ...]:
    fitted = []
    for law in laws:
        moved = {
            name: getattr(law, name) + error * float(generator.standard_normal())
            for name, error in ERRORS.items()
        }
        moved["hurst"] = max(moved["hurst"], 0.02)
        variance = (law.initial_variance or 0.0) * (1 + 0.01 * float(generator.standard_normal()))
        fitted.append(replace(law, **moved, initial_variance=variance))
    return tuple(fitted)


def _matrix(values: Vector) -> Vector:
    size = round(0.5 + np.sqrt(0.25 + 2 * values.size))
    matrix = np.eye(size)
    upper = np.triu_indices(size, 1)
    matrix[upper] = values
    matrix[upper[::-1]] = values
    return matrix


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean absolute errors by experiment, marginals and history."""
    kind = np.where(table["market"].str.startswith("pair"), "pairs", "three assets")
    named = table.assign(
        experiment=kind,
        error=table["error"].abs(),
        from_historical=table["from_historical"].abs(),
    )
    rows = []
    keys = ["experiment", "marginals", "history"]
    for _, group in named.groupby(keys, sort=False):
        first = group.iloc[0]
        means = {
            name: float(group[name].to_numpy(dtype=float).mean())
            for name in ("error", "from_historical", "divergence_variation")
        }
        rows.append({**{key: first[key] for key in keys}, **means, "count": len(group)})
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row an experiment and history."""

    def small(value: float) -> str:
        return "--" if np.isnan(value) else significant(value, 2)

    return latex_table(
        summary(table),
        (
            Column("experiment", "Experiment", align="l"),
            Column("marginals", "Marginals", align="l"),
            Column("history", "Historical correlation", align="l"),
            Column("error", "Error", lambda value: fixed(value, 3)),
            Column("from_historical", "From historical", small),
            Column("divergence_variation", "$D$ moves by", small),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
