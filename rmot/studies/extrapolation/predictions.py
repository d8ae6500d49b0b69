"""What each competitor says of quotes it has not seen, and how far a ball must reach to meet them.

One chain at a time: the models fitted inside each half-width, their volatilities at the quotes
shown and held out, and for each prior the excess radius at which the interval meets a held-out one.
The priors are kept beside the table, in the folder of its name.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported
from rmot.errors import RmotError
from rmot.market import Smile
from rmot.market.registry import describe
from rmot.studies.chains import european_surface
from rmot.studies.extrapolation.balls import Ball, law
from rmot.studies.extrapolation.competitors import (
    COMPETITORS,
    LAST_QUOTE,
    PRIORS,
    Fitted,
    fitted,
    predicted,
)
from rmot.studies.extrapolation.quotes import (
    HALF_WIDTHS,
    HELD_OUT_BEYOND,
    Split,
    shown,
    splits,
)
from rmot.studies.study import Config, parse
from rmot.transport import Prior

INSIDE, PUT, CALL = "inside", "put", "call"
Priors = dict[tuple[str, str], Prior]
"""By competitor and expiry."""


def run(config: Config) -> tuple[pd.DataFrame, Priors]:
    """Tabulate one row for each quote, half-width and competitor of the one chain given.

    Returns
    -------
    DataFrame
    dict
        The laws of the priors fitted inside `HELD_OUT_BEYOND`.
    """
    ((chain, path),) = config.inputs.items()
    surface = european_surface(path)
    parts = splits(surface, config.profile)
    source = describe(path)
    main_fits = {key: fitted(key, shown(surface, parts, HELD_OUT_BEYOND)) for key in COMPETITORS}
    tables, priors = [], {}
    for half_width in HALF_WIDTHS:
        quotes = shown(surface, parts, half_width)
        for key in (LAST_QUOTE, *COMPETITORS):
            fit = main_fits.get(key)
            if fit and half_width != HELD_OUT_BEYOND:
                fit = fitted(key, quotes, near=fit)
            for row, (part, inside) in enumerate(zip(parts, quotes.slices, strict=True)):
                table = _predictions(_quotes(part, inside, half_width), inside, fit, row)
                if fit and key in PRIORS and half_width == HELD_OUT_BEYOND:
                    table, prior = _with_excess(table, fit.models[row])
                    if prior:
                        priors[key, expiry_name(table)] = prior
                tables.append(table.assign(half_width=half_width, model=key))
    found = pd.concat(tables, ignore_index=True)
    return found.assign(chain=chain, data=source.kind, data_sha256=source.sha256), priors


def expiry_name(rows: pd.DataFrame) -> str:
    """Return what the expiry of some rows is called in file names."""
    first = rows.iloc[0]
    return f"{first['expiry']}_{first['settlement']}"


def prior_path(table: Path, key: str, rows: pd.DataFrame) -> Path:
    """Return where the prior of an expiry is kept, given where the table is."""
    return table.with_suffix("") / f"{key}.{expiry_name(rows)}.json"


def _quotes(part: Split, inside: Smile, half_width: float) -> pd.DataFrame:
    judged = part.held_out.rows(np.abs(part.held_out.log_moneyness) > half_width)
    tables = []
    for smile, seen in ((inside, True), (judged, False)):
        k = smile.log_moneyness
        distance = np.maximum(inside.log_moneyness[0] - k, k - inside.log_moneyness[-1])
        columns = {
            "trading_days": part.trading_days,
            "expiry": smile.expiry.isoformat(),
            "settlement": smile.settlement,
            "maturity": smile.maturity,
            "log_moneyness": k,
            "wing": INSIDE if seen else np.where(k < 0, PUT, CALL),
            # from the last quote shown
            "distance": np.maximum(distance, 0.0),
            "bid_volatility": smile.bid_volatility,
            "quoted_volatility": smile.implied_volatility,
            "ask_volatility": smile.ask_volatility,
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True).sort_values("log_moneyness", ignore_index=True)


def _predictions(table: pd.DataFrame, inside: Smile, fit: Fitted | None, row: int) -> pd.DataFrame:
    k = table["log_moneyness"].to_numpy()
    if fit is None:
        # constant beyond the ends
        volatility = np.interp(k, inside.log_moneyness, inside.implied_volatility)
    elif fit.models[row] is None:
        volatility = np.full(k.shape, np.nan)
    else:
        volatility = predicted(fit.models[row], k, inside.maturity)
    return table.assign(
        free_parameters=fit.free_parameters if fit else 0,
        predicted_volatility=volatility,
        failure=fit.failure if fit else "",
        least_radius=np.nan,
        needed_excess=np.nan,
        ball_failure="",
    )


def _with_excess(table: pd.DataFrame, model: object) -> tuple[pd.DataFrame, Prior | None]:
    """Add the radii; where there is no ball, say which kind of error stood in the way."""
    held_out = (table["wing"] != INSIDE).to_numpy()
    if model is None:
        return table.assign(ball_failure=np.where(held_out, "no fit", "")), None
    try:
        prior = law(model, table["maturity"].iloc[0], table["log_moneyness"].to_numpy())
        ball = Ball.around(prior, table.loc[~held_out])
    except RmotError as error:
        return table.assign(ball_failure=np.where(held_out, type(error).__name__, "")), None
    needed: NDArray[np.float64] = np.full(len(table), np.nan)
    sides = table.loc[held_out, ["log_moneyness", "bid_volatility", "ask_volatility"]].to_numpy()
    needed[held_out] = [ball.needed_excess(*side) for side in sides]
    failure = np.where(held_out & np.isnan(needed), "AccuracyError", "")
    columns = {"needed_excess": needed, "least_radius": ball.least, "ball_failure": failure}
    return table.assign(**columns), prior


if __name__ == "__main__":
    config, output = parse()
    with reported("extrapolation.predictions"):
        table, priors = run(config)
        folder = output.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for (key, expiry), prior in priors.items():
            prior.save(folder / f"{key}.{expiry}.json")
        write_csv(output, table.assign(profile=config.profile))
