r"""A table of last prices of known truth, for four names over a quarter, that says it is synthetic.

A name's at-the-money volatility is an exponential of a reverting normal process, half of whose
shocks the names share; its smile is a slice of the surface SSVI (`rmot.market.synthetic`). Each
option is priced when it last traded: at a spot that is off the close by a normal move over its age,
the longer the less it trades,

.. math:: P = D\,F\,C\bigl(\log(K/F);\ \sigma\bigr), \qquad F = S\,e^{rT + \epsilon_K}.

The table has a row for every weekday; on a holiday it repeats the day before, as the file does that
it stands in for.
"""

from __future__ import annotations

import argparse
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market.clock import is_trading_day
from rmot.market.registry import SYNTHETIC_MARKER
from rmot.numerics import black_call
from rmot.numerics.total_variance import power_law, ssvi_slice, total_variance

Vector = NDArray[np.float64]

FIRST_DAY: Final = date(2026, 5, 25)
DAYS: Final = 65
RATE: Final = 0.04
_HEADER = (
    "date,ticker,underlying,expiry,strike,callPrice,callIv,callDelta,callVolume,callOi,"
    "putPrice,putIv,putDelta,putVolume,putOi\n"
)


@dataclass(frozen=True)
class TradedName:
    """What one name's rows are drawn from.

    Attributes
    ----------
    spot : float
        On the first day.
    volatility : float
        Level that the at-the-money volatility reverts to.
    skew, curvature : float
        Correlation and curvature of the smile.
    strike_step : float
    contracts : float
        Typical volume of an option at the money.
    """

    spot: float
    volatility: float
    skew: float
    curvature: float
    strike_step: float
    contracts: float


NAMES: Final = {
    "SPY": TradedName(745.0, 0.14, -0.75, 1.1, 3.0, 2000.0),
    "QQQ": TradedName(690.0, 0.23, -0.7, 1.0, 5.0, 1500.0),
    "IWM": TradedName(285.0, 0.20, -0.65, 1.0, 2.0, 700.0),
    "TLT": TradedName(85.0, 0.10, -0.2, 0.9, 0.5, 300.0),
}


@dataclass(frozen=True)
class VolatilityMoves:
    """How at-the-money volatilities move.

    Attributes
    ----------
    daily : float
        Standard deviation of a day's change of the logarithm.
    reversion : float
        Share of the distance from the level that a day takes back.
    shared : float
        Share of the shocks' variance that the names have in common.
    """

    daily: float = 0.06
    reversion: float = 0.08
    shared: float = 0.5

    def __post_init__(self) -> None:
        if not (self.daily >= 0 and 0 <= self.reversion < 1 and 0 <= self.shared <= 1):
            raise ParameterError(
                f"expected daily >= 0, reversion in [0, 1) and shared in [0, 1]; got {self}"
            )

    def draw(self, names: int, days: int, generator: np.random.Generator) -> Vector:
        """Return logarithms of volatility over its level, shape (days, names)."""
        common, own = generator.standard_normal((days, 1)), generator.standard_normal((days, names))
        shocks = self.daily * (np.sqrt(self.shared) * common + np.sqrt(1.0 - self.shared) * own)
        logs = np.zeros((days, names))
        for day in range(1, days):
            logs[day] = (1.0 - self.reversion) * logs[day - 1] + shocks[day]
        return logs


def smile(name: str, log_moneyness: Vector, volatility: float, maturity: float) -> Vector:
    """Return a name's true volatilities, shape (n,), given that at the money."""
    of = NAMES[name]
    theta = volatility**2 * maturity
    phi = power_law(theta, of.curvature, 0.4)
    return np.sqrt(total_variance(log_moneyness, ssvi_slice(theta, phi, of.skew)) / maturity)


def expiry_of(day: date) -> date:
    """Return the expiry that the table holds on a day: three to six weeks off, mostly a Friday."""
    # a cycle of three weeks, fixed to the first day
    weeks = (day - FIRST_DAY).days // 21
    start = FIRST_DAY + timedelta(days=21 * weeks)
    friday = start + timedelta(days=(4 - start.weekday()) % 7)
    found = friday + timedelta(days=35)
    while not is_trading_day(found):
        found -= timedelta(days=1)
    return found


