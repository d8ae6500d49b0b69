"""`rmot correlation`: what histories of prices say of correlation."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Annotated

import typer

from rmot.cli.output import Csv, Json, examples, print_rows, say
from rmot.errors import ParameterError

app = typer.Typer()


@app.command(
    epilog=examples(
        "rmot correlation spx.csv ndx.csv",
        "rmot correlation spx.csv ndx.csv --start 2025-07-01 --level 0.9 --json",
    )
)
def correlation(
    files: Annotated[
        list[Path], typer.Argument(metavar="HISTORY", help="Files of daily closes, two or more.")
    ],
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First day.")] = None,
    end: Annotated[str | None, typer.Option(metavar="DATE", help="Last day.")] = None,
    block: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Days that are resampled together.")
    ] = None,
    level: Annotated[
        float, typer.Option(metavar="SHARE", help="Coverage of the intervals.")
    ] = 0.95,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the resampling.")] = 0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Correlate past daily returns, with bootstrap intervals."""
    from rmot.dependence import aligned_returns, historical_correlation
    from rmot.market.histories import read_history

    names = [file.name.split(".")[0] for file in files]
    if len(set(names)) < max(len(names), 2):
        raise ParameterError(f"expected two histories or more of different names; got {names}")
    histories = {name: read_history(file) for name, file in zip(names, files, strict=True)}
    returns = aligned_returns(histories, names, start, end)
    found = historical_correlation(returns, seed=seed, block=block, level=level)
    rows = [
        {
            "first": names[i],
            "second": names[j],
            "correlation": float(found.correlation[i, j]),
            "lower": float(found.lower[i, j]),
            "upper": float(found.upper[i, j]),
            "observations": found.observations,
            "source": found.source,
        }
        for i, j in combinations(range(len(names)), 2)
    ]
    say(f"{found.observations} common days, resampled in blocks of {found.block}: {found.source}")
    print_rows(rows, "Correlation of daily returns", as_json, as_csv, list(rows[0])[:5])
