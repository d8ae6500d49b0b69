"""Bounds around a learned law beside those around rough Heston: same SPX quotes, same radius.

Payoffs of the first date, and of the first two dates under the martingale. The radius is twice the
larger of both laws' least, so that both balls hold laws that meet the quotes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.market import Smile
from rmot.models import two_date_law
from rmot.neural.model_files import load_model
from rmot.payoffs import call, digital, forward_start_straddle
from rmot.studies.neural.competitors import LABELS, fitted
from rmot.studies.neural.quotes import Quoted, quoted, training_config
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared, MultipleOfLeast, Quotes, martingale_bounds, price_bounds

LAWS = ("rough_heston", "neural")
MULTIPLE = 2.0
FAR, MONEY = 1.12, 1.0
# A bound this small is zero up to the solver's rounding.
_ROUNDING = 1e-9
DEVIATIONS = (-3.0, 1.75)

QUOTES = {"quick": 12, "full": 40, "deep": 80}
POINTS = {"quick": 300, "full": 1500, "deep": 3000}
CELLS = {"quick": (40, 80), "full": (80, 160), "deep": (120, 240)}
PATHS = {"quick": 1 << 11, "full": 1 << 15, "deep": 1 << 17}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a payoff and law; inputs are the config, weights neural, chains or none."""
    data = quoted(config, training_config(config).quotes)
    model, _ = load_model(config.inputs["neural"])
    models = {
        "rough_heston": fitted("rough_heston", data.price, data.targets),
        "neural": model,
    }
    first, second = _smiles(data, QUOTES[config.profile])
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    rows = _one_date(models, first, quotes[0], config) + _two_dates(
        models, (first, second), quotes, config
    )
    return pd.DataFrame(rows).assign(
        first=first.label,
        second=second.label,
        quotes=len(quotes[0]) + len(quotes[1]),
        data=data.targets.data,
        data_sha256=data.targets.sha256,
    )


def _smiles(data: Quoted, count: int) -> tuple[Smile, Smile]:
    """Return the first two smiles of the price, with all their roles."""
    dates = data.targets.price_dates[:2]
    chosen = [smile for smile in data.price.slices if smile.maturity in dates]
    near = replace(data.price, slices=tuple(chosen)).within_deviations(*DEVIATIONS)
    first, second = near.thin(count).slices
    return first, second


def _one_date(
    models: dict[str, Any], smile: Smile, quotes: Quotes, config: Config
) -> list[dict[str, object]]:
    payoffs = {f"call at {FAR:g}": call(FAR), f"digital at {MONEY:g}": digital(MONEY)}
    priors = {
        law: model.prior(smile.maturity, n_points=POINTS[config.profile], kinks=[MONEY, FAR])
        for law, model in models.items()
    }

    def bounded(payoff: Any, law: str, radius: Any, known: Any) -> Any:
        return price_bounds(
            payoff,
            priors[law],
            quotes=quotes,
            divergence=ChiSquared(),
            radius=radius,
            calibrated=known,
        )

    return _rows(payoffs, bounded, lambda payoff, law: priors[law].expectation(payoff))


def _two_dates(
    models: dict[str, Any],
    smiles: tuple[Smile, Smile],
    quotes: tuple[Quotes, Quotes],
    config: Config,
) -> list[dict[str, object]]:
    rows, columns = CELLS[config.profile]
    laws = {
        law: two_date_law(
            model,
            smiles[0].maturity,
            smiles[1].maturity,
            n_first=rows,
            n_second=columns,
            n_paths=PATHS[config.profile],
            seed=config.seed,
            steps=32,
            ratio_kinks=[1.0],
        )
        for law, model in models.items()
    }

    def bounded(payoff: Any, law: str, radius: Any, known: Any) -> Any:
        return martingale_bounds(
            payoff,
            laws[law].prior,
            quotes,
            divergence=ChiSquared(),
            radius=radius,
            calibrated=known,
        )

    payoffs = {"forward-start straddle": forward_start_straddle(1.0)}
    return _rows(payoffs, bounded, lambda payoff, law: laws[law].expectation(payoff))


def _rows(
    payoffs: dict[str, Any],
    bounded: Callable[[Any, str, Any, Any], Any],
    expectation: Callable[[Any, str], float],
) -> list[dict[str, object]]:
    anything = next(iter(payoffs.values()))
    nearest = {law: bounded(anything, law, MultipleOfLeast(1.1), None) for law in LAWS}
    radius = MULTIPLE * max(found.minimum_radius for found in nearest.values())
    rows: list[dict[str, object]] = []
    for name, payoff in payoffs.items():
        for law in LAWS:
            found = bounded(payoff, law, radius, nearest[law].calibrated)
            rows.append(
                {
                    "payoff": name,
                    "law": law,
                    "label": LABELS[law],
                    "radius": radius,
                    "minimum_radius": found.minimum_radius,
                    "lower": found.lower,
                    "price": found.price,
                    "upper": found.upper,
                    "gap": found.gap,
                    "prior_price": expectation(payoff, law),
                }
            )
    return rows


def printed(table: pd.DataFrame) -> str:
    """Set a row a payoff and law, prices in basis points of the forward."""

    def basis_points(value: float) -> str:
        return significant(1e4 * value, 4) if abs(value) > _ROUNDING else "0"

    columns = [
        Column("payoff", "Payoff", align="l"),
        Column("label", "Law", align="l"),
        Column("minimum_radius", "least $\\chi^2$", lambda value: significant(value, 2)),
        Column("prior_price", "the law's", basis_points),
        Column("lower", "lower", basis_points),
        Column("price", "nearest", basis_points),
        Column("upper", "upper", basis_points),
    ]
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
