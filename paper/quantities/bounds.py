"""Numbers of the price bounds, on one index and on a basket of two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import PRINTED, Number, Source
from rmot.artifact.formats import fixed, significant

_FEASIBLE = 1e-8


def bounds(table: pd.DataFrame) -> Iterator[Number]:
    """Bounds on unquoted payoffs; the solver's gap is far below what is printed."""
    rows = table.query("payoff == 'call'").to_dict("records")
    twice = next(row for row in rows if row["multiple"] == 2.0)
    classical = next(row for row in rows if row["divergence"] == "classical")
    source = Source("Spx", twice["data_sha256"], twice["data"])

    def basis_points(name: str, value: float) -> Number:
        return source.measured(name, 1e4 * value, 1e-3, digits=3)

    strike, least = twice["strike"], twice["minimum_radius"]
    yield source.count("BoundQuotes", twice["quotes"])
    yield source.number("LeastRadius", least, significant(least), 1e-3 * least)
    yield source.number("CallStrike", strike, f"{strike:g}", 0.0)
    yield basis_points("CallPrior", twice["prior_price"])
    yield basis_points("CallUpper", twice["upper"])
    yield basis_points("CallClassicalUpper", classical["upper"])


def enclosed(table: pd.DataFrame) -> Iterator[Number]:
    """Enclosures of dual values; solvers' rounding moves gaps, so two orders of magnitude pass.

    A gap counts where the law of the dual point is all but feasible, against its price interval.
    """
    source = Source.of_table("Balls", table)
    rows = table.to_dict("records")
    stated: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        stated.setdefault((row["name"], row["divergence"]), []).append(row["stated"])
    gaps = [
        row["gap"] / float(np.ptp(stated[row["name"], row["divergence"]]))
        for row in rows
        if row["missed"] <= _FEASIBLE
    ]
    gap = max(gaps)
    width, distance = (max(row[field] for row in rows) for field in ("width", "distance"))
    yield source.count("Enclosed", len(rows))
    yield source.number("Width", width, significant(width, 1), 99 * width)
    yield source.number("Distance", distance, significant(distance, 1), 99 * distance)
    yield source.count("WithLaw", len(gaps), 6)
    yield source.number("Gap", gap, significant(gap, 1), 99 * gap)


def basket(table: pd.DataFrame) -> Iterator[Number]:
    """Widths at the money, ours and the one printed."""
    (row,) = table.query("strike == 1.0").to_dict("records")
    width = row["upper"] - row["lower"]
    published = row["published_upper"] - row["published_lower"]
    ours = Source("Basket", row["data_sha256"], row["data"])
    theirs = Source("Basket", row["published_sha256"], PRINTED)
    yield ours.number("WidthAtm", width, fixed(width, 4), 1e-7)
    yield theirs.number("PublishedWidthAtm", published, fixed(published, 4), 0.0)


def basket_balls(table: pd.DataFrame) -> Iterator[Number]:
    """Correlation of the past, and widths at the money by joint law, for twice the least radius."""
    source = Source.of_table("Joint", table)
    first = table.iloc[0]
    for name, column in (("Past", "correlation"), ("PastLower", "lower"), ("PastUpper", "upper")):
        value = float(first[f"past_{column}"])
        # a bootstrap's ends move by a few thousandths with its draws
        yield source.number(f"{name}Correlation", value, fixed(value, 2), 1e-2)
    here = table.query("strike == 1.0 and multiple == 2.0")
    for law, word in (("Gaussian copula", "Copula"), ("rough factors", "Factors")):
        (row,) = here.loc[here["law"] == law].to_dict("records")
        # samples of one seed, but solvers and libraries differ in the last digits
        yield source.measured(f"{word}Width", row["upper"] - row["lower"], 2e-2)
        yield source.measured(f"{word}Error", row["sampling_error"], 0.2, digits=1)
        yield source.measured(f"{word}Least", row["least_radius"], 2e-2)
    row = first.to_dict()
    yield source.count("Quotes", row["quotes"], 4)
