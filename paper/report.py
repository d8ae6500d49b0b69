"""The referee's page: ledger, certificates, figures and provenance in one offline file."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

import jinja2

from rmot.artifact.files import atomic_write, read_json
from rmot.artifact.profiles import PROFILES
from rmot.errors import RmotError

TEMPLATE = Path(__file__).with_name("report.html")


def render(
    profile: str,
    ledger: list[dict[str, Any]],
    certificates: dict[str, list[dict[str, Any]]],
    figures: dict[str, bytes],
    provenance: dict[str, Any],
) -> str:
    """Fill the page.

    Parameters
    ----------
    profile : str
    ledger : list of dict
        One entry a claim, as `proofs_check.collect` writes them.
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
        claims=ledger,
        certificates=certificates,
        figures={
            name: base64.b64encode(content).decode("ascii") for name, content in figures.items()
        },
        provenance=provenance,
    )


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
            read_json(options.ledger)["claims"],
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
