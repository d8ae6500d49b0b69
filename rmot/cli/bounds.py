"""`rmot bounds` and `rmot basket`: price bounds from a chain's quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.calibration import fit_with_status
from rmot.cli.output import Csv, Json, print_rows, say
from rmot.errors import ParameterError

app = typer.Typer()

_SHOWN = 5e-5

Chain = Annotated[Path, typer.Argument(help="A file of option quotes.")]
Expiry = Annotated[str, typer.Option(help="Expiry of the quotes, YYYY-MM-DD.")]
Settlement = Annotated[str, typer.Option(help="AM or PM, where an expiry has both.")]


@app.command()
def bounds(
    chain: Chain,
    expiry: Expiry,
    strike: Annotated[float, typer.Option(help="In units of the forward.")],
    payoff: Annotated[str, typer.Option(help="call, put, digital or straddle.")] = "call",
    radius: Annotated[
        float | None,
        typer.Option(help="Largest divergence from the fitted prior."),
    ] = None,
    multiple: Annotated[
        float | None, typer.Option(help="Radius in units of the least that meets the quotes.")
    ] = None,
    divergence: Annotated[
        str, typer.Option(help="chi-squared, kullback-leibler or cressie-read:ORDER.")
    ] = "chi-squared",
    classical: Annotated[bool, typer.Option("--classical", help="No prior: all prices.")] = False,
    fit: Annotated[
        Path | None, typer.Option(help="A saved fit to build the prior from; else one is made.")
    ] = None,
    settlement: Settlement = "PM",
    thin: Annotated[int | None, typer.Option(min=1, help="Use at most this many quotes.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="With --classical: write both hedges in exact rationals to this file."),
    ] = None,
    hedge: Annotated[
        bool, typer.Option("--hedge", help="Also print both hedges as orders, in currency.")
    ] = False,
    contracts: Annotated[float, typer.Option(help="Contracts of the payoff to hedge.")] = 1.0,
    multiplier: Annotated[float, typer.Option(help="Units of the underlying a contract.")] = 100.0,
    whole: Annotated[bool, typer.Option("--whole", help="Round options to contracts.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write the bounds to this JSON file.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound the price of a payoff by the quotes of its expiry (units of the forward)."""
    from rmot import payoffs
    from rmot.calibration import Fit
    from rmot.models import RoughHeston
    from rmot.transport import MultipleOfLeast, Quotes, Unrestricted, order_ticket, price_bounds

    if sum((radius is not None, multiple is not None, classical)) != 1:
        raise ParameterError("expected one of --radius, --multiple and --classical")
    if certificate is not None and not classical:
        raise ParameterError("expected --classical with --certificate: a ball's bound has no hedge")
    if hedge and as_csv:
        raise ParameterError("expected --json with --hedge: CSV holds one table")
    near = _divergence(divergence)
    kinds = ("call", "put", "digital", "straddle")
    if payoff not in kinds:
        raise ParameterError(f"expected a payoff among {', '.join(kinds)}; got {payoff!r}")
    target = getattr(payoffs, payoff)(strike)
    surface, smile = _smile(chain, expiry, settlement, thin)
    quotes = Quotes.from_smile(smile)
    if classical:
        found = price_bounds(target, None, quotes=quotes, divergence=Unrestricted())
        if certificate is not None:
            listed = getattr(payoffs, payoff)(strike * smile.forward)
            _certify(certificate, chain, smile, listed)
    else:
        # One expiry says nothing of mean reversion: the variance is taken as a martingale.
        fixed = {"mean_reversion": 0.0, "long_run_variance": 0.0}
        found_fit = Fit.load(fit) if fit else fit_with_status(RoughHeston, surface, fixed=fixed)
        model = found_fit.model
        prior = model.prior(smile.maturity, kinks=[strike])
        chosen = radius if multiple is None else MultipleOfLeast(multiple)
        found = price_bounds(target, prior, quotes=quotes, divergence=near, radius=chosen)
    if save is not None:
        found.save(save)
        say(f"bounds in {save}")
    tickets = []
    if hedge:
        tickets = [
            order_ticket(
                position, smile, side, contracts=contracts, multiplier=multiplier, whole=whole
            )
            for side, position in (("upper", found.upper_hedge), ("lower", found.lower_hedge))
        ]
    title = f"{payoff} at {strike:g} F, {smile.label}"
    _print_bounds(found, title, as_json, as_csv, tickets)


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
    smiles = [_smile(chain, expiry, settlement, thin)[1] for chain in chains]
    found = basket_bounds(
        basket_call(shares, strike * sum(shares)),
        quotes=[Quotes.from_smile(smile) for smile in smiles],
        forwards=[1.0] * len(smiles),
    )
    _print_bounds(found, f"basket call at {strike:g} F, {expiry} {settlement}", as_json, as_csv)


