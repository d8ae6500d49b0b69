"""Balls around joint laws of two indices: within classical bounds, and wider with the radius."""

from datetime import UTC, datetime

import numpy as np
import pytest

from rmot.payoffs import call
from rmot.studies import index_basket_balls as study
from rmot.studies.study import Config
from rmot.transport import Prior, Quotes


@pytest.fixture(scope="module")
def rows():
    """Two lognormal prices, quoted at five strikes each within a hundredth of a point."""
    generator = np.random.default_rng(5)
    normals = generator.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 4000)
    points = np.exp(np.array([0.08, 0.11]) * normals)
    points /= points.mean(axis=0)
    prior = Prior(points, np.full(4000, 1 / 4000))
    quotes = []
    for column in points.T:
        payoffs = [call(strike) for strike in (0.9, 0.95, 1.0, 1.05, 1.1)]
        price = np.array([np.mean(payoff.value(column)) for payoff in payoffs]) * 1.002
        quotes.append(Quotes(payoffs, price - 1e-4, price + 1e-4))
    published = {"moneyness": 1.0, "lower": 0.04, "upper": 0.05}
    return list(study._at_strike("sample", prior, quotes, published))


def test_balls_lie_within_classical_bounds_and_grow_with_the_radius(rows):
    gap = 1e-9
    for row in rows:
        assert row["classical_lower"] - gap <= row["lower"] <= row["price"] + gap
        assert row["price"] - gap <= row["upper"] <= row["classical_upper"] + gap
    widths = [row["upper"] - row["lower"] for row in rows]
    assert np.all(np.diff(widths) > 0)
    assert [row["multiple"] for row in rows] == list(study.MULTIPLES)


def test_without_histories_returns_are_drawn_and_with_one_too(tmp_path):
    close = datetime(2022, 2, 4, tzinfo=UTC)
    drawn = study.past_correlation(Config(), close)
    # the error of a correlation of n normal pairs is (1 - rho^2) / sqrt(n); four of them
    error = 4 * (1 - study.SYNTHETIC_CORRELATION**2) / np.sqrt(study.DAYS)
    assert drawn.correlation[0, 1] == pytest.approx(study.SYNTHETIC_CORRELATION, abs=error)
    assert drawn.observations == study.DAYS


def test_the_correlation_is_that_of_the_year_before_the_close(tmp_path):
    generator = np.random.default_rng(8)
    days = np.arange("2020-01-01", "2022-07-01", dtype="datetime64[D]")
    paths = {}
    # after the close the two move against each other, which must not be seen
    moves = generator.normal(0, 0.01, days.size)
    turned = np.where(days <= np.datetime64("2022-02-04"), moves, -moves)
    for name, steps in (("SPY", moves), ("QQQ", turned)):
        lines = [
            f"{day},{level:.10f}"
            for day, level in zip(days, 100 * np.exp(np.cumsum(steps)), strict=True)
        ]
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text("\n".join(["Date,Close", *lines]) + "\n")
    found = study.past_correlation(Config(inputs=paths), datetime(2022, 2, 4, tzinfo=UTC))
    assert found.correlation[0, 1] == pytest.approx(1.0, abs=1e-8)
    assert found.observations == study.DAYS