def write_last_prices(
    path: str | Path,
    *,
    seed: int,
    moves: VolatilityMoves | None = None,
    days: int = DAYS,
) -> dict[str, Vector]:
    """Write the table, gzipped where the name ends in ``.gz``; return the true volatilities.

    Returns
    -------
    dict of str to ndarray, shape (n_trading_days,)
        At the money, by trading day.

    Raises
    ------
    ParameterError
        Fewer than two days.
    """
    if days < 2:
        raise ParameterError(f"expected two days or more; got {days}")
    generator = np.random.default_rng(seed)
    weekdays = [FIRST_DAY + timedelta(days=n) for n in range(2 * days)]
    weekdays = [day for day in weekdays if day.weekday() < 5][:days]
    logs = (moves or VolatilityMoves()).draw(len(NAMES), days, generator)
    text = io.StringIO()
    text.write(f"{SYNTHETIC_MARKER} seed {seed}\n{_HEADER}")
    spots = {name: of.spot for name, of in NAMES.items()}
    truth: dict[str, list[float]] = {name: [] for name in NAMES}
    rows: dict[str, list[str]] = {}
    for number, day in enumerate(weekdays):
        for at, (name, of) in enumerate(NAMES.items()):
            if is_trading_day(day) or name not in rows:
                volatility = of.volatility * float(np.exp(logs[number, at]))
                spots[name] *= float(np.exp(volatility * generator.normal() / np.sqrt(252.0)))
                rows[name] = _rows(name, day, spots[name], volatility, generator)
                truth[name] += [volatility] if is_trading_day(day) else []
            text.writelines(f"{day.isoformat()},{row}" for row in rows[name])
    content = text.getvalue().encode()
    if Path(path).suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    with atomic_write(path, "wb") as handle:
        handle.write(content)
    return {name: np.array(values) for name, values in truth.items()}


def _rows(
    name: str, day: date, spot: float, volatility: float, generator: np.random.Generator
) -> list[str]:
    of, expiry = NAMES[name], expiry_of(day)
    maturity = (expiry - day).days / 365.0
    deviation = volatility * np.sqrt(maturity)
    discount = float(np.exp(-RATE * maturity))
    ends = spot * np.exp(deviation * np.array([-3.5, 3.0]))
    first, last = (round(end / of.strike_step) for end in ends)
    strike = of.strike_step * np.arange(first, last + 1)
    sides = []
    for is_call in (True, False):
        z = np.log(strike / spot) / deviation
        # the money's other side trades less
        wings = np.exp(-0.5 * z**2 - (1.5 * np.maximum(z if not is_call else -z, 0.0)))
        typical = of.contracts * wings * np.exp(generator.normal(0.0, 1.0, z.size))
        volume = np.floor(typical)
        age = 0.02 / np.sqrt(1.0 + volume)
        late = volatility * np.sqrt(age / 252.0) * generator.standard_normal(z.size)
        forward = spot / discount * np.exp(late)
        k = np.log(strike / forward)
        price = black_call(k, volatility=smile(name, k, volatility, maturity), maturity=maturity)
        price = price if is_call else price + np.expm1(k)
        last_price = np.maximum(np.round(discount * forward * price, 2), 0.01)
        quoted = 100.0 * smile(name, np.log(strike * discount / spot), volatility, maturity)
        sides.append((last_price, np.round(quoted, 2), volume))
    (call, iv, traded), (put, _, put_traded) = sides
    head = f"{name},{spot:.2f},{expiry.isoformat()}"
    return [
        f"{head},{strike[i]:.2f},{call[i]:.2f},{iv[i]:.2f},0,{traded[i]:.0f},0,"
        f"{put[i]:.2f},{iv[i]:.2f},0,{put_traded[i]:.0f},0\n"
        for i in range(strike.size)
    ]


@reported()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rmot.market.synthetic_last_prices", description="Write last prices."
    )
    parser.add_argument("--out", required=True, help="file to write; gzipped if it ends in .gz")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    write_last_prices(chosen.out, seed=chosen.seed)


if __name__ == "__main__":
    main()
