"""Steps 2 and 3 of the workflow: each asset's law from its quotes, and what joins them.

Correlation is never read off the marginals: it comes from history, from the file or from assuming
shared factors, and what the marginals leave of it stands beside it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from rmot.calibration import FactorFit, Fit, calibrate
from rmot.calibration.factors.correlation_errors import (
    correlation_covariance,
    correlation_gradient,
)
from rmot.dependence import (
    aligned_returns,
    factor_correlation,
    historical_correlation,
    identified_set,
)
from rmot.errors import IdentificationWarning, MissingData
from rmot.market import OptionSurface, read_history
from rmot.models import RoughFactorModel, RoughHeston
from rmot.numerics.discrete import Prior
from rmot.regulation.portfolio import Portfolio
from rmot.regulation.report.quotes import AssetQuotes
from rmot.regulation.report.results import AssetFit, PairCheck, SmileFit
from rmot.transport import gaussian_copula, smile_quantile
from rmot.transport.couplings.correlations import nearest_correlation

Vector = NDArray[np.float64]
Say = Callable[[str], None]

_LEVEL = 1.96


@dataclass(frozen=True, eq=False)
class Correlation:
    """Correlations of some assets' log prices, with intervals where there are any, and a source."""

    value: Vector
    lower: Vector
    upper: Vector
    source: str


def fit_asset(portfolio: Portfolio, quotes: AssetQuotes, say: Say) -> tuple[Fit, AssetFit]:
    """Fit rough Heston to an asset's quotes near the money.

    One expiry says nothing of mean reversion: the variance is then a martingale. Several hold the
    speed of reversion at 0.3, which they hardly tell from its level.

    Raises
    ------
    CalibrationError
        Too few quotes, or no start that the model can price.
    """
    surface = quotes_near(portfolio, quotes)
    several = len({smile.expiry for smile in surface}) > 1
    fixed = (
        {"mean_reversion": 0.3} if several else {"mean_reversion": 0.0, "long_run_variance": 0.0}
    )
    with warnings.catch_warnings():
        # the fit carries them, and the report prints them
        warnings.simplefilter("ignore", IdentificationWarning)
        fit = calibrate(RoughHeston, surface, fixed=fixed, require_convergence=False, progress=say)
    smiles = tuple(
        SmileFit(
            smile.expiry,
            smile.settlement,
            smile.log_moneyness,
            smile.bid_volatility,
            smile.ask_volatility,
            fit.model.implied_volatility(smile.log_moneyness, smile.maturity),
        )
        for smile in surface
    )
    return fit, AssetFit(
        quotes.asset.name,
        {name: float(fit.parameter(name)) for name in (*fit.free, *fit.fixed)},
        dict(fit.standard_errors),
        dict(fit.misfit_standard_errors),
        tuple(fit.fixed),
        tuple(fit.at_bound),
        fit.effective_dimension,
        len(fit.free),
        fit.condition_number,
        len(fit.residuals),
        fit.root_mean_square_error,
        fit.reduced_chi_squared,
        fit.within_spread,
        tuple(fit.warnings),
        smiles,
    )


def quotes_near(portfolio: Portfolio, quotes: AssetQuotes) -> OptionSurface:
    """Return the quotes that are fitted."""
    method = portfolio.method
    return quotes.surface.within_deviations(*method.deviations).thin(method.quotes)


def fit_factors(portfolio: Portfolio, quotes: Sequence[AssetQuotes], say: Say) -> FactorFit:
    """Fit one rough factor model to all assets."""
    method = portfolio.method
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(
            RoughFactorModel,
            [quotes_near(portfolio, each) for each in quotes],
            n_factors=method.factors,
            seed=method.seed,
            require_convergence=False,
            progress=say,
        )


