"""The daily workflow of 002's section 6.3 on a portfolio, and the capital that follows."""

from __future__ import annotations

from collections.abc import Callable

from rmot import __version__
from rmot.errors import RmotError
from rmot.regulation.portfolio import Portfolio
from rmot.regulation.report.factors import factor_checks, factors_of
from rmot.regulation.report.laws import (
    check_pairs,
    correlation_of,
    fit_asset,
    fit_factors,
    joint_law,
    laws_at_ends,
)
from rmot.regulation.report.positions import Market, bound_position
from rmot.regulation.report.quotes import (
    AssetQuotes,
    check_smile,
    read_quotes,
    slice_of,
)
from rmot.regulation.report.results import CapitalReport, Failure, PairCheck, PositionResult
from rmot.regulation.report.totals import capital_of
from rmot.regulation.report.words import assumptions, describe_method

Progress = Callable[[str, int, int], None]


def capital_report(portfolio: Portfolio, progress: Progress | None = None) -> CapitalReport:
    """Run the workflow on a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
    progress : callable, optional
        Called with what is being done, how many steps are done, and how many there are.

    Returns
    -------
    CapitalReport
        A position that cannot be bounded is among its `failures`, with the reason, and in no total.

    Raises
    ------
    MissingData, DataError, CalibrationError
        Quotes, histories or fits of an asset cannot be had.
    """
    assets, positions = portfolio.assets, portfolio.positions
    groups = list(dict.fromkeys((each.assets, *slice_of(each)) for each in positions))
    joint_fit = portfolio.method.law == "rough factors" and any(len(g[0]) > 1 for g in groups)
    count, done = 2 * len(assets) + joint_fit + len(groups) + len(positions), 0

    def step(text: str) -> None:
        nonlocal done
        if progress is not None:
            progress(text, done, count)
        done += 1

    def silent(line: str) -> None:
        if progress is not None:
            progress(line, done, count)

    quotes: dict[str, AssetQuotes] = {}
    for asset in assets:
        step(f"quotes of {asset.name}")
        quotes[asset.name] = read_quotes(portfolio, asset)
    fits, described = {}, []
    for asset in assets:
        step(f"fit of {asset.name}")
        fits[asset.name], summary = fit_asset(portfolio, quotes[asset.name], silent)
        described.append(summary)
    factors = None
    if joint_fit:
        step("fit of shared factors")
        factors = fit_factors(portfolio, list(quotes.values()), silent)
    checks = factor_checks(portfolio)
    results: list[PositionResult] = []
    failures: list[Failure] = []
    pairs: dict[tuple[object, ...], PairCheck] = {}
    for names, expiry, settlement in groups:
        step(f"joint law of {', '.join(names)}, {expiry}")
        smiles = {name: quotes[name].surface.thin(portfolio.method.quotes).slices for name in names}
        own = {
            name: next(s for s in found if (s.expiry, s.settlement) == (expiry, settlement))
            for name, found in smiles.items()
        }
        maturity = next(iter(own.values())).maturity
        joint, ends, law = None, (), "rough Heston, fitted"
        if len(names) > 1:
            correlation = correlation_of(portfolio, names, maturity, factors)
            joint = joint_law(portfolio, names, fits, maturity, correlation, factors)
            ends = laws_at_ends(portfolio, names, fits, maturity, correlation, factors)
            for pair in check_pairs(names, fits, maturity, expiry, correlation):
                key = expiry, settlement, frozenset((pair.first, pair.second))
                pairs.setdefault(key, pair)
            law = (
                "rough factors, fitted to all assets"
                if factors is not None
                else "rough Heston marginals under a Gaussian copula"
            )
        market = Market(own, fits, joint, ends, law, portfolio.method)
        for position in positions:
            if (position.assets, *slice_of(position)) == (names, expiry, settlement):
                step(f"bounds of {position.name}")
                unmodellable = [
                    check.factor
                    for check in checks
                    if check.factor in factors_of(position) and not check.modellable
                ]
                try:
                    results.append(bound_position(position, market, unmodellable))
                except RmotError as error:
                    failures.append(Failure(position.name, f"{type(error).__name__}: {error}"))
    order = [position.name for position in positions]
    results.sort(key=lambda each: order.index(each.name))
    return CapitalReport(
        portfolio.name,
        portfolio.currency,
        portfolio.close,
        __version__,
        describe_method(portfolio.method),
        assumptions(portfolio, [each.data.exercise for each in quotes.values()]),
        tuple(each.data for each in quotes.values()),
        tuple(check_smile(each, smile) for each in quotes.values() for smile in each.surface),
        tuple(checks),
        tuple(described),
        tuple(pairs.values()),
        tuple(results),
        tuple(failures),
        capital_of(results),
    )
