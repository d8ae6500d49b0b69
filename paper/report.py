"""The referee's page: ledger, certificates, figures and provenance in one offline file."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

import jinja2

from figures.claims_layout import HEIGHT, WIDTH, curve, lay_out, short_location
from proofs_check.graph import FALSE_AS_WRITTEN
from rmot.artifact.files import atomic_write, read_json
from rmot.artifact.profiles import PROFILES
from rmot.errors import RmotError

TEMPLATE = Path(__file__).with_name("report.html")
# Pixels of a column and of a row of the graph, and the letters that a box has room for.
COLUMN, ROW, ROOM = 180, 30, 13


def render(
    profile: str,
    ledger: dict[str, Any],
    certificates: dict[str, list[dict[str, Any]]],
    figures: dict[str, bytes],
    provenance: dict[str, Any],
) -> str:
    """Fill the page.

    Parameters
    ----------
    profile : str
    ledger : dict
        As `proofs_check.collect` writes it: ``claims``, an entry each, and those still ``open``.
    certificates : dict of str to list of dict
        Certificates by claim.
    figures : dict of str to bytes
        PNG files by name.
    provenance : dict
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=1, ensure_ascii=False)
    return environment.get_template(TEMPLATE.name).render(
        profile=profile,
        claims=ledger["claims"],
        waiting=ledger["open"],
        graph=_graph(ledger["claims"]),
        certificates=certificates,
        figures={
            name: base64.b64encode(content).decode("ascii") for name, content in figures.items()
        },
        provenance=provenance,
    )


def _graph(claims: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the boxes and lines of the graph of claims, in pixels."""
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


def main() -> None:
    """Write the page from the results named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--certificates", type=Path, nargs="+", required=True)
    parser.add_argument("--figures", type=Path, nargs="+", required=True)
    parser.add_argument("--provenance", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    try:
        certificates: dict[str, list[dict[str, Any]]] = {}
        for path in options.certificates:
            for certificate in read_json(path)["certificates"]:
                certificates.setdefault(certificate["claim"], []).append(certificate)
        page = render(
            options.profile,
            read_json(options.ledger),
            certificates,
            {path.stem: path.read_bytes() for path in options.figures},
            read_json(options.provenance),
        )
    except RmotError as error:
        sys.exit(f"report: {error}")
    with atomic_write(options.output) as handle:
        handle.write(page)


if __name__ == "__main__":
    main()
