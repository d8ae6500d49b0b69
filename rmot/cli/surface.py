"""`rmot surface`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.output import Csv, Json, print_rows, say

app = typer.Typer()

_SHOWN = 10


@app.command()
def surface(
    chain: Annotated[Path, typer.Argument(help="A file of option quotes.")],
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what a chain of quotes holds: forwards, discount factors, and arbitrage if there is any.

    One row an expiry and settlement; below, why quotes were dropped.
    """
    import numpy as np

    from rmot.market import read_chain, static_arbitrage

    found = read_chain(chain).surface()
    rows: list[dict[str, Any]] = []
    for smile in found:
        low, high = (None, None) if smile.parity is None else smile.parity.forward_interval
        rows.append(
            {
                "slice": smile.label,
                "days": round(365 * smile.maturity, 2),
                "forward": smile.forward,
                "forward_low": low,
                "forward_high": high,
                "discount": None if np.isnan(smile.discount_factor) else smile.discount_factor,
                "quotes": len(smile),
                "volatility": float(np.interp(0.0, smile.log_moneyness, smile.implied_volatility)),
            }
        )
    print_rows(rows, f"{found.underlying}, {found.valuation:%Y-%m-%d %H:%M}", as_json, as_csv)
    if not (as_json or as_csv):
        say(str(found.report))
        arbitrage = static_arbitrage(found)
        say(str(arbitrage))
        for violation in arbitrage.violations[:_SHOWN]:
            say(f"  {violation}")
        if len(arbitrage.violations) > _SHOWN:
            say(f"  and {len(arbitrage.violations) - _SHOWN} more")
