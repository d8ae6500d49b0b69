"""A book of options on several assets, as a TOML file says it (docs/regulation.md has the keys)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rmot.errors import DataError
from rmot.regulation.holdings import (
    Asset,
    Position,
    read_asset,
    read_position,
    require_distinct,
)
from rmot.regulation.method import Method, read_method
from rmot.regulation.portfolio_file import Table, inside, read_toml, shown


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
            read_asset(Table(each, f"{path.name}, asset {number}"), within, folder, close)
            for number, each in enumerate(table.tables("asset"), start=1)
        ]
        known = [asset.name for asset in assets]
        require_distinct(known, f"{path.name}: expected each asset once")
        positions = [
            read_position(
                Table(each, f"{path.name}, position {number}"),
                known,
                close,
                settlement,
                lambda text, what: inside(within, folder, text, what),
            )
            for number, each in enumerate(table.tables("position"), start=1)
        ]
        require_distinct(
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


def _require_different(positions: list[Position], where: str) -> None:
    seen: dict[Position, str] = {}
    for position in positions:
        other = seen.setdefault(replace(position, name=""), position.name)
        if other != position.name:
            raise DataError(
                f"{where}: expected different positions; {shown(other)} and "
                f"{shown(position.name)} are the same but for their names (booked twice?)"
            )
