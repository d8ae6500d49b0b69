"""Figures 1 to 16 of 004, the alpha models, as far as they have numbers, line by line beside ours.

Pictures have no numbers; ours of what they are said to show stand there alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.alpha_calibration import calibration_lines
from rmot.studies.sources.lines import Line, Tables, Told, main, matching, only, table_of
from rmot.studies.spread_smiles.shapes import shape

SOURCE = "004"
CORRELATIONS = {
    "price_correlation": "rho 12",
    "first_price_second_volatility": "rho 14",
    "second_price_first_volatility": "rho 23",
    "volatility_correlation": "rho 34",
}


def run(tables: Tables) -> pd.DataFrame:
    """Return the lines of all figures.

    Parameters
    ----------
    tables : dict of str to DataFrame
        What is printed, by ``"004_figure_4"`` and the like, and ours by the names of its files.
    """
    return table_of(
        SOURCE,
        [
            *_smiles(tables["spread_shapes"]),
            *_typical(tables["004_figure_4"], tables["004_figure_5"], tables["typical_numbers"]),
            *_equivalents(tables["alpha_equivalents"]),
            *_digitals(tables["004_section_2_1"], tables["arbitrage_digitals"]),
            *calibration_lines(tables),
        ],
    )


def _smiles(table: pd.DataFrame) -> Iterator[Line]:
    """Give what bends the spread's smile in Figures 1 to 3: ends against the middle."""
    shapes = shape(table)
    unit = "% of the level"
    remark = "at one year, ends at 1.5 normal deviations"
    for row in matching(shapes, figure=1):
        name = row["case"] if math.isnan(row["value"]) else f"SABR, nu = {row['value']:g}"
        yield Line("Figure 1", name, "convexity", "", row["convexity"], unit=unit, remark=remark)
    for row in matching(shapes, figure=2):
        name = "Gaussian" if math.isinf(row["value"]) else f"{row['value']:g} degrees"
        for column in ("slope", "convexity"):
            yield Line("Figure 2", name, column, "", row[column], unit=unit, remark=remark)
    base = only(shapes, figure=3, case="as matched")
    for case, name in CORRELATIONS.items():
        row = only(shapes, figure=3, case=case)
        for column in ("middle", "slope", "convexity"):
            yield Line(
                "Figure 3",
                f"{name} by {row['value']:g}",
                f"change of the {column}",
                "",
                float(row[column] - base[column]),
                unit=unit,
                remark=remark,
            )


def _typical(colours: pd.DataFrame, loadings: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Line]:
    """Set Figures 4 and 5 beside the standard errors with which smiles tell their numbers."""
    first = ours.iloc[0]
    told: Told = {
        "unit": "",
        "remark": f"Cramer-Rao bound of all twelve numbers at once from {first['quotes']} implied "
        f"volatilities known to {100.0 * first['volatility_error']:g} points",
    }
    column = "{}; here its standard error"
    of_others = "belongs to assets whose loadings are not printed"
    for row in matching(colours):
        for factor in range(1, 9):
            printed = row[f"factor{factor}"]
            if not printed:
                continue
            place = ("Figure 4", f"factor {factor}")
            own = matching(ours, name=f"{row['name']}{factor}")
            if not own:
                why = "held at one" if factor == 1 else of_others
                why = "asset 1 has no residual" if factor == 5 else why
                yield Line(*place, str(row["name"]), printed, math.nan, remark=why)
                continue
            value = float(own[0]["standard_error"])
            yield Line(*place, column.format(row["name"]), printed, value, **told)
    printed = loadings.iloc[0]
    why = "implied volatilities of an asset do not depend on its forward"
    yield Line("Figure 5", "asset 1", "forward", str(printed["forward"]), math.nan, remark=why)
    for factor in range(1, 5):
        name = f"alpha{factor}"
        value = float(only(ours, name=name)["standard_error"])
        yield Line("Figure 5", "asset 1", column.format(name), str(printed[name]), value, **told)


def _equivalents(table: pd.DataFrame) -> Iterator[Line]:
    """Give the largest gaps between the asset of Figures 4 and 5 and laws of one factor."""
    pictures = {
        "Figure 6": ("logarithmic", "observables of the logarithm"),
        "Figure 7": ("printed", "observables by (134) and (135)"),
    }
    for item, (convention, name) in pictures.items():
        gaps: dict[float, float] = {}
        for row in matching(table, convention=convention):
            gap = 100.0 * abs(row["volatility"] - row["exact"])
            gaps[row["maturity"]] = max(gap, gaps.get(row["maturity"], 0.0))
        for maturity, gap in gaps.items():
            yield Line(
                item,
                f"maturity {maturity:g}",
                "largest gap of one factor's smile",
                "",
                gap,
                unit="points of volatility",
                remark=f"{name}, within two deviations; reversion is Figure 13's",
            )


def _digitals(printed: pd.DataFrame, table: pd.DataFrame) -> Iterator[Line]:
    """Set the correlation printed with Figures 8 to 12 beside both kinds of residuals; errors."""
    text = str(only(printed, name="correlation")["value"])
    for residuals in ("as printed", "independent"):
        found = matching(table, residuals=residuals, triplets=1)[0]["price_correlation"]
        yield Line("Figure 8", "section 2.1", f"correlation, residuals {residuals}", text, found)
    rows = matching(table, residuals="as printed", triplets=1)
    columns = {
        "Figure 8": ("spread option", "largest error", "call", "exact_call"),
        "Figure 9": ("breach of the relation", "largest", "arbitrage", ""),
        "Figure 10": ("digital that pays asset 2", "largest error", "first", "exact_first"),
        "Figure 11": ("digital that pays asset 1", "largest error", "second", "exact_second"),
        "Figure 12": ("digital that pays 1", "largest error", "digital", "exact_digital"),
    }
    for item, (name, told, column, exact) in columns.items():
        # what the digital pays is 1; all else is in units of a forward
        gaps = [
            abs(row[column] - (row[exact] if exact else 0.0))
            / (1.0 if column == "digital" else row["forward"])
            for row in rows
        ]
        yield Line(
            item,
            name,
            told,
            "",
            100.0 * max(gaps),
            unit="% of what is paid",
            remark="arbitrage fit with one triplet, against exact prices at ten years",
        )


if __name__ == "__main__":
    main(run)
