"""The daily workflow of 002's section 6.3 on a portfolio, and the capital that follows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rmot import __version__
from rmot.errors import RmotError
from rmot.regulation.eligibility import is_modellable
from rmot.regulation.method import Method, QuoteNoise
from rmot.regulation.portfolio import HISTORY, Portfolio, Position
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
from rmot.regulation.report.results import (
    Capital,
    CapitalReport,
    FactorCheck,
    Failure,
    PairCheck,
    PositionResult,
    Total,
)
from rmot.regulation.residual_risk import residual_risk_add_on
from rmot.regulation.stress_capital import stress_capital
from rmot.transport import MultipleOfLeast, Radius

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


def factors_of(position: Position) -> list[str]:
    """Return the risk factors of a position: options on each asset, and their dependence."""
    own = [f"options on {name}" for name in position.assets]
    if len(position.assets) > 1:
        own.append(f"dependence of {', '.join(sorted(position.assets))}")
    return own


def factor_checks(portfolio: Portfolio) -> list[FactorCheck]:
    """Return the eligibility test of every risk factor (MAR31.13)."""
    found = []
    for asset in portfolio.assets:
        days, source = asset.observations or (), "observations in the portfolio's file"
        if asset.observations is None:
            source = "no observations given"
        elif asset.observations == HISTORY:
            source = "days of closes of the price history: of the underlying, not of its options"
            days = _history_days(portfolio, asset.name)
        found.append(_checked(f"options on {asset.name}", days, source, portfolio))
    joint: dict[str, list[Position]] = {}
    for position in portfolio.positions:
        if len(position.assets) > 1:
            joint.setdefault(factors_of(position)[-1], []).append(position)
    for factor, held in joint.items():
        # positions on the same assets show each other's prices
        days = sorted({day for position in held for day in position.observations or ()})
        seen = ", ".join(each.name for each in held if each.observations is not None)
        source = (
            f"observations of {seen}" if seen else "no price of an option on them together is given"
        )
        found.append(_checked(factor, days, source, portfolio))
    return found


def capital_of(results: Sequence[PositionResult]) -> Capital:
    """Return the totals: stress capital over positions with a factor that may not be modelled."""
    notional = math.fsum(each.notional for each in results)
    premium = math.fsum(abs(each.premium) for each in results)

    def total(kind: str, attribute: str) -> Total:
        parts: dict[str, list[float]] = {
            "other": [],
            "idiosyncratic equity": [],
            "idiosyncratic credit": [],
        }
        for each in results:
            if not each.modellable:
                parts[each.risk_class].append(getattr(each, attribute))
        found = stress_capital(
            parts["idiosyncratic credit"], parts["idiosyncratic equity"], parts["other"]
        )
        charges = math.fsum(value for listed in parts.values() for value in listed)
        return Total(
            kind,
            charges,
            found.total,
            found.idiosyncratic_credit,
            found.idiosyncratic_equity,
            found.other,
            found.total / notional if notional else math.nan,
            found.total / premium if premium else math.nan,
        )

    residual = residual_risk_add_on(
        exotic=[each.notional for each in results if each.residual == "exotic"],
        other=[each.notional for each in results if each.residual == "other"],
    )
    return Capital(
        notional,
        premium,
        len(results),
        sum(not each.modellable for each in results),
        total("ball, by side", "charge"),
        total("ball, larger side", "either"),
        total("ball over correlations, by side", "over_correlation_charge"),
        total("classical, by side", "classical_charge"),
        total("classical, larger side", "classical_either"),
        total("97.5% shortfall to expiry", "shortfall"),
        residual.total,
        residual.exotic,
        residual.other,
    )


def describe_method(method: Method) -> dict[str, str]:
    """Return the method in words."""
    correlation = method.correlation
    if correlation is None:
        said = "none is given"
    elif correlation == "history":
        said = f"of the past {method.days} days' returns"
    else:
        said = "given in the portfolio's file"
    return {
        "joint law": method.law,
        "correlation": said,
        "divergence": type(method.divergence).__name__,
        "radius": _radius_words(method.radius),
        "sample": f"{method.points} points, seed {method.seed}",
        "quotes": f"at most {method.quotes} of each smile",
        "fitted": f"{method.deviations[0]:g} to {method.deviations[1]:g} deviations of the forward",
        "rates for American quotes": (
            "as the engine's default range"
            if method.rates is None
            else f"{method.rates[0]:.2%} to {method.rates[1]:.2%} a year"
        ),
    }


def assumptions(portfolio: Portfolio, exercises: Sequence[str]) -> tuple[str, ...]:
    """Return what the figures rest on besides quotes; `exercises` are the assets' options'."""
    several = any(len(position.assets) > 1 for position in portfolio.positions)
    said = [
        "A charge is the distance from the calibrated price to the bound against the position, "
        "discounted: uncertainty about today's price. It is scaled to no liquidity horizon.",
        "Charges of positions with a factor that may not be modelled are aggregated by MAR33.17; "
        "those of others are shown and not aggregated.",
        "The radius of the ball decides how wide its bounds are. Classical bounds need none, and "
        "hold for every law that meets the quotes: they are the baseline.",
        "The expected shortfall is that of the position alone, unhedged, held to expiry under the "
        "calibrated law: a loss of the market's moves, not of the price's uncertainty.",
    ]
    if "american" in exercises:
        said.append(
            "Quotes of American options are met as the intervals of European prices that the "
            "rates allow; orders cross those intervals."
        )
    if several:
        said.append(
            "Quotes of single assets contain no correlation. The one used is an input, with the "
            "source named; the interval that the quotes leave stands beside it. A ball around one "
            "law knows nothing of another correlation: charges over the input's interval say what "
            "that adds, and classical bounds use none."
        )
    return tuple(said)


def _radius_words(radius: Radius | MultipleOfLeast | QuoteNoise) -> str:
    if isinstance(radius, MultipleOfLeast):
        return f"{radius.factor:g} times the least that meets the quotes"
    if isinstance(radius, QuoteNoise):
        return f"quote noise at level {radius.level:g}"
    return f"{radius.value:g}, given"


def _checked(factor: str, days: Sequence[object], source: str, portfolio: Portfolio) -> FactorCheck:
    found = is_modellable(days, portfolio.close)
    return FactorCheck(factor, bool(found), str(found), source)


def _history_days(portfolio: Portfolio, name: str) -> list[object]:
    from rmot.market import read_history

    path = portfolio.asset(name).history
    if path is None:
        return []
    days = read_history(path).table.loc[: str(portfolio.close)].index
    return [day.date() for day in days]
