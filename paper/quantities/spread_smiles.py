"""Numbers of one spread's smile in competing models, in per cent of its normal volatility."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant

_WORDS = {1.0: "One", 10.0: "Ten"}
_MODELS = {
    "gaussian": "Gaussian",
    "student": "Student",
    "bisabr": "Bisabr",
    "wishart": "Wishart",
    "lognormal": "Lognormal",
}


def smiles(table: pd.DataFrame) -> Iterator[Number]:
    """Give distances from the alpha model, and of the expansion from its simulation."""
    source = Source.of_table("Smile", table)
    for maturity, here in table.groupby("maturity"):
        word = _WORDS[float(str(maturity))]
        by_model = {
            name: rows.set_index("deviations")["normal_volatility"]
            for name, rows in here.groupby("model")
        }
        level = float(by_model["normal"].iloc[0])
        for name, label in _MODELS.items():
            away = 100.0 * float(np.max(np.abs(by_model[name] - by_model["alpha"]))) / level
            yield source.number(f"{label}{word}", away, fixed(away, 1), 0.2 + 0.1 * away)
        drawn = here[here["model"] == "bisabr_simulated"].set_index("deviations")
        missed = 100.0 * np.abs(by_model["bisabr"] - drawn["normal_volatility"]) / level
        errors = 100.0 * drawn["normal_volatility_error"] / level
        # another seed moves it by as much as the paths' own error
        worst, error = float(np.max(missed)), float(np.max(errors))
        yield source.number(f"Expansion{word}", worst, fixed(worst, 1), error)
        yield source.number(f"ExpansionError{word}", error, fixed(error, 1), 0.3 * error)
        miss = 100.0 * float(np.max(here.loc[here["model"] == "wishart", "largest_miss"]))
        yield source.number(f"WishartMiss{word}", miss, significant(miss, 1), 0.5 * miss + 0.1)


def controls(table: pd.DataFrame) -> Iterator[Number]:
    """Give the slope of both copulas as matched, and what their parameters do to it."""
    source = Source.of_table("Control", table)
    rows = table.set_index(["model", "parameter"])
    for model, label in (("gaussian", "Gaussian"), ("student", "Student"), ("alpha", "Alpha")):
        for shape in ("slope", "convexity"):
            value = float(rows.loc[(model, "none"), shape])  # pyright: ignore[reportArgumentType]
            yield source.number(f"{label}{shape.title()}", value, fixed(value, 1), 0.1)
