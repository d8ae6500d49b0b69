"""Volatility, skew and curvature at the money by maturity, of every chain."""

from __future__ import annotations

import sys

import pandas as pd

from rmot.calibration import skew_term_structure
from rmot.market import read_chain
from rmot.studies.study import Config, main

# The skew with a narrower window and a lower order: how far it moves is the regression's bias.
BANDWIDTH, DEGREE = 1.0, 3
OTHER_BANDWIDTH, OTHER_DEGREE = 0.5, 2


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row a chain and expiry; expiries without enough quotes are named on stderr."""
    rows = []
    for name, path in config.inputs.items():
        surface = read_chain(path).surface()
        points, left_out = skew_term_structure(surface, BANDWIDTH, DEGREE)
        others, _ = skew_term_structure(surface, OTHER_BANDWIDTH, OTHER_DEGREE)
        other = {point.label: point.slope for point in others}
        for reason in left_out:
            print(f"{name}: {reason}", file=sys.stderr)
        for point in points:
            rows.append(
                {
                    "underlying": name,
                    "expiry": point.label,
                    "days": 365 * point.maturity,
                    "maturity": point.maturity,
                    "volatility": point.volatility,
                    "skew": -point.slope,
                    "skew_error": point.slope_error,
                    "narrow_skew": -other.get(point.label, float("nan")),
                    "curvature": point.curvature,
                    "quotes": point.quotes,
                    "valuation": surface.valuation.date().isoformat(),
                    "data": surface.source.kind,
                    "data_sha256": surface.source.sha256,
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
