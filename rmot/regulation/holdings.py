"""What a portfolio holds: assets with their files, and positions on them, as tables of TOML say it.

A position pays notional x c(S_1/F_1, ..., S_N/F_N) at its expiry: prices are over their forwards,
and so is the strike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from rmot.errors import DataError, MissingData
from rmot.market.registry import datasets, locate
from rmot.payoffs import (
    BasketOption,
    PiecewiseLinear,
    basket_call,
    basket_put,
    call,
    digital,
    put,
    straddle,
)
from rmot.regulation.portfolio_file import Table, inside, read_observations, shown
from rmot.regulation.scenarios import Holding

ONE_ASSET = {"call": call, "put": put, "digital": digital, "straddle": straddle}
SEVERAL = {"call": basket_call, "put": basket_put}
RISK_CLASSES = ("other", "idiosyncratic equity", "idiosyncratic credit")
RESIDUALS = ("none", "other", "exotic")
HISTORY = "history"
"""In place of a file of observations: the days of the asset's history of closes."""

_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Asset:
    """An underlying and the files on it.

    Attributes
    ----------
    name : str
    chain : Path or None
        Of its option quotes; None where a registered dataset is not on this machine.
    history : Path or None
        Of its daily closes, or of a fund's that follows it.
    observations : tuple of date, "history" or None
        Days of real prices of options on it; None where none are given.
    dataset : str
        The registered id of the chain, or the path as the file gives it.
    expiries : tuple of date
        Fitted besides those of the positions.
    """

    name: str
    chain: Path | None
    history: Path | None
    observations: tuple[date, ...] | Literal["history"] | None
    dataset: str
    expiries: tuple[date, ...] = ()


@dataclass(frozen=True)
class Position:
    """One option, held or owed.

    Attributes
    ----------
    name : str
    payoff : str
        call or put; of one asset digital and straddle too.
    assets : tuple of str
    weights : tuple of float
        Units of each price over its forward.
    strike : float
        In the same units: 1.05 of a basket with shares is 105% of its forward.
    expiry : date
    settlement : {"AM", "PM"}
    notional : float
        In currency, > 0.
    side : {"long", "short"}
    premium : float or None
        Paid or received, in currency.
    risk_class, residual : str
        Where stress capital (MAR33.17) and the residual risk add-on (MAR23) put it.
    observations : tuple of date or None
        Days of real prices of options on the assets together; None where none are given.
    """

    name: str
    payoff: str
    assets: tuple[str, ...]
    weights: tuple[float, ...]
    strike: float
    expiry: date
    settlement: Literal["AM", "PM"]
    notional: float
    side: Holding
    premium: float | None
    risk_class: str
    residual: str
    observations: tuple[date, ...] | None

    @property
    def target(self) -> PiecewiseLinear | BasketOption:
        """The payoff on prices over forwards."""
        if len(self.assets) == 1:
            return ONE_ASSET[self.payoff](self.strike)
        return SEVERAL[self.payoff](self.weights, self.strike)


def read_asset(table: Table, root: Path, folder: Path, close: date) -> Asset:
    """Read an asset's table; its paths lie below `root` and are relative to `folder`.

    Raises
    ------
    MissingData, DataError
        In one line that names the asset and the key.
    """
    name = table.name("name")
    table.where += f" ({name})"
    if ("chain" in table) == ("dataset" in table):
        raise DataError(f"{table.where}: expected chain, a path, or dataset, a registered id")
    if "chain" in table:
        given = table.raw("chain")
        chain, dataset = inside(root, folder, given, f"chain of {table.where}"), str(given)
    else:
        dataset = _registered(table, "dataset")
        chain = locate(dataset)
    history = None
    if "history" in table:
        history = inside(root, folder, table.raw("history"), f"history of {table.where}")
    if "history_dataset" in table:
        if history is not None:
            raise DataError(f"{table.where}: expected history or history_dataset; got both")
        history = locate(_registered(table, "history_dataset"))
    observations: Any = None
    if "observations" in table:
        given = table.raw("observations")
        what = f"observations of {table.where}"
        observations = HISTORY
        if given != HISTORY:
            observations = read_observations(inside(root, folder, given, what), what)
    expiries = table.days("expiries") if "expiries" in table else ()
    if expiries and expiries[0] <= close:
        table.wrong("expiries", f"expiries after the close of {close}", str(expiries[0]))
    for key in ("chain", "dataset", "history", "history_dataset", "observations", "expiries"):
        table.raw(key)
    table.finish()
    return Asset(name, chain, history, observations, dataset, expiries)


