"""Hold the verdicts found against those of the ledger, and write the ledger of this run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from proofs_check.certificate import UNDECIDED
from proofs_check.graph import carried, fallen_grounds
from proofs_check.ledger import CLAIMS, Ledger, load, sha256
from proofs_check.passages import load_passages
from rmot.artifact.files import read_json, write_csv, write_json
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported

NOT_RUN = "not run"


def collect(
    ledger: Ledger, documents: Sequence[Mapping[str, Any]], profile: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Compare claim by claim.

    Returns
    -------
    rows : list of dict
        One per claim of the ledger, in its order.
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
                # What a reader is shown: where no check ran, the verdict accepted last.
                "verdict": entry.verdict if status == NOT_RUN else status,
                "method": method or entry.method,
                "statements": 0 if certificate is None else len(certificate["exact"]),
                "reason": reason or "",
                "profile": profile,
            }
        )
    return rows, differences


def linked(ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put rows in the order of the sources, each with its place in the graph of claims.

    Returns
    -------
    list of dict
        The rows with ``rests_on``; ``carries``, what falls with the claim; and ``fallen``, the
        claims found false as written that it rests on, through others as well. Ids, with blanks.
    """
    rests_on = {entry.id: entry.rests_on for entry in ledger.entries}
    verdicts = {row["claim"]: row["verdict"] for row in rows}
    links = {
        "rests_on": rests_on,
        "carries": carried(rests_on),
        "fallen": fallen_grounds(rests_on, verdicts),
    }
    by_claim = {row["claim"]: row for row in rows}
    return [
        {
            **by_claim[entry.id],
            **{name: " ".join(sorted(link[entry.id])) for name, link in links.items()},
        }
        for entry in load_passages().order(ledger.entries)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read ``--profile P --output PATH.json CERTIFICATES...``; PATH.csv is written beside it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="full")
    parser.add_argument("--ledger", type=Path, default=CLAIMS)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("certificates", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    with reported("proofs_check.collect"):
        documents = [read_json(path) for path in options.certificates]
        documents = [item for item in documents if "certificates" in item]
        ledger, ledger_hash = load(options.ledger), sha256(options.ledger)
        rows, differences = collect(ledger, documents, options.profile)
        rows = [{**row, "ledger_sha256": ledger_hash} for row in linked(ledger, rows)]
        waiting = load_passages().open([entry.id for entry in ledger.entries])
        content = {"profile": options.profile, "claims": rows, "open": list(map(asdict, waiting))}
        write_json(options.output, content)
        write_csv(options.output.with_suffix(".csv"), pd.DataFrame(rows))
        if differences:
            sys.exit("\n".join(differences))


if __name__ == "__main__":
    main()
