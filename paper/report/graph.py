"""The graph of claims in pixels: a box a claim, a line from what it rests on."""

from __future__ import annotations

from typing import Any

from figures.claims_layout import HEIGHT, WIDTH, curve, lay_out, short_location
from proofs_check.graph import FALSE_AS_WRITTEN

# Pixels of a column and of a row of the graph, and the letters that a box has room for.
COLUMN, ROW, ROOM = 180, 30, 13


def graph(claims: list[dict[str, Any]]) -> dict[str, Any]:
    """Give boxes and lines, in pixels, with the size of a box and of the whole.

    Parameters
    ----------
    claims : list of dict
        Rows of `proofs_check.collect`.
    """
    layout = lay_out(claims)
    verdicts = {entry["claim"]: entry["verdict"] for entry in claims}
    boxes = [
        {
            **{key: entry[key] for key in ("claim", "verdict", "fallen", "statement")},
            "where": short_location(entry, ROOM),
            "x": round(COLUMN * layout.places[entry["claim"]][0]),
            "y": round(ROW * (layout.places[entry["claim"]][1] + (1 - HEIGHT) / 2)),
        }
        for entry in claims
    ]
    lines = [
        {
            "path": " ".join(
                letter + " ".join(f"{COLUMN * x:.0f},{ROW * (y + 0.5):.0f}" for x, y in step)
                for letter, step in curve(places)
            ),
            "fallen": verdicts[ground] in FALSE_AS_WRITTEN,
        }
        for (ground, _), places in layout.lines.items()
    ]
    return {
        "boxes": boxes,
        "lines": lines,
        "box": (round(COLUMN * WIDTH), round(ROW * HEIGHT)),
        "size": (round(COLUMN * (layout.columns - 1 + WIDTH)), round(ROW * layout.rows)),
    }
