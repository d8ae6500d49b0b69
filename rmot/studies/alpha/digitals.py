"""Digitals that pay an asset, by the arbitrage fit and exactly: section 2.1 of source 004."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.spread import spread_call, spread_digitals
from rmot.spread.alpha.float_digitals import arbitrage_digitals
from rmot.studies.alpha.examples import pair_hash, section_2_1
from rmot.studies.study import Config, main

MATURITY = 10.0
STRIKES = {"quick": 9, "full": 25}
STRIKES["deep"] = STRIKES["full"]
WIDTH = 2.5
"""In normal deviations."""
TRIPLETS = (1, 2)
MODE = 1


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a kind of residual, number of triplets and strike; prices of S_2 - S_1."""
    rows = []
    for independent in (False, True):
        pair = section_2_1(independent=independent)
        found = {
            count: arbitrage_digitals(
                pair.assets, 0, 1, MATURITY, forwards=pair.forwards, mode=MODE, triplets=count
            )
            for count in TRIPLETS
        }
        projection = found[1].projection
        deviation = projection.parameters.normal_volatility * math.sqrt(MATURITY)
        # an odd number of strikes has the forward among them
        distance = deviation * np.linspace(-WIDTH, WIDTH, STRIKES[config.profile])
        strikes = projection.forward + distance
        exact = spread_digitals(pair.assets, 0, 1, strikes, MATURITY, forwards=pair.forwards)
        calls = spread_call(pair.assets, 0, 1, strikes, MATURITY, forwards=pair.forwards)
        correlation = float(pair.assets.correlation(MATURITY)[0, 1])
        projected = projection.options(strikes)
        for count, fit in found.items():
            columns = {
                "strike": strikes,
                "deviations": distance / deviation,
                "call": projected.call,
                "exact_call": calls,
                "digital": projected.digital,
                "exact_digital": exact.digital,
                "first": fit.pays_first(strikes),
                "exact_first": exact.first,
                "second": fit.pays_second(strikes),
                "exact_second": exact.second,
                "arbitrage": fit.arbitrage(strikes),
            }
            rows.append(
                pd.DataFrame(columns).assign(
                    residuals="independent" if independent else "as printed",
                    triplets=count,
                    price_correlation=correlation,
                    forward=pair.forwards[0],
                    breach=fit.breach,
                )
            )
    table = pd.concat(rows, ignore_index=True)
    chosen = [section_2_1(independent=independent) for independent in (False, True)]
    digest = pair_hash(chosen, MATURITY, STRIKES, WIDTH)
    return table.assign(data="printed", data_sha256=digest)


def largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest absolute errors by kind of residual and number of triplets."""
    sizes = table.assign(
        first=(table["first"] - table["exact_first"]).abs() / table["forward"],
        second=(table["second"] - table["exact_second"]).abs() / table["forward"],
        digital=(table["digital"] - table["exact_digital"]).abs(),
        arbitrage=table["arbitrage"].abs() / table["forward"],
    )
    keys, values = (
        ["residuals", "triplets"],
        ["price_correlation", "arbitrage", "first", "second", "digital"],
    )
    found: pd.DataFrame = sizes.groupby(keys, sort=False)[values].agg("max")  # pyright: ignore[reportAssignmentType]
    return found.reset_index()


def printed(table: pd.DataFrame) -> str:
    """Set a row a kind of residual and number of triplets."""
    columns = [
        Column("residuals", "Residuals", align="l"),
        Column("price_correlation", "Correlation", lambda value: fixed(value, 6)),
        Column("triplets", "Triplets", lambda value: fixed(value, 0)),
    ]
    heads = {
        "arbitrage": "Breach",
        "first": "pays $S_2$",
        "second": "pays $S_1$",
        "digital": "pays 1",
    }
    columns += [
        Column(name, head, lambda value: fixed(100.0 * value, 2)) for name, head in heads.items()
    ]
    return latex_table(largest(table), columns)


if __name__ == "__main__":
    main(run, printed)
