"""`rmot spread`: options on the difference of two assets of a factor model in a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmot.artifact.files import read_toml
from rmot.cli.output import Csv, Json, examples, print_rows, say
from rmot.errors import ParameterError

if TYPE_CHECKING:
    from rmot.models import NormalFactorModel, RoughFactorModel

app = typer.Typer()

_KEYS = {"forwards", "loadings", "factors", "law"}
_LAWS = ("lognormal", "normal")


@app.command(
    epilog=examples(
        "rmot spread model.toml --strike 0 --maturity 1",
        "rmot spread model.toml --strike=-0.1,0,0.1 --maturity 1 -i 2 -j 1 --csv",
    )
)
def spread(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL", help="TOML of forwards, loadings, factors; docs/spread_options.md."
        ),
    ],
    strike: Annotated[str, typer.Option(metavar="K1,K2,...", help="Of either sign.")],
    maturity: Annotated[float, typer.Option(metavar="YEARS", help="Time to expiry.")],
    first: Annotated[int, typer.Option("-i", metavar="N", help="The asset received, from 1.")] = 1,
    second: Annotated[int, typer.Option("-j", metavar="N", help="The asset given, from 1.")] = 2,
    tolerance: Annotated[
        float | None,
        typer.Option(metavar="ERROR", help="Admissible price error; by default 1e-8 of forwards."),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Price (S_i - S_j - K)^+ undiscounted, with digitals and errors."""
    try:
        strikes = [float(part) for part in strike.split(",")]
    except ValueError:
        raise ParameterError(
            f"expected comma-separated numbers for --strike; got {strike!r}"
        ) from None
    assets, forwards = _read(model)
    for name, number in (("-i", first), ("-j", second)):
        if not 1 <= number <= assets.n_assets:
            raise ParameterError(f"{name} must be from 1 to {assets.n_assets}; got {number}")
    if first == second:
        raise ParameterError(f"expected two assets; got {first} twice")
    pair = (first - 1, second - 1)
    both = (forwards[pair[0]], forwards[pair[1]])
    price = _lognormal if hasattr(assets, "log_price_correlation") else _normal
    rows = price(assets, pair, both, strikes, maturity, tolerance)
    if as_json or as_csv:
        print_rows(rows, "", as_json, as_csv)
    else:
        names = list(rows[0])
        halves = (names[:4], ["strike", *names[4:]])
        for title, shown in zip(
            (f"Spread of assets {first} and {second}", ""), halves, strict=True
        ):
            print_rows(rows, title, shown=shown)
        say(f"forward of the spread {both[0] - both[1]:.6g}; prices are undiscounted")


def _lognormal(
    assets: Any,
    pair: tuple[int, int],
    forwards: tuple[float, float],
    strikes: list[float],
    maturity: float,
    tolerance: float | None,
) -> list[dict[str, float]]:
    from rmot.spread import spread_call_lower_bound, spread_claim, spread_digitals

    digitals = spread_digitals(assets, *pair, strikes, maturity, forwards=forwards)
    rows = []
    for at, strike in enumerate(strikes):
        price, error = spread_claim(
            assets, *pair, strike, maturity, forwards=forwards, tolerance=tolerance
        )
        bound = spread_call_lower_bound(assets, *pair, strike, maturity, forwards=forwards)
        parts = digitals.first[at] - digitals.second[at] - strike * digitals.digital[at]
        rows.append(
            {
                "strike": strike,
                "price": price,
                "error_estimate": error,
                "digital": float(digitals.digital[at]),
                "first_where_paid": float(digitals.first[at]),
                "second_where_paid": float(digitals.second[at]),
                "digital_error": float(digitals.error[at]),
                "parity_gap": float(parts - price),
                "lower_bound": bound.price,
            }
        )
    return rows


def _normal(
    assets: Any,
    pair: tuple[int, int],
    forwards: tuple[float, float],
    strikes: list[float],
    maturity: float,
    tolerance: float | None,
) -> list[dict[str, float]]:
    found = assets.spread(*pair).options(
        strikes, maturity, forward=forwards[0] - forwards[1], tolerance=tolerance
    )
    return [
        {
            "strike": strike,
            "price": float(found.call[at]),
            "error_estimate": float(found.error[at]),
            "digital": float(found.digital[at]),
            "digital_error": float(found.digital_error[at]),
            "normal_volatility": float(found.volatility[at]),
        }
        for at, strike in enumerate(strikes)
    ]


def _read(path: Path) -> tuple[RoughFactorModel | NormalFactorModel, list[float]]:
    """Return the model of a file and its forwards."""
    from rmot.models import NormalFactorModel, RoughFactorModel, VarianceFactor

    given = read_toml(path, "factors of assets", ParameterError)
    missing, unknown = _KEYS - {"law"} - set(given), set(given) - _KEYS
    if missing or unknown:
        raise ParameterError(
            f"{path}: expected forwards, loadings and [[factors]], and at most law beside them; "
            f"missing {sorted(missing)}, unknown {sorted(unknown)}"
        )
    law = given.get("law", "lognormal")
    if law not in _LAWS:
        raise ParameterError(f"{path}: expected law {' or '.join(_LAWS)}; got {law!r}")
    factors = []
    for number, entry in enumerate(given["factors"], 1):
        try:
            factors.append(VarianceFactor(**{"hurst": 0.5, **entry}))
        except TypeError:
            raise ParameterError(
                f"{path}: factor {number} needs vol_of_vol, correlation, initial_variance, "
                f"mean_reversion and long_run_variance, and may have hurst; got {entry!r}"
            ) from None
    assets = (NormalFactorModel if law == "normal" else RoughFactorModel)(
        given["loadings"], factors
    )
    forwards = given["forwards"]
    numbers = isinstance(forwards, list) and all(isinstance(f, int | float) for f in forwards)
    if not numbers or len(forwards) != assets.n_assets:
        raise ParameterError(f"{path}: expected {assets.n_assets} forwards; got {forwards!r}")
    return assets, [float(f) for f in forwards]
