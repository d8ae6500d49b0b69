"""Sizes of a bound beside the peer, and their figure."""

import pandas as pd

from benchmarks import bound_scaling
from benchmarks.transport_timing import SOLVED
from figures import bound_scaling as figure
from figures.style import Request

POINTS, QUOTES = 150, 6


def test_sizes_of_a_bound_beside_the_peer_and_their_figure():
    rows = list(bound_scaling.timed(POINTS, QUOTES, 1, POINTS * QUOTES))
    assert [row["method"] for row in rows] == ["rmot", "Clarabel, rows", "Clarabel, pieces"]
    assert rows[0]["status"] == SOLVED
    assert rows[1]["status"] == rows[2]["status"] == "optimal"
    skipped = list(bound_scaling.timed(POINTS, QUOTES, 1, POINTS * QUOTES - 1))[1]
    assert "dense" in str(skipped["status"])
    assert "seconds" not in skipped
    table = pd.DataFrame([*rows, skipped]).assign(points=figure.POINTS, quotes=figure.QUOTES)
    drawn = figure.draw(Request("quick", (table,)))
    assert [len(axis.lines) for axis in drawn.axes] == [4, 4]
