"""The benchmark of N assets: what it bounds and how slopes are fitted; no time is asserted."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import coupling_scaling
from benchmarks.coupling_scaling import asset, exponent, portfolio, printed, run
from paper.quantities import dependence
from rmot.studies.study import Config

PUBLISHED = "proofs_check/tables/002_table_4.csv"


def test_slopes_of_powers_are_their_exponents():
    sizes = np.array([8.0, 12.0, 20.0, 50.0])
    slope, error = exponent(sizes, 3e-3 * sizes**1.7)
    assert slope == pytest.approx(1.7, abs=1e-12)
    assert error <= 1e-12
    noisy = 3e-3 * sizes**2 * np.exp([0.1, -0.1, 0.1, -0.1])
    slope, error = exponent(sizes, noisy)
    assert slope == pytest.approx(2.0, abs=3 * error)
    assert np.isnan(exponent(sizes[:2], noisy[:2])[0])


def test_source_table_grows_faster_than_its_text_says():
    published = pd.read_csv(PUBLISHED)
    slope, error = exponent(published["assets"].to_numpy(float), published["total"].to_numpy(float))
    assert slope - 1.98 > 2 * error


def test_bounds_hold_the_calibrated_price_and_quotes_bind_them():
    timed = portfolio([asset(0), asset(1)], 1 << 9)
    assert timed.lower < timed.upper
    assert timed.gap <= 1e-9
    assert timed.minimum_radius < coupling_scaling.RADIUS
    assert set(timed.seconds) == {"calibrate", "couple", "bounds", "total"}


def test_table_has_a_row_a_size_and_the_article_its_numbers(monkeypatch):
    monkeypatch.setitem(coupling_scaling.ASSETS, "quick", (2, 3))
    monkeypatch.setattr(coupling_scaling, "SAMPLES", 1 << 9)
    table = run(Config("quick", {"published": PUBLISHED}))  # pyright: ignore[reportArgumentType]
    assert table["assets"].tolist() == [2, 3]
    assert printed(table).count(r"\\") == 3
    made = {number.macro: number for number in dependence.scaling(table)}
    assert made["CouplingAssets"].value == 3
    assert made["CouplingPublishedExponent"].kind == "printed"
