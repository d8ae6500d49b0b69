"""The page's figures, tables and programs as it shows them, each linked with what it rests on."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from paper.report.floats import Float
from paper.report.latex import plain
from paper.report.programs import Rule
from paper.report.tables import Packed, pack, png_size

# Floats of the article that this page shows in its own way, and where.
ELSEWHERE = {"claims_graph": "graph", "claims_summary": "overview"}
# Files of one folder beyond which the folder alone is named.
MANY = 4


@dataclass(frozen=True)
class Link:
    """A file by name, and where the page shows it; an empty anchor where it does not."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Shown:
    """A figure or table of the page.

    Attributes
    ----------
    kind, name : str
    title : str
        Number of the article, or the name in words where the article does not show it.
    caption : Markup
        Of the article; empty without.
    program : str
        Margin mark: the module that made it.
    job : str
        Name of its rule in provenance; empty where the page knows none.
    inputs : list of Link
        What it was made of.
    anchor : str
    content : str
        PNG in base64, or empty.
    size : (int, int)
        Pixels of the PNG.
    table : Packed or None
    alt : str
        What is read aloud for the image.
    """

    kind: str
    name: str
    title: str
    caption: Markup
    program: str
    job: str
    inputs: list[Link]
    anchor: str
    content: str = ""
    size: tuple[int, int] = (0, 0)
    table: Packed | None = None
    alt: str = ""


class Shelf:
    """What there is to show, and where each file stands on the page."""

    def __init__(
        self,
        floats: Sequence[Float],
        jobs: Sequence[Rule],
        figures: Mapping[str, bytes],
        tables: Mapping[str, bytes],
        data: Mapping[str, Link],
    ) -> None:
        """Arrange by the article's order.

        Parameters
        ----------
        floats : sequence of Float
        jobs : sequence of Rule
        figures, tables : dict of str to bytes
            PNG and CSV files by name.
        data : dict of str to Link
            Data files by their path.
        """
        self._floats = {(each.kind, name): each for each in reversed(floats) for name in each.names}
        order = {key: place for place, key in enumerate(reversed(list(self._floats)))}
        self._jobs = {PurePath(path): job for job in jobs for path in job.outputs}
        self._data = data
        self._drawn, self._listed = set(figures), set(tables)
        found = [("figure", name) for name in figures] + [("table", name) for name in tables]
        found.sort(key=lambda key: (order.get(key, len(order)), key))
        self.figures = [
            self._shown(
                kind,
                name,
                content=base64.b64encode(figures[name]).decode("ascii"),
                size=png_size(name, figures[name]),
            )
            for kind, name in found
            if kind == "figure"
        ]
        self.tables = [
            self._shown(kind, name, table=pack(name, tables[name]))
            for kind, name in found
            if kind == "table"
        ]

    def link(self, path: str) -> Link:
        """Link a file of results or data with its place on the page."""
        stem, folder = PurePath(path).stem, PurePath(path).parts[0]
        if folder == "figures" and stem in self._drawn:
            return Link(stem, f"figure-{stem}")
        if folder in ("tables", "benchmarks") and path.endswith(".csv") and stem in self._listed:
            return Link(stem, f"table-{stem}")
        if path == "claims/ledger.csv":
            return Link("ledger", "claims")
        maker = self._jobs.get(PurePath(path))
        return self._data.get(path, Link(path, f"rule-{maker.name}" if maker else ""))

    def links(self, paths: Sequence[str]) -> list[Link]:
        """Link files; of many in one folder that the page does not show, the folder is told."""
        found = [(PurePath(path).parent.as_posix(), self.link(path)) for path in paths]
        unseen = Counter(folder for folder, link in found if not link.anchor)
        told = [
            Link(f"{folder}/ ({unseen[folder]} files)", "")
            if not link.anchor and unseen[folder] > MANY
            else link
            for folder, link in found
        ]
        return list(dict.fromkeys(told))

    def named(self, name: str) -> list[Link]:
        """Link what goes by a name, the figure before the table."""
        kinds = (("figure", self._drawn), ("table", self._listed))
        found = [
            Link(self._title(kind, name), f"{kind}-{name}")
            for kind, there in kinds
            if name in there
        ]
        return found or [Link(name, "graph" if name == "claims_graph" else "")]

    def elsewhere(self) -> list[Link]:
        """Link what the article shows as a float and this page in another way, or not at all."""
        shown = {("figure", name) for name in self._drawn} | {("table", n) for n in self._listed}
        return [
            Link(self._title(*key), ELSEWHERE.get(key[1], ""))
            for key in reversed(list(self._floats))
            if key not in shown
        ]

    def _title(self, kind: str, name: str) -> str:
        printed = self._floats.get((kind, name))
        return f"{kind.capitalize()} {printed.number} ({name})" if printed else f"{kind} {name}"

    def _shown(self, kind: str, name: str, **content: Any) -> Shown:
        suffix, folders = (
            ("png", ["figures"]) if kind == "figure" else ("csv", ["tables", "benchmarks"])
        )
        made = [self._jobs.get(PurePath(folder, f"{name}.{suffix}")) for folder in folders]
        job = next((each for each in made if each), None)
        printed = self._floats.get((kind, name))
        caption = printed.caption if printed else Markup("")
        title = f"{kind.capitalize()} {printed.number}" if printed else name.replace("_", " ")
        program = printed.program if printed else ", ".join(job.programs if job else ())
        return Shown(
            kind,
            name,
            title,
            caption,
            program,
            job.name if job else "",
            self.links(job.inputs) if job else [],
            f"{kind}-{name}",
            alt=f"{title}: {plain(caption).partition('. ')[0] or name.replace('_', ' ')}",
            **content,
        )


def breakable(text: str) -> Markup:
    """Let a long name be broken behind its dots, strokes and slashes."""
    return Markup("<wbr>").join(re.split(r"(?<=[._/])(?=.)", text))


def by_source(counterparts: Sequence[Any], lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Group counterparts by source document, each with its lines.

    Parameters
    ----------
    counterparts : sequence of paper.counterparts.Counterpart
    lines : sequence of dict
        Rows of `rmot.studies.sources.lines`.
    """
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in lines:
        rows.setdefault((row["source"], row["item"]), []).append(row)
    grouped: dict[str, Any] = {}
    for each in counterparts:
        entry = (each, rows.get((each.source, each.item), []))
        grouped.setdefault(each.source, []).append(entry)
    return grouped
