"""Correlation matrices of the portfolio's names side by side: shared factors, history, marginals.

Every source has a row for each pair. Correlations of the factor model are those of returns up to
the longest maturity fitted, at its best optimum and at the others; its errors are Cramer and Rao's,
times the root of the misfit. History's are of daily returns, and NaN where a name has none. What
the marginals leave of a pair are the ends of its terminal prices' correlation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.calibration import FactorFit
from rmot.dependence import factor_correlation, identified_average
from rmot.studies.equal_weight.correlations import CELLS
from rmot.studies.equal_weight.joint_law import PREFIX, fitted, past
from rmot.studies.study import Config, main
from rmot.transport import smile_quantile

FACTORS, HISTORY = "shared factors", "history"
LEAST, MOST = "marginals, least", "marginals, most"
# Half of a normal 95% interval, in deviations.
_HALF = 1.96

Vector = NDArray[np.float64]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each source and pair; inputs are ``portfolio``, ``fit`` and histories."""
    portfolio = read_csv(config.inputs["portfolio"])
    fit = FactorFit.load(config.inputs["fit"])
    names = portfolio["name"].tolist()[: fit.model.n_assets]
    models = fitted(config)
    ranks = [row for row, name in enumerate(names) if name in models]
    names = [names[row] for row in ranks]
    tables = [*_of_factors(fit, names, ranks), _of_history(config, names)]
    left = identified_average(
        [smile_quantile(models[name], fit.longest) for name in names], n_cells=CELLS[config.profile]
    )
    for source, end, average in ((LEAST, 0, left.lower), (MOST, 1, left.upper)):
        matrix = np.eye(len(names))
        matrix[np.triu_indices(len(names), 1)] = [pair[end] for pair in left.pairs]
        tables.append(_rows(source, names, matrix, np.full_like(matrix, np.nan), average, np.nan))
    return pd.concat(tables, ignore_index=True).assign(
        names=len(names),
        missing=" ".join(name for name in names if _lacks_history(config, names, name)),
        attained=left.attained,
        maturity=fit.longest,
        free=len(fit.free),
        quotes=fit.residuals.size,
        root_mean_square_error=float(np.sqrt(np.mean(fit.residuals**2))),
        data=" and ".join(sorted(set(portfolio["data"]))),
        data_sha256=" ".join(portfolio["data_sha256"].iloc[ranks]),
    )


def _of_factors(fit: FactorFit, names: list[str], ranks: list[int]) -> Iterator[pd.DataFrame]:
    first, second = np.triu_indices(fit.model.n_assets, 1)
    held = np.isin(first, ranks) & np.isin(second, ranks)
    scale = np.sqrt(max(fit.reduced_chi_squared, 1.0))
    covariance = fit.correlation_covariance(fit.longest)[np.ix_(held, held)]
    place = np.ix_(ranks, ranks)
    matrix = factor_correlation(fit.model, fit.longest).correlation[place]
    errors = scale * fit.correlation_errors(fit.longest)[place]
    with np.errstate(invalid="ignore"):
        of_average = scale * float(np.sqrt(covariance.sum())) / len(covariance)
    of_average = float("inf") if np.isnan(of_average) else of_average
    average = float(matrix[np.triu_indices(len(names), 1)].mean())
    yield _rows(FACTORS, names, matrix, errors, average, of_average, fit.reduced_chi_squared)
    degrees = fit.residuals.size - len(fit.free)
    for number, optimum in enumerate(fit.optima[1:], start=2):
        other = optimum.correlation[place]
        average = float(other[np.triu_indices(len(names), 1)].mean())
        unknown = np.full_like(other, np.nan)
        reduced = optimum.chi_squared / max(degrees, 1)
        yield _rows(f"{FACTORS}, optimum {number}", names, other, unknown, average, np.nan, reduced)


def _of_history(config: Config, names: list[str]) -> pd.DataFrame:
    known = [row for row, name in enumerate(names) if not _lacks_history(config, names, name)]
    before = past(config, [names[row] for row in known])
    matrix, errors = (np.full((len(names), len(names)), np.nan) for _ in range(2))
    place = np.ix_(known, known)
    matrix[place] = before.correlation
    errors[place] = (before.upper - before.lower) / (2.0 * _HALF)
    low, high = before.average_interval
    return _rows(HISTORY, names, matrix, errors, before.average, (high - low) / (2.0 * _HALF))


def _lacks_history(config: Config, names: list[str], name: str) -> bool:
    """Tell whether a name has no history while others have one."""
    return PREFIX + name not in config.inputs and any(
        PREFIX + other in config.inputs for other in names
    )


def _rows(
    source: str,
    names: list[str],
    matrix: Vector,
    errors: Vector,
    average: float,
    average_error: float,
    reduced_chi_squared: float = float("nan"),
) -> pd.DataFrame:
    first, second = np.triu_indices(len(names), 1)
    return pd.DataFrame(
        {
            "source": source,
            "first": np.array(names)[first],
            "second": np.array(names)[second],
            "correlation": matrix[first, second],
            "error": errors[first, second],
            "average": average,
            "average_error": average_error,
            "reduced_chi_squared": reduced_chi_squared,
        }
    )


def matrix_of(table: pd.DataFrame, source: str) -> tuple[list[str], Vector]:
    """Return the names and the matrix of a source."""
    rows = table.loc[table["source"] == source]
    names = list(dict.fromkeys([*rows["first"], *rows["second"]]))
    matrix = np.eye(len(names))
    place = np.triu_indices(len(names), 1)
    matrix[place] = rows["correlation"]
    return names, matrix + matrix.T - np.eye(len(names))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each source: average, extremes, and the distance from history's matrix.

    The distance is a root mean square over pairs; beside it stands the share of pairs that are
    further apart than two of their joint errors.
    """
    past = table.loc[table["source"] == HISTORY]
    history, of_history = (past[name].to_numpy(dtype=float) for name in ("correlation", "error"))
    rows = []
    for source, group in table.groupby("source", sort=False):
        found = group["correlation"].to_numpy(dtype=float)
        first = group.to_dict("records")[0]
        error = group["error"].to_numpy(dtype=float)
        known = np.isfinite(found - history) & ~np.isnan(error)
        apart = np.abs(found - history)[known] > 2.0 * np.hypot(error, of_history)[known]
        away = float(np.sqrt(np.nanmean((found - history) ** 2)))
        rows.append(
            {
                "source": source,
                "average": first["average"],
                "average_error": first["average_error"],
                "least": np.nanmin(found),
                "most": np.nanmax(found),
                "pair_error": float(np.nanmedian(error)) if known.any() else np.nan,
                "from_history": np.nan if source in (HISTORY, LEAST, MOST) else away,
                "apart": float(apart.mean()) if source == FACTORS else np.nan,
                "reduced_chi_squared": first["reduced_chi_squared"],
            }
        )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set a row for each source."""

    def two(value: float) -> str:
        return "" if np.isnan(value) else fixed(value, 2)

    def error(value: float) -> str:
        # a correlation that is known to no better than one is not known
        return ">1" if value > 1.0 else two(value)

    return latex_table(
        summary(table),
        (
            Column("source", "Source", align="l"),
            Column("average", "Average", two),
            Column("average_error", "Error", error),
            Column("least", "Least", two),
            Column("most", "Most", two),
            Column("pair_error", "Of a pair", error),
            Column("from_history", "From history", two),
            Column("reduced_chi_squared", r"$\chi^2$ / d.o.f.", two),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
