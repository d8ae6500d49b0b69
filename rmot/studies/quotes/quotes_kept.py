"""The quotes behind the fits: forward, discount factor, kept and dropped, slice by slice."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.market import read_chain
from rmot.market.filters import IN_THE_MONEY, KEPT
from rmot.studies.index_quotes import EXPIRIES
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Describe every slice of the fitted expiries, before any thinning.

    A strike whose other side is the out-of-the-money one is not counted as dropped.
    """
    rows = []
    for underlying, path in config.inputs.items():
        surface = read_chain(path).surface(maturities=EXPIRIES)
        for smile in surface.slices:
            parity = smile.require_parity()
            dropped = sum(
                count
                for label, why, count in surface.report.counts
                if label == smile.label and why not in (KEPT, IN_THE_MONEY)
            )
            rows.append(
                {
                    "underlying": underlying,
                    "expiry": smile.expiry.isoformat(),
                    "settlement": smile.settlement,
                    "maturity": smile.maturity,
                    "forward": smile.forward,
                    "forward_standard_error": parity.forward_error,
                    "forward_lower": parity.forward_interval[0],
                    "forward_upper": parity.forward_interval[1],
                    "discount_factor": smile.discount_factor,
                    "discount_standard_error": parity.discount_factor_error,
                    "kept": len(smile.log_moneyness),
                    "dropped": dropped,
                    "lowest_log_moneyness": float(smile.log_moneyness.min()),
                    "highest_log_moneyness": float(smile.log_moneyness.max()),
                    "data": surface.source.kind,
                    "data_sha256": surface.source.sha256,
                }
            )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a slice."""
    columns = (
        Column("underlying", "Index", align="l"),
        Column("expiry", "Expiry", align="l"),
        Column("settlement", "At", align="c"),
        Column("forward", "Forward", error="forward_standard_error"),
        Column("discount_factor", "Discount", error="discount_standard_error"),
        Column("kept", "Kept", lambda count: str(int(count))),
        Column("dropped", "Dropped", lambda count: str(int(count))),
        Column("lowest_log_moneyness", "$k$ from", lambda k: fixed(k, 2)),
        Column("highest_log_moneyness", "to", lambda k: fixed(k, 2)),
    )
    return latex_table(table, columns)


if __name__ == "__main__":
    main(run, printed)
