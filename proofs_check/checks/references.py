"""Works that the sources cite, held against records of the works once these are given.

No source contradicts itself here and no record ships with the project, so what decides is missing.
"""

from __future__ import annotations

from proofs_check.certificate import Certificate
from proofs_check.exact import Statement, Tree, inequality
from proofs_check.ledger import Claim
from proofs_check.missing import decide_if_given
from proofs_check.registry import Context, check


@check("C052", "C129")
def citations(claim: Claim, context: Context) -> Certificate:
    """Compare each printed number (year, volume, pages) with the record of the same work."""
    printed = [key for key in claim.data if not key.startswith("record_")]

    def as_recorded() -> Statement:
        gaps: list[Tree] = [
            ["abs", ["sub", ["datum", key], ["datum", f"record_{key}"]]] for key in printed
        ]
        return inequality("printed as recorded", ["add", *gaps], "==", "0")

    return decide_if_given(
        claim,
        context,
        [f"record_{key}" for key in printed],
        as_recorded,
        against="refuted",
        otherwise="the publishers' records; a year, volume or page that differs refutes",
        reading="works by these authors whose titles differ in wording count as the works cited",
    )
