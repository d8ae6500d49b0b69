r"""Whether one correlation for all pairs is inside DIA's bid and ask at every strike.

Under a Gaussian copula of the constituents' fitted laws the price of a call on the basket rises
with the one correlation :math:`\rho` of all pairs, so that bid and ask at each strike allow an
interval of it. One :math:`\rho` serves all strikes if the intervals meet. They are found with the
constituents' volatilities at their fit, and at both ends of the quotes near the money.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.dependence import FlatPrices, flat_prices
from rmot.studies.dow.bounds import constituents, of_basket
from rmot.studies.dow.marginals import laws
from rmot.studies.dow.quotes import TREATMENTS
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

POINTS = {"quick": 2**13, "full": 2**15, "deep": 2**19}
SHIFTS = {"fit": 0.0, "bid": -1.0, "ask": 1.0}
CORRELATIONS = np.linspace(0.0, 1.0, 2001)


def run(config: Config) -> pd.DataFrame:
    """Tabulate intervals of correlation by strike; inputs are ``quotes`` and ``smiles``."""
    quotes = read_csv(config.inputs["quotes"])
    smiles = read_csv(config.inputs["smiles"]).set_index("name", drop=False)
    names, weights, _ = constituents(quotes, TREATMENTS[0])
    own = of_basket(quotes)
    strikes = np.exp(own["log_moneyness"].to_numpy())
    bid, ask = own["bid"].to_numpy(), own["ask"].to_numpy()
    tables = []
    for volatilities, shift in SHIFTS.items():
        curve = flat_prices(
            weights,
            strikes,
            laws(smiles.loc[names], shift),
            seed=config.seed,
            n_points=POINTS[config.profile],
        )
        ranks = range(strikes.size)
        flat, inside = best_flat(curve, bid, ask)
        tables.append(
            pd.DataFrame(
                {
                    "volatilities": volatilities,
                    "strike": strikes,
                    "bid": bid,
                    "ask": ask,
                    "correlation_bid": [curve.correlation(k, bid[k]) for k in ranks],
                    "correlation_ask": [curve.correlation(k, ask[k]) for k in ranks],
                    "flat": flat,
                    "flat_price": curve.price(flat),
                    "inside": inside,
                    "standard_error": curve.price_error(flat),
                    "data": " and ".join(sorted(set(quotes["data"]))),
                    "data_sha256": " ".join(dict.fromkeys(quotes["data_sha256"].astype(str))),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def best_flat(curve: FlatPrices, bid: Vector, ask: Vector) -> tuple[float, NDArray[np.bool_]]:
    """Return the correlation in [0, 1] that the most strikes allow, and which do."""
    prices = curve.price(CORRELATIONS)
    inside = (prices >= bid) & (prices <= ask)
    count = inside.sum(axis=1)
    best = np.flatnonzero(count == count.max())
    middle = int(best[best.size // 2])
    return float(CORRELATIONS[middle]), inside[middle]


def printed(table: pd.DataFrame) -> str:
    """Set one row a strike, volatilities at the fit."""

    def two(value: float) -> str:
        if value < 0:
            return "<0"
        return ">1" if value > 1 else fixed(value, 2)

    return latex_table(
        table.query("volatilities == 'fit'"),
        (
            Column("strike", "$K/F$", lambda value: fixed(value, 3)),
            Column("correlation_bid", r"$\rho$ at the bid", two),
            Column("correlation_ask", r"$\rho$ at the ask", two),
            Column(
                "inside", "One flat inside", lambda value: rf"\mathrm{{{'yes' if value else 'no'}}}"
            ),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
