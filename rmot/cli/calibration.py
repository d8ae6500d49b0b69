"""`rmot calibrate`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmot.cli.output import OUTPUT, Csv, Json, examples, print_rows, say
from rmot.cli.smiles import Thin
from rmot.errors import IdentificationWarning, ParameterError

if TYPE_CHECKING:
    from rmot.market import OptionSurface

app = typer.Typer()

HELD = {"mean_reversion": 0.3}


class Model(StrEnum):
    """Models that can be fitted."""

    ROUGH_HESTON = "rough-heston"
    HESTON = "heston"
    BLACK_SCHOLES = "black-scholes"
    SABR = "sabr"
    SVI = "svi"
    SSVI = "ssvi"
    TWO_FACTOR_BERGOMI = "two-factor-bergomi"
    PATH_DEPENDENT_VOLATILITY = "path-dependent-volatility"

    @property
    def model_class(self) -> type[Any]:
        """The class in `rmot.models`."""
        from rmot import models

        if self in (Model.SABR, Model.SVI, Model.SSVI):
            return getattr(models, self.value.upper())
        return getattr(models, "".join(word.capitalize() for word in self.value.split("-")))

    @property
    def held(self) -> Mapping[str, float]:
        """What is held when nothing is said: few surfaces tell the speed from the level."""
        if self is Model.ROUGH_HESTON:
            return HELD
        return getattr(self.model_class, "held_by_default", {})


_FIT = "Fit"


@app.command(
    epilog=examples(
        "rmot calibrate spx.csv.gz --expiry 2022-03-04 --expiry 2022-03-18 --thin 40",
        "rmot calibrate spx.csv.gz --expiry 2022-03-04 --model sabr --thin 20",
        "rmot calibrate spx.csv.gz ndx.csv.gz --days 7,60 --thin 20 --save fits",
    )
)
def calibrate(
    chains: Annotated[list[Path], typer.Argument(metavar="CHAIN", help="Files of option quotes.")],
    model: Annotated[
        Model,
        typer.Option(
            metavar="MODEL",
            help="What to fit: " + ", ".join(Model) + ".",
            rich_help_panel=_FIT,
        ),
    ] = (Model.ROUGH_HESTON),
    expiry: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE", help="An expiry to fit, YYYY-MM-DD; may come again."),
    ] = None,
    days: Annotated[
        str | None,
        typer.Option(
            metavar="FROM,TO", help="Fit expiries within these days of the quotes, such as 7,200."
        ),
    ] = None,
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Hold a parameter; may come again.", rich_help_panel=_FIT
        ),
    ] = None,
    curve: Annotated[
        str | None,
        typer.Option(
            metavar="T1,T2,...",
            help="Fit a forward-variance curve whose pieces end at these years.",
            rich_help_panel=_FIT,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Add the profile likelihood of this parameter.",
            rich_help_panel=_FIT,
        ),
    ] = None,
    thin: Annotated[int | None, Thin] = None,
    rates: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="Rates that American quotes allow for, per year, such as 0.03,0.05.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--save",
            "--output",
            metavar="FILE",
            help="Save the fit as JSON here; a folder for several chains.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Fit a model to chains of quotes, each by itself.

    Rough Heston holds mean_reversion=0.3 unless --fix says else. American quotes are fitted as the
    European intervals that the rates leave. With several chains a file that fails is named at the
    end, with status 1, and the others are fitted.
    """
    fixed = _assignments(fix) if fix else model.held
    options: dict[str, Any] = {"fixed": fixed, "profile": profile}
    if curve is not None:
        options["forward_variance_times"] = _numbers(curve, "--curve")
    quiet = as_json or as_csv
    make = partial(
        read_surface,
        expiries=_expiries(expiry),
        days=None if days is None else _pair(days, "--days"),
        thin=thin,
        rates=None if rates is None else _pair(rates, "--rates"),
    )
    if len(chains) > 1:
        _fit_many(chains, model, make, options, output, as_json, as_csv)
        return
    surface = make(chains[0])
    if not quiet:
        say(str(surface.report))
    fit = fit_with_status(model.model_class, surface, **options)
    if output is not None:
        fit.save(output)
    if as_json:
        print(json.dumps(fit.to_dict(), indent=1, sort_keys=True))
        return
    print_rows(parameter_rows(fit), f"{model.value}, {surface.underlying}", False, as_csv)
    if not quiet:
        say(
            f"{len(fit.residuals)} quotes, root mean square error "
            f"{100 * fit.root_mean_square_error:.3f} points, {100 * fit.within_spread:.0f}% within "
            f"the spread, reduced chi-squared {fit.reduced_chi_squared:.3g}, effective dimension "
            f"{fit.effective_dimension} of {len(fit.free)}; {fit.source.get('kind')} data"
        )
        if fit.profile is not None:
            low, high = fit.profile.misfit_interval
            say(f"95% profile interval of {profile}, with the misfit: {low:.4g} to {high:.4g}")
        for line in fit.warnings:
            say(line)


