"""Intervals for tomorrow by several rules, each learned from the same moves at the same level.

- ``ball``: one radius for all of a name's moneynesses;
- ``ball by moneyness``: a radius each;
- ``ball relearned``: one radius for all, every date from the last 19 moves, which it has seen;
- ``random walk``: today's volatility times exp(-q) to exp(q), q from the moves of its logarithm;
- ``unchanged``: today's volatility and its own error alone, nothing learned.

A radius, or q, is the least number that meets a share of the training moves: an order statistic.
The best that n exchangeable moves can promise of the next is n/(n+1).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from rmot.studies.backtest.laws import NAMES
from rmot.studies.backtest.levels import level_bounds
from rmot.studies.backtest.moves import BAND, STRIKES
from rmot.transport import least_that_meets

LEVEL = 0.95
BALL, EACH, AGAIN, WALK, SAME = RULES = (
    "ball",
    "ball by moneyness",
    "ball relearned",
    "random walk",
    "unchanged",
)
RADII = {BALL: "radius", EACH: "radius_by_moneyness", AGAIN: "radius_relearned"}
"""Columns of the balls' radii."""
NO_QUOTE = "no trades near"

Step = tuple[Any, dict[str, Any], dict[str, Any]]


def radii_by_name(
    moves: list[dict[str, Any]], count: int, trained: int
) -> list[dict[str, list[list[float]]]]:
    """Return, for each date and name, the radii of the three balls by moneyness.

    A name without training moves is left out.
    """
    names = [name for name in NAMES if all(_asked(moves[:trained], name, count))]
    fixed = {name: _asked(moves[:trained], name, count) for name in names}
    apart = {name: [_share(column) for column in fixed[name]] for name in names}
    found = []
    for number in range(len(moves)):
        # in training all radii are those that it ends with
        until = max(number, trained)
        recent = moves[until - trained : until]
        radii = {}
        for name in names:
            again = _asked(recent, name, count)
            radii[name] = [
                [_share(_together(fixed[name]))] * count,
                apart[name],
                [_share(_together(again) or _together(fixed[name]))] * count,
            ]
        found.append(radii)
    return found


def _asked(moves: list[dict[str, Any]], name: str, count: int) -> list[list[float]]:
    """Return the radii that moves needed, one list a moneyness."""
    own = [move[name]["needed"] for move in moves if "needed" in move[name]]
    return [[radii[at] for radii in own if radii[at] is not None] for at in range(count)]


def _together(columns: list[list[float]]) -> list[float]:
    return list(chain.from_iterable(columns))


def training_radius(baskets: list[dict[str, Any]], at: int) -> float:
    """Return the basket's radius at one strike."""
    needed = [basket["needed"][at] for basket in baskets if "needed" in basket]
    return least_that_meets(needed, LEVEL)[0]


def name_rows(
    steps: list[Step],
    moves: list[dict[str, Any]],
    ends: list[dict[str, Any]],
    radii: list[dict[str, list[list[float]]]],
    trained: int,
) -> Iterator[dict[str, object]]:
    """Yield a row for each date, name and moneyness: the outcome and each rule's interval."""
    for name in radii[0]:
        walks = _walks(steps[:trained], name)
        for number, (date, today, tomorrow) in enumerate(steps):
            move, bounds = moves[number][name], ends[number].get(name)
            common: dict[str, object] = {"date": date, "name": name, "training": number < trained}
            if bounds is None:
                yield common | {"skipped": move["skipped"]}
                continue
            was, now = today[name], tomorrow[name]
            for at, k in enumerate(now["log_moneyness"]):
                row = common | {"place": at, "log_moneyness": k, "maturity": move["maturity"]}
                if not (was["volatility"][at] > 0 and now["volatility"][at] > 0):
                    yield row | {"skipped": NO_QUOTE}
                    continue
                before, band = was["volatility"][at], BAND * was["error"][at]
                intervals = {
                    BALL: bounds[0][at],
                    EACH: bounds[1][at],
                    AGAIN: bounds[2][at],
                    WALK: [before * np.exp(-walks[at]), before * np.exp(walks[at])],
                    SAME: [before - band, before + band],
                }
                yield row | {
                    "skipped": "",
                    "before": before,
                    "centre": move["centre"][at],
                    "outcome": now["volatility"][at],
                    "error": now["error"][at],
                    "file_volatility": now["file_volatility"],
                    "needed": move["needed"][at],
                    "needed_beyond": move["needed_beyond"][at],
                    **{
                        column: rule[at]
                        for column, rule in zip(RADII.values(), radii[number][name], strict=True)
                    },
                    **_ends(intervals),
                }


