"""Milliseconds a strike of exact spread options, and of QuantLib's differences on lognormal ones.

Times are the processor's, medians of repetitions; they differ from run to run. QuantLib has no
factor model: the peer is its `Fd2dBlackScholesVanillaEngine` on two lognormal prices, with its
error against the exact price.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import QuantLib

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.models import NormalLaw, RoughFactorModel, VarianceFactor
from rmot.spread import spread_call
from rmot.studies.alpha.exact_spreads import MATURITIES, parameter_sets
from rmot.studies.study import Config, main

REPETITIONS = {"quick": 3, "full": 9, "deep": 21}
GRIDS = {"quick": 60, "full": 200, "deep": 400}
_FORWARDS, _VOLATILITIES, _CORRELATION, _YEARS = (1.1, 1.0), (0.3, 0.2), 0.4, 2


def milliseconds(work: Callable[[], object], repetitions: int) -> float:
    """Return the median milliseconds of a call, after one that compiles."""
    work()
    spent = []
    for _ in range(repetitions):
        start = time.process_time()
        work()
        spent.append(1e3 * (time.process_time() - start))
    return float(np.median(spent))


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
            for share in (-0.5, 0.0, 0.1, 0.5):
                strike = forwards[0] - forwards[1] + share * 0.1 * forwards[0]
                spent = milliseconds(
                    lambda k=strike, a=assets, f=forwards, t=maturity: spread_call(
                        a, 0, 1, k, t, forwards=f
                    ),
                    count,
                )
                rows.append({"case": name, "maturity": maturity, "strike": strike, "ms": spent})
            held = assets.loadings * np.array(forwards)[:, None]
            law = NormalLaw(tuple(held[0] - held[1]), assets.factors)
            strikes = np.linspace(-0.1, 0.1, 41) * forwards[0]
            spent = milliseconds(lambda n=law, k=strikes, t=maturity: n.options(k, t), count)
            row = {"case": f"{name}, normal", "maturity": maturity, "strike": np.nan}
            rows.append({**row, "ms": spent / strikes.size})
    pair, strike = lognormal(), 0.05
    exact = float(spread_call(pair, 0, 1, strike, _YEARS, forwards=_FORWARDS))
    own = milliseconds(lambda: spread_call(pair, 0, 1, strike, _YEARS, forwards=_FORWARDS), count)
    size = GRIDS[config.profile]
    given = {"maturity": _YEARS, "strike": strike}
    rows.append({"case": "lognormal", **given, "ms": own, "error": 0.0})
    spent = milliseconds(lambda: peer(strike, size), count)
    error = abs(peer(strike, size) - exact)
    rows.append({"case": "lognormal, QuantLib", **given, "ms": spent, "error": error})
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set medians and largest times by case and maturity."""
    grouped = table.groupby(["case", "maturity"], sort=False)
    shown = grouped.agg(median=("ms", "median"), largest=("ms", "max"), error=("error", "max"))
    return latex_table(
        shown.reset_index(),
        (
            Column("case", "Case", align="l"),
            Column("maturity", "$T$", lambda value: fixed(value, 0)),
            Column("median", "Median, ms", lambda value: significant(value, 2)),
            Column("largest", "Largest, ms", lambda value: significant(value, 2)),
            Column("error", "Error", lambda v: "--" if np.isnan(v) else significant(v, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
