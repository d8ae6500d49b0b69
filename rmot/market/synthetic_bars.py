r"""Bars and daily levels of a volatility index of known truth, in files that say so.

The index's logarithm is an Ornstein-Uhlenbeck process on the clock of sessions, 14 hours a day and
252 days a year; the price's returns have the index as volatility, and a correlation with it:

.. math:: d\log I = \kappa(\log m - \log I) dt + \sigma\, dW, \quad
    d\log S = I\, dB - \tfrac12 I^2 dt

Futures are expectations of I, the index of the index is the deviation of log I over 30 days. There
is no risk premium.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market.readers.contracts import vix_expiry
from rmot.market.registry import SYNTHETIC_MARKER

Vector = NDArray[np.float64]

FIRST_DAY: Final = date(2019, 1, 2)
DAYS: Final = 700
SESSION: Final = 14
"""Hours."""
PRICE_BARS: Final = 7
FILES: Final = {
    "bars": "index_bars.csv.gz",
    "price": "price_bars.csv.gz",
    "index": "index.csv.gz",
    "of_index": "index_of_index.csv.gz",
}
FUTURES_FOLDER: Final = "futures"
_MONTHS = 8
_MONTH_CODES = "FGHJKMNQUVXZ"


@dataclass(frozen=True)
class RevertingIndex:
    """What the files are drawn from.

    Attributes
    ----------
    mean_reversion : float
        kappa, per year.
    level : float
        m, a fraction.
    vol_of_vol : float
        sigma, per square root of a year.
    correlation : float
        Of price and index.
    """

    mean_reversion: float = 3.0
    level: float = 0.18
    vol_of_vol: float = 1.1
    correlation: float = -0.8

    def __post_init__(self) -> None:
        positive = min(self.mean_reversion, self.level, self.vol_of_vol) > 0
        if not (positive and -1 < self.correlation < 1):
            raise ParameterError(
                "expected positive mean_reversion, level and vol_of_vol and correlation in "
                f"(-1, 1); got {self}"
            )

    def draw(self, days: int, generator: np.random.Generator) -> tuple[Vector, Vector]:
        """Return index and price, as fractions, at the ends of hours: shape (days, 14) both."""
        step = 1.0 / (252 * SESSION)
        of_index, across = generator.standard_normal((2, days * SESSION))
        decay = np.exp(-self.mean_reversion * step)
        spread = self.vol_of_vol * np.sqrt((1.0 - decay**2) / (2.0 * self.mean_reversion))
        away = np.empty(days * SESSION + 1)
        away[0] = 0.0
        for at, normal in enumerate(of_index):
            away[at + 1] = decay * away[at] + spread * normal
        index = self.level * np.exp(away)
        rho = self.correlation
        moves = (rho * of_index + np.sqrt(1.0 - rho**2) * across) * np.sqrt(step)
        price = np.exp(np.cumsum(index[:-1] * moves - 0.5 * index[:-1] ** 2 * step))
        return index[1:].reshape(days, SESSION), price.reshape(days, SESSION)

    def future(self, index: Vector, years: Vector) -> Vector:
        """Return E I_T from today's index."""
        decay = np.exp(-self.mean_reversion * years)
        variance = self.vol_of_vol**2 * -np.expm1(-2 * self.mean_reversion * years)
        mean = np.log(index / self.level) * decay
        return self.level * np.exp(mean + 0.25 * variance / self.mean_reversion)


