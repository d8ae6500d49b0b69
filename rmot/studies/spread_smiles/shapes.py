"""What bends a spread's smile in the copulas and the BiSABR model: Figures 1 to 3 of source 004.

The pictures do not survive; what they are to show is said beside them. A Gaussian copula's smile of
SABR prices is between those of normal and lognormal prices; degrees of freedom add convexity; of
the BiSABR's correlations one moves the level, two the slope, one the convexity slightly. All
spreads have one price at the money, those with a changed correlation excepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtrit

from rmot.artifact.data_digest import data_digest
from rmot.models import SABR
from rmot.spread import BiSABR, simulated_bisabr_call
from rmot.studies.spread_smiles import matched
from rmot.studies.spread_smiles.matched import MONEY, Target
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

MATURITY = 1.0
REACH = 1.5
"""Of the strikes, in normal deviations of the spread."""
ELASTICITY = 0.5
VOLS_OF_VOL = (0.0, 0.3, 0.6)
DEGREES_OF_FREEDOM = (3.0, 6.0, 12.0)
CHANGES = {
    "price_correlation": 0.01,
    "first_price_second_volatility": 0.2,
    "second_price_first_volatility": 0.2,
    "volatility_correlation": 0.2,
}
"""Of the BiSABR's correlations: that of prices moves all volatilities far more than the others."""
_STRIKES = {"quick": 5, "full": 13, "deep": 13}
_PATHS = {"quick": 2**14, "full": 2**17, "deep": 2**19}
_STEPS = {"quick": 8, "full": 16, "deep": 64}
_BATCHES = 8
"""Of paths: the change of a price has the spread of batches, each of common random numbers."""
_CONFIDENCE = 0.95


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a figure, case and strike.

    ``normal_volatility`` is the spread's a year, in the assets' units; ``change`` what a BiSABR
    correlation adds to it, in per cent of it, beside ``simulated_change`` with ``simulated_error``.
    """
    aim = matched.target(MATURITY)
    deviations = np.linspace(-REACH, REACH, _STRIKES[config.profile])
    strikes = MONEY + deviations * aim.level * math.sqrt(MATURITY)
    tables = [
        pd.DataFrame({"deviations": deviations, "strike": strikes, "level": aim.level, **case})
        for case in (
            *_gaussian(aim, strikes),
            *_student(aim, strikes),
            *_bisabr(aim, strikes, config),
        )
    ]
    settings = (matched.source()["data_sha256"], ELASTICITY, VOLS_OF_VOL, DEGREES_OF_FREEDOM)
    source = {"data": "drawn", "data_sha256": data_digest(settings, CHANGES)}
    return pd.concat(tables, ignore_index=True).assign(**source)


Case = dict[str, object]


def _gaussian(aim: Target, strikes: Vector) -> Iterator[Case]:
    """Yield Figure 1: SABR prices under a Gaussian copula, between normal and lognormal ones."""
    bounds = {"normal": matched.matched_normal(aim), "lognormal": matched.matched_lognormal(aim)}
    for name, calls in bounds.items():
        yield _case(1, name, math.nan, calls(strikes), strikes)
    for vol_of_vol in VOLS_OF_VOL:
        smiles = tuple(_symmetric(v, vol_of_vol) for v in aim.volatilities[:, 1].tolist())
        laws = matched.marginal_laws((smiles[0], smiles[1]), MATURITY)
        copula = matched.matched_copula(laws, aim)
        yield _case(1, "sabr", vol_of_vol, matched.copula_calls(laws, copula, strikes), strikes)


def _symmetric(volatility: float, vol_of_vol: float) -> SABR:
    """Return the SABR smile without leverage that has a volatility at the money."""

    def model(initial: float) -> SABR:
        return SABR(
            initial_volatility=initial,
            lognormal_vol_of_vol=vol_of_vol,
            correlation=0.0,
            elasticity=ELASTICITY,
        )

    def excess(initial: float) -> float:
        found = model(initial).implied_volatility(np.zeros(1), MATURITY)
        return float(found[0]) - volatility

    root = brentq(excess, 0.5 * volatility, 2.0 * volatility, xtol=1e-14)
    return model(float(root))  # pyright: ignore[reportArgumentType]


def _student(aim: Target, strikes: Vector) -> Iterator[Case]:
    """Yield Figure 2: the same marginals under Student copulas and the Gaussian one."""
    laws = matched.marginal_laws(matched.sabr_marginals(aim), MATURITY)
    for degrees in (*DEGREES_OF_FREEDOM, None):
        copula = matched.matched_copula(laws, aim, degrees)
        value = math.inf if degrees is None else degrees
        yield _case(2, "student", value, matched.copula_calls(laws, copula, strikes), strikes)


def _bisabr(aim: Target, strikes: Vector, config: Config) -> Iterator[Case]:
    """Yield Figure 3: the BiSABR's smile, and what each of its correlations adds to it."""
    pair = matched.matched_bisabr(matched.sabr_marginals(aim), aim)
    base = pair.spread_call(strikes, MATURITY)
    volatility = matched.normal_volatility(base, strikes, MATURITY)
    simulated = _batches(pair, strikes, config)
    yield _case(3, "as matched", math.nan, base, strikes)
    for name, change in CHANGES.items():
        other = replace(pair, **{name: getattr(pair, name) + change})
        case = _case(3, name, change, other.spread_call(strikes, MATURITY), strikes)
        changes = 100.0 * (_batches(other, strikes, config) / simulated - 1.0)
        error = np.std(changes, axis=0, ddof=1) / math.sqrt(_BATCHES)
        quantile = float(stdtrit(_BATCHES - 1, 0.5 + 0.5 * _CONFIDENCE))
        yield {
            **case,
            "change": 100.0 * (np.asarray(case["normal_volatility"]) / volatility - 1.0),
            "simulated_change": np.mean(changes, axis=0),
            "simulated_error": quantile * error,
        }


def _batches(pair: BiSABR, strikes: Vector, config: Config) -> Vector:
    """Return normal volatilities by simulation, shape (batches, strikes)."""
    found = []
    for batch in range(_BATCHES):
        calls = simulated_bisabr_call(
            pair,
            strikes,
            MATURITY,
            n_paths=_PATHS[config.profile],
            steps=_STEPS[config.profile],
            seed=config.seed + batch,
        ).price
        found.append(matched.normal_volatility(calls, strikes, MATURITY))
    return np.array(found)


def _case(figure: int, name: str, value: float, calls: Vector, strikes: Vector) -> Case:
    return {
        "figure": figure,
        "case": name,
        "value": value,
        "call": calls,
        "normal_volatility": matched.normal_volatility(calls, strikes, MATURITY),
    }


def shape(table: pd.DataFrame) -> pd.DataFrame:
    """Return the slope and the convexity of each case between the outermost strikes.

    A row a figure, case and value, both in per cent of the level matched: the right less the left,
    and their sum less twice the middle.
    """
    rows = []
    groups: Any = table.groupby(["figure", "case", "value"], sort=False, dropna=False)
    for (figure, name, value), smile in groups:
        volatility = 100.0 * smile["normal_volatility"].to_numpy() / float(smile["level"].iloc[0])
        left, middle, right = volatility[[0, volatility.size // 2, -1]].tolist()
        rows.append(
            {
                "figure": figure,
                "case": name,
                "value": value,
                "middle": middle,
                "slope": right - left,
                "convexity": right + left - 2.0 * middle,
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
