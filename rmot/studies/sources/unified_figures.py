"""What 002 says of its Figures 3 to 9 in numbers, beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from rmot.studies.equal_weight.matrices import HISTORY
from rmot.studies.equal_weight.widths import MIDDLE, RADIUS
from rmot.studies.information.points import STRIKES
from rmot.studies.sources import spectra, width_by_maturity
from rmot.studies.sources.lines import Line, Tables, kind, matching, only

NAN = float("nan")
POINT = {"point": "index", "noise": "0.2% in volatility"}
FULL = 5
"""Dimensions that 002 says are reached."""

Said = Callable[[str, str], str]
"""What is printed of an item, by the name of the quantity."""


def printed_in(table: pd.DataFrame) -> Said:
    """Return what looks up a printed number, as text."""

    def said(item: str, quantity: str) -> str:
        return str(only(table, item=item, quantity=quantity)["value"])

    return said


def figures(tables: Tables) -> Iterator[Line]:
    """Yield the lines; `tables` are those of `rmot.studies.sources.unified`."""
    said = printed_in(tables["002_figures"])
    yield from _dimension(tables["std_hurst_by_strikes"], said)
    yield _recovery(tables["recovery_by_strikes"], said("Figure 4", "exponent"))
    yield from _far(tables["far_quotes"], said)
    horizons = only(tables["extrapolation_horizons"], horizon="all")
    value = float(horizons["largest_error_rough_heston_each"])
    yield Line(
        "Figure 5",
        "index options",
        "largest error, rough Heston",
        said("Figure 5", "largest_error"),
        value,
        unit="of the price",
        data=str(horizons["data"]),
        remark="SPX, all horizons" if pd.notna(value) else "no far quotes",
    )
    for own in matching(tables["portfolio"], name="QQQ"):
        value = 100.0 * float(own["root_mean_square_error"])
        unit = "points of volatility"
        data = str(own["data"])
        yield Line("Figure 6", "QQQ", "root mean square error", "", value, unit=unit, data=data)
    widths = tables["width_by_maturity"]
    for market in (width_by_maturity.PRINTED, width_by_maturity.FITTED):
        rows = widths.loc[(widths["market"] == market) & (widths["strike"] == 1.0)]
        power, error = width_by_maturity.exponent(rows, "ball_width")
        text = said("Figure 7", "exponent")
        told = "at the money, chi-squared ball of one radius"
        yield Line("Figure 7", market, "power of T", text, power, error, "", kind(rows), told)
    yield _condition(tables["spectra"], said("Figure 8", "condition_number"))
    yield from _widths(tables["equal_weight_widths"], said("Figure 8", "width_of_mid"))
    yield from _pairs(tables["recovered_correlations"], said)


def _dimension(strikes: pd.DataFrame, said: Said) -> Iterator[Line]:
    for maturities in (1, 3):
        item = ("Figure 3", f"maturities: {maturities}")
        own = matching(strikes, **POINT, maturities=maturities)
        six = [row for row in own if row["free"] == 6]
        reached = [row["strikes"] for row in six if row["effective_dimension"] >= FULL]
        most = max(row["strikes"] for row in six)
        yield Line(
            *item,
            "least strikes for dimension five",
            said("Figure 3", "strikes_for_full_dimension"),
            float(min(reached, default=NAN)),
            data="drawn",
            remark="six free" if reached else f"six free: not with {most} strikes",
        )
        (four,) = [row for row in own if row["free"] == 4 and row["strikes"] == STRIKES]
        yield Line(
            *item,
            "half width of H at 50 strikes",
            said("Figure 3", "half_width"),
            float(four["half_width_95"]),
            data="drawn",
            remark="four free, noise 0.2%",
        )


def _recovery(table: pd.DataFrame, exponent: str) -> Line:
    """Fit a power to the errors of fitted surfaces, each weighted by its own error."""
    x = np.log(table["strikes"].to_numpy(dtype=float))
    error = table["error"].to_numpy(dtype=float)
    weight = (error / table["error_error"].to_numpy(dtype=float)) ** 2
    x = x - weight @ x / weight.sum()
    size = float(weight @ x**2)
    return Line(
        "Figure 4",
        "fitted surfaces",
        "power of the strikes",
        exponent,
        float((weight * x) @ np.log(error) / size),
        size**-0.5,
        data="drawn",
        remark="three maturities, four free, noise 0.2%",
    )


def _far(table: pd.DataFrame, said: Said) -> Iterator[Line]:
    for name in dict.fromkeys(table["name"]):
        rows = matching(table, name=name)
        for column, quantity, of, size in (
            ("median error, rough Heston", "largest_error", "rough_heston_error", np.nanmedian),
            ("largest error, rough Heston", "largest_error", "rough_heston_error", np.nanmax),
            ("median error, one volatility", "flat_error", "black_scholes_error", np.nanmedian),
        ):
            yield Line(
                "Figure 5",
                str(name),
                column,
                said("Figure 5", quantity),
                float(size(np.abs([float(row[of]) for row in rows]))),
                unit="of the price",
                data=str(rows[0]["data"]),
                remark="a month, quotes more than a tenth from the forward",
            )


def _condition(table: pd.DataFrame, condition: str) -> Line:
    rows = matching(table, kind=spectra.CORRELATIONS, name=HISTORY)
    item = ("Figure 8", "condition number", "", condition)
    if not rows:
        return Line(*item, NAN, remark="no history of the names in this build")
    value = 1.0 / min(float(row["share"]) for row in rows)
    return Line(*item, value, data=str(rows[0]["data"]), remark=f"history, {len(rows)} names")


def _widths(table: pd.DataFrame, width: str) -> Iterator[Line]:
    chosen = table.loc[np.isclose(table["maturity"], MIDDLE) & (table["strike"] == 1.0)]
    most = max(chosen.to_dict("records"), key=lambda row: row["names"])
    for name, low, high in (
        ("all that quotes allow", "classical_lower", "classical_upper"),
        (f"ball of radius {RADIUS:g}", "lower", "upper"),
    ):
        yield Line(
            "Figure 8",
            "width of basket bounds",
            name,
            width,
            float(2.0 * (most[high] - most[low]) / (most[high] + most[low])),
            unit="of the middle",
            data=str(most["data"]),
            remark=f"{most['names']} names at the money, three months",
        )


def _pairs(recovered: pd.DataFrame, said: Said) -> Iterator[Line]:
    own = recovered.loc[recovered["market"].str.startswith("pair")]
    for history, name in (("right", "the truth"), ("wrong", "its opposite"), ("absent", "none")):
        rows = matching(own, history=history, marginals="fitted")
        errors = np.abs([float(row["error"]) for row in rows])
        for quantity, value in (
            ("mean_error", np.mean(errors)),
            ("largest_error", np.max(errors)),
        ):
            yield Line(
                "Figure 9",
                f"history given: {name}",
                quantity.replace("_", " "),
                said("Figure 9", quantity),
                float(value),
                data="drawn",
                remark=f"{len(errors)} pairs drawn",
            )
