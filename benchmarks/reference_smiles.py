"""Knows the reference's smiles of many cases as one table, a row for each quote.

The table rests on `benchmarks.reference` and the cases alone, so that it is made once and serves
every state of the engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.parameter_sets import SETS, TEXTBOOK_DAYS, Case, drawn, textbook
from benchmarks.reference import SMALLEST_PRICE, Smile, smile
from rmot.artifact.files import read_csv, write_csv
from rmot.artifact.fingerprint import code_hash
from rmot.studies.study import Config, main

SETS_OF_PROFILE = {"quick": 3, "full": SETS, "deep": 200}
CLASSICAL_SETS = {"quick": 1, "full": 6, "deep": 40}
TEXTBOOK_MATURITIES = {"quick": (91,), "full": TEXTBOOK_DAYS, "deep": TEXTBOOK_DAYS}

_COLUMNS = ("log_moneyness", "price", "price_error", "volatility", "volatility_error")


@dataclass(frozen=True)
class ReferenceSmile:
    """A case, the family it belongs to, and its reference."""

    family: str
    case: Case
    smile: Smile


def cases(profile: str, sets: int | None = None) -> list[tuple[str, Case]]:
    """List (family, case): drawn sets, textbook sets, and drawn sets with H = 1/2.

    Parameters
    ----------
    profile : {"full", "quick", "deep"}
    sets : int, optional
        Number of drawn sets, in place of the profile's own.
    """
    found = [("drawn", case) for case in drawn(sets or SETS_OF_PROFILE[profile])]
    found += [("textbook", case) for case in textbook(TEXTBOOK_MATURITIES[profile])]
    return found + [("classical", case) for case in drawn(CLASSICAL_SETS[profile], hurst=0.5)]


def tabulate(of: Iterable[tuple[str, Case]]) -> pd.DataFrame:
    """Price each case: its place and the columns of `Smile`; quotes below 2e-8 are dropped."""
    tables = []
    for place, (_, case) in enumerate(of):
        found = smile(case.parameters, case.maturity)
        table = pd.DataFrame({name: getattr(found, name) for name in _COLUMNS})
        tables.append(table[table["price"] > SMALLEST_PRICE].assign(case=place))
    return pd.concat(tables, ignore_index=True)


def join(of: Iterable[tuple[str, Case]], table: pd.DataFrame) -> list[ReferenceSmile]:
    """Put the rows of `tabulate` beside their cases."""
    return [
        ReferenceSmile(
            family, case, Smile(*(rows[name].to_numpy(dtype=float) for name in _COLUMNS))
        )
        for (family, case), (_, rows) in zip(of, table.groupby("case"), strict=True)
    ]


def read(of: Iterable[tuple[str, Case]], path: Path) -> list[ReferenceSmile]:
    """Read what a run of this module wrote, bit for bit."""
    return join(of, read_csv(path, float_precision="round_trip"))


def cached(of: list[tuple[str, Case]], folder: Path) -> list[ReferenceSmile]:
    """Read the smiles from `folder`, or make them; the file's name holds the hash of the code."""
    path = folder / f"reference_{code_hash('benchmarks.reference_smiles')}_{len(of)}.csv"
    if not path.exists():
        write_csv(path, tabulate(of))
    return read(of, path)


def run(config: Config) -> pd.DataFrame:
    """Tabulate the reference smiles of a profile."""
    return tabulate(cases(config.profile))


if __name__ == "__main__":
    main(run)
