"""How a certificate reads to a person: sections of plain lines, expressions in infix."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

WIDTH = 96
_LONGEST = 160
_SIGNS = {"add": " + ", "sub": " - ", "mul": "*", "div": "/", "pow": "**"}
_BINDING = {"add": 1, "sub": 1, "neg": 2, "mul": 2, "div": 3, "pow": 4}


def describe(
    row: Mapping[str, Any],
    certificates: Sequence[Mapping[str, Any]],
    ledger: Mapping[str, Mapping[str, Any]],
) -> str:
    """Set a claim and its certificates in sections.

    Parameters
    ----------
    row : dict
        Of the claim, as `proofs_check.collect` writes it.
    certificates : sequence of dict
    ledger : dict of str to dict
        Rows by claim, for the verdicts of what the claim rests on and of what rests on it.
    """
    lines = [f"{row['claim']}  {row['source']}, {row['location']}"]
    lines += _section("Statement", [row["statement"]])
    found = row["verdict"] if row["status"] == row["accepted"] else f"{row['status']}; "
    if row["status"] != row["accepted"]:
        found += f"accepted: {row['accepted']}"
        found += f" ({row['reason']})" if row["reason"] else ""
    lines += _section("Verdict", [found])
    lines += _section("Method", [row["method"]])
    for certificate in certificates:
        defeated = "" if certificate["verdict"] == "verified" else " defeated"
        lines += _section(f"Reading{defeated}", [certificate["reading"]])
        lines += _section("Evidence", list(_evidence(certificate["evidence"])))
        truths = [line for item in certificate["exact"] for line in _statement(item)]
        lines += _section("Statements that can be re-checked", truths)
        lines += _section("Otherwise", [certificate["otherwise"]])
    for title, key in (
        ("Rests on", "rests_on"),
        ("What rests on it, through others as well", "carries"),
    ):
        names = row[key].split()
        told = [f"{name}  {ledger[name]['verdict']}: {ledger[name]['statement']}" for name in names]
        lines += _section(title, told)
    fallen = [f"{name} {ledger[name]['verdict']}" for name in row["fallen"].split()]
    lines += _section("All that it rests on and that is false as written", [", ".join(fallen)])
    return "\n".join(lines)


def infix(tree: Any) -> str:
    """Write an expression as on paper.

    >>> infix(["div", ["sub", "1", ["datum", "x"]], ["mul", "2", ["neg", ["variable", "y"]]]])
    '(1 - x)/(2*(-y))'
    """
    return _infix(tree)[0]


def _infix(tree: Any) -> tuple[str, int]:
    if not isinstance(tree, list):
        text = str(tree)
        return text, _BINDING["div"] if "/" in text else _BINDING["neg"] if "-" in text else 9
    head, *rest = tree
    if head in ("datum", "cell", "variable"):
        return rest[0] + "".join(f"[{part}]" for part in rest[1:]), 9
    if head not in _BINDING:
        return f"{head}({', '.join(infix(part) for part in rest)})", 9
    own = _BINDING[head]
    parts = []
    for place, part in enumerate(rest):
        text, binding = _infix(part)
        loose = binding < own or (place > 0 and binding == own and head in ("sub", "div"))
        # A sign behind another, and a power of a power, are set apart.
        loose |= head in ("pow", "neg") and binding <= own
        loose |= place > 0 and text.startswith("-")
        parts.append(f"({text})" if loose else text)
    return ("-" + parts[0] if head == "neg" else _SIGNS[head].join(parts)), own


def _section(title: str, paragraphs: Sequence[str]) -> list[str]:
    if not any(paragraphs):
        return []
    lines = ["", title]
    for paragraph in paragraphs:
        lines += wrap(
            paragraph, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False
        )
    return lines


def _evidence(evidence: Mapping[str, Any]) -> Iterator[str]:
    for name, value in evidence.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if isinstance(value, float):
            text = f"{value:.10g}"
        yield f"{name}: {text}"


def _statement(item: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'true ' if item['holds'] else 'false'}  {item['name']}"
    text = formula(item)
    if text and len(text) <= _LONGEST:
        yield f"       {text}"


def formula(item: Mapping[str, Any]) -> str:
    """Write what a statement says, or nothing for one that is no formula."""
    if item["kind"] == "inequality":
        return f"{infix(item['left'])} {item['relation']} {infix(item['right'])}"
    if item["kind"] == "identity":
        return f"{infix(item['left'])} == {infix(item['right'])}"
    if item["kind"] == "enclosure":
        return f"{infix(item['lower'])} <= {infix(item['value'])} <= {infix(item['upper'])}"
    if item["kind"] == "present":
        return "given: " + ", ".join(item["keys"])
    return ""
