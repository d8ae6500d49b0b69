"""Numbers of the bounds that were timed: what was solved and how well, but no time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from paper.quantities.number import DRAWN, Number, Source
from rmot.artifact.formats import significant


def transport(table: pd.DataFrame) -> Iterator[Number]:
    """Sizes, distances and gaps; solvers' rounding moves these, so two orders of magnitude pass.

    Of the peer's forms those with densities count, which are the more accurate on nodes.
    """
    source = Source("TransportTiming", str(table["data_sha256"].iloc[0]), DRAWN)
    on_nodes = table.query("study == 'nodes'")
    sample = table.query("study == 'sample'").iloc[0]
    ours = on_nodes.query("part == 'one side'").to_dict("records")
    peer = on_nodes.query("part == 'whole' and method != 'Clarabel, masses'").to_dict("records")
    path = table.query("part == 'bounds_path'").iloc[0]
    single = table.query("part == 'price_bounds each'").iloc[0]

    def largest(name: str, rows: list[dict[Any, Any]], column: str, divergence: str) -> Number:
        value = max(row[column] for row in rows if row["divergence"] == divergence)
        return source.number(name, value, significant(value, 1), 99 * value)

    yield source.count("Nodes", ours[0]["nodes"])
    yield source.count("Quotes", ours[0]["quotes"])
    yield source.count("Draws", sample["nodes"])
    yield source.count("DrawnQuotes", sample["quotes"])
    yield largest("Distance", peer, "distance", "chi-squared")
    yield largest("Gap", ours, "gap", "chi-squared")
    yield largest("PeerGap", peer, "gap", "chi-squared")
    yield largest("EntropyDistance", peer, "distance", "entropy")
    yield largest("EntropyGap", ours, "gap", "entropy")
    yield largest("EntropyPeerGap", peer, "gap", "entropy")
    entropy = [row for row in ours if row["divergence"] == "entropy"]
    widest = max(entropy, key=lambda row: row["radius"])
    yield source.measured("EntropyShare", widest["share_spent"], 0.1)
    # a call finds the nearest law and both sides
    yield source.count("Radii", single["solves"] / 3)
    yield source.count("Solves", path["solves"], 4)
    yield source.count("SingleSolves", single["solves"])
    yield source.measured("PathDistance", path["distance"], 1.0)
    yield source.measured("PathError", path["gap"], 1.0)
