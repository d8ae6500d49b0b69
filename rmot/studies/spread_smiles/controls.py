"""Which parameter moves what of a spread's smile: level, slope and convexity, by small changes.

With normal volatilities at the money and one normal deviation to both sides the level is the middle
one, the slope the right less the left, the convexity their sum less twice the middle: each in per
cent of the matched level, and changes of them are tabulated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.models import WishartModel
from rmot.spread import GaussianCopula, StudentCopula
from rmot.studies.spread_smiles import matched, wishart_fits
from rmot.studies.spread_smiles.matched import COLOURS, DEGREES_OF_FREEDOM, LOADINGS, MONEY, Target
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]
Calls = Callable[[Vector], Vector]

MATURITY = 1.0
_CHANGE = 0.05
_DEVIATIONS = np.array([-1.0, 0.0, 1.0])
_SHAPES = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 1.0], [1.0, -2.0, 1.0]])
SHAPES = ("level", "slope", "convexity")
NAMES = {
    "gaussian": "Gaussian copula",
    "student": "Student copula",
    "bisabr": "BiSABR",
    "wishart": "Wishart",
    "alpha": "alpha",
}
BISABR_CORRELATIONS = {
    "price_correlation": r"\rho_{12}",
    "first_price_second_volatility": r"\rho_{14}",
    "second_price_first_volatility": r"\rho_{23}",
    "volatility_correlation": r"\rho_{34}",
}
SYMBOLS = {
    "none": r"\mbox{as matched}",
    "correlation": r"\rho",
    "degrees_of_freedom": r"\nu",
    **BISABR_CORRELATIONS,
    "initial_covariance": r"\log V_{12}",
    "degrees": r"\beta",
    "first_leverage": "R_{11}",
    "second_leverage": "R_{12}",
    "volatility": r"\log Q",
    "shared_loadings": r"\log\alpha_{\cdot 1}",
    **{f"vol_of_vol_{k}": rf"\nu_{k}" for k in (1, 2, 3)},
    **{f"correlation_{k}": rf"\rho_{k}" for k in (1, 2, 3)},
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a model and parameter; the parameter ``none`` is the model itself."""
    aim = matched.target(MATURITY)
    strikes = MONEY + _DEVIATIONS * aim.level * math.sqrt(MATURITY)
    rows = []
    for model, cases in _models(aim, config):
        base = None
        for parameter, change, keeps, calls in cases:
            volatility = matched.normal_volatility(calls(strikes), strikes, MATURITY)
            shape = 100.0 * (_SHAPES @ volatility) / aim.level
            base = shape if base is None else base
            moved = shape - base if change else shape
            rows.append(
                {
                    "model": model,
                    "parameter": parameter,
                    "change": change,
                    "keeps_marginals": keeps,
                    **dict(zip(SHAPES, moved.tolist(), strict=True)),
                }
            )
    return pd.DataFrame(rows).assign(**matched.source())


Case = tuple[str, float, bool, Calls]


def _models(aim: Target, config: Config) -> Iterator[tuple[str, list[Case]]]:
    smiles = matched.sabr_marginals(aim)
    laws = matched.marginal_laws(smiles, MATURITY)

    def under(copula: GaussianCopula | StudentCopula) -> Calls:
        return lambda strikes: matched.copula_calls(laws, copula, strikes)

    rho, nu = matched.matched_copula(laws, aim).correlation, DEGREES_OF_FREEDOM
    yield (
        "gaussian",
        [
            ("none", 0.0, True, under(GaussianCopula(rho))),
            ("correlation", _CHANGE, True, under(GaussianCopula(rho + _CHANGE))),
        ],
    )
    rho = matched.matched_copula(laws, aim, nu).correlation
    yield (
        "student",
        [
            ("none", 0.0, True, under(StudentCopula(rho, nu))),
            ("correlation", _CHANGE, True, under(StudentCopula(rho + _CHANGE, nu))),
            ("degrees_of_freedom", 2.0, True, under(StudentCopula(rho, nu + 2.0))),
        ],
    )
    pair = matched.matched_bisabr(smiles, aim)
    cases: list[Case] = [("none", 0.0, True, lambda k: pair.spread_call(k, MATURITY))]
    for name in BISABR_CORRELATIONS:
        other = replace(pair, **{name: getattr(pair, name) + _CHANGE})
        cases.append((name, _CHANGE, True, lambda k, x=other: x.spread_call(k, MATURITY)))
    yield "bisabr", cases
    yield "wishart", _wishart(config)
    yield "alpha", _alpha()


def _wishart(config: Config) -> list[Case]:
    law, _ = wishart_fits.read(config.inputs["wishart"], MATURITY)

    def calls(**changed: object) -> Calls:
        names = ("degrees", "volatility", "drift", "correlation", "initial")
        given = {name: getattr(law, name) for name in names} | changed
        other = WishartModel(law.exposures, **given)  # pyright: ignore[reportArgumentType]
        return lambda k: matched.joint_calls(other, k, MATURITY)

    mixed = np.array([[0.0, 1.0], [1.0, 0.0]]) * law.initial
    leverage = [np.array([[_CHANGE, 0.0], [0.0, 0.0]]), np.array([[0.0, _CHANGE], [0.0, 0.0]])]
    return [
        ("none", 0.0, True, calls()),
        ("initial_covariance", _CHANGE, True, calls(initial=law.initial + _CHANGE * mixed)),
        ("degrees", _CHANGE, False, calls(degrees=law.degrees + _CHANGE)),
        ("first_leverage", _CHANGE, False, calls(correlation=law.correlation + leverage[0])),
        ("second_leverage", _CHANGE, False, calls(correlation=law.correlation + leverage[1])),
        ("volatility", _CHANGE, False, calls(volatility=(1.0 + _CHANGE) * law.volatility)),
    ]


def _alpha() -> list[Case]:
    def calls(loadings: object, colours: tuple[tuple[float, float], ...]) -> Calls:
        law = matched.alpha_model(loadings, colours)
        return lambda k: matched.joint_calls(law, k, MATURITY)

    shared = np.array(LOADINGS)
    shared[:, 0] *= 1.0 + _CHANGE
    cases: list[Case] = [
        ("none", 0.0, True, calls(LOADINGS, COLOURS)),
        ("shared_loadings", _CHANGE, False, calls(shared, COLOURS)),
    ]
    for k in range(len(COLOURS)):
        for place, name in ((0, "vol_of_vol"), (1, "correlation")):
            moved = [list(colour) for colour in COLOURS]
            moved[k][place] += _CHANGE
            colours = tuple((row[0], row[1]) for row in moved)
            cases.append((f"{name}_{k + 1}", _CHANGE, False, calls(LOADINGS, colours)))
    return cases


def printed(table: pd.DataFrame) -> str:
    """Set all rows, the model's name at its first."""

    def two(value: float) -> str:
        return fixed(value, 2)

    first = table["parameter"] == "none"
    here = table.assign(name=table["model"].map(NAMES.__getitem__).where(first, ""))
    return latex_table(
        here,
        (
            Column("name", "Model", align="l"),
            Column("parameter", "Parameter", SYMBOLS.__getitem__, align="l"),
            Column("change", "Change", lambda change: f"+{change:g}" if change else "~"),
            Column("level", "Level", two),
            Column("slope", "Slope", two),
            Column("convexity", "Convexity", two),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
