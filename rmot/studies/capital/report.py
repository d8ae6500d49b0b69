"""The capital report of a book in `data/portfolios`: its page, and the same figures as JSON.

Where there are no market data the book stands on synthetic chains, and on closes that are drawn
with one correlation in place of the price histories; the page says so.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.market.registry import SYNTHETIC_MARKER
from rmot.regulation import CapitalReport, Portfolio, capital_report, write_page
from rmot.studies.study import Config, parse

POINTS = {"quick": 1 << 12, "full": 1 << 14, "deep": 1 << 16}
SYNTHETIC_CORRELATION = 0.9
"""Of the daily returns that stand in where there are no histories."""

_DAYS = 300
_DAILY_DEVIATION = 0.01
_CHAIN, _HISTORY = "chain_", "history_"


def run(config: Config) -> CapitalReport:
    """Report on the book ``portfolio`` with the files ``chain_NAME`` and ``history_NAME``.

    Without any history closes are drawn.
    """
    book = Portfolio.load(config.inputs["portfolio"])
    chains, histories = (_named(config, prefix) for prefix in (_CHAIN, _HISTORY))
    method = replace(book.method, points=POINTS[config.profile], seed=config.seed)
    with tempfile.TemporaryDirectory() as folder:
        if not histories:
            histories = drawn_closes(Path(folder), list(chains), book.close, config.seed)
        found = capital_report(replace(book.with_files(chains, histories), method=method))
    return replace(found, method={**found.method, "profile": config.profile})


def drawn_closes(folder: Path, names: list[str], close: date, seed: int) -> dict[str, Path]:
    """Write a history of closes for each name, of lognormal returns with one correlation."""
    generator = np.random.default_rng(seed)
    common = np.sqrt(SYNTHETIC_CORRELATION) * generator.standard_normal((_DAYS, 1))
    own = np.sqrt(1.0 - SYNTHETIC_CORRELATION) * generator.standard_normal((_DAYS, len(names)))
    closes = 100.0 * np.exp(_DAILY_DEVIATION * np.cumsum(common + own, axis=0))
    days = pd.bdate_range(end=pd.Timestamp(close), periods=_DAYS)
    found = {}
    for name, column in zip(names, closes.T, strict=True):
        found[name] = folder / f"{name}.csv"
        with atomic_write(found[name]) as handle:
            handle.write(f"{SYNTHETIC_MARKER} seed {seed}\nDate,Close\n")
            handle.writelines(
                f"{day:%Y-%m-%d},{value!r}\n"
                for day, value in zip(days, column.tolist(), strict=True)
            )
    return found


def _named(config: Config, prefix: str) -> dict[str, Path]:
    return {
        name.removeprefix(prefix): path
        for name, path in config.inputs.items()
        if name.startswith(prefix)
    }


if __name__ == "__main__":
    config, output = parse()
    with reported("capital report"):
        found = run(config)
        if found.failures:
            sys.exit(f"capital report: {found.failures[0].name}: {found.failures[0].reason}")
        found.save(output.with_suffix(".json"))
        write_page(found, output)
