"""What the simulation of prices gets wrong: the right end of a step, and looks at a barrier.

Under the left point the mean of F_T is one on every grid; under the right point it is not, and the
gap does not close fast. A barrier that is looked at once a step is worth more than one that always
holds; the Brownian bridge counts crossings between looks.
"""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, latex_table
from rmot.neural.published.pricing import (
    Barrier,
    Grid,
    barrier_call,
    martingale_gap,
    simulate_prices,
)
from rmot.neural.published.printed import MARKET
from rmot.studies.neural.published_data import about, load_model, read_segments
from rmot.studies.study import Config, main

MATURITY = 0.25
STEPS = {"quick": (10, 40), "full": (10, 30, 90), "deep": (10, 20, 40, 80, 160)}
PATHS = {"quick": 1024, "full": 8192, "deep": 65536}
BARRIERS: dict[Barrier, float] = {"down-and-out": -0.08, "up-and-out": 0.12}
VARIANCE = 0.04
MODELS = ("printed", "mended")


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a model and number of steps."""
    source = read_segments(config)[0].source
    rows = []
    for name in MODELS:
        model = load_model(config, name)
        for steps in STEPS[config.profile]:
            grid = Grid(
                maturity=MATURITY, steps=steps, paths=PATHS[config.profile], seed=config.seed
            )
            paths = simulate_prices(model, VARIANCE, MARKET.leverage, grid)
            left, right = martingale_gap(paths), martingale_gap(paths, right_point=True)
            row = {
                "model": name,
                "steps": steps,
                "left_gap": left.price[0],
                "left_error": left.error[0],
                "right_gap": right.price[0],
                "right_error": right.error[0],
            }
            for kind, level in BARRIERS.items():
                column = kind.replace("-", "_")
                for word, bridge in (("looks", False), ("bridge", True)):
                    found = barrier_call(paths, 0.0, level, kind, bridge=bridge)
                    row[f"{column}_{word}"] = found.price[0]
                    row[f"{column}_{word}_error"] = found.error[0]
            rows.append(row | about(source))
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set a row a number of steps of the model as printed."""
    return latex_table(
        table.query("model == 'printed'"),
        (
            Column("steps", "steps", str),
            Column("left_gap", "left", error="left_error"),
            Column("right_gap", "right", error="right_error"),
            Column("down_and_out_looks", "down and out", error="down_and_out_looks_error"),
            Column("down_and_out_bridge", "bridge", error="down_and_out_bridge_error"),
            Column("up_and_out_looks", "up and out", error="up_and_out_looks_error"),
            Column("up_and_out_bridge", "bridge", error="up_and_out_bridge_error"),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
