"""Every number of the article, as a LaTeX macro made from a table in `results/`.

`numbers.tex` holds the macros, `numbers.json` the same values with tolerance and data hash, for
`paper.accepted`. A macro that no section uses is an error here; one that is used but not made is
an error in LaTeX.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import atomic_write, write_json
from rmot.artifact.formats import fixed, significant, with_error
from rmot.artifact.profiles import PROFILES
from rmot.errors import DataError, RmotError

SECTIONS = Path(__file__).parent

# Kind of data of what the sources print: no market data, real or synthetic.
PRINTED = "printed"
# And of models whose parameters a seed draws.
DRAWN = "drawn"


@dataclass(frozen=True)
class Number:
    """One number of the article.

    Attributes
    ----------
    macro : str
        Name of the LaTeX macro, without backslash.
    value : float
    text : str
        What the macro expands to (in math mode).
    tolerance : float
        Largest change of the value that still counts as the same result.
    data : str
        Hash of the data file it rests on.
    kind : str
        ``"real"``, ``"synthetic"``, ``"printed"`` or ``"drawn"``.
    """

    macro: str
    value: float
    text: str
    tolerance: float
    data: str
    kind: str


def numbers(tables: dict[str, pd.DataFrame]) -> Iterator[Number]:
    """Make all numbers of the article from the tables, by name."""
    yield from _parameters(tables["rough_heston_parameters"])
    yield from _quality(tables["fit_quality"])
    yield from _tails(tables["tails"])
    yield from _quotes(tables["quotes_kept"])
    yield from _bounds(tables["price_bounds"])
    yield from _basket(tables["index_basket"])
    yield from _engine(tables["engine_accuracy"])
    yield from _claims(tables["ledger"])


WORDS = {
    "hurst": "Hurst",
    "vol_of_vol": "VolOfVol",
    "correlation": "Correlation",
    "initial_variance": "InitialVariance",
    "mean_reversion": "MeanReversion",
    "long_run_variance": "LongRunVariance",
}


def _number(row: dict[Any, Any], name: str, value: float, text: str, tolerance: float) -> Number:
    macro = str(row["underlying"]).capitalize() + name
    return Number(macro, float(value), text, float(tolerance), row["data_sha256"], row["data"])


def _parameters(table: pd.DataFrame) -> Iterator[Number]:
    """Estimates; the optimum is found to well within a hundredth of the standard error."""
    for row in table.to_dict("records"):
        error = row["standard_error"]
        held = pd.isna(error)
        text = significant(row["value"]) if held else with_error(row["value"], error)
        tolerance = 0.0 if held else error / 100
        yield _number(row, WORDS[row["parameter"]], row["value"], text, tolerance)


def _quality(table: pd.DataFrame) -> Iterator[Number]:
    columns: dict[str, tuple[str, Callable[[float], str], float]] = {
        "quotes": ("Quotes", lambda x: str(int(x)), 0.0),
        "root_mean_square_error": ("RmsError", lambda x: fixed(100 * x, 2), 1e-3),
        "within_spread": ("WithinSpread", lambda x: fixed(100 * x, 0), 0.01),
        "reduced_chi_squared": ("ReducedChiSquared", lambda x: significant(x, 3), 1e-3),
        "effective_dimension": ("EffectiveDimension", lambda x: str(int(x)), 0.0),
        "free_parameters": ("FreeParameters", lambda x: str(int(x)), 0.0),
        "condition_number": ("ConditionNumber", lambda x: significant(x, 2), 1e-2),
    }
    for row in table.to_dict("records"):
        for column, (name, text, relative) in columns.items():
            value = row[column]
            yield _number(row, name, value, text(value), abs(value) * relative)


def _tails(table: pd.DataFrame) -> Iterator[Number]:
    """Moments at a month, the upper one scaled, and the limit of the latter; found to 1e-8.

    What they inherit from the fit is bounded by its own tolerance, a hundredth of an error.
    """
    columns = {
        "1 month": {
            "lower_moment": "LowerMoment",
            "upper_moment": "UpperMoment",
            "scaled_upper_moment": "ScaledUpperMoment",
        },
        "limit 0": {"scaled_upper_moment": "LimitUpperMoment"},
    }
    for row in table.to_dict("records"):
        for column, name in columns.get(row["maturity"], {}).items():
            value = row[column]
            yield _number(row, name, value, significant(value, 3), 1e-2 * abs(value))


def _quotes(table: pd.DataFrame) -> Iterator[Number]:
    for _, group in table.groupby("underlying", sort=False):
        rows = group.to_dict("records")
        for column, name in (("kept", "QuotesKept"), ("dropped", "QuotesDropped")):
            total = sum(int(row[column]) for row in rows)
            yield _number(rows[0], name, total, str(total), 0.0)
        yield _number(rows[0], "Slices", len(rows), str(len(rows)), 0.0)


def _bounds(table: pd.DataFrame) -> Iterator[Number]:
    """Bounds on unquoted payoffs; the solver's gap is far below what is printed."""
    rows = table.query("payoff == 'call'").to_dict("records")
    twice = next(row for row in rows if row["multiple"] == 2.0)
    classical = next(row for row in rows if row["divergence"] == "classical")
    source = {"underlying": "SPX", **{key: twice[key] for key in ("data", "data_sha256")}}

    def basis_points(name: str, value: float) -> Number:
        return _number(source, name, 1e4 * value, significant(1e4 * value, 3), 1e-3 * 1e4 * value)

    quotes, strike, least = twice["quotes"], twice["strike"], twice["minimum_radius"]
    yield _number(source, "BoundQuotes", quotes, str(int(quotes)), 0.0)
    yield _number(source, "LeastRadius", least, significant(least), 1e-3 * least)
    yield _number(source, "CallStrike", strike, f"{strike:g}", 0.0)
    yield basis_points("CallPrior", twice["prior_price"])
    yield basis_points("CallUpper", twice["upper"])
    yield basis_points("CallClassicalUpper", classical["upper"])


