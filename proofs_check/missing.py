"""Claims that lack what would decide them: untestable as they stand, decided once it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, present
from proofs_check.ledger import Claim
from proofs_check.registry import Context


def decide_if_given(
    claim: Claim,
    context: Context,
    keys: Sequence[str],
    deciding: Callable[[], Statement],
    *,
    against: str,
    otherwise: str,
    reading: str,
) -> Certificate:
    """Give "untestable" where one of the keys is missing, else what the statement decides.

    Parameters
    ----------
    keys : sequence of str
        Of the claim's data.
    deciding : callable
        Makes the statement that verifies the claim if it holds; called where all keys are there.
    against : str
        Verdict where it does not hold.
    """
    there = present("what decides is given", keys)
    statements, rules = [there], [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):
        statement = deciding()
        statements.append(statement)
        rules += [
            ("verified", {statement["name"]: True}),
            (against, {statement["name"]: False}),
        ]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in keys if key not in claim.data]},
        otherwise=otherwise,
        reading=reading,
    )
