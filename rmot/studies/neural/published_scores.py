"""Distances of the source's paths from later real ones, and how they foretell a session's end."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.studies.neural.published_data import VARIANTS
from rmot.studies.neural.published_statistics import LABELS
from rmot.studies.neural.published_statistics import scores as run
from rmot.studies.study import main


def printed(table: pd.DataFrame) -> str:
    """Set a row a model."""
    labels = {name: one.label for name, one in VARIANTS.items()} | LABELS
    return latex_table(
        table.assign(label=[labels[name] for name in table["model"]]),
        (
            Column("label", "", lambda text: rf"\text{{{text}}}", align="l"),
            Column("signature_loss", "signatures", lambda value: significant(value, 2)),
            Column("mean_penalty", "penalty", lambda value: significant(value, 2)),
            Column("discrepancy", "kernel", lambda value: significant(value, 2)),
            Column("ranked_probability_score", "CRPS", lambda value: significant(value, 4)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
