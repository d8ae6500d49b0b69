"""Readers of market data, their good examples by the project's own generators."""

import gzip
import itertools
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from rmot.errors import RmotError
from rmot.market import (
    read_chain,
    read_history,
    read_last_prices,
    read_realised_variance,
    read_vix_futures,
)
from rmot.market.clock import NEW_YORK
from rmot.market.readers.contracts import third_friday, vix_expiry
from rmot.market.realised import ABSENT
from rmot.market.registry import _load
from rmot.market.synthetic import SyntheticSlice, index_smile, write_cboe_table
from rmot.market.synthetic_bars import write_bars
from rmot.market.synthetic_last_prices import write_last_prices
from rmot.market.synthetic_prices import write_prices
from rmot.market.synthetic_realised import write_realised_variance
from tests.fuzz.harness import Reader
from tests.market.readers.conftest import MAKERS, quotes_of_all, text_of, volatility_table

ROOT = Path(__file__).parents[2]
_LINES = 30
_SURFACE_EVERY = 16
_FILE = "data.csv"


def _cboe(folder: Path) -> None:
    strikes = np.arange(4000.0, 5001.0, 100.0)
    slices = (
        SyntheticSlice(date(2022, 3, 4), "PM", 4490.0, 0.9995, strikes),
        SyntheticSlice(date(2022, 3, 18), "AM", 4487.0, 0.9991, strikes),
    )
    write_cboe_table(
        folder / _FILE,
        underlying="SPX",
        spot=4500.0,
        slices=slices,
        call_price=index_smile("SPX").call_price,
        seed=1,
        snapshot=datetime(2022, 2, 5, 20, 9, tzinfo=NEW_YORK),
    )


def _quotes(form: str):
    def write(folder: Path) -> None:
        quotes = quotes_of_all()[::2]
        content = volatility_table() if form == "volatility_table" else MAKERS[form](quotes)
        (folder / _FILE).write_text(text_of(content))

    return write


