"""`rmot bounds`: bounds on the price of a payoff of one asset, and the hedges behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.bounds_output import print_bounds
from rmot.cli.calibration import fit_with_status
from rmot.cli.output import FLAG, OUTPUT, Csv, Json, examples, say
from rmot.cli.smiles import Chain, Expiry, Settlement, Thin, read_smile
from rmot.errors import ParameterError

app = typer.Typer()

_PAYOFFS = ("call", "put", "digital", "straddle")


_PRIOR, _HEDGE = "Which laws: one of --classical, --radius, --radius-multiple", "Hedge"


@app.command(
    epilog=examples(
        "rmot bounds spx.csv.gz --expiry 2022-03-04 --strike 1.05 --thin 12 --classical",
        "rmot bounds spx.csv.gz --expiry 2022-03-04 --strike 1.05 --thin 12 --radius-multiple 2",
        "rmot bounds spx.csv.gz --expiry 2022-03-04 --strike 1 --payoff straddle --thin 12"
        " --classical --hedge --contracts 10",
    )
)
def bounds(
    chain: Chain,
    expiry: Expiry,
    strike: Annotated[float, typer.Option(metavar="K", help="In units of the forward.")],
    payoff: Annotated[
        str, typer.Option(metavar="call|put|digital|straddle", help="What to bound.")
    ] = "call",
    radius: Annotated[
        float | None,
        typer.Option(
            metavar="R", help="Largest divergence from the fitted prior.", rich_help_panel=_PRIOR
        ),
    ] = None,
    radius_multiple: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            help="Radius in units of the least that meets the quotes, from 1.",
            rich_help_panel=_PRIOR,
        ),
    ] = None,
    divergence: Annotated[
        str | None,
        typer.Option(
            metavar="chi2|kl|cressie-read:ORDER",
            help="How far laws are from the prior, chi2 by default.",
            rich_help_panel=_PRIOR,
        ),
    ] = None,
    classical: Annotated[
        bool,
        typer.Option(
            "--classical",
            metavar=FLAG,
            help="All laws that meet the quotes; no prior.",
            rich_help_panel=_PRIOR,
        ),
    ] = False,
    fit: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Take the prior from a fit that `rmot calibrate --save` wrote; else one is made.",
            rich_help_panel=_PRIOR,
        ),
    ] = None,
    settlement: Settlement = "PM",
    thin: Annotated[int | None, Thin] = None,
    hedge: Annotated[
        bool,
        typer.Option(
            "--hedge",
            metavar=FLAG,
            help="Also print both hedges as orders, in currency.",
            rich_help_panel=_HEDGE,
        ),
    ] = False,
    contracts: Annotated[
        float,
        typer.Option(metavar="N", help="Contracts of the payoff to hedge.", rich_help_panel=_HEDGE),
    ] = 1.0,
    multiplier: Annotated[
        float,
        typer.Option(
            metavar="UNITS", help="Of the underlying, a contract.", rich_help_panel=_HEDGE
        ),
    ] = 100.0,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            metavar=FLAG,
            help="With --hedge: round options to contracts.",
            rich_help_panel=_HEDGE,
        ),
    ] = False,
    certificate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --classical: write both hedges in exact rationals here.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Save the bounds with hedges as JSON.", rich_help_panel=OUTPUT
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound the price of a payoff by the quotes of its expiry.

    Prices are undiscounted, in units of the forward. docs/bounds.md says how to choose.
    """
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
