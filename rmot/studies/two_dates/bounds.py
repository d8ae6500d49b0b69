"""Bounds on payoffs of SPX at 4 and 18 March 2022, under no prior, rough Heston's and Heston's.

All quotes of both expiries within -4 and 3 deviations are met, and the price is a martingale. The
balls have equal radii around either law: multiples of the larger of both least radii. One payoff
is bounded on three quarters of the cells again, either way, which shows what the cells are worth.
Bounds without a prior are read from what `certified` wrote, or else found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration import Fit, calibrate
from rmot.market import OptionSurface, Smile
from rmot.models import Heston, TwoDateLaw, two_date_law
from rmot.payoffs import TwoDatePayoff, average_call, cliquet, forward_start_straddle
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main
from rmot.studies.surfaces.candidates import near_the_money
from rmot.transport import (
    Calibrated,
    ChiSquared,
    KullbackLeibler,
    MartingaleBounds,
    MultipleOfLeast,
    Quotes,
    Unrestricted,
    martingale_bounds,
)

LAWS = ("rough Heston", "Heston")
MULTIPLES = (1.1, 2.0, 10.0)
MIDDLE = 2.0
RATIOS = (0.95, 1.0, 1.05)
LIMIT = 0.02
"""Floor and cap of the cliquet's return."""

CELLS = {"quick": (56, 112), "full": (80, 160), "deep": (160, 320)}
COARSE = 0.75
PATHS = {"quick": 1 << 13, "full": 1 << 16, "deep": 1 << 18}
SETTLEMENT = "PM"

Quoted = tuple[Quotes, Quotes]


def payoffs() -> dict[str, TwoDatePayoff]:
    """Return what is bounded, by name."""
    straddles = {f"straddle, ratio {ratio:g}": forward_start_straddle(ratio) for ratio in RATIOS}
    return straddles | {
        f"cliquet, {100 * LIMIT:g}%": cliquet(-LIMIT, LIMIT),
        "average call": average_call(1.0),
    }


AT_THE_MONEY = "straddle, ratio 1"


def smiles(config: Config) -> tuple[OptionSurface, Smile, Smile]:
    """Return the quotes used, all together and of each date."""
    surface = near_the_money(quoted_surface(config, "SPX").select(settlement=SETTLEMENT))
    first, second = surface.slices
    return surface, first, second


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a payoff, law and radius.

    Inputs are the chain ``SPX``, ``SPX_fit`` and, where it was made, ``classical``.
    """
    surface, first, second = smiles(config)
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    models = {
        "rough Heston": Fit.load(config.inputs["SPX_fit"]).model,
        "Heston": calibrate(Heston, surface).model,
    }
    rows, columns = CELLS[config.profile]

    def law(name: str, share: float = 1.0) -> TwoDateLaw:
        return two_date_law(
            models[name],
            first.maturity,
            second.maturity,
            n_first=int(rows * share),
            n_second=int(columns * share),
            n_paths=PATHS[config.profile],
            seed=config.seed,
            ratio_kinks=RATIOS,
        )

    laws = {name: law(name) for name in LAWS}
    made = config.inputs.get("classical")
    found = _classical(quotes) if made is None else _read(made)
    found += _balls(laws, quotes, ChiSquared(), payoffs(), MULTIPLES)
    middle = {AT_THE_MONEY: payoffs()[AT_THE_MONEY]}
    found += _balls(laws, quotes, KullbackLeibler(), middle, (MIDDLE,))
    radius = next(row["radius"] for row in found if row.get("multiple") == MIDDLE)
    coarse = {name: law(name, COARSE) for name in LAWS}
    found += _at(coarse, quotes, ChiSquared(), middle, MIDDLE, float(str(radius)), {})
    return pd.DataFrame(found).assign(
        first=first.label,
        second=second.label,
        quotes=len(quotes[0]) + len(quotes[1]),
        data=surface.source.kind,
        data_sha256=surface.source.sha256,
    )


def _classical(quotes: Quoted) -> list[dict[str, object]]:
    return [
        classical_row(name, martingale_bounds(payoff, None, quotes, divergence=Unrestricted()))
        for name, payoff in payoffs().items()
    ]


def _read(path: Path) -> list[dict[str, object]]:
    rows = read_csv(path).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def classical_row(payoff: str, found: MartingaleBounds) -> dict[str, object]:
    """Return the row of a payoff's bounds without a prior."""
    shortfall = max(found.lower_hedge.shortfall, found.upper_hedge.shortfall)
    return _row(payoff, "none", found) | {"divergence": "none", "shortfall": shortfall}


