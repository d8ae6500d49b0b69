"""SPX at two dates and the VIX between them on one law: is there one, and what the prior misses.

The prior is rough Heston fitted to both dates of SPX, a tenth of whose paths have twice the
volatility of variance. Three sets of quotes are met in turn: SPX alone, with the index's future,
with its options; a straddle that starts at the first date is bounded in balls of one radius.
Without market data all quotes are those of a rough Heston model that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import calibrate
from rmot.errors import ParameterError
from rmot.market import OptionSurface, Smile, read_chain
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import RoughHeston, index_prior
from rmot.numerics import implied_volatility
from rmot.numerics.discrete import Prior
from rmot.payoffs import forward_start_straddle
from rmot.studies.study import Config, main
from rmot.transport import (
    ChiSquared,
    MultipleOfLeast,
    Quotes,
    Radius,
    index_bounds,
    least_half_spreads,
)

Vector = NDArray[np.float64]

SETS = {"SPX": 0, "SPX, future": 1, "SPX, VIX": 2}
"""What is met beside SPX: nothing, the index's future, or its options too."""
PRIOR = "prior"
MIDDLE = 1.5
DEVIATIONS = (-7.0, 3.0)
"""Of SPX's strikes: farther puts need mass where the prior has none worth the name."""

QUOTES = {"quick": 8, "full": 16, "deep": 30}
CELLS = {"quick": (8, 8, 20), "full": (8, 8, 40), "deep": (12, 12, 56)}
PATHS = {"quick": 1 << 12, "full": 1 << 15, "deep": 1 << 16}
WILD_SHARE, WILDER = 0.1, 2.0
DAYS = 30
WINDOW = DAYS / 365
NEAREST_EXPIRY = 20
DATES = ("first", "index", "second")

TRUTH = RoughHeston(
    hurst=0.15,
    vol_of_vol=0.35,
    correlation=-0.65,
    initial_variance=0.035,
    mean_reversion=0.5,
    long_run_variance=0.05,
)


@dataclass(frozen=True, eq=False)
class Quoted:
    """The quotes of one day: SPX at two dates, and its index, a volatility, at the first."""

    surface: OptionSurface
    index: Smile
    data: str
    data_sha256: str

    @property
    def smiles(self) -> tuple[Smile, Smile, Smile]:
        """Of the first date, of the index, of the second date."""
        first, second = self.surface.slices
        return first, self.index, second


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a quote and law; inputs are the chains SPX and VIX, or nothing."""
    quoted = _from_chains(config) if config.inputs else _from_truth(config.seed)
    count = QUOTES[config.profile]
    if count is not None:
        quoted = replace(
            quoted, surface=quoted.surface.thin(count), index=_thin(quoted.index, count)
        )
    smiles, future = quoted.smiles, quoted.index.forward
    quotes = [Quotes.from_smile(smile) for smile in smiles]
    prior = _prior(quoted, config)
    held = {
        name: [
            None if date == "index" and level < 2 else each
            for date, each in zip(DATES, quotes, strict=True)
        ]
        for name, level in SETS.items()
    }
    payoff = forward_start_straddle(1.0)

    def bounded(name: str, radius: Radius | MultipleOfLeast):
        return index_bounds(
            payoff,
            prior,
            held[name],
            future=None if SETS[name] == 0 else future,
            window=WINDOW,
            divergence=ChiSquared(),
            radius=radius,
        )

    every = list(SETS)[-1]
    found = {every: bounded(every, MultipleOfLeast(MIDDLE))}
    radius = found[every].radius
    found |= {name: bounded(name, Radius(radius.value)) for name in SETS if name != every}
    rows = list(_rows(PRIOR, prior, smiles, future))
    for name in SETS:
        least = least_half_spreads(
            prior, held[name], future=None if SETS[name] == 0 else future, window=WINDOW
        )
        own = found[name]
        shared = {
            "half_spreads": least.multiple,
            "minimum_radius": own.minimum_radius,
            "radius": radius.value,
            "lower": own.lower,
            "straddle": own.price,
            "upper": own.upper,
            "gap": own.gap,
            "residual": own.residual,
        }
        rows += [row | shared for row in _rows(name, own.law, smiles, future)]
    return pd.DataFrame(rows).assign(
        first=smiles[0].label,
        second=smiles[2].label,
        future=future,
        nodes=len(prior.weights),
        data=quoted.data,
        data_sha256=quoted.data_sha256,
    )


def _prior(quoted: Quoted, config: Config) -> Prior:
    first, index, second = quoted.smiles
    model = calibrate(
        RoughHeston,
        quoted.surface,
        fixed={"mean_reversion": 0.0},
        forward_variance_times=[first.maturity, second.maturity],
    ).model
    wild = replace(model, vol_of_vol=WILDER * model.vol_of_vol)
    n_first, n_index, n_second = CELLS[config.profile]
    return index_prior(
        [(1.0 - WILD_SHARE, model), (WILD_SHARE, wild)],
        first.maturity,
        second.maturity,
        n_first=n_first,
        n_index=n_index,
        n_second=n_second,
        n_paths=PATHS[config.profile],
        seed=config.seed,
        kinks=np.exp(first.log_moneyness),
        index_kinks=index.forward * np.exp(index.log_moneyness),
    )


def _rows(
    law: str, measure: Prior, smiles: tuple[Smile, ...], future: float
) -> Iterator[dict[str, object]]:
    """Price all quotes under a law; the index's per future, and as volatilities around its mean."""
    unit = np.array([1.0, future, 1.0])
    mean = float(measure.weights @ measure.points[:, 1])
    spread = float(np.sqrt(measure.weights @ (measure.points[:, 1] - mean) ** 2))
    for date, smile, column in zip(DATES, smiles, (measure.points / unit).T, strict=True):
        quotes = Quotes.from_smile(smile)
        forward = mean / future if date == "index" else 1.0
        for j, k in enumerate(smile.log_moneyness):
            strike = float(np.exp(k))
            price = float(measure.weights @ np.maximum(column - strike, 0.0))
            implied = implied_volatility(price / forward, k - np.log(forward), smile.maturity)
            yield {
                "law": law,
                "date": date,
                "strike": strike,
                "bid": quotes.bid[j],
                "ask": quotes.ask[j],
                "price": price,
                "bid_volatility": smile.bid_volatility[j],
                "ask_volatility": smile.ask_volatility[j],
                "implied_volatility": float(implied),
                "index_mean": mean,
                "index_deviation": spread,
            }


