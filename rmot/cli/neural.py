"""`rmot neural`: train a law on options of a price and its index, price, audit, watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmot.cli.output import FLAG, OUTPUT, Csv, Json, examples, print_rows, say
from rmot.errors import ParameterError

if TYPE_CHECKING:
    from rich.table import Table

    from rmot.neural import Look, Targets, TrainingConfig

app = typer.Typer(
    help="Train and use a learned volatility law (extra: neural).",
    no_args_is_help=True,
    epilog=examples(
        "rmot neural train neural.toml --spx spx.csv.gz --vix vix.csv.gz --save law.eqx"
    )
    + "\n\nIt needs `pip install 'rmot\\[neural]'`; docs/neural.md is the guide.",
)

Spx = Annotated[Path, typer.Option(metavar="CHAIN", help="Options on the price.")]
Vix = Annotated[Path, typer.Option(metavar="CHAIN", help="Options on its volatility index.")]
Weights = Annotated[Path, typer.Argument(metavar="LAW", help="The .eqx or .json of a training.")]

_SHOWN = 12
_INTERVAL = 0.5


@app.command(
    epilog=examples(
        "rmot neural train neural.toml --spx spx.csv.gz --vix vix.csv.gz --save law.eqx"
    )
)
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="TOML; docs/neural.md.")],
    spx: Spx,
    vix: Vix,
    output: Annotated[
        Path,
        typer.Option(
            "--save",
            "--output",
            metavar="FILE",
            help="Save weights here (.eqx), with .json and .jsonl beside it.",
            rich_help_panel=OUTPUT,
        ),
    ],
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Train a law; loss and held-out error are shown as they fall."""
    from rmot.neural import TrainingConfig, history_writer, read_config
    from rmot.neural import train as fit
    from rmot.neural.model_files import save_model

    settings = read_config(config, TrainingConfig)
    targets = _targets(spx, vix, settings)
    write = history_writer(output.with_suffix(".jsonl"))
    with _live(settings.descent.steps) as show:

        def report(look: Look) -> None:
            write(look)
            show(look)

        found = fit(settings, targets, report)
    save_model(output, found, settings, targets)
    law = found.coordinates
    row = {
        "hurst": float(law.hurst),
        "vol_of_vol": float(law.shape.vol_of_vol),
        "correlation": float(law.correlation),
        "step": found.found.step,
        "held_out": found.found.history[-1].least,
        "stopped": found.found.stopped,
    }
    print_rows([row], "Law", as_json, as_csv)
    say(f"{found.found.remark}; written to {output.with_suffix('.eqx')}")


