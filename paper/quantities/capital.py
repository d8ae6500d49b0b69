"""Numbers of the charges on books of basket calls: by method, side and basis, what moves them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import ndtri

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant, with_error
from rmot.studies.capital import methods, sensitivity
from rmot.studies.capital.books import INDICES
from rmot.studies.capital.charges import MULTIPLES, NOISE
from rmot.studies.capital.markets import FACTORS, GAUSSIAN
from rmot.studies.capital.ranges import BILLION, SHARP
from rmot.studies.capital.source_charges import ADD_ONS, FILES
from rmot.studies.equal_weight.widths import RADIUS

_SHARE = 3e-2
# A ball's charge is a small difference of prices that a sample gives.
_BALL = 0.1
_SIDES = ("long", "short")
_TWICE = methods.ball_name(GAUSSIAN, MULTIPLES[2.0])
_TEN = methods.ball_name(GAUSSIAN, MULTIPLES[10.0])
_NOISE = methods.ball_name(GAUSSIAN, NOISE)
_PRINTED = "002 Table 7"


def _row(
    table: pd.DataFrame, method: str, side: str, basis: str = "notional", exotic: str = "book"
) -> dict[str, float]:
    chosen = (table["method"] == method) & (table["side"] == side) & (table["basis"] == basis)
    return table.loc[chosen & (table["exotic"] == exotic)].to_dict("records")[0]


def charges(table: pd.DataFrame) -> Iterator[Number]:
    """Give charges on both books, relief with its error, and how far the printed ones are off."""
    source = Source.of_table("Capital", table)
    own = table.loc[table["book"] == INDICES.name]
    printed = table.loc[table["data"] == "printed"]
    funds = table.loc[~table["book"].isin([INDICES.name, *FILES])]
    for side in _SIDES:
        word = side.title()
        for name, method, share in (
            ("Forwards", methods.FORWARDS, _SHARE),
            ("Sharp", SHARP, _SHARE),
            ("BlackPast", methods.BLACK_PAST, _BALL),
            ("BlackAny", methods.BLACK_ANY, _SHARE),
            ("Worst", methods.WORST[10], _SHARE),
            ("Shortfall", methods.SHORTFALL, _SHARE),
            ("Ball", _TWICE, _BALL),
            ("Noise", _NOISE, _BALL),
        ):
            value = float(_row(own, method, side)["charge"])
            yield source.measured(f"{name}{word}", value, share)
        money = float(_row(own, SHARP, side, exotic="1")["charge"])
        yield source.measured(f"Money{word}", money, _SHARE)
        for name, method, share in (("Sharp", SHARP, _SHARE), ("Ball", _TWICE, _BALL)):
            per = float(_row(own, method, side, "premium")["charge"])
            yield source.measured(f"{name}{word}Premium", per, share)
            on_funds = float(_row(funds, method, side)["charge"])
            yield source.measured(f"{name}{word}Funds", on_funds, share)
        for name, rows, method in (
            ("Relief", own, _TWICE),
            ("ReliefTen", own, _TEN),
            ("ReliefFunds", funds, _TWICE),
        ):
            found = _row(rows, method, side)
            percent, error = 100 * found["relief"], 100 * found["relief_error"]
            text = with_error(percent, error)
            yield source.number(f"{name}{word}", percent, text, 3.0 * max(error, 0.5))
        saved = float(_row(own, SHARP, side)["charge"] - _row(own, _TWICE, side)["charge"])
        yield source.measured(f"Saved{word}", saved, 0.05)
    error = _row(own, methods.SHORTFALL, "short")["error"]
    yield source.measured("ShortfallError", float(error), 0.2, 1)
    yield source.measured("Factors", float(_factor_share(own)), 0.3, 2)
    for word, method in zip(("Exotic", "Other"), ADD_ONS, strict=True):
        yield source.count(f"AddOn{word}", round(_row(own, method, "either")["charge"]))
    charge = _printed(printed, _PRINTED, "rmot")
    largest = float(_row(own, SHARP, "either")["charge"])
    yield source.measured("PrintedTimes", charge / largest, _SHARE)
    relief = _printed(printed, _PRINTED, "classical") - charge
    # An at-the-money call that costs the relief itself, undiscounted: 2 Phi(s / 2) - 1.
    deviation = float(2.0 * ndtri(0.5 + 0.5 * relief / BILLION))
    yield source.number("NeededDeviation", deviation, fixed(deviation, 1), 1e-9)


def _printed(printed: pd.DataFrame, source: str, method: str) -> float:
    rows = printed.loc[(printed["book"] == source) & (printed["method"] == method)]
    return float(rows["charge"].iloc[0])


def _factor_share(own: pd.DataFrame) -> float:
    """Return the sold book's charge around the other law, over that around the first."""
    other = methods.ball_name(FACTORS, MULTIPLES[2.0])
    return float(_row(own, other, "short")["charge"] / _row(own, _TWICE, "short")["charge"])


