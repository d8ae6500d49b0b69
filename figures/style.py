"""How every figure looks: page widths, fonts, colours that survive grey and colour-blindness."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from rmot.artifact.files import atomic_write, read_csv
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported

COLUMN_WIDTH = 3.4  # inches
PAGE_WIDTH = 6.3

# Okabe and Ito's palette, in an order whose luminances differ in grey.
BLACK, VERMILION, SKY, GREEN, PURPLE = "#000000", "#D55E00", "#56B4E9", "#009E73", "#CC79A7"
GREY = "#8A8A8A"

RC: dict[Any, Any] = {
    "font.family": "serif",
    "font.serif": ["STIXGeneral", "DejaVu Serif"],
    "mathtext.fontset": "stix",
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "legend.fontsize": 7.5,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.1,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "pdf.fonttype": 42,
    "svg.hashsalt": "rmot",
}


@dataclass(frozen=True)
class Request:
    """What a figure's script is asked for."""

    profile: str
    tables: tuple[pd.DataFrame, ...]


_STRIP = 0.035


@reported()
def main(draw: Callable[[Request], Figure]) -> None:
    """Run ``--profile P --input TABLE.csv ... --output NAME.pdf``; a PNG is written beside it.

    The figure is stamped with its data and profile when these are not real and full.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--input", action="append", default=[], type=Path)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    tables = tuple(read_csv(path) for path in options.input)
    mpl.use("Agg")
    with mpl.rc_context(RC):
        figure = draw(Request(options.profile, tables))
        stamp(figure, options.profile, tables)
        # No dates inside: the same numbers make the same bytes.
        for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
            with atomic_write(options.output.with_suffix(suffix), "wb") as handle:
                figure.savefig(handle, format=suffix[1:], dpi=200, metadata=metadata)
            # laid out once: both files show the same
            figure.set_layout_engine("none")


def stamp(figure: Figure, profile: str, tables: tuple[pd.DataFrame, ...]) -> None:
    """Say in the figure itself when it is not of real data, or not of full size."""
    kinds = {str(kind) for table in tables if "data" in table for kind in table["data"].unique()}
    # of models alone there is nothing to say
    remarks = [f"{kind} data" for kind in sorted(kinds - {"real", "drawn", "printed"})]
    if profile != "full":
        remarks.append(f"{profile} profile")
    if remarks:
        engine = figure.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            # a strip of its own below the axes
            engine.set(rect=(0.0, _STRIP, 1.0, 1.0 - _STRIP))
        figure.text(0.995, 0.003, ", ".join(remarks), ha="right", va="bottom", size=6, color=GREY)
