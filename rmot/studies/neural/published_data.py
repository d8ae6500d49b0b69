"""What the studies of the source's model share: bars, conditions, and which variants are trained.

Inputs are by name: `bars` of the VIX, `price` bars of the S&P 500, `index` and `of_index`, the
daily VIX and VVIX. Bars an hour apart begin in 2019, and a session has 14: these are a segment,
since one of the printed 20 would span a night.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.market import DataSource, History, read_history
from rmot.neural import Descent
from rmot.neural.published.market_parameters import closes
from rmot.neural.published.model import Architecture, SignatureSDE
from rmot.neural.published.model import load_model as read_model
from rmot.neural.published.segments import Segments, cut_segments
from rmot.neural.published.training import Loss, Training
from rmot.studies.study import Config

Vector = NDArray[np.float64]

LENGTH = 14
STEPS = {"quick": 16, "full": 160, "deep": 1500}
BATCH = {"quick": 64, "full": 256, "deep": 256}
WIDTH = {"quick": 16, "full": 64, "deep": 64}
WIDE = 8.0
"""Bound of the diffusion net where it is not the printed 1.5: twice what hourly bars show."""


@dataclass(frozen=True)
class Variant:
    """How a trained model differs from the printed one.

    Attributes
    ----------
    label : str
    architecture : dict
        Changes of the printed architecture.
    normalise : bool
    loss : {"signature", "discrepancy"}
    in_quick : bool
        Whether the quick profile trains it.
    """

    label: str
    architecture: dict[str, Any]
    normalise: bool = False
    loss: Loss = "signature"
    in_quick: bool = False


_WIDE = {"diffusion_scale": WIDE}
VARIANTS = {
    "printed": Variant("as printed", {}, in_quick=True),
    "normalised": Variant("normalised inputs", {}, normalise=True),
    "wide": Variant("and a wide diffusion", _WIDE, normalise=True),
    "mended": Variant("mended: a kernel's loss", _WIDE, True, "discrepancy", in_quick=True),
    "no_signature": Variant(
        "mended, no signature", {**_WIDE, "use_signature": False}, True, "discrepancy"
    ),
    "learned_reversion": Variant(
        "mended, learned reversion", {**_WIDE, "learn_reversion": True}, True, "discrepancy"
    ),
    "regime": Variant("mended, VVIX/VIX as input", {**_WIDE, "conditions": 1}, True, "discrepancy"),
}


def variants(profile: str) -> dict[str, Variant]:
    """Return those that a profile trains."""
    return {name: one for name, one in VARIANTS.items() if one.in_quick or profile != "quick"}


def training_of(variant: Variant, profile: str, seed: int, share: float = 1.0) -> Training:
    """Return what is trained, for a share of the profile's steps."""
    steps = int(share * STEPS[profile])
    return Training(
        architecture=Architecture(
            **variant.architecture, width=WIDTH[profile], precision="single", seed=seed
        ),
        descent=Descent(
            steps=steps,
            learning_rate=1e-3 if profile != "quick" else 1e-2,
            warm_up=steps // 8,
            measure_every=max(steps // 16, 1),
            patience=8,
            seed=seed,
        ),
        loss=variant.loss,
        normalise=variant.normalise,
        batch=BATCH[profile],
    )


def read_bars(config: Config, name: str = "bars") -> History:
    """Return bars; of real ones those an hour apart, which begin in 2019."""
    history = read_history(config.inputs[name])
    later = pd.DatetimeIndex(history.table.index).year >= 2019
    return replace(history, table=history.table.loc[later])


def read_segments(config: Config) -> tuple[Segments, Segments, Segments]:
    """Return training, validation and test segments, in order of time."""
    fitted, held_out, test = cut_segments(read_bars(config), length=LENGTH).split()
    return fitted, held_out, test


def regime(config: Config, segments: Segments) -> Vector:
    """Return log(VVIX / VIX) of the last close before each segment, shape (n, 1)."""
    of_index, index = (closes(read_history(config.inputs[name])) for name in ("of_index", "index"))
    ratio = (of_index / index).dropna()
    days = pd.DatetimeIndex(segments.starts, tz="UTC").tz_convert("America/New_York")
    before = ratio.index.searchsorted(days.tz_localize(None).normalize(), side="left") - 1
    return np.log(ratio.to_numpy(float))[np.maximum(before, 0)][:, None]


def conditions_of(variant: Variant, config: Config, segments: Segments) -> Vector | None:
    """Return what a variant's networks see beside the path."""
    return regime(config, segments) if variant.architecture.get("conditions") else None


def load_model(config: Config, name: str) -> SignatureSDE:
    """Return a trained variant from the file that is the input of its name."""
    return read_model(config.inputs[name])


def about(source: DataSource) -> dict[str, str]:
    """Return the columns that say which data a row rests on."""
    return {"data": source.kind, "data_sha256": source.sha256}
