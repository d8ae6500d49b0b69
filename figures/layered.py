"""Where the nodes of a graph without circles stand: in columns, each behind what it rests on.

Columns by longest path, order within them by barycentres (Sugiyama, Tagawa & Toda 1981), heights by
least squares to the neighbours' heights under a least distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SWEEPS = 24
# A bend of a line that passes a column needs less room than a node.
_BEND = 0.35


@dataclass(frozen=True)
class Layout:
    """Nodes and lines on a grid: x counts columns from the left, y rows from the top.

    Attributes
    ----------
    places : dict of str to (float, float)
        Column and row of each node.
    lines : dict of (str, str) to tuple of (float, float)
        For each pair of a ground and what rests on it, the places that their line passes.
    columns, rows : float
        Extent.
    """

    places: Mapping[str, tuple[float, float]]
    lines: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    columns: float
    rows: float

    def moved(self, x: float, y: float) -> Layout:
        """Shift everything."""
        return replace(
            self,
            places={name: (x + a, y + b) for name, (a, b) in self.places.items()},
            lines={
                pair: tuple((x + a, y + b) for a, b in line) for pair, line in self.lines.items()
            },
        )


def arrange(rests_on: Mapping[str, Sequence[str]], columns: int) -> Layout:
    """Lay out a graph: its connected parts side by side where they fit, then its single nodes.

    Parameters
    ----------
    rests_on : dict of str to sequence of str
        What each node rests on; nodes in the order in which ties are broken.
    columns : int
        Columns of the page; a longer chain has its own way.
    """
    parts = _parts(rests_on)
    single = [name for part in parts if len(part) == 1 for name in part]
    drawn = [layered({name: rests_on[name] for name in part}) for part in parts if len(part) > 1]
    drawn.sort(key=lambda part: -part.rows)
    columns = max([columns, *(int(part.columns) for part in drawn)])
    shelves: list[list[Layout]] = []
    for part in drawn:
        fitting = [s for s in shelves if sum(one.columns for one in s) + part.columns <= columns]
        if fitting:
            fitting[0].append(part)
        else:
            shelves.append([part])
    top, placed = 0.0, []
    for shelf in shelves:
        left = 0.0
        for part in shelf:
            placed.append(part.moved(left, top))
            left += part.columns
        top += max(part.rows for part in shelf) + 0.5
    placed.append(_grid(single, columns).moved(0.0, top))
    return Layout(
        {name: place for part in placed for name, place in part.places.items()},
        {pair: line for part in placed for pair, line in part.lines.items()},
        columns,
        top + placed[-1].rows,
    )


def reduced(rests_on: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Leave out what a node rests on through others anyway."""
    below: dict[str, set[str]] = {}

    def reach(name: str) -> set[str]:
        if name not in below:
            below[name] = set(rests_on[name]).union(*(reach(one) for one in rests_on[name]))
        return below[name]

    return {
        name: [one for one in grounds if not any(one in reach(other) for other in grounds)]
        for name, grounds in rests_on.items()
    }


def _parts(rests_on: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Find the connected parts, each in the order of the nodes."""
    part = {name: name for name in rests_on}

    def root(name: str) -> str:
        while part[name] != name:
            name = part[name]
        return name

    for name, grounds in rests_on.items():
        for ground in grounds:
            part[root(name)] = root(ground)
    found: dict[str, list[str]] = {}
    for name in rests_on:
        found.setdefault(root(name), []).append(name)
    return list(found.values())


def _grid(names: Sequence[str], columns: int) -> Layout:
    rows = -(-len(names) // columns)
    places = {name: (float(n // rows), float(n % rows)) for n, name in enumerate(names)}
    return Layout(places, {}, columns, rows)


def layered(
    rests_on: Mapping[str, Sequence[str]], column: Mapping[str, int] | None = None
) -> Layout:
    """Lay out one connected part; a line that passes columns has a bend in each.

    Parameters
    ----------
    rests_on : dict of str to sequence of str
    column : dict of str to int, optional
        Where each node stands, above all that it rests on; by longest path unless given.
    """
    column = _columns(rests_on) if column is None else column
    layers: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for name in rests_on:
        layers[column[name]].append(name)
    room = dict.fromkeys(rests_on, 1.0)
    chains: dict[tuple[str, str], list[str]] = {}
    for name, grounds in reduced(rests_on).items():
        for ground in grounds:
            passed = range(column[ground] + 1, column[name])
            bends = [f"{ground}>{name}@{n}" for n in passed]
            for n, bend in zip(passed, bends, strict=True):
                layers[n].append(bend)
                room[bend] = _BEND
            chains[ground, name] = [ground, *bends, name]
    heights = _heights(layers, list(chains.values()), room)
    least = min(heights.values())
    at = {
        name: (float(n), heights[name] - least) for n, layer in enumerate(layers) for name in layer
    }
    lines = {pair: tuple(at[name] for name in chain) for pair, chain in chains.items()}
    rows = max(heights.values()) - least + 1
    return Layout({name: at[name] for name in rests_on}, lines, len(layers), rows)


def _heights(
    layers: Sequence[list[str]], chains: Sequence[list[str]], room: Mapping[str, float]
) -> dict[str, float]:
    """Sort columns by the mean heights of neighbours, sweep by sweep, in the end on both sides."""
    links = [link for chain in chains for link in pairwise(chain)]
    before = {name: [a for a, b in links if b == name] for name in room}
    after = {name: [b for a, b in links if a == name] for name in room}
    heights = {name: float(n) for layer in layers for n, name in enumerate(layer)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        sides = [before, after] if sweep >= SWEEPS // 2 else [before if forward else after]
        for layer in layers if forward else layers[::-1]:
            wish = {}
            for name in layer:
                near = [heights[one] for side in sides for one in side[name]]
                wish[name] = float(np.mean(near or [heights[name]]))
            layer.sort(key=lambda name: wish[name])
            gaps = [(room[a] + room[b]) / 2 for a, b in pairwise(layer)]
            found = spread(np.array([wish[name] for name in layer]), np.array(gaps))
            heights.update(zip(layer, found.tolist(), strict=True))
    return heights


def _columns(rests_on: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Put each node one column behind the last that it rests on, and first ones near their use."""
    found: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((of(ground) for ground in rests_on[name]), default=-1)
        return found[name]

    for name in rests_on:
        of(name)
    for name, grounds in rests_on.items():
        uses = [found[other] for other, below in rests_on.items() if name in below]
        if not grounds and uses:
            found[name] = min(uses) - 1
    return found


def spread(wish: NDArray[np.float64], gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the heights nearest in least squares to those wished for, each `gaps` above the last.

    Pooling of adjacent violators.
    """
    offset = np.concatenate(([0.0], np.cumsum(gaps)))
    pools: list[tuple[float, int]] = []
    for value in wish - offset:
        pools.append((float(value), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [((m * a + n * b) / (m + n), m + n)]
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools]) + offset