def write_bars(
    folder: str | Path, seed: int, truth: RevertingIndex | None = None, days: int = DAYS
) -> None:
    """Write the files of `FILES`, and three of futures, into a folder.

    Weekdays from 2 January 2019; every fiftieth is left out, as a holiday is. Equal arguments
    give equal bytes.
    """
    truth = RevertingIndex() if truth is None else truth
    generator = np.random.default_rng(seed)
    calendar = pd.bdate_range(FIRST_DAY, periods=days + days // 49 + 1)
    calendar = calendar[np.arange(calendar.size) % 50 != 49][:days]
    index, price = truth.draw(days, generator)
    noise = np.exp(0.05 * generator.standard_normal(days))
    folder = Path(folder)
    first = f"{SYNTHETIC_MARKER} seed {seed}\n"

    def write(name: str, table: pd.DataFrame) -> None:
        # ten digits, on which all processors agree
        text = first + table.to_csv(index=False, float_format="%.10g")
        with atomic_write(folder / name, "wb") as handle:
            handle.write(gzip.compress(text.encode(), mtime=0))

    write(FILES["bars"], _bars(calendar, 100.0 * index, SESSION, "03:10"))
    by_bar = price.reshape(days, PRICE_BARS, -1)[:, :, -1]
    write(FILES["price"], _bars(calendar, 3000.0 * by_bar, PRICE_BARS, "09:30"))
    closes = 100.0 * index[:, -1]
    dates = calendar.strftime("%m/%d/%Y")
    levels = pd.DataFrame({"DATE": dates} | dict.fromkeys(("OPEN", "HIGH", "LOW"), closes))
    write(FILES["index"], levels.assign(CLOSE=closes))
    month = 2.0 * truth.mean_reversion * 30 / 365.25
    implied = truth.vol_of_vol * np.sqrt(-np.expm1(-month) / month)
    write(FILES["of_index"], pd.DataFrame({"DATE": dates, "VVIX": 100.0 * implied * noise}))
    for name, table in _futures(calendar, index[:, -1], truth).items():
        write(f"{FUTURES_FOLDER}/{name}.csv.gz", table)


def _bars(calendar: pd.DatetimeIndex, level: Vector, bars: int, opening: str) -> pd.DataFrame:
    start = (calendar + pd.Timedelta(f"{opening}:00")).tz_localize("America/New_York")
    seconds = start.as_unit("s").asi8[:, None] + 3600 * np.arange(bars)
    close = level.ravel()
    begun = np.append(close[0], close[:-1])
    columns = {"open": begun, "high": np.maximum(begun, close), "low": np.minimum(begun, close)}
    return pd.DataFrame({"time": seconds.ravel()} | columns | {"close": close})


def _futures(
    calendar: pd.DatetimeIndex, index: Vector, truth: RevertingIndex
) -> dict[str, pd.DataFrame]:
    days = [day.date() for day in calendar]
    months = [days[0].replace(day=1)]
    while months[-1] <= days[-1] + timedelta(days=366):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    expiry = [vix_expiry(month) for month in months]
    rows: dict[str, list[list[str]]] = {name: [] for name in ("M", "symbol", "V")}
    for day, level in zip(days, index, strict=True):
        begin = next(at for at, ends in enumerate(expiry) if ends > day)
        listed = range(begin, begin + _MONTHS)
        years = np.array([(expiry[at] - day).days for at in listed]) / 365.25
        settled = 100.0 * truth.future(np.full(_MONTHS, level), years)
        rows["M"].append([f"{one:.10g}" for one in settled])
        rows["symbol"].append(
            [f"{_MONTH_CODES[months[at].month - 1]} ({months[at]:%b %y})" for at in listed]
        )
        rows["V"].append([expiry[at].isoformat() for at in listed])
    names = {"8_m_settle": ("M", "%Y-%m-%d"), "8_m_symbols": ("symbol", "%m/%d/%y")}
    names["expirations"] = ("V", "%Y-%m-%d")
    tables = {}
    for name, (kind, form) in names.items():
        columns = [f"{'V' if kind == 'V' else 'M'}{at}" for at in range(1, _MONTHS + 1)]
        table = pd.DataFrame(rows[kind], columns=pd.Index(columns))
        table.insert(0, "date", [f"{day:{form}}" for day in days])
        tables[name] = table
    return tables


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write the synthetic files from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rmot.market.synthetic_bars",
        description="Write synthetic bars of a volatility index, its futures and a price.",
    )
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    write_bars(chosen.out, chosen.seed)


if __name__ == "__main__":
    main()
