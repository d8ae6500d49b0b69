"""All lines of all sources, in the order of the documents and of their items."""

from __future__ import annotations

import re

import pandas as pd

from rmot.studies.sources.lines import load
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Join the tables of lines; those of one item keep their order."""
    joined = pd.concat([load(path) for path in config.inputs.values()], ignore_index=True)
    places = [
        place(source, item) for source, item in zip(joined["source"], joined["item"], strict=True)
    ]
    order = sorted(range(len(joined)), key=lambda number: (places[number], number))
    return joined.iloc[order].reset_index(drop=True)


def place(source: str, item: str) -> tuple[str, str, int]:
    """Return what items are sorted by: document, kind (tables before figures), number.

    >>> sorted([("002", "Table 10"), ("002", "Table 9")], key=lambda pair: place(*pair))
    [('002', 'Table 9'), ('002', 'Table 10')]
    """
    kind, number = item, re.search(r"\d+", item)
    if number is not None:
        kind = item[: number.start()].strip()
    return source, {"Table": "0", "Figure": "1"}.get(kind, kind), int(number[0]) if number else 0


if __name__ == "__main__":
    main(run)
