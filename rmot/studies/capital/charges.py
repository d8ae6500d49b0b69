"""What a billion of basket calls is charged, by method, side and basis (002's Table 7).

Two books: half SPX and half NDX, and three funds in equal parts. Millions of dollars a billion of
notional (the present value of the baskets underneath) or of premium. Sharp bounds and the balls of
round radii of the indices are those of `index_basket` and `index_basket_balls`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES, Book, equal_parts
from rmot.studies.capital.markets import (
    FACTORS,
    GAUSSIAN,
    POINTS,
    Market,
    fund_market,
    index_market,
)
from rmot.studies.capital.ranges import SHARP, Ranges, tabulate
from rmot.studies.capital.source_charges import add_ons, printed_charges
from rmot.studies.study import Config, main
from rmot.transport import MultipleOfLeast, Prior

MULTIPLES = {2.0: "twice the least", 10.0: "ten times the least"}
NOISE, SPREAD = "quote noise", "spread of priors"
DRAWS = {"quick": 4, "full": 20, "deep": 100}

_SAID = {"rmot": "transport", "black_scholes": "Black-Scholes"}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each book, exotic, method, side and basis.

    Inputs are those of `index_basket_balls`, its table ``balls`` and that of ``basket``, chains
    ``fund_NAME``, histories and the volatility index where there are some, and the printed charges.
    """
    tables = []
    for book, market, found in (_indices(config), _funds(config)):
        rows = tabulate(book, found, found[0].price)
        either = rows.loc[(rows["method"] == SHARP) & (rows["side"] == "either")]
        both = pd.concat([rows, add_ons(either)], ignore_index=True)
        tables.append(both.assign(data=market.data, data_sha256=market.data_sha256))
    tables.append(printed_charges(config.inputs))
    return pd.concat(tables, ignore_index=True)


def _indices(config: Config) -> tuple[Book, Market, list[Ranges]]:
    market = index_market(config)
    balls = read_csv(config.inputs["balls"])
    known = [
        _ball_of(balls.loc[(balls["law"] == law) & (balls["multiple"] == multiple)], law, rule)
        for law in (GAUSSIAN, FACTORS)
        for multiple, rule in MULTIPLES.items()
    ]
    price = known[0].price
    basket = _by_strike(read_csv(config.inputs["basket"]))
    lower, upper, gap = (basket[name].to_numpy() for name in ("lower", "upper", "gap"))
    bounds = methods.sharp_range(lower, price, upper, gap)
    prior = market.reference(config)
    chosen = _chosen(INDICES, market, prior, market.joint_factors(config), config)
    assumed = _without_laws(INDICES, market, price, config)
    return INDICES, market, [bounds, *assumed, *known, *chosen]


def _funds(config: Config) -> tuple[Book, Market, list[Ranges]]:
    market = fund_market(config)
    book = equal_parts(market.assets)
    prior, other = market.reference(config), market.joint_factors(config)
    balls = [
        methods.ball(book, law, market.within_reach(law), MultipleOfLeast(multiple), name, rule)
        for name, law in ((GAUSSIAN, prior), (FACTORS, other))
        for multiple, rule in MULTIPLES.items()
    ]
    price = balls[0].price
    bounds = methods.sharp(book, market, price)
    chosen = _chosen(book, market, prior, other, config)
    return book, market, [bounds, *_without_laws(book, market, price, config), *balls, *chosen]


def _chosen(book: Book, market: Market, prior: Prior, other: Prior, config: Config) -> list[Ranges]:
    """Return the balls whose radii rest on the quotes' noise, and on how far another law is."""
    quotes = market.within_reach(prior)
    noise = methods.noise_radius(prior, quotes, DRAWS[config.profile], config.seed)
    spread = methods.spread_radius(book, prior, other, quotes)
    return [
        methods.ball(book, prior, quotes, radius, GAUSSIAN, rule)
        for radius, rule in ((noise, NOISE), (spread, SPREAD))
    ]


def _without_laws(book: Book, market: Market, price: np.ndarray, config: Config) -> list[Ranges]:
    return [
        methods.forwards_alone(book, price),
        *methods.correlation_ranges(book, market, POINTS[config.profile], config.seed),
        *methods.past_ranges(book, market, price, config.seed),
    ]


def _by_strike(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("strike").loc[list(INDICES.strikes)]


def _ball_of(table: pd.DataFrame, law: str, rule: str) -> Ranges:
    rows = _by_strike(table)
    return Ranges(
        methods.ball_name(law, rule),
        methods.ball_assumptions(law, rule),
        rows["lower"].to_numpy(dtype=float),
        rows["price"].to_numpy(dtype=float),
        rows["upper"].to_numpy(dtype=float),
        rows["sampling_error"].to_numpy(dtype=float),
        radius=float(rows["multiple"].iloc[0] * rows["least_radius"].iloc[0]),
    )


def printed(table: pd.DataFrame) -> str:
    """Set one row a method: both books on the notional, and the indices' per premium."""
    book = table.loc[table["exotic"] == "book"]
    order = list(dict.fromkeys(book["method"][book["data"] != "printed"]))
    names = list(dict.fromkeys(book["book"][book["data"] != "printed"]))
    rows = [
        {"method": method}
        | {
            f"{name}{basis}{side}": charge_of(book, name, method, side, basis)
            for name in names
            for basis in ("notional", "premium")
            for side in ("long", "short", "either")
        }
        for method in order
    ]
    first, second = names
    for row in book.loc[book["data"] == "printed"].to_dict("records"):
        said = _SAID.get(row["method"], row["method"])
        rows.append({"method": f"{row['book']}, {said}", f"{first}notionaleither": row["charge"]})

    def money(value: float) -> str:
        return fixed(value, 2 if value < 9.995 else 1 if value < 99.95 else 0)

    tabular = latex_table(
        pd.DataFrame(rows),
        (
            Column("method", "Method", align="l"),
            Column(f"{first}notionallong", "Long", money),
            Column(f"{first}notionalshort", "Short", money),
            Column(f"{first}notionaleither", "Larger", money),
            Column(f"{first}premiumlong", "Long", money),
            Column(f"{first}premiumshort", "Short", money),
            Column(f"{second}notionallong", "Long", money),
            Column(f"{second}notionalshort", "Short", money),
        ),
    )
    groups = (("", 1), ("indices, notional", 3), ("premium", 2), ("funds, notional", 2))
    heads = " & ".join(rf"\multicolumn{{{width}}}{{c}}{{{head}}}" for head, width in groups)
    return tabular.replace("\\toprule\n", f"\\toprule\n{heads} \\\\\n", 1)


def charge_of(table: pd.DataFrame, book: str, method: str, side: str, basis: str) -> float:
    """Return one charge of a book, NaN where there is none."""
    found = table.loc[
        (table["book"] == book)
        & (table["method"] == method)
        & (table["side"] == side)
        & (table["basis"] == basis)
    ]
    return float(found["charge"].iloc[0]) if len(found) else float("nan")


if __name__ == "__main__":
    main(run, printed)
