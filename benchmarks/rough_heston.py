"""Accuracy and speed of rough Heston pricing, held against what the design asks for.

    python -m benchmarks.rough_heston --out FOLDER [--sets N] [--skip-timing]

writes `engine_accuracy.csv` (equal to the bit from run to run), `engine_timing.csv` (not), and
prints summaries and the figures to reach. The reference smiles are kept in FOLDER under a name that
holds the hash of their code, and made again only when that changes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import engine_accuracy, engine_timing
from benchmarks.methods import ADAMS
from benchmarks.reference_smiles import cached, cases
from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported

_WORST_SHOWN = 8


@reported()
def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sets", type=int, default=40, help="drawn sets, three maturities each")
    parser.add_argument(
        "--ladder", type=int, default=9, help="smiles of a domain timed at all settings"
    )
    parser.add_argument("--turns", type=int, default=5, help="of which times are medians")
    parser.add_argument("--skip-timing", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    smiles = cached(cases("full", options.sets), options.out)
    accuracy = engine_accuracy.measure(smiles)
    write_csv(options.out / "engine_accuracy.csv", accuracy)
    report_accuracy(accuracy)
    if options.skip_timing:
        return
    timing = engine_timing.measure(smiles, options.ladder, options.turns)
    write_csv(options.out / "engine_timing.csv", timing)
    report_timing(timing)


def report_accuracy(table: pd.DataFrame) -> None:
    """Print the summary of errors, the engine's worst smiles, and the figures to reach."""
    with pd.option_context("display.width", 200, "display.max_columns", 30):
        print(engine_accuracy.summary(table).to_string(index=False, float_format="%.2g"))
        engine = table.query("method == 'rmot'")
        worst = engine.sort_values("largest_error", ascending=False, na_position="first")
        print("\nworst smiles of rmot")
        print(worst.head(_WORST_SHOWN).drop(columns="method").to_string(index=False))
    drawn = engine.query("family == 'drawn'")
    largest = float(np.nanmax(drawn["largest_error"].to_numpy(dtype=float)))
    share = float(np.mean(drawn["raised"].to_numpy(dtype=float)))
    ratio = float(np.nanmax(engine["true_to_estimated"].to_numpy(dtype=float)))
    silent = int(np.nansum(engine["unanswered"].to_numpy(dtype=float)))
    print(f"\nreference: largest error of its own {table['reference_error'].max():.1e}")
    _reach(f"largest error {largest:.1e} <= 1e-6", largest <= engine_accuracy.REACH)
    _reach(f"quotes without volatility {silent}", silent == 0)
    _reach(f"raised {share:.1%} <= 5%", share <= 0.05)
    _reach(f"true / self-estimated error {ratio:.2f} <= 3", ratio <= 3.0)


def report_timing(table: pd.DataFrame) -> None:
    """Print the summary of times and the figures to reach."""
    shown = engine_timing.summary(table)
    with pd.option_context("display.width", 200):
        print("\n" + shown.to_string(index=False, float_format="%.3g"))
        ladder = table.query("study == 'ladder'").groupby(["easy", "method", "setting"], sort=False)
        columns = ["seconds", "ratio", "largest_error"]
        print("\nall settings, medians over smiles")
        print(ladder[columns].median().to_string(float_format="%.2g"))
    easy = shown.query("domain == 'easy'").set_index(["method", "setting"])
    milliseconds = 1e3 * easy.loc[("rmot", "default"), "median_seconds"]
    ratio = easy.loc[(ADAMS.name, ADAMS.setting), "median_ratio"]
    new = easy.loc[("rmot", engine_timing.NEW_HURST), "median_ratio"]
    start = table.query("study == 'start'")["seconds"].iloc[0]
    print(f"\nnew H over repeated H {new:.2f}; fresh process to first price {start:.2f} s")
    _reach(f"easy median {milliseconds:.2f} ms <= 0.5 ms", bool(milliseconds <= 0.5))
    _reach(f"easy median ratio to QuantLib's default {ratio:.1f} >= 10", bool(ratio >= 10.0))


def _reach(what: str, reached: bool) -> None:
    print(f"[{'reached' if reached else 'MISSED'}] {what}")


if __name__ == "__main__":
    main()
