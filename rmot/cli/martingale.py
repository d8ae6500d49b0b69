"""`rmot martingale`: bounds on a payoff of two dates, from the quotes of both."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rmot.cli.calibration import fit_with_status
from rmot.cli.output import FLAG, Csv, Json, examples, print_rows, say
from rmot.cli.smiles import Chain, Settlement
from rmot.errors import ParameterError

app = typer.Typer()

_PAYOFFS = ("call", "put", "straddle", "cliquet", "average-call")
_PRIORS = ("rough-heston", "heston")


_PRIOR = "Which laws: one of --classical, --radius, --radius-multiple"


@app.command(
    epilog=examples(
        "rmot martingale spx.csv.gz --first 2022-03-04 --second 2022-03-18 --thin 8 --classical",
        "rmot martingale spx.csv.gz --first 2022-03-04 --second 2022-03-18 --payoff cliquet"
        " --limit 0.03 --radius-multiple 2",
    )
)
def martingale(
    chain: Chain,
    first: Annotated[str, typer.Option(metavar="DATE", help="The first expiry.")],
    second: Annotated[str, typer.Option(metavar="DATE", help="The second expiry.")],
    payoff: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A forward start, call, put or straddle; a cliquet; or an average-call.",
        ),
    ] = "straddle",
    strike: Annotated[
        float,
        typer.Option(
            metavar="K", help="Ratio of a forward start; strike of an average, per forward."
        ),
    ] = 1.0,
    limit: Annotated[
        float, typer.Option(metavar="RETURN", help="Floor and cap of a cliquet's return.")
    ] = 0.02,
    classical: Annotated[
        bool,
        typer.Option(
            "--classical",
            metavar=FLAG,
            help="All laws that meet the quotes; no prior.",
            rich_help_panel=_PRIOR,
        ),
    ] = False,
    prior: Annotated[
        str,
        typer.Option(
            metavar="rough-heston|heston", help="Fitted to both expiries.", rich_help_panel=_PRIOR
        ),
    ] = "rough-heston",
    radius: Annotated[
        float | None,
        typer.Option(metavar="R", help="Largest chi-squared divergence.", rich_help_panel=_PRIOR),
    ] = None,
    radius_multiple: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            help="Radius in units of the least that meets the quotes, from 1.",
            rich_help_panel=_PRIOR,
        ),
    ] = None,
    settlement: Settlement = "PM",
    thin: Annotated[
        int,
        typer.Option(min=2, metavar="N", help="Use at most so many quotes of each smile."),
    ] = 80,
    deviations: Annotated[
        float,
        typer.Option(metavar="N", help="Use strikes within so many standard deviations."),
    ] = 4.0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound a payoff of two dates by the quotes of both.

    Prices are per forward of their date, undiscounted. docs/two_dates.md has the payoffs.
    """
    from rmot.market import read_chain
    from rmot.models import Heston, RoughHeston, two_date_law
    from rmot.transport import (
        ChiSquared,
        MultipleOfLeast,
        Quotes,
        Unrestricted,
        martingale_bounds,
    )

    if sum((radius is not None, radius_multiple is not None, classical)) != 1:
        raise ParameterError("expected one of --radius, --radius-multiple and --classical")
    if prior not in _PRIORS:
        raise ParameterError(f"expected --prior {' or '.join(_PRIORS)}; got {prior!r}")
    if settlement not in ("AM", "PM"):
        raise ParameterError(f"expected AM or PM for --settlement; got {settlement!r}")
    if not first < second:
        raise ParameterError(f"expected --first before --second; got {first} and {second}")
    target = _payoff(payoff, strike, limit)
    surface = read_chain(chain).surface(maturities=[first, second]).select(settlement=settlement)
    surface = surface.within_deviations(-deviations, deviations).thin(thin)
    if len(surface) != 2:
        raise ParameterError(f"expected {settlement} quotes of both expiries; got {len(surface)}")
    near, far = surface.slices
    for smile in (near, far):
        say(f"{smile.label}: {len(smile)} quotes, forward {smile.forward:.6g}; {surface.source}")
    quotes = Quotes.from_smile(near), Quotes.from_smile(far)
    if classical:
        found = martingale_bounds(target, None, quotes, divergence=Unrestricted())
    else:
        # two expiries say little of mean reversion: rough Heston's variance is a martingale
        fixed = {"mean_reversion": 0.0, "long_run_variance": 0.0}
        options: dict[str, Any] = {"fixed": fixed} if prior == "rough-heston" else {}
        kind = RoughHeston if prior == "rough-heston" else Heston
        model = fit_with_status(kind, surface, **options).model
        law = two_date_law(model, near.maturity, far.maturity)
        chosen = radius if radius_multiple is None else MultipleOfLeast(radius_multiple)
        found = martingale_bounds(target, law.prior, quotes, divergence=ChiSquared(), radius=chosen)
        assert found.radius is not None
        say(f"radius {found.radius.value:.6g}: {found.radius.rule}")
    names = ("lower", "price", "upper", "minimum_radius", "gap", "residual", "support_limited")
    values = [(name, getattr(found, name)) for name in names]
    rows = [
        {"quantity": name, "value": None if value != value else value} for name, value in values
    ]
    print_rows(
        rows, f"{target.label}, {near.label} and {far.label}", as_json, as_csv, aligned=False
    )


def _payoff(name: str, strike: float, limit: float) -> Any:
    from rmot import payoffs

    if name not in _PAYOFFS:
        raise ParameterError(f"expected a payoff among {', '.join(_PAYOFFS)}; got {name!r}")
    if name == "cliquet":
        return payoffs.cliquet(-limit, limit)
    if name == "average-call":
        return payoffs.average_call(strike)
    return getattr(payoffs, f"forward_start_{name}")(strike)
