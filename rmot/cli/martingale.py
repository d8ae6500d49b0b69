"""`rmot martingale`: bounds on a payoff of two dates, from the quotes of both."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rmot.cli.calibration import fit_with_status
from rmot.cli.output import Csv, Json, print_rows, say
from rmot.cli.smiles import Chain, Settlement
from rmot.errors import ParameterError

app = typer.Typer()

_PAYOFFS = ("call", "put", "straddle", "cliquet", "average-call")
_PRIORS = ("rough-heston", "heston")


@app.command()
def martingale(
    chain: Chain,
    first: Annotated[str, typer.Option(help="The first expiry, YYYY-MM-DD.")],
    second: Annotated[str, typer.Option(help="The second expiry, YYYY-MM-DD.")],
    payoff: Annotated[
        str, typer.Option(help="Forward-starting call, put or straddle; cliquet; average-call.")
    ] = "straddle",
    strike: Annotated[
        float, typer.Option(help="Ratio of a forward start; strike of an average, per forward.")
    ] = 1.0,
    limit: Annotated[float, typer.Option(help="Floor and cap of a cliquet's return.")] = 0.02,
    classical: Annotated[bool, typer.Option("--classical", help="No prior: all prices.")] = False,
    prior: Annotated[str, typer.Option(help="rough-heston or heston, fitted to both.")] = (
        "rough-heston"
    ),
    radius: Annotated[float | None, typer.Option(help="Largest chi-squared divergence.")] = None,
    radius_multiple: Annotated[
        float | None, typer.Option(help="Radius in units of the least that meets the quotes.")
    ] = None,
    settlement: Settlement = "PM",
    thin: Annotated[int, typer.Option(min=2, help="Use at most this many quotes of each.")] = 80,
    deviations: Annotated[
        float, typer.Option(help="Use strikes within so many standard deviations.")
    ] = 4.0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Bound a payoff of two dates by the quotes of both (prices per forward of their date)."""
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
    print_rows(rows, f"{target.label}, {near.label} and {far.label}", as_json, as_csv)


def _payoff(name: str, strike: float, limit: float) -> Any:
    from rmot import payoffs

    if name not in _PAYOFFS:
        raise ParameterError(f"expected a payoff among {', '.join(_PAYOFFS)}; got {name!r}")
    if name == "cliquet":
        return payoffs.cliquet(-limit, limit)
    if name == "average-call":
        return payoffs.average_call(strike)
    return getattr(payoffs, f"forward_start_{name}")(strike)
