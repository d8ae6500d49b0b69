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

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.dow.bounds import constituents, of_basket
from rmot.studies.dow.marginals import basket_calls, quantiles
from rmot.studies.dow.quotes import TREATMENTS
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

POINTS = {"quick": 2**13, "full": 2**16, "deep": 2**19}
SHIFTS = {"fit": 0.0, "bid": -1.0, "ask": 1.0}
# Closer where correlation is small: prices are nearly linear in it between neighbours.
CORRELATIONS = np.linspace(0.0, 1.0, 31) ** 2


def run(config: Config) -> pd.DataFrame:
    """Tabulate intervals of correlation by strike; inputs are ``quotes`` and ``smiles``."""
    quotes = pd.read_csv(config.inputs["quotes"])
    smiles = pd.read_csv(config.inputs["smiles"]).set_index("name", drop=False)
    names, weights, _ = constituents(quotes, TREATMENTS[0])
    own = of_basket(quotes)
    strikes = np.exp(own["log_moneyness"].to_numpy())
    bid, ask = own["bid"].to_numpy(), own["ask"].to_numpy()
    tables = []
    for volatilities, shift in SHIFTS.items():
        laws = quantiles(smiles.loc[names], shift)
        prices, errors = basket_calls(
            laws, weights, strikes, CORRELATIONS, POINTS[config.profile], config.seed
        )
        low, high = (
            np.array([_inverse(prices[:, k], side[k]) for k in range(strikes.size)])
            for side in (bid, ask)
        )
        flat, inside = best_flat(prices, bid, ask)
        at = int(np.abs(CORRELATIONS - flat).argmin())
        tables.append(
            pd.DataFrame(
                {
                    "volatilities": volatilities,
                    "strike": strikes,
                    "bid": bid,
                    "ask": ask,
                    "correlation_bid": low,
                    "correlation_ask": high,
                    "flat": flat,
                    "flat_price": [np.interp(flat, CORRELATIONS, p) for p in prices.T],
                    "inside": inside,
                    "standard_error": errors[at],
                    "data": " and ".join(sorted(set(quotes["data"]))),
                    "data_sha256": " ".join(dict.fromkeys(quotes["data_sha256"].astype(str))),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _inverse(prices: Vector, price: float) -> float:
    """Return the correlation at a price; -inf below all of them and inf above."""
    rising = np.maximum.accumulate(prices)
    if price < rising[0]:
        return -np.inf
    if price > rising[-1]:
        return np.inf
    return float(np.interp(price, rising, CORRELATIONS))


def best_flat(prices: Vector, bid: Vector, ask: Vector) -> tuple[float, NDArray[np.bool_]]:
    """Return the correlation that the most strikes allow, and which do."""
    fine = np.linspace(0.0, 1.0, 2001)
    curves = np.array([np.interp(fine, CORRELATIONS, p) for p in prices.T])
    inside = (curves >= bid[:, None]) & (curves <= ask[:, None])
    count = inside.sum(axis=0)
    best = np.flatnonzero(count == count.max())
    middle = int(best[best.size // 2])
    return float(fine[middle]), inside[:, middle]


def printed(table: pd.DataFrame) -> str:
    """Set one row a strike, volatilities at the fit."""

    def two(value: float) -> str:
        if np.isinf(value):
            return r"$<0$" if value < 0 else r"$>1$"
        return fixed(value, 2)

    return latex_table(
        table.query("volatilities == 'fit'"),
        (
            Column("strike", "$K/F$", lambda value: fixed(value, 3)),
            Column("correlation_bid", r"$\rho$ at the bid", two),
            Column("correlation_ask", r"$\rho$ at the ask", two),
            Column("inside", "One flat inside", lambda value: "yes" if value else "no"),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
