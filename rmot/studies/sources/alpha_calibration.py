"""Figures 13 to 16 of 004, a calibration of forty numbers, line by line beside ours."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.lines import Line, Row, Tables, half, matching

AGAIN = "same start and weights, factor 2 loaded as the printed optimum keeps it"
MENDED = "range of optima no worse than print, from drawn starts with the mended weights"
WHOLE = {"Nb Iteration": "again_evaluations"}
SETTINGS = {
    "LT": "taken over; observables do not see it",
    "lambda": "taken over; observables do not see it",
    "Algo": "the text knows no algorithm of this number; ours takes damped Gauss-Newton steps",
    "mode": "the text knows no mode of this number",
    "linesearch": "belongs to the source's routine",
    "Tol": "belongs to the source's routine",
}


def calibration_lines(tables: Tables) -> Iterator[Line]:
    """Give the lines of the four figures, in their order."""
    forty, numbers = tables["forty_parameters"], tables["forty_numbers"]
    yield from _weights(tables["004_figure_13_parameters"], forty, numbers)
    yield from _optimum(tables["004_figure_14"], numbers)
    yield from _observables(tables["004_figure_15"], forty)
    yield from _derivatives(tables["004_figure_16"], numbers)


def _weights(printed: pd.DataFrame, forty: pd.DataFrame, numbers: pd.DataFrame) -> Iterator[Line]:
    """Set Figure 13's weights beside those that (147) to (152), mended, give of Figure 15."""
    ours = by_name(forty, "corrected weights, printed start")
    for row in matching(printed):
        name, text = str(row["name"]), str(row["value"])
        if name in WHOLE:
            value = float(numbers[WHOLE[name]].iloc[0])
            remark = (
                "evaluations that ours takes, from the printed start; print is the most allowed"
            )
            yield Line("Figure 13", name, "setting", text, value, remark=remark)
        elif name in SETTINGS:
            yield Line("Figure 13", name, "setting", text, math.nan, remark=SETTINGS[name])
        else:
            value = float(ours[observable(name)]["weight"])
            remark = "(147) to (152) with the constant inverted, of the observables of Figure 15"
            yield Line("Figure 13", name, "weight", text, value, remark=remark)


def by_name(forty: pd.DataFrame, case: str) -> dict[str, Row]:
    """Return the rows of a case by their observable."""
    return {row["observable"]: row for row in matching(forty, case=case)}


def observable(printed: str) -> str:
    """Return our name of an observable of Figure 13 or 15, whose spread ij pays asset j less i.

    >>> observable("VarVU2"), observable("CovSpread13"), observable("Sp13Var"), observable("U4")
    ('VarVar 2', 'CoVar 3-1', 'VarVar 3-1', 'Var 4')
    """
    kind = "CoVar" if "Cov" in printed else "VarVar" if "Var" in printed else "Var"
    digits = "".join(filter(str.isdigit, printed))
    return f"{kind} {'-'.join(reversed(digits))}"


def _optimum(printed: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Line]:
    """Set Figure 14 beside the range of optima that are no worse than print."""
    for place, row in enumerate(matching(printed)[: len(ours)]):
        own = ours.iloc[place]
        if not own["free"]:
            continue
        low, high = float(own["lowest_mended"]), float(own["highest_mended"])
        name = str(row["name"])
        yield Line(
            "Figure 14",
            name,
            "optimum",
            str(row["value"]),
            0.5 * (low + high),
            half(low, high),
            remark=MENDED,
        )


def _observables(printed: pd.DataFrame, forty: pd.DataFrame) -> Iterator[Line]:
    """Set Figure 15 beside the observables of Figure 14's numbers."""
    ours = by_name(forty, "printed optimum")
    for row in matching(printed):
        own = ours[observable(str(row["name"]))]
        off = abs(float(own["value"]) - float(own["printed"]))
        digits = off / float(own["units"]) if own["units"] > 0.0 else math.nan
        yield Line(
            "Figure 15",
            str(row["name"]),
            "observable",
            str(row["value"]),
            float(own["value"]),
            digits,
            remark="of the printed optimum; what its printed digits leave open",
        )


def _derivatives(printed: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Line]:
    """Set Figure 16 beside the objective's derivatives at the optimum that ours comes to."""
    rows = matching(printed)
    for place, row in enumerate(rows[: len(ours)]):
        own = ours.iloc[place]
        if own["free"]:
            value = float(own["derivative"])
            yield Line(
                "Figure 16", str(row["name"]), "derivative", str(row["value"]), value, remark=AGAIN
            )
    for row in rows[len(ours) :]:
        name, text = str(row["name"]), str(row["value"])
        if name == "Nbiteration":
            value = float(ours["again_evaluations"].iloc[0])
            remark = "evaluations of the residuals and their derivatives"
            yield Line("Figure 16", name, "count", text, value, remark=remark)
        else:
            why = "unwritten memory, which has no counterpart"
            yield Line("Figure 16", name, "count", text, math.nan, remark=why)
