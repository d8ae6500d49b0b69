"""The referee's page, one offline file: what is embedded, and how it is put together.

The page asks no network: its policy allows its own script and style alone, by their hashes.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from paper import counterparts
from paper.report.certificates import number, view
from paper.report.described import unpack
from paper.report.floats import Float, read_floats, read_macros
from paper.report.graph import graph
from paper.report.overview import overview, short_source
from paper.report.programs import Rule, jobs, read_rules
from paper.report.provenance import data_rows
from paper.report.shown import Link, Shelf, breakable, by_source
from proofs_check.graph import FALSE_AS_WRITTEN
from rmot.artifact.files import atomic_write, read_json
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import MissingData

HERE = Path(__file__).parent
ARTICLE = HERE.parent
SCRIPTS = ("tables.js", "claims.js", "graph.js", "figures.js")


@dataclass(frozen=True)
class Contents:
    """All that the page shows.

    Attributes
    ----------
    profile : str
    ledger : dict
        As `proofs_check.collect` writes it: ``claims``, an entry each, and those still ``open``.
    certificates : dict of str to list of dict
        By claim.
    provenance : dict
        As `rmot.studies.provenance` writes it.
    figures, tables : dict of str to bytes
        PNG and CSV files by name.
    floats : sequence of Float
        What the article shows.
    rules : sequence of Rule
        Of the DAG.
    counterparts : sequence of paper.counterparts.Counterpart
    lines : sequence of dict
        Rows of `rmot.studies.sources.lines`.
    """

    profile: str
    ledger: dict[str, Any]
    certificates: dict[str, list[dict[str, Any]]]
    provenance: dict[str, Any]
    figures: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    floats: Sequence[Float] = ()
    rules: Sequence[Rule] = ()
    counterparts: Sequence[counterparts.Counterpart] = ()
    lines: Sequence[Mapping[str, Any]] = ()


def render(contents: Contents) -> str:
    """Fill the page.

    Raises
    ------
    DataError
        A figure is no PNG file, or a table no CSV file.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "short": short_source,
        "number": _number,
        "cost": _cost,
        "breakable": breakable,
    }
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    claims = contents.ledger["claims"]
    ran = jobs(list(contents.rules), contents.provenance.get("rules", {}))
    data = data_rows(contents.provenance.get("data", {}), ran, _hashes(contents.tables))
    shelf = Shelf(
        contents.floats,
        ran,
        contents.figures,
        contents.tables,
        {row.path: Link(row.id, row.anchor) for row in data},
    )
    kinds = sorted({row.kind for row in data} | _kinds(shelf)) or ["no"]
    return environment.get_template("index.html").render(
        profile=contents.profile,
        kinds=[kind for kind in kinds if kind not in ("drawn", "printed", "none")],
        style=Markup(style),
        script=Markup(script),
        policy={"style": _hash(style), "script": _hash(script)},
        claims=claims,
        overview=overview(claims),
        fallen=sum(1 for claim in claims if claim["verdict"] in FALSE_AS_WRITTEN),
        waiting=contents.ledger["open"],
        certificates={
            claim: [view(each) for each in found] for claim, found in contents.certificates.items()
        },
        graph=graph(claims),
        figures=shelf.figures,
        tables=shelf.tables,
        packed={each.name: each.table.content for each in shelf.tables if each.table},
        counterparts=by_source(contents.counterparts, contents.lines),
        shelf=shelf,
        jobs=ran,
        data=data,
        anchors={row.sha256: row.anchor for row in data},
        provenance=contents.provenance,
    )


def _number(text: str, digits: int) -> str:
    return "" if text in ("", "nan") else number(float(text), digits)


def _cost(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _hashes(tables: Mapping[str, bytes]) -> set[str]:
    words = {
        word for content in tables.values() for word in content.decode().replace(",", " ").split()
    }
    return {word for word in words if len(word) == 64}


def _kinds(shelf: Shelf) -> set[str]:
    return {kind for each in shelf.tables if each.table for kind in each.table.kinds}


def main() -> None:
    """Write the page from the results named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--certificates", type=Path, nargs="+", required=True)
    parser.add_argument("--provenance", type=Path, required=True)
    parser.add_argument("--figures", type=Path, nargs="*", default=[])
    parser.add_argument("--tables", type=Path, nargs="*", default=[])
    parser.add_argument("--numbers", type=Path, help="macros that captions use")
    parser.add_argument("--counterparts", type=Path, help="of the sources' tables and figures")
    parser.add_argument("--lines", type=Path, help="their numbers beside ours")
    parser.add_argument("--rules", default="", help="the DAG's, as `described` packs them")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with reported("report"):
        page = render(_contents(options))
        with atomic_write(options.output) as handle:
            handle.write(page)


def _contents(options: argparse.Namespace) -> Contents:
    certificates: dict[str, list[dict[str, Any]]] = {}
    for path in options.certificates:
        for certificate in read_json(path)["certificates"]:
            certificates.setdefault(certificate["claim"], []).append(certificate)
    try:
        figures, tables = (
            {path.stem: path.read_bytes() for path in paths}
            for paths in (options.figures, options.tables)
        )
        lines = []
        if options.lines:
            with options.lines.open(encoding="utf-8", newline="") as handle:
                lines = list(csv.DictReader(handle))
    except FileNotFoundError as error:
        raise MissingData(f"expected the file {error.filename}; it does not exist") from None
    return Contents(
        profile=options.profile,
        ledger=read_json(options.ledger),
        certificates=certificates,
        provenance=read_json(options.provenance),
        figures=figures,
        tables=tables,
        floats=read_floats(ARTICLE, read_macros(options.numbers)) if options.numbers else (),
        rules=read_rules(unpack(options.rules)) if options.rules else (),
        counterparts=counterparts.load(options.counterparts) if options.counterparts else (),
        lines=lines,
    )


if __name__ == "__main__":
    main()
