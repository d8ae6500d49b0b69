r"""Daily closes of known truth for five funds, in files that say so.

.. math:: r_{i,t} = \sigma_i\,e^{x_t}\,z_{i,t}, \qquad x_t = (1-\kappa)\,x_{t-1} + s\,w_t,

with correlated normals z, and x started in its stationary law: volatility clusters, and all names
have the same calm and wild weeks.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market.clock import is_trading_day
from rmot.market.registry import SYNTHETIC_MARKER

Vector = NDArray[np.float64]

LEVELS: Final = {"SPY": 0.010, "QQQ": 0.013, "IWM": 0.013, "TLT": 0.008, "DIA": 0.0095}
"""Daily volatility where x is 0."""
CORRELATION: Final = 0.85
"""Of any two shares; of any with TLT it is -0.2."""
REVERSION, SHOCK = 0.02, 0.08
FIRST_DAY: Final = date(2003, 1, 2)
LAST_DAY: Final = date(2026, 7, 31)


def draw_returns(days: int, seed: int) -> Vector:
    """Return daily returns, shape (days, 5), in the order of `LEVELS`.

    Raises
    ------
    ParameterError
        Fewer than one day.
    """
    if days < 1:
        raise ParameterError(f"expected a day or more; got {days}")
    generator = np.random.default_rng(seed)
    shocks = SHOCK * generator.standard_normal(days)
    shocks[0] /= np.sqrt(1.0 - (1.0 - REVERSION) ** 2)
    x = lfilter([1.0], [1.0, -(1.0 - REVERSION)], shocks)
    names = list(LEVELS)
    correlation = np.full((len(names), len(names)), CORRELATION)
    bonds = names.index("TLT")
    correlation[bonds] = correlation[:, bonds] = -0.2
    np.fill_diagonal(correlation, 1.0)
    normals = generator.standard_normal((days, len(names))) @ np.linalg.cholesky(correlation).T
    return np.exp(x)[:, None] * normals * np.array(list(LEVELS.values()))


def write_prices(folder: str | Path, *, seed: int) -> dict[str, Path]:
    """Write a gzipped file of closes for each name into a folder; return them by name."""
    span = (LAST_DAY - FIRST_DAY).days + 1
    every = [FIRST_DAY + timedelta(days=n) for n in range(span)]
    trading = [day for day in every if is_trading_day(day)]
    closes = 100.0 * np.exp(np.cumsum(draw_returns(len(trading), seed), axis=0))
    written = {}
    for name, column in zip(LEVELS, closes.T, strict=True):
        lines = [f"{SYNTHETIC_MARKER} seed {seed}", "Date,Close"]
        lines += [f"{day},{close:.4f}" for day, close in zip(trading, column, strict=True)]
        written[name] = Path(folder) / f"{name}.csv.gz"
        with atomic_write(written[name], "wb") as handle:
            handle.write(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    return written


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rmot.market.synthetic_prices", description="Write daily closes."
    )
    parser.add_argument("--out", required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    write_prices(chosen.out, seed=chosen.seed)


if __name__ == "__main__":
    main()