def basket_rows(
    steps: list[Step],
    baskets: list[dict[str, Any]],
    ends: dict[str, Any],
    radii: list[float],
    trained: int,
) -> Iterator[dict[str, object]]:
    """Yield a row for each date and strike of the basket; prices in units of the forward."""
    past = [basket for basket in baskets[:trained] if "needed" in basket]
    for number, (date, *_) in enumerate(steps):
        basket = baskets[number]
        common = {"date": date, "name": "basket", "training": number < trained}
        if "skipped" in basket:
            yield common | {"skipped": basket["skipped"]}
            continue
        for at, strike in enumerate(STRIKES):
            walk = _share([abs(np.log(b["tomorrow"][at] / b["today"][at])) for b in past])
            before = basket["today"][at]
            intervals = {
                EACH: ends[f"basket-bounds-{date}"][at],
                WALK: [before * np.exp(-walk), before * np.exp(walk)],
            }
            yield common | {
                "skipped": "",
                "place": at,
                "log_moneyness": float(np.log(strike)),
                "before": before,
                "centre": before,
                "outcome": basket["tomorrow"][at],
                "error": 0.0,
                "needed": basket["needed"][at],
                "radius_by_moneyness": radii[at],
                "rolled": basket["rolled"],
                **_ends(intervals),
            }


def level_rows(
    steps: list[Step], levels: list[dict[str, Any]], trained: int
) -> Iterator[dict[str, object]]:
    """Yield a row for each date and name's own price: tomorrow's over today's."""
    for name in NAMES:
        past = [level[name]["needed"] for level in levels[:trained] if "needed" in level[name]]
        if not past:
            continue
        radius = _share(past)
        for number, (date, today, _) in enumerate(steps):
            found = levels[number][name]
            common = {"date": date, "name": level_name(name), "training": number < trained}
            if "skipped" in found:
                yield common | {"skipped": found["skipped"]}
                continue
            yield common | {
                "skipped": "",
                "place": 0,
                "log_moneyness": 0.0,
                "outcome": found["outcome"],
                "error": 0.0,
                "before": today[name]["spot"],
                "needed": found["needed"],
                "radius": radius,
                **_ends({BALL: level_bounds(today[name], radius)}),
            }


def level_name(name: str) -> str:
    """Return what rows of a name's own price are called."""
    return f"{name} price"


def _walks(steps: list[Step], name: str) -> list[float]:
    """Return what a rule by moves of log volatility learns, one number a moneyness."""
    pairs = [
        (today[name], tomorrow[name])
        for _, today, tomorrow in steps
        if today.get(name, {}).get("expiry", 0) == tomorrow.get(name, {}).get("expiry", 1)
    ]
    return [
        _share(
            [
                abs(np.log(now["volatility"][at] / was["volatility"][at]))
                for was, now in pairs
                if was["volatility"][at] > 0 and now["volatility"][at] > 0
            ]
        )
        for at in range(len(pairs[0][0]["volatility"]))
    ]


def _share(moved: list[float]) -> float:
    return least_that_meets(moved, LEVEL)[0]


def _ends(intervals: dict[str, Any]) -> dict[str, float]:
    return {
        f"{side}_{rule.replace(' ', '_')}": float(interval[end])
        for rule, interval in intervals.items()
        for end, side in enumerate(("lower", "upper"))
    }
