"""The source's model trained on hourly bars of the VIX, as printed and with its faults mended.

Beside the table stand the weights of each variant, in the folder that the last input names.
"""

from __future__ import annotations

import pandas as pd

from rmot.neural import Provenance, as_mapping, save_weights
from rmot.neural.published.model import NAME
from rmot.neural.published.training import train
from rmot.studies.neural.published_data import (
    about,
    conditions_of,
    read_segments,
    training_of,
    variants,
)
from rmot.studies.study import Config, main

WEIGHTS = "weights"
"""Name of the input that is the folder to write to."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a variant and look."""
    fitted, held_out, _ = read_segments(config)
    source = fitted.source
    rows = []
    for name, variant in variants(config.profile).items():
        training = training_of(variant, config.profile, config.seed)
        given = [conditions_of(variant, config, one) for one in (fitted, held_out)]
        both = None if given[0] is None or given[1] is None else (given[0], given[1])
        found = train(training, fitted, held_out, conditions=both)
        if WEIGHTS in config.inputs:
            best = found.history[-1].least
            provenance = Provenance(
                NAME,
                as_mapping(training),
                {"weights": config.seed, "draws": config.seed},
                {"kind": source.kind, source.id: source.sha256},
                {"held_out": best, "step": float(found.step)},
            )
            save_weights(config.inputs[WEIGHTS] / f"published_{name}", found.module, provenance)
        for look in found.history:
            rows.append(
                {
                    "variant": name,
                    "label": variant.label,
                    "criterion": variant.loss,
                    "step": look.step,
                    "loss": look.loss,
                    "held_out": look.held_out,
                    "least": look.least,
                    "best_step": found.step,
                    "stopped": found.stopped,
                    "segments": len(fitted),
                    "held_out_segments": len(held_out),
                    **about(source),
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
