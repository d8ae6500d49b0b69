"""Numbers of what quotes tell about H, at 002's index set and noise where not said otherwise.

All but the Monte-Carlo ones are derivatives by quadrature, good to four digits or more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from paper.quantities.number import DRAWN, PRINTED, Number, Source
from rmot.artifact.formats import fixed, significant, with_error

POINT, NOISE, RANGE = "index", "0.2% in volatility", "fixed"
COUNTS = {1: "One", 3: "Three", 4: "Four", 6: "Six"}
HURST, HALF_WIDTH = 0.12, 0.2
DIGITS = 1e-4


def by_strikes(table: pd.DataFrame) -> Iterator[Number]:
    """Slopes in the number of strikes, over all designs, and the effective dimension's bound."""
    here = table.query("point == @POINT")
    source = Source("Information", here["data_sha256"].iloc[0], DRAWN)
    lines = here.drop_duplicates(["noise", "maturities", "free"])
    slopes = lines["fitted_slope"].dropna().to_numpy()
    for name, slope in (("LeastSlope", slopes.min()), ("LargestSlope", slopes.max())):
        yield source.number(name, slope, fixed(slope, 3), 1e-3)
    for free in (4, 6):
        dimension = here.loc[here["free"] == free, "effective_dimension"].to_numpy()
        yield source.count(f"Dimension{COUNTS[free]}", dimension.max())
    yield source.count("Designs", len(here))
    above = (here["effective_dimension"] > here["claimed_dimension"]).to_numpy()
    # an eigenvalue may lie on the edge of what counts
    yield source.count("DimensionAbove", above.sum(), 1.0)


def by_range(table: pd.DataFrame) -> Iterator[Number]:
    """Exponents at the narrowest range beside the integers, and slopes at 002's own range."""
    source = Source("Information", table["data_sha256"].iloc[0], DRAWN)
    sloped = table.dropna(subset="local_slope")
    curves = [curve for _, curve in sloped.groupby(["free", "maturities", "hurst"])]
    narrow = [curve.loc[curve["half_width"].idxmin()] for curve in curves]
    gaps = [abs(row["local_slope"] - row["generic_exponent"]) for row in narrow]
    yield source.count("Exponents", len(gaps))
    # what is left of the gap is rounding; the slopes' own errors are larger
    error = max(row["slope_error"] for row in narrow)
    yield source.number("ExponentGap", max(gaps), significant(max(gaps), 1), error)
    (claimed,) = set(sloped.query("hurst == @HURST")["claimed_exponent"])
    yield source.number("ClaimedExponent", claimed, fixed(claimed, 2), 0.0)
    for count in (1, 3):
        curve = sloped.query("hurst == @HURST and free == 4 and maturities == @count")
        usual = curve.loc[(curve["half_width"] / HALF_WIDTH - 1.0).abs().idxmin()]
        slope = usual["local_slope"]
        yield source.number(f"Slope{COUNTS[count]}", slope, fixed(slope, 2), 1e-3)


def strikes(table: pd.DataFrame) -> Iterator[Number]:
    """Strikes that the stated precision needs; 'more than' where the search ended without."""
    here = table.query("point == @POINT and range == @RANGE and noise == @NOISE")
    source = Source("Strikes", here["data_sha256"].iloc[0], DRAWN)
    for row in here.query("maturities in (1, 3)").to_dict("records"):
        design = COUNTS[row["free"]] + COUNTS[row["maturities"]]
        needed, width = row["required_strikes"], row["half_width_95"]
        if pd.isna(needed):
            yield source.number(f"Needed{design}", row["most_tried"], f">{row['most_tried']}", 0.0)
        else:
            # the number that just suffices may move with the last digit of the error
            yield source.count(f"Needed{design}", needed, 1.0)
        yield source.measured(f"Width{design}", width, DIGITS)


def recovery(table: pd.DataFrame) -> Iterator[Number]:
    """Bias, scatter and coverage over the identified parameters.

    Seeds are fixed and each optimum is found to a hundredth of its bound: nothing here moves by
    more than two hundredths, far below the Monte-Carlo errors printed; of coverage one surface in
    each row may fall to the other side.
    """
    source = Source.of_table("Recovery", table)
    per_point = table.drop_duplicates("point")
    identified = table.loc[table["identified"].astype(bool)]
    surfaces = per_point["surfaces"].to_numpy()
    yield source.count("Surfaces", surfaces.sum())
    yield source.count("Failed", per_point["failed"].to_numpy().sum())
    yield source.count("Parameters", len(table))
    yield source.count("Identified", len(identified))

    def extreme(name: str, row: Any, column: str) -> Number:
        text = with_error(row[column], row[f"{column}_error"])
        return source.number(name, row[column], text, 0.02)

    biased = identified["relative_bias"].abs().idxmax()
    yield extreme("LargestBias", identified.loc[biased], "relative_bias")
    for name, row in (("LeastScatter", "idxmin"), ("LargestScatter", "idxmax")):
        chosen = getattr(identified["efficiency"], row)()
        yield extreme(name, identified.loc[chosen], "efficiency")
    covered = 100 * identified["coverage_95"].mean()
    each = 100 / surfaces.min()
    yield source.number("Covered", covered, fixed(covered, 0), each)


def printed_errors(table: pd.DataFrame) -> Iterator[Number]:
    """002's bound of H, its ratios of the others' to it, and how far the nearest design is."""
    here = table.query("point == @POINT")
    ours = Source("Errors", here["data_sha256"].iloc[0], DRAWN)
    theirs = Source("Printed", here["published_sha256"].iloc[0], PRINTED)
    hurst = here.query("parameter == 'hurst' and noise == @NOISE and free == 4")
    yield theirs.measured("Hurst", hurst["estimate"].iloc[0], 0.0)
    yield theirs.measured("Bound", hurst["published_bound"].iloc[0], 0.0)
    for count in (1, 3):
        (bound,) = hurst.query("maturities == @count")["cramer_rao"]
        yield ours.measured(f"Hurst{COUNTS[count]}", bound, DIGITS)
    rest = table.query("parameter != 'hurst'")
    for name, rows in rest.groupby("parameter", sort=False):
        ratio = float(rows["published_ratio_to_hurst"].iloc[0])
        word = {"vol_of_vol": "VolOfVol", "correlation": "Correlation"}[str(name)]
        yield theirs.measured(f"{word}Ratio", ratio, 0.0, digits=3)
    shares = rest["ratio_to_hurst"] / rest["published_ratio_to_hurst"]
    rest = rest.assign(factor=np.exp(np.abs(np.log(shares.to_numpy(dtype=float)))))
    designs = rest.groupby(["point", "noise", "maturities", "free"])
    farther = [float(np.max(rows["factor"])) for _, rows in designs]
    both = Source.of_table("Errors", table)
    yield both.count("Designs", len(farther))
    # with all six free at one maturity, conditioning costs some digits
    yield both.measured("NearestFactor", min(farther), 1e-2)
