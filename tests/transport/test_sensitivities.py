"""Sensitivities by the envelope theorem against differences of solved bounds; saved bounds."""

import numpy as np
import pytest

from rmot.errors import DataError, MissingData
from rmot.payoffs import call
from rmot.transport import (
    Bounds,
    ChiSquared,
    KullbackLeibler,
    Prior,
    Quotes,
    Unrestricted,
    price_bounds,
)

STRIKES = np.array([0.8, 0.9, 1.0, 1.1, 1.2])


def _prior():
    points = np.exp(np.linspace(-1.0, 1.0, 301))
    weights = np.exp(-0.5 * (np.log(points) / 0.2 + 0.1) ** 2)
    return Prior(points, weights / weights.sum())


PRIOR = _prior()
FAIR = np.array([PRIOR.expectation(call(k)) for k in STRIKES])
SHIFT = np.array([1e-3, -1e-3, 5e-4, 1e-3, -2e-4])
MEAN = float(PRIOR.mean())
RADIUS = {ChiSquared(): 0.02, KullbackLeibler(): 0.01}
# The bounds' own gaps, over the step, and the step times curvatures seen up to 1e3.
STEP = 1e-6


def _bounds(divergence, bid=0.0, ask=0.0, forward=0.0, radius=0.0):
    quotes = Quotes(
        [call(k) for k in STRIKES], FAIR + SHIFT - 2e-4 + bid, FAIR + SHIFT + 2e-4 + ask
    )
    return price_bounds(
        call(1.3),
        PRIOR,
        quotes=quotes,
        forwards=MEAN + forward,
        divergence=divergence,
        radius=RADIUS[divergence] + radius,
    )


def _slope(divergence, name, move, size):
    above = _bounds(divergence, **{name: move})
    below = _bounds(divergence, **{name: -move})
    return {
        side: (getattr(above, side) - getattr(below, side)) / (2 * size)
        for side in ("lower", "price", "upper")
    }


@pytest.mark.parametrize("divergence", list(RADIUS))
def test_sensitivities_are_the_derivatives_of_the_bounds(divergence):
    found = _bounds(divergence)
    lower, upper = found.lower_sensitivities, found.upper_sensitivities
    assert found.price_hedge is not None
    slope = _slope(divergence, "forward", STEP, STEP)
    assert slope["upper"] == pytest.approx(upper.forwards[0], rel=1e-3, abs=1e-4)
    assert slope["lower"] == pytest.approx(lower.forwards[0], rel=1e-3, abs=1e-4)
    assert slope["price"] == pytest.approx(found.price_hedge.forwards[0], rel=1e-3, abs=1e-4)
    slope = _slope(divergence, "radius", 1e-5, 1e-5)
    assert slope["upper"] == pytest.approx(upper.radius, rel=1e-3, abs=1e-4)
    assert slope["lower"] == pytest.approx(lower.radius, rel=1e-3, abs=1e-4)
    for j in range(STRIKES.size):
        for name in ("bid", "ask"):
            slope = _slope(divergence, name, STEP * np.eye(STRIKES.size)[j], STEP)
            assert slope["upper"] == pytest.approx(getattr(upper, name)[j], rel=1e-3, abs=1e-4)
            assert slope["lower"] == pytest.approx(getattr(lower, name)[j], rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("divergence", list(RADIUS))
def test_the_price_moves_with_the_sides_that_bind(divergence):
    found = _bounds(divergence)
    both = [
        sum(
            _slope(divergence, name, STEP * np.eye(STRIKES.size)[j], STEP)["price"]
            for name in ("bid", "ask")
        )
        for j in range(STRIKES.size)
    ]
    assert found.price_hedge is not None
    assert found.price_hedge.positions == pytest.approx(both, rel=1e-3, abs=1e-4)
    assert found.price_hedge.cost == pytest.approx(found.price, abs=1e-9)


@pytest.mark.parametrize("divergence", list(RADIUS))
def test_cost_and_charge_make_the_bound(divergence):
    found = _bounds(divergence)
    for value, hedge, sign in (
        (found.upper, found.upper_hedge, 1),
        (found.lower, found.lower_hedge, -1),
    ):
        assert hedge.cost + hedge.charge == pytest.approx(value, abs=1e-12)
        assert sign * hedge.charge >= 0
        held = hedge.cash + hedge.forwards[0] * PRIOR.points
        held = held + hedge.positions @ np.array([call(k).value(PRIOR.points) for k in STRIKES])
        left = call(1.3).value(PRIOR.points) - held
        mean = PRIOR.weights @ left
        deviation = np.sqrt(PRIOR.weights @ (left - mean) ** 2)
        assert hedge.deviation == pytest.approx(deviation, rel=1e-6)


def test_saved_bounds_come_back_exactly(tmp_path):
    classical = price_bounds(
        call(1.3), None, quotes=Quotes([call(1.0)], [0.1], [0.1]), divergence=Unrestricted()
    )
    for number, found in enumerate([_bounds(ChiSquared()), classical]):
        path = tmp_path / f"{number}.json"
        found.save(path)
        again = Bounds.load(path)
        for name in ("lower", "upper", "gap", "minimum_radius", "radius", "sampling_error"):
            assert getattr(again, name) == getattr(found, name)
        assert np.array_equal([again.price], [found.price], equal_nan=True)
        for name in ("lower_hedge", "upper_hedge"):
            one, other = getattr(again, name), getattr(found, name)
            assert np.array_equal(one.positions, other.positions)
            assert np.array_equal(one.forwards, other.forwards)
            assert (one.cash, one.cost, one.charge) == (other.cash, other.cost, other.charge)


def test_files_that_hold_no_bounds_are_refused(tmp_path):
    with pytest.raises(MissingData):
        Bounds.load(tmp_path / "none.json")
    path = tmp_path / "other.json"
    path.write_text('{"format": "something"}')
    with pytest.raises(DataError, match="format"):
        Bounds.load(path)
    _bounds(ChiSquared()).save(path)
    path.write_text(path.read_text().replace('"lower_hedge"', '"hedge"'))
    with pytest.raises(DataError, match="expected bounds"):
        Bounds.load(path)
