"""What holds of every format that gives prices of puts and calls."""

import gzip
from datetime import date

import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_chain

RECORDS = {"options_desk": "quotes", "cboe_json": "o"}
NAMES = {
    "options_desk": {"bid": "bid", "strike": "strike", "spot": "underlyingPrice"},
    "cboe_json": {"bid": "b", "strike": "k", "spot": "spot"},
    "yfinance": {"bid": "bid", "strike": "strike", "spot": "underlyingPrice"},
}
PRICES = {
    "options_desk": ("bid", "ask"),
    "cboe_json": ("b", "a"),
    "yfinance": ("bid", "ask"),
}


def records(content):
    return content if isinstance(content, list) else content[RECORDS[form_of(content)]]


def form_of(content):
    return "options_desk" if "quotes" in content else "cboe_json"


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_chain(path).surface()
    message = str(caught.value)
    assert "\n" not in message
    assert "chain.txt" in message
    return message


@pytest.mark.parametrize("name", ["chain.txt", "chain.txt.gz"])
def test_the_surface_is_that_of_the_prices(price_format, make, save, truth, name):
    # Mids are exact to rounding, so forwards and volatilities are, up to conditioning.
    chain = read_chain(save(make(price_format), name))
    assert (chain.underlying, chain.exercise, chain.spot) == ("SPX", "european", 100.0)
    assert chain.source.kind == "unregistered"
    assert chain.snapshot.tzinfo is not None
    surface = chain.surface()
    assert surface.valuation == truth["close"]
    assert surface.report.read == len(chain.quotes)
    assert [smile.label for smile in surface] == [f"{day} PM" for day in truth["expiries"]]
    for smile in surface:
        assert smile.maturity == truth["maturity"](smile.expiry)
        assert smile.forward == pytest.approx(truth["forward"](smile.expiry), rel=1e-9)
        assert tuple(smile.strike) == truth["strikes"]
        np.testing.assert_allclose(smile.implied_volatility, truth["volatility"], rtol=1e-7)


def test_the_order_of_the_rows_does_not_matter(price_format, make, save):
    content = make(price_format)
    straight = read_chain(save(content)).surface()
    rows = records(content)
    rows[:] = [rows[i] for i in np.random.default_rng(3).permutation(len(rows))]
    shuffled = read_chain(save(content)).surface()
    for one, other in zip(straight, shuffled, strict=True):
        np.testing.assert_array_equal(one.strike, other.strike)
        np.testing.assert_allclose(one.implied_volatility, other.implied_volatility, rtol=1e-12)


def test_volume_and_open_interest_are_kept(price_format, make, save):
    quotes = read_chain(save(make(price_format))).quotes
    assert set(quotes["volume"]) == {3}
    assert set(quotes["open_interest"]) == {40}


def test_a_cut_off_file_is_refused(price_format, make, save):
    path = save(make(price_format))
    text = path.read_text()
    path.write_text(text[: len(text) // 2 + 5])
    assert any(word in refusal(path) for word in ("whole", "cut off", "number"))


def test_a_cut_off_gzip_is_refused(price_format, make, save):
    path = save(make(price_format))
    path.write_bytes(gzip.compress(path.read_bytes())[:-20])
    assert "gzip" in refusal(path)


@pytest.mark.parametrize("field", ["bid", "strike"])
def test_a_missing_field_is_named(price_format, make, save, field):
    content = make(price_format)
    name = NAMES[price_format][field]
    for row in records(content):
        del row[name]
    assert name in refusal(save(content))


@pytest.mark.parametrize("field", ["bid", "strike"])
def test_a_text_for_a_number_is_refused(price_format, make, save, field):
    content = make(price_format)
    name = NAMES[price_format][field]
    records(content)[4][name] = "n/a"
    message = refusal(save(content))
    assert name in message
    assert "'n/a'" in message


def test_digits_in_quotes_are_no_number_in_json(make, save):
    content = make("options_desk")
    content["quotes"][2]["bid"] = "1.5"
    assert "quote 3" in refusal(save(content))


def test_nan_prices_are_dropped_with_a_reason(price_format, make, save):
    content = make(price_format)
    for row in records(content)[:3]:
        row[NAMES[price_format]["bid"]] = float("nan")
    reasons = read_chain(save(content)).surface().report.reasons()
    assert reasons["strike, bid or ask not a finite number"] == 3


def test_duplicates_are_dropped_with_a_reason(price_format, make, save):
    content = make(price_format)
    rows = records(content)
    rows.append(dict(rows[0]))
    rows.append(rows[5] | {PRICES[price_format][1]: 77.0})
    reasons = read_chain(save(content)).surface().report.reasons()
    assert reasons["duplicate"] == 1
    assert reasons["same option quoted twice with different prices"] == 2


@pytest.mark.parametrize("factor", [100, 0.01])
def test_a_spot_in_another_unit_is_refused(price_format, make, save, factor):
    content = make(price_format)
    name = NAMES[price_format]["spot"]
    for place in content if isinstance(content, list) else [content]:
        place[name] = 100.0 * factor
    assert "units" in refusal(save(content))


@pytest.mark.parametrize("factor", [100, 0.01])
def test_prices_in_another_unit_are_refused(price_format, make, save, factor):
    content = make(price_format)
    for row in records(content):
        for name in PRICES[price_format]:
            row[name] = float(row[name]) * factor
    assert "units of the strikes" in refusal(save(content))


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan"), None])
def test_a_level_that_is_none_is_refused(price_format, make, save, spot):
    content = make(price_format)
    name = NAMES[price_format]["spot"]
    for place in content if isinstance(content, list) else [content]:
        place[name] = "" if spot is None and isinstance(content, list) else spot
    assert name in refusal(save(content))


def test_expiries_in_the_past_are_dropped_with_a_reason(price_format, make, save, quotes):
    old = date(2026, 7, 9)
    for quote in quotes:
        if quote.expiry == date(2026, 8, 14):
            quote.expiry = old
    surface = read_chain(save(make(price_format))).surface()
    assert [smile.expiry for smile in surface] == [date(2026, 9, 25)]
    assert surface.report.reasons()["expiry in the past"] == len(quotes) // 2


def test_no_quotes_are_refused(make, save):
    for form, key in RECORDS.items():
        assert "no" in refusal(save(make(form) | {key: []}))
    header = save(make("yfinance")).read_text().splitlines()[0]
    assert "no" in refusal(save(header + "\n"))
