"""Table 6 of 002: the number behind each of its ticks, of a basket of the two indices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.studies.equal_weight.matrices import FACTORS, HISTORY, matrix_of
from rmot.studies.sources.lines import NO_DATA, Line, Tables, half, kind, matching, only

ITEM = "Table 6"
STRIKE, MULTIPLE = 1.0, 2.0
"""At the money, in a ball of twice the least radius."""

ASSETS, CORRELATION = 2, 0.9
"""Of the case whose Newton steps are counted."""


def statuses(tables: Tables) -> Iterator[Line]:
    """Yield the lines; `tables` are those of `rmot.studies.sources.unified`."""
    printed = tables["002_table_6"].set_index("constraint")["status"]
    algorithm, balls = tables["as_published_algorithm"], tables["index_basket_balls"]

    def line(
        name: str, row: str, column: str, value: float, error: float = np.nan, **told: str
    ) -> Line:
        return Line(ITEM, row, column, str(printed[name]), float(value), float(error), **told)

    data = kind(algorithm)
    for column, of in (("as printed", "printed_miss"), ("nearest coupling", "matching_miss")):
        yield line(
            "marginals",
            "marginals preserved",
            f"largest error of a call, {column}",
            np.max(algorithm[of]),
            unit="of the forward",
            data=data,
        )
    allowed = only(tables["offered_correlations"], what=_prices(tables["offered_correlations"]))
    for end in ("lower", "upper"):
        yield line(
            "correlation_range",
            "correlation in [-1, 1]",
            f"{'least' if end == 'lower' else 'largest'} that marginals allow",
            allowed[end],
            data=str(allowed["data"]),
        )
    for source in (FACTORS, HISTORY):
        names, matrix = known_matrix(tables["equal_weight_matrices"], source)
        yield line(
            "positive_semidefinite",
            "positive semi-definite",
            f"least eigenvalue, {source}",
            np.linalg.eigvalsh(matrix)[0] if names else np.nan,
            data=kind(tables["equal_weight_matrices"]),
            remark=f"correlations of {len(names)} names" if names else "no history of the names",
        )
    for estimate in ("surface", "variogram"):
        for own in matching(
            tables["hurst_comparison"], index="S&P 500 less Nasdaq", estimate=estimate
        ):
            yield line(
                "hurst_distinct",
                "Hurst exponents distinct",
                f"difference, {estimate}",
                own["hurst"],
                half(own["low"], own["high"]),
                data=str(own["data"]),
                remark="S&P 500 less Nasdaq, half of a 95% interval",
            )
    ball = only(balls, law="Gaussian copula", strike=STRIKE, multiple=MULTIPLE)
    for end in ("lower", "upper"):
        yield line(
            "bounds",
            "bounds in order",
            f"{end} bound",
            ball[end],
            ball["sampling_error"],
            unit="of the forward",
            data=str(ball["data"]),
            remark="half SPX, half NDX at the money, ball of twice the least radius",
        )
    yield line(
        "compliance",
        "regulatory compliance",
        "",
        np.nan,
        data=NO_DATA,
        remark="the standard has tests of data and approval, and no number of a price bound",
    )
    sharp = tables["index_basket"]
    yield line(
        "convergence",
        "optimisation converged",
        "largest gap of sharp bounds",
        np.max(sharp["gap"]),
        unit="of the forward",
        data=kind(sharp),
    )
    yield line(
        "objective",
        "final objective",
        "least radius that meets all quotes",
        ball["least_radius"],
        data=str(ball["data"]),
        remark="chi-squared; no divergence is negative",
    )
    steps = only(tables["block_newton_steps"], assets=ASSETS, correlation=CORRELATION)
    for column, of in (("printed blocks", "block_steps"), ("true Hessian", "true_steps")):
        yield line(
            "iterations",
            "iterations",
            f"Newton steps, {column}",
            steps[of],
            data="drawn",
            remark="two lognormal assets of correlation 0.9, five calls each",
        )


def known_matrix(table: pd.DataFrame, source: str) -> tuple[list[str], np.ndarray]:
    """Return names and correlations, shape (n, n), of a source; names without any are left out."""
    names, matrix = matrix_of(table, source)
    kept = [i for i, row in enumerate(matrix) if np.isfinite(np.delete(row, i)).any()]
    return [names[i] for i in kept], matrix[np.ix_(kept, kept)]


def _prices(offered: pd.DataFrame) -> str:
    """Return how the row of all that the marginals of prices allow is called."""
    rows = [own["what"] for own in matching(offered, input="marginals")]
    return next(what for what in rows if "log prices" not in what)
