"""Step 1 of the workflow: which risk factors the positions have, and which may be modelled."""

from __future__ import annotations

from collections.abc import Sequence

from rmot.regulation.eligibility import is_modellable
from rmot.regulation.holdings import HISTORY, Position
from rmot.regulation.portfolio import Portfolio
from rmot.regulation.report.results import FactorCheck


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
