"""Tables 7 and 8 of 002: charges on a book of baskets, and how they move, beside ours."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES
from rmot.studies.capital.charges import MULTIPLES
from rmot.studies.capital.markets import GAUSSIAN
from rmot.studies.capital.ranges import SHARP
from rmot.studies.capital.sensitivity import BASE, HURST, MIXED, TILTED, cases
from rmot.studies.sources.lines import Line, kind, only

UNIT = "million $ a billion"
BALL = methods.ball_name(GAUSSIAN, MULTIPLES[methods.MULTIPLE])
METHODS = {"classical": SHARP, "historical": methods.WORST[10], "rmot": BALL}
"""What answers each method that the source names."""

SIDES = {"long": "bought", "short": "sold"}
RELIEF = "relief"


def charges(printed: pd.DataFrame, table: pd.DataFrame) -> Iterator[Line]:
    """Yield the lines of Table 7: the book bought and sold."""
    for row in printed.to_dict("records"):
        method = METHODS[row["method"]]
        for side, said in SIDES.items():
            own = only(
                table,
                book=INDICES.name,
                exotic="book",
                basis="notional",
                method=method,
                side=side,
            )
            yield Line(
                "Table 7",
                row["method"],
                f"charge, {said} book",
                row["charge"],
                float(own["charge"]),
                float(own["error"]),
                UNIT,
                str(own["data"]),
                f"{method}, half SPX, half NDX",
            )


def moved_charges(
    printed: pd.DataFrame, composition: pd.DataFrame, table: pd.DataFrame
) -> Iterator[Line]:
    """Yield the lines of Table 8; where a case has several books, its two ends."""
    own = table.loc[table["data"] != "printed"]
    data = kind(table)
    ends = composition.set_index("method")
    for row in printed.to_dict("records"):
        name = row["method"]
        method, column = (BALL, "relief") if name == RELIEF else (METHODS[name], "charge")
        scale, unit = (100.0, "%") if name == RELIEF else (1.0, UNIT)
        for side, said in SIDES.items():
            item = ("Table 8", f"{name}, {said} book")
            found = cases(own, method, side, column)
            for case, of in ((BASE, "base"), (HURST[0.9], "hurst_down"), (HURST[1.1], "hurst_up")):
                # what knows no H is not moved by it
                same = case not in found
                value = scale * float(str(found[BASE if same else case]))
                told = "does not know H" if same else method
                yield Line(*item, case, row[of], value, unit=unit, data=data, remark=told)
            moved = [value for case in (TILTED, MIXED) for value in _pair(found[case])]
            for end, of, value in (("least", "low", min(moved)), ("largest", "high", max(moved))):
                told = "a fifth of the book or of a weight moved"
                yield Line(
                    *item,
                    f"{end}, other books",
                    str(ends.loc[name, of]),
                    scale * value,
                    unit=unit,
                    data=data,
                    remark=told,
                )


def _pair(value: object) -> tuple[float, float]:
    if isinstance(value, tuple):
        return float(value[0]), float(value[1])
    return float(str(value)), float(str(value))
