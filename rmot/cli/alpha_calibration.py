"""`rmot alpha-calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.output import Csv, Json, examples, print_rows, say

app = typer.Typer()


@app.command(
    "alpha-calibrate",
    epilog=examples(
        "rmot alpha-calibrate alpha.toml", "rmot alpha-calibrate alpha.toml --starts 5 --json"
    ),
)
def alpha_calibrate(
    config: Annotated[
        Path,
        typer.Argument(metavar="CONFIG", help="TOML: forwards, targets, start, bounds, weights."),
    ],
    starts: Annotated[
        int, typer.Option(metavar="N", help="The given start, and so many less one drawn.")
    ] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the drawn starts.")] = 0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Calibrate an alpha model to observables of assets and spreads.

    docs/spread_options.md has the keys of the file.
    """
    from rmot.spread.alpha.calibration import calibrate_observables, read_problem

    fit = calibrate_observables(read_problem(config), n_starts=starts, seed=seed)
    problem = fit.problem
    parameters = [
        {
            "name": name,
            "value": value,
            "free": bool(free),
            "derivative": slope,
            "at_bound": name in fit.at_bound,
        }
        for name, value, free, slope in zip(
            problem.layout.names,
            fit.numbers.tolist(),
            problem.box.free,
            fit.gradient.tolist(),
            strict=True,
        )
    ]
    observables = [
        {
            "name": name,
            "value": value,
            "target": target,
            "weight": weight,
            "residual": residual,
        }
        for name, value, target, weight, residual in zip(
            problem.names,
            fit.observables.tolist(),
            problem.targets.tolist(),
            problem.weights.tolist(),
            fit.residuals.tolist(),
            strict=True,
        )
    ]
    if as_json or as_csv:
        rows = [{"kind": "parameter", **row} for row in parameters]
        rows += [{"kind": "observable", **row} for row in observables]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        rows = [{name: row.get(name) for name in columns} for row in rows]
        print_rows(rows, "", as_json, as_csv)
    else:
        print_rows(parameters, "Parameters")
        print_rows(observables, "Observables")
    found = fit.identification
    free = int(found.determined.size)
    say(
        f"objective {fit.objective:.6g} after {fit.evaluations} evaluations from "
        f"{fit.objectives.size} start(s){'' if fit.converged else ', where the search was cut'}; "
        f"observables determine {found.rank} directions of {free}, and "
        f"{int(found.determined.sum())} numbers"
    )