def _registered(table: Table, key: str) -> str:
    found = table.raw(key)
    if not isinstance(found, str) or found not in datasets():
        table.wrong(key, "the id of a registered dataset (rmot data list)", found)
    return found


def read_position(
    table: Table, known: list[str], close: date, settlement: str, file: Any
) -> Position:
    """Read a position's table; `known` are the assets, `file` turns the text of a path into one.

    Raises
    ------
    MissingData, DataError
        In one line that names the position and the key.
    """
    name = table.name("name")
    table.where += f" ({name})"
    assets = table.texts("assets")
    unknown = [each for each in assets if each not in known]
    if unknown:
        table.wrong("assets", f"assets among {', '.join(known)}", unknown[0])
    require_distinct(assets, f"{table.where}: expected each of its assets once")
    kinds = ONE_ASSET if len(assets) == 1 else SEVERAL
    payoff = table.choice("payoff", tuple(kinds))
    weights = _weights(table, len(assets))
    strike = table.number("strike", least=0.0 if "weights" not in table else -float("inf"))
    expiry = table.day("expiry")
    if expiry <= close:
        table.wrong("expiry", f"an expiry after the close of {close}", str(expiry))
    several = len(assets) > 1 or payoff == "digital"
    observations = None
    if "observations" in table:
        what = f"observations of {table.where}"
        observations = read_observations(file(table.raw("observations"), what), what)
    position = Position(
        name,
        payoff,
        tuple(assets),
        weights,
        strike,
        expiry,
        table.choice("settlement", ("AM", "PM"), settlement),  # pyright: ignore[reportArgumentType]
        table.number("notional", above=0.0),
        table.choice("side", ("long", "short")),  # pyright: ignore[reportArgumentType]
        table.number("premium", above=0.0) if "premium" in table else None,
        table.choice("risk_class", RISK_CLASSES, "other"),
        table.choice("residual", RESIDUALS, "other" if several else "none"),
        observations,
    )
    for key in ("premium", "observations", "shares", "weights"):
        table.raw(key)
    table.finish()
    return position


def _weights(table: Table, count: int) -> tuple[float, ...]:
    """Return `shares`, which sum to one, or `weights`, of any sign; one asset needs neither."""
    if "shares" in table and "weights" in table:
        raise DataError(f"{table.where}: expected shares or weights; got both")
    if count == 1:
        for key in ("shares", "weights"):
            if key in table and table.numbers(key, 1) != (1.0,):
                table.wrong(key, "[1] for one asset, or nothing", table.raw(key))
        return (1.0,)
    if "weights" in table:
        found = table.numbers("weights", count)
        if not any(found):
            table.wrong("weights", "weights that are not all zero", list(found))
        return found
    found = table.numbers("shares", count)
    if min(found) <= 0 or abs(sum(found) - 1.0) > _SUM_TOLERANCE:
        raise DataError(
            f"{table.where}: expected shares > 0 that sum to 1 (weights may be any); they sum to "
            f"{sum(found):.10g}: {shown(list(found))}"
        )
    return found


def require_distinct(names: list[str], expected: str) -> None:
    """Raise DataError, which begins with `expected`, where a name comes twice."""
    again = [name for at, name in enumerate(names) if name in names[:at]]
    if again:
        raise DataError(f"{expected}; {shown(again[0])} comes twice")


def require_chain(asset: Asset) -> Path:
    """Return where an asset's quotes are; MissingData where its dataset is not on this machine."""
    if asset.chain is None:
        raise MissingData(
            f"expected the dataset {asset.dataset} of {asset.name}; it is not on this machine "
            "(rmot data fetch gets it)"
        )
    return asset.chain
