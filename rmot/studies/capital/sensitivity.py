"""How charges move with H and with what the book holds, method by method (002's Table 8).

H of every marginal a tenth up and down: with the other parameters held, and with these fitted
again; the quotes stay, as a model that is off them does not move them. Composition: a fifth of the
notional from one strike to another, and a fifth more of one asset in the basket.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.calibration import calibrate
from rmot.errors import InfeasibleRadius
from rmot.market.registry import sha256
from rmot.models import RoughHeston
from rmot.studies.capital import methods
from rmot.studies.capital.books import INDICES, Book
from rmot.studies.capital.charges import MULTIPLES
from rmot.studies.capital.markets import FACTORS, GAUSSIAN, POINTS, Market, index_market
from rmot.studies.capital.ranges import SHARP, Ranges, tabulate
from rmot.studies.capital.source_charges import ASSUMPTIONS
from rmot.studies.index_basket_balls import NAMES
from rmot.studies.index_fit import FIXED
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main
from rmot.transport import MultipleOfLeast, Prior, Quotes, Radius

BASE = "base"
HURST = {0.9: "H -10%", 1.1: "H +10%"}
REFITTED = {by: f"{name}, refitted" for by, name in HURST.items()}
TILTED, MIXED = "weights 20%", "notional 20%"
MOVED = 0.2
FEW_DRAWS = 10
"""Of history, for an error that `charges` states better."""

PRINTED = "002"
PRINTED_CASES = {"base": BASE, "hurst_down": HURST[0.9], "hurst_up": HURST[1.1]}
RULE = MULTIPLES[methods.MULTIPLE]
HELD, UNQUOTED = "radius held", "no quotes"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each case, method, side and basis; inputs are those of the indices."""
    market = index_market(config)
    factors = market.factors
    prior, drawn = market.reference(config), market.joint_factors(config)
    base = _ranges(INDICES, market, prior, drawn, None, config)
    held = next(each.radius for each in base if each.method == methods.ball_name(GAUSSIAN, RULE))
    tables = [_table(BASE, INDICES, base)]
    for by, name in HURST.items():
        moved = [replace(model, hurst=by * model.hurst) for model in market.models]
        other = replace(
            factors,
            factors=tuple(replace(one, hurst=by * one.hurst) for one in factors.factors),
        )
        shifted = market.joint_factors(config, other)
        found = _ranges(INDICES, market, market.reference(config, moved), shifted, held, config)
        tables.append(_table(name, INDICES, found))
        again = market.reference(config, refitted(config, by, market.models))
        found = _ranges(INDICES, market, again, None, held, config)
        tables.append(_table(REFITTED[by], INDICES, found))
    for book in INDICES.tilts(MOVED):
        tables.append(_table(TILTED, book, _ranges(book, market, prior, drawn, held, config)))
    tables += [_table(MIXED, book, base) for book in INDICES.mixes(MOVED)]
    found = pd.concat(tables, ignore_index=True).assign(
        book=INDICES.name, data=market.data, data_sha256=market.data_sha256
    )
    return pd.concat([found, printed_charges(config.inputs["002_table_8"])], ignore_index=True)


def printed_charges(path: Path) -> pd.DataFrame:
    """Return 002's Table 8: a row for each method and case, in millions a billion of notional."""
    table = read_csv(path).set_index("method")
    rows = [
        {
            "book": "002 Table 8",
            "exotic": "book",
            "method": f"{PRINTED}, {method}",
            "side": "either",
            "basis": "notional",
            "case": case,
            "charge": float(table.loc[method, column]),
            "sharp_charge": float(table.loc["classical", column]),
            "relief": 1.0 - float(table.loc[method, column] / table.loc["classical", column]),
            "assumptions": ASSUMPTIONS,
            "data": "printed",
            "data_sha256": sha256(path),
        }
        for method in table.index.drop("relief")
        for column, case in PRINTED_CASES.items()
    ]
    return pd.DataFrame(rows)


def refitted(config: Config, by: float, models: list[RoughHeston]) -> list[RoughHeston]:
    """Return the models with H moved by a factor and all else fitted again."""
    found = []
    for name, model in zip(NAMES, models, strict=True):
        fixed_ones = FIXED | {"hurst": by * model.hurst}
        surface = quoted_surface(config, name)
        found.append(calibrate(RoughHeston, surface, fixed=fixed_ones).model)
    return found


