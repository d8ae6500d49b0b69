"""Static arbitrage in the index chains: at mid, at bid and ask, and what its removal moves."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.market import project, read_chain, static_arbitrage
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Describe the chains: one row a chain, over all expiries that have a forward."""
    rows = []
    for underlying, path in config.inputs.items():
        surface = read_chain(path).surface()
        report = static_arbitrage(surface)
        row = {
            "underlying": underlying,
            "slices": report.n_slices,
            "quotes": report.n_quotes,
            "adjacent_triples": report.n_triples,
            "mid_breaks": report.n_mid_breaks,
            "mid_break_share": report.mid_break_share,
            **{f"{kind}_violations": count for kind, count in report.counts().items()},
        }
        moves = project(surface).moves
        rows.append(
            row
            | {
                "moved": sum(move.n_moved for move in moves),
                "largest_move": max(move.largest for move in moves),
                "largest_volatility_move": max(move.largest_volatility for move in moves),
                "data": surface.source.kind,
                "data_sha256": surface.source.sha256,
            }
        )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a chain; moves are in half-spreads."""

    def whole(count: float) -> str:
        return str(int(count))

    columns = (
        Column("underlying", "Index", align="l"),
        Column("slices", "Slices", whole),
        Column("quotes", "Quotes", whole),
        Column("adjacent_triples", "Triples", whole),
        Column("mid_break_share", "not convex", lambda share: fixed(share, 3)),
        Column("vertical_violations", "Vertical", whole),
        Column("butterfly_violations", "Butterfly", whole),
        Column("calendar_violations", "Calendar", whole),
        Column("moved", "Moved", whole),
        Column("largest_move", "at most", lambda move: fixed(move, 2)),
    )
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
