"""`rmot basket`: bounds on a basket from quotes of its assets, and of other baskets of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmot.cli.bounds_output import print_bounds
from rmot.cli.output import Csv, Json, examples
from rmot.cli.smiles import Expiry, Settlement, Thin, read_smile
from rmot.errors import ParameterError

if TYPE_CHECKING:
    from rmot.payoffs import BasketOption

app = typer.Typer()


@app.command(
    epilog=examples(
        "rmot basket spx.csv.gz ndx.csv.gz --expiry 2022-03-18 --settlement AM"
        " --strike 1.02 --thin 12",
        "rmot basket spx.csv.gz ndx.csv.gz --expiry 2022-03-18 --settlement AM --strike 1"
        " --weights 0.7,0.3 --thin 8 --joint call:1:0.028:0.034",
    )
)
def basket(
    chains: Annotated[
        list[Path], typer.Argument(metavar="CHAIN", help="Files of option quotes, one an asset.")
    ],
    expiry: Expiry,
    strike: Annotated[float, typer.Option(metavar="K", help="In units of the basket's forward.")],
    weights: Annotated[
        str,
        typer.Option(metavar="W1,W2,...", help="On each asset over its forward; equal by default."),
    ] = "",
    payoff: Annotated[str, typer.Option(metavar="call|put", help="What to bound.")] = "call",
    joint: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUOTE",
            help="A quote on a basket, KIND:STRIKE:BID:ASK or KIND:STRIKE:BID:ASK:WEIGHTS, kind "
            "call or put, undiscounted, in units of the target's forward; may come again.",
        ),
    ] = None,
    settlement: Settlement = "PM",
    thin: Annotated[int, Thin] = 80,
    tolerance: Annotated[
        float, typer.Option(metavar="GAP", help="In units of the forward.")
    ] = 1e-6,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound an option on a basket by quotes of its assets.

    The bounds hold whatever the correlation; with --joint quotes on baskets narrow them.
    """
    from rmot.transport import Quotes, basket_bounds

    shares = _shares(weights, len(chains), "--weights") if weights else None
    shares = [1.0 / len(chains)] * len(chains) if shares is None else shares
    target = _option(payoff, shares, strike * sum(shares), "--payoff")
    listed = [_joint(text, shares) for text in joint or ()]
    smiles = [read_smile(chain, expiry, settlement, thin)[1] for chain in chains]
    found = basket_bounds(
        target,
        quotes=[Quotes.from_smile(smile) for smile in smiles],
        forwards=[1.0] * len(smiles),
        joint=Quotes(
            [option for option, _, _ in listed],
            [bid for _, bid, _ in listed],
            [ask for _, _, ask in listed],
        ),
        tolerance=tolerance,
    )
    title = f"basket {payoff} at {strike:g} F, {expiry} {settlement}"
    print_bounds(found, title, as_json, as_csv)


def _shares(text: str, count: int, name: str) -> list[float]:
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(f"expected numbers for {name}; got {text!r}") from None
    if len(shares) != count:
        raise ParameterError(f"expected {count} weights for {count} chains; got {len(shares)}")
    return shares


def _option(kind: str, shares: list[float], strike: float, name: str) -> BasketOption:
    from rmot.payoffs import basket_call, basket_put

    makers = {"call": basket_call, "put": basket_put}
    if kind not in makers:
        raise ParameterError(f"expected call or put for {name}; got {kind!r}")
    return makers[kind](shares, strike)


def _joint(text: str, shares: list[float]) -> tuple[BasketOption, float, float]:
    parts = text.split(":")
    try:
        strike, bid, ask = (float(part) for part in parts[1:4])
    except ValueError:
        raise ParameterError(
            f"expected KIND:STRIKE:BID:ASK with numbers for --joint; got {text!r}"
        ) from None
    if len(parts) not in (4, 5):
        raise ParameterError(f"expected four or five parts for --joint; got {text!r}")
    own = _shares(parts[4], len(shares), "--joint") if len(parts) == 5 else shares
    scale = abs(sum(shares)) or 1.0
    return _option(parts[0], own, strike * scale, "--joint"), bid * scale, ask * scale
