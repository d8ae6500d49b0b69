"""The option backtest in sum: exceptions by name, rule and moneyness, with Basel's zones.

Each moneyness is a sequence of its own, one outcome a date: quotes of one day move together, so
that only shares, no binomial zone, are given of a name as a whole. A zone is stated twice: at the
99% that Basel asks, and at the 95% that twenty dates can teach at most.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.regulation import Backtest, backtest
from rmot.studies.backtest.moves import BAND
from rmot.studies.backtest.rows import LEVEL, RADII, RULES, SAME
from rmot.studies.study import Config, main

BASEL = 0.99
ALL = "all"
AT_THE_MONEY = "at the money"
BASKET = "basket"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each name, rule and moneyness, and for all moneynesses together.

    The input ``days`` is the table of `rmot.studies.backtest.days`.
    """
    days = read_days(config)
    rows = [
        row
        for name, own in days.groupby("name", sort=False)
        for rule in RULES
        if np.isfinite(own[lower_of(rule)].to_numpy(float)).any()
        for row in _rows(str(name), rule, own)
    ]
    first = days.iloc[0]
    return pd.DataFrame(rows).assign(
        dates=first["dates"],
        file_difference=_against_file(days),
        data=first["data"],
        data_sha256=first["data_sha256"],
    )


def read_days(config: Config) -> pd.DataFrame:
    """Return the table of days, an absent reason for leaving out as an empty string."""
    days = read_csv(config.inputs["days"])
    return days.assign(skipped=days["skipped"].astype(object).fillna(""))


def lower_of(rule: str) -> str:
    """Return the column of a rule's lower end."""
    return f"lower_{rule.replace(' ', '_')}"


def upper_of(rule: str) -> str:
    """Return the column of a rule's upper end."""
    return f"upper_{rule.replace(' ', '_')}"


def held(rows: pd.DataFrame, rule: str, coverage: float = BASEL) -> Backtest:
    """Return the backtest of a rule on rows that have outcomes, oldest first."""
    return backtest(rows["outcome"], rows[lower_of(rule)], rows[upper_of(rule)], coverage=coverage)


def _rows(name: str, rule: str, own: pd.DataFrame) -> Iterator[dict[str, object]]:
    judged = own.loc[~own["training"]]
    seen = judged.loc[judged["skipped"] == ""]
    trained = own.loc[own["training"] & (own["skipped"] == "")]
    common = {"name": name, "rule": rule, "dates_left_out": _left_out(judged)}
    for place, rows in seen.groupby("place"):
        past = trained.loc[trained["place"] == place]
        found, taught = held(rows, rule), held(rows, rule, LEVEL)
        yield common | {
            "place": place,
            "log_moneyness": rows["log_moneyness"].iloc[0],
            "trained": len(past),
            "radius": rows[RADII[rule]].median() if rule in RADII else np.nan,
            **_counted(rows, rule, found),
            "zone": found.light.zone,
            "cumulative_probability": found.light.cumulative_probability,
            "amber_from": found.light.amber_from,
            "red_from": found.light.red_from,
            "taught_zone": taught.light.zone,
            "taught_amber_from": taught.light.amber_from,
            "kupiec_p": taught.kupiec.exact_p_value,
            "independence_p": _independence(taught),
        }
    yield common | {"place": ALL, **_counted(seen, rule, held(seen, rule))}


def _against_file(days: pd.DataFrame) -> float:
    """Return the median distance, at the money, from the volatilities that the file has."""
    seen = days.loc[(days["skipped"] == "") & (days["file_volatility"] > 0)]
    money = seen.loc[seen["log_moneyness"] == 0.0]
    return float((money["outcome"] - money["file_volatility"]).abs().median())


def _left_out(judged: pd.DataFrame) -> int:
    """Count dates on which nothing of the name could be judged."""
    kept = set(judged.loc[judged["skipped"] == "", "date"])
    return len(set(judged["date"]) - kept)


def _counted(rows: pd.DataFrame, rule: str, found: Backtest) -> dict[str, object]:
    band = BAND * rows["error"]
    beyond = (rows["outcome"] + band < rows[lower_of(rule)]) | (
        rows["outcome"] - band > rows[upper_of(rule)]
    )
    return {
        "observations": found.observations,
        "exceptions": found.exceptions,
        "below": found.below,
        "above": found.above,
        "beyond_noise": int(beyond.to_numpy().sum()),
        "rate_lower": found.rate_interval[0],
        "rate_upper": found.rate_interval[1],
        "mean_width": found.mean_width,
    }


def _independence(found: Backtest) -> float:
    return (
        np.nan if found.christoffersen is None else found.christoffersen.independence.exact_p_value
    )


def at_the_money(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows nearest the money, one for each name and rule."""
    single = table.loc[table["place"] != ALL]
    nearest = single["log_moneyness"].abs().groupby([single["name"], single["rule"]]).idxmin()
    return table.loc[nearest.sort_values()]


def printed(table: pd.DataFrame) -> str:
    """Return the LaTeX form: a row for each name and rule that learns."""
    table = table.loc[table["rule"] != SAME]
    whole = table.loc[table["place"] == ALL].set_index(["name", "rule"])
    rows = at_the_money(table).set_index(["name", "rule"])
    # prices of the basket are in basis points of the forward, all else in per cent
    unit = np.where(rows.index.get_level_values("name") == BASKET, 1e4, 1e2)
    rows = rows.assign(
        all_exceptions=whole["exceptions"].reindex(rows.index),
        all_observations=whole["observations"].reindex(rows.index),
        width=unit * rows["mean_width"],
    ).reset_index()
    columns = [
        Column("name", "name", align="l"),
        Column("rule", "rule", align="l"),
        Column("observations", "dates", str),
        Column("exceptions", "out", str),
        Column("beyond_noise", "clearly", str),
        Column("zone", "99\\%", align="l"),
        Column("taught_zone", "95\\%", align="l"),
        Column("width", "width", lambda value: fixed(value, 1)),
        Column("all_exceptions", "all", lambda value: str(int(value))),
        Column("all_observations", "of", lambda value: str(int(value))),
    ]
    return latex_table(rows, columns)


if __name__ == "__main__":
    main(run, printed)
