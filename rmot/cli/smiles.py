"""One smile of a chain's file: the arguments that choose it, and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.output import say
from rmot.errors import ParameterError

Chain = Annotated[Path, typer.Argument(metavar="CHAIN", help="A file of option quotes.")]
Expiry = Annotated[str, typer.Option(metavar="DATE", help="Expiry of the quotes, YYYY-MM-DD.")]
Settlement = Annotated[str, typer.Option(metavar="AM|PM", help="Which, where an expiry has both.")]
Thin = typer.Option(
    min=1, metavar="N", help="Use at most so many quotes of each smile, evenly spread."
)


def read_smile(chain: Path, expiry: str, settlement: str, thin: int | None) -> tuple[Any, Any]:
    """Return the surface that holds one smile alone, and the smile; say what they are."""
    from rmot.market import read_chain

    if settlement not in ("AM", "PM"):
        raise ParameterError(f"expected AM or PM for --settlement; got {settlement!r}")
    surface = read_chain(chain).surface(maturities=[expiry])
    surface = surface.select(settlement=settlement)
    surface = surface if thin is None else surface.thin(thin)
    (smile,) = surface.slices
    say(f"{smile.label}: {len(smile)} quotes, forward {smile.forward:.6g}; {surface.source}")
    return surface, smile
