"""Funds' smiles through three observables each, and how far the calibrated law's own smiles are.

Options on spreads of funds are not quoted: their smiles are synthetic, those of lognormal prices
with each fund's volatility at the money and the correlations assumed here.
"""

from __future__ import annotations

import hashlib
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.errors import DataError
from rmot.market.registry import describe
from rmot.market.surface import Smile
from rmot.models import Heston, RoughFactorModel, VarianceFactor
from rmot.numerics.bachelier import implied_bachelier_deviation
from rmot.spread import spread_call
from rmot.spread.alpha import FactorState, Observables
from rmot.spread.alpha.calibration import (
    Box,
    ObservableProblem,
    ParameterLayout,
    SmileFit,
    calibrate_observables,
    default_weights,
    fit_spread_smile,
    fit_vanilla_smile,
)
from rmot.studies.chains import european_surface
from rmot.studies.study import Config, main

Array = NDArray[np.float64]
CORRELATIONS = {
    ("SPY", "QQQ"): 0.9,
    ("SPY", "IWM"): 0.8,
    ("QQQ", "IWM"): 0.7,
    ("SPY", "TLT"): 0.1,
    ("QQQ", "TLT"): 0.1,
    ("IWM", "TLT"): 0.1,
    ("SPX", "NDX"): 0.9,
}
HORIZON = 0.44
MEAN_REVERSION = 0.1
WHOLE = "whole spread smiles"
CASES = ("spread levels", WHOLE)
_COMMON = 4
_WIDTH = 1.5
_SPREAD_STRIKES = {"quick": 5, "full": 7, "deep": 13}
_STARTS = {"quick": 4, "full": 12, "deep": 48}
_UNIT = 100.0


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a fund and a row a spread, for each case; errors are root mean squares.

    Volatilities of funds are lognormal, of spreads normal in units of forwards of 100. Spreads
    enter with their variance alone, or with all three observables. ``equivalent_gap`` is how far
    the law's smile is from that of Heston's model with the observables that the law has.
    """
    funds = list(config.inputs)
    slices = _slices(config.inputs)
    maturity = slices[0].maturity
    smiles = [_inner(each) for each in slices]
    own = [fit_vanilla_smile(k, v, maturity, MEAN_REVERSION) for k, v in smiles]
    levels = [float(np.interp(0.0, k, v)) for k, v in smiles]
    pairs = tuple((i, j) for i, j in combinations(range(len(funds)), 2))
    lognormal = _lognormal(funds, levels)
    quotes = {pair: _spread_smile(lognormal, pair, maturity, config) for pair in pairs}
    spreads = [
        fit_spread_smile(strikes, volatility, maturity, MEAN_REVERSION, forward=0.0)
        for strikes, volatility in quotes.values()
    ]
    rows = []
    for case in CASES:
        problem = _problem(own, spreads, pairs, levels, whole=case == WHOLE)
        fit = calibrate_observables(problem, n_starts=_STARTS[config.profile], seed=config.seed)
        model = fit.model(MEAN_REVERSION)
        weighed = (problem.weights > 0.0).reshape(-1, 3)
        deviation = np.abs(fit.observables / problem.targets - 1.0).reshape(-1, 3)
        met = np.max(np.where(weighed, deviation, 0.0), axis=1).tolist()
        found = {
            "case": case,
            "objective": fit.objective,
            "rank": fit.identification.rank,
            "free": int(problem.box.free.sum()),
        }
        for i, (k, quoted) in enumerate(smiles):
            exact = model.marginal(i).implied_volatility(k, maturity)
            alike = _equivalent(fit.observables[3 * i : 3 * i + 3]).implied_volatility(k, maturity)
            row = _row(funds[i], "fund", quoted, own[i], exact, met[i])
            rows.append({**found, **row, "equivalent_gap": _root_mean_square(exact - alike)})
        for n, (pair, (strikes, quoted)) in enumerate(quotes.items()):
            exact = _normal_volatility(model, pair, strikes, maturity)
            name = "-".join(funds[each] for each in pair)
            rows.append(
                {**found, **_row(name, "spread", quoted, spreads[n], exact, met[n + len(funds)])}
            )
    sources = {name: describe(config.inputs[name]) for name in funds}
    table = pd.DataFrame(rows).assign(maturity=maturity)
    hashes = "".join(source.sha256 for source in sources.values()).encode()
    real = all(source.kind == "real" for source in sources.values())
    return table.assign(
        smile=np.where(table["kind"] == "fund", "quoted", "assumed"),
        data="real" if real else "synthetic",
        data_sha256=hashlib.sha256(hashes).hexdigest(),
    )


def _slices(inputs: dict[str, Path]) -> list[Smile]:
    """Return the smiles of the expiry in common that is nearest to the horizon."""
    surfaces = [
        {each.expiry: each for each in european_surface(path).slices} for path in inputs.values()
    ]
    common = [expiry for expiry in surfaces[0] if all(expiry in other for other in surfaces)]
    if not common:
        raise DataError(f"expected {', '.join(inputs)} to have an expiry in common; they have none")
    chosen = min(common, key=lambda expiry: abs(surfaces[0][expiry].maturity - HORIZON))
    return [surface[chosen] for surface in surfaces]


def _inner(smile: Smile) -> tuple[Array, Array]:
    """Return log-moneyness and middle volatilities within 1.5 deviations."""
    k, v = smile.log_moneyness, smile.implied_volatility
    level = float(np.interp(0.0, k, v))
    inner = np.abs(k) <= _WIDTH * level * math.sqrt(smile.maturity)
    return k[inner], v[inner]


def _lognormal(funds: list[str], levels: list[float]) -> RoughFactorModel:
    """Return correlated lognormal prices, as a factor model without vol-of-vol."""
    n = len(funds)
    correlation = np.eye(n)
    for i, j in combinations(range(n), 2):
        correlation[i, j] = correlation[j, i] = CORRELATIONS[funds[i], funds[j]]
    still = VarianceFactor(
        hurst=0.5,
        vol_of_vol=0.0,
        correlation=0.0,
        initial_variance=1.0,
        mean_reversion=0.0,
        long_run_variance=1.0,
    )
    return RoughFactorModel(
        np.array(levels)[:, None] * np.linalg.cholesky(correlation), [still] * n
    )


def _spread_smile(
    law: RoughFactorModel, pair: tuple[int, int], maturity: float, config: Config
) -> tuple[Array, Array]:
    held = law.loadings[pair[0]] - law.loadings[pair[1]]
    deviation = _UNIT * float(np.linalg.norm(held)) * math.sqrt(maturity)
    strikes = deviation * np.linspace(-_WIDTH, _WIDTH, _SPREAD_STRIKES[config.profile])
    return strikes, _normal_volatility(law, pair, strikes, maturity)


def _normal_volatility(
    law: RoughFactorModel, pair: tuple[int, int], strikes: Array, maturity: float
) -> Array:
    """Return normal volatilities of exact prices, forwards being 100."""
    prices = spread_call(law, *pair, strikes, maturity, forwards=(_UNIT, _UNIT))
    otm = prices + np.minimum(strikes, 0.0)
    return implied_bachelier_deviation(strikes, otm) / math.sqrt(maturity)


def _problem(
    own: list[SmileFit],
    spreads: list[SmileFit],
    pairs: tuple[tuple[int, int], ...],
    levels: list[float],
    *,
    whole: bool,
) -> ObservableProblem:
    n = len(own)
    layout = ParameterLayout(n, _COMMON)
    assets, several = (
        Observables(*np.transpose([fit.observables for fit in fits])) for fits in (own, spreads)
    )
    weights = default_weights(several)
    if not whole:
        nothing = np.zeros(len(spreads))
        weights = Observables(weights.variance, nothing, nothing)
    size = np.array(levels)
    ones = np.ones(layout.n_factors)
    unit = np.ones(_COMMON)
    start = layout.pack(
        0.5 * size[:, None] * np.eye(n, _COMMON) + 0.4 * size[:, None],
        FactorState(-0.5 * ones, ones, np.append(unit, 0.1 * size**2)),
    )
    lower = layout.pack(
        np.full((n, _COMMON), -1.0),
        FactorState(-0.98 * ones, 0.01 * ones, np.append(unit, 0 * size)),
    )
    upper = layout.pack(
        np.ones((n, _COMMON)), FactorState(0.98 * ones, 10.0 * ones, np.append(unit, size**2))
    )
    return ObservableProblem(
        layout,
        np.full(n, _UNIT),
        pairs,
        assets,
        several,
        default_weights(assets),
        weights,
        Box(start, lower, upper, lower < upper),
    )


def _equivalent(observables: Array) -> Heston:
    variance, covariance, square = observables.tolist()
    xi = math.sqrt(square / variance)
    return Heston(
        vol_of_vol=xi,
        correlation=covariance / (xi * variance),
        initial_variance=variance,
        mean_reversion=MEAN_REVERSION,
        long_run_variance=variance,
    )


def _row(
    name: str, kind: str, quoted: Array, own: SmileFit, exact: Array, worst: float
) -> dict[str, Any]:
    gap = exact - quoted
    return {
        "name": name,
        "kind": kind,
        "strikes": quoted.size,
        "level": float(np.median(quoted)),
        "vol_of_vol": own.model.vol_of_vol / math.sqrt(own.model.initial_variance),
        "correlation": own.model.correlation,
        "own_error": own.root_mean_square_error,
        "joint_error": _root_mean_square(gap),
        "largest_error": float(np.max(np.abs(gap))),
        "worst_observable": worst,
    }


def _root_mean_square(gap: Array) -> float:
    return float(np.sqrt(np.mean(gap**2)))


def printed(table: pd.DataFrame) -> str:
    """Set errors in points of volatility: hundredths, or units of spreads of 100."""
    scale = np.where(table["kind"] == "fund", 100.0, 1.0)
    keys = ["name", "strikes", "level", "own_error"]
    columns = ("level", "own_error", "joint_error", "equivalent_gap", "worst_observable")
    shown = table.assign(
        **{column: table[column] * scale for column in columns[:-1]},
        worst_observable=100.0 * table["worst_observable"],
    )
    parts = [
        shown.loc[shown["case"] == case].rename(columns={c: f"{c}_{n}" for c in columns[2:]})
        for n, case in enumerate(CASES)
    ]
    both = parts[0].merge(parts[1][["name", *(f"{c}_1" for c in columns[2:])]], on="name")

    def two(value: float) -> str:
        return fixed(value, 2)

    def one(value: float) -> str:
        return fixed(value, 1)

    ends = [
        column
        for n in (0, 1)
        for column in (
            Column(f"worst_observable_{n}", r"Obs.~(\%)", one),
            Column(f"equivalent_gap_{n}", "Equiv.", two),
            Column(f"joint_error_{n}", "Error", two),
        )
    ]
    return latex_table(
        both,
        (
            Column(keys[0], "", align="l"),
            Column(keys[1], "Strikes", lambda value: str(int(value))),
            Column(keys[2], "Vol.", two),
            Column(keys[3], "Own fit", two),
            *ends,
        ),
    )


if __name__ == "__main__":
    main(run, printed)
