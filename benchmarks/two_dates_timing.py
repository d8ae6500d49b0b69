r"""Seconds of classical bounds at two dates: by exchange, on the grid of all strikes, on marginals.

Quotes are those of SPX for 4 and 18 March 2022. By exchange first prices are added where the hedge
falls short, and the gap is between a hedge that dominates at all prices and a law that meets all
quotes. The grid has all strikes as prices, and its bound lies inside by `inside`. Between marginals
(uniform laws on n nodes each) the linear program is over n^2 masses. Seconds are the processor's
and differ from run to run; bounds do not.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.market import read_chain
from rmot.market.registry import sha256
from rmot.numerics.discrete import Prior
from rmot.payoffs import TwoDatePayoff, cliquet, forward_start_straddle
from rmot.studies.study import Config, main
from rmot.transport import Quotes
from rmot.transport.two_dates.classical import classical_two_dates
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.fans import at_scale, fan
from rmot.transport.two_dates.marginals import transport_bounds
from rmot.transport.two_dates.master import Columns, solve

EXPIRIES = ["2022-03-04", "2022-03-18"]
QUOTES = {"quick": 15, "full": 100, "deep": None}
SIZES = {"quick": (50,), "full": (100, 200), "deep": (100, 200, 400)}
PAYOFFS = (forward_start_straddle(1.0), cliquet(-0.03, 0.03))

Vector = NDArray[np.float64]


def on_all_strikes(payoff: TwoDatePayoff, dates: tuple[QuotedDate, QuotedDate]) -> float:
    """Return the upper bound over laws whose prices are strikes, payoff kinks or infinite."""
    prices = np.unique(dates[0].nodes)
    spread = fan(payoff, dates[1], prices)
    usable = np.ones(spread.second.shape, dtype=bool)
    usable[prices == 0, 1:] = False
    owner, kind = np.nonzero(usable)
    rays = np.flatnonzero(prices > 0)
    columns = Columns(
        prices,
        np.append(owner, rays),
        np.append(kind, np.full(rays.size, -1)),
        np.append(spread.second[owner, kind], np.ones(rays.size)),
        np.append(spread.paid[owner, kind], spread.slopes[rays]),
    )
    return solve(dates, columns, at_scale(payoff)).attained


def uniform(half_width: float, nodes: int) -> Prior:
    """Return a uniform law around 3, as hats put it on nodes."""
    weights = np.full(nodes, 1.0 / (nodes - 1))
    weights[[0, -1]] /= 2
    return Prior(3.0 + np.linspace(-half_width, half_width, nodes), weights)


def quoted(config: Config) -> tuple[Quotes, Quotes]:
    """Return the quotes of both dates that settle at the close."""
    surface = read_chain(config.inputs["SPX"]).surface(maturities=EXPIRIES)
    surface = surface.select(settlement="PM")
    count = QUOTES[config.profile]
    near, far = (surface if count is None else surface.thin(count)).slices
    return Quotes.from_smile(near), Quotes.from_smile(far)


def run(config: Config) -> pd.DataFrame:
    """Time all programs; the input SPX is a chain."""
    near, far = quoted(config)
    dates = QuotedDate.of(near, "first"), QuotedDate.of(far, "second")
    classical_two_dates(PAYOFFS[0], Quotes([], [], []), Quotes([], [], []))  # compiles
    rows = []
    for payoff in PAYOFFS:
        start = time.process_time()
        sides = classical_two_dates(payoff, near, far)
        seconds = time.process_time() - start
        start = time.process_time()
        inner = [-on_all_strikes(payoff.negated(), dates), on_all_strikes(payoff, dates)]
        inner_seconds = time.process_time() - start
        own = {"payoff": payoff.label, "first": len(near), "second": len(far)}
        lower, upper = (side.value for side in sides)
        rows.append(
            {
                "program": "exchange",
                **own,
                "first_prices": max(side.first_prices for side in sides),
                "lower": lower,
                "upper": upper,
                "gap": max(side.gap for side in sides),
                "inside": 0.0,
                "seconds": seconds,
            }
        )
        rows.append(
            {
                "program": "all strikes",
                **own,
                "first_prices": np.unique(dates[0].nodes).size,
                "lower": inner[0],
                "upper": inner[1],
                "gap": np.nan,
                "inside": max(upper - inner[1], inner[0] - lower),
                "seconds": inner_seconds,
            }
        )
    for size in SIZES[config.profile]:
        first, second = uniform(1.0, size), uniform(2.0, size)
        start = time.process_time()
        sides = transport_bounds(PAYOFFS[0], first, second)
        rows.append(
            {
                "program": "marginals",
                "payoff": PAYOFFS[0].label,
                "first": size,
                "second": size,
                "first_prices": size,
                "lower": sides[0].value,
                "upper": sides[1].value,
                "gap": max(side.gap for side in sides),
                "inside": np.nan,
                "seconds": time.process_time() - start,
            }
        )
    return pd.DataFrame(rows).assign(chain_sha256=sha256(config.inputs["SPX"]))


def printed(table: pd.DataFrame) -> str:
    """Set one row a program."""

    def basis_points(name: str, head: str, digits: int) -> Column:
        return Column(
            name, head, lambda value: "--" if np.isnan(value) else fixed(1e4 * value, digits)
        )

    return latex_table(
        table,
        (
            Column("program", "Program", str),
            Column("payoff", "Payoff", str),
            Column("first", r"$T_1$", str),
            Column("second", r"$T_2$", str),
            basis_points("lower", "Lower", 2),
            basis_points("upper", "Upper", 2),
            basis_points("gap", "Gap", 4),
            basis_points("inside", "Inside by", 2),
            Column("seconds", "Seconds", lambda value: significant(value, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
