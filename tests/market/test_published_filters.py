import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import (
    ROUGH_MARTINGALE_TRANSPORT_FILTERS,
    ConvexVolatility,
    MaturityRange,
    MaximumParityError,
    MinimumOpenInterest,
    MinimumVolume,
    read_chain,
)


@pytest.mark.parametrize(
    ("quote_filter", "column", "values"),
    [
        (MinimumVolume(100), "volume", [100, 99, np.nan]),
        (MinimumOpenInterest(500), "open_interest", [500, 499, np.nan]),
        (MaturityRange(30, 180), "maturity", [30 / 365, 29 / 365, 181 / 365]),
        (MaximumParityError(0.01), "parity_error", [0.0099, 0.0101, -0.0101]),
    ],
)
def test_each_filter_rejects_what_lies_beyond_its_limit(quote_filter, column, values):
    table = pd.DataFrame({column: values})
    assert quote_filter.rejects(table).tolist() == [False, True, True]


def test_parity_is_not_judged_where_only_one_side_is_quoted():
    assert not MaximumParityError(0.01).rejects(pd.DataFrame({"parity_error": [np.nan]})).any()


def test_volatilities_above_the_chord_of_their_neighbours_are_rejected():
    k = np.array([-0.3, -0.1, 0.0, 0.2])
    table = pd.DataFrame({"log_moneyness": k, "implied_volatility": [0.4, 0.3, 0.26, 0.2]})
    # Chords at -0.1 and 0: 0.3067 and 0.2667.
    assert not ConvexVolatility().rejects(table).any()
    table["implied_volatility"] = [0.4, 0.31, 0.26, 0.2]
    assert ConvexVolatility().rejects(table).tolist() == [False, True, False, False]
    assert not ConvexVolatility().rejects(table.iloc[:2]).any()


@pytest.mark.parametrize(("kind", "column"), [(MinimumVolume, "volume")])
def test_a_chain_without_the_column_is_refused(kind, column):
    with pytest.raises(DataError, match=f"a column '{column}'"):
        kind(1.0).rejects(pd.DataFrame({"bid": [1.0]}))


@pytest.mark.parametrize("kind", [MinimumVolume, MinimumOpenInterest, MaximumParityError])
def test_limits_must_be_positive(kind):
    with pytest.raises(ParameterError, match="positive limit"):
        kind(0.0)


@pytest.mark.parametrize("ends", [(0.0, 1.0), (2.0, 1.0)])
def test_a_range_of_maturities_must_be_one(ends):
    with pytest.raises(ParameterError, match="shortest"):
        MaturityRange(*ends)


def test_the_preset_is_what_the_text_says():
    reasons = [each.reason for each in ROUGH_MARTINGALE_TRANSPORT_FILTERS]
    assert reasons == [
        "volume below 100",
        "open interest below 500",
        "|log-moneyness| above 0.7",
        "bid-ask width above 0.05 of the mid price",
        "put-call parity missed by more than 0.01 of the forward",
        "implied volatility not convex",
        "maturity outside 30 to 180 days",
    ]


def test_its_removals_are_counted_in_the_report(write_chain):
    chain = read_chain(write_chain())
    report = chain.surface(filters=ROUGH_MARTINGALE_TRANSPORT_FILTERS[2:]).report
    assert report.reasons()["maturity outside 30 to 180 days"] > 0
    assert report.kept + report.dropped == report.read
    with pytest.raises(DataError, match=r"no quote is left; .*volume below 100"):
        chain.surface(filters=ROUGH_MARTINGALE_TRANSPORT_FILTERS)
