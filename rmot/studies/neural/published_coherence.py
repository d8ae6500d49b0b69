"""The source's audit of its own dimensions, times and parameters, done on the data.

A row is a number, what it ought to be by the source's other numbers or by the bars, and whether
the two agree within a tolerance: what is printed is rounded, what is counted may be off by a 20th.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.neural.jaxed import jnp
from rmot.neural.published import market_parameters, signature
from rmot.neural.published.losses import signature_target
from rmot.neural.published.model import Architecture, normalisation_of
from rmot.neural.published.printed import DATA, MARKET, MODEL
from rmot.studies.neural.published_data import about, load_model, read_segments
from rmot.studies.study import Config, main

COUNTED, ROUNDED = 0.05, 0.005
TRADING_DAYS = 252
DECADES = 2.0
"""Orders of magnitude between inputs with which a network still learns from all of them."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a check; `printed` is the trained model."""
    fitted, _, test = read_segments(config)
    rows = []
    for check, found, expected, tolerance in (*_arithmetic(), *_of_data(config, fitted, test)):
        rows.append(
            {
                "check": check,
                "found": found,
                "expected": expected,
                "holds": bool(abs(found - expected) <= tolerance * abs(expected)),
                **about(test.source),
            }
        )
    return pd.DataFrame(rows)


def _arithmetic() -> Iterator[tuple[str, float, float, float]]:
    inputs = Architecture().inputs
    yield "signature's components", signature.SIZE, sum(2**order for order in (1, 2, 3)), 0.0
    yield "inputs of the networks", inputs, 15, 0.0
    step = MODEL.horizon / MODEL.segment_length
    bars = TRADING_DAYS * MODEL.bars_per_day
    yield "bars a year of the printed step", 1 / step, bars, ROUNDED
    yield "bars a year of the printed data", DATA.bars / DATA.years, bars, COUNTED
    yield (
        "printed segments",
        DATA.segments,
        DATA.bars // MODEL.segment_length,
        COUNTED,
    )
    half_life = market_parameters.half_life_days(MODEL.mean_reversion)
    yield "half-life of kappa in days", half_life, MARKET.half_life_days, ROUNDED
    level = float(np.exp(MODEL.long_run_log_variance / 2))
    yield "volatility of theta", level, MARKET.mean_index, COUNTED


def _of_data(config: Config, fitted, test) -> Iterator[tuple[str, float, float, float]]:
    change = np.diff(fitted.log_variance, axis=1)
    deviation = float(np.sqrt((change**2 / fitted.steps).mean()))
    trading = float(np.sqrt((change**2).mean() * TRADING_DAYS * fitted.variance.shape[1]))
    most = MODEL.diffusion_floor + MODEL.diffusion_scale
    yield "largest diffusion, years of the calendar", most, max(most, deviation), 0.0
    yield "largest diffusion, years of sessions", most, max(most, trading), 0.0
    horizon = float(fitted.times[:, -1].mean())
    spread = float((fitted.log_variance[:, -1] - fitted.log_variance[:, 0]).std())
    reach = MODEL.drift_scale * horizon
    yield (
        "drift net's reach over a session's spread",
        reach / spread,
        max(reach / spread, 0.05),
        0.0,
    )
    scale = normalisation_of(fitted.log_variance, fitted.times).scale
    decades = float(np.log10(scale.max() / scale.min()))
    yield "decades between the inputs' scales", decades, min(decades, DECADES), 0.0
    target = signature_target(fitted.variance, fitted.times)
    counted = float(np.sum(np.asarray(target.weight) > 0))
    free = sum(not alone for alone in signature.OF_TIME_ALONE)
    yield "components that the loss counts", counted, float(free), 0.0
    model = load_model(config, "printed")
    path = signature.with_time(jnp.asarray(test.times), jnp.asarray(test.log_variance))
    seen = np.asarray(signature.running_signature(path))[:, :-1].reshape(-1, signature.SIZE)
    inputs = np.column_stack([seen, test.log_variance[:, :-1].reshape(-1)])
    _, diffusion = model.coefficients(jnp.asarray(inputs))
    learned = float(np.mean(np.asarray(diffusion)))
    yield "learned diffusion over the data's", learned / deviation, 1.0, COUNTED


def printed(table: pd.DataFrame) -> str:
    """Set a row a check."""
    return latex_table(
        table.assign(holds=["yes" if one else "no" for one in table["holds"]]),
        (
            Column("check", "", align="l"),
            Column("found", "found", lambda value: significant(value, 4)),
            Column("expected", "ought to be", lambda value: significant(value, 4)),
            Column("holds", "holds", align="l"),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
