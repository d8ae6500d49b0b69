"""Hold the verdicts found against those of the ledger, and write the ledger of this run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from proofs_check.certificate import UNDECIDED
from proofs_check.ledger import CLAIMS, Ledger, load, sha256
from rmot.artifact.files import read_json, write_csv, write_json
from rmot.artifact.profiles import PROFILES
from rmot.errors import RmotError

NOT_RUN = "not run"


def collect(
    ledger: Ledger, documents: Sequence[Mapping[str, Any]], profile: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Compare claim by claim.

    Returns
    -------
    rows : list of dict
        One per claim of the ledger.
    differences : list of str
        One line per claim whose verdict or method is not the ledger's.
    """
    found = {entry["claim"]: entry for item in documents for entry in item["certificates"]}
    absent = {entry["claim"]: entry["reason"] for item in documents for entry in item["not_run"]}
    rows, differences = [], []
    for entry in ledger.entries:
        certificate = found.get(entry.id)
        status = NOT_RUN if certificate is None else certificate["verdict"]
        method = None if certificate is None else certificate["method"]
        reason = absent.get(entry.id)
        if certificate is None and reason is None:
            differences.append(
                f"{entry.id}: ledger says {entry.verdict}, no certificate was handed in"
            )
        elif status not in (NOT_RUN, entry.verdict) and not (
            status == UNDECIDED and profile == "quick"
        ):
            differences.append(f"{entry.id}: ledger says {entry.verdict}, the check says {status}")
        elif method not in (None, entry.method):
            differences.append(
                f"{entry.id}: ledger says {entry.verdict} by the method {entry.method},"
                f" the check used {method}"
            )
        rows.append(
            {
                "claim": entry.id,
                "source": entry.source,
                "location": entry.location,
                "topic": entry.topic,
                "statement": entry.statement,
                "accepted": entry.verdict,
                "status": status,
                "method": method or entry.method,
                "statements": 0 if certificate is None else len(certificate["exact"]),
                "reason": reason or "",
                "profile": profile,
            }
        )
    return rows, differences


def main(arguments: Sequence[str] | None = None) -> None:
    """Read ``--profile P --output PATH.json CERTIFICATES...``; PATH.csv is written beside it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--ledger", type=Path, default=CLAIMS)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("certificates", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    try:
        documents = [read_json(path) for path in options.certificates]
        documents = [item for item in documents if "certificates" in item]
        rows, differences = collect(load(options.ledger), documents, options.profile)
        ledger_hash = sha256(options.ledger)
        rows = [{**row, "ledger_sha256": ledger_hash} for row in rows]
        write_json(options.output, {"profile": options.profile, "claims": rows})
        write_csv(options.output.with_suffix(".csv"), pd.DataFrame(rows))
    except RmotError as error:
        sys.exit(f"proofs_check.collect: {error}")
    if differences:
        sys.exit("\n".join(differences))


if __name__ == "__main__":
    main()
