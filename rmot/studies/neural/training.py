"""Train the neural Volterra law: weights, their history, and what ended the search.

Case ``quotes`` takes SPX and VIX options of one close; without them, and in case ``truth``, the
quotes are those of a rough Bergomi law.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported
from rmot.neural import Look, history_writer, train
from rmot.neural.model_files import save_model
from rmot.studies.neural.quotes import quoted, training_config
from rmot.studies.study import Config, parse


def run(config: Config, output: Path) -> pd.DataFrame:
    """Write weights and history beside `output`; return the history as a table."""
    training = training_config(config)
    targets = quoted(config, training.quotes).targets
    history = output.with_suffix(".jsonl")
    looks: list[Look] = []
    write = history_writer(history)

    def report(look: Look) -> None:
        looks.append(look)
        write(look)

    found = train(training, targets, report)
    save_model(output, found, training, targets)
    table = pd.DataFrame([vars(look) for look in looks])
    return table.assign(
        kept=table["step"] == found.found.step,
        stopped=found.found.stopped,
        seed=config.seed,
        case=config.case,
        data=targets.data,
        data_sha256=targets.sha256,
    )


if __name__ == "__main__":
    config, output = parse()
    with reported():
        write_csv(output, run(config, output).assign(profile=config.profile))
