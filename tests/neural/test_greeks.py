"""Derivatives against Black's where nothing of variance matters, and against differences."""

import numpy as np
import pytest
from scipy.stats import norm

from rmot.models import Simulation
from rmot.neural import NeuralVolterra
from rmot.neural.coordinates import Coordinates
from rmot.neural.greeks import call_greeks
from rmot.neural.jaxed import eqx
from rmot.neural.shape import Shape

K, T, SIGMA = np.array([-0.2, 0.0, 0.1]), 0.25, 0.2
SIMULATION = Simulation(paths=1024, scramblings=2, least_steps=8, steps_per_year=8)


def model(vol_of_vol, correlation=-0.7):
    shape = Shape.rough_bergomi(vol_of_vol, 4, 1, 0)
    return NeuralVolterra(
        coordinates=Coordinates.at(0.1, correlation, [SIGMA**2], shape),
        pieces=(1.0,),
        simulation=SIMULATION,
    )


def test_without_volatility_of_variance_they_are_those_of_black():
    """Both numbers of 1e-6 move prices by as much."""
    found = call_greeks(model(1e-6, -1e-6), K, T)
    deviation = SIGMA * np.sqrt(T)
    d = -K / deviation + 0.5 * deviation
    assert np.allclose(found.delta, norm.cdf(d), atol=1e-5)
    assert np.allclose(found.vega, norm.pdf(d) * deviation, atol=1e-5)
    assert np.allclose(found.vanna, -norm.pdf(d) * (d - deviation), atol=1e-4)
    assert np.allclose(found.gamma, norm.pdf(d) / deviation, atol=1e-4)


def test_they_are_the_differences_of_prices():
    law, bump = model(1.5), 1e-4
    found = call_greeks(law, K, T)

    def price(spot, level):
        moved = eqx.tree_at(
            lambda c: c.log_variances,
            law.coordinates,
            law.coordinates.log_variances + 2 * np.log(level),
        )
        other = NeuralVolterra(coordinates=moved, pieces=law.pieces, simulation=SIMULATION)
        return spot * call_greeks(other, K - np.log(spot), T).price

    up, down = price(1 + bump, 1.0), price(1 - bump, 1.0)
    # differences are off by a sixth of bump^2 times third derivatives, of order 10^3 here
    assert np.allclose(found.delta, (up - down) / (2 * bump), atol=2e-6)
    assert np.allclose(found.gamma, (up - 2 * found.price + down) / bump**2, rtol=1e-4)
    level = (price(1.0, 1 + bump) - price(1.0, 1 - bump)) / (2 * bump)
    assert np.allclose(found.vega, level, atol=2e-6)
    cross = (
        price(1 + bump, 1 + bump)
        - price(1 + bump, 1 - bump)
        - price(1 - bump, 1 + bump)
        + price(1 - bump, 1 - bump)
    )
    assert np.allclose(found.vanna, cross / (4 * bump**2), atol=1e-4)


def test_prices_are_the_models():
    law = model(1.5)
    price, error = law.call_price(K, T, return_error=True)
    assert np.all(np.abs(call_greeks(law, K, T).price - price) < 4 * error)
    assert price[0] == pytest.approx(0.19, abs=0.02)
