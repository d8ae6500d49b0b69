"""What all studies share: their configuration, their command line, and how they are written."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rmot.artifact.files import atomic_write, write_csv
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Config:
    """What a study is given.

    Attributes
    ----------
    profile : {"full", "quick", "deep"}
    inputs : dict of str to Path
        Files by name, such as ``{"SPX": Path("...")}``.
    case : str
        Which of a study's cases to run, where it has several.
    seed : int
        Where a study draws random numbers.
    """

    profile: str = "full"
    inputs: dict[str, Path] = field(default_factory=dict)
    case: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ParameterError(f"expected a profile among {PROFILES}; got {self.profile!r}")


def main(
    run: Callable[[Config], pd.DataFrame],
    printed: Callable[[pd.DataFrame], str] | None = None,
    arguments: Sequence[str] | None = None,
) -> None:
    """Run a study from the command line and write its table.

    ``--output NAME.csv`` receives the data with the profile in a last column; with `printed`,
    ``NAME.tex`` beside it receives the LaTeX that it makes of the table.
    """
    config, output = parse(arguments)
    with reported():
        table = run(config)
        write_csv(output, table.assign(profile=config.profile))
        if printed is not None:
            with atomic_write(output.with_suffix(".tex")) as handle:
                handle.write(printed(table))


def parse(arguments: Sequence[str] | None = None) -> tuple[Config, Path]:
    """Read ``--profile P --input NAME=PATH ... --case C --seed N --output PATH``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--case", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    inputs = dict(entry.split("=", 1) for entry in options.input)
    named = {name: Path(path) for name, path in inputs.items()}
    return Config(options.profile, named, options.case, options.seed), options.output
