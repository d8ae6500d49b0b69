"""`rmot price`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rmot.cli.output import FLAG, Csv, Json, examples, print_rows, say
from rmot.errors import ParameterError

app = typer.Typer()


_MODEL = "Model"


def _parameter(text: str, letter: str) -> Any:
    return typer.Option(metavar=letter, help=text, rich_help_panel=_MODEL)


@app.command(
    epilog=examples(
        "rmot price --maturity 0.5",
        "rmot price --maturity 0.5 --hurst 0.1 --log-moneyness=-0.1,0,0.1 --json",
        "rmot price --maturity 0.5 --sensitivities",
    )
)
def price(
    maturity: Annotated[float, typer.Option(metavar="YEARS", help="Time to expiry.")],
    log_moneyness: Annotated[
        str, typer.Option(metavar="K1,K2,...", help="log(strike/forward), such as -0.1,0,0.1.")
    ] = "-0.2,-0.1,0,0.1",
    hurst: Annotated[float, _parameter("Hurst exponent, 0 < H <= 0.5.", "H")] = 0.12,
    vol_of_vol: Annotated[float, _parameter("Absolute vol-of-vol.", "NU")] = 0.28,
    correlation: Annotated[float, _parameter("Of price and variance, -1 to 1.", "RHO")] = -0.65,
    initial_variance: Annotated[float, _parameter("Variance a year today.", "V0")] = 0.04,
    mean_reversion: Annotated[float, _parameter("Speed, a year.", "KAPPA")] = 0.3,
    long_run_variance: Annotated[
        float, _parameter("Variance a year in the long run.", "THETA")
    ] = 0.04,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="ERROR", help="Admissible price error; by default 1e-7 in volatility."
        ),
    ] = None,
    sensitivities: Annotated[
        bool,
        typer.Option(
            "--sensitivities",
            metavar=FLAG,
            help="Add the derivatives of volatility in each parameter.",
        ),
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Price calls under rough Heston: forward 1, undiscounted, with errors."""
    import numpy as np

    from rmot.models import RoughHeston

    try:
        strikes = np.array([float(part) for part in log_moneyness.split(",")])
    except ValueError:
        raise ParameterError(
            f"expected comma-separated numbers for --log-moneyness; got {log_moneyness!r}"
        ) from None
    model = RoughHeston(
        hurst=hurst,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=initial_variance,
        mean_reversion=mean_reversion,
        long_run_variance=long_run_variance,
    )
    prices, errors = model.call_price(strikes, maturity, True, tolerance=tolerance)
    volatilities = model.implied_volatility(strikes, maturity, tolerance=tolerance)
    rows: list[dict[str, float]] = [
        {"log_moneyness": k, "call_price": c, "error_estimate": e, "implied_volatility": v}
        for k, c, e, v in zip(
            strikes.tolist(), prices.tolist(), errors.tolist(), volatilities.tolist(), strict=True
        )
    ]
    slopes: list[dict[str, float]] = []
    if sensitivities:
        found = model.sensitivities(strikes, maturity, tolerance=tolerance)
        for k, gradient in zip(strikes.tolist(), found.volatility_gradient.T.tolist(), strict=True):
            slopes.append(
                {"log_moneyness": k, **dict(zip(found.parameters, gradient, strict=True))}
            )
    if as_json or as_csv:
        for row, slope in zip(rows, slopes, strict=False):
            row |= {f"by_{name}": value for name, value in list(slope.items())[1:]}
        print_rows(rows, "", as_json, as_csv)
        return
    print_rows(rows, "Rough Heston calls")
    if slopes:
        print_rows(slopes, "Derivatives of volatility by", digits=4)  # a line holds these
    low, high = model.critical_moments(maturity)
    left, right = model.lee_slopes(maturity)
    say(
        f"moments of order {low:.6g} to {high:.6g} are finite; total variance grows at most by "
        f"{left:.4g} |k| on the left and {right:.4g} k on the right"
    )
