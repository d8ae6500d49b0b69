"""What 002 says of its Figures 10 to 15 in numbers, beside ours; its Figure 12 says none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.studies.capital import methods
from rmot.studies.capital.markets import GAUSSIAN
from rmot.studies.capital.ranges import SHARP
from rmot.studies.equal_weight.widths import RADIUS
from rmot.studies.sources import spectra
from rmot.studies.sources.lines import Line, Tables, kind, matching, only
from rmot.studies.sources.search_paths import NAME, ends, optima
from rmot.studies.sources.unified_charges import UNIT
from rmot.studies.sources.unified_figures import printed_in
from rmot.studies.trading.seed_prices import MONTE_CARLO


def later_figures(tables: Tables) -> Iterator[Line]:
    """Yield the lines; `tables` are those of `rmot.studies.sources.unified`."""
    said = printed_in(tables["002_figures"])
    yield from _held_out(tables["cross_validation"], said("Figure 10", "held_out_error"))
    seeds = only(tables["seed_stability"], estimator=MONTE_CARLO)
    for column, of in (("p, Kolmogorov's law", "naive_p"), ("p, Lilliefors", "lilliefors_p")):
        yield Line(
            "Figure 10",
            "normality",
            column,
            said("Figure 10", "p_value"),
            float(seeds[of]),
            data=str(seeds["data"]),
            remark="a basket's price by Monte Carlo over a hundred seeds",
        )
    for own in matching(tables["backtest_options"], rule="ball", place="all"):
        if "price" not in own["name"]:
            yield Line(
                "Figure 11",
                own["name"],
                "exceptions",
                said("Figure 11", "exceptions"),
                float(own["exceptions"]),
                data=str(own["data"]),
                remark=f"in {int(own['observations'])} closes of options at three strikes",
            )
    yield from _relief(tables["capital_by_assets"], said("Figure 13", "relief"))
    yield from _search(tables["search_paths"], said("Figure 14", "iterations"))
    yield from _spectra(tables["spectra"])


def _held_out(table: pd.DataFrame, error: str) -> Iterator[Line]:
    for chain in dict.fromkeys(table["chain"]):
        rows = matching(table, chain=chain)
        found = np.array([float(row["held_out_mean_price_error"]) for row in rows])
        yield Line(
            "Figure 10",
            str(chain),
            "held-out error",
            error,
            float(np.mean(found)),
            float(np.std(found, ddof=1)) if found.size > 1 else float("nan"),
            data=str(rows[0]["data"]),
            remark="mean relative error of prices held out, and its scatter over seeds",
        )


def _relief(table: pd.DataFrame, relief: str) -> Iterator[Line]:
    most = int(np.max(table["names"]))
    ball = methods.ball_name(GAUSSIAN, f"{RADIUS:g}")
    for side, name in (("long", "bought book"), ("short", "sold book")):
        charge = {}
        for method in (SHARP, ball):
            rows = matching(table, names=most, method=method, side=side, basis="notional")
            charge[method] = float(np.mean([float(row["charge"]) for row in rows]))
        yield Line(
            "Figure 13",
            name,
            "relief",
            relief,
            charge[SHARP] - charge[ball],
            unit=UNIT,
            data=kind(table),
            remark=f"sharp bounds less a ball of radius {RADIUS:g}, {most} names",
        )


def _search(paths: pd.DataFrame, iterations: str) -> Iterator[Line]:
    steps = [taken for taken, _ in ends(paths)]
    said = "one optimum" if optima(paths) == 1 else f"{optima(paths)} optima"
    for column, value in (("fewest steps", min(steps)), ("most steps", max(steps))):
        yield Line(
            "Figure 14",
            "local search",
            column,
            iterations,
            float(value),
            data=kind(paths),
            remark=f"{len(steps)} starts, quotes of {NAME}, to {said}",
        )


def _spectra(table: pd.DataFrame) -> Iterator[Line]:
    for row in matching(table, kind=spectra.INFORMATION):
        if row["rank"] == row["size"]:
            yield Line(
                "Figure 15",
                f"{row['name']}, {row['size']} parameters",
                "condition number",
                "",
                1.0 / float(row["share"]),
                data=str(row["data"]),
                remark="information of a whole surface on rough Heston's parameters",
            )
