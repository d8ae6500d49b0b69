r"""Forward-starting straddles of SPX through the expiries of one day, as forward volatilities.

A straddle |y - x| of Black's model with volatility :math:`\sigma` over :math:`\tau` costs
:math:`2 (2 \Phi(\sigma \sqrt\tau / 2) - 1)`; bounds are given as that :math:`\sigma`. Rough
Heston, with a curve of forward variance, and Heston are fitted to all smiles used; for each pair of
expiries the balls around their laws have one radius: twice the larger of both least radii.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtri

from rmot.calibration import calibrate
from rmot.market import OptionSurface, Smile, read_chain
from rmot.models import Heston, RoughHeston, TwoDateLaw, two_date_law
from rmot.payoffs import forward_start_straddle
from rmot.studies.study import Config, main
from rmot.studies.surfaces.candidates import DAYS, near_the_money
from rmot.studies.two_dates.certified import TOLERANCE
from rmot.transport import (
    ChiSquared,
    MartingaleBounds,
    MultipleOfLeast,
    Quotes,
    classical_two_dates,
    martingale_bounds,
)
from rmot.transport.two_dates.bounds import of_classical_sides

LAWS = ("rough Heston", "Heston")
MULTIPLE = 2.0
QUOTES_PER_SLICE = {"quick": 15, "full": None, "deep": None}
PAIRS = {"quick": 3, "full": 4, "deep": 9}
CELLS = {"quick": (40, 80), "full": (80, 160), "deep": (160, 320)}
PATHS = {"quick": 1 << 13, "full": 1 << 16, "deep": 1 << 18}


def forward_volatility(straddle: float, window: float) -> float:
    """Return the volatility, as 0.2, at which Black's forward-starting straddle costs as much."""
    return float(2.0 * ndtri(0.5 + 0.25 * straddle) / np.sqrt(window))


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a pair of expiries and law; the input is the chain SPX."""
    low, high = DAYS
    surface = read_chain(config.inputs["SPX"]).surface().within(low / 365, high / 365)
    surface = near_the_money(surface)
    if QUOTES_PER_SLICE[config.profile] is not None:
        surface = surface.thin(QUOTES_PER_SLICE[config.profile])
    expiries = list({smile.expiry: smile for smile in reversed(surface.slices)}.values())[::-1]
    places = np.linspace(0, len(expiries) - 1, PAIRS[config.profile] + 1).round().astype(int)
    ends = [expiries[place] for place in np.unique(places)]
    models = _fitted(replace(surface, slices=tuple(ends)))
    rows: list[dict[str, object]] = []
    for pair in pairwise(ends):
        rows += _rows(pair, models, config)
    return pd.DataFrame(rows).assign(data=surface.source.kind, data_sha256=surface.source.sha256)


def _fitted(surface: OptionSurface) -> dict[str, RoughHeston | Heston]:
    maturities = [smile.maturity for smile in surface.slices]
    # two expiries, or three, tell a piece of the curve
    times = maturities[1::2]
    times[-1] = maturities[-1]
    rough = calibrate(
        RoughHeston,
        surface,
        fixed={"mean_reversion": 0.0},
        forward_variance_times=times,
    )
    return dict(zip(LAWS, (rough.model, calibrate(Heston, surface).model), strict=True))


def _laws(
    pair: tuple[Smile, Smile], models: dict[str, RoughHeston | Heston], config: Config
) -> dict[str, TwoDateLaw]:
    n_first, n_second = CELLS[config.profile]
    return {
        name: two_date_law(
            model,
            pair[0].maturity,
            pair[1].maturity,
            n_first=n_first,
            n_second=n_second,
            n_paths=PATHS[config.profile],
            seed=config.seed,
            ratio_kinks=(1.0,),
        )
        for name, model in models.items()
    }


def _rows(
    pair: tuple[Smile, Smile], models: dict[str, RoughHeston | Heston], config: Config
) -> Iterator[dict[str, object]]:
    first, second = pair
    quotes = Quotes.from_smile(first), Quotes.from_smile(second)
    straddle = forward_start_straddle(1.0)
    laws = _laws(pair, models, config)
    nearest = {
        name: martingale_bounds(
            straddle,
            law.prior,
            quotes,
            divergence=ChiSquared(),
            radius=MultipleOfLeast(1.0),
        )
        for name, law in laws.items()
    }
    least = {name: found.minimum_radius for name, found in nearest.items()}
    radius = MULTIPLE * max(least.values())
    sides = classical_two_dates(straddle, *quotes, tolerance=TOLERANCE)
    found = {"none": of_classical_sides(*sides, quotes)} | {
        name: martingale_bounds(
            straddle,
            law.prior,
            quotes,
            divergence=ChiSquared(),
            radius=radius,
            calibrated=nearest[name].calibrated,
        )
        for name, law in laws.items()
    }
    window = second.maturity - first.maturity
    for name, bounds in found.items():
        yield {
            "first": first.label,
            "second": second.label,
            "days": round(365 * first.maturity),
            "window_days": round(365 * window),
            "quotes": len(quotes[0]) + len(quotes[1]),
            "law": name,
            "prior_price": laws[name].expectation(straddle) if name in laws else np.nan,
            **_bounded(bounds),
            **{
                f"{side}_volatility": forward_volatility(getattr(bounds, side), window)
                for side in ("lower", "upper")
            },
            "minimum_radius": least.get(name, np.nan),
            "radius": radius,
        }


def _bounded(bounds: MartingaleBounds) -> dict[str, float]:
    return {name: getattr(bounds, name) for name in ("lower", "upper", "gap", "residual")}


if __name__ == "__main__":
    main(run)
