"""`rmot demo`: from synthetic quotes to a smile, bounds and a hedge, without a file."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from rmot.cli.bounds_output import SHOWN, hedge_heading
from rmot.cli.calibration import HELD, fit_with_status, parameter_rows
from rmot.cli.output import Csv, Json, examples, print_rows, say

app = typer.Typer()

STRIKE = 1.05
_EXPIRIES = ("2022-03-04", "2022-03-18")


@app.command(epilog=examples("rmot demo", "rmot demo --json"))
def demo(as_json: Json = False, as_csv: Csv = False) -> None:
    """Fit rough Heston to synthetic quotes; bound and hedge a call.

    The bounds are of a call at 105% of the forward: over all laws that meet the quotes, and over
    those of them near the fit. CSV holds the bounds alone.
    """
    from rmot.market import read_chain
    from rmot.market.synthetic import synthetic_index_chain
    from rmot.models import RoughHeston

    with TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic_spx.csv.gz"
        synthetic_index_chain(path, seed=1)
        surface = read_chain(path).surface(maturities=_EXPIRIES).thin(40)
    say("a synthetic chain of quotes (no market data in this demonstration)")
    fit = fit_with_status(RoughHeston, surface, fixed=HELD)
    smile = surface.slices[0]
    bounds, ticket = _bounds(fit, smile)
    if as_json:
        found = {"parameters": parameter_rows(fit), "smile": _smile_rows(fit, smile)}
        print(json.dumps(found | {"bounds": bounds, "hedge": ticket.to_json()}, indent=1))
    elif as_csv:
        print_rows(bounds, "", as_csv=True)
    else:
        print_rows(parameter_rows(fit), "Rough Heston, synthetic quotes")
        print_rows(_smile_rows(fit, smile), f"\nThe smile of {smile.expiry}")
        print_rows(bounds, f"\nA call at {STRIKE:g} F, undiscounted, in units of the forward")
        print_rows(ticket.rows(at_least=SHOWN), f"\n{hedge_heading(ticket)}")
        print(ticket.summary)


def _smile_rows(fit: Any, smile: Any) -> list[dict[str, float]]:
    import numpy as np

    rows = np.unique(np.linspace(0, len(smile.log_moneyness) - 1, 9).astype(int))
    fitted = fit.model.implied_volatility(smile.log_moneyness[rows], smile.maturity)
    return [
        {
            "log_moneyness": float(smile.log_moneyness[row]),
            "bid_volatility": float(smile.bid_volatility[row]),
            "fitted_volatility": float(value),
            "ask_volatility": float(smile.ask_volatility[row]),
        }
        for row, value in zip(rows, fitted, strict=True)
    ]


def _bounds(fit: Any, smile: Any) -> tuple[list[dict[str, Any]], Any]:
    """Return the rows of two pairs of bounds, and the orders behind the classical upper one."""
    from rmot.payoffs import call
    from rmot.transport import (
        ChiSquared,
        MultipleOfLeast,
        Quotes,
        Unrestricted,
        order_ticket,
        price_bounds,
    )

    target, quotes = call(STRIKE), Quotes.from_smile(smile)
    classical = price_bounds(target, None, quotes=quotes, divergence=Unrestricted())
    prior = fit.model.prior(smile.maturity, kinks=[STRIKE])
    twice = MultipleOfLeast(2.0)
    near = price_bounds(target, prior, quotes=quotes, divergence=ChiSquared(), radius=twice)
    rows = [
        {"laws": laws, "lower": found.lower, "upper": found.upper}
        for laws, found in (("all that meet the quotes", classical), ("near the fit", near))
    ]
    return rows, order_ticket(classical.upper_hedge, smile, "upper", contracts=10)