@app.command(epilog=examples("rmot neural price law.eqx --log-moneyness=-0.1,0,0.1 --maturity 0.1"))
def price(
    weights: Weights,
    log_moneyness: Annotated[
        str, typer.Option(metavar="K1,K2,...", help="log(strike/forward), such as -0.1,0,0.1.")
    ],
    maturity: Annotated[float, typer.Option(metavar="YEARS", help="Time to expiry.")],
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Price calls, forward 1, with Greeks by automatic differentiation."""
    from rmot.neural.greeks import call_greeks
    from rmot.neural.model_files import load_model

    try:
        k = [float(part) for part in log_moneyness.split(",")]
    except ValueError:
        raise ParameterError(
            f"expected comma-separated numbers for --log-moneyness; got {log_moneyness!r}"
        ) from None
    model, _ = load_model(weights)
    prices, errors = model.call_price(k, maturity, return_error=True)
    volatility = model.implied_volatility(k, maturity)
    slopes = call_greeks(model, k, maturity)
    rows = [
        {
            "log_moneyness": k[at],
            "price": float(prices[at]),
            "error_estimate": float(errors[at]),
            "implied_volatility": float(volatility[at]),
            "delta": float(slopes.delta[at]),
            "gamma": float(slopes.gamma[at]),
            "vega": float(slopes.vega[at]),
            "vanna": float(slopes.vanna[at]),
        }
        for at in range(len(k))
    ]
    print_rows(rows, f"Calls of {maturity:g} years", as_json, as_csv)


@app.command(epilog=examples("rmot neural audit law.eqx --spx spx.csv.gz --vix vix.csv.gz"))
def audit(
    weights: Weights,
    spx: Spx,
    vix: Vix,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Hold a law against quotes it saw and did not, and against any law's duties."""
    import numpy as np

    from rmot.neural import TrainingConfig, from_mapping
    from rmot.neural.audit import coherence, index_rows, price_rows
    from rmot.neural.model_files import load_model
    from rmot.neural.targets import ROLES

    model, about = load_model(weights)
    targets = _targets(spx, vix, from_mapping(about.config["training"], TrainingConfig))
    if about.data["sha256"] != targets.sha256:
        say("these are other quotes than those of the training")
    quotes = price_rows(model, targets) + index_rows(model, targets)
    rows: list[dict[str, object]] = []
    for kind in ("price", "index"):
        for role in ROLES:
            gaps = [
                float(str(row["model_volatility"])) - float(str(row["quoted_volatility"]))
                for row in quotes
                if row["kind"] == kind and row["role"] == role
            ]
            error = float(np.sqrt(np.mean(np.square(gaps))))
            rows.append({"what": f"volatility of the {kind}, {role}", "value": error})
    for held in coherence(model, targets.index_dates):
        at = f"at {held.maturity:.3f} years"
        ratio = held.index_square / held.forward_variance - 1.0
        rows += [
            {"what": f"E S - 1 {at}", "value": held.mean_price - 1.0},
            {"what": f"its standard error {at}", "value": held.price_error},
            {"what": f"E VIX^2 over forward variance - 1 {at}", "value": ratio},
        ]
    print_rows(rows, "Root mean square errors, and expectations", as_json, as_csv)


@app.command(epilog=examples("rmot neural watch law.jsonl", "rmot neural watch law.jsonl --once"))
def watch(
    history: Annotated[
        Path, typer.Argument(metavar="HISTORY", help="The .jsonl that a training writes.")
    ],
    once: Annotated[
        bool,
        typer.Option(
            "--once", metavar=FLAG, help="Show what is there, and end; so do --json and --csv."
        ),
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show a training that runs elsewhere; ends at interruption."""
    from rich.console import Console
    from rich.live import Live

    from rmot.neural import read_history

    if as_json or as_csv:
        print_rows([asdict(look) for look in read_history(history)], "", as_json, as_csv)
        return
    if once:
        Console().print(_table(read_history(history)))
        return
    with Live(console=Console(), auto_refresh=False) as view:
        try:
            while True:
                view.update(_table(read_history(history)), refresh=True)
                time.sleep(_INTERVAL)
        except KeyboardInterrupt:
            return


def _targets(spx: Path, vix: Path, settings: TrainingConfig) -> Targets:
    from rmot.market import read_chain
    from rmot.neural import targets_from_surfaces

    price, index = (read_chain(path).surface() for path in (spx, vix))
    return targets_from_surfaces(price, index, settings.quotes)


@contextmanager
def _live(steps: int) -> Iterator[Callable[[Look], None]]:
    """Show a bar, the loss and the held-out error on standard error while a training runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4g}, held out {task.fields[held_out]:.4g}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=steps, loss=float("nan"), held_out=float("nan"))

        def show(look: Look) -> None:
            bar.update(task, completed=look.step, loss=look.loss, held_out=look.held_out)

        yield show


def _table(looks: tuple[Look, ...]) -> Table:
    from rich.table import Table

    table = Table(title="No look yet" if not looks else f"{len(looks)} looks", box=None)
    for name in ("step", "loss", "held out", "least", "learning rate"):
        table.add_column(name, justify="right")
    for look in looks[-_SHOWN:]:
        values = (look.loss, look.held_out, look.least, look.learning_rate)
        style = "bold" if look.held_out == look.least else ""
        table.add_row(str(look.step), *(f"{value:.5g}" for value in values), style=style)
    return table
