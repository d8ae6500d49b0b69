"""Where the claims and the lines between them stand, for the printed figure and for the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from figures.layered import Layout, arrange

COLUMNS = 6  # or as many as the longest chain
# How wide and high a box is, in columns and rows.
WIDTH, HEIGHT = 0.84, 0.74
_SHORT = {
    "Theorem": "Thm",
    "Figure": "Fig.",
    "Definition": "Def.",
    "Proposition": "Prop.",
    "Assumption": "Ass.",
    "Algorithm": "Alg.",
    "Lemma": "Lem.",
    "Remark": "Rem.",
    "Table": "Tab.",
    " section": "",
}

Curve = list[tuple[str, list[tuple[float, float]]]]


def lay_out(rows: Sequence[Mapping[str, Any]]) -> Layout:
    """Lay out the rows of `proofs_check.collect`; lines run to the right, to what rests on a claim.

    A claim has no line from what it rests on through others as well.
    """
    return arrange({row["claim"]: row["rests_on"].split() for row in rows}, COLUMNS)


def curve(places: Sequence[tuple[float, float]]) -> Curve:
    """Give a line's steps in the letters of SVG: M, and by turns C and L, from box to box."""
    x, y = places[0][0] + WIDTH, places[0][1]
    steps: Curve = [("M", [(x, y)])]
    for number, (to_x, to_y) in enumerate(places[1:], 2):
        middle = (x + to_x) / 2
        steps.append(("C", [(middle, y), (middle, to_y), (to_x, to_y)]))
        x, y = to_x, to_y
        if number < len(places):
            x += WIDTH
            steps.append(("L", [(x, y)]))
    return steps


def short_location(row: Mapping[str, Any], room: int) -> str:
    """Name the first place of a claim in a few letters, at most `room`."""
    place = re.split(r"[,;:]| \(", row["location"])[0]
    for word, short in _SHORT.items():
        place = place.replace(word, short)
    source = row["source"][:3]
    text = f"{source} {place}" if source.isdigit() else place
    return text if len(text) <= room else text[: room - 1] + "…"
