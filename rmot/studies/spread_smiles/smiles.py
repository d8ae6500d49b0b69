"""One spread's smile under all models: normal volatilities and implied correlations by strike.

The normal correlation of a strike is that of two normal prices with the assets' volatilities at
the money: (sigma_1^2 + sigma_2^2 - sigma_K^2)/(2 sigma_1 sigma_2). The lognormal one gives two
lognormal prices the spread's price; there may be none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from rmot.models import SABR
from rmot.numerics import black_call
from rmot.numerics.bachelier import implied_normal_volatility
from rmot.spread import simulated_bisabr_call
from rmot.spread.alpha.bilog import bilog_spread_call
from rmot.studies.spread_smiles import matched, wishart_fits
from rmot.studies.spread_smiles.matched import DEGREES_OF_FREEDOM, FORWARDS, MONEY, Target
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

REACH = 1.5
"""Of the strikes, in normal deviations of the spread."""
_STRIKES = {"quick": 5, "full": 13, "deep": 13}
_PATHS = {"quick": 2**14, "full": 2**17, "deep": 2**19}
_STEPS = {"quick": 16, "full": 64, "deep": 128}
_LARGEST = 0.9999


class Priced(NamedTuple):
    """One model's calls, what is uncertain of them, and how far it misses what it is matched to."""

    model: str
    calls: Vector
    error: Vector | float
    miss: float


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a maturity, model and strike."""
    tables = []
    for maturity in matched.MATURITIES:
        aim = matched.target(maturity)
        deviations = np.linspace(-REACH, REACH, _STRIKES[config.profile])
        strikes = MONEY + deviations * aim.level * math.sqrt(maturity)
        for priced in _models(aim, strikes, config):
            tables.append(
                pd.DataFrame(
                    {
                        "maturity": maturity,
                        "model": priced.model,
                        "deviations": deviations,
                        "strike": strikes,
                        "call": priced.calls,
                        "call_error": priced.error,
                        **_implied(priced, aim, strikes),
                        "largest_miss": priced.miss,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True).assign(**matched.source())


def _models(aim: Target, strikes: Vector, config: Config) -> Iterator[Priced]:
    """Yield the reference, the two smiles without stochastic volatility, and the competitors."""
    years, exact = aim.maturity, 1e-7 * sum(FORWARDS)
    yield Priced("alpha", matched.joint_calls(matched.alpha_model(), strikes, years), exact, 0.0)
    yield Priced("normal", matched.matched_normal(aim)(strikes), 0.0, 0.0)
    yield Priced("lognormal", matched.matched_lognormal(aim)(strikes), exact, 0.0)
    smiles = matched.sabr_marginals(aim)
    laws = matched.marginal_laws(smiles, years)
    miss = _miss(smiles, aim)
    for name, degrees in (("gaussian", None), ("student", DEGREES_OF_FREEDOM)):
        copula = matched.matched_copula(laws, aim, degrees)
        yield Priced(name, matched.copula_calls(laws, copula, strikes), exact, miss)
    pair = matched.matched_bisabr(smiles, aim)
    yield Priced("bisabr", pair.spread_call(strikes, years), math.nan, miss)
    drawn = simulated_bisabr_call(
        pair,
        strikes,
        years,
        n_paths=_PATHS[config.profile],
        steps=_STEPS[config.profile],
        seed=config.seed,
    )
    yield Priced("bisabr_simulated", drawn.price, drawn.error, miss)
    law, miss = wishart_fits.read(config.inputs["wishart"], years)
    yield Priced("wishart", matched.joint_calls(law, strikes, years), exact, miss)


def _miss(smiles: tuple[SABR, SABR], aim: Target) -> float:
    """Return the largest relative miss of the volatilities that marginals are matched to."""
    pairs = zip(smiles, aim.log_moneyness, aim.volatilities, strict=True)
    return max(
        float(np.max(np.abs(smile.implied_volatility(k, aim.maturity) / wanted - 1.0)))
        for smile, k, wanted in pairs
    )


def _implied(priced: Priced, aim: Target, strikes: Vector) -> dict[str, Vector]:
    volatility = matched.normal_volatility(priced.calls, strikes, aim.maturity)
    above = matched.normal_volatility(priced.calls + priced.error, strikes, aim.maturity)
    money = aim.volatilities[:, 1]
    calls = np.array(FORWARDS) * black_call(0.0, money, aim.maturity)
    first, second = implied_normal_volatility(0.0, calls, aim.maturity)
    normal = (first**2 + second**2 - volatility**2) / (2.0 * first * second)
    lognormal = _lognormal_correlations(priced.calls, strikes, money, aim.maturity)
    moved = _lognormal_correlations(priced.calls + priced.error, strikes, money, aim.maturity)
    return {
        "normal_volatility": volatility,
        "normal_volatility_error": above - volatility,
        "normal_correlation": normal,
        "lognormal_correlation": lognormal,
        # more volatile is less correlated
        "lognormal_correlation_error": lognormal - moved,
    }


def _lognormal_correlations(
    calls: Vector, strikes: Vector, money: Vector, maturity: float
) -> Vector:
    pairs = zip(calls.tolist(), strikes.tolist(), strict=True)
    return np.array(
        [_lognormal_correlation(call, strike, money, maturity) for call, strike in pairs]
    )


def _lognormal_correlation(call: float, strike: float, money: Vector, maturity: float) -> float:
    """Return the correlation at which two lognormal prices have this spread option, or nan."""
    if math.isnan(call):
        return math.nan

    def excess(rho: float) -> float:
        return float(bilog_spread_call(FORWARDS, money, rho, strike, maturity).price) - call

    if excess(-_LARGEST) * excess(_LARGEST) > 0.0:
        return math.nan
    return float(brentq(excess, -_LARGEST, _LARGEST, xtol=1e-8))  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main(run)
