"""Day by day: an equal-weight basket's returns, 99% intervals and the exceptions of a year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rmot.regulation import rolling_exceptions
from rmot.studies.backtest.returns import (
    LAWS,
    WINDOWS,
    YEAR,
    basket_returns,
    intervals,
    padded,
    read_histories,
    source_of,
)
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Tabulate the basket of four: returns, 250-day intervals and exceptions by rolling year."""
    histories = read_histories(config)
    series = basket_returns(histories, "four")
    found: dict[str, Any] = {"date": series.index.astype(str), "return": series.to_numpy()}
    for law in LAWS:
        for ball in (False, True):
            lower, upper = intervals(series.to_numpy(), law, WINDOWS[0], ball)
            name = f"{law}_ball" if ball else law
            found[f"lower_{name}"], found[f"upper_{name}"] = padded(lower, upper, len(series))
    frame = pd.DataFrame(found).iloc[max(WINDOWS) :].reset_index(drop=True)
    for law in (law for law in found if law.startswith("lower_")):
        name = law.removeprefix("lower_")
        outside = (frame["return"] < frame[law]) | (frame["return"] > frame[f"upper_{name}"])
        counts = rolling_exceptions(outside, YEAR)
        frame[f"count_{name}"] = np.concatenate([np.full(YEAR - 1, -1), counts])
    return frame.assign(**source_of(histories))


if __name__ == "__main__":
    main(run)
