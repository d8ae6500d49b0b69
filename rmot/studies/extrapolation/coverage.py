"""What intervals are worth: the share of held-out quotes they meet, and how wide they are for it.

A quote is met when the interval of its volatility meets that from bid to ask; more is asked for
when it is to hold the middle. One that was not answered is not met, and has no width. The score of
an interval of level 1 - a about the middle x is its width and 2/a times its distance from x
(Gneiting and Raftery 2007, "Strictly proper scoring rules, prediction, and estimation").
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.numerics import black_otm
from rmot.studies.extrapolation.competitors import LAST_QUOTE, label
from rmot.studies.extrapolation.intervals import BALL, BAND, CLASSICAL, WEDGE
from rmot.studies.extrapolation.point_errors import ALL_CHAINS, INTERVALS, data_of
from rmot.studies.extrapolation.predictions import CALL, PUT
from rmot.studies.study import Config, main

PRINTED_LEVEL = 0.9
PRINTED_ABOUT = ("", LAST_QUOTE, "black_scholes", "heston_each", "rough_heston_each", "sabr", "svi")
WORDS = {
    BALL: "ball about",
    BAND: "constant band about",
    WEDGE: "growing band about",
    CLASSICAL: "all laws that meet the quotes",
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row for each chain judged, kind of interval, what it is about, and level."""
    words = ("about", "failure")
    rows = read_csv(config.inputs[INTERVALS], dtype=dict.fromkeys(words, "string"))
    rows = with_scores(rows.fillna(dict.fromkeys(words, "")))
    found = []
    for chain, here in [*rows.groupby("chain", sort=False), (ALL_CHAINS, rows)]:
        keys = ["kind", "about", "level"]
        for (kind, about, level), part in here.groupby(keys, sort=False, dropna=False):
            answered = part.loc[part["answered"]]
            puts, calls = (part.loc[part["wing"] == wing] for wing in (PUT, CALL))
            chosen = part["chosen"].unique()
            found.append(
                {
                    "chain": chain,
                    "chosen_on": " ".join(sorted(set(part["chosen_on"]))),
                    "kind": kind,
                    "about": about,
                    "level": level,
                    "chosen": chosen[0] if len(chosen) == 1 else np.nan,
                    "attained": bool(part["attained"].all()),
                    "quotes": len(part),
                    "answered": len(answered),
                    "inaccurate": int(np.sum(part["failure"] == "AccuracyError")),
                    "infeasible": int(np.sum(part["failure"] == "InfeasibleQuotes")),
                    "meets": float(part["meets"].mean()),
                    "meets_puts": float(puts["meets"].mean()) if len(puts) else np.nan,
                    "meets_calls": float(calls["meets"].mean()) if len(calls) else np.nan,
                    "holds_mid": float(part["holds_mid"].mean()),
                    "median_width": float(answered["width"].median()),
                    "median_spreads": float(answered["spreads"].median()),
                    "median_price_width": float(answered["price_width"].median()),
                    "score": float(answered["score"].mean()),
                    **data_of(part),
                }
            )
    return pd.DataFrame(found)


def with_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Add widths in units of the spread and of the middle price, and scores."""
    middle, maturity = rows["quoted_volatility"].to_numpy(), rows["maturity"].to_numpy()
    k = rows["log_moneyness"].to_numpy()
    ends = [np.nan_to_num(rows[side].to_numpy()) for side in ("lower", "upper")]
    lower, upper, price = (black_otm(k, volatility, maturity) for volatility in (*ends, middle))
    missed = np.maximum(np.maximum(rows["lower"] - middle, middle - rows["upper"]), 0.0)
    return rows.assign(
        spreads=rows["width"] / (rows["ask_volatility"] - rows["bid_volatility"]),
        price_width=np.where(rows["answered"], (upper - lower) / price, np.nan),
        score=rows["width"] + 2 / (1 - rows["level"]) * missed,
    )


def printed(table: pd.DataFrame) -> str:
    """Set one row a kind of interval, all chains together, at the level printed."""
    here = table.loc[
        (table["chain"] == ALL_CHAINS)
        & table["about"].isin(PRINTED_ABOUT)
        & ((table["level"] - PRINTED_LEVEL).abs().fillna(0.0) < 1e-9)
    ]
    order = {kind: rank for rank, kind in enumerate((BALL, BAND, WEDGE, CLASSICAL))}
    here = here.sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable")
    first = ~here["kind"].duplicated()
    shown = here.assign(
        words=here["kind"].map(WORDS).where(first, ""),
        label=[label(about) if about else "" for about in here["about"]],
        unanswered=here["quotes"] - here["answered"],
    )

    def percent(share: float) -> str:
        return fixed(100 * share, 0) + r"\,\%"

    def points(value: float) -> str:
        return fixed(100 * value, 1)

    columns = [
        Column("words", "Interval", lambda text: rf"\text{{{text}}}", align="l"),
        Column("label", "", lambda text: rf"\text{{{text}}}", align="l"),
        Column("meets", "meets", percent),
        Column("meets_puts", "puts", percent),
        Column("holds_mid", "mid", percent),
        Column("unanswered", "none", lambda count: str(int(count))),
        Column("median_width", "width", points),
        Column("median_spreads", "spreads", lambda x: fixed(x, 1)),
        Column("median_price_width", "price", lambda x: fixed(x, 2)),
        Column("score", "score", points),
    ]
    return latex_table(shown, columns)


if __name__ == "__main__":
    main(run, printed)