def correlation_of(
    portfolio: Portfolio, names: Sequence[str], maturity: float, factors: FactorFit | None
) -> Correlation:
    """Return the correlation that a joint law of some assets rests on.

    Raises
    ------
    MissingData
        It is to come from history, and an asset has none.
    DataError, ParameterError
        The histories have too few days in common.
    """
    method, rows = portfolio.method, [_number(portfolio, name) for name in names]
    if factors is not None:
        return _of_factors(factors, rows, maturity)
    if method.correlation == "history":
        paths = {name: portfolio.asset(name).history for name in names}
        without = [name for name, path in paths.items() if path is None]
        if without:
            raise MissingData(
                f"expected a history of {', '.join(without)} for correlations of past returns; "
                "there is none on this machine (correlation may be a number)"
            )
        histories = {name: read_history(path) for name, path in paths.items() if path}
        returns = aligned_returns(histories, names, end=str(portfolio.close)).to_numpy()
        past = historical_correlation(returns[-method.days :], seed=method.seed)
        said = f"{past.source}, {past.observations} days, {past.level:.0%} by block bootstrap"
        return Correlation(past.correlation, past.lower, past.upper, said)
    matrix = np.array(method.correlation)[np.ix_(rows, rows)]
    unknown = np.full_like(matrix, np.nan)
    return Correlation(matrix, unknown, unknown, "given in the portfolio's file")


def joint_law(
    portfolio: Portfolio,
    names: Sequence[str],
    fits: Mapping[str, Fit],
    maturity: float,
    correlation: Correlation,
    factors: FactorFit | None,
) -> Prior:
    """Return the joint sample that a ball is taken around."""
    method = portfolio.method
    if factors is not None:
        whole = factors.model.prior(maturity, method.points, seed=method.seed)
        rows = [_number(portfolio, name) for name in names]
        return Prior(whole.points[:, rows], whole.weights)
    marginals = [smile_quantile(fits[name].model, maturity) for name in names]
    return gaussian_copula(marginals, correlation.value, method.points, seed=method.seed)


def laws_at_ends(
    portfolio: Portfolio,
    names: Sequence[str],
    fits: Mapping[str, Fit],
    maturity: float,
    correlation: Correlation,
    factors: FactorFit | None,
) -> tuple[Prior, ...]:
    """Return the joint samples at the lower and at the upper ends of the correlations' intervals.

    Ends that are together no correlation are moved to the nearest that are. None for an input
    without intervals, and for rough factors, whose law no single correlation changes.
    """
    ends = (correlation.lower, correlation.upper)
    if factors is not None or not all(np.all(np.isfinite(end)) for end in ends):
        return ()
    return tuple(
        joint_law(
            portfolio,
            names,
            fits,
            maturity,
            replace(correlation, value=nearest_correlation(end)),
            None,
        )
        for end in ends
    )


def check_pairs(
    names: Sequence[str],
    fits: Mapping[str, Fit],
    maturity: float,
    expiry: date,
    correlation: Correlation,
) -> list[PairCheck]:
    """Return each pair's correlation beside all those that its marginals allow."""
    laws = {name: smile_quantile(fits[name].model, maturity) for name in names}
    found = []
    for i, j in combinations(range(len(names)), 2):
        ends = identified_set(laws[names[i]], laws[names[j]], of="log prices")
        found.append(
            PairCheck(
                names[i],
                names[j],
                expiry,
                float(correlation.value[i, j]),
                float(correlation.lower[i, j]),
                float(correlation.upper[i, j]),
                correlation.source,
                ends.lower,
                ends.upper,
            )
        )
    return found


def _of_factors(fit: FactorFit, rows: list[int], maturity: float) -> Correlation:
    found = factor_correlation(fit.model, maturity)
    parametrisation = fit.parametrisation
    point = parametrisation.point(parametrisation.values_of(fit.model))
    gradient = correlation_gradient(parametrisation, point, maturity)
    variance = np.diag(correlation_covariance(gradient, fit.jacobian))
    error = np.zeros_like(found.correlation)
    pairs = np.triu_indices(len(error), 1)
    error[pairs] = np.sqrt(variance * max(1.0, fit.reduced_chi_squared))
    error = _LEVEL * (error + error.T)[np.ix_(rows, rows)]
    value = found.correlation[np.ix_(rows, rows)]
    said = f"{found.source}: 95% by the fit's errors, which are of that assumption alone"
    return Correlation(value, np.maximum(value - error, -1.0), np.minimum(value + error, 1.0), said)


def _number(portfolio: Portfolio, name: str) -> int:
    return [asset.name for asset in portfolio.assets].index(name)
