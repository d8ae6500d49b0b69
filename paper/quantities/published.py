"""Numbers of what the sources' own formulas give, and of the Wasserstein ball."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant

NEAR, FAR, SHOWN = 1.2, 10.0, 1.2
BEFORE = 5.0


def _at(table: pd.DataFrame, strike: float) -> dict[str, float]:
    (row,) = table.loc[table["strike"] == strike].to_dict("records")
    return row  # pyright: ignore[reportReturnType]


def far_strikes(table: pd.DataFrame) -> Iterator[Number]:
    """Give upper bounds near and far; the programs' gaps are below 1e-4 of them."""
    source = Source.of_table("Far", table)
    near, before, far = (_at(table, strike) for strike in (NEAR, BEFORE, FAR))
    yield source.count("Quotes", near["quotes"])
    for name, row in (("Near", near), ("Far", far)):
        yield source.measured(f"Wasserstein{name}", 1e4 * row["wasserstein"], 1e-3, digits=3)
        yield source.measured(f"Classical{name}", 1e4 * row["classical"], 1e-3, digits=3)
    yield source.measured("ChiSquaredNear", 1e4 * near["chi_squared"], 1e-3, digits=3)
    slope = np.log(far["wasserstein"] / before["wasserstein"]) / np.log((FAR - 1) / (BEFORE - 1))
    yield source.number("Decay", slope, fixed(slope, 2), 1e-3)
    least = near["wasserstein_least"]
    yield source.number("Least", least, significant(least), 1e-3 * least)


def tilting(table: pd.DataFrame) -> Iterator[Number]:
    """Count quotes missed by one reading; what the other leaves of the call at the forward."""
    source = Source.of_table("Tilt", table)
    (row,) = table.query("positive_part == 'outside'").to_dict("records")
    yield source.count("Quotes", row["quotes"])
    yield source.measured("Cap", 1e4 * row["literal_cap"], 1e-6)
    yield source.measured("AtForward", 1e4 * row["model_at_forward"], 1e-3, digits=3)
    # a price on the edge of its bid may fall to either side
    yield source.count("BelowBid", row["below_bid"], 1.0)


def extrapolation(table: pd.DataFrame) -> Iterator[Number]:
    """Give each bound at one strike in units of the error."""
    source = Source.of_table("Seven", table)
    row = _at(table, SHOWN)
    yield source.measured("Entropy", row["misspecification"], 1e-3)
    for column, name in (
        ("printed", "Printed"),
        ("relative_entropy", "RelativeEntropy"),
        ("chi_squared", "ChiSquared"),
    ):
        yield source.measured(name, row[column] / row["error"], 1e-2)


def algorithm(table: pd.DataFrame) -> Iterator[Number]:
    """Give the largest width of Algorithm 1's interval, the sharp one's, and the miss of quotes."""
    source = Source.of_table("AlgorithmOne", table)
    widths = table["printed_upper"].to_numpy() - table["printed_lower"].to_numpy()
    width = float(np.max(np.abs(widths)))
    yield source.number("Width", width, significant(width, 1) if width else "0", 0.0)
    row = _at(table, 1.0)
    sharp = row["sharp_upper"] - row["sharp_lower"]
    yield source.number("SharpWidth", sharp, fixed(sharp, 4), 1e-6)
    yield source.measured("Miss", 1e4 * row["printed_miss"], 1e-3)
