"""The rooms of the project, a floor to a row, as the import contract has them: `docs/rooms.svg`.

What stands in a box is the first sentence of the room's own docstring. A line leads from a room
down to those that it imports, unless it reaches them through others.

    python -m figures.rooms --output docs/rooms.svg
"""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from pathlib import Path
from textwrap import wrap
from xml.sax.saxutils import escape

from figures.layered import layered
from rmot.artifact.files import atomic_write
from rmot.artifact.fingerprint import PROJECT
from rmot.artifact.programs import reported

# Pixels: of a box, between floors, between boxes, and the margin with the floors' numbers.
BOX, HIGH, PITCH, BESIDE, MARGIN = 236, 78, 104, 250, 40
LETTERS = 35
# Read as text: to parse all files takes ten times as long.
_IMPORT = re.compile(
    r"^[ \t]*(?:from ([\w.]+) import (\([^)]*\)|[^\n]*)|import ([\w., ]+))", re.MULTILINE
)
STYLE = """
text { font: 12px Georgia, 'Times New Roman', serif; fill: #1b1b1b; }
.name { font: bold 13px 'DejaVu Sans Mono', Menlo, monospace; }
.floor { fill: #595959; text-anchor: middle; }
rect { stroke: #1b1b1b; stroke-width: 1.2; fill: #fffefb; }
.artifact { fill: #e6e4dc; }
path { fill: none; stroke: #5d5d5d; stroke-width: 1.4; }
"""


def contract() -> tuple[list[list[str]], set[str]]:
    """Return the floors, highest first, and the rooms of the engine, from `pyproject.toml`."""
    tools = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    (floors,) = (each["layers"] for each in contracts if each["type"] == "layers")
    engine = next(each for each in contracts if "engine" in each["name"])["source_modules"]
    return [[name.strip() for name in line.split("|")] for line in floors], set(engine)


def imports(rooms: list[str]) -> dict[str, list[str]]:
    """Return which rooms each room's modules import, directly."""
    found: dict[str, list[str]] = {}
    for room in rooms:
        path = PROJECT.joinpath(*room.split("."))
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        named = {name for file in files for name in _imported(file)}
        found[room] = [
            other
            for other in rooms
            if other != room and any(f"{name}.".startswith(f"{other}.") for name in named)
        ]
    return found


def about(room: str) -> str:
    """Return the first sentence of a room's docstring."""
    path = PROJECT.joinpath(*room.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return (
        " ".join(text.split("\n\n")[0].split()).replace("`", "").partition(". ")[0].rstrip(".")
        + "."
    )


def draw() -> str:
    """Return the picture as SVG."""
    floors, engine = contract()
    rooms = [room for floor in floors for room in floor]
    floor_of = {room: n for n, floor in enumerate(reversed(floors)) for room in floor}
    layout = layered(imports(rooms), floor_of)
    wide = MARGIN + round((layout.rows - 1) * BESIDE) + BOX + 8
    high = (len(floors) - 1) * PITCH + HIGH + 16

    def middle(place: tuple[float, float]) -> tuple[int, int]:
        floor, along = place
        return (
            MARGIN + round(along * BESIDE) + BOX // 2,
            8 + round((len(floors) - 1 - floor) * PITCH) + HIGH // 2,
        )

    lines = [_line([middle(place) for place in places]) for places in layout.lines.values()]
    boxes = []
    for room, place in layout.places.items():
        x, y = middle(place)
        boxes.append(
            _box(room, x - BOX // 2, y - HIGH // 2, room in engine or room == "rmot.errors")
        )
    numbers = [
        f'<text class="floor" x="{MARGIN // 2}" y="{middle((n, 0))[1] + 4}">{n}</text>'
        for n in range(len(floors))
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}" role="img" aria-label="Rooms of the project by floor">'
    )
    ground = f'<path style="fill: #ffffff; stroke: none" d="M0 0H{wide}V{high}H0z"/>'
    return "\n".join(
        [head, f"<style>{STYLE}</style>", ground, *lines, *boxes, *numbers, "</svg>", ""]
    )


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for module, names, modules in _IMPORT.findall(file.read_text(encoding="utf-8")):
        found.update(f"{module}.{name}" for name in re.findall(r"\w+", names))
        found.update(re.findall(r"[\w.]+", modules))
    return found


def _line(places: list[tuple[int, int]]) -> str:
    """Draw a line from the box above, last in `places`, to the one below, around those between."""
    (x, y), *bends = places[::-1]
    y += HIGH // 2
    path = f"M{x} {y}"
    for number, (to_x, to_y) in enumerate(bends, 1):
        top = to_y - HIGH // 2
        half = (y + top) // 2
        path += f"C{x} {half} {to_x} {half} {to_x} {top}"
        x, y = to_x, top
        if number < len(bends):
            y = to_y + HIGH // 2
            path += f"V{y}"
    return f'<path d="{path}"/>'


def _box(room: str, x: int, y: int, is_engine: bool) -> str:
    kind = "" if is_engine else ' class="artifact"'
    lines = [f'<rect{kind} x="{x}" y="{y}" width="{BOX}" height="{HIGH}" rx="3"/>']
    lines.append(f'<text class="name" x="{x + 9}" y="{y + 18}">{room.replace(".", "/")}</text>')
    for number, text in enumerate(wrap(about(room), LETTERS)):
        lines.append(f'<text x="{x + 9}" y="{y + 35 + 15 * number}">{escape(text)}</text>')
    return "\n".join(lines)


@reported()
def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description="the rooms of the project")
    parser.add_argument("--output", type=Path, default=PROJECT / "docs" / "rooms.svg")
    with atomic_write(parser.parse_args().output) as handle:
        handle.write(draw())


if __name__ == "__main__":
    main()
