"""Run the checks of single claims anew, re-check their certificates, and hold their verdicts up.

    python -m proofs_check.recheck C022 C045 --profile quick

Prints a JSON list, a claim to an entry. Exit 1 when a verdict or method is not the ledger's.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from proofs_check.collect import collect
from proofs_check.ledger import FOLDER, Ledger, load
from proofs_check.registry import Context
from proofs_check.run import run
from proofs_check.verify import Rejected, ledger_of, verify
from rmot.artifact.profiles import PROFILES
from rmot.artifact.programs import reported
from rmot.errors import DataError


def recheck(claim: str, context: Context, ledger: Ledger) -> dict[str, Any]:
    """Check one claim anew.

    Returns
    -------
    dict
        ``claim``, ``accepted``, ``status`` (the verdict found), ``method``, ``reason`` where it did
        not run, ``statements`` (how many the verifier re-checked) and ``differences`` from the
        ledger or from what the verifier finds, empty where there are none.

    Raises
    ------
    DataError
        The ledger has no such claim.
    """
    entries = tuple(entry for entry in ledger.entries if entry.id == claim)
    if not entries:
        raise DataError(f"expected the id of a claim in the ledger; got {claim!r}")
    alone = Ledger(entries, ledger.hashes)
    document = run(entries[0].topic, context, alone)
    (row,), differences = collect(alone, [document], context.profile)
    statements = 0
    for certificate in document["certificates"]:
        try:
            # As JSON, which is how the verifier gets it elsewhere.
            statements += verify(json.loads(json.dumps(certificate)), ledger_of(FOLDER))
        except Rejected as fault:
            differences.append(f"{claim}: the verifier rejects the certificate: {fault}")
    return {
        **{key: row[key] for key in ("claim", "accepted", "status", "method", "reason")},
        "statements": statements,
        "differences": differences,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read ids and ``--profile P``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("claims", nargs="+")
    parser.add_argument("--profile", choices=PROFILES, default="full")
    options = parser.parse_args(arguments)
    with reported("proofs_check.recheck"):
        ledger, context = load(), Context(options.profile)
        found = [recheck(claim, context, ledger) for claim in options.claims]
        print(json.dumps(found, indent=1))
        sys.exit(any(item["differences"] for item in found))


if __name__ == "__main__":
    main()
