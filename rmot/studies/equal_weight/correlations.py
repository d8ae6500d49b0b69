"""What is said of the names' correlations, side by side: history, marginals, Cboe's index.

History's average has a bootstrap interval and is of the real world; marginals leave an interval of
terminal prices' correlation; Cboe's one-month index is of the S&P 500's fifty largest.
"""

from __future__ import annotations

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.dependence import identified_average
from rmot.market import read_history
from rmot.studies.equal_weight.joint_law import CLOSE, DAYS, fitted, past
from rmot.studies.study import Config, main
from rmot.transport import smile_quantile

MATURITY = 1 / 12
CELLS = {"quick": 256, "full": 1024, "deep": 2048}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each source; the average over all pairs of names."""
    models = fitted(config)
    before = past(config, list(models))
    marginals = [smile_quantile(model, MATURITY) for model in models.values()]
    left = identified_average(marginals, n_cells=CELLS[config.profile])
    rows = [
        {
            "source": f"{before.source.split(' (')[0]}, {before.observations} days",
            "measure": "real world",
            "average": before.average,
            "lower": before.average_interval[0],
            "upper": before.average_interval[1],
        },
        {
            "source": "marginals alone",
            "measure": "pricing",
            "average": float("nan"),
            "lower": left.lower,
            "upper": left.upper,
            "attained": left.attained,
        },
    ]
    if "implied" in config.inputs:
        closes = read_history(config.inputs["implied"]).table["close"].loc[:CLOSE].iloc[-DAYS:]
        rows.append(
            {
                "source": f"index options, Cboe COR1M, {closes.index[-1]:%Y-%m-%d}",
                "measure": "pricing",
                "average": float(closes.iloc[-1]) / 100.0,
                "lower": float(closes.min()) / 100.0,
                "upper": float(closes.max()) / 100.0,
            }
        )
    table = read_csv(config.inputs["portfolio"])
    return pd.DataFrame(rows).assign(
        names=len(models),
        data=" and ".join(sorted(set(table["data"]))),
        data_sha256=" ".join(table["data_sha256"].iloc[: len(models)]),
    )


def printed(table: pd.DataFrame) -> str:
    """Set a row for each source."""

    def two(value: float) -> str:
        return "" if pd.isna(value) else fixed(value, 2)

    return latex_table(
        table,
        (
            Column("source", "Source", align="l"),
            Column("measure", "Measure", align="l"),
            Column("average", "Average", two),
            Column("lower", "From", two),
            Column("upper", "To", two),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
