"""Whole calibrations beside local searches with the peer's prices, on few strikes."""

from dataclasses import fields
from itertools import islice

import numpy as np
import pytest

from benchmarks.black import otm_volatility
from benchmarks.calibration_timing import (
    MATURITIES,
    NOISE,
    measure,
    peer_search,
    printed,
    summary,
    surfaces,
)
from benchmarks.methods import ADAMS
from benchmarks.parameter_sets import Case
from benchmarks.reference import Parameters
from rmot.calibration import calibrate
from rmot.models import RoughHeston

STRIKES = 12
DEGREES = len(MATURITIES) * STRIKES - 5
NAMES = [field.name for field in fields(Parameters)]


def ours_at(model, smile):
    return model.implied_volatility(smile.log_moneyness, smile.maturity)


def peer_volatility(model, days, smile):
    case = Case("fitted", Parameters(**{name: getattr(model, name) for name in NAMES}), days)
    price = ADAMS.prepare(case, smile.log_moneyness)(case.parameters)
    return otm_volatility(price, smile.log_moneyness, smile.maturity)


@pytest.fixture(scope="module")
def table():
    return measure(2, 1, STRIKES)


def test_surfaces_are_seeded_whole_and_of_whole_days():
    first, again = (list(islice(surfaces(STRIKES), 3)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.name == other.name
        for smile, same in zip(one.surface.slices, other.surface.slices, strict=True):
            assert np.array_equal(smile.implied_volatility, same.implied_volatility)
            assert len(smile) == STRIKES
            assert np.allclose(smile.ask_volatility - smile.bid_volatility, 2 * NOISE)
        days = [365 * smile.maturity for smile in one.surface.slices]
        assert np.allclose(days, MATURITIES, rtol=1e-14)
    assert len({each.name for each in first}) == 3


def test_every_surface_has_its_time_and_the_first_a_peer(table):
    assert len(table) == 2
    assert (table[["seconds", "cpu_seconds", "evaluations"]] > 0).all(axis=None)
    assert list(table["ratio"].notna()) == [True, False]
    # a step of the peer takes an evaluation and a gradient, and it searches for at least one
    assert table["peer_evaluations"][0] >= 2 * 6
    assert table["ratio"][0] > 0
    assert np.isclose(table["ratio"][0] * table["seconds"][0], table["peer_seconds"][0])


def test_fits_meet_the_noise_that_was_drawn(table):
    # five standard deviations of a chi-squared over its degrees of freedom
    reach = 5 * (2 / DEGREES) ** 0.5
    assert np.all(np.abs(table["reduced_chi_squared"] - 1) < reach)
    assert np.all(table["distance_to_optimum"] < 0.01)


def test_the_peer_finds_the_same_optimum():
    drawn = next(surfaces(STRIKES))
    ours = calibrate(RoughHeston, drawn.surface, fixed=drawn.fixed)
    error = (
        np.concatenate(
            [
                peer_volatility(ours.model, days, smile) - ours_at(ours.model, smile)
                for days, smile in zip(MATURITIES, drawn.surface.slices, strict=True)
            ]
        )
        / NOISE
    )
    # an error e of the peer moves the sum of squares of residuals r by at most |e|^2 + 2 |e| |r|;
    # twice that, for it moves the peer's optimum too
    residuals = np.linalg.norm(ours.residuals / NOISE)
    size = np.linalg.norm(error)
    reach = 2 * (size**2 + 2 * size * residuals) / DEGREES
    assert 0 < reach < 0.1
    assert abs(peer_search(drawn).reduced_chi_squared - ours.reduced_chi_squared) < reach


def test_summary_and_printed_form_have_a_row_a_method(table):
    found = summary(table)
    assert list(found["surfaces"]) == [2, 1]
    assert found["median_seconds"][0] == np.median(table["seconds"])
    assert found["median_ratio"][1] == table["ratio"][0]
    assert printed(table).count(r"\\") == 3