def _ranges(
    book: Book,
    market: Market,
    prior: Prior,
    factors: Prior | None,
    held: float | None,
    config: Config,
) -> list[Ranges]:
    quotes = market.within_reach(prior)
    twice = MultipleOfLeast(methods.MULTIPLE)
    around = methods.ball(book, prior, quotes, twice, GAUSSIAN, RULE)
    found = [methods.sharp(book, market, around.price)]
    black = methods.correlation_ranges(book, market, POINTS[config.profile], config.seed)
    found += [each for each in black if each.method in (methods.BLACK_PAST, methods.BLACK_ANY)]
    past = methods.past_ranges(book, market, around.price, config.seed, FEW_DRAWS)
    found += [*past, around]
    radius = Radius(around.radius if held is None else held)
    # A law may need more than the base's radius to meet the quotes: then there is no ball.
    with suppress(InfeasibleRadius):
        found.append(methods.ball(book, prior, quotes, radius, GAUSSIAN, HELD))
    nothing = [Quotes([], [], []) for _ in quotes]
    found.append(methods.ball(book, prior, nothing, radius, GAUSSIAN, UNQUOTED))
    if factors is not None:
        reach = market.within_reach(factors)
        found.append(methods.ball(book, factors, reach, twice, FACTORS, RULE))
    return found


def _table(case: str, book: Book, found: list[Ranges]) -> pd.DataFrame:
    rows = tabulate(book, found, found[0].price, by_strike=False)
    return rows.assign(
        case=case,
        width=rows["upper"] - rows["lower"],
        weights=" ".join(f"{weight:.4g}" for weight in book.weights),
        shares=" ".join(f"{share:.4g}" for share in book.shares),
    )


def cases(table: pd.DataFrame, method: str, side: str, column: str = "charge") -> dict[str, object]:
    """Return a column per notional by case; where a case has several books, the two ends.

    Cases that a method has no range for are left out.
    """
    own = table.loc[
        (table["method"] == method) & (table["side"] == side) & (table["basis"] == "notional")
    ]
    found: dict[str, object] = {}
    for case, rows in own.groupby("case", sort=False):
        values = rows[column].to_numpy(dtype=float)
        one = values.size == 1
        found[str(case)] = float(values[0]) if one else (float(values.min()), float(values.max()))
    return found


def _scaled(value: object, by: float) -> object:
    if isinstance(value, tuple):
        return tuple(by * end for end in value)
    return by * float(str(value))


def printed(table: pd.DataFrame) -> str:
    """Set a row for each method and side, charges in millions a billion of notional."""
    ball = methods.ball_name(GAUSSIAN, RULE)
    names = {
        SHARP: "sharp bounds",
        methods.BLACK_ANY: "Black--Scholes, any correlation",
        methods.WORST[10]: methods.WORST[10],
        ball: "ball, Gaussian copula",
        methods.ball_name(FACTORS, RULE): "ball, rough factors",
    }
    rows = [
        {"method": said, "side": side} | cases(table, method, side)
        for method, said in names.items()
        for side in ("long", "short")
    ]
    rows += [
        {"method": "relief of the first ball, %", "side": side}
        | {
            case: _scaled(value, 100.0)
            for case, value in cases(table, ball, side, "relief").items()
        }
        for side in ("long", "short")
    ]

    def number(value: float) -> str:
        return fixed(value, 2 if abs(value) < 9.995 else 1)

    def money(value: object) -> str:
        if isinstance(value, tuple):
            return f"{number(value[0])}\\text{{--}}{number(value[1])}"
        return number(float(str(value)))

    return latex_table(
        pd.DataFrame(rows),
        (
            Column("method", "Method", align="l"),
            Column("side", "Side", align="l"),
            Column(BASE, "Base", money),
            Column(HURST[0.9], r"$-10\,\%$", money),
            Column(HURST[1.1], r"$+10\,\%$", money),
            Column(REFITTED[0.9], r"$-$, refit", money),
            Column(REFITTED[1.1], r"$+$, refit", money),
            Column(TILTED, "Weights", money),
            Column(MIXED, "Notional", money),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