def fit_with_status(model_class: type[Any], surface: OptionSurface, **options: Any) -> Any:
    """Fit a model with a line of progress on standard error."""
    from rich.console import Console

    from rmot.calibration import calibrate as fit_model

    with Console(stderr=True).status("fitting") as status, warnings.catch_warnings():
        # the fit carries them, and they are printed with it
        warnings.simplefilter("ignore", IdentificationWarning)
        return fit_model(
            model_class,
            surface,
            progress=lambda line: status.update(f"fitting: {line}"),
            **options,
        )


def read_surface(
    path: Path,
    expiries: Sequence[date] | None = None,
    days: tuple[float, float] | None = None,
    thin: int | None = None,
    rates: tuple[float, float] | None = None,
) -> OptionSurface:
    """Read the surface of a chain: some expiries, or those within days, maybe thinned."""
    from rmot.market import CarryRange, read_chain

    chain = read_chain(path)
    # rates are for American quotes; European ones of the same portfolio need none
    carry = None
    if rates is not None and chain.exercise == "american":
        carry = CarryRange(rates=rates)
    surface = chain.surface(maturities=expiries, carry=carry)
    if days is not None:
        surface = surface.within(days[0] / 365, days[1] / 365)
    return surface if thin is None else surface.thin(thin)


def _fit_many(
    chains: Sequence[Path],
    model: Model,
    make: partial[OptionSurface],
    options: Mapping[str, Any],
    output: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from rmot.calibration import calibrate_portfolio

    surfaces = {path.name.split(".")[0]: partial(make, path) for path in chains}
    if len(surfaces) < len(chains):
        raise ParameterError("expected chains with different file names; some are equal")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fitting", total=len(surfaces))
        found = calibrate_portfolio(
            model.model_class,
            surfaces,
            progress=lambda name, done, total: bar.update(
                task, completed=done, description=f"fitted {name}"
            ),
            **options,
        )
    if output is not None:
        for name, fit in found.fits.items():
            fit.save(output / f"{name}.json")
    if as_json:
        fits = {name: fit.to_dict() for name, fit in found.fits.items()}
        print(json.dumps({"fits": fits, "failures": found.failures}, indent=1, sort_keys=True))
    elif found.fits:
        rows = [
            {
                "name": name,
                **{each: fit.parameter(each) for each in fit.free},
                "root_mean_square_error": fit.root_mean_square_error,
                "within_spread": fit.within_spread,
                "quotes": len(fit.residuals),
            }
            for name, fit in found.fits.items()
        ]
        print_rows(rows, model.value, False, as_csv, digits=4)  # a line holds these
    for name, reason in found.failures.items():
        say(f"{name}: {reason}")
    if found.failures:
        raise typer.Exit(1)


def parameter_rows(fit: Any) -> list[dict[str, Any]]:
    """Return a row for each parameter: value, and standard errors where it is free."""
    return [
        {
            "parameter": name,
            "value": fit.parameter(name),
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


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(
            f"expected comma-separated numbers for {option}; got {text!r}"
        ) from None


def _pair(text: str, option: str) -> tuple[float, float]:
    numbers = _numbers(text, option)
    if len(numbers) != 2:
        raise ParameterError(f"expected two numbers for {option}; got {text!r}")
    return numbers[0], numbers[1]


def _expiries(texts: Sequence[str] | None) -> list[date] | None:
    try:
        return [date.fromisoformat(text) for text in texts] if texts else None
    except ValueError as error:
        raise ParameterError(f"expected dates as YYYY-MM-DD for --expiry; {error}") from None
