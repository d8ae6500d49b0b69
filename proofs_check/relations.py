"""Relations that a sentence states of its numbers, held one by one.

A claim's data has ``relations``, each ``[name, left, relation, right]`` in formulas of its numbers.
It may have ``charitable`` ones, of which one would do as well, and ``repaired`` ones that hold of
the statement put in its place.
"""

from __future__ import annotations

from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.exact import Statement, Tree, inequality, present, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context


def names_of(claim: Claim) -> dict[str, Tree]:
    """Bind the claim's numbers; those of lists, and of a table's columns, end in their place.

    A table's cell is bound by its column, and by the table's name with its column.
    """
    names: dict[str, Tree] = {}
    for key, value in claim.data.items():
        if isinstance(value, str):
            names[key] = ["datum", key]
        else:
            names |= {f"{key}_{place}": ["datum", key, place] for place in range(len(value))}
    for table, content in claim.tables.items():
        for place, row in enumerate(content.rows):
            cells = {key: ["cell", table, place, key] for key in row}
            names |= {f"{key}_{place}": cell for key, cell in cells.items()}
            names |= {f"{table}_{key}_{place}": cell for key, cell in cells.items()}
    return names


def relations(claim: Claim, key: str) -> list[Statement]:
    """State the relations that stand in the claim's data under a key."""
    names = names_of(claim)
    return [
        inequality(name, tree(left, names), relation, tree(right, names))
        for name, left, relation, right in claim.data.get(key, [])
    ]


def hold_relations(
    claim: Claim,
    context: Context,
    against: str,
    otherwise: str,
    reading: str,
    *,
    method: str = "reading",
) -> Certificate:
    """Hold all relations that the sentence states, where the numbers for them are given.

    Parameters
    ----------
    against : str
        Verdict where one relation fails, and with it each charitable one.
    """
    needs = list(claim.data.get("needs", []))
    missing = [key for key in needs if key not in claim.data]
    statements: list[Statement] = []
    rules: list[Rule] = []
    if needs:
        statements.append(present("numbers are given", needs))
        rules.append(("untestable", {"numbers are given": False}))
    if not missing:
        held, charitable, repaired = (
            relations(claim, key) for key in ("relations", "charitable", "repaired")
        )
        statements += [*held, *charitable, *repaired]
        whole = {item["name"]: True for item in held}
        spared = {item["name"]: False for item in charitable}
        mended = {item["name"]: True for item in repaired}
        rules += [("verified", whole), *(("verified", {name: True}) for name in spared)]
        rules += [(against, {name: False, **spared, **mended}) for name in whole]
    return decide(
        claim,
        context.profile,
        method,
        statements,
        rules,
        evidence={"missing": missing} if needs else {"relations": len(statements)},
        otherwise=otherwise,
        reading=reading,
    )
