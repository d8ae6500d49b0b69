"""Numbers of what the sources' figures show: fitted surfaces, widths, searches and eigenvalues."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.equal_weight.matrices import HISTORY
from rmot.studies.sources import spectra, width_by_maturity
from rmot.studies.sources.search_paths import ends, optima

_MARKETS = {"Printed": width_by_maturity.PRINTED, "Fitted": width_by_maturity.FITTED}


def recovery(table: pd.DataFrame) -> Iterator[Number]:
    """Give how far errors of fitted surfaces are from their bound, in units of their own errors."""
    source = Source.of_table("RecoveredHurst", table)
    ratio = (table["error"] / table["cramer_rao"]).to_numpy(dtype=float)
    of_ratio = (table["error_error"] / table["cramer_rao"]).to_numpy(dtype=float)
    away = float(np.max(np.abs(ratio - 1.0) / of_ratio))
    yield source.number("Away", away, fixed(away, 1), 2.0)
    yield source.count("Surfaces", int(np.min(table["surfaces"])))


def smiles(table: pd.DataFrame) -> Iterator[Number]:
    """Give the misfit of a fund's smiles, and how many of its quotes have the model inside."""
    quotes = table.loc[table["bid_volatility"].notna()]
    source = Source.of_table("FundSmiles", quotes)
    bid, ask, fitted = (
        quotes[f"{name}_volatility"].to_numpy(dtype=float) for name in ("bid", "ask", "fitted")
    )
    off = 100.0 * float(np.sqrt(np.mean((fitted - 0.5 * (bid + ask)) ** 2)))
    yield source.number("Misfit", off, fixed(off, 1), 0.3)
    inside = 100.0 * float(np.mean((fitted >= bid) & (fitted <= ask)))
    yield source.number("Within", inside, fixed(inside, 0), 5.0)


def far_quotes(table: pd.DataFrame) -> Iterator[Number]:
    """Give relative errors of far prices, in per cent, and how many spreads hold them."""
    source = Source.of_table("FarQuotes", table)
    yield source.count("Number", len(table), 5)
    yield source.count("Names", len(set(table["name"])))
    for word, column in (("Rough", "rough_heston_error"), ("Flat", "black_scholes_error")):
        size = 100.0 * np.abs(table[column].to_numpy(dtype=float))
        middle = float(np.nanmedian(size))
        yield source.number(word, middle, fixed(middle, 0), 5.0)
    rough = np.abs(table["rough_heston_error"].to_numpy(dtype=float))
    inside = 100.0 * float(np.mean(rough <= table["relative_half_spread"].to_numpy(dtype=float)))
    yield source.number("Within", inside, fixed(inside, 0), 5.0)


def widths(table: pd.DataFrame) -> Iterator[Number]:
    """Give the powers of maturity at the money, the ball's and the classical ones."""
    for word, market in _MARKETS.items():
        rows = table.loc[(table["market"] == market) & (table["strike"] == 1.0)]
        source = Source.of_table(f"WidthPower{word}", rows)
        for name, column in (("Ball", "ball_width"), ("Classical", "classical_width")):
            power, error = width_by_maturity.exponent(rows, column)
            yield source.number(name, power, fixed(power, 2), max(0.02, 3.0 * error))


def searches(table: pd.DataFrame) -> Iterator[Number]:
    """Give how many starts there are, how many optima they lead to, and in how many steps."""
    source = Source.of_table("SearchPaths", table)
    steps = [taken for taken, _ in ends(table)]
    yield source.count("Starts", len(steps))
    yield source.count("Optima", optima(table))
    yield source.count("Fewest", min(steps), 5)
    yield source.count("Most", max(steps), 10)


def eigenvalues(table: pd.DataFrame) -> Iterator[Number]:
    """Give ranges of condition numbers by free parameters, and that of past correlations."""
    own = table.loc[table["kind"] == spectra.INFORMATION]
    source = Source.of_table("Spectra", own)
    # what six parameters leave nearly open follows the quotes' errors
    for word, size, share_of in (("Four", 4, 0.3), ("Five", 5, 0.3), ("Six", 6, 1.0)):
        least = own.loc[(own["size"] == size) & (own["rank"] == size), "share"]
        shares = least.to_numpy(dtype=float)
        for end, share in (("Least", np.max(shares)), ("Most", np.min(shares))):
            value = 1.0 / float(share)
            yield source.number(f"{word}{end}", value, _two(value), share_of * value)
    past = table.loc[(table["kind"] == spectra.CORRELATIONS) & (table["name"] == HISTORY)]
    source = Source.of_table("SpectraPast", past)
    value = 1.0 / float(np.min(past["share"].to_numpy(dtype=float)))
    yield source.number("Condition", value, _two(value), 0.1 * value)
    yield source.count("Names", len(past))


def _two(value: float) -> str:
    """Print two digits, the others of a whole number as zeros."""
    return significant(float(f"{value:.1e}"), 2)