def _certify(path: Path, chain: Path, smile: Any, payoff: Any) -> None:
    from rmot.market import read_chain
    from rmot.transport import exact_hedge, listed_smile, save_hedges

    asset = listed_smile(read_chain(chain), smile)
    hedges = [exact_hedge(payoff, asset, side) for side in ("lower", "upper")]
    save_hedges(path, hedges)
    for hedge in hedges:
        say(
            f"{hedge.side} hedge of {payoff.label} in listed units: exact cost "
            f"{float(hedge.cost):.10g}, within {abs(hedge.excess):.1e} of the floating-point bound"
            + ("" if hedge.law is None else f" and {hedge.gap:.1e} of the best")
        )
    say(f"certificate in {path}; python proofs_check/verify.py {path} checks it")


def _smile(chain: Path, expiry: str, settlement: str, thin: int | None) -> tuple[Any, Any]:
    from rmot.market import read_chain

    if settlement not in ("AM", "PM"):
        raise ParameterError(f"expected AM or PM for --settlement; got {settlement!r}")
    surface = read_chain(chain).surface(maturities=[expiry])
    surface = surface.select(settlement=settlement)
    surface = surface if thin is None else surface.thin(thin)
    (smile,) = surface.slices
    say(f"{smile.label}: {len(smile)} quotes, forward {smile.forward:.6g}; {surface.source}")
    return surface, smile


def _divergence(text: str) -> Any:
    from rmot.transport import ChiSquared, CressieRead, KullbackLeibler

    name, _, order = text.partition(":")
    try:
        if name == "cressie-read":
            return CressieRead(float(order))
        return {"chi-squared": ChiSquared, "kullback-leibler": KullbackLeibler}[text]()
    except (KeyError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(
            "expected --divergence chi-squared, kullback-leibler or cressie-read:ORDER; "
            f"got {text!r}"
        ) from None


def _print_bounds(
    found: Any, title: str, as_json: bool, as_csv: bool, tickets: Sequence[Any] = ()
) -> None:
    names = ("lower", "price", "upper", "minimum_radius", "gap", "support_limited")
    values = [(name, getattr(found, name)) for name in names]
    if found.sampling_error is not None:
        values.append(("sampling_error", found.sampling_error))
    # Without a prior there is no calibrated price.
    rows = [
        {"quantity": name, "value": None if value != value else value} for name, value in values
    ]
    for remark in _remarks(found):
        say(remark)
    if as_json and tickets:
        content = {"bounds": rows, "hedges": [ticket.to_json() for ticket in tickets]}
        print(json.dumps(content, indent=1))
        return
    print_rows(rows, title, as_json, as_csv)
    for ticket in tickets:
        print_rows(ticket.rows(at_least=_SHOWN), _heading(ticket))
        print(f"{ticket.summary}\n")


def _remarks(found: Any) -> Iterator[str]:
    if found.radius is not None:
        yield f"radius {found.radius.value:.6g}: {found.radius.rule}"
    if found.sampling_error is not None:
        yield f"the prior is a sample: standard error of the bounds {found.sampling_error:.2g}"
    if found.tail_relaxed:
        yield "on the prior's tail a density is negative: the bounds are valid and slightly wide"
    if found.support_limited:
        yield "laws are confined to the prior's nodes: prices beyond them could widen the bounds"


def _heading(ticket: Any) -> str:
    deal = "buy, against the target sold" if ticket.side == "upper" else "sell, against it bought"
    paid = f"costs {ticket.cost:,.2f}" if ticket.cost >= 0 else f"brings {-ticket.cost:,.2f}"
    return (
        f"{ticket.side} hedge of {ticket.contracts:g} x {ticket.multiplier:g} ({deal}): {paid}, "
        f"options below {_SHOWN:g} contracts together"
    )