def _balls(
    laws: dict[str, TwoDateLaw],
    quotes: Quoted,
    divergence: ChiSquared | KullbackLeibler,
    targets: dict[str, TwoDatePayoff],
    multiples: tuple[float, ...],
) -> Iterator[dict[str, object]]:
    """Bound all targets at multiples of the radius at which both laws' balls hold a martingale."""
    anything = next(iter(targets.values()))
    nearest = {
        name: martingale_bounds(
            anything, law.prior, quotes, divergence=divergence, radius=MultipleOfLeast(1.0)
        )
        for name, law in laws.items()
    }
    least = max(found.minimum_radius for found in nearest.values())
    known = {name: found.calibrated for name, found in nearest.items()}
    for multiple in multiples:
        yield from _at(laws, quotes, divergence, targets, multiple, multiple * least, known)


def _at(
    laws: dict[str, TwoDateLaw],
    quotes: Quoted,
    divergence: ChiSquared | KullbackLeibler,
    targets: dict[str, TwoDatePayoff],
    multiple: float,
    radius: float,
    known: dict[str, Calibrated | None],
) -> Iterator[dict[str, object]]:
    for law_name, law in laws.items():
        for name, payoff in targets.items():
            found = martingale_bounds(
                payoff,
                law.prior,
                quotes,
                divergence=divergence,
                radius=radius,
                calibrated=known.get(law_name),
            )
            yield _row(name, law_name, found) | {
                "divergence": str(divergence).removesuffix("()"),
                "multiple": multiple,
                "radius": radius,
                "prior_price": law.expectation(payoff),
                "prior_error": law.standard_error(payoff),
                "cells": law.mass.shape[1],
            }


def _row(payoff: str, law: str, found: MartingaleBounds) -> dict[str, object]:
    return {
        "payoff": payoff,
        "law": law,
        "lower": found.lower,
        "price": found.price,
        "upper": found.upper,
        "minimum_radius": found.minimum_radius,
        "gap": found.gap,
        "residual": found.residual,
    }


def printed(table: pd.DataFrame) -> str:
    """Set the classical bounds and those of both laws at the middle radius, in basis points."""
    rows = []
    for name in payoffs():
        own = table.loc[table["payoff"] == name]
        line: dict[str, object] = {"payoff": name}
        line |= {f"none_{side}": own.iloc[0][side] for side in ("lower", "upper")}
        for law in LAWS:
            at = own.loc[
                (own["law"] == law)
                & (own["multiple"] == MIDDLE)
                & (own["divergence"] == "ChiSquared")
                & (own["cells"] == table["cells"].max())
            ].iloc[0]
            line |= {f"{law}_{what}": at[what] for what in ("prior_price", "lower", "upper")}
        rows.append(line)

    def basis_points(value: float) -> str:
        return significant(1e4 * value, 4)

    columns = [Column("payoff", "Payoff", align="l")]
    columns += [
        Column("none_lower", "None, lower", basis_points),
        Column("none_upper", "upper", basis_points),
    ]
    for law in LAWS:
        columns += [
            Column(f"{law}_prior_price", law, basis_points),
            Column(f"{law}_lower", "lower", basis_points),
            Column(f"{law}_upper", "upper", basis_points),
        ]
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
