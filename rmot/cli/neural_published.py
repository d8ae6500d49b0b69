"""`rmot neural parameters` and `audit-bars`: what indices say; a model's paths against nulls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rmot.cli.output import Csv, Json, examples, print_rows, say

app = typer.Typer()


@app.command(
    epilog=examples("rmot neural parameters --index vix.csv --of-index vvix.csv --closes spx.csv")
)
def parameters(
    index: Annotated[Path, typer.Option(metavar="HISTORY", help="Daily levels of the VIX.")],
    of_index: Annotated[Path, typer.Option(metavar="HISTORY", help="Daily levels of the VVIX.")],
    closes: Annotated[
        Path | None, typer.Option(metavar="HISTORY", help="Daily closes of the price.")
    ] = None,
    futures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="VIX futures, a file each.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.")] = 0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Read vol-of-vol, mean reversion and leverage off indices and futures.

    Intervals (95%) resample blocks of twenty days.
    """
    import numpy as np

    from rmot.market import read_history, read_vix_futures
    from rmot.neural.published import market_parameters as market

    level, level_of = (market.closes(read_history(path)) for path in (index, of_index))
    bootstrap: dict[str, Any] = {"generator": np.random.default_rng(seed)}
    both = level.loc[level.index.isin(level_of.index)]
    found = {
        "implied vol-of-vol": market.implied_vol_of_vol(level_of, **bootstrap),
        "realised vol-of-vol": market.realised_vol_of_vol(both, **bootstrap),
        "mean index": market.mean_level(level, **bootstrap),
        "index and its index": market.correlation_of(level, level_of, **bootstrap),
    }
    if closes is not None:
        returns = market.returns_of(market.closes(read_history(closes)))
        found["leverage"] = market.correlation_of(returns, market.changes_of(level), **bootstrap)
    if futures is not None:
        table = read_vix_futures(futures).table
        speed = market.mean_reversion(table, float(np.mean(level.to_numpy(float))), **bootstrap)
        found["mean reversion, changes"] = speed.changes
        found["mean reversion, levels"] = speed.levels
        found["days in contango"] = market.regimes(table, level, **bootstrap).contango_share
    rows = [
        {"what": name, "value": one.value, "low": one.low, "high": one.high, "days": one.days}
        for name, one in found.items()
    ]
    print_rows(rows, "Parameters", as_json, as_csv)


@app.command(
    name="audit-bars", epilog=examples("rmot neural audit-bars published.eqx vix_hourly.csv")
)
def audit_bars(
    weights: Annotated[
        Path, typer.Argument(metavar="LAW", help="The .eqx or .json of a published model.")
    ],
    bars: Annotated[Path, typer.Argument(metavar="BARS", help="Hourly bars of the VIX.")],
    length: Annotated[int, typer.Option(metavar="N", help="Bars of a segment.")] = 14,
    seed: Annotated[int, typer.Option(metavar="N", help="Of paths and bootstrap.")] = 0,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Hold the published model's paths against bars, and against two nulls.

    What a null passes is no evidence for the model.
    """
    import numpy as np

    from rmot.calibration.block_bootstrap import percentile_interval
    from rmot.errors import ParameterError
    from rmot.market import read_history
    from rmot.neural.published import rivals
    from rmot.neural.published.model import load_model
    from rmot.neural.published.segments import cut_segments
    from rmot.neural.published.statistics import STATISTICS, block_bootstrap, statistics
    from rmot.neural.published.training import generate

    model = load_model(weights)
    if model.conditions:
        raise ParameterError("expected a model of paths alone; this one has a regime as input")
    segments = cut_segments(read_history(bars), length=length)
    paths, steps = segments.log_variance, segments.steps
    deviation = float(np.sqrt((np.diff(paths, axis=1) ** 2 / steps).mean()))
    real, of_model, frozen, walk = (
        statistics(each, steps)
        for each in (
            paths,
            generate(model, segments, seed),
            rivals.frozen(segments),
            rivals.random_walk(segments, deviation, seed),
        )
    )

    def measure(rows: Any) -> Any:
        found = statistics(paths[rows], steps[rows])
        return np.array([found[name] for name in STATISTICS])

    sampled = block_bootstrap(measure, len(segments), 200, np.random.default_rng(seed))
    rows = []
    for at, name in enumerate(STATISTICS):
        low, high = percentile_interval(sampled[:, at])
        null_passes = any(low <= one[name] <= high for one in (frozen, walk))
        within = low <= of_model[name] <= high
        verdict = "no" if not within else "handed on" if null_passes else "yes"
        rows.append(
            {
                "statistic": name,
                "real": real[name],
                "low": low,
                "high": high,
                "model": of_model[name],
                "walk": walk[name],
                "evidence": verdict,
            }
        )
    print_rows(rows, f"{len(segments)} segments of {length} bars", as_json, as_csv)
    if not (as_json or as_csv):
        say(f"gaps that no segment spans: {dict(segments.gaps)}; {segments.source}")
