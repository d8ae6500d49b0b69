"""Which quotes are shown to the models, and which are held out: by their distance from the forward.

Quotes with |log(K/F)| up to a half-width are inside. Held out are some beyond `HELD_OUT_BEYOND`,
evenly spaced in log-moneyness on each wing out to half and twice the forward. They are the same
for every half-width, save that those inside a wider one are not judged there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError
from rmot.market import OptionSurface, Smile

HALF_WIDTHS = (0.05, 0.10, 0.15)
HELD_OUT_BEYOND = 0.10
FURTHEST = math.log(2.0)

TRADING_DAYS = {"quick": (21, 126), "full": (10, 21, 63, 126), "deep": (5, 10, 21, 42, 63, 126)}
"""Horizons of 002's Table 3; an expiry stands for one when its maturity is near enough."""
DAYS_OF_A_TRADING_DAY = 7 / 5
NEAR_ENOUGH = 0.3

INSIDE = {"quick": 9, "full": 15, "deep": 25}
PUTS = {"quick": 3, "full": 4, "deep": 8}
CALLS = {"quick": 2, "full": 2, "deep": 5}
"""Quotes taken of each expiry."""
FEWEST_INSIDE = 8
FEWEST_CALLS = 2


@dataclass(frozen=True, eq=False)
class Split:
    """The quotes of one expiry.

    Attributes
    ----------
    trading_days : int
        The horizon for which the expiry stands.
    smile : Smile
        All quotes between half and twice the forward.
    held_out : Smile
        Those that no model sees.
    shown : int
        How many quotes models see at most, evenly spaced by rank.
    """

    trading_days: int
    smile: Smile
    held_out: Smile
    shown: int

    def inside(self, half_width: float) -> Smile:
        """Return the quotes that are shown."""
        rows = np.flatnonzero(np.abs(self.smile.log_moneyness) <= half_width)
        ranks = np.linspace(0, rows.size - 1, min(self.shown, rows.size))
        return self.smile.rows(rows[np.unique(ranks.astype(int))])


def splits(surface: OptionSurface, profile: str) -> list[Split]:
    """Split the expiries nearest to the horizons, those that are near enough.

    Raises
    ------
    DataError
        None is, with quotes inside and on both wings.
    """
    eligible = [smile for smile in map(_within_reach, surface.slices) if _has_wings(smile)]
    found = []
    for trading_days in TRADING_DAYS[profile]:
        horizon = trading_days * DAYS_OF_A_TRADING_DAY / 365
        nearest = min(
            (smile for smile in eligible if abs(smile.maturity / horizon - 1) <= NEAR_ENOUGH),
            key=lambda smile: (abs(smile.maturity - horizon), -len(smile)),
            default=None,
        )
        if nearest is None:
            continue
        # each expiry stands for one horizon, the first it is nearest to
        eligible = [smile for smile in eligible if smile is not nearest]
        held_out = nearest.rows(held_out_rows(nearest.log_moneyness, PUTS[profile], CALLS[profile]))
        found.append(Split(trading_days, nearest, held_out, INSIDE[profile]))
    if not found:
        raise DataError(
            f"{surface.source.id}: expected an expiry near {TRADING_DAYS[profile]} trading days "
            f"with quotes on both sides of |log(K/F)| = {HELD_OUT_BEYOND}"
        )
    return found


def held_out_rows(log_moneyness: NDArray[np.float64], puts: int, calls: int) -> NDArray[np.intp]:
    """Return rows of both wings nearest to evenly spaced points; `log_moneyness` increases."""
    wings = (
        (np.flatnonzero(log_moneyness < -HELD_OUT_BEYOND), puts),
        (np.flatnonzero(log_moneyness > HELD_OUT_BEYOND), calls),
    )
    return np.concatenate([_evenly(rows, log_moneyness[rows], count) for rows, count in wings])


def shown(surface: OptionSurface, parts: list[Split], half_width: float) -> OptionSurface:
    """Return the surface of the quotes that models see."""
    return replace(surface, slices=tuple(part.inside(half_width) for part in parts))


def each_expiry(surface: OptionSurface) -> Iterator[OptionSurface]:
    """Take a surface apart."""
    return (replace(surface, slices=(smile,)) for smile in surface.slices)


def _evenly(rows: NDArray[np.intp], k: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    # a strike next to the quotes that are shown asks for nothing
    wanted = np.linspace(k[0], k[-1], count + 1)
    wanted = wanted[:-1] if k[-1] < 0 else wanted[1:]
    return rows[np.unique(np.argmin(np.abs(k[:, None] - wanted), axis=0))]


def _within_reach(smile: Smile) -> Smile:
    return smile.rows(np.abs(smile.log_moneyness) <= FURTHEST)


def _has_wings(smile: Smile) -> bool:
    k = smile.log_moneyness
    return bool(
        np.sum(np.abs(k) <= HELD_OUT_BEYOND) >= FEWEST_INSIDE
        and np.sum(k < -HELD_OUT_BEYOND) >= 2
        and np.sum(k > HELD_OUT_BEYOND) >= FEWEST_CALLS
    )
