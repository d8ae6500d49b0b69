r"""Quotes of DIA and its thirty constituents at one expiry, in units of each forward.

A share of DIA holds the constituents' prices over a hundred divisors of the Dow Jones average, so
that each weighs as its price. Forwards differ from spots by dividends, which DIA passes on
monthly; both sides are brought to their forwards,

.. math:: S^{DIA}/F^{DIA} = \sum_i w_i S_i/F_i, \qquad w_i = F_i / \textstyle\sum_j F_j,

and how far the ratios of sums to DIA differ between spots and forwards is tabulated. American
quotes come twice: as intervals of European prices (`rmot.market.european_intervals`), and as if
exercise were European. A quote that no law of its asset meets is dropped.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.artifact.files import write_csv
from rmot.artifact.programs import reported
from rmot.calibration import calibrate
from rmot.errors import (
    CalibrationError,
    DataError,
    IdentificationWarning,
    InfeasibleQuotes,
)
from rmot.market import CarryRange, OptionSurface, Smile, read_chain
from rmot.market.synthetic_basket import synthetic_basket
from rmot.models import SVI
from rmot.payoffs import call
from rmot.studies.chains import RATES
from rmot.studies.dow.marginals import SVI_NAMES, forward_miss
from rmot.studies.study import Config, parse
from rmot.studies.surfaces.candidates import near_the_money
from rmot.transport import Quotes, Unrestricted, price_bounds

BASKET = "DIA"
EXPIRY = date(2026, 8, 21)
TREATMENTS = ("european intervals", "as if european")
QUOTES_EACH = {"quick": 6, "full": 10, "deep": 24}
# The quotes of many names do not determine all five parameters, or leave wings that no law has.
FIXED = (
    {},
    {"smoothness": 0.15},
    {"smoothness": 0.15, "translation": 0.0},
    {"smoothness": 0.15, "translation": 0.0, "correlation": -0.3},
)
LARGEST_MISS = 2e-4
"""Of the mean of a smile's law, from its forward."""


def run(config: Config) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tabulate quotes and fitted smiles; the inputs are the chains by name, or none."""
    if not config.inputs:
        return synthetic_basket(QUOTES_EACH[config.profile], config.seed)
    quotes, smiles = [], []
    for name, path in config.inputs.items():
        for treatment in TREATMENTS:
            surface, spot = one_expiry(path, treatment)
            (smile,) = surface.slices
            if treatment == TREATMENTS[0]:
                smiles.append(fitted(name, surface))
            count = None if name == BASKET else QUOTES_EACH[config.profile]
            chosen = smile if count is None else surface.thin(count).slices[0]
            kept, dropped = consistent(chosen)
            source = surface.source
            quotes.append(
                pd.DataFrame(
                    {
                        "name": name,
                        "treatment": treatment,
                        "spot": spot,
                        "forward": smile.forward,
                        "maturity": smile.maturity,
                        "log_moneyness": chosen.log_moneyness[kept],
                        "bid": chosen.bid_price[kept],
                        "ask": chosen.ask_price[kept],
                        "dropped": dropped,
                        "data": source.kind,
                        "data_sha256": source.sha256,
                    }
                )
            )
    return pd.concat(quotes, ignore_index=True), pd.DataFrame(smiles)


def one_expiry(path: Path, treatment: str) -> tuple[OptionSurface, float]:
    """Return one expiry of a chain of American options, and the price of the underlying."""
    chain = read_chain(path)
    if chain.spot is None:
        raise DataError(f"expected the price of the underlying in {path}")
    if treatment == TREATMENTS[0]:
        return chain.surface(maturities=[EXPIRY], carry=CarryRange(rates=RATES)), chain.spot
    return replace(chain, exercise="european").surface(maturities=[EXPIRY]), chain.spot


def consistent(smile: Smile) -> tuple[list[int], int]:
    """Return which quotes some law meets, after dropping those that clash, and how many fell."""
    kept = list(range(smile.log_moneyness.size))
    everything = Quotes.from_smile(smile)
    payoffs = tuple(everything.payoffs)
    while True:
        quotes = Quotes([payoffs[j] for j in kept], everything.bid[kept], everything.ask[kept])
        try:
            price_bounds(call(1.0), None, quotes=quotes, divergence=Unrestricted())
            return kept, len(payoffs) - len(kept)
        except InfeasibleQuotes as error:
            # The widest of a conflicting set says least.
            clash = [j for j in range(len(quotes)) if quotes.name(j) in error.conflict]
            width = quotes.ask - quotes.bid
            del kept[max(clash, key=lambda j: width[j])]


def fitted(name: str, surface: OptionSurface) -> dict[str, object]:
    """Fit SVI, holding what it takes to make a law; the half-width is of quotes by the money."""
    (smile,) = surface.slices
    near = np.argsort(np.abs(smile.log_moneyness))[:6]
    half = 0.5 * np.median(smile.ask_volatility[near] - smile.bid_volatility[near])
    surface = near_the_money(surface)
    for fixed in FIXED:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", IdentificationWarning)
                fit = calibrate(SVI, surface, fixed=fixed)
        except CalibrationError:
            continue
        if not fit.at_bound and forward_miss(fit.model, smile.maturity) <= LARGEST_MISS:
            break
    else:
        raise CalibrationError(f"expected a law that SVI fits to {name}; none of {FIXED} gave one")
    return {
        "name": name,
        "maturity": smile.maturity,
        **{parameter: getattr(fit.model, parameter) for parameter in SVI_NAMES},
        "held": len(fixed),
        "half_width": half,
        "root_mean_square_error": fit.root_mean_square_error,
        "quotes": smile.log_moneyness.size,
        "data": surface.source.kind,
        "data_sha256": surface.source.sha256,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write ``--output NAME.csv`` with the quotes, and NAME_smiles.csv beside it."""
    config, output = parse(arguments)
    with reported():
        quotes, smiles = run(config)
        write_csv(output, quotes.assign(profile=config.profile))
        write_csv(output.with_name("dow_smiles.csv"), smiles.assign(profile=config.profile))


if __name__ == "__main__":
    main()
