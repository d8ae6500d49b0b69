"""How many claims there are of each verdict and source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

# In the order of how much stands of a claim.
VERDICTS = ("verified", "corrected", "refuted", "inconsistent", "untestable", "undecided")


def overview(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count claims by verdict and source.

    Returns
    -------
    dict
        ``sources`` (names as in the ledger), ``rows`` (verdict, its count, counts by source),
        ``totals`` by source and ``most``, the greatest count of a verdict.
    """
    counts = Counter((claim["verdict"], claim["source"]) for claim in claims)
    verdicts = Counter(claim["verdict"] for claim in claims)
    sources = sorted({claim["source"] for claim in claims})
    return {
        "sources": sources,
        "rows": [
            (verdict, verdicts[verdict], [counts[verdict, source] for source in sources])
            for verdict in sorted(verdicts, key=lambda each: (*VERDICTS, each).index(each))
        ],
        "totals": [sum(claim["source"] == source for claim in claims) for source in sources],
        "most": max(verdicts.values(), default=1),
    }


def short_source(name: str) -> str:
    """Name a source document by its number; the rest are claims of our own."""
    return name[:3] if name[:3].isdigit() else "ours"
