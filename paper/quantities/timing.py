"""Numbers of the bounds that were timed: what was solved and how well, but no time."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import DRAWN, Number, Source
from rmot.artifact.formats import significant


def transport(table: pd.DataFrame) -> Iterator[Number]:
    """Sizes, distances and gaps; solvers' rounding moves these, so two orders of magnitude pass."""
    source = Source("TransportTiming", str(table["data_sha256"].iloc[0]), DRAWN)
    on_nodes, sample = table.query("study == 'nodes'"), table.query("study == 'sample'")
    ours = on_nodes.query("part == 'one side'")
    peer = on_nodes.query("part == 'whole'")
    path = table.query("part == 'bounds_path'").iloc[0]
    single = table.query("part == 'price_bounds each'").iloc[0]

    def largest(name: str, rows: pd.DataFrame, column: str, divergence: str) -> Number:
        value = float(rows[rows["divergence"] == divergence][column].to_numpy().max())
        return source.number(name, value, significant(value, 1), 99 * value)

    yield source.count("Nodes", on_nodes["nodes"].iloc[0])
    yield source.count("Quotes", on_nodes["quotes"].iloc[0])
    yield source.count("Draws", sample["nodes"].iloc[0])
    yield source.count("DrawnQuotes", sample["quotes"].iloc[0])
    yield largest("Distance", peer, "distance", "chi-squared")
    yield largest("Gap", ours, "gap", "chi-squared")
    yield largest("PeerGap", peer, "gap", "chi-squared")
    yield largest("EntropyDistance", peer, "distance", "entropy")
    yield largest("EntropyGap", ours, "gap", "entropy")
    yield largest("EntropyPeerGap", peer, "gap", "entropy")
    share = ours.query("divergence == 'entropy'").sort_values("radius")["share_spent"].iloc[-1]
    yield source.measured("EntropyShare", share, 0.1)
    # a call finds the nearest law and both sides
    yield source.count("Radii", single["solves"] / 3)
    yield source.count("Solves", path["solves"], 4)
    yield source.count("SingleSolves", single["solves"])
    yield source.measured("PathDistance", path["distance"], 1.0)
    yield source.measured("PathError", path["gap"], 1.0)