def moves(table: pd.DataFrame) -> Iterator[Number]:
    """Give the largest changes with H and with the book, in per cent of the charge or the width."""
    printed = table.loc[table["data"] == "printed"]
    own = table.loc[table["data"] != "printed"]
    source = Source.of_table("CapitalMoved", own)
    held, again = list(sensitivity.HURST.values()), list(sensitivity.REFITTED.values())
    for name, method, of in (
        ("Hurst", _TWICE, held),
        ("Refitted", _TWICE, again),
        ("Factors", methods.ball_name(FACTORS, MULTIPLES[2.0]), held),
        ("Weights", _TWICE, [sensitivity.TILTED]),
        ("Mix", _TWICE, [sensitivity.MIXED]),
        ("SharpMix", SHARP, [sensitivity.MIXED]),
    ):
        largest = max(_largest(own, method, side, "charge", of) for side in _SIDES)
        yield source.number(name, largest, significant(largest, 2), max(1.0, 0.2 * largest))
    for name, rule in (("Width", MULTIPLES[2.0]), ("Unquoted", sensitivity.UNQUOTED)):
        method = methods.ball_name(GAUSSIAN, rule)
        largest = _largest(own, method, "long", "width", held)
        yield source.number(name, largest, fixed(largest, 1), 0.5)
    least = _largest(own, methods.ball_name(FACTORS, MULTIPLES[2.0]), "long", "radius", held)
    yield source.number("FactorsLeast", least, fixed(least, 0), max(2.0, 0.2 * least))
    said = f"{sensitivity.PRINTED}, rmot"
    yield source.measured("Printed", _largest(printed, said, "either", "charge", held), 1e-9, 3)
    for side in _SIDES:
        relief = own.loc[
            (own["method"] == _TWICE) & (own["side"] == side) & (own["basis"] == "notional"),
            "relief",
        ]
        for word, end in (("Least", relief.min()), ("Most", relief.max())):
            percent = 100 * float(end)
            yield source.number(f"Relief{word}{side.title()}", percent, fixed(percent, 0), 3.0)


def _largest(table: pd.DataFrame, method: str, side: str, column: str, cases: list[str]) -> float:
    """Return the largest relative change of a column from the base in some cases, in per cent."""
    found = sensitivity.cases(table, method, side, column)
    base = float(str(found[sensitivity.BASE]))
    ends = np.concatenate([np.atleast_1d(np.asarray(found[case], dtype=float)) for case in cases])
    return float(np.max(np.abs(100.0 * (ends / base - 1.0))))


def by_assets(table: pd.DataFrame) -> Iterator[Number]:
    """Give charges of the least and the largest basket, means over the choices of names."""
    source = Source.of_table("CapitalAssets", table)
    ball = methods.ball_name(GAUSSIAN, f"{RADIUS:g}")
    for word, size in (("Few", np.min(table["names"])), ("Many", np.max(table["names"]))):
        rows = table.loc[table["names"] == size]
        yield source.count(word, int(size))
        for name, method, side in (
            ("SharpLong", SHARP, "long"),
            ("SharpShort", SHARP, "short"),
            ("Ball", ball, "either"),
            ("Worst", methods.WORST[10], "either"),
        ):
            chosen = (rows["method"] == method) & (rows["side"] == side)
            value = float(rows.loc[chosen & (rows["basis"] == "notional"), "charge"].mean())
            yield source.measured(f"{word}{name}", value, _BALL)
