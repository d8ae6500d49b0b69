"""Milliseconds a strike of exact spread options, and of QuantLib's differences on lognormal ones.

Times are the processor's on one thread, least and median of repetitions; they differ from run to
run. Strikes reach three deviations to both sides, and close to 0, where the integral's line meets a
pole. QuantLib has no factor model: the peer is its `Fd2dBlackScholesVanillaEngine` on two lognormal
prices, with its error against the exact price.
"""

from __future__ import annotations

import math
import os

from rmot.artifact.systems import ONE_THREAD

# before numpy loads its linear algebra
os.environ.update(ONE_THREAD)

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import QuantLib

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.models import NormalLaw, RoughFactorModel, VarianceFactor
from rmot.spread import spread_call, spread_claim
from rmot.studies.alpha.exact_spreads import MATURITIES, parameter_sets
from rmot.studies.study import Config, main

REPETITIONS = {"quick": 1, "full": 5, "deep": 21}
GRIDS = {"quick": 60, "full": 200, "deep": 400}
DEVIATIONS = (-3.0, -1.5, -0.5, 0.5, 1.5, 3.0)
SHARES = (-0.05, 0.0, 0.01, 0.05)
NEAR_ZERO = (-1e-4, 1e-5, 1e-4, 1e-3)
_FORWARDS, _VOLATILITIES, _CORRELATION, _YEARS = (1.1, 1.0), (0.3, 0.2), 0.4, 2


def milliseconds(work: Callable[[], object], repetitions: int) -> dict[str, float]:
    """Return the least and the median milliseconds of a call, after one that compiles."""
    work()
    spent = []
    for _ in range(repetitions):
        start = time.process_time()
        work()
        spent.append(1e3 * (time.process_time() - start))
    return {"least": min(spent), "median": float(np.median(spent))}


def lognormal() -> RoughFactorModel:
    """Return the lognormal pair that QuantLib prices."""
    flat = VarianceFactor(
        hurst=0.5,
        vol_of_vol=0.0,
        correlation=0.0,
        initial_variance=1.0,
        mean_reversion=0.0,
        long_run_variance=0.0,
    )
    first, second = _VOLATILITIES
    rest = second * (1.0 - _CORRELATION**2) ** 0.5
    return RoughFactorModel([[first, 0.0], [_CORRELATION * second, rest]], [flat, flat])


def peer(strike: float, size: int) -> float:
    """Return QuantLib's price on a grid of so many steps a dimension."""
    today = QuantLib.Date(1, 1, 2020)
    QuantLib.Settings.instance().evaluationDate = today
    counter = QuantLib.Actual365Fixed()
    flat = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, counter))
    processes = [
        QuantLib.BlackScholesMertonProcess(
            QuantLib.QuoteHandle(QuantLib.SimpleQuote(forward)),
            flat,
            flat,
            QuantLib.BlackVolTermStructureHandle(
                QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), volatility, counter)
            ),
        )
        for forward, volatility in zip(_FORWARDS, _VOLATILITIES, strict=True)
    ]
    payoff = QuantLib.SpreadBasketPayoff(QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike))
    option = QuantLib.BasketOption(payoff, QuantLib.EuropeanExercise(today + 365 * _YEARS))
    engine = QuantLib.Fd2dBlackScholesVanillaEngine(*processes, _CORRELATION, size, size, size // 2)
    option.setPricingEngine(engine)
    return float(option.NPV())


def run(config: Config) -> pd.DataFrame:
    """Time exact spreads of all sets, normal ones, and the lognormal pair by both programs."""
    count = REPETITIONS[config.profile]
    rows = []
    for name, (assets, forwards) in parameter_sets().items():
        for maturity in MATURITIES:
            for strike in _strikes(assets, forwards, maturity):
                given = (assets, 0, 1, strike, maturity)
                spent = milliseconds(
                    lambda g=given, f=forwards: spread_claim(*g, forwards=f), count
                )
                _, error = spread_claim(*given, forwards=forwards)
                case = {"case": name, "maturity": maturity, "strike": strike}
                rows.append({**case, **spent, "error": error / forwards[0]})
            held = assets.loadings * np.array(forwards)[:, None]
            law = NormalLaw(tuple(held[0] - held[1]), assets.factors)
            strikes = np.linspace(-0.1, 0.1, 41) * forwards[0]
            spent = milliseconds(lambda n=law, k=strikes, t=maturity: n.options(k, t), count)
            row = {"case": f"{name}, normal", "maturity": maturity, "strike": np.nan}
            rows.append({**row, **{name: each / strikes.size for name, each in spent.items()}})
    pair, strike = lognormal(), 0.05
    exact = float(spread_call(pair, 0, 1, strike, _YEARS, forwards=_FORWARDS))
    own = milliseconds(lambda: spread_call(pair, 0, 1, strike, _YEARS, forwards=_FORWARDS), count)
    size = GRIDS[config.profile]
    given = {"maturity": _YEARS, "strike": strike}
    rows.append({"case": "lognormal", **given, **own, "error": 0.0})
    spent = milliseconds(lambda: peer(strike, size), count)
    error = abs(peer(strike, size) - exact)
    rows.append({"case": "lognormal, QuantLib", **given, **spent, "error": error})
    return pd.DataFrame(rows)


def _strikes(
    assets: RoughFactorModel, forwards: tuple[float, float], maturity: float
) -> list[float]:
    """Return strikes by deviations of the spread, by shares of the forward, and near 0."""
    mean = np.array([factor.integrated_moments(maturity).mean for factor in assets.factors])
    held = assets.loadings * np.array(forwards)[:, None]
    deviation = math.sqrt(float((held[0] - held[1]) ** 2 @ mean))
    forward = forwards[0] - forwards[1]
    moved = [deviation * at for at in DEVIATIONS] + [forwards[0] * at for at in SHARES]
    return [forward + by for by in moved] + [forwards[0] * at for at in NEAR_ZERO]


def printed(table: pd.DataFrame) -> str:
    """Set the times of strikes by case and maturity."""
    grouped = table.groupby(["case", "maturity"], sort=False)
    shown = grouped.agg(
        median=("median", "median"),
        worst=("median", "max"),
        least=("least", "max"),
        error=("error", "max"),
    )
    return latex_table(
        shown.reset_index(),
        (
            Column("case", "Case", align="l"),
            Column("maturity", "$T$", lambda value: fixed(value, 0)),
            Column("median", "Median, ms", lambda value: significant(value, 2)),
            Column("worst", "Slowest strike, ms", lambda value: significant(value, 2)),
            Column("least", "at best", lambda value: significant(value, 2)),
            Column("error", "Error", lambda v: "--" if np.isnan(v) else significant(v, 2)),
        ),
    )


def report(table: pd.DataFrame) -> str:
    """Return the table for print, and say which strike was slowest."""
    own = table[table["case"].isin(list(parameter_sets()))]
    slowest = own.iloc[int(np.argmax(own["median"]))]
    print(
        f"slowest of {len(own)} strikes: {slowest['case']}, T = {slowest['maturity']:g}, "
        f"K = {slowest['strike']:.6g}: {slowest['median']:.1f} ms, "
        f"{slowest['least']:.1f} at best; largest error {own['error'].max():.1e} of the forward"
    )
    return printed(table)


if __name__ == "__main__":
    main(run, report)
