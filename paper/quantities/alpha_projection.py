"""Numbers of the alpha models' projections, digitals and equivalents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed
from rmot.studies.alpha import digitals as digital_study
from rmot.studies.alpha import projection_errors

_YEAR = 1.0


def errors(table: pd.DataFrame) -> Iterator[Number]:
    """Give how often each mode is nearest, and the range of errors at one year."""
    source = Source.of_table("Projection", table)
    sizes = projection_errors.largest(table)
    published = sizes.loc[sizes["mode"] < 2]
    wide = published.pivot_table(index=["spread", "maturity"], columns="mode", values="near")
    yield source.count("Cases", len(wide))
    straight = wide[0].to_numpy() < wide[1].to_numpy()
    yield source.count("StraightWins", int(np.count_nonzero(straight)))
    yield source.count("BilogWins", int(np.count_nonzero(~straight)))
    year = published.loc[published["maturity"] == _YEAR]
    for mode, name in ((0, "Straight"), (1, "Bilog")):
        own = year.loc[year["mode"] == mode, "near"]
        for end, value in (("Least", own.min()), ("Most", own.max())):
            yield source.number(
                f"{name}{end}", 100.0 * value, fixed(100.0 * value, 2), 2.0 * value + 0.01
            )
    bound = np.asarray(table["floored"] | table["clipped"])
    yield source.count("Bound", int(np.count_nonzero(bound)))


def digitals(table: pd.DataFrame) -> Iterator[Number]:
    """Give correlations, breaches and errors of digitals, in per cent of the forward."""
    source = Source.of_table("FloatDigital", table)
    rows = digital_study.largest(table).to_dict("records")
    sizes = {(row["residuals"], row["triplets"]): row for row in rows}
    words = {"as printed": "Opposed", "independent": "Independent"}
    for residuals, word in words.items():
        value = sizes[residuals, 1]["price_correlation"]
        yield source.number(f"{word}Correlation", value, fixed(value, 6), 5e-7)
    for count, word in ((1, "One"), (2, "Two")):
        row = sizes["as printed", count]
        for name, value in (
            ("Breach", row["arbitrage"]),
            ("Error", max(row["first"], row["second"])),
        ):
            percent = 100.0 * float(value)
            yield source.number(f"{word}{name}", percent, fixed(percent, 2), 0.05 * percent + 0.01)


def equivalents(table: pd.DataFrame) -> Iterator[Number]:
    """Give the largest gaps of implied volatility, in per cent."""
    source = Source.of_table("Equivalent", table)
    sizes = table.assign(gap=(table["volatility"] - table["exact"]).abs())
    gaps = {name: np.max(rows["gap"].to_numpy()) for name, rows in sizes.groupby("convention")}
    for convention, word in (("logarithmic", "Log"), ("price", "Price"), ("printed", "Printed")):
        percent = 100.0 * float(gaps[convention])
        yield source.number(f"{word}Gap", percent, fixed(percent, 1), 0.05)
