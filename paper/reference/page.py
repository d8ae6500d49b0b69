"""The reference as one HTML page that needs no network: signatures, docstrings, a search."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from paper.reference.docstrings import Item
from paper.reference.names import Entry, Room, rooms
from rmot import __version__
from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported

TEMPLATE = Path(__file__).with_name("page.html")
# A signature longer than this has a line for each parameter.
WIDTH = 88


def render(shown: Iterable[Room]) -> str:
    """Return the page.

    Parameters
    ----------
    shown : iterable of Room
        The rooms, as `rooms()` finds them.

    Returns
    -------
    str
        HTML with everything in it. The id of a name's place is its dotted path, as
        ``rmot.models.RoughHeston`` or ``rmot.models.RoughHeston.prior``.
    """
    shown = tuple(shown)
    places = _places(shown)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = lambda text: prose(text, places)
    environment.filters["plain"] = lambda text: _inline(text, places)
    environment.filters["types"] = lambda text: _linked(text, places)
    environment.globals["signature"] = lambda entry: _linked(signature(entry), places)
    environment.tests["items"] = lambda value: (
        isinstance(value, tuple) and all(isinstance(each, Item) for each in value)
    )
    return environment.get_template(TEMPLATE.name).render(rooms=shown, version=__version__)


def signature(entry: Entry) -> str:
    """Return how a name is called, a line for each parameter where one line would be long."""
    ends = f" -> {entry.returns}" if entry.returns else ""
    if entry.kind in ("property", "data"):
        return f"{entry.name}: {entry.returns}" if entry.returns else entry.name
    texts = [text for _, text in entry.parameters]
    short = f"{entry.name}({', '.join(texts)}){ends}"
    if len(short) <= WIDTH or not texts:
        return short
    lines = "".join(f"    {text},\n" for text in texts)
    return f"{entry.name}(\n{lines}){ends}"


def prose(text: str, places: Mapping[str, str]) -> Markup:
    """Set a docstring's text: paragraphs, lists, and what is indented or a session as it stands."""
    parts = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        if not lines:
            continue
        if lines[0].startswith((" ", ">>>", "..", "|")):
            parts.append(Markup("<pre>{}</pre>").format(block.replace(".. math:: ", "")))
        elif lines[0].startswith("- "):
            items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
            made = (Markup("<li>{}</li>").format(_inline(item, places)) for item in items)
            parts.append(Markup("<ul>{}</ul>").format(Markup("").join(made)))
        else:
            parts.append(Markup("<p>{}</p>").format(_inline(block, places)))
    return Markup("\n").join(parts)


def _inline(text: str, places: Mapping[str, str]) -> Markup:
    """Set names between backticks as code, with a link where they are public."""

    def code(found: re.Match[str]) -> str:
        name = found[1]
        place = places.get(name.split("(")[0])
        set_name = Markup("<code>{}</code>").format(Markup(name))
        return set_name if place is None else Markup('<a href="#{}">{}</a>').format(place, set_name)

    return Markup(re.sub(r"(?::math:)?``?([^`]+)``?", code, str(escape(text))))


def _linked(text: str, places: Mapping[str, str]) -> Markup:
    """Link the public classes that a signature or a type names."""

    def link(found: re.Match[str]) -> str:
        place = places.get(found[0])
        return found[0] if place is None else f'<a href="#{place}">{found[0]}</a>'

    return Markup(re.sub(r"\b[A-Z]\w+\b", link, str(escape(text))))


def _places(shown: Iterable[Room]) -> dict[str, str]:
    """Return where each name is described; of one shown by two rooms, in the room that owns it."""
    found: dict[str, str] = {}
    for room in shown:
        found[room.name] = room.name
        folder = room.name.replace(".", "/")
        for entry in room.entries:
            place = f"{room.name}.{entry.name}"
            found[place] = place
            if entry.name not in found or entry.file.startswith(folder):
                found[entry.name] = place
            for member in entry.members:
                found[f"{entry.name}.{member.name}"] = f"{place}.{member.name}"
    return found


@reported()
def main() -> None:
    """Entry point of the rule."""
    parser = argparse.ArgumentParser(description="the reference of the engine")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    page = render(rooms())
    with atomic_write(arguments.output) as handle:
        handle.write(page)


if __name__ == "__main__":
    main()
