"""Every number of the article, as a LaTeX macro made from a table in `results/`.

`numbers.tex` holds the macros, `numbers.json` the same values with tolerance and data hash, for
`paper.accepted`. A macro that no section uses is an error here, and so is a number typed by hand
(`paper.typed_numbers`); one that is used but not made is an error in LaTeX.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from paper.quantities import (
    alpha_calibration,
    alpha_figures,
    alpha_projection,
    alpha_spreads,
    asset_days,
    backtest,
    bounds,
    calibration_race,
    capital,
    checks,
    dependence,
    dow,
    equal_weight,
    escaping_mass,
    extrapolation,
    factors,
    fits,
    information,
    neural_published,
    neural_volterra,
    paths,
    published,
    quotes,
    roughness,
    shared_factors,
    source_figures,
    spread_smiles,
    surfaces,
    timing,
    trading,
    two_dates,
)
from paper.quantities.number import DRAWN, PRINTED, Number
from paper.typed_numbers import check
from rmot.artifact.files import atomic_write, read_csv, write_json
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import DataError

SECTIONS = Path(__file__).parent

MAKERS: dict[str, Callable[[pd.DataFrame], Iterator[Number]]] = {
    "rough_heston_parameters": fits.parameters,
    "fit_quality": fits.quality,
    "tails": fits.tails,
    "quotes_kept": quotes.kept,
    "static_arbitrage": quotes.arbitrage,
    "published_filters": quotes.filters,
    "std_hurst_by_strikes": information.by_strikes,
    "std_hurst_by_range": information.by_range,
    "required_strikes": information.strikes,
    "recovery": information.recovery,
    "printed_errors": information.printed_errors,
    "model_comparison": surfaces.comparison,
    "portfolio": surfaces.portfolio,
    "skew_laws": roughness.skew,
    "realised_roughness": roughness.realised,
    "hurst_comparison": roughness.comparison,
    "price_bounds": bounds.bounds,
    "enclosed_balls": bounds.enclosed,
    "index_basket": bounds.basket,
    "index_basket_balls": bounds.basket_balls,
    "as_published_far_strikes": published.far_strikes,
    "as_published_tilting": published.tilting,
    "as_published_extrapolation": published.extrapolation,
    "as_published_algorithm": published.algorithm,
    "extrapolation_errors": extrapolation.errors,
    "extrapolation_coverage": extrapolation.coverage,
    "extrapolation_horizons": extrapolation.horizons,
    "escaping_mass_last_nodes": escaping_mass.last_nodes,
    "escaping_mass_far_calls": escaping_mass.far_calls,
    "factor_errors_by_gap": shared_factors.errors_by_gap,
    "factor_index_fit": shared_factors.index_fit,
    "two_dates_convex_order": two_dates.convex_order,
    "two_dates_bounds": two_dates.bounds,
    "two_dates_index_options": two_dates.index_options,
    "two_dates_pairs": two_dates.pairs,
    "dow_quotes": dow.quotes,
    "dow_bounds": dow.bounds,
    "dow_correlation": dow.correlation,
    "factor_correlations": factors.correlations,
    "factor_baskets": factors.baskets,
    "exact_spreads": alpha_spreads.exact,
    "equal_weight_widths": equal_weight.widths,
    "equal_weight_correlations": equal_weight.correlations,
    "equal_weight_matrices": equal_weight.matrices,
    "path_biases": paths.biases,
    "spread_smiles": spread_smiles.smiles,
    "spread_controls": spread_smiles.controls,
    "spread_shapes": alpha_figures.shapes,
    "projection_errors": alpha_projection.errors,
    "arbitrage_digitals": alpha_projection.digitals,
    "alpha_equivalents": alpha_projection.equivalents,
    "forty_parameters": alpha_calibration.forty,
    "forty_numbers": alpha_figures.forty_numbers,
    "typical_numbers": alpha_figures.typical,
    "observable_smiles": alpha_calibration.smiles,
    "published_statistics": neural_published.statistics,
    "published_scores": neural_published.scores,
    "published_market": neural_published.market,
    "published_coherence": neural_published.coherence,
    "published_pricing": neural_published.pricing,
    "published_simulation": neural_published.simulation,
    "neural_errors": neural_volterra.errors,
    "neural_recovery": neural_volterra.recovery,
    "neural_bounds": neural_volterra.bounds,
    "capital_charges": capital.charges,
    "capital_sensitivity": capital.moves,
    "capital_by_assets": capital.by_assets,
    "traded_bounds": trading.traded,
    "told_closes": trading.told,
    "seed_stability": trading.seeds,
    "normality_power": trading.power,
    "cross_validation": trading.held_out,
    "engine_accuracy": checks.engine,
    "transport_timing": timing.transport,
    "calibration_race": calibration_race.race,
    "asset_days_plan": asset_days.plan,
    "offered_correlations": dependence.offered,
    "recovered_correlations": dependence.recovered,
    "block_newton_steps": dependence.block_steps,
    "coupling_scaling": dependence.scaling,
    "recovery_by_strikes": source_figures.recovery,
    "fund_smiles": source_figures.smiles,
    "far_quotes": source_figures.far_quotes,
    "width_by_maturity": source_figures.widths,
    "search_paths": source_figures.searches,
    "spectra": source_figures.eigenvalues,
    "backtest_options": backtest.options,
    "backtest_returns": backtest.returns,
    "ledger": checks.claims,
}
"""What makes numbers of which table."""


def numbers(tables: dict[str, pd.DataFrame]) -> Iterator[Number]:
    """Make all numbers of the article from the tables, by name.

    Raises
    ------
    DataError
        A table is missing, or there is one of which nothing is made.
    """
    _require_all(tables)
    for _, number in _by_table(tables):
        yield number


def _require_all(tables: Iterable[str]) -> None:
    if wrong := sorted(set(tables) ^ set(MAKERS)):
        raise DataError(f"expected each table that numbers come from once; see {', '.join(wrong)}")


def _by_table(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, Number]]:
    for name, make in MAKERS.items():
        for number in make(tables[name]):
            yield name, number


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
    with reported("numbers"):
        check()
        write(options.profile, options.output, options.tables)


def write(profile: str, output: Path, paths: list[Path]) -> None:
    """Make, check and write the numbers.

    Raises
    ------
    DataError
        A number is made twice, or the article does not use it.
    """
    tables = {path.stem: read_csv(path) for path in paths}
    _require_all(tables)
    of_table = list(_by_table(tables))
    made = [number for _, number in of_table]
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
            "tables": {number.macro: name for name, number in of_table},
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
