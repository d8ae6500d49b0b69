"""Gather the histories of trainings into one table: ``python -m ... TABLE.csv ... --output T``."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from rmot.artifact.files import read_csv, write_csv
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("tables", nargs="+", type=Path)
    options = parser.parse_args()
    with reported():
        write_csv(options.output, pd.concat([read_csv(path) for path in options.tables]))
