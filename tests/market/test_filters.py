import pandas as pd
import pytest

from rmot.errors import ParameterError
from rmot.market.filters import (
    DEFAULT_FILTERS,
    KEPT,
    ConflictingDuplicate,
    Crossed,
    Duplicate,
    FilterReport,
    MaximumAbsLogMoneyness,
    MaximumRelativeSpread,
    MinimumPrice,
    NegativePrice,
    NotFinite,
    OneSided,
)

NAN = float("nan")


def quotes(*bids_and_asks, strike=None):
    n = len(bids_and_asks)
    return pd.DataFrame(
        {
            "expiry": ["2022-03-18"] * n,
            "settlement": ["PM"] * n,
            "strike": strike or [100.0 + i for i in range(n)],
            "is_call": [True] * n,
            "bid": [bid for bid, _ in bids_and_asks],
            "ask": [ask for _, ask in bids_and_asks],
        }
    )


@pytest.mark.parametrize(
    ("quote_filter", "fault"),
    [
        (NotFinite(), (NAN, 1.0)),
        (NotFinite(), (1.0, float("inf"))),
        (NegativePrice(), (-0.1, 1.0)),
        (OneSided(), (0.0, 1.0)),
        (OneSided(), (1.0, 0.0)),
        (Crossed(), (1.1, 1.0)),
        (MinimumPrice(0.5), (0.3, 0.6)),
        (MaximumRelativeSpread(0.5), (1.0, 2.0)),
    ],
)
def test_each_filter_rejects_its_fault_and_nothing_else(quote_filter, fault):
    assert quote_filter.rejects(quotes((1.0, 1.1), fault, (2.0, 2.1))).tolist() == [0, 1, 0]


def test_a_locked_quote_passes_every_default_filter():
    assert not any(each.rejects(quotes((1.0, 1.0), (2.0, 2.1))).any() for each in DEFAULT_FILTERS)


def test_of_equal_duplicates_the_first_stays():
    table = quotes((1.0, 1.1), (1.0, 1.1), (1.0, 1.1), strike=[100.0, 100.0, 101.0])
    assert Duplicate().rejects(table).tolist() == [False, True, False]
    assert not ConflictingDuplicate().rejects(table).any()


def test_of_conflicting_duplicates_none_stays():
    table = quotes((1.0, 1.1), (1.0, 1.2), (1.0, 1.1), strike=[100.0, 100.0, 101.0])
    assert ConflictingDuplicate().rejects(table).tolist() == [True, True, False]


def test_far_strikes_are_rejected_on_both_sides():
    table = pd.DataFrame({"log_moneyness": [-0.6, -0.5, 0.0, 0.51]})
    assert MaximumAbsLogMoneyness(0.5).rejects(table).tolist() == [True, False, False, True]


@pytest.mark.parametrize("kind", [MaximumAbsLogMoneyness, MinimumPrice, MaximumRelativeSpread])
@pytest.mark.parametrize("limit", [0.0, -1.0, NAN])
def test_limits_must_be_positive(kind, limit):
    with pytest.raises(ParameterError, match="positive limit"):
        kind(limit)


def test_report_adds_up_and_prints_each_reason():
    report = FilterReport.of([("a PM", [KEPT, "crossed", "crossed"]), ("b AM", [KEPT, "late"])])
    assert (report.read, report.kept, report.dropped) == (5, 2, 3)
    assert report.reasons() == {"crossed": 2, "late": 1}
    assert sum(report.table()["count"]) == 5
    assert str(report).splitlines() == [
        "5 quotes read, 2 kept, 3 dropped:",
        "  2  crossed",
        "  1  late",
    ]
