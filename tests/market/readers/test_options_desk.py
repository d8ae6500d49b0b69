from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_chain
from rmot.market.readers.contracts import OTHER_DELIVERABLE


def change(content, **keys):
    return content | keys


def test_the_stamp_is_kept_and_a_weekend_is_valued_at_fridays_close(make, save, truth):
    chain = read_chain(save(make("options_desk")))
    zone = timezone(timedelta(hours=-4))
    assert chain.snapshot == datetime(2026, 7, 12, 6, 26, 58, 861412, tzinfo=zone)
    assert chain.surface().valuation == truth["close"]


@pytest.mark.parametrize("stamp", ["2026-07-12T06:26:58", "last Sunday", None, 1783920000])
def test_a_stamp_without_a_zone_is_refused(make, save, stamp):
    with pytest.raises(DataError, match="'updated'"):
        read_chain(save(change(make("options_desk"), updated=stamp)))


def test_a_symbol_that_contradicts_its_row_is_refused(make, save):
    content = make("options_desk")
    content["quotes"][6]["strike"] += 1
    with pytest.raises(DataError, match=r"quote 7: the symbol .* contradicts"):
        read_chain(save(content))


def test_contracts_on_something_else_are_dropped_with_a_reason(make, save):
    content = make("options_desk")
    for row in content["quotes"][:3]:
        row["symbol"] = row["symbol"].replace("SPXW", "MRO")
    report = read_chain(save(content)).surface().report
    assert report.reasons()[OTHER_DELIVERABLE] == 3


def test_a_file_mostly_on_something_else_is_refused(make, save):
    with pytest.raises(DataError, match="one underlying, QQQ; got SPXW"):
        read_chain(save(change(make("options_desk"), symbol="QQQ")))


def test_shares_are_american_and_a_hyphen_in_their_name_is_not_in_the_root(make, save):
    content = change(make("options_desk"), symbol="BRK-B")
    for row in content["quotes"]:
        row["symbol"] = row["symbol"].replace("SPXW", "BRKB")
    chain = read_chain(save(content))
    assert (chain.underlying, chain.exercise) == ("BRK-B", "american")
    assert set(chain.quotes["fault"]) == {""}


def test_null_counts_are_nan_and_null_prices_are_dropped(make, save):
    content = make("options_desk")
    content["quotes"][0] |= {"volume": None, "bid": None}
    chain = read_chain(save(content))
    assert np.isnan(chain.quotes["volume"].to_numpy()).sum() == 1
    assert chain.surface().report.reasons()["strike, bid or ask not a finite number"] == 1


def test_an_underlying_asked_for_that_the_file_contradicts_is_refused(make, save):
    assert read_chain(save(make("options_desk")), underlying="SPX").underlying == "SPX"
    with pytest.raises(DataError, match="options on NDX; got SPX"):
        read_chain(save(make("options_desk")), underlying="NDX")


@pytest.mark.parametrize("text", ["[1, 2]", "{}", '{"updated": 3}', '{"sym": "SPX"}'])
def test_other_json_is_refused(save, text):
    with pytest.raises(DataError, match=r"chain\.txt"):
        read_chain(save(text))
