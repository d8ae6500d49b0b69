"""Run the checks of one topic and write their certificates."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from proofs_check.ledger import CLAIMS, Ledger, load
from proofs_check.registry import Context, check_of
from rmot.artifact.files import write_json
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import MissingData


def run(topic: str, context: Context, ledger: Ledger) -> dict[str, Any]:
    """Check every claim of a topic.

    Returns
    -------
    dict
        ``topic``, ``profile``, ``certificates``, and ``not_run``: claims whose data is absent.

    Raises
    ------
    DataError
        A table is not the one recorded, or a claim has no check.
    """
    certificates, absent = [], []
    for entry in ledger.entries:
        if entry.topic != topic:
            continue
        try:
            claim = ledger.claim(entry)
            certificates.append(check_of(claim)(claim, context).to_json())
        except MissingData as error:
            absent.append({"claim": entry.id, "reason": str(error)})
    return {
        "topic": topic,
        "profile": context.profile,
        "certificates": certificates,
        "not_run": absent,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read ``--topic T --profile P --output PATH``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--topic", required=True)
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--ledger", type=Path, default=CLAIMS)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    with reported("proofs_check.run"):
        ledger = load(options.ledger)
        if options.topic not in ledger.topics():
            parser.error(f"expected a topic among {ledger.topics()}; got {options.topic!r}")
        write_json(options.output, run(options.topic, Context(options.profile), ledger))


if __name__ == "__main__":
    main()
