"""`rmot price`, `rmot calibrate`, `rmot demo`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

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


@app.command()
def calibrate(
    chain: Annotated[Path, typer.Argument(help="A file of option quotes.")],
    expiry: Annotated[
        list[str] | None, typer.Option(help="An expiry to fit, YYYY-MM-DD; may be repeated.")
    ] = None,
    fix: Annotated[
        list[str] | None, typer.Option(help="Hold a parameter, NAME=VALUE; may be repeated.")
    ] = None,
    thin: Annotated[
        int | None, typer.Option(min=1, help="Fit at most this many quotes of each slice.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Save the fit as JSON here.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Fit rough Heston to a chain of quotes; mean_reversion=0.3 is held unless --fix says else."""
    from datetime import date

    from rmot.market import read_chain

    fixed = _assignments(fix) if fix else {"mean_reversion": 0.3}
    try:
        expiries = [date.fromisoformat(text) for text in expiry] if expiry else None
    except ValueError as error:
        raise ParameterError(f"expected dates as YYYY-MM-DD for --expiry; {error}") from None
    surface = read_chain(chain).surface(maturities=expiries)
    if thin is not None:
        surface = surface.thin(thin)
    quiet = as_json or as_csv
    if not quiet:
        say(str(surface.report))
    fit = fit_rough_heston(surface, fixed)
    if output is not None:
        fit.save(output)
    if as_json:
        print(json.dumps(fit.to_dict(), indent=1, sort_keys=True))
        return
    print_rows(_parameter_rows(fit), f"Rough Heston, {surface.underlying}", False, as_csv)
    if not quiet:
        say(
            f"{len(fit.residuals)} quotes, root mean square error "
            f"{100 * fit.root_mean_square_error:.3f} points, {100 * fit.within_spread:.0f}% within "
            f"the spread, reduced chi-squared {fit.reduced_chi_squared:.3g}, effective dimension "
            f"{fit.effective_dimension} of {len(fit.free)}; {fit.source.get('kind')} data"
        )
        if fit.at_bound:
            say(f"stopped at the end of the search interval: {', '.join(fit.at_bound)}")


@app.command()
def demo() -> None:
    """Fit rough Heston to a chain of synthetic quotes and show the smile."""
    import tempfile

    import numpy as np

    from rmot.market import read_chain
    from rmot.market.synthetic import synthetic_index_chain

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic_spx.csv.gz"
        synthetic_index_chain(path, seed=1)
        surface = read_chain(path).surface(maturities=("2022-03-04", "2022-03-18")).thin(40)
    say("a synthetic chain of quotes (no market data in this demonstration)")
    fit = fit_rough_heston(surface, {"mean_reversion": 0.3})
    print_rows(_parameter_rows(fit), "Rough Heston, synthetic quotes", False, False)
    smile = surface.slices[0]
    rows = np.unique(np.linspace(0, len(smile.log_moneyness) - 1, 9).astype(int))
    fitted = fit.model.implied_volatility(smile.log_moneyness[rows], smile.maturity)
    print_rows(
        [
            {
                "log_moneyness": float(smile.log_moneyness[row]),
                "bid_volatility": float(smile.bid_volatility[row]),
                "fitted_volatility": float(value),
                "ask_volatility": float(smile.ask_volatility[row]),
            }
            for row, value in zip(rows, fitted, strict=True)
        ],
        f"The smile of {smile.expiry}",
        False,
        False,
    )


def fit_rough_heston(surface: Any, fixed: Mapping[str, float]) -> Any:
    """Fit rough Heston with a line of progress on standard error."""
    from rich.console import Console

    from rmot.calibration import calibrate as fit_model
    from rmot.models import RoughHeston

    with Console(stderr=True).status("fitting") as status:
        return fit_model(
            RoughHeston,
            surface,
            fixed=fixed,
            progress=lambda line: status.update(f"fitting: {line}"),
        )


def _parameter_rows(fit: Any) -> list[dict[str, Any]]:
    return [
        {
            "parameter": name,
            "value": getattr(fit.model, name),
            "standard_error": fit.standard_errors.get(name),
            "misfit_standard_error": fit.misfit_standard_errors.get(name),
        }
        for name in (*fit.free, *fit.fixed)
    ]


def _assignments(texts: Sequence[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name.replace("-", "_")] = float(value)
        except ValueError:
            raise ParameterError(f"expected NAME=NUMBER for --fix; got {text!r}") from None
    return found
