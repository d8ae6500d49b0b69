"""Statements whose numbers come out of floating point: their arithmetic alone can be re-checked."""

from __future__ import annotations

from proofs_check.exact import Statement, inequality


def floating(name: str, left: float, relation: str, right: float) -> Statement:
    """State ``left relation right`` of two computed numbers."""
    return {
        **inequality(name, repr(float(left)), relation, repr(float(right))),
        "rests_on": "floating point",
    }