class _Chain:
    """Reads the chain, and makes a surface of every so manieth that was read."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, folder: Path):
        chain = read_chain(folder / _FILE)
        if next(self._count) % _SURFACE_EVERY:
            return chain, None
        try:
            return chain, chain.surface()
        except RmotError as error:
            if "\n" in str(error):
                raise
            return chain, None


def _check_chain(value) -> None:
    chain, surface = value
    quotes = chain.quotes
    assert chain.snapshot.tzinfo is not None, "a snapshot without zone"
    assert chain.underlying, "no name"
    assert chain.spot > 0 or ("forward" in quotes and np.isnan(chain.spot)), f"spot {chain.spot}"
    assert np.isfinite(chain.spot) or "forward" in quotes, f"spot {chain.spot}"
    assert set(quotes["settlement"]) <= {"AM", "PM"}, "settlement"
    assert len(quotes), "no quotes"
    for name in ("strike", "bid", "ask"):
        assert quotes[name].dtype == float, f"{name} is no number"
    for smile in surface.slices if surface is not None else ():
        for name in ("maturity", "forward"):
            assert np.isfinite(getattr(smile, name)), f"{name} {getattr(smile, name)}"
        for name in (
            "strike",
            "log_moneyness",
            "bid_price",
            "ask_price",
            "call_price",
            "implied_volatility",
        ):
            assert np.all(np.isfinite(getattr(smile, name))), f"NaN in {name}"


def _history_of(name: str):
    def write(folder: Path) -> None:
        made = folder / "made"
        if name == "closes":
            source = write_prices(made, seed=1)
            path = next(iter(source.values()))
        else:
            write_bars(made, 1, days=50)
            path = next(each for each in made.rglob("*.csv.gz") if name in _head(each))
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        # every other kind of file is unmarked, as a stranger's is
        _shorten(folder / _FILE, lines)

    return write


def _head(path: Path) -> str:
    return "\n".join(gzip.decompress(path.read_bytes()).decode().splitlines()[:2])


def _shorten(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines[:_LINES]) + "\n")


def _check_history(history) -> None:
    table = history.table
    assert len(table), "no rows"
    assert table.index.is_monotonic_increasing, "out of order"
    assert not table.index.has_duplicates, "a date twice"
    assert not table.index.hasnans, "no date"
    for name in {"open", "high", "low", "close"} & set(table):
        levels = table[name].to_numpy(float)
        assert np.all(np.isfinite(levels) & (levels > 0)), f"{name} is not positive"


def _realised(folder: Path) -> None:
    write_realised_variance(folder / _FILE, 1, days=60)


def _check_realised(found) -> None:
    values = found.table.to_numpy(float)
    assert not np.any(np.isinf(values)), "infinite"
    assert np.all(values[~np.isnan(values)] >= 0), "negative"
    assert int(np.isnan(values).sum()) == found.noted.get(ABSENT, 0), "NaN that is not counted"
    assert not found.table.index.hasnans, "no date"


def _last_prices(folder: Path) -> None:
    path = folder / "whole.csv"
    write_last_prices(path, seed=1, days=2)
    _shorten(folder / _FILE, path.read_text().splitlines())
    path.unlink()


def _check_last_prices(found) -> None:
    table = found.table
    for name in ("last", "strike"):
        values = table[name].to_numpy(float)
        assert np.all(values > 0), f"{name} is not positive"
        assert np.all(np.isfinite(values)), f"{name} is infinite"
    volatility = table["iv"].to_numpy(float)
    assert np.all(np.isnan(volatility) | ((volatility > 0) & np.isfinite(volatility))), "iv"


def _futures(folder: Path) -> None:
    months = [date(2010, month, 1) for month in range(3, 12)]
    days = [date(2010, 3, 1) + timedelta(days=n) for n in range(5)]
    letters = "HJKMNQUVX"
    for name, letter in (("8_m_settle", "M"), ("8_m_symbols", "M"), ("expirations", "V")):
        rows = [["", "date", *(f"{letter}{n}" for n in range(1, 9))]]
        for number, day in enumerate(days, start=1):
            if name == "8_m_settle":
                cells = [f"{20 + 0.1 * n}" for n in range(8)]
            elif name == "8_m_symbols":
                cells = [f"{letters[n]} ({months[n]:%b %y})" for n in range(8)]
            else:
                cells = [str(vix_expiry(months[n])) for n in range(8)]
            shown = f"{day.month}/{day.day}/{day:%y}" if name == "8_m_symbols" else str(day)
            rows.append([str(number), shown, *cells])
        (folder / f"{name}.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    assert third_friday(days[0]) > days[-1]


def _check_futures(found) -> None:
    levels = found.table["settlement"].to_numpy(float)
    assert np.all(np.isfinite(levels) & (levels > 0)), "a settlement is not positive"


def _registry(folder: Path) -> None:
    text = (ROOT / "data" / "registry.toml").read_text()
    (folder / "registry.toml").write_text("[[dataset]]".join(text.split("[[dataset]]")[:4]))


def _read_registry(folder: Path):
    _load.cache_clear()
    return _load(folder / "registry.toml")


def _check_registry(found) -> None:
    assert isinstance(found, dict)
    for name, dataset in found.items():
        assert isinstance(name, str), f"an id {name!r}"
        for key, value in vars(dataset).items():
            assert value is None or isinstance(value, str), f"{key} {value!r}"


def _single(name, write, read, check, form="csv") -> Reader:
    return Reader(name, write, {_FILE: form}, lambda folder: read(folder / _FILE), check)


_CHAINS = [
    ("cboe", _cboe, "csv"),
    *((form, _quotes(form), "csv") for form in ("yfinance", "volatility_table")),
    *((form, _quotes(form), "json") for form in ("options_desk", "cboe_json")),
]

READERS = (
    *(Reader(name, write, {_FILE: form}, _Chain(), _check_chain) for name, write, form in _CHAINS),
    *(
        _single(f"history_{name}", _history_of(head), read_history, _check_history)
        for name, head in (
            ("closes", "closes"),
            ("index", "DATE,OPEN"),
            ("one_column", "DATE,VVIX"),
            ("bars", "time,"),
        )
    ),
    _single("realised_variance", _realised, read_realised_variance, _check_realised),
    _single("last_prices", _last_prices, read_last_prices, _check_last_prices),
    Reader(
        "vix_futures",
        _futures,
        dict.fromkeys(("8_m_settle.csv", "8_m_symbols.csv", "expirations.csv"), "csv"),
        read_vix_futures,
        _check_futures,
    ),
    Reader("registry", _registry, {"registry.toml": "toml"}, _read_registry, _check_registry),
)
