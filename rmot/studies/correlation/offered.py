"""What each input says of the correlation of SPX and NDX at the close of 4 February 2022.

The fitted laws of 18 March 2022 leave a set. Past returns of the funds SPY and QQQ give an estimate
under another measure, and those of the options' own life what came of it. Cboe's index of implied
correlation is a joint quote, though of the S&P 500's largest members, not of these two. No option
on both indices is quoted, so the pair itself has no implied correlation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.calibration import Fit
from rmot.dependence import aligned_returns, historical_correlation, identified_set
from rmot.market.histories import History, read_history
from rmot.models import RoughHeston
from rmot.studies.study import Config, main
from rmot.transport.couplings.quantiles import smile_quantile

CLOSE, EXPIRY = date(2022, 2, 4), date(2022, 3, 18)
YEAR_BEFORE = date(2021, 2, 4)
FUNDS = ("SPY", "QQQ")
INDEX = "COR1M"
DRAWS = {"quick": 500, "full": 5000, "deep": 50_000}


def run(config: Config) -> pd.DataFrame:
    """Tabulate by input; histories that are absent are left out.

    `SPX_fit` and `NDX_fit` are fits; `SPY`, `QQQ` and `COR1M` histories.
    """
    rows = [*_from_marginals(config)]
    histories = {
        name: read_history(config.inputs[name]) for name in (*FUNDS, INDEX) if name in config.inputs
    }
    if set(FUNDS) <= set(histories):
        rows += _from_history(config, histories)
    if INDEX in histories:
        rows.append(_from_index(histories[INDEX]))
    return pd.DataFrame(rows)


def _from_marginals(config: Config) -> Iterator[dict[str, object]]:
    maturity = (EXPIRY - CLOSE).days / 365
    fits = [Fit.load(config.inputs[f"{name}_fit"]) for name in ("SPX", "NDX")]
    laws = []
    for fit in fits:
        if not isinstance(fit.model, RoughHeston):
            raise TypeError(f"expected a fit of RoughHeston; got {type(fit.model).__name__}")
        laws.append(smile_quantile(fit.model, maturity))
    sources = [fit.source for fit in fits]
    for of in ("prices", "log prices"):
        found = identified_set(laws[0], laws[1], of)
        yield {
            "input": found.source,
            "what": f"SPX and NDX, {of} of {EXPIRY:%d %b %Y}",
            "lower": found.lower,
            "value": np.nan,
            "upper": found.upper,
            "observations": 0,
            "data": " and ".join(sorted({source["kind"] for source in sources})),
            "data_sha256": " ".join(source["sha256"] for source in sources),
        }


def _from_history(config: Config, histories: dict[str, History]) -> Iterator[dict[str, object]]:
    sources = [histories[name].source for name in FUNDS]
    for start, end in ((YEAR_BEFORE, CLOSE), (CLOSE, EXPIRY)):
        returns = aligned_returns(histories, FUNDS, str(start), str(end))
        found = historical_correlation(returns, seed=config.seed, draws=DRAWS[config.profile])
        yield {
            "input": found.source,
            "what": f"SPY and QQQ, daily, {start:%d %b %Y} to {end:%d %b %Y}",
            "lower": found.lower[0, 1],
            "value": found.correlation[0, 1],
            "upper": found.upper[0, 1],
            "observations": found.observations,
            "data": " and ".join(sorted({source.kind for source in sources})),
            "data_sha256": " ".join(source.sha256 for source in sources),
        }


def _from_index(history: History) -> dict[str, object]:
    at = history.table.loc[str(CLOSE)]
    return {
        "input": "joint quote",
        "what": f"Cboe {INDEX}, average of S&P 500 members, {CLOSE:%d %b %Y}",
        "lower": np.nan,
        "value": float(at["close"]) / 100,
        "upper": np.nan,
        "observations": 0,
        "data": history.source.kind,
        "data_sha256": history.source.sha256,
    }


def printed(table: pd.DataFrame) -> str:
    """Set one row an input."""

    def two(value: float) -> str:
        return fixed(value, 2)

    return latex_table(
        table.assign(input=table["input"].str.replace("-world measure", " world")),
        (
            Column("input", "Input", align="l"),
            Column("what", "Of", align="l"),
            Column("lower", "From", two),
            Column("value", "Estimate", two),
            Column("upper", "To", two),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
