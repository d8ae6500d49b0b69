"""A book of options on several assets, as a TOML file says it (docs/regulation.md has the keys).

A position pays notional x c(S_1/F_1, ..., S_N/F_N) at its expiry: prices are over their forwards,
and so is the strike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from rmot.regulation.method import Method, read_method
from rmot.regulation.portfolio_file import Table, inside, read_observations, read_toml, shown
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


@dataclass(frozen=True)
class Portfolio:
    """A book at one close.

    Attributes
    ----------
    name, currency : str
    close : date
        Of the quotes.
    assets : tuple of Asset
    positions : tuple of Position
    method : Method
    """

    name: str
    currency: str
    close: date
    assets: tuple[Asset, ...]
    positions: tuple[Position, ...]
    method: Method

    @classmethod
    def load(cls, path: str | Path, root: str | Path | None = None) -> Portfolio:
        """Read a portfolio's TOML file, and the observations that it names.

        Parameters
        ----------
        path : path-like
        root : path-like, optional
            The folder that the file's paths may not leave; the file's own unless given.

        Raises
        ------
        MissingData
            The file, or one that it names, does not exist.
        DataError
            Anything else about it, in one line.
        """
        path = Path(path)
        content = read_toml(path)
        folder = path.resolve().parent
        within = folder if root is None else Path(root)
        table = Table(content, path.name)
        name, currency = table.name("name"), table.name("currency", "USD")
        close, settlement = table.day("close"), table.choice("settlement", ("AM", "PM"), "PM")
        assets = [
            _asset(Table(each, f"{path.name}, asset {number}"), within, folder, close)
            for number, each in enumerate(table.tables("asset"), start=1)
        ]
        known = [asset.name for asset in assets]
        _require_distinct(known, f"{path.name}: expected each asset once")
        positions = [
            _position(
                Table(each, f"{path.name}, position {number}"),
                known,
                close,
                settlement,
                lambda text, what: inside(within, folder, text, what),
            )
            for number, each in enumerate(table.tables("position"), start=1)
        ]
        _require_distinct(
            [position.name for position in positions], f"{path.name}: expected each position once"
        )
        _require_different(positions, path.name)
        several = any(len(position.assets) > 1 for position in positions)
        method = read_method(
            Table(table.raw("method", {}), f"{path.name}, method"), len(assets), several
        )
        table.finish()
        used = {each for position in positions for each in position.assets}
        idle = [asset.name for asset in assets if asset.name not in used]
        if idle:
            raise DataError(f"{path.name}: expected a position on each asset; none is on {idle[0]}")
        return cls(name, currency, close, tuple(assets), tuple(positions), method)

    def asset(self, name: str) -> Asset:
        """Return an asset by name."""
        return next(asset for asset in self.assets if asset.name == name)

    def with_files(
        self, chains: Mapping[str, Path], histories: Mapping[str, Path] | None = None
    ) -> Portfolio:
        """Return the portfolio on other files, by asset: synthetic chains, say.

        An asset that `chains` names and `histories` does not has no history then.
        """
        past = histories or {}
        assets = [
            replace(asset, chain=Path(chains[asset.name]), history=past.get(asset.name))
            if asset.name in chains
            else asset
            for asset in self.assets
        ]
        return replace(self, assets=tuple(assets))


def _asset(table: Table, root: Path, folder: Path, close: date) -> Asset:
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


def _position(table: Table, known: list[str], close: date, settlement: str, file: Any) -> Position:
    name = table.name("name")
    table.where += f" ({name})"
    assets = table.texts("assets")
    unknown = [each for each in assets if each not in known]
    if unknown:
        table.wrong("assets", f"assets among {', '.join(known)}", unknown[0])
    _require_distinct(assets, f"{table.where}: expected each of its assets once")
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


def _require_distinct(names: list[str], expected: str) -> None:
    again = [name for at, name in enumerate(names) if name in names[:at]]
    if again:
        raise DataError(f"{expected}; {shown(again[0])} comes twice")


def _require_different(positions: list[Position], where: str) -> None:
    seen: dict[Position, str] = {}
    for position in positions:
        other = seen.setdefault(replace(position, name=""), position.name)
        if other != position.name:
            raise DataError(
                f"{where}: expected different positions; {shown(other)} and "
                f"{shown(position.name)} are the same but for their names (booked twice?)"
            )


def require_chain(asset: Asset) -> Path:
    """Return where an asset's quotes are; MissingData where its dataset is not on this machine."""
    if asset.chain is None:
        raise MissingData(
            f"expected the dataset {asset.dataset} of {asset.name}; it is not on this machine "
            "(rmot data fetch gets it)"
        )
    return asset.chain
