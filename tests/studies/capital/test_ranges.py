"""Charges by side and basis against those computed by hand, and shifts that keep the notional."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.studies.capital.books import Book, equal_parts
from rmot.studies.capital.ranges import SHARP, Ranges, tabulate


def book(**changes):
    return Book(
        **{
            "name": "two",
            "assets": ("A", "B"),
            "weights": (0.5, 0.5),
            "strikes": (1.0, 1.1),
            "shares": (0.75, 0.25),
        }
        | changes
    )


def by_hand(method, lower, price, upper, error=0.0):
    low, mid, high = (np.array(values) for values in (lower, price, upper))
    return Ranges(method, "by hand", low, mid, high, np.full(2, error))


def charge(table, method, side, basis, column="charge"):
    chosen = (table["method"] == method) & (table["side"] == side) & (table["basis"] == basis)
    return float(table.loc[chosen & (table["exotic"] == "book"), column].iloc[0])


def test_charges_by_side_and_basis_are_those_computed_by_hand():
    found = [
        by_hand(SHARP, [0.01, 0.0], [0.03, 0.002], [0.05, 0.004], error=1e-4),
        by_hand("near", [0.025, 0.001], [0.03, 0.002], [0.032, 0.003]),
    ]
    table = tabulate(book(), found, found[0].price)
    # 0.75 * 0.02 + 0.25 * 0.002, times a thousand million
    assert charge(table, SHARP, "long", "notional") == pytest.approx(15.5)
    assert charge(table, SHARP, "short", "notional") == pytest.approx(15.5)
    assert charge(table, "near", "long", "notional") == pytest.approx(4.0)
    assert charge(table, "near", "short", "notional") == pytest.approx(1.75)
    assert charge(table, "near", "either", "notional") == pytest.approx(4.0)
    # the book costs 0.75 * 0.03 + 0.25 * 0.002 = 0.023
    assert charge(table, "near", "long", "premium") == pytest.approx(4.0 / 0.023)
    for basis in ("notional", "premium"):
        assert charge(table, "near", "short", basis, "relief") == pytest.approx(1 - 1.75 / 15.5)
    # the share 1.75 / 15.5 times the sharp charge's own error 0.1 / 15.5
    error = charge(table, "near", "short", "notional", "relief_error")
    assert error == pytest.approx(1.75 / 15.5 * 0.1 / 15.5)
    second = table[(table["exotic"] == "1.1") & (table["method"] == "near")]
    assert second.query("side == 'long' and basis == 'notional'")["charge"].item() == pytest.approx(
        1
    )


def test_what_costs_nothing_has_no_charge_per_premium():
    free = by_hand(SHARP, [0.0, 0.0], [0.0, 0.0], [0.01, 0.0])
    table = tabulate(book(), [free], free.price)
    assert np.isnan(charge(table, SHARP, "short", "premium"))
    assert np.isnan(charge(table, SHARP, "long", "notional", "relief"))


def test_shifts_of_the_composition_keep_the_notional():
    whole = book(strikes=(1.0, 1.1, 1.2), shares=(0.6, 0.3, 0.1))
    mixes = whole.mixes(0.2)
    assert len(mixes) == 6
    for mix in mixes:
        assert sum(mix.shares) == pytest.approx(1.0, abs=1e-15)
        # the third has a tenth to give
        moved = np.abs(np.array(mix.shares) - whole.shares).sum() / 2
        assert moved == pytest.approx(0.1 if mix.shares[2] == 0.0 else 0.2)
    tilts = equal_parts(("A", "B", "C")).tilts(0.2)
    assert [max(tilt.weights) for tilt in tilts] == pytest.approx([0.4] * 3)
    assert [sum(tilt.weights) for tilt in tilts] == pytest.approx([1.0] * 3)


@pytest.mark.parametrize("changes", [{"weights": (0.5, 0.4)}, {"shares": (1.5, -0.5)}])
def test_books_whose_parts_are_no_shares_are_refused(changes):
    with pytest.raises(ParameterError, match="sum to one"):
        book(**changes)
