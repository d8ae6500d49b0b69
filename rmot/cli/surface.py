"""`rmot surface`."""

from __future__ import annotations

from typing import Any

import typer

from rmot.cli.output import Csv, Json, examples, print_rows, say
from rmot.cli.smiles import Chain

app = typer.Typer()

_SHOWN = 10


@app.command(
    epilog=examples("rmot surface spx.csv.gz", "rmot surface spx.csv.gz --csv > slices.csv")
)
def surface(
    chain: Chain,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what a chain holds: forwards, discount factors, arbitrage.

    One row an expiry and settlement; below, why quotes were dropped. Forwards come from put-call
    parity, with the interval that bid and ask allow; "volatility" is at the forward.
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
