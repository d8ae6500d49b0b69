"""`rmot price`."""

from __future__ import annotations

from typing import Annotated

import typer

from rmot.cli.output import Csv, Json, print_rows, say
from rmot.errors import ParameterError

app = typer.Typer()


@app.command()
def price(
    maturity: Annotated[float, typer.Option(help="Years.")],
    log_moneyness: Annotated[
        str, typer.Option(help="Comma-separated log(K/F), such as -0.1,0,0.1.")
    ] = "-0.2,-0.1,0,0.1",
    hurst: Annotated[float, typer.Option(help="Hurst exponent H, 0 < H <= 0.5.")] = 0.12,
    vol_of_vol: Annotated[float, typer.Option(help="Absolute vol-of-vol nu.")] = 0.28,
    correlation: Annotated[float, typer.Option(help="Of price and variance, rho.")] = -0.65,
    initial_variance: Annotated[float, typer.Option(help="V0, annualised.")] = 0.04,
    mean_reversion: Annotated[float, typer.Option(help="kappa.")] = 0.3,
    long_run_variance: Annotated[float, typer.Option(help="theta, annualised.")] = 0.04,
    tolerance: Annotated[
        float | None, typer.Option(help="Admissible price error; by default 1e-7 in volatility.")
    ] = None,
    sensitivities: Annotated[
        bool, typer.Option(help="Add the derivatives of volatility in each parameter.")
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Price calls under rough Heston (forward = 1, undiscounted), and say where its moments end."""
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
    shown = list(rows[0])
    tables = [("Rough Heston calls", shown)]
    if sensitivities:
        found = model.sensitivities(strikes, maturity, tolerance=tolerance)
        for name, slopes in zip(found.parameters, found.volatility_gradient.tolist(), strict=True):
            for row, slope in zip(rows, slopes, strict=True):
                row[f"by_{name}"] = slope
        slope_names = [name for name in rows[0] if name not in shown]
        tables.append(("Derivatives of volatility", ["log_moneyness", *slope_names]))
        if not (as_json or as_csv):
            # four digits, so that a line holds them
            for row in rows:
                row.update({name: float(f"{row[name]:.4g}") for name in slope_names})
    for title, columns in tables[:1] if as_json or as_csv else tables:
        print_rows(rows, title, as_json, as_csv, columns)
    if not (as_json or as_csv):
        low, high = model.critical_moments(maturity)
        left, right = model.lee_slopes(maturity)
        say(
            f"moments of order {low:.6g} to {high:.6g} are finite; total variance grows at most by "
            f"{left:.4g} |k| on the left and {right:.4g} k on the right"
        )
