"""Errors of prices far from the money by horizon, beside 002's Table 3 and the errors it claims.

002 does not say what its errors are relative to; here they are |P - P_mid| / P_mid, P_mid the price
between bid and ask, of puts below and calls above the forward.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.numerics import black_otm
from rmot.studies.extrapolation.competitors import NEAREST
from rmot.studies.extrapolation.coverage import PRINTED_LEVEL, with_scores
from rmot.studies.extrapolation.intervals import BALL, main_rows
from rmot.studies.extrapolation.point_errors import INTERVALS, PRINTED, data_of, with_nearest
from rmot.studies.extrapolation.predictions import INSIDE
from rmot.studies.study import Config, main

CLAIMED_FOR = math.log(1.3)
CLAIMED_LARGEST, CLAIMED_FLAT = 0.057, 0.50
"""002's Section 5.3: for K/S > 1.3 its largest error, and what Black-Scholes exceeds."""
FLAT, ROUGH = "black_scholes", "rough_heston_each"
COMPARED = (FLAT, ROUGH, NEAREST + ROUGH)
ALL, FAR_CALLS = "all", "far calls"


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row a horizon; then all of them, and the calls struck above 1.3 forwards."""
    theirs = read_csv(config.inputs[PRINTED]).set_index("days")
    points = main_rows(with_nearest(config))
    points = points.loc[points["wing"] != INSIDE]
    points = points.assign(relative_error=_relative_errors(points))
    balls = with_scores(read_csv(config.inputs[INTERVALS]))
    balls = balls.loc[
        (balls["kind"] == BALL)
        & (balls["about"] == ROUGH)
        & ((balls["level"] - PRINTED_LEVEL).abs() < 1e-9)
    ]
    found = []
    for days in [*theirs.index, ALL, FAR_CALLS]:
        mine, intervals = _part(points, days), _part(balls, days)
        row: dict[str, object] = {"horizon": days, "quotes": len(intervals)}
        if days in theirs.index:
            row |= {f"printed_{name}": theirs[name][days] for name in ("bound", "error")}
        for key in COMPARED:
            errors = mine.loc[mine["model"] == key, "relative_error"]
            row[f"median_error_{key}"] = errors.median() if len(errors) else np.nan
            row[f"largest_error_{key}"] = errors.max() if len(errors) else np.nan
        row["half_width"] = intervals["price_width"].median() / 2 if len(intervals) else np.nan
        row["meets"] = intervals["meets"].mean() if len(intervals) else np.nan
        found.append(row)
    return pd.DataFrame(found).assign(
        claimed_largest_error=CLAIMED_LARGEST, claimed_flat_error=CLAIMED_FLAT, **data_of(points)
    )


def _part(rows: pd.DataFrame, days: object) -> pd.DataFrame:
    if days == ALL:
        return rows
    if days == FAR_CALLS:
        return rows.loc[rows["log_moneyness"] > CLAIMED_FOR]
    return rows.loc[rows["trading_days"] == days]


def _relative_errors(rows: pd.DataFrame) -> np.ndarray:
    k, maturity = rows["log_moneyness"].to_numpy(), rows["maturity"].to_numpy()
    found, middle = (
        black_otm(k, np.nan_to_num(rows[f"{name}_volatility"].to_numpy()), maturity)
        for name in ("predicted", "quoted")
    )
    return np.abs(found / middle - 1.0)


def printed(table: pd.DataFrame) -> str:
    """Set one row a horizon, errors in per cent of the price."""
    words = {ALL: "all", FAR_CALLS: r"$K > 1.3F$"}
    shown = table.assign(
        words=[words.get(days, f"{days} days") for days in table["horizon"].astype(str)],
    )
    shown["quotes"] = shown["quotes"].where(shown["quotes"] > 0)

    def percent(value: float) -> str:
        return fixed(100 * value, 0) + r"\,\%"

    columns = [
        Column("words", "Horizon", lambda text: rf"\text{{{text}}}", align="l"),
        Column("printed_bound", "bound", lambda x: fixed(100 * x, 1) + r"\,\%"),
        Column("printed_error", "error", lambda x: fixed(100 * x, 1) + r"\,\%"),
        Column("quotes", "quotes", lambda n: str(int(n))),
        *(Column(f"median_error_{key}", head, percent) for key, head in _HEADS.items()),
        *(Column(f"largest_error_{key}", "largest", percent) for key in (NEAREST + ROUGH,)),
        Column("half_width", "half-width", percent),
        Column("meets", "meets", lambda x: fixed(100 * x, 0) + r"\,\%"),
    ]
    return latex_table(shown, columns)


_HEADS = {FLAT: "flat", ROUGH: "rough Heston", NEAREST + ROUGH: "nearest"}


if __name__ == "__main__":
    main(run, printed)
