"""`rmot basket`: bounds on a basket from the quotes of its assets alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.bounds_output import print_bounds
from rmot.cli.output import Csv, Json
from rmot.cli.smiles import Expiry, Settlement, read_smile
from rmot.errors import ParameterError

app = typer.Typer()


@app.command()
def basket(
    chains: Annotated[list[Path], typer.Argument(help="Two files of option quotes.")],
    expiry: Expiry,
    strike: Annotated[float, typer.Option(help="In units of the basket's forward.")],
    weights: Annotated[
        str, typer.Option(help="Comma-separated, on each asset over its forward.")
    ] = "0.5,0.5",
    settlement: Settlement = "PM",
    thin: Annotated[
        int,
        typer.Option(min=1, help="Use at most this many quotes of each; work grows as its square."),
    ] = 80,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound a call on a basket by the quotes of its assets alone, whatever their correlation."""
    from rmot.payoffs import basket_call
    from rmot.transport import Quotes, basket_bounds

    try:
        shares = [float(part) for part in weights.split(",")]
    except ValueError:
        raise ParameterError(f"expected numbers for --weights; got {weights!r}") from None
    if len(shares) != len(chains):
        raise ParameterError(f"expected {len(chains)} weights for {len(chains)} chains")
    smiles = [read_smile(chain, expiry, settlement, thin)[1] for chain in chains]
    found = basket_bounds(
        basket_call(shares, strike * sum(shares)),
        quotes=[Quotes.from_smile(smile) for smile in smiles],
        forwards=[1.0] * len(smiles),
    )
    print_bounds(found, f"basket call at {strike:g} F, {expiry} {settlement}", as_json, as_csv)
