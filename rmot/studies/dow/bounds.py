r"""Bounds of DIA's calls from its constituents alone, and with one of DIA's own quotes.

Neither sees the quotes they are held against. The joint quote is the one nearest the money. The
lower bound from constituents alone is Jensen's :math:`(1 - K)^+` where a coupling keeps the basket
on one side of the strike; at the forward that coupling keeps it still, up to the mean movement
tabulated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.payoffs import basket_call, call
from rmot.studies.dow.quotes import BASKET, TREATMENTS
from rmot.studies.study import Config, main
from rmot.transport import Quotes, basket_bounds
from rmot.transport.basket.problem import BasketProblem

STRIKES = {"quick": 4, "full": 5, "deep": 39}
TOLERANCE = 5e-5
ROUNDS = 6


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row a strike of DIA; the input is ``quotes``. Prices in units of its forward."""
    quotes = read_csv(config.inputs["quotes"])
    rows = of_basket(quotes).to_dict("records")
    at_money = min(range(len(rows)), key=lambda j: abs(rows[j]["log_moneyness"]))
    places = np.linspace(0, len(rows) - 1, min(STRIKES[config.profile], len(rows)))
    chosen = sorted({at_money, *np.round(places).astype(int).tolist()})
    names, weights, each = constituents(quotes, TREATMENTS[0])
    as_european = constituents(quotes, TREATMENTS[1])[2]
    joint = Quotes(
        [basket_call(weights, float(np.exp(rows[at_money]["log_moneyness"])))],
        [rows[at_money]["bid"]],
        [rows[at_money]["ask"]],
    )
    # What the quotes of the constituents leave of the basket's own movement: next to nothing.
    still = basket_bounds(basket_call(weights, 1.0), each, tolerance=TOLERANCE, rounds=ROUNDS)
    table = []
    for j in chosen:
        row = rows[j]
        payoff = basket_call(weights, float(np.exp(row["log_moneyness"])))
        alone = basket_bounds(payoff, each, tolerance=TOLERANCE, rounds=ROUNDS)
        other = BasketProblem.of(payoff, as_european, 1.0, None).side(1.0, TOLERANCE, rounds=1)
        given = basket_bounds(payoff, each, joint=joint, tolerance=TOLERANCE, rounds=ROUNDS)
        table.append(
            {
                "strike": payoff.strike,
                "bid": row["bid"],
                "ask": row["ask"],
                "is_joint": j == at_money,
                "lower": alone.lower,
                "upper": alone.upper,
                "gap": alone.gap,
                "jensen": max(0.0, 1.0 - payoff.strike),
                # E|X - 1| is twice E(X - 1)^+.
                "still_movement": 2.0 * (still.lower + still.gap),
                "european_upper": other.hedge.cost,
                "joint_lower": given.lower,
                "joint_upper": given.upper,
                "joint_gap": given.gap,
                "names": len(names),
                "quotes": sum(len(one) for one in each),
                "data": " and ".join(sorted(set(quotes["data"]))),
                "data_sha256": " ".join(dict.fromkeys(quotes["data_sha256"].astype(str))),
            }
        )
    return pd.DataFrame(table)


def of_basket(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the basket's own quotes, as intervals of European prices."""
    return quotes.query(f"name == {BASKET!r} and treatment == {TREATMENTS[0]!r}")


def constituents(
    quotes: pd.DataFrame, treatment: str
) -> tuple[list[str], np.ndarray, list[Quotes]]:
    """Return names, weights by forward, and quotes on S/F of all names but the basket's."""
    chosen = quotes.query(f"name != {BASKET!r} and treatment == {treatment!r}")
    names, forwards, each = [], [], []
    for name, rows in chosen.groupby("name", sort=False):
        payoffs = [call(float(strike)) for strike in np.exp(rows["log_moneyness"])]
        each.append(Quotes(payoffs, rows["bid"], rows["ask"]))
        names.append(str(name))
        forwards.append(rows["forward"].to_numpy()[0])
    return names, np.array(forwards) / np.sum(forwards), each


def printed(table: pd.DataFrame) -> str:
    """Set one row a strike, in basis points of the forward."""

    def points(value: float) -> str:
        return fixed(1e4 * value, 1)

    return latex_table(
        table,
        (
            Column("strike", "$K/F$", lambda value: fixed(value, 3)),
            Column("lower", "Lower", points),
            Column("upper", "Upper", points),
            Column("european_upper", "European", points),
            Column("joint_lower", "Lower, one", points),
            Column("joint_upper", "Upper, one", points),
            Column("bid", "Bid", points),
            Column("ask", "Ask", points),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
