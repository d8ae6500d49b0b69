"""The source's calibration on one day's quotes: v0 to a smile, to several at once, and held out.

As it does, all else is as trained on the VIX and one volatility is the rival. What the source does
not show is what it costs to meet all expiries with one v0, and the error where v0 was not fitted.
`prior` is the model with silent networks: its printed reversion and the data's vol of variance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.market import Smile
from rmot.neural.published.initial_variance import (
    calibrate_initial_variance,
    flat_error,
    flat_volatility,
    volatility_error,
)
from rmot.neural.published.model import Architecture, SignatureSDE, make_model
from rmot.neural.published.pricing import Grid
from rmot.neural.published.printed import MARKET, PRICING_ERROR
from rmot.studies.neural.published_data import load_model, read_segments
from rmot.studies.neural.published_quotes import surface_of
from rmot.studies.study import Config, main

SPX = "SPX"
EXPIRIES = {"quick": 3, "full": 5, "deep": 16}
PATHS = {"quick": 256, "full": 2048, "deep": 16384}
STEPS = {"quick": 12, "full": 25, "deep": 100}
MODELS = ("printed", "mended")
PRIOR, FLAT = "prior", "flat"
EACH, ALL, FITTED, HELD_OUT = "each", "all", "every other", "between"
LABELS = {
    "printed": "as printed",
    "mended": "mended",
    PRIOR: "prior alone",
    FLAT: "flat Black--Scholes",
}
SMALLEST = 1e-9


def models_of(config: Config) -> dict[str, SignatureSDE]:
    """Return the two trained models and the prior alone, by name."""
    fitted, _, _ = read_segments(config)
    change = np.diff(fitted.log_variance, axis=1)
    deviation = float(np.sqrt((change**2 / fitted.steps).mean()))
    silent = Architecture(
        width=1,
        depth=1,
        drift_scale=SMALLEST,
        diffusion_scale=SMALLEST,
        diffusion_floor=deviation,
    )
    return {name: load_model(config, name) for name in MODELS} | {PRIOR: make_model(silent)}


def grid_of(config: Config) -> Grid:
    """Return the grid of a profile; its maturity is replaced."""
    return Grid(
        maturity=1.0,
        steps=STEPS[config.profile],
        paths=PATHS[config.profile],
        seed=config.seed,
    )


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a model and set of expiries."""
    surface = surface_of(config, SPX, EXPIRIES[config.profile])
    smiles, grid = surface.slices, grid_of(config)
    source = {"data": surface.source.kind, "data_sha256": surface.source.sha256}
    rows = []

    def row(model: str, what: str, maturity: float, parameter: float, error: float) -> None:
        printed = PRICING_ERROR["black_scholes" if model == FLAT else "neural"]
        rows.append(
            {
                "model": model,
                "set": what,
                "maturity": maturity,
                "initial_volatility": parameter,
                "error": error,
                "printed_error": printed if what == EACH and model != PRIOR else np.nan,
                "quotes": sum(len(smile) for smile in _chosen(what, maturity, smiles)),
                **source,
            }
        )

    for name, model in models_of(config).items():
        for smile in smiles:
            found = calibrate_initial_variance(model, MARKET.leverage, [smile], grid)
            root = float(np.sqrt(found.initial_variance))
            row(name, EACH, smile.maturity, root, found.error)
        found = calibrate_initial_variance(model, MARKET.leverage, smiles, grid)
        row(name, ALL, np.nan, float(np.sqrt(found.initial_variance)), found.error)
        found = calibrate_initial_variance(model, MARKET.leverage, smiles[::2], grid)
        start = found.initial_variance
        row(name, FITTED, np.nan, float(np.sqrt(start)), found.error)
        error = volatility_error(model, start, MARKET.leverage, smiles[1::2], grid)
        row(name, HELD_OUT, np.nan, float(np.sqrt(start)), error)
    for smile in smiles:
        level = flat_volatility([smile])
        row(FLAT, EACH, smile.maturity, level, flat_error(level, [smile]))
    for what, fitted, priced in (
        (ALL, smiles, smiles),
        (FITTED, smiles[::2], smiles[::2]),
        (HELD_OUT, smiles[::2], smiles[1::2]),
    ):
        level = flat_volatility(fitted)
        row(FLAT, what, np.nan, level, flat_error(level, priced))
    return pd.DataFrame(rows)


def _chosen(what: str, maturity: float, smiles: tuple[Smile, ...]) -> tuple[Smile, ...]:
    if what == EACH:
        return tuple(smile for smile in smiles if smile.maturity == maturity)
    return {ALL: smiles, FITTED: smiles[::2], HELD_OUT: smiles[1::2]}[what]


def printed(table: pd.DataFrame) -> str:
    """Set a row a model: root mean square over all single smiles, all at once, and held out."""
    rows = []
    for name, label in LABELS.items():
        group = table[table["model"] == name]
        single = group[group["set"] == EACH]
        mean = np.sqrt((single["error"] ** 2 * single["quotes"]).sum() / single["quotes"].sum())
        others = group.set_index("set")["error"]
        row = {"label": label, EACH: mean}
        rows.append(row | {what: others[what] for what in (ALL, FITTED, HELD_OUT)})
    heads = {
        EACH: "each expiry",
        ALL: "all at once",
        FITTED: "every other",
        HELD_OUT: "those between",
    }
    return latex_table(
        pd.DataFrame(rows),
        (
            Column("label", "", lambda text: rf"\text{{{text}}}", align="l"),
            *(
                Column(what, head, lambda value: fixed(100 * value, 2))
                for what, head in heads.items()
            ),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
