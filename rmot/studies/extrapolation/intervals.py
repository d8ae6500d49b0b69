"""Intervals for held-out quotes: balls about priors, bands about predictions, and no model at all.

Each kind has one number, chosen on another chain to meet a share of that chain's quotes: the excess
of the radius, the half-width of a band, or the half-width by distance from the last quote shown.
Inputs are the tables of `rmot.studies.extrapolation.predictions`, with the priors beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.studies.extrapolation.balls import Ball, Interval, classical_interval
from rmot.studies.extrapolation.choice import CHOSEN_ON, LEVELS, distance_to_interval
from rmot.studies.extrapolation.competitors import COMPETITORS, LAST_QUOTE, PRIORS
from rmot.studies.extrapolation.predictions import INSIDE, prior_path
from rmot.studies.extrapolation.quotes import HELD_OUT_BEYOND
from rmot.studies.study import Config, main
from rmot.transport import Prior, least_that_meets

BALL, BAND, WEDGE, CLASSICAL = "ball", "band", "wedge", "classical"
KINDS = (BALL, BAND, WEDGE, CLASSICAL)


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row for each held-out quote, level, kind of interval and what it is about."""
    tables = {name: main_rows(read_csv(path)) for name, path in config.inputs.items()}
    found = []
    for chain, chooser in CHOSEN_ON.items():
        if chain in tables and chooser in tables:
            here, there = tables[chain], tables[chooser]
            path = config.inputs[chain]
            made = [*_classical(here), *_bands(here, there, config.profile)]
            made += _balls(here, there, path, config.profile)
            found.append(pd.concat(made, ignore_index=True).assign(chain=chain, chosen_on=chooser))
    return pd.concat(found, ignore_index=True)


def main_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the half-width beyond which all held-out quotes lie."""
    return table.loc[table["half_width"] == HELD_OUT_BEYOND]


def _bands(here: pd.DataFrame, there: pd.DataFrame, profile: str) -> Iterator[pd.DataFrame]:
    for key in (LAST_QUOTE, *COMPETITORS):
        rows, chooser = _held_out(here, key), _held_out(there, key)
        asked = distance_to_interval(chooser)
        middle = rows["predicted_volatility"].to_numpy()
        for kind in (BAND, WEDGE):
            scale, shape = asked, np.ones(len(rows))
            if kind == WEDGE:
                scale, shape = asked / chooser["distance"].to_numpy(), rows["distance"].to_numpy()
            for level in LEVELS[profile]:
                number, attained = least_that_meets(scale, level)
                yield _table(
                    rows,
                    kind,
                    key,
                    level,
                    number,
                    attained,
                    lower=np.maximum(middle - number * shape, 0.0),
                    upper=middle + number * shape,
                    failure=np.where(np.isnan(middle), "no volatility", ""),
                )


def _balls(
    here: pd.DataFrame, there: pd.DataFrame, path: Path, profile: str
) -> Iterator[pd.DataFrame]:
    for key in PRIORS:
        rows = _held_out(here, key)
        asked = _held_out(there, key)["needed_excess"].to_numpy()
        balls = {name: _ball(part, path, key) for name, part in _expiries(here, key)}
        for level in LEVELS[profile]:
            number, attained = least_that_meets(asked, level)
            found = [
                ball.interval(k, number) if ball else Interval(np.nan, np.nan, failure=reason)
                for ball, k, reason in zip(
                    [balls[name] for name in _expiry_names(rows)],
                    rows["log_moneyness"],
                    rows["ball_failure"],
                    strict=True,
                )
            ]
            yield _of_intervals(rows, BALL, key, level, number, attained, found)


def _classical(here: pd.DataFrame) -> Iterator[pd.DataFrame]:
    rows = _held_out(here, LAST_QUOTE)
    shown = dict(_expiries(here, LAST_QUOTE))
    found = [
        classical_interval(shown[name], k)
        for name, k in zip(_expiry_names(rows), rows["log_moneyness"], strict=True)
    ]
    yield _of_intervals(rows, CLASSICAL, "", np.nan, np.nan, True, found)


def _ball(shown: pd.DataFrame, path: Path, key: str) -> Ball | None:
    stored = prior_path(path, key, shown)
    return Ball.around(Prior.load(stored), shown) if stored.exists() else None


def _held_out(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.loc[(table["model"] == key) & (table["wing"] != INSIDE)]


def _expiry_names(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(rows["expiry"], rows["settlement"], strict=True)


def _expiries(table: pd.DataFrame, key: str) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    shown = table.loc[(table["model"] == key) & (table["wing"] == INSIDE)]
    yield from shown.groupby(["expiry", "settlement"], sort=False)


def _of_intervals(
    rows: pd.DataFrame,
    kind: str,
    key: str,
    level: float,
    number: float,
    attained: bool,
    found: list[Interval],
) -> pd.DataFrame:
    return _table(
        rows,
        kind,
        key,
        level,
        number,
        attained,
        lower=np.array([each.lower for each in found]),
        upper=np.array([each.upper for each in found]),
        nearest=np.array([each.nearest for each in found]),
        failure=np.array([each.failure for each in found]),
    )


_QUOTE = [
    *("trading_days", "expiry", "settlement", "maturity", "log_moneyness", "wing", "distance"),
    *("bid_volatility", "quoted_volatility", "ask_volatility", "data", "data_sha256"),
]


def _table(
    rows: pd.DataFrame,
    kind: str,
    key: str,
    level: float,
    number: float,
    attained: bool,
    **columns: np.ndarray,
) -> pd.DataFrame:
    made = rows[_QUOTE].assign(
        kind=kind, about=key, level=level, chosen=number, attained=attained, **columns
    )
    answered = made["failure"] == ""
    meets = (made["upper"] >= made["bid_volatility"]) & (made["lower"] <= made["ask_volatility"])
    middle = made["quoted_volatility"]
    return made.assign(
        answered=answered,
        meets=answered & meets,
        holds_mid=answered & (made["lower"] <= middle) & (middle <= made["upper"]),
        width=made["upper"] - made["lower"],
    )


if __name__ == "__main__":
    main(run)
