"""Tables 1 to 3 of 001, the multi-asset paper, line by line beside ours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES
from rmot.studies.capital.ranges import SHARP
from rmot.studies.sources.lines import Line, Row, Tables, Told, half, main, only, table_of
from rmot.studies.sources.unified_charges import BALL

SOURCE = "001"
NAN = float("nan")
PAIRS = {"rho_12": 12, "rho_13": 13, "rho_23": 23}
HISTORIES = {
    "right": "rmot, right history",
    "wrong": "rmot, history of the wrong sign",
    "absent": "rmot, no history",
}
FAR = "1.5"
"""The strike of Table 2, over the basket's forward."""

METHODS = {"classical": methods.FORWARDS, "black_scholes": methods.BLACK_PAST, "rmot": BALL}
OF_FORWARD = "of the forward"
TWICE = "ball of twice the least radius"


def run(tables: Tables) -> pd.DataFrame:
    """Return the lines of all tables.

    Parameters
    ----------
    tables : dict of str to DataFrame
        What is printed, by ``"001_table_1"`` and the like, and ours by the names of its files.
    """
    return table_of(
        SOURCE,
        [
            *_correlations(tables),
            *_far_basket(
                tables["001_table_2"], tables["001_table_2_theorem"], tables["capital_charges"]
            ),
            *_index_basket(tables),
        ],
    )


def _correlations(tables: Tables) -> Iterator[Line]:
    """Set Table 1 beside years of returns, options on two assets, and the printed estimator."""
    printed, widths = tables["001_table_1"], tables["001_table_1_half_widths"]
    known = tables["correlation_inputs"]
    row, width = only(printed, method="historical"), only(widths, method="historical")["half_width"]
    told = Told(
        data="drawn",
        remark="mean over years drawn of 252 returns, and their scatter",
    )
    item = ("Table 1", "historical, one year")
    for column, pair in PAIRS.items():
        own = only(known, pair=pair)
        scatter = float(own["history_deviation"])
        yield Line(*item, f"rho {pair}", row[column], float(own["history_mean"]), scatter, **told)
        yield Line(*item, f"half width of rho {pair}", width, 1.96 * scatter, **told)
    size = float(np.sqrt(np.mean(known["history_root_mean_square"] ** 2)))
    yield Line(*item, "root mean square error", row["rmse"], size, **told)
    yield from _estimated(only(printed, method="rmot"), tables["recovered_correlations"])
    row, width = only(printed, method="implied"), only(widths, method="implied")["half_width"]
    told = Told(data="drawn", remark="an option on each pair, quoted to 1% of its price")
    item, errors = ("Table 1", "implied by basket options"), []
    for column, pair in PAIRS.items():
        own = only(known, pair=pair)
        middle = 0.5 * float(own["implied_lower"] + own["implied_upper"])
        errors.append(middle - float(own["truth"]))
        around = half(own["implied_lower"], own["implied_upper"])
        yield Line(*item, f"rho {pair}", row[column], middle, around, **told)
        yield Line(*item, f"half width of rho {pair}", width, around, **told)
    size = float(np.sqrt(np.mean(np.square(errors))))
    told["remark"] = "of the intervals' middles"
    yield Line(*item, "root mean square error", row["rmse"], size, **told)


def _estimated(row: Row, recovered: pd.DataFrame) -> Iterator[Line]:
    """Set the printed estimator beside itself, under histories that are right, wrong and absent."""
    for history, said in HISTORIES.items():
        errors = []
        for column, pair in PAIRS.items():
            own = only(recovered, market="001 Table 1", pair=pair, history=history)
            errors.append(float(own["error"]))
            told = Told(data="drawn", remark=f"truth {own['truth']:g}")
            yield Line("Table 1", said, f"rho {pair}", row[column], float(own["estimate"]), **told)
        size = float(np.sqrt(np.mean(np.square(errors))))
        told = Told(data="drawn", remark="marginals fitted with errors as in 002, Table 5")
        yield Line("Table 1", said, "root mean square error", row["rmse"], size, **told)


def _far_basket(
    printed: pd.DataFrame, theorem: pd.DataFrame, charged: pd.DataFrame
) -> Iterator[Line]:
    """Set Table 2 beside three funds in equal parts, half out of the money."""
    funds = charged.loc[(charged["exotic"] == FAR) & (charged["book"] != INDICES.name)]
    for row in printed.to_dict("records"):
        method = METHODS[row["method"]]
        own = only(funds, method=method, side="long", basis="notional")
        lower, upper = float(own["lower"]), float(own["upper"])
        told = Told(
            unit=OF_FORWARD,
            data=str(own["data"]),
            remark=f"{own['book']}: {method}",
        )
        item = ("Table 2", row["method"].replace("black_scholes", "Black-Scholes"))
        yield Line(*item, "lower bound", row["lower"], lower, **told)
        yield Line(*item, "upper bound", row["upper"], upper, **told)
        yield Line(*item, "width", row["width"], upper - lower, **told)
        if bound := only(theorem, method=row["method"])["bound"]:
            told = Told(remark="the source does not state what its constant needs (C046)")
            yield Line(*item, "width by the theorem", bound, NAN, **told)
    own = only(funds, method=SHARP, side="long", basis="notional")
    told = Told(unit=OF_FORWARD, data=str(own["data"]), remark=str(own["book"]))
    for end in ("lower", "upper"):
        yield Line("Table 2", "sharp, all quotes", f"{end} bound", "", float(own[end]), **told)


def _index_basket(tables: Tables) -> Iterator[Line]:
    """Set Table 3 beside a ball, sharp bounds and past correlations of half SPX, half NDX."""
    errors = tables["001_table_3_half_widths"]
    for row in tables["001_table_3"].to_dict("records"):
        strike = float(row["moneyness"])
        item = ("Table 3", f"strike {row['moneyness']}")
        ball = only(
            tables["index_basket_balls"], law="Gaussian copula", multiple=2.0, strike=strike
        )
        sharp = only(tables["index_basket"], strike=strike)
        flat = only(tables["black_scholes_basket"], strike=strike)
        told = Told(unit=OF_FORWARD, data=str(sharp["data"]), remark=TWICE)
        around = float(ball["sampling_error"])
        stated = only(errors, moneyness=row["moneyness"])
        for end in ("lower", "upper"):
            yield Line(*item, f"{end} bound", row[end], float(ball[end]), around, **told)
            yield Line(*item, f"half width of {end} bound", stated[end], 1.96 * around, **told)
        width = float(ball["upper"] - ball["lower"])
        yield Line(*item, "width", row["width"], width, 2.0 * around, **told)
        told["remark"] = "sharp bounds, all quotes"
        gap = float(sharp["gap"])
        for end in ("lower", "upper"):
            yield Line(*item, f"{end} bound", row[end], float(sharp[end]), gap, **told)
        told |= Told(data=str(flat["data"]), remark="one volatility each, past correlation's 95%")
        width, error = float(flat["upper"] - flat["lower"]), float(flat["error"])
        yield Line(
            *item, "Black-Scholes width", row["black_scholes_width"], width, 2.0 * error, **told
        )


if __name__ == "__main__":
    main(run)
