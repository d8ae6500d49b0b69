"""Claims and what they rest on in the sources' own arguments, coloured by the verdicts computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from figures.claims_layout import HEIGHT, WIDTH, curve, lay_out, short_location
from figures.layered import Layout
from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, PURPLE, SKY, VERMILION, Request, main
from proofs_check.graph import FALSE_AS_WRITTEN

# Inches: a row, the legend, a box' field of one letter, its id, a letter of its location.
ROW, LEGEND, FIELD, ID, LETTER = 0.14, 0.4, 0.1, 0.23, 0.0335
COLOURS = {
    "verified": GREEN,
    "corrected": SKY,
    "refuted": VERMILION,
    "inconsistent": PURPLE,
    "untestable": GREY,
    "undecided": BLACK,
}
_CODES = {"M": Path.MOVETO, "C": Path.CURVE4, "L": Path.LINETO}


def draw(request: Request) -> Figure:
    """Draw a box a claim that has lines; they run to the right, to what rests on it."""
    (table,) = request.tables
    told = table.astype(object).where(table.notna(), "").to_dict("records")
    # A claim that no argument joins to another one stands in the list of all claims alone.
    rows = [row for row in told if row["rests_on"] or row["carries"]]
    layout = lay_out(rows)
    height = ROW * layout.rows + LEGEND
    figure = plt.figure(figsize=(PAGE_WIDTH, height))
    figure.set_layout_engine("none")
    axis = figure.add_axes((0.0, 0.0, 1.0, 1 - LEGEND / height))
    inch = (layout.columns - 1 + WIDTH + 0.02) / PAGE_WIDTH
    axis.set(xlim=(-0.01, PAGE_WIDTH * inch - 0.01), ylim=(layout.rows - 0.4, -0.6))
    axis.set_axis_off()
    _draw_lines(axis, layout, {row["claim"]: row["verdict"] for row in rows})
    for row in rows:
        _draw_box(axis, *layout.places[row["claim"]], row, inch)
    verdicts = {row["verdict"] for row in rows}
    figure.legend(handles=_legend(verdicts), loc="upper center", ncols=4, columnspacing=1.4)
    return figure


def _draw_lines(axis: Axes, layout: Layout, verdicts: Mapping[str, str]) -> None:
    for (ground, _), places in layout.lines.items():
        steps = curve(places)
        points = [point for _, step in steps for point in step]
        codes = [_CODES[letter] for letter, step in steps for _ in step]
        fallen = verdicts[ground] in FALSE_AS_WRITTEN
        colour = VERMILION if fallen else GREY
        axis.add_patch(PathPatch(Path(points, codes), fc="none", ec=colour, lw=0.7, zorder=1))


def _draw_box(axis: Axes, x: float, y: float, row: Mapping[str, Any], inch: float) -> None:
    """Draw one claim; `inch` is how many columns are one."""
    colour, corner = COLOURS[row["verdict"]], (x, y - HEIGHT / 2)
    axis.add_patch(Rectangle(corner, WIDTH, HEIGHT, fc="white", ec="none", zorder=2))
    axis.add_patch(Rectangle(corner, FIELD * inch, HEIGHT, fc=colour, ec="none", zorder=3))
    style = (0, (2.5, 1.5)) if row["fallen"] else "-"
    axis.add_patch(
        Rectangle(corner, WIDTH, HEIGHT, fc="none", ec=colour, ls=style, lw=0.8, zorder=4)
    )
    room = int((WIDTH / inch - FIELD - ID - 0.05) / LETTER)
    looks: list[tuple[float, str, dict[str, Any]]] = [
        (FIELD / 2, row["verdict"][0].upper(), {"size": 5, "color": "white", "ha": "center"}),
        (FIELD + 0.03, row["claim"], {"size": 5.5, "weight": "bold"}),
        (FIELD + ID + 0.035, short_location(row, room), {"size": 5}),
    ]
    for at, text, look in looks:
        axis.text(x + at * inch, y, text, va="center_baseline", zorder=5, **look)


def _legend(verdicts: Collection[str]) -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [
        Patch(fc=colour, label=f"{verdict[0].upper()}: {verdict}")
        for verdict, colour in COLOURS.items()
        if verdict in verdicts
    ]
    dashed = Patch(fc="white", ec=BLACK, ls="--", lw=0.8, label="rests on what is false as written")
    line = Line2D([], [], color=VERMILION, lw=0.7, label="line from what is false as written")
    return [
        *handles,
        dashed,
        line,
        Line2D([], [], color=GREY, lw=0.7, label="line from what is not"),
    ]


if __name__ == "__main__":
    main(draw)
