"""Cramer-Rao error of a correlation from marginals, as the factors' Hurst exponents come together.

Loadings generic and symmetric, the factors known and estimated.
"""

from __future__ import annotations

import pandas as pd

from rmot.calibration.factors.design import correlation_error
from rmot.studies.shared_factors.models import (
    DESIGN,
    LOADINGS,
    MATURITY,
    free_numbers,
    source,
    two_assets,
)
from rmot.studies.study import Config, main

GAPS = {
    "quick": (0.2, 0.05, 0.02, 0.01, 0.0),
    "full": (0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.0),
    "deep": (0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0),
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for loadings, gap and state of knowledge each; inf is no information."""
    rows = [
        {
            "loadings": loadings,
            "factors": "known" if known else "estimated",
            "gap": gap,
            "correlation": float(two_assets(loadings, gap).correlation(MATURITY)[0, 1]),
            "error": _error(loadings, gap, known),
        }
        for loadings in LOADINGS
        for known in (True, False)
        for gap in GAPS[config.profile]
    ]
    quotes = 2 * DESIGN.strikes * len(DESIGN.maturities)
    return pd.DataFrame(rows).assign(quotes=quotes, **source())


def _error(loadings: str, gap: float, known: bool) -> float:
    model = two_assets(loadings, gap)
    return correlation_error(model, DESIGN, free_numbers(model, known=known), MATURITY)


if __name__ == "__main__":
    main(run)
