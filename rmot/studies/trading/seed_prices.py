"""One basket's price over a hundred seeds: the right law, wrong ones, and no chance at all.

The basket is half SPX and half NDX at the money, settled on 18 March 2022; prices are in basis
points of the forward. Each seed prices it by plain Monte Carlo under the fitted marginals and a
Gaussian copula, by scrambled Sobol points, and by the upper bound of a ball around these points;
then by Monte Carlo under laws that no quotes support. Each says its own sampling error. The last
column of numbers comes from no seed: normal scores, which a test of normality likes best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from rmot.calibration import Fit
from rmot.market import OptionSurface
from rmot.numerics.gaussian_copula import prices
from rmot.numerics.quantiles import Marginal
from rmot.payoffs import BasketCall, basket_call
from rmot.studies.index_basket import WEIGHTS, quoted_slice
from rmot.studies.index_basket_balls import NAMES, past_correlation, within_reach
from rmot.studies.study import Config, main
from rmot.transport import (
    ChiSquared,
    Prior,
    Radius,
    gaussian_copula,
    on_assets,
    price_bounds,
    smile_quantile,
)

SEEDS = 100
PATHS = {"quick": 1 << 12, "full": 1 << 15, "deep": 1 << 18}
BALL_POINTS = {"quick": 1 << 11, "full": 1 << 12, "deep": 1 << 14}
RADIUS = 0.05
THINNED, WITHIN = 7, (-2.0, 1.5)
"""Quotes of each index that the ball's laws meet, and where, in deviations: samples are small."""
BASIS_POINTS = 1e4

MONTE_CARLO = "Monte Carlo, fitted law"
SOBOL = "Sobol points, fitted law"
BALL = "upper bound of a ball"
FLAT = "Monte Carlo, volatility 20%"
WRONG = "Monte Carlo, correlation -0.9"
FEW = "Monte Carlo, eight paths"
SCORES = "no chance: normal scores"

Vector = NDArray[np.float64]
_Estimate = Callable[[int], tuple[float, float]]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row an estimator and seed; inputs are as `rmot.studies.index_basket_balls` has."""
    surfaces = [_near(quoted_slice(config, name)) for name in NAMES]
    smiles = [surface.slices[0] for surface in surfaces]
    maturity = smiles[0].maturity
    past = past_correlation(config, surfaces[0].valuation).correlation
    marginals = [
        smile_quantile(Fit.load(config.inputs[f"{name}_fit"]).model, maturity) for name in NAMES
    ]
    payoff = basket_call(WEIGHTS, 1.0)
    paths, points = PATHS[config.profile], BALL_POINTS[config.profile]
    deviation = 0.2 * np.sqrt(maturity)
    flat: list[Marginal] = [lambda u: np.exp(deviation * ndtri(u) - 0.5 * deviation**2)] * 2

    def ball(seed: int) -> tuple[float, float]:
        prior = gaussian_copula(marginals, past, points, seed=seed)
        quotes = [within_reach(smile, prior.points[:, i]) for i, smile in enumerate(smiles)]
        found = price_bounds(
            payoff,
            prior,
            quotes=on_assets(quotes),
            forwards=(1.0, 1.0),
            divergence=ChiSquared(),
            radius=Radius(RADIUS, "given"),
        )
        assert found.sampling_error is not None
        return found.upper, found.sampling_error

    estimates: dict[str, _Estimate] = {
        MONTE_CARLO: lambda seed: monte_carlo(payoff, marginals, past, paths, seed),
        SOBOL: lambda seed: sobol(payoff, gaussian_copula(marginals, past, paths, seed=seed)),
        BALL: ball,
        FLAT: lambda seed: monte_carlo(payoff, flat, past, paths, seed),
        WRONG: lambda seed: monte_carlo(payoff, marginals, _flat_matrix(-0.9), paths, seed),
        FEW: lambda seed: monte_carlo(payoff, marginals, past, 8, seed),
    }
    rows = [
        {"estimator": name, "seed": seed, "price": price, "error": error}
        for name, estimate in estimates.items()
        for seed, price, error in _over_seeds(estimate)
    ]
    middle = np.mean([row["price"] for row in rows if row["estimator"] == MONTE_CARLO])
    rows += [
        {"estimator": SCORES, "seed": seed, "price": middle + score, "error": 1.0}
        for seed, score in enumerate(ndtri((np.arange(SEEDS) + 0.5) / SEEDS))
    ]
    kinds = {surface.source.kind for surface in surfaces}
    return pd.DataFrame(rows).assign(
        data=" and ".join(sorted(kinds)),
        data_sha256=" ".join(surface.source.sha256 for surface in surfaces),
    )


def monte_carlo(
    payoff: BasketCall,
    marginals: Sequence[Marginal],
    correlation: Vector,
    paths: int,
    seed: int,
) -> tuple[float, float]:
    """Return a price under a Gaussian copula, and its standard error, by independent draws."""
    generator = np.random.default_rng(seed)
    normals = generator.standard_normal((paths, len(marginals))) @ np.linalg.cholesky(correlation).T
    paid = payoff.value(np.column_stack(list(prices(marginals, normals))))
    return float(paid.mean()), float(paid.std(ddof=1) / np.sqrt(paths))


def sobol(payoff: BasketCall, law: Prior) -> tuple[float, float]:
    """Return a price under a sample of scramblings, and its error from their spread."""
    assert law.replicates is not None
    each = payoff.value(law.points).reshape(law.replicates, -1).mean(axis=1)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def _near(surface: OptionSurface) -> OptionSurface:
    return surface.within_deviations(*WITHIN).thin(THINNED)


def _over_seeds(estimate: _Estimate) -> Iterator[tuple[int, float, float]]:
    for seed in range(SEEDS):
        price, error = estimate(seed)
        yield seed, BASIS_POINTS * price, BASIS_POINTS * error


def _flat_matrix(correlation: float) -> Vector:
    return np.array([[1.0, correlation], [correlation, 1.0]])


if __name__ == "__main__":
    main(run)
