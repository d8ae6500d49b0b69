"""What a check hands back: the verdict, and all that is needed to see that it is right.

As JSON a certificate has the keys of `Certificate`. ``exact`` lists statements in the language of
`proofs_check.exact`, each with a ``name`` and with ``holds``, its truth. ``decision`` lists rules
``{"verdict": V, "when": {name: truth, ...}}``; the verdict is that of the first rule whose
statements have those truths. It is computed, never written, and `verify.py` computes it again.
A statement with ``rests_on`` takes numbers from a simulation or a quadrature: its arithmetic can be
re-checked, the numbers only by running the check anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from proofs_check.exact import Scope, Statement
from proofs_check.ledger import Claim
from rmot.errors import DataError

METHODS = ("symbolic", "certified", "numeric", "statistical", "reading")
VERDICTS = ("verified", "corrected", "refuted", "inconsistent", "untestable")
UNDECIDED = "undecided"

Rule = tuple[str, Mapping[str, bool]]


@dataclass(frozen=True)
class Certificate:
    """A verdict and its grounds.

    Attributes
    ----------
    claim : str
        Id in the ledger.
    verdict : str
        One of `VERDICTS`, or "undecided" (quick profile only).
    method : str
        One of `METHODS`.
    evidence : dict
        Numbers found, with tolerance or error.
    otherwise : str
        What would have made it come out otherwise.
    reading : str
        The most charitable precise reading of the claim, and how it fares.
    data : dict
        ``kind``, ``profile``, ``seed``, ``values`` (the claim's data) and ``tables`` (file, sha256,
        text).
    exact : list of dict
        Statements that can be re-checked, and whether they hold.
    decision : list of dict
        Which statements give which verdict.

    Raises
    ------
    DataError
        A field is not of its form.
    """

    claim: str
    verdict: str
    method: str
    evidence: dict[str, Any]
    otherwise: str
    reading: str
    data: dict[str, Any]
    exact: list[Statement]
    decision: list[dict[str, Any]]

    def __post_init__(self) -> None:
        names = [statement.get("name") for statement in self.exact]
        told = {name for rule in self.decision for name in rule["when"]}
        faults = {
            "a verdict": self.verdict in (*VERDICTS, UNDECIDED),
            "a method": self.method in METHODS,
            "what would have been otherwise": bool(self.otherwise),
            "the reading that a verdict against the claim defeats": bool(self.reading)
            or self.verdict == "verified",
            "exact statements, each with a name of its own": bool(names)
            and len(set(names)) == len(names),
            "rules about the statements given": told <= set(names),
            "undecided in the quick profile only": self.verdict != UNDECIDED
            or self.data["profile"] == "quick",
        }
        for wanted, there in faults.items():
            if not there:
                raise DataError(f"{self.claim}: expected {wanted}; got {self.verdict!r}, {names}")

    def to_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold."""
        return asdict(self)


def scope_of(claim: Claim) -> Scope:
    """Build the scope in which a claim's expressions are evaluated."""
    return Scope(claim.data, {name: table.rows for name, table in claim.tables.items()})


def all_or_none(statements: Sequence[Statement]) -> list[Rule]:
    """Return rules by which a claim is verified if all statements hold, refuted if one does not."""
    names = [statement["name"] for statement in statements]
    return [
        ("verified", dict.fromkeys(names, True)),
        *(("refuted", {name: False}) for name in names),
    ]


def decide(
    claim: Claim,
    profile: str,
    method: str,
    statements: Sequence[Statement],
    rules: Sequence[Rule],
    *,
    evidence: Mapping[str, Any],
    otherwise: str,
    reading: str,
    kind: str = "printed",
    seed: int | None = None,
) -> Certificate:
    """Evaluate the statements and let the first rule that they meet give the verdict.

    Raises
    ------
    DataError
        No rule is met outside the quick profile.
    """
    scope = scope_of(claim)
    exact = [{**statement, "holds": scope.holds(statement)} for statement in statements]
    truth = {statement["name"]: statement["holds"] for statement in exact}
    verdict = UNDECIDED
    for candidate, when in rules:
        if all(truth[name] == wanted for name, wanted in when.items()):
            verdict = candidate
            break
    return Certificate(
        claim=claim.id,
        verdict=verdict,
        method=method,
        evidence=dict(evidence),
        otherwise=otherwise,
        reading=reading,
        data={
            "kind": kind,
            "profile": profile,
            "seed": seed,
            "values": dict(claim.data),
            "tables": {
                name: {"file": table.file, "sha256": table.sha256, "text": table.text}
                for name, table in claim.tables.items()
            },
        },
        exact=exact,
        decision=[{"verdict": candidate, "when": dict(when)} for candidate, when in rules],
    )