def _basket(table: pd.DataFrame) -> Iterator[Number]:
    (row,) = table.query("strike == 1.0").to_dict("records")
    source = {"underlying": "Basket", **{key: row[key] for key in ("data", "data_sha256")}}
    width = row["upper"] - row["lower"]
    published = row["published_upper"] - row["published_lower"]
    yield _number(source, "WidthAtm", width, fixed(width, 4), 1e-7)
    source = {**source, "data": PRINTED, "data_sha256": row["published_sha256"]}
    yield _number(source, "PublishedWidthAtm", published, fixed(published, 4), 0.0)


def _engine(table: pd.DataFrame) -> Iterator[Number]:
    """Errors in implied volatility; rounding moves small ones, so a factor of two is let pass."""
    source = {"underlying": "engine", "data": DRAWN, "data_sha256": table["data_sha256"][0]}
    drawn = table.query("family == 'drawn'")
    engine = drawn.query("method == 'rmot'")
    peers = drawn.query("method == 'Adams, default'")

    def error(name: str, value: np.float64) -> Number:
        return _number(source, name, value, significant(float(value), 2), float(value))

    def count(name: str, value: int) -> Number:
        return _number(source, name, value, str(value), 0.0)

    def column(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
        return rows[name].to_numpy(dtype=float)

    yield count("Sets", len(set(engine["name"])))
    yield count("Smiles", len(engine))
    yield count("Quotes", int(np.sum(column(engine, "quotes"))))
    yield count("Raised", int(np.sum(column(engine, "raised"))))
    yield count("PeerUnanswered", int(np.nansum(column(peers, "unanswered"))))
    yield error("MedianError", np.nanmedian(column(engine, "largest_error")))
    yield error("WorstError", np.nanmax(column(engine, "largest_error")))
    yield error("TrueToEstimated", np.nanmax(column(engine, "true_to_estimated")))
    yield error("PeerMedianError", np.nanmedian(column(peers, "largest_error")))
    yield error("PeerWorstError", np.nanmax(column(peers, "largest_error")))
    yield error("ReferenceError", np.nanmax(column(table, "reference_error")))


def _claims(table: pd.DataFrame) -> Iterator[Number]:
    """Count verdicts, those not run as accepted; the ledger carries the data of all but a few."""
    source = {"underlying": "Claims", "data": PRINTED, "data_sha256": table["ledger_sha256"][0]}
    found = [
        row["accepted"] if row["status"] == "not run" else row["status"]
        for row in table.to_dict("records")
    ]
    yield _number(source, "Checked", len(table), str(len(table)), 0.0)
    for verdict in ("verified", "corrected", "refuted", "inconsistent", "untestable"):
        count = found.count(verdict)
        yield _number(source, verdict.capitalize(), count, str(count), 0.0)


def used_macros() -> set[str]:
    """Names of all macros that the article's own files use."""
    text = "\n".join(
        re.sub(r"(?<!\\)%.*", "", path.read_text(encoding="utf-8"))
        for path in sorted(SECTIONS.rglob("*.tex"))
    )
    return set(re.findall(r"\\([A-Za-z]+)", text))


def main() -> None:
    """Write ``numbers.json`` and ``numbers.tex`` from the tables named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--output", type=Path, required=True, help="NAME.json; NAME.tex beside it")
    parser.add_argument("tables", type=Path, nargs="+")
    options = parser.parse_args()
    try:
        write(options.profile, options.output, options.tables)
    except RmotError as error:
        sys.exit(f"numbers: {error}")


def write(profile: str, output: Path, paths: list[Path]) -> None:
    """Make, check and write the numbers.

    Raises
    ------
    DataError
        A number is made twice, or the article does not use it.
    """
    made = list(numbers({path.stem: pd.read_csv(path) for path in paths}))
    names = [number.macro for number in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"expected each number once; made twice: {', '.join(twice)}")
    unused = sorted(set(names) - used_macros())
    if unused:
        raise DataError(f"expected every number to be used in paper/; unused: {', '.join(unused)}")
    kinds = sorted({number.kind for number in made} - {PRINTED, DRAWN})
    kind = " and ".join(kinds)
    remark = "" if kind == "real" else f"Built on {kind} data."
    if profile != "full":
        remark = f"{remark} Built with the {profile} profile.".strip()
    write_json(
        output,
        {
            "profile": profile,
            "data": kinds,
            "numbers": {
                number.macro: {
                    "value": number.value,
                    "text": number.text,
                    "tolerance": number.tolerance,
                    "data": number.data,
                }
                for number in made
            },
        },
    )
    with atomic_write(output.with_suffix(".tex")) as handle:
        handle.write("% Made from results/; see paper/numbers.py.\n")
        handle.write(f"\\newcommand{{\\buildRemark}}{{{remark}}}\n")
        handle.write(f"\\newcommand{{\\dataKind}}{{{kind}}}\n")
        handle.write(f"\\newcommand{{\\dataSentence}}{{{kind.capitalize()} data.}}\n")
        for number in made:
            handle.write(f"\\newcommand{{\\{number.macro}}}{{\\ensuremath{{{number.text}}}}}\n")


if __name__ == "__main__":
    main()
