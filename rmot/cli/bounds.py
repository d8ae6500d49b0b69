"""`rmot bounds`: bounds on the price of a payoff of one asset, and the hedges behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.bounds_output import print_bounds
from rmot.cli.calibration import fit_with_status
from rmot.cli.output import Csv, Json, say
from rmot.cli.smiles import Chain, Expiry, Settlement, read_smile
from rmot.errors import ParameterError

app = typer.Typer()

_PAYOFFS = ("call", "put", "digital", "straddle")


@app.command()
def bounds(
    chain: Chain,
    expiry: Expiry,
    strike: Annotated[float, typer.Option(help="In units of the forward.")],
    payoff: Annotated[str, typer.Option(help="call, put, digital or straddle.")] = "call",
    radius: Annotated[
        float | None, typer.Option(help="Largest divergence from the fitted prior.")
    ] = None,
    radius_multiple: Annotated[
        float | None, typer.Option(help="Radius in units of the least that meets the quotes.")
    ] = None,
    divergence: Annotated[
        str | None, typer.Option(help="chi2, kl or cressie-read:ORDER.  [default: chi2]")
    ] = None,
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
    whole: Annotated[
        bool, typer.Option("--whole", help="With --hedge: round options to contracts.")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Write the bounds to this JSON file.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound the price of a payoff by the quotes of its expiry (units of the forward)."""
    from rmot import payoffs
    from rmot.calibration import Fit
    from rmot.models import RoughHeston
    from rmot.transport import (
        CressieRead,
        MultipleOfLeast,
        Quotes,
        Unrestricted,
        order_ticket,
        price_bounds,
    )

    if sum((radius is not None, radius_multiple is not None, classical)) != 1:
        raise ParameterError("expected one of --radius, --radius-multiple and --classical")
    if certificate is not None and not classical:
        raise ParameterError(
            "expected --classical with --certificate: the hedge of a ball's bound leaves risk"
        )
    if classical and (divergence is not None or fit is not None):
        raise ParameterError("expected no --divergence or --fit with --classical: it has no prior")
    if hedge and as_csv:
        raise ParameterError("expected --json with --hedge: CSV holds one table")
    if whole and not hedge:
        raise ParameterError("expected --hedge with --whole: nothing else has contracts")
    near = _divergence(divergence or "chi2")
    if payoff not in _PAYOFFS:
        raise ParameterError(f"expected a payoff among {', '.join(_PAYOFFS)}; got {payoff!r}")
    target = getattr(payoffs, payoff)(strike)
    surface, smile = read_smile(chain, expiry, settlement, thin)
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
        # other orders ask for more of the tail than the moments that it is known by
        prior = prior.closed() if isinstance(near, CressieRead) else prior
        chosen = radius if radius_multiple is None else MultipleOfLeast(radius_multiple)
        found = price_bounds(target, prior, quotes=quotes, divergence=near, radius=chosen)
    tickets = []
    if hedge:
        deal: Any = {"contracts": contracts, "multiplier": multiplier, "whole": whole}
        tickets = [
            order_ticket(found.upper_hedge, smile, "upper", **deal),
            order_ticket(found.lower_hedge, smile, "lower", **deal),
        ]
    if save is not None:
        found.save(save)
        say(f"bounds in {save}")
    print_bounds(found, f"{payoff} at {strike:g} F, {smile.label}", as_json, as_csv, tickets)


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


def _divergence(text: str) -> Any:
    from rmot.transport import ChiSquared, CressieRead, KullbackLeibler

    plain = {"chi2": ChiSquared, "kl": KullbackLeibler}
    name, _, order = text.partition(":")
    if text in plain:
        return plain[text]()
    try:
        number = float(order)
    except ValueError:
        number = None
    if name != "cressie-read" or number is None:
        raise ParameterError(f"expected --divergence chi2, kl or cressie-read:ORDER; got {text!r}")
    return CressieRead(number)