def _thin(smile: Smile, count: int) -> Smile:
    chosen = np.unique(np.linspace(0, len(smile.log_moneyness) - 1, count).astype(int))
    return smile.rows(chosen)


def _from_chains(config: Config) -> Quoted:
    """Take the first day on which options on the index and on SPX expire, and SPX 30 days on."""
    spx, vix = (read_chain(config.inputs[name]).surface() for name in ("SPX", "VIX"))
    expiries = {smile.expiry: smile for smile in reversed(spx.slices)}
    for smile in vix.slices:
        later = smile.expiry + timedelta(days=DAYS)
        if smile.maturity >= NEAREST_EXPIRY / 365 and {smile.expiry, later} <= set(expiries):
            surface = replace(spx, slices=(expiries[smile.expiry], expiries[later]))
            return Quoted(
                surface.within_deviations(*DEVIATIONS),
                replace(smile, forward=smile.forward / 100, strike=smile.strike / 100),
                spx.source.kind,
                f"{spx.source.sha256} {vix.source.sha256}",
            )
    raise ParameterError(
        f"expected an expiry of VIX options on which SPX options expire, and again {DAYS} days on; "
        f"got {', '.join(smile.label for smile in vix.slices)}"
    )


def _from_truth(seed: int) -> Quoted:
    """Quote the true model's prices a volatility point wide, and its index three points."""
    first, second = 30 / 365, 30 / 365 + WINDOW
    smiles = []
    for maturity in (first, second):
        k = np.linspace(-6.0, 2.5, 30) * 0.19 * np.sqrt(maturity)
        noise = np.full(k.size, 0.005)
        smiles.append(TrueSmile(maturity, k, TRUTH.implied_volatility(k, maturity), noise))
    _, index = TRUTH.index_paths(first, second, 1 << 16, seed)
    future = float(index.mean())
    k = np.linspace(-0.2, 0.8, 20)
    prices = [float(np.maximum(index / future - strike, 0.0).mean()) for strike in np.exp(k)]
    truth = TrueSmile(first, k, implied_volatility(prices, k, first), np.full(k.size, 0.03))
    surface, (smile,) = (
        synthetic_surface(smiles, None, "SPX"),
        synthetic_surface([truth], None, "VIX").slices,
    )
    smile = replace(smile, forward=future, strike=future * np.exp(k))
    return Quoted(surface, smile, surface.source.kind, surface.source.sha256)


def printed(table: pd.DataFrame) -> str:
    """Set a row for each set of quotes: what a law needs, and the straddle in basis points."""
    rows = table.loc[table["law"] != PRIOR].groupby("law", sort=False).first().reset_index()

    def basis_points(value: float) -> str:
        return significant(1e4 * value, 3)

    columns = [
        Column("law", "Quotes met", align="l"),
        Column("half_spreads", "half-spreads", lambda value: fixed(value, 2)),
        Column("minimum_radius", "least $\\chi^2$", lambda value: significant(value, 2)),
        Column("index_mean", "mean of $I$", lambda value: fixed(100 * value, 1)),
        Column("index_deviation", "deviation", lambda value: fixed(100 * value, 1)),
        Column("lower", "lower", basis_points),
        Column("straddle", "nearest", basis_points),
        Column("upper", "upper", basis_points),
    ]
    return latex_table(rows, columns)


if __name__ == "__main__":
    main(run, printed)
